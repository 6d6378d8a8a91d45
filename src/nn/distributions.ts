// The distributions that initial values and other random elements are drawn from: in one table what each has for numbers, and its kernel.

import { ExtensionOp, Op } from "../../assembly/isa/index.ts";
import { isObject, property, show } from "../check.ts";
import { OptionError } from "../errors.ts";
import type { Shape } from "../graph/value.ts";
import { extension } from "../runtime/extension.ts";
import type { DTypeName } from "../tensor.ts";

/** How a parameter starts: variates of a distribution. The generator behind it is the network's seed and the parameter's number. */
export type Distribution =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "normal"; readonly mean: number; readonly std: number }
  | { readonly kind: "uniform"; readonly low: number; readonly high: number }
  | { readonly kind: "bernoulli"; readonly probability: number; readonly value: number };

/** Chooses a distribution for a parameter, given its shape ([inputs, outputs] for the weight of a dense layer, [height, width, inputs, outputs] for a convolution's). */
export type Initializer = (shape: Shape) => Distribution;

/** A kind of distributions of two numbers, or of one. */
interface Kind {
  /** the names of its numbers: the kernel takes them in this order, the last for all that are missing */
  readonly numbers: readonly [string, string?];
  /** what is wrong with its numbers, if anything is: words that end "…, whose" */
  problem?(a: number, b: number): string | false;
  /** how large elements can be */
  largest(a: number, b: number): number;
  readonly op: Op;
  /** what an element costs */
  readonly nanoseconds: number;
}

const kinds = new Map<string, Kind>([
  ["constant", { numbers: ["value"], largest: Math.abs, op: Op.randomUniform, nanoseconds: 4 }],
  [
    "normal",
    {
      numbers: ["mean", "std"],
      problem: (_, std) => std < 0 && "std is below 0",
      // No normal variate lies more than 8.3 standard deviations from the mean.
      largest: (mean, std) => Math.abs(mean) + 8.3 * std,
      op: Op.randomNormal,
      nanoseconds: 9,
    },
  ],
  [
    "uniform",
    {
      numbers: ["low", "high"],
      problem: (low, high) => low > high && "low is above its high",
      // A variate is low + u·(high − low).
      largest: (low, high) =>
        Number.isFinite(high - low) ? Math.max(Math.abs(low), Math.abs(high)) : Number.POSITIVE_INFINITY,
      op: Op.randomUniform,
      nanoseconds: 4,
    },
  ],
]);

/** A kind that a page has only where it uses what names it: whoever calls this says that it is pure, as with `extension`. */
function kind<K extends Distribution["kind"]>(name: K, of: Kind): K {
  kinds.set(name, of);
  return name;
}

/** The name of the Bernoulli distributions. */
export const bernoulliKind = /* @__PURE__ */ kind("bernoulli", {
  numbers: ["probability", "value"],
  problem: (probability) => !isShare(probability) && `probability is not ${shareWords}`,
  largest: (_, value) => Math.abs(value),
  op: /* @__PURE__ */ extension(ExtensionOp.randomBernoulli),
  nanoseconds: 2,
});

/** Whether something is a probability that the kernel, which compares 32 bits, can draw by; and words for it. */
export const isShare = (value: unknown): boolean =>
  typeof value === "number" && value >= 2 ** -32 && value <= 1;
export const shareWords = "from 2^-32 to 1";

/** A distribution's kernel with its two numbers. */
export function variates(of: Distribution): { op: Op; nanoseconds: number; a: number; b: number } {
  const { op, nanoseconds } = kinds.get(of.kind)!;
  const [a, b] = numbersOf(of);
  return { op, nanoseconds, a, b };
}

/** The kernel's two numbers: of one both are that. */
function numbersOf(of: Distribution): readonly [number, number] {
  const [first, second = first] = kinds.get(of.kind)!.numbers;
  return [property(of, first) as number, property(of, second) as number];
}

/**
 * What an initializer, perhaps a user's own, chooses for a parameter.
 *
 * @param name of the parameter
 * @returns an object of its own, which cannot change
 * @throws OptionError where it is none, or gives no distribution
 */
export function distributionOf(
  name: string,
  initializer: Initializer,
  shape: Shape,
  dtype: DTypeName,
): Distribution {
  if (typeof initializer !== "function") {
    throw new OptionError(
      `${name}: its initializer must be one such as he() or constant(0.5); got ${show(initializer)}`,
    );
  }
  const given: unknown = initializer(shape);
  const read = copyOf(given);
  if (read) {
    const problem = problemOf(read, dtype);
    if (!problem) return read;
    throw new OptionError(`${name}: its initializer gives ${JSON.stringify(read)}, whose ${problem}`);
  }
  const forms = Array.from(kinds, ([kind, { numbers }]) => `{ kind: "${kind}", ${numbers.join(", ")} }`);
  throw new OptionError(
    `${name}: its initializer must give a distribution of finite numbers, ${forms.join(" or ")}; it gave ${show(given)}` +
      (typeof given === "function" ? `: call it, as in ${initializer.name || "he"}()` : ""),
  );
}

/** What was given, each of its kind's numbers read once: the object is the user's, who may fill it anew for the next parameter. */
function copyOf(given: unknown): Distribution | undefined {
  const kind = isObject(given) && given.kind;
  const names = typeof kind === "string" && kinds.get(kind)?.numbers;
  if (!names) return undefined;
  const numbers = (names as readonly string[]).map((number) => [number, property(given, number)] as const);
  if (!numbers.every(([, value]) => Number.isFinite(value))) return undefined;
  return Object.freeze({ kind, ...Object.fromEntries(numbers) }) as Distribution;
}

function problemOf(read: Distribution, dtype: DTypeName): string | false | undefined {
  const { problem, largest } = kinds.get(read.kind)!;
  const numbers = numbersOf(read);
  const most = largest(...numbers);
  const fits = Number.isFinite(dtype === "float32" ? Math.fround(most) : most);
  return problem?.(...numbers) || (!fits && `numbers ${dtype} cannot hold`);
}
