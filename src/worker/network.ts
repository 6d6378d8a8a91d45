import { signal as aborts, callback, check, isObject, property, type Rule } from "../check.ts";
import type { Shape } from "../graph/value.ts";
import type { Bytes } from "../io/bytes.ts";
import type { DTypeName, Tensor, TensorLike } from "../tensor.ts";
import type { Evaluation } from "../train/evaluate.ts";
import type { FitOptions } from "../train/fit-options.ts";
import type { EvaluationRecord, History, Progress } from "../train/history.ts";
import type { MetricName } from "../train/metrics/metric.ts";
import type { NamedTensors } from "../train/variables.ts";
import type { Connection } from "./connection.ts";
import { freeWith, handleOf, WorkerDataset } from "./dataset.ts";
import type { LossName } from "./description.ts";
import type { Calls, Handle, NetworkInfo, PostedFit } from "./messages.ts";
import { alone, bytesOf } from "./transfer.ts";

/**
 * Options of a network's `fit` in a worker: those of kobai's `fit`, with losses by name, data sets in the worker, and optimizers
 * and weights as descriptions.
 */
export interface WorkerFitOptions extends Omit<PostedFit, "evaluate">, Pick<FitOptions, "signal"> {
  /** Called every few milliseconds, and at the end. */
  onProgress?: (progress: Progress) => unknown;
  /** Called after each evaluation. */
  onEvaluate?: (record: EvaluationRecord) => unknown;
  evaluate?: {
    data: WorkerDataset | Readonly<Record<string, WorkerDataset>>;
    every?: number;
    metrics?: readonly MetricName[];
  };
}

/** Options of a network's `evaluate` in a worker. */
export interface WorkerEvaluateOptions {
  loss?: LossName;
  metrics?: readonly MetricName[];
  signal?: AbortSignal;
}

const object: Rule = [isObject, "an object"];
/** One that says so itself: it cannot be looked at from the worker. */
const signalRule: Rule = [
  (value) => aborts[0](value) && callback[0](property(value, "addEventListener")),
  aborts[1],
];

/**
 * A network in a worker. Made by `worker.sequential`. Its memory is freed by `dispose()`, with the worker, or when it is collected.
 * @example
 * ```ts
 * const net = await worker.sequential([{ kind: "dense", units: 3 }], { input: [2], seed: 1 });
 * net.outputShape; // [3]
 * net.dispose();
 * ```
 */
export class WorkerNetwork {
  /** Of the initial values and, by default, of the order of samples. */
  readonly seed: number;
  /** The type it computes in. */
  readonly dtype: DTypeName;
  /** One sample's shape, in and out. */
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  readonly #network: Handle;
  readonly #connection: Connection;
  readonly #free: () => void;

  /** @internal Use `worker.sequential`. */
  constructor(connection: Connection, { network, ...info }: NetworkInfo) {
    this.#connection = connection;
    this.#network = network;
    this.seed = info.seed;
    this.dtype = info.dtype;
    this.inputShape = info.inputShape;
    this.outputShape = info.outputShape;
    this.#free = freeWith(this, connection, network);
  }

  /**
   * Trains the network, as kobai's `fit` does, to the same bits.
   *
   * The optimizer goes on with its state where the last fit's was of the same description, but for its learning rate: a rate is changed
   * by aborting a fit and beginning another. `onEvaluate` is awaited; `onProgress` is not, but is called anew, with what is newest then, only
   * once it is done: a busy page slows nothing down. Both are done when the fit is. Where either throws or rejects, the fit ends with that
   * error.
   *
   * @throws OptionError, DataError, NotFiniteError as kobai's `fit` throws them
   * @throws StateError while another fit of this network runs, after dispose, or where the worker has ended
   * @example
   * const history = await net.fit(data, {
   *   loss: "crossEntropy",
   *   optimizer: { kind: "sgd", lr: 0.1 },
   *   epochs: 2,
   *   onProgress: ({ step, loss }) => console.log(step, loss),
   * });
   */
  async fit(data: WorkerDataset, given: WorkerFitOptions): Promise<History> {
    const handle = handleOf("fit", this.#connection, data);
    const { onProgress, onEvaluate, signal, evaluate, ...rest } = check("fit", "options", given, object);
    if (onProgress !== undefined) check("fit", "onProgress", onProgress, callback);
    if (onEvaluate !== undefined) check("fit", "onEvaluate", onEvaluate, callback);
    if (signal !== undefined) check("fit", "signal", signal, signalRule);
    const posted: PostedFit = {
      ...rest,
      ...(evaluate !== undefined && { evaluate: this.#posted(evaluate) }),
    };
    return this.#connection.call("fit", [this.#network, handle, posted], {
      signal,
      on: { progress: onProgress, evaluate: onEvaluate },
      owner: this,
    });
  }

  /** The data sets' handles in their places. */
  #posted(given: NonNullable<WorkerFitOptions["evaluate"]>): NonNullable<PostedFit["evaluate"]> {
    const { data, ...rest } = check("fit", "evaluate", given, object);
    const handle = (each: WorkerDataset) => handleOf("fit: evaluate.data", this.#connection, each);
    if (data instanceof WorkerDataset || !isObject(data)) return { ...rest, data: handle(data) };
    return {
      ...rest,
      data: Object.fromEntries(Object.entries(data).map(([name, each]) => [name, handle(each)])),
    };
  }

  /**
   * Has a fit wait at the end of its slice, within milliseconds, until `resume`; or the next one, where none is under way. Everything else can
   * be called meanwhile; it may be called by `onProgress` and `onEvaluate` too.
   *
   * @returns a promise that resolves when it waits
   * @throws StateError after dispose, or where the worker has ended @example await net.pause();
   */
  pause(): Promise<void> {
    return this.#call("pause");
  }

  /** Lets a fit that was paused go on, to the same bits. @throws as `pause` @example await net.resume(); */
  resume(): Promise<void> {
    return this.#call("resume");
  }

  /**
   * The mean loss over a data set, and for class targets the accuracy, as kobai's `evaluate` gives them.
   *
   * @param given loss: default that of the last fit, else "crossEntropy"; metrics: "loss", "accuracy" or both, the default;
   * signal: rejects with its reason when aborted
   * @throws OptionError, DataError as kobai's `evaluate` throws them @throws StateError after dispose, or where the worker has ended
   * @example const { loss, accuracy } = await net.evaluate(data);
   */
  async evaluate(data: WorkerDataset, given: WorkerEvaluateOptions = {}): Promise<Evaluation> {
    const handle = handleOf("evaluate", this.#connection, data);
    const { signal, ...options } = check("evaluate", "options", given, object);
    if (signal !== undefined) check("evaluate", "signal", signal, signalRule);
    const evaluation = this.#connection.call("evaluate", [this.#network, handle, options], {
      signal,
      owner: this,
    });
    // The reason stays here: it may be anything.
    return evaluation.finally(() => signal?.throwIfAborted());
  }

  /**
   * The network's output for samples, as kobai's `predict` gives it.
   *
   * @param x [batch, …input], or one sample […input], which are copied; or a data set in the worker, all of its samples
   * @throws ShapeError, DataError as kobai's `predict` throws them @throws StateError after dispose, or where the worker has ended
   * @example (await net.predict([0.5, -1])).shape; // [2]
   */
  async predict(x: TensorLike | WorkerDataset): Promise<Tensor> {
    if (!(x instanceof WorkerDataset)) return this.#call("predict", alone(x));
    return this.#call("predict", undefined, handleOf("predict", this.#connection, x));
  }

  /**
   * The outputs of all layers for samples, by the layers' names in order: "dense1", "relu1", "dense2".
   *
   * @param x as `predict` takes it @returns tensors [batch, …]
   * @throws as `predict` @example Object.keys(await net.outputs([0.5, -1]));
   */
  outputs(x: TensorLike): Promise<Record<string, Tensor>> {
    return this.#call("outputs", alone(x));
  }

  /**
   * The gradient of the loss of a batch by every parameter, as kobai's `gradient` gives it.
   *
   * @param loss default that of the last fit, else "crossEntropy" @returns tensors by parameter name
   * @throws OptionError, ShapeError, DataError as there @throws StateError after dispose, or where the worker has ended
   * @example (await net.gradient([0.5, -1], 1))["dense1.bias"].shape;
   */
  gradient(x: TensorLike, t: TensorLike, loss?: LossName): Promise<NamedTensors> {
    return this.#call("gradient", alone(x), alone(t), loss);
  }

  /** Copies of the parameters, by name. @throws StateError after dispose, or where the worker has ended @example await net.params(); */
  params(): Promise<NamedTensors> {
    return this.#call("params");
  }

  /**
   * Copies of what layers keep besides parameters, such as running statistics, by name; empty for most networks.
   *
   * @throws StateError after dispose, or where the worker has ended @example await net.state();
   */
  state(): Promise<NamedTensors> {
    return this.#call("state");
  }

  /**
   * The SHA-256 of the parameters' elements, as `sha256(net.params)` of `kobai/io` gives it.
   *
   * @throws StateError after dispose, or where the worker has ended @example (await net.sha256()).length; // 64
   */
  sha256(): Promise<string> {
    return this.#call("sha256");
  }

  /** Steps trained so far, in all fits. @throws StateError after dispose, or where the worker has ended @example await net.steps(); */
  steps(): Promise<number> {
    return this.#call("steps");
  }

  /**
   * Parameters and state as the bytes of a safetensors file.
   *
   * @throws StateError after dispose, or where the worker has ended @example await net.load(await net.save());
   */
  save(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#call("save");
  }

  /**
   * Overwrites all parameters and state by those of a safetensors file, or none where anything does not fit.
   *
   * @param bytes of the file; they are copied
   * @throws DataError where it is no such file, or of other names or numbers; ShapeError where a shape is another
   * @throws StateError after dispose, or where the worker has ended
   * @example await net.load(await net.save());
   */
  async load(bytes: Bytes): Promise<void> {
    return this.#call("load", bytesOf("load", bytes));
  }

  /**
   * The bytes of a checkpoint, as kobai's `checkpoint` gives them: a safetensors file that holds where training stands as well. It may be
   * called while a fit goes on, and is of one step then.
   *
   * @throws StateError after dispose, or where the worker has ended @example (await net.checkpoint()).length > 0; // true
   */
  checkpoint(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#call("checkpoint");
  }

  /**
   * Makes the network what the one was whose checkpoint it is, as kobai's `restore` does: it trains on to the same bits.
   *
   * @param bytes they are copied
   * @throws DataError where they are no checkpoint, or of another network
   * @throws StateError while a fit of this network runs, after dispose, or where the worker has ended
   * @example await net.restore(await net.checkpoint());
   */
  async restore(bytes: Bytes): Promise<void> {
    return this.#call("restore", bytesOf("restore", bytes));
  }

  /**
   * Sets what integers given to `predict` and the like are multiplied by: that of the last fit's data, until it is set.
   *
   * @throws OptionError where it is no finite number @throws StateError after dispose, or where the worker has ended
   * @example await net.setScale(1 / 255);
   */
  setScale(scale: number): Promise<void> {
    return this.#call("scale", scale);
  }

  /**
   * What the classes are called, as kobai's `classNames` has it: those of the last fit's data, or of a checkpoint.
   *
   * @throws StateError after dispose, or where the worker has ended @example await net.classNames(); // undefined
   */
  classNames(): Promise<readonly string[] | undefined> {
    return this.#call("classNames");
  }

  /** Frees the network's memory; later calls reject with a StateError. Disposing twice does no harm. @example net.dispose(); */
  dispose(): void {
    this.#free();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #call<K extends CallsOfNetwork>(
    call: K,
    ...args: Rest<Parameters<Calls[K]>>
  ): Promise<ReturnType<Calls[K]>> {
    const all = [this.#network, ...args] as unknown as Parameters<Calls[K]>;
    return this.#connection.call(call, all, { owner: this });
  }
}

/** Calls whose first argument is the network. */
type CallsOfNetwork = Exclude<keyof Calls, "init" | "dataset" | "sequential" | "network">;
type Rest<Args extends readonly unknown[]> = Args extends readonly [unknown, ...infer R] ? R : never;
