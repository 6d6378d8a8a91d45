// What is made in a worker, as plain data: a message can hold no function. A description is the name of the function of kobai's that makes
// something, and its arguments by name; layers and initializers are made as checkpoints make them.

import { isObject, nearest, show } from "../check.ts";
import { OptionError } from "../errors.ts";
import type { Layer } from "../nn/layers/layer.ts";
import {
  binaryCrossEntropy,
  crossEntropy,
  type Loss,
  meanSquaredError,
  sumSquaredError,
} from "../nn/losses.ts";
import { type Made, madeOf } from "../nn/made-of.ts";
import { adaGrad, adam, momentum, type Optimizer, sgd } from "../nn/optimizers.ts";
import { initializers } from "../train/checkpoint/description.ts";
import { makers } from "../train/checkpoint/rebuild.ts";

/** An initializer: `{ kind: "normal", std: 0.1 }`, `{ kind: "he" }`. */
export interface InitializerDescription {
  readonly kind: string;
  readonly [option: string]: unknown;
}

/** A layer: `{ kind: "dense", units: 50, weight: { kind: "he" } }`, `{ kind: "relu" }`. */
export interface LayerDescription {
  readonly kind: string;
  readonly [option: string]: unknown;
}

const optimizers = { sgd, momentum, adaGrad, adam };
const losses = { crossEntropy, binaryCrossEntropy, meanSquaredError, sumSquaredError };

type OptionsOf<F> = F extends (options?: infer O) => unknown ? NonNullable<O> : never;

/** An optimizer: `{ kind: "adam", lr: 0.01 }`. */
export type OptimizerDescription = {
  [K in keyof typeof optimizers]: { readonly kind: K } & Readonly<OptionsOf<(typeof optimizers)[K]>>;
}[keyof typeof optimizers];

/** The name of a loss. */
export type LossName = keyof typeof losses;

/** The kinds that there are. */
export interface Kinds {
  readonly layers: readonly string[];
  readonly initializers: readonly string[];
  readonly losses: readonly LossName[];
  readonly optimizers: readonly OptimizerDescription["kind"][];
}

export const kinds: Kinds = {
  layers: Object.keys(makers).filter((kind) => !initializers.includes(kind)),
  initializers,
  losses: Object.keys(losses) as LossName[],
  optimizers: Object.keys(optimizers) as OptimizerDescription["kind"][],
};

/**
 * A layer from its description.
 *
 * @param call how messages name the caller
 * @throws OptionError where it is none, of a kind that there is not, or has options that its function does not take
 */
export function layerOf(call: string, description: LayerDescription): Layer {
  return make(call, "layer", kinds.layers, description) as Layer;
}

/** An optimizer from its description. @throws as `layerOf` */
export function optimizerOf(call: string, description: OptimizerDescription): Optimizer {
  const { kind, ...options } = described(call, "optimizer", kinds.optimizers, description);
  return optimizers[kind as keyof typeof optimizers](options);
}

/** A loss by its name. @throws OptionError where there is none of this name */
export function lossOf(call: string, name: LossName): Loss {
  const { kind } = described(call, "loss", kinds.losses, { kind: name });
  return losses[kind as LossName]();
}

/** Makes what a description says, and before that what stands in its options. */
function make(call: string, what: string, known: readonly string[], given: unknown): unknown {
  const { kind, ...options } = described(call, what, known, given);
  const made = makers[kind]!(
    Object.fromEntries(
      Object.entries(options).map(([name, option]) => [name, partOf(`${kind}: ${name}`, option)]),
    ),
  );
  // What is made remembers what it was given: an option that it does not know of would do nothing.
  const taken = (made as { readonly [madeOf]?: Made })[madeOf]?.options ?? {};
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(taken, name));
  if (unknown === undefined) return made;
  const names = Object.keys(taken);
  throw new OptionError(
    `${kind}: there is no option ${show(unknown)}; ${names.length ? `there is ${names.join(", ")}` : "it has none"}`,
  );
}

/** An option, in which a description is what it makes: layers stand in lists, an initializer by itself. */
function partOf(call: string, option: unknown): unknown {
  if (Array.isArray(option)) return option.map((each) => partOf(call, each));
  if (!isObject(option)) return option;
  const isLayer = kinds.layers.includes(option.kind as string);
  return isLayer
    ? make(call, "layer", kinds.layers, option)
    : make(call, "initializer", kinds.initializers, option);
}

/** @throws OptionError where it is no description of one of the known kinds */
function described(
  call: string,
  what: string,
  known: readonly string[],
  given: unknown,
): { readonly kind: string; readonly [option: string]: unknown } {
  const kind = isObject(given) ? given.kind : undefined;
  if (typeof kind === "string" && known.includes(kind)) return { ...(given as object), kind };
  const article = /^[aeio]/.test(what) ? "an" : "a";
  const near = typeof kind === "string" ? nearest(kind, known) : undefined;
  throw new OptionError(
    kind === undefined
      ? `${call}: a description of ${article} ${what} is an object { kind: "${known[0]}", … }; got ${show(given)}`
      : `${call}: there is no ${what} ${show(kind)}; ${near ? `did you mean "${near}"?` : `there are ${known.join(", ")}`}`,
  );
}
