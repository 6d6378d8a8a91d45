// What the client and the worker's script say to each other: calls with arguments, each answered once; on the way an answer may be preceded by
// events, and a call may be told to stop. All of it is plain data and the public types.

import type { Dataset } from "../data/dataset.ts";
import type { Shape } from "../graph/value.ts";
import type { Bytes } from "../io/bytes.ts";
import type { EngineInfo, InitOptions } from "../runtime/engine.ts";
import type { Tensor, TensorLike } from "../tensor.ts";
import type { Evaluation } from "../train/evaluate.ts";
import type { FitOptions } from "../train/fit-options.ts";
import type { EvaluationRecord, History, Progress } from "../train/history.ts";
import type { MetricName } from "../train/metrics/metric.ts";
import type { SequentialOptions } from "../train/sequential.ts";
import type { NamedTensors } from "../train/variables.ts";
import type {
  Kinds,
  LayerDescription,
  LossName,
  OptimizerDescription,
  WeightsDescription,
} from "./description.ts";
import type { ErrorMessage } from "./errors.ts";

/** A network or a data set that lies in the worker. */
export type Handle = number;

/** What a client is told of a network once it is made. */
export interface NetworkInfo {
  readonly network: Handle;
  readonly seed: number;
  readonly dtype: "float32" | "float64";
  readonly inputShape: Shape;
  readonly outputShape: Shape;
}

/** Options of a fit that can be posted. */
export interface PostedFit
  extends Omit<
    FitOptions,
    "loss" | "optimizer" | "evaluate" | "weights" | "signal" | "onProgress" | "onEvaluate" | "callbacks"
  > {
  readonly loss: LossName;
  readonly optimizer: OptimizerDescription;
  readonly evaluate?: {
    readonly data: Handle | Readonly<Record<string, Handle>>;
    readonly every?: number;
    readonly metrics?: readonly MetricName[];
  };
  readonly weights?: WeightsDescription;
}

/** What can be called, and what is answered. */
export interface Calls {
  init(options: InitOptions): { readonly info: EngineInfo; readonly kinds: Kinds };
  dataset(data: Dataset): Handle;
  sequential(layers: readonly LayerDescription[], options: SequentialOptions): NetworkInfo;
  /** a network of a checkpoint's bytes */
  network(bytes: Bytes): NetworkInfo;
  fit(network: Handle, data: Handle, options: PostedFit): History;
  pause(network: Handle): void;
  resume(network: Handle): void;
  evaluate(
    network: Handle,
    data: Handle,
    options: { readonly loss?: LossName; readonly metrics?: readonly MetricName[] },
  ): Evaluation;
  /** of samples, or of all those of a data set */
  predict(network: Handle, x: TensorLike | undefined, data?: Handle): Tensor;
  outputs(network: Handle, x: TensorLike): Record<string, Tensor>;
  gradient(network: Handle, x: TensorLike, t: TensorLike, loss?: LossName): NamedTensors;
  params(network: Handle): NamedTensors;
  state(network: Handle): NamedTensors;
  sha256(network: Handle): string;
  save(network: Handle): Uint8Array<ArrayBuffer>;
  load(network: Handle, bytes: Bytes): void;
  checkpoint(network: Handle): Uint8Array<ArrayBuffer>;
  restore(network: Handle, bytes: Bytes): void;
  steps(network: Handle): number;
  scale(network: Handle, scale: number): void;
  classNames(network: Handle): readonly string[] | undefined;
  dispose(handle: Handle): void;
}

/** What a fit tells while it goes on. The worker waits until an evaluation was taken, and has one progress under way at a time. */
export interface Events {
  readonly progress: Progress;
  readonly evaluate: EvaluationRecord;
}

export type ToWorker =
  | {
      readonly id: number;
      readonly call: keyof Calls;
      readonly args: readonly unknown[] /** before it began */;
      readonly aborted: boolean;
    }
  /** an event's number: it was taken */
  | { readonly id: number; readonly taken: number }
  | { readonly id: number; readonly abort: true };

export type FromWorker =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: ErrorMessage }
  | {
      readonly id: number;
      readonly event: keyof Events;
      readonly value: Events[keyof Events];
      readonly number: number;
    };
