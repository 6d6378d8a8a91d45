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
import { optimizers } from "../nn/optimizers/by-name.ts";
import {
  accumulate,
  clipByGlobalNorm,
  clipByNorm,
  clipByValue,
  type Extra,
  frozen,
  group,
  movingAverage,
  type Optimizer,
  weightDecay,
} from "../nn/optimizers/index.ts";
import type { Schedule } from "../nn/rate.ts";
import {
  cosine,
  exponential,
  oneCycle,
  plateau,
  polynomial,
  stepDecay,
  warmUp,
} from "../nn/schedules/index.ts";
import type { TensorLike } from "../tensor.ts";
import { initializers } from "../train/checkpoint/description.ts";
import { makers } from "../train/checkpoint/rebuild.ts";
import { classWeights, sampleWeights, type Weights } from "../train/weights.ts";

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

const schedules = { cosine, exponential, oneCycle, plateau, polynomial, stepDecay, warmUp };
/** What else an optimizer does; of the arguments that have no names, those that `Extra.description` gives them. */
const extras = {
  accumulate: ({ steps }: Named) => accumulate(steps as number),
  clipByGlobalNorm: ({ limit }: Named) => clipByGlobalNorm(limit as number),
  clipByNorm: ({ limit }: Named) => clipByNorm(limit as number),
  clipByValue: ({ limit }: Named) => clipByValue(limit as number),
  frozen: ({ of }: Named) => frozen(...(Array.isArray(of) ? of : [of])),
  group: ({ of, ...options }: Named) => group(of as string, options),
  movingAverage: ({ decay }: Named) => movingAverage(decay as number | undefined),
  weightDecay: ({ rate, ...options }: Named) => weightDecay(rate as number, options),
};
const losses = { crossEntropy, binaryCrossEntropy, meanSquaredError, sumSquaredError };
const weightings = {
  classWeights: ({ weights }: Named) => classWeights(weights as never),
  sampleWeights: ({ weights }: Named) => sampleWeights(weights as never),
};

type Named = Readonly<Record<string, unknown>>;
type OptionsOf<F> = F extends (options?: infer O) => unknown ? NonNullable<O> : never;

/** A schedule of learning rates: `{ kind: "cosine", from: 0.1, steps: 1000 }`. */
export interface ScheduleDescription {
  readonly kind: keyof typeof schedules;
  readonly [option: string]: unknown;
}

/** What else an optimizer does: `{ kind: "weightDecay", rate: 1e-4 }`, `{ kind: "clipByGlobalNorm", limit: 1 }`. */
export interface ExtraDescription {
  readonly kind: keyof typeof extras;
  readonly [option: string]: unknown;
}

/** An optimizer: `{ kind: "adam", lr: 0.01 }`, `{ kind: "sgd", lr: { kind: "cosine", … }, with: [{ kind: "weightDecay", … }] }`. */
export type OptimizerDescription = {
  [K in keyof typeof optimizers]: { readonly kind: K } & Readonly<
    Omit<OptionsOf<(typeof optimizers)[K]>, "lr" | "with">
  > & { readonly lr?: number | ScheduleDescription; readonly with?: readonly ExtraDescription[] };
}[keyof typeof optimizers];

/** The name of a loss. */
export type LossName = keyof typeof losses;

/** How much samples count: `{ kind: "classWeights", weights: [1, 5] }`, or "balanced". */
export interface WeightsDescription {
  readonly kind: keyof typeof weightings;
  readonly weights: TensorLike | "balanced";
}

/** The kinds that there are. */
export interface Kinds {
  readonly layers: readonly string[];
  readonly initializers: readonly string[];
  readonly losses: readonly LossName[];
  readonly optimizers: readonly OptimizerDescription["kind"][];
  readonly schedules: readonly ScheduleDescription["kind"][];
  /** what else optimizers do */
  readonly extras: readonly ExtraDescription["kind"][];
  readonly weights: readonly WeightsDescription["kind"][];
}

export const kinds: Kinds = {
  layers: Object.keys(makers).filter((kind) => !initializers.includes(kind)),
  initializers,
  losses: Object.keys(losses) as LossName[],
  optimizers: Object.keys(optimizers) as OptimizerDescription["kind"][],
  schedules: Object.keys(schedules) as ScheduleDescription["kind"][],
  extras: Object.keys(extras) as ExtraDescription["kind"][],
  weights: Object.keys(weightings) as WeightsDescription["kind"][],
};

/**
 * A layer from its description.
 *
 * @param call how messages name the caller
 * @throws OptionError where it is none, of a kind that there is not, or has options that its function does not take
 */
export function layerOf(call: string, description: LayerDescription): Layer {
  checkDepth(call, description);
  return make(call, "layer", kinds.layers, description) as Layer;
}

/** An optimizer from its description. @throws as `layerOf` */
export function optimizerOf(call: string, description: OptimizerDescription): Optimizer {
  checkDepth(call, description);
  const { kind, lr, with: others, ...options } = described(call, "optimizer", kinds.optimizers, description);
  return optimizers[kind as keyof typeof optimizers]({
    ...options,
    ...(lr !== undefined && { lr: isObject(lr) ? scheduleOf(`${kind}: lr`, lr) : (lr as number) }),
    ...(others !== undefined && {
      with: Array.isArray(others)
        ? Array.from(others, (each) => extraOf(`${kind}: with`, each))
        : (others as never),
    }),
  });
}

function scheduleOf(call: string, description: unknown): Schedule {
  const { kind, ...options } = described(call, "schedule", kinds.schedules, description);
  // What a rate rises to may be a schedule as well.
  const parts = Object.entries(options).map(([name, option]) => [
    name,
    isObject(option) ? scheduleOf(`${kind}: ${name}`, option) : option,
  ]);
  return (schedules as Readonly<Record<string, (options: never) => Schedule>>)[kind]!(
    Object.fromEntries(parts) as never,
  );
}

function extraOf(call: string, description: unknown): Extra {
  const { kind, ...options } = described(call, "extra", kinds.extras, description);
  const made = extras[kind as keyof typeof extras](options);
  checkTaken(kind, options, made.description);
  return made;
}

/** A loss by its name. @throws OptionError where there is none of this name */
export function lossOf(call: string, name: LossName): Loss {
  const { kind } = described(call, "loss", kinds.losses, { kind: name });
  return losses[kind as LossName]();
}

/** How much samples count, from its description. @throws as `layerOf` */
export function weightsOf(call: string, description: WeightsDescription): Weights {
  const { kind, ...options } = described(call, "weighting", kinds.weights, description);
  checkTaken(kind, options, { weights: true });
  return weightings[kind as keyof typeof weightings](options);
}

/** Makes what a description says, and before that what stands in its options. */
function make(call: string, what: string, known: readonly string[], given: unknown): unknown {
  const { kind, ...options } = described(call, what, known, given);
  const made = makers[kind]!(
    Object.fromEntries(
      Object.entries(options).map(([name, option]) => [name, partOf(`${kind}: ${name}`, option)]),
    ),
  );
  checkTaken(kind, options, (made as { readonly [madeOf]?: Made })[madeOf]?.options ?? {});
  return made;
}

/**
 * What is made remembers what it was given: an option that it does not know of would do nothing.
 *
 * @throws OptionError where there is one
 */
function checkTaken(kind: string, options: object, { kind: _, ...taken }: Named): void {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(taken, name));
  if (unknown === undefined) return;
  const names = Object.keys(taken);
  throw new OptionError(
    `${kind}: there is no option ${show(unknown)}; ${names.length ? `there is ${names.join(", ")}` : "it has none"}`,
  );
}

/** Deeper than any network's layers. */
const MOST_DEPTH = 32;

/** @throws OptionError where descriptions are nested too deep: one may hold itself */
function checkDepth(call: string, value: unknown, depth = 0): void {
  if (depth > MOST_DEPTH) {
    throw new OptionError(
      `${call}: a description is nested deeper than that of any network, or holds itself`,
    );
  }
  if (!Array.isArray(value) && !isObject(value)) return;
  for (const each of Object.values(value)) checkDepth(call, each, depth + 1);
}

/** An option, in which a description is what it makes: layers stand in lists, an initializer by itself. */
function partOf(call: string, option: unknown): unknown {
  if (Array.isArray(option)) return Array.from(option, (each) => partOf(call, each));
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
