// What callers of a network write and are told, as types: of one input and one output, or of several by their names.

import type { Dataset } from "../data/dataset.ts";
import type { Shape } from "../graph/value.ts";
import type { Loss } from "../nn/losses.ts";
import type { Tensor, TensorLike } from "../tensor.ts";
import type { Evaluation } from "./evaluate.ts";
import type { Metric, MetricName } from "./metrics/metric.ts";
import type { Weights } from "./weights.ts";

/** The types of arguments and results of a network's methods. */
export interface Signature {
  /** inputs */
  readonly x: unknown;
  /** outputs */
  readonly y: unknown;
  /** targets */
  readonly t: unknown;
  readonly loss: unknown;
  readonly weights: unknown;
  readonly data: unknown;
  readonly scale: unknown;
  readonly classNames: unknown;
  readonly inputShape: unknown;
  readonly outputShape: unknown;
  readonly metrics: unknown;
  readonly evaluation: unknown;
  readonly accuracy: unknown;
}

type Metrics = readonly (MetricName | Metric)[];

/** One input and one output: what `sequential` makes. */
export interface Single {
  readonly x: TensorLike;
  readonly y: Tensor;
  readonly t: TensorLike;
  readonly loss: Loss;
  /** of samples */
  readonly weights: Weights;
  readonly data: Dataset;
  readonly scale: number;
  readonly classNames: readonly string[] | undefined;
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  readonly metrics: Metrics;
  readonly evaluation: Evaluation;
  readonly accuracy: number;
}

type By<Names extends string, T> = Readonly<Record<Names, T>>;

/** The losses of outputs by their names, with weights where they are not 1; an output that has none is not trained. */
export type NamedLosses<Outputs extends string = string> = Readonly<
  Partial<Record<Outputs, Loss | { readonly loss: Loss; readonly weight?: number }>>
>;

/** How a network with several outputs does on a data set. */
export interface NamedEvaluation<Outputs extends string = string> {
  /** the sum of the outputs' losses, each times its weight; NaN where one was not asked for */
  readonly loss: number;
  /** by output, those that have a loss */
  readonly outputs: Readonly<Partial<Record<Outputs, Evaluation>>> & Readonly<Record<string, Evaluation>>;
}

/** Inputs by their names, and one output. */
export interface NamedInputs<Inputs extends string>
  extends Omit<Single, "x" | "data" | "scale" | "inputShape"> {
  readonly x: By<Inputs, TensorLike>;
  readonly data: {
    readonly x: By<Inputs, Tensor>;
    readonly t: Tensor;
    readonly scale?: Readonly<Partial<Record<Inputs, number>>>;
    readonly classNames?: readonly string[];
  };
  readonly scale: Readonly<Partial<Record<Inputs, number>>>;
  readonly inputShape: By<Inputs, Shape>;
}

/** Inputs and outputs by their names: what `model` makes. */
export interface Named<Inputs extends string, Outputs extends string>
  extends Pick<NamedInputs<Inputs>, "x" | "scale" | "inputShape"> {
  readonly y: By<Outputs, Tensor>;
  /** of the outputs that have a loss */
  readonly t: Readonly<Partial<Record<Outputs, TensorLike>>>;
  readonly loss: NamedLosses<Outputs>;
  /** of samples, in the losses of outputs */
  readonly weights: Readonly<Partial<Record<Outputs, Weights>>>;
  /** of outputs that say which class a sample is of */
  readonly classNames: Readonly<Partial<Record<Outputs, readonly string[] | undefined>>>;
  readonly data: {
    readonly x: By<Inputs, Tensor>;
    readonly t: Readonly<Partial<Record<Outputs, Tensor>>>;
    readonly scale?: Readonly<Partial<Record<Inputs, number>>>;
    readonly classNames?: Readonly<Partial<Record<Outputs, readonly string[]>>>;
  };
  readonly outputShape: By<Outputs, Shape>;
  readonly metrics: Metrics | Readonly<Partial<Record<Outputs, Metrics>>>;
  readonly evaluation: NamedEvaluation<Outputs>;
  readonly accuracy: Readonly<Record<string, number>>;
}
