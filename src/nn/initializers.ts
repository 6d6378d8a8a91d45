import { atLeastZero, check, finite, isObject, options, property, type Rule, show } from "../check.ts";
import { OptionError } from "../errors.ts";
import type { Shape } from "../graph/value.ts";
import type { DTypeName } from "../tensor.ts";
import { madeOf } from "./made-of.ts";

/** How a parameter starts: variates of a distribution. The generator behind it is the network's seed and the parameter's number. */
export type Distribution =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "normal"; readonly mean: number; readonly std: number }
  | { readonly kind: "uniform"; readonly low: number; readonly high: number };

/** Chooses a distribution for a parameter, given its shape ([inputs, outputs] for the weight of a dense layer, [height, width, inputs, outputs] for a convolution's). */
export type Initializer = (shape: Shape) => Distribution;

/**
 * Normal variates of a given standard deviation, as the book's networks start (std 0.01, 4.5.1).
 * @param given std: at least 0, default 0.01; mean: default 0
 * @throws OptionError where std is negative or not a number
 * @example normal({ std: 0.1 })([784, 50]).std; // 0.1
 */
export function normal(given?: { std?: number; mean?: number }): Initializer {
  const { std = 0.01, mean = 0 } = options("normal", given, { std: atLeastZero, mean: finite });
  return own("normal", { std, mean }, () => ({ kind: "normal", mean, std }));
}

/**
 * Uniform variates from low up to high.
 * @throws OptionError where low is not below high, or either is not finite
 * @example uniform({ low: 0, high: 1 })([784, 50]).high; // 1
 */
export function uniform(given?: { low?: number; high?: number }): Initializer {
  const { low = -0.05, high = 0.05 } = options("uniform", given, { low: finite, high: finite });
  if (!(low < high && Number.isFinite(high - low))) {
    throw new OptionError(`uniform: low must be below high and both finite; got ${low} and ${high}`);
  }
  return own("uniform", { low, high }, () => ({ kind: "uniform", low, high }));
}

/**
 * Xavier (Glorot) initialization: normal, std √(2 / (inputs + outputs)), for sigmoid and tanh
 * (Glorot & Bengio 2010, eq. 16; as PyTorch's xavier_normal_).
 * @throws OptionError, when the network is made, for a parameter of fewer than two axes
 * @example xavier()([5, 3]).std; // 0.5
 */
export function xavier(): Initializer {
  return own("xavier", {}, (shape) => {
    const [inputs, outputs] = fans("xavier", shape);
    return { kind: "normal", mean: 0, std: Math.sqrt(2 / (inputs + outputs)) };
  });
}

/**
 * He initialization: normal, std √(2 / inputs), for ReLU (He et al. 2015, eq. 10; book 6.2.3).
 * @throws OptionError, when the network is made, for a parameter of fewer than two axes
 * @example he()([8, 3]).std; // 0.5
 */
export function he(): Initializer {
  return own("he", {}, (shape) => ({ kind: "normal", mean: 0, std: Math.sqrt(2 / fans("he", shape)[0]) }));
}

/** Zeros: how biases start. */
export const zeros = (): Initializer => constant(0);

/** The same value everywhere. @throws OptionError where it is not finite */
export function constant(value: number): Initializer {
  check("constant", "the value", value, finite);
  return own("constant", { value }, () => ({ kind: "constant", value }));
}

/** One of kobai's own, which remembers what it was made of. */
function own(
  kind: string,
  options: Readonly<Record<string, unknown>>,
  initializer: Initializer,
): Initializer {
  return Object.assign(initializer, { [madeOf]: { kind, options } });
}

/** An option that is an initializer. */
export const initializer: Rule = [(value) => typeof value === "function", "an initializer, such as he()"];
/** The same, or none. */
export const initializerOrNone: Rule = [
  (value) => value === false || typeof value === "function",
  "an initializer, such as zeros(), or false",
];

/**
 * How many elements go into an output, and how many outputs an element goes into: of the weight [inputs, outputs] of a dense layer, or of a
 * convolution's, [height, width, inputs, outputs], where the kernel's elements count. As PyTorch, groups are not asked for.
 */
function fans(name: string, shape: Shape): [inputs: number, outputs: number] {
  if (shape.length < 2) {
    throw new OptionError(
      `${name}: needs a weight of two axes or more, […, inputs, outputs]; for a bias use zeros() or constant(v)`,
    );
  }
  const kernel = shape.slice(0, -2).reduce((product, length) => product * length, 1);
  return [kernel * shape.at(-2)!, kernel * shape.at(-1)!];
}

/** The numbers of each kind of distribution. */
const numbersOf: Readonly<Record<Distribution["kind"], readonly string[]>> = {
  constant: ["value"],
  normal: ["mean", "std"],
  uniform: ["low", "high"],
};

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
    throw new OptionError(`${name}: its initializer gives ${JSON.stringify(read)}, ${problem}`);
  }
  const kinds = Object.entries(numbersOf).map(([kind, names]) => `{ kind: "${kind}", ${names.join(", ")} }`);
  throw new OptionError(
    `${name}: its initializer must give a distribution of finite numbers, ${kinds.join(" or ")}; it gave ${show(given)}` +
      (typeof given === "function" ? `: call it, as in ${initializer.name || "he"}()` : ""),
  );
}

/** What was given, each of its kind's numbers read once: the object is the user's, who may fill it anew for the next parameter. */
function copyOf(given: unknown): Distribution | undefined {
  const kind = isObject(given) && given.kind;
  if (typeof kind !== "string" || !Object.hasOwn(numbersOf, kind)) return undefined;
  const names = numbersOf[kind as Distribution["kind"]];
  const numbers = names.map((number) => [number, property(given, number)] as const);
  if (!numbers.every(([, value]) => Number.isFinite(value))) return undefined;
  return Object.freeze({ kind, ...Object.fromEntries(numbers) }) as Distribution;
}

function problemOf(read: Distribution, dtype: DTypeName): string | undefined {
  if (read.kind === "normal" && read.std < 0) return "whose std is below 0";
  if (read.kind === "uniform" && read.low > read.high) return "whose low is above its high";
  const largest = largestOf(read);
  const fits = Number.isFinite(dtype === "float32" ? Math.fround(largest) : largest);
  return fits ? undefined : `whose numbers ${dtype} cannot hold`;
}

/** How large numbers of a distribution can be: no normal variate lies more than 8.3 standard deviations from the mean. */
function largestOf(distribution: Distribution): number {
  if (distribution.kind === "constant") return Math.abs(distribution.value);
  if (distribution.kind === "normal") return Math.abs(distribution.mean) + 8.3 * distribution.std;
  // A variate is low + u·(high − low).
  const { low, high } = distribution;
  return Number.isFinite(high - low) ? Math.max(Math.abs(low), Math.abs(high)) : Number.POSITIVE_INFINITY;
}
