// Layers, losses and optimizers from what they were made of, as plain data: what a message or a file can hold. In a module of its own, since
// it knows all kinds that there are, and a page that names its layers itself should not load the others.

import { isObject, nearest, show } from "../check.ts";
import { OptionError } from "../errors.ts";
import { constant, he, type Initializer, normal, uniform, xavier, zeros } from "./initializers.ts";
import { identity, relu, sigmoid, softmax, tanh } from "./layers/activations.ts";
import { dense } from "./layers/dense.ts";
import { dropout, spatialDropout } from "./layers/dropout.ts";
import type { Layer } from "./layers/layer.ts";
import { flatten } from "./layers/shape.ts";
import { binaryCrossEntropy, crossEntropy, type Loss, meanSquaredError, sumSquaredError } from "./losses.ts";
import { type Made, madeOf } from "./made-of.ts";
import { adaGrad, adam, momentum, type Optimizer, sgd } from "./optimizers/index.ts";

/** What something is made of: its kind, which is the name of the function that makes it, and that function's arguments by name. */
export interface Description {
  readonly kind: string;
  readonly [option: string]: unknown;
}

/** What makes things of each kind; a description's other options are checked by the function that they are handed to. */
type Makers<T> = Readonly<Record<string, (options: never) => T>>;

/** A description of each kind: its name, and what its maker takes. */
type DescriptionOf<M> = {
  [K in keyof M]: { readonly kind: K } & (M[K] extends (options?: infer O) => unknown
    ? NonNullable<O>
    : M[K] extends (options: infer O) => unknown
      ? O
      : never);
}[keyof M];

const initializers = {
  normal,
  uniform,
  xavier: plain("xavier", xavier),
  he: plain("he", he),
  zeros: plain("zeros", zeros),
  constant: named("constant", ["value"], ({ value }: { readonly value: number }) => constant(value)),
};

const layers = {
  dense: ({ units, ...options }: DenseDescription) => dense(units, withInitializers("dense", options)),
  relu: plain("relu", relu),
  sigmoid: plain("sigmoid", sigmoid),
  tanh: plain("tanh", tanh),
  softmax: plain("softmax", softmax),
  identity: plain("identity", identity),
  flatten: plain("flatten", flatten),
  dropout: named("dropout", ["rate"], ({ rate }: { readonly rate?: number }) => dropout(rate)),
  spatialDropout: named("spatialDropout", ["rate"], ({ rate }: { readonly rate?: number }) =>
    spatialDropout(rate),
  ),
};

const optimizers = { sgd, momentum, adaGrad, adam };

const losses = { crossEntropy, binaryCrossEntropy, meanSquaredError, sumSquaredError };

/** How a parameter starts: `{ kind: "normal", std: 0.1 }`, `{ kind: "he" }`. */
export type InitializerDescription = DescriptionOf<typeof initializers>;
/** A layer: `{ kind: "dense", units: 50, weight: { kind: "he" } }`, `{ kind: "relu" }`. */
export type LayerDescription = DescriptionOf<typeof layers>;
/** An optimizer: `{ kind: "adam", lr: 0.01 }`. */
export type OptimizerDescription = DescriptionOf<typeof optimizers>;
/** The name of a loss. */
export type LossName = keyof typeof losses;

interface DenseDescription {
  readonly units: number;
  readonly weight?: InitializerDescription;
  readonly bias?: InitializerDescription | false;
}

/** The kinds that there are. */
export interface Kinds {
  readonly layers: readonly LayerDescription["kind"][];
  readonly initializers: readonly InitializerDescription["kind"][];
  readonly losses: readonly LossName[];
  readonly optimizers: readonly OptimizerDescription["kind"][];
}

export const kinds: Kinds = {
  layers: kindsOf(layers),
  initializers: kindsOf(initializers),
  losses: kindsOf(losses),
  optimizers: kindsOf(optimizers),
};

/**
 * A layer from its description.
 *
 * @param call how messages name the caller
 * @throws OptionError where it is none, of a kind that there is not, or has options that its function does not take
 */
export function layerOf(call: string, description: LayerDescription): Layer {
  return make(call, "layer", layers, description);
}

/**
 * What a layer was made of, such as `layerOf` takes it.
 *
 * @returns undefined where it is, or holds, one of a user's own
 */
export function descriptionOf(layer: Layer): LayerDescription | undefined {
  try {
    return described(layer) as unknown as LayerDescription;
  } catch (error) {
    if (error === unknown) return undefined;
    throw error;
  }
}

const unknown = Symbol("made of something unknown");

/** An option as plain data. @throws unknown where it cannot be */
function described(value: unknown): unknown {
  const made = (value as { readonly [madeOf]?: Made } | undefined)?.[madeOf];
  if (made) return { kind: made.kind, ...describedOptions(made.options) };
  if (Array.isArray(value)) return value.map(described);
  if (typeof value === "function" || (isObject(value) && "forward" in value)) throw unknown;
  return isObject(value) ? describedOptions(value) : value;
}

function describedOptions(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name, described(value)]));
}

/** An optimizer from its description. @throws as `layerOf` */
export function optimizerOf(call: string, description: OptimizerDescription): Optimizer {
  return make(call, "optimizer", optimizers, description);
}

/** A loss by its name. @throws OptionError where there is none of this name */
export function lossOf(call: string, name: LossName): Loss {
  return make(call, "loss", losses, { kind: name });
}

function initializerOf(call: string, description: unknown): Initializer {
  return make(call, "initializer", initializers, description);
}

function kindsOf<M extends object>(makers: M): readonly (keyof M)[] {
  return Object.keys(makers) as (keyof M)[];
}

/** Looks up what makes things of a description's kind, and has it make one of the other options. */
function make<T>(call: string, what: string, makers: Makers<T>, given: unknown): T {
  const { kind, ...options } = isObject(given) ? given : {};
  if (typeof kind === "string" && Object.hasOwn(makers, kind)) {
    return makers[kind]!(options as never);
  }
  const known = Object.keys(makers);
  const near = typeof kind === "string" ? nearest(kind, known) : undefined;
  throw new OptionError(
    kind === undefined
      ? `${call}: a description of ${article(what)} is an object { kind: "${known[0]}", … }; got ${show(given)}`
      : `${call}: there is no ${what} ${show(kind)}; ${near ? `did you mean "${near}"?` : `there are ${known.join(", ")}`}`,
  );
}

const article = (what: string) => `${/^[aeio]/.test(what) ? "an" : "a"} ${what}`;

/** A function without arguments. */
function plain<T>(kind: string, maker: () => T): (options?: Readonly<Record<never, never>>) => T {
  return named(kind, [], maker);
}

/** A function whose arguments have no names of their own. */
function named<O extends object, T>(kind: string, names: readonly string[], maker: (options: O) => T) {
  return (options: O = {} as O): T => {
    const unknown = Object.keys(options).find((name) => !names.includes(name));
    if (unknown === undefined) return maker(options);
    throw new OptionError(
      `${kind}: there is no option ${show(unknown)}; ${names.length ? `there is ${names.join(", ")}` : "it has none"}`,
    );
  };
}

/** Options in which initializers stand as their descriptions. */
function withInitializers<O extends object>(call: string, options: O) {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name,
      isObject(value) ? initializerOf(`${call}: ${name}`, value) : value,
    ]),
  ) as { [K in keyof O]: Exclude<O[K], InitializerDescription> | Initializer };
}
