import type { Optimizer } from "../nn/optimizers/optimizer.ts";
import type { Callback, FitRun } from "./callbacks/callback.ts";
import type { EvaluationRecord } from "./history.ts";
import type { GradientMethod, Sampling } from "./programs.ts";
import type { Signature, Single } from "./signature.ts";
import type { Weights } from "./weights.ts";

/** Options of `fit`. */
export interface FitOptions<S extends Signature = Single> {
  /** What to make small: of several outputs the sum of their losses, each times its weight. */
  loss: S["loss"];
  /** How parameters follow their gradients. The same object in a later `fit` goes on with its state. */
  optimizer: Optimizer;
  /** Samples of a step. Default 32; at most the data set's. */
  batchSize?: number;
  /** How many steps, or how many epochs: one of the two. */
  steps?: number;
  epochs?: number;
  /** "shuffle" (default): whole epochs, each in an order of its own. "replacement": each batch is drawn anew, as the book does. */
  sampling?: Sampling;
  /**
   * How gradients are had. "backprop" (default), or "numerical": central differences of the loss by every parameter, in float64, as
   * in the book's chapter 4. A step then takes milliseconds to minutes; it runs in parts, so that progress and `signal` come within it.
   */
  gradient?: GradientMethod;
  /** Half the distance between the two sides of a central difference. Default 1e-4, the book's. */
  h?: number;
  /** Of the order of samples, and of what layers draw (`dropout`). Default: the network's. */
  seed?: number;
  /**
   * Data sets to measure loss and accuracy on, or what `metrics` lists, as `evaluate` does: before the first step, after every `every`
   * steps (default: an epoch), at the end.
   */
  evaluate?: {
    data: S["data"] | Readonly<Record<string, S["data"]>>;
    every?: number;
    metrics?: S["metrics"];
  };
  /**
   * Steps of this run that are done already: those of a checkpoint. With the rest of the options as they were, the fit goes on as the one
   * would have that was cut; evaluations come where they would have come. Default 0.
   */
  from?: number;
  /** How much each sample counts: `classWeights` or `sampleWeights`. Default: all alike. They go with gradients by backpropagation. */
  weights?: Weights;
  /** Called every few milliseconds. What it returns is awaited; where it throws or rejects, the fit ends with that error. */
  onProgress?: Callback["onProgress"];
  /** Called after each evaluation, likewise. */
  onEvaluate?: (record: EvaluationRecord<S["evaluation"]>, run: FitRun) => unknown;
  /** More that is to happen between steps, each in turn: `earlyStopping`, `saveEvery`, `csvLog`, or functions of one's own. */
  callbacks?: readonly Callback[];
  /**
   * Stops within milliseconds, or when the callback under way has ended; `fit` then returns what it has, `ended` being "aborted". What was done
   * of a step under way is left out.
   */
  signal?: AbortSignal;
}
