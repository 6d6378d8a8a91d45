import type { Dataset } from "../data/dataset.ts";
import { ShapeError, StateError } from "../errors.ts";
import type { Shape } from "../graph/value.ts";
import { crossEntropy, type Loss } from "../nn/losses.ts";
import { type Optimizer, slotsOf } from "../nn/optimizers.ts";
import { ProgramCache } from "../runtime/program-cache.ts";
import { Resources } from "../runtime/resources.ts";
import {
  type DTypeName,
  formatShape,
  size,
  type Tensor,
  type TensorLike,
  type TypedArray,
} from "../tensor.ts";
import { type Targets, toInputs, toTargets } from "./arguments.ts";
import type { Core, TargetType } from "./core.ts";
import { chosenMetrics, type Evaluation, evaluator, type Metric } from "./evaluate.ts";
import { type FitOptions, fit, type History, type Slots, type TrainingState } from "./fit.ts";
import { accessors, type NamedTensors } from "./parameters.ts";
import { Predictor } from "./predict.ts";
import { composeLoss, type Differentiation, type LossProgram } from "./programs.ts";
import { checkH } from "./schedule.ts";
import { checkFinite, store } from "./store.ts";
import { type SummaryRow, summaryTable } from "./summary.ts";

/**
 * A network: parameters in linear memory and the programs that run over them. Made by `sequential`. Its memory is freed by `dispose()`,
 * at the end of a `using` block, or when it is collected.
 */
export class Network {
  /** Of the initial values and, by default, of the order of samples. */
  readonly seed: number;
  /** The type it computes in. */
  readonly dtype: DTypeName;
  /** One sample's shape, in and out. */
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  /** The parameters by name: reading gives a copy, assigning overwrites. */
  readonly params: NamedTensors;
  /** The gradients that the last step or `gradient` call left, likewise. */
  readonly grads: NamedTensors;
  readonly #core: Core;
  readonly #resources: Resources;
  readonly #programs: ProgramCache;
  readonly #training: TrainingState = { step: 0, updates: 0 };
  readonly #summary: readonly SummaryRow[];
  /** of the last fit's inputs, where they were held as compressed rows */
  #density: number | undefined;
  /** elements of a sample */
  readonly #inputs: number;
  /** whether the network can read compressed rows, once somebody has asked */
  readonly #predictor: Predictor;
  #fitting = false;
  #twin: Core | undefined;

  /** @internal Use `sequential`. */
  constructor(core: Core, seed: number, summary: readonly SummaryRow[]) {
    this.#core = core;
    this.seed = seed;
    this.dtype = core.dtype;
    this.inputShape = core.inputShape;
    this.#inputs = size(core.inputShape);
    this.outputShape = core.outputShape;
    this.#summary = summary;
    core.parameters.allocate(core.owner);
    try {
      core.parameters.initialize(seed);
    } catch (error) {
      core.parameters.dispose();
      throw error;
    }
    this.#resources = new Resources();
    this.#resources.add(core.parameters);
    this.#resources.followLifeOf(this);
    this.#programs = this.#resources.add(new ProgramCache());
    this.#predictor = new Predictor(core, this.#programs, this.outputShape);
    // Whoever holds `params` holds the network: it must not be collected while they can be read.
    const alive = () => this.#alive();
    this.params = accessors(core.parameters, "values", alive);
    this.grads = accessors(core.parameters, "gradients", alive);
  }

  /** Steps trained so far, in all fits. */
  get steps(): number {
    return this.#training.step;
  }

  /**
   * Trains the network.
   *
   * Steps run inside wasm, many to a call, in slices of a few milliseconds, so that a page stays alive and `signal` works. The same
   * seed, data and options give the same bits on every machine; two fits in a row with one optimizer object give those of one.
   *
   * @param data the samples; they may lie in any of the tensor types, and are scaled by `data.scale` as they enter
   * @returns the losses and evaluations
   * @throws OptionError for options out of their range
   * @throws DataError for data that does not fit the network: another shape, NaN, labels out of range
   * @throws NotFiniteError where the loss becomes NaN or infinite; the parameters are then those before that step
   * @throws StateError while another fit of this network runs, or after dispose
   * @example
   * ```ts
   * import { crossEntropy, sgd } from "kobai";
   * const { loss } = await net.fit(train, {
   *   loss: crossEntropy(),
   *   optimizer: sgd({ lr: 0.1 }),
   *   batchSize: 100,
   *   epochs: 2,
   *   evaluate: { data: test },
   *   onEvaluate: ({ epoch, results }) => console.log(epoch, results.data.accuracy),
   * });
   * ```
   */
  async fit(data: Dataset, options: FitOptions): Promise<History> {
    this.#alive();
    if (this.#fitting)
      throw new StateError("fit: this network is being trained already; await that fit first");
    this.#fitting = true;
    try {
      return await fit(this.#core, this.#training, data, options, {
        seed: this.seed,
        classesFor: (loss) => this.#classesFor(loss),
        alive: () => !this.#resources.disposed,
        slotsFor: (optimizer) => this.#slotsFor(optimizer),
        keepSlots: (slots) => this.#keepSlots(slots),
        exact: () => this.#exact(),
        holds: ({ density }) => {
          this.#density = density;
        },
      });
    } finally {
      this.#fitting = false;
    }
  }

  /**
   * The mean loss over a data set, and for class targets the accuracy.
   *
   * @param options loss: default `crossEntropy()`; metrics: which of "loss" and "accuracy" to measure, default both, the other is NaN;
   * signal: rejects with its reason when aborted
   * @throws OptionError for metrics that there are not
   * @throws DataError for data that does not fit the network
   * @throws StateError after dispose, also where that happens meanwhile
   * @example const { loss, accuracy } = await net.evaluate(test);
   * @example (await net.evaluate(test, { metrics: ["accuracy"] })).loss; // NaN
   */
  async evaluate(
    data: Dataset,
    {
      loss = crossEntropy(),
      metrics,
      signal,
    }: { loss?: Loss; metrics?: readonly Metric[]; signal?: AbortSignal } = {},
  ): Promise<Evaluation> {
    this.#alive();
    const measured = chosenMetrics("evaluate: metrics", loss, metrics);
    const stored = store("evaluate", this.#core, data, { classes: this.#classesFor(loss) });
    try {
      const measure = evaluator(this.#core, stored, loss, measured);
      try {
        const result = await measure.evaluate(signal);
        this.#alive();
        if (!result) throw signal?.reason;
        return result;
      } finally {
        measure.dispose();
      }
    } finally {
      stored.dispose();
    }
  }

  /**
   * The network's output for samples.
   *
   * Where most of their elements are zero and the network begins with an affine layer, zeros are skipped: the outputs are the same to
   * the last bit, and an image of MNIST takes half the time. Large batches are taken in parts, so memory does not grow with them.
   *
   * @param x [batch, …input], or one sample […input]
   * @returns [batch, …output], or one sample's output
   * @throws ShapeError where x fits neither form @throws DataError where x holds NaN
   * @example net.predict(new Float32Array(784)).shape; // [10]
   * @example net.predict(new Uint8Array(3 * 784)).shape; // [3, 10]
   */
  predict(x: TensorLike): Tensor {
    return this.#predict("predict", x);
  }

  #predict(call: string, x: TensorLike): Tensor {
    this.#alive();
    return this.#predictor.predict(call, x);
  }

  /**
   * The loss of a batch.
   *
   * @param x [batch, …input] or one sample @param t labels [batch], one-hot rows, or values of the output's shape
   * @param loss default `crossEntropy()`
   * @throws ShapeError where x or t does not fit the network @throws DataError where they hold NaN or labels out of range
   * @example net.loss(new Float32Array(2 * 784), [3, 7]) > 0; // true
   */
  loss(x: TensorLike, t: TensorLike, loss: Loss = crossEntropy()): number {
    return this.#runLoss("loss", x, t, loss);
  }

  /**
   * The gradient of the loss of a batch by every parameter, by backpropagation. They also come to lie in `grads`.
   *
   * @returns tensors by parameter name
   * @throws as `loss` does
   * @example net.gradient(new Float32Array(784), 3)["dense1.bias"].shape; // [10]
   */
  gradient(x: TensorLike, t: TensorLike, loss: Loss = crossEntropy()): NamedTensors {
    this.#runLoss("gradient", x, t, loss, "backprop");
    return Object.fromEntries(Object.entries(this.grads));
  }

  /**
   * The gradient of the loss of a batch by every parameter, by numerical differentiation (book 4.4): the central difference
   * (L(w + h) − L(w − h)) / 2h of the true loss, in float64 whatever the network's dtype.
   *
   * It runs inside wasm, and only what a parameter moves is evaluated again: for a weight of an affine layer one column, then a
   * multiple of one row, and only for the samples whose input there is not zero.
   *
   * @param options h: default 1e-4, the book's; loss: default `crossEntropy()`
   * @returns float64 tensors by parameter name
   * @throws OptionError where h is not above 0
   * @example
   * const [x, t] = takeBatch(test, 0, 2);
   * net.numericalGradient(x, t)["dense1.bias"].dtype; // "float64"
   */
  numericalGradient(
    x: TensorLike,
    t: TensorLike,
    { h = 1e-4, loss = crossEntropy() }: { h?: number; loss?: Loss } = {},
  ): NamedTensors {
    this.#alive();
    checkH("numericalGradient", h);
    const core = this.#exact();
    const inputs = toInputs("numericalGradient", x, this.#core);
    checkFinite("numericalGradient", "x", inputs.values, this.#inputs);
    const { type, values } = this.#targets("numericalGradient", t, inputs.batch, loss);
    const target: TargetType = type.dtype === "int32" ? type : { ...type, dtype: "float64" };
    if (core !== this.#core) {
      for (const name of this.#core.parameters.names) {
        core.parameters.write(name, this.#core.parameters.read(name, "values"), "values");
      }
    }
    const program = composeLoss(core, inputs.batch, loss, target, { h });
    try {
      const { heap } = core.engine;
      heap.view("float64", program.x, inputs.values.data.length).set(inputs.values.data);
      heap.view(target.dtype, program.t, values.data.length).set(values.data);
      program.run(1);
    } finally {
      program.dispose();
    }
    return Object.fromEntries(
      core.parameters.names.map((name) => [name, core.parameters.read(name, "gradients")]),
    );
  }

  /**
   * The share of samples whose largest output is the label's, from 0 to 1; of several largest the first counts.
   *
   * @param x [batch, …input] or one sample @param t labels [batch] or one-hot rows
   * @throws as `loss` does
   * @example
   * const [x, t] = takeBatch(test, 0, 100);
   * net.accuracy(x, t) <= 1; // true
   */
  accuracy(x: TensorLike, t: TensorLike): number {
    const classes = this.#classes("accuracy");
    const output = this.#predict("accuracy", x);
    const batch = output.data.length / classes;
    const labels = this.#targets("accuracy", t, batch, crossEntropy());
    const best = (row: ArrayLike<number>) =>
      Array.from(row).reduce((top, value, j) => (value > row[top]! ? j : top), 0);
    let correct = 0;
    for (let i = 0; i < batch; i++) {
      const row = (data: TypedArray) => data.subarray(i * classes, (i + 1) * classes);
      const label = labels.type.shape.length === 0 ? labels.values.data[i] : best(row(labels.values.data));
      if (best(row(output.data)) === label) correct++;
    }
    return correct / batch;
  }

  /**
   * A table of the layers, their outputs and their parameters; and after a fit whose inputs were mostly zeros, that they were held as
   * compressed rows, and how many of their elements were not zero.
   * @example console.log(net.summary());
   */
  summary(): string {
    return summaryTable(this.#summary, this.inputShape, this.dtype, this.#density);
  }

  /** Frees the network's memory; any later call throws a StateError. Disposing twice does no harm. @example net.dispose(); */
  dispose(): void {
    this.#resources.forgetLife();
    this.#resources.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #alive(): void {
    if (!this.#resources.disposed) return;
    throw new StateError(`${this.#core.owner} was disposed of; its memory is gone. Make a new network`);
  }

  #classes(call: string): number {
    const classes = this.outputShape[0];
    if (this.outputShape.length === 1 && classes !== undefined) return classes;
    throw new ShapeError(
      call,
      `class labels need an output of [batch, classes]; the network's is [batch, ${this.outputShape.join(", ")}]`,
      this.outputShape,
    );
  }

  #classesFor(loss: Loss): number | undefined {
    return loss.targets === "classes" ? this.#classes(loss.name) : undefined;
  }

  #runLoss(call: string, x: TensorLike, t: TensorLike, loss: Loss, by?: Differentiation): number {
    this.#alive();
    const inputs = toInputs(call, x, this.#core);
    checkFinite(call, "x", inputs.values, this.#inputs);
    const { type, values } = this.#targets(call, t, inputs.batch, loss);
    const key = `${call} ${inputs.batch} ${type.dtype} ${formatShape(type.shape)}`;
    const program = this.#programs.get(
      key,
      () => composeLoss(this.#core, inputs.batch, loss, type, by),
      loss,
    ) as LossProgram;
    const { heap } = this.#core.engine;
    heap.view(this.dtype, program.x, inputs.values.data.length).set(inputs.values.data);
    heap.view(type.dtype, program.t, values.data.length).set(values.data);
    program.run(1);
    return heap.view(this.dtype, program.loss, 1)[0]!;
  }

  #targets(call: string, t: TensorLike, batch: number, loss: Loss): Targets {
    const classes = this.#classesFor(loss);
    return toTargets(call, t, { batch, classes, outputShape: this.outputShape, dtype: this.dtype });
  }

  /** The network in float64: itself, or a twin with room for parameters of its own, made when first needed. */
  #exact(): Core {
    if (this.dtype === "float64") return this.#core;
    if (!this.#twin) {
      const twin = this.#core.in("float64");
      twin.parameters.allocate(twin.owner);
      this.#resources.add(twin.parameters);
      this.#twin = twin;
    }
    return this.#twin;
  }

  /** The optimizer's state: that of the last fit if it is the same optimizer, else new and zero. */
  #slotsFor(optimizer: Optimizer): Slots {
    const { slots } = this.#training;
    if (slots?.optimizer === optimizer) return slots;
    const { engine, owner, parameters } = this.#core;
    const block = engine.heap.allocate(slotsOf("fit", optimizer) * parameters.bytes, `${owner}: optimizer`);
    return { optimizer, address: block.address, dispose: () => engine.heap.free(block) };
  }

  #keepSlots(slots: Slots): void {
    const state = this.#training;
    if (state.slots === slots) return;
    if (state.slots) this.#resources.release(state.slots);
    state.slots = this.#resources.add(slots);
    state.updates = 0;
  }
}
