import { anything, checkNamed, flag, options, positive, signal as signalRule } from "../check.ts";
import "../globals.ts";
import { StateError } from "../errors.ts";
import { ProgramCache } from "../runtime/program-cache.ts";
import { type Disposable, Resources } from "../runtime/resources.ts";
import type { DTypeName, Tensor } from "../tensor.ts";
import { accuracyOf } from "./accuracy.ts";
import { scaledInputs, toInputs, toTargets } from "./arguments.ts";
import { BatchLoss } from "./batch-loss.ts";
import { classNamesOf } from "./class-names.ts";
import { allocate, type Core } from "./core.ts";
import { noEpochs } from "./epochs.ts";
import { checkMeasurable, evaluator, measuredTerms } from "./evaluate.ts";
import type { Objective } from "./face.ts";
import { fit } from "./fit.ts";
import type { FitOptions } from "./fit-options.ts";
import type { History } from "./history.ts";
import type { InitialValues } from "./initial-values.ts";
import { checkStep } from "./lost-step.ts";
import type { ResultsOf } from "./metrics/metric.ts";
import { numericalGradient } from "./numerical.ts";
import { Predictor } from "./predict.ts";
import { Reader } from "./reader.ts";
import type { Signature, Single } from "./signature.ts";
import { type KeptSlots, keptSlots } from "./slots.ts";
import { store } from "./store.ts";
import { summaryTable } from "./summary.ts";
import type { TrainingState } from "./training-state.ts";
import { accessors, load, type NamedTensors, type Variables } from "./variables.ts";

const modeRules = { training: flag };

/**
 * What a network is made of, for what works on its parameters where they lie (`kobai/book`), and for what draws it (`kobai/plot`).
 *
 * @internal
 * @throws StateError after dispose
 */
export let coreOf: (network: AnyNetwork) => Core;

/** All that a checkpoint is made of, and made again by. */
export interface Inside extends KeptSlots {
  readonly core: Core;
  readonly seed: number;
  readonly training: TrainingState;
  readonly isFitting: boolean;
  /** gives it the network's own life */
  hold(resource: Disposable): void;
  /** ends it before */
  release(resource: Disposable): void;
}

/** @internal @throws StateError after dispose */
export let insideOf: (network: AnyNetwork) => Inside;

/** What `evaluate` gives: with several outputs, each has results of its own. */
type EvaluationOf<S extends Signature, M> = S extends Single
  ? S["evaluation"] & (M extends readonly unknown[] ? ResultsOf<M> : unknown)
  : S["evaluation"];

/** A network, whatever goes into it and comes out of it. */
// biome-ignore lint/suspicious/noExplicitAny: a network of one signature is none of another, since methods take what it says
export type AnyNetwork = Network<any>;

/**
 * A network: parameters in linear memory and the programs that run over them. Made by `sequential` or `model`. Its memory is freed by
 * `dispose()`, at the end of a `using` block, or when it is collected.
 *
 * Where a network has several inputs or outputs, what is said of `x`, `t` and losses below holds of each; they are given, and results come,
 * as objects by the names of inputs and outputs (`model`).
 * @example
 * ```ts
 * import { dense, Network, relu, sequential } from "kobai";
 * using net = sequential([dense(8), relu(), dense(3)], { input: [4], seed: 1 });
 * net instanceof Network; // true
 * net.predict([[1, 2, 3, 4]]).shape; // [1, 3]
 * ```
 */
export class Network<S extends Signature = Single> {
  readonly #seed: number;
  readonly #params: NamedTensors;
  readonly #grads: NamedTensors;
  readonly #state: NamedTensors;
  readonly #core: Core;
  readonly #resources: Resources;
  readonly #programs: ProgramCache;
  readonly #training: TrainingState;
  readonly #keeping: KeptSlots;
  /** of the last fit's inputs, where they were held as compressed rows */
  #densities: readonly (number | undefined)[] = [];
  readonly #predictor: Predictor;
  readonly #batchLoss: BatchLoss;
  readonly #initialValues: InitialValues;
  #fitting = false;
  #twin: Core | undefined;

  static {
    insideOf = (network) => {
      network.#ready();
      return {
        core: network.#core,
        seed: network.seed,
        training: network.#training,
        isFitting: network.#fitting,
        ...network.#keeping,
        hold: (resource) => network.#resources.add(resource),
        release: (resource) => network.#resources.release(resource),
      };
    };
    coreOf = (network) => {
      network.#ready();
      return network.#core;
    };
  }

  /** @internal Use `sequential` or `model`. */
  constructor(core: Core, seed: number) {
    this.#core = core;
    this.#seed = seed;
    this.#training = {
      step: 0,
      given: 0,
      epochs: noEpochs,
      scales: core.inputs.map(() => 1),
      classNames: [],
    };
    this.#resources = new Resources();
    this.#resources.orDispose(() => allocate(core, this.#resources));
    this.#keeping = keptSlots(core, this.#training, this.#resources);
    this.#initialValues = core.parameters.initialValues(seed);
    core.state.initialValues(seed).finish();
    this.#resources.followLifeOf(this);
    this.#programs = this.#resources.add(new ProgramCache());
    const reader = new Reader(core);
    this.#predictor = new Predictor(core, this.#programs, reader);
    this.#batchLoss = new BatchLoss(core, this.#programs, reader, seed);
    // Whoever holds `params` holds the network: it must not be collected while they can be read.
    const ready = () => this.#ready();
    this.#params = accessors("params", core.parameters, "values", ready);
    this.#grads = accessors("params", core.parameters, "gradients", ready);
    this.#state = accessors("state", core.state, "values", ready);
  }

  /** Of the initial values and, by default, of the order of samples. */
  get seed(): number {
    return this.#seed;
  }

  /** The type it computes in. */
  get dtype(): DTypeName {
    return this.#core.dtype;
  }

  /** One sample's shape, in and out. */
  get inputShape(): S["inputShape"] {
    return this.#core.face.byInput(this.#core.inputs.map(({ shape }) => shape));
  }

  get outputShape(): S["outputShape"] {
    return this.#core.face.byOutput(this.#core.outputs.map(({ shape }) => shape));
  }

  /** The parameters by name: reading one gives a copy, assigning overwrites it; assigning all of them is `load`. */
  get params(): NamedTensors {
    return this.#params;
  }

  set params(tensors: NamedTensors) {
    this.#load("params", [this.#core.parameters], tensors);
  }

  /**
   * What layers keep from step to step besides parameters, such as running statistics, by name and likewise; empty for most networks. A
   * file of weights needs both: `saveSafetensors(path, { ...net.params, ...net.state })`.
   */
  get state(): NamedTensors {
    return this.#state;
  }

  set state(tensors: NamedTensors) {
    this.#load("state", [this.#core.state], tensors);
  }

  /** The gradients that the last step or `gradient` call left, likewise. */
  get grads(): NamedTensors {
    return this.#grads;
  }

  /**
   * What integers given to `predict`, `loss`, `gradient`, `numericalGradient` and `accuracy` are multiplied by: the scale of the data of
   * the last fit, else 1. A file of weights does not hold it: set it after `load`.
   *
   * @throws OptionError where it is no finite number
   * @example net.scale = 1 / 255;
   */
  get scale(): S["scale"] {
    return this.#core.face.byInput(this.#training.scales);
  }

  set scale(scale: S["scale"]) {
    this.#training.scales = this.#core.face.scales("network", scale);
  }

  /**
   * What the network's classes are called, from class 0, so that a prediction can be said in words: those of the data of the last fit that
   * names them (`classNames`), or of a checkpoint; undefined where nothing did. It may be set.
   *
   * @throws OptionError where they are no list of names, or not as many as the network has classes
   * @example
   * net.classNames = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
   * const { data } = net.predict(new Float32Array(784));
   * net.classNames[data.indexOf(Math.max(...data))].length; // 1
   */
  get classNames(): S["classNames"] {
    return this.#core.face.byOutput(this.#training.classNames);
  }

  set classNames(names: S["classNames"]) {
    this.#training.classNames = classNamesOf("network", this.#core, names);
  }

  /** @internal What fits have left besides the parameters. */
  get training(): Readonly<TrainingState> {
    return this.#training;
  }

  /** Steps trained so far, in all fits. */
  get steps(): number {
    return this.#training.step;
  }

  /**
   * Trains the network.
   *
   * Steps run inside wasm, many to a call, in slices of a few milliseconds, so that a page stays alive and `signal` works; a long step
   * by numerical gradient runs in parts. The same seed, data and options give the same bits on every machine; two fits in a row with
   * one optimizer object give those of one.
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
  async fit(data: S["data"], options: FitOptions<S>): Promise<History<S["evaluation"]>> {
    this.#alive();
    if (this.#fitting)
      throw new StateError("fit: this network is being trained already; await that fit first");
    this.#fitting = true;
    try {
      return await fit(this.#core, this.#training, data, options as FitOptions, {
        net: this,
        seed: this.seed,
        alive: () => !this.#resources.disposed,
        drawn: (signal) => this.#initialValues.finishSlowly(() => this.#alive(), signal),
        ...this.#keeping,
        holds: ({ densities }) => {
          this.#densities = densities;
        },
      });
    } finally {
      this.#fitting = false;
    }
  }

  /**
   * How the network does on a data set: the mean loss, and for class targets the accuracy; or the metrics that are asked for.
   *
   * Metrics are measured in one pass, in wasm, and in float64 from the outputs on: "loss", "accuracy", `topK`, `binaryAccuracy`,
   * `precision`, `recall`, `f1`, `rocAuc`, `confusionMatrix`, `mae`, `mse`, `rmse`, `r2`, or a `metric` of one's own.
   *
   * @param given loss: default that of the last fit, else `crossEntropy()`; metrics: names and metrics, whose results are found under
   * their names, default ["loss", "accuracy"], without the accuracy where targets are values; signal: rejects with its reason when aborted
   * @returns the results; loss and accuracy are NaN where they were not measured
   * @throws OptionError for metrics that there are not, that such targets do not have or of which two have one name; for a loss or a
   * metric of one's own that is no mean over samples
   * @throws DataError for data that does not fit the network
   * @throws StateError after dispose, also where that happens meanwhile
   * @example const { loss, accuracy } = await net.evaluate(test);
   * @example (await net.evaluate(test, { metrics: ["accuracy"] })).loss; // NaN
   * @example
   * import { f1, topK } from "kobai";
   * const { top3, f1: each } = await net.evaluate(test, { metrics: [topK(3), f1({ average: "perClass" })] });
   * each.length; // 10
   */
  async evaluate<const M extends S["metrics"] = []>(
    data: S["data"],
    given?: { loss?: S["loss"]; metrics?: M; signal?: AbortSignal },
  ): Promise<EvaluationOf<S, M>> {
    this.#alive();
    const rules = { loss: anything, metrics: anything, signal: signalRule };
    const { loss, metrics, signal } = options("evaluate", given as object | undefined, rules) as {
      loss?: unknown;
      metrics?: unknown;
      signal?: AbortSignal;
    };
    const core = this.#core;
    const objective = this.#objectiveOf("evaluate", loss);
    const measured = measuredTerms("evaluate: metrics", core, objective, metrics);
    const samples = core.face.samples("evaluate", data, objective);
    checkMeasurable("evaluate", core, objective, measured, samples);
    const held = new Resources();
    try {
      const stored = held.add(store("evaluate", core, samples, objective));
      const measure = held.add(evaluator(core, stored, objective, measured));
      this.#alive();
      await this.#initialValues.finishSlowly(() => this.#alive(), signal);
      const result = signal?.aborted ? undefined : await measure.evaluate(signal);
      this.#alive();
      if (!result) throw signal?.reason;
      return result as EvaluationOf<S, M>;
    } finally {
      held.dispose();
    }
  }

  /**
   * The network's output for samples.
   *
   * Where most of their elements are zero and the network begins with an affine layer, zeros are skipped: the outputs are the same to
   * the last bit, and an image of MNIST takes half the time. Large batches are taken in parts of 500, so memory does not grow with them.
   *
   * Here and in `loss`, `gradient` and `accuracy`, integers (bytes, say) are multiplied by `scale`: that of the data that the
   * network was fitted with, unless it was set. Other numbers are taken as they are, since batches drawn by hand are scaled already.
   *
   * @param x [batch, …input], or one sample […input]
   * @returns [batch, …output], or one sample's output
   * @throws ShapeError where x fits neither form @throws DataError where x holds NaN
   * @example net.predict(new Float32Array(784)).shape; // [10]
   * @example net.predict(new Uint8Array(3 * 784)).shape; // [3, 10]
   */
  predict(x: S["x"]): S["y"] {
    return this.#core.face.byOutput(this.#predict("predict", x));
  }

  #predict(call: string, x: unknown): Tensor[] {
    this.#ready();
    return this.#predictor.predict(call, x, this.#training.scales);
  }

  /**
   * The loss of a batch.
   *
   * @param x [batch, …input] or one sample @param t labels [batch], one-hot rows, or values of the output's shape
   * @param loss default that of the last fit, else `crossEntropy()`
   * @param given training: whether layers do as in training, with what they would draw for the next step; default false
   * @throws ShapeError where x or t does not fit the network @throws DataError where they hold NaN or labels out of range
   * @example net.loss(new Float32Array(2 * 784), [3, 7]) > 0; // true
   */
  loss(x: S["x"], t: S["t"], loss?: S["loss"], given?: { training?: boolean }): number {
    const { training = false } = options("loss", given, modeRules);
    return this.#runLoss("loss", x, t, loss, { training, differentiated: false });
  }

  /**
   * The gradient of the loss of a batch by every parameter, by backpropagation. They also come to lie in `grads`.
   *
   * Layers do as in training: dropout drops what it would in the next step of a fit with the network's seed, the same at every call until
   * then, and batch normalization goes by the batch. State stays what it is.
   *
   * @param given training: default true; false differentiates the network as it predicts
   * @returns tensors by parameter name
   * @throws as `loss` does
   * @example net.gradient(new Float32Array(784), 3)["dense1.bias"].shape; // [10]
   */
  gradient(x: S["x"], t: S["t"], loss?: S["loss"], given?: { training?: boolean }): NamedTensors {
    const { training = true } = options("gradient", given, modeRules);
    this.#runLoss("gradient", x, t, loss, { training, differentiated: true });
    return Object.fromEntries(Object.entries(this.grads));
  }

  /**
   * The gradient of the loss of a batch by every parameter, by numerical differentiation (book 4.4): the central difference
   * (L(w + h) − L(w − h)) / 2h of the true loss, in float64 whatever the network's dtype.
   *
   * It runs inside wasm, and only what a parameter moves is evaluated again: for a weight of an affine layer one column, then a
   * multiple of one row, and only for the samples whose input there is not zero.
   *
   * It is one call that returns when it is done, which takes milliseconds for a small network and a minute for one of three large
   * layers. Where a page must not wait for that, take smaller batches, or train by it: `fit({ gradient: "numerical" })` gives turns.
   *
   * @param given h: default 1e-4, the book's; loss: default that of the last fit, else `crossEntropy()`; training: default true, as for
   * `gradient`, with the same random elements
   * @returns float64 tensors by parameter name
   * @throws OptionError where h is not above 0, or so small beside a parameter that it is lost in the rounding
   * @example
   * const [x, t] = takeBatch(test, 0, 2);
   * net.numericalGradient(x, t)["dense1.bias"].dtype; // "float64"
   */
  numericalGradient(
    x: S["x"],
    t: S["t"],
    given?: { h?: number; loss?: S["loss"]; training?: boolean },
  ): NamedTensors {
    this.#ready();
    const rules = { h: positive, loss: anything, ...modeRules };
    const {
      h = 1e-4,
      loss,
      training = true,
    } = options("numericalGradient", given as object | undefined, rules) as {
      h?: number;
      loss?: unknown;
      training?: boolean;
    };
    const objective = this.#objectiveOf("numericalGradient", loss);
    checkStep("numericalGradient", this.#core, h);
    const inputs = scaledInputs("numericalGradient", x, this.#core, this.#training.scales);
    const targets = toTargets("numericalGradient", t, inputs.batch, this.#core, objective);
    return numericalGradient(this.#core, this.#exact(), inputs, targets, {
      objective,
      h,
      training,
      seed: this.#seed,
      step: this.#training.step,
    });
  }

  /**
   * The share of samples whose largest output is the label's, from 0 to 1; of several largest the first counts. After a fit with a
   * binary loss: the share of outputs on the targets' side of ½.
   *
   * @param x [batch, …input] or one sample @param t labels [batch], or rows that are one-hot or any distribution
   * @param loss whose targets they are: default that of the last fit, else `crossEntropy()`
   * @throws as `loss` does, also where t is neither: the values of a regression have no accuracy
   * @example
   * const [x, t] = takeBatch(test, 0, 100);
   * net.accuracy(x, t) <= 1; // true
   */
  accuracy(x: S["x"], t: S["t"], loss?: S["loss"]): S["accuracy"] {
    const objective = this.#objectiveOf("accuracy", loss);
    return accuracyOf(this.#core, this.#predict("accuracy", x), t, objective);
  }

  /**
   * Overwrites parameters and state by tensors of their names, as `loadSafetensors` gives them: all of them, or none where anything does
   * not fit.
   *
   * @param tensors of their shapes; the numbers are rounded to the network's dtype
   * @param given partial: whether some may be missing, and then stay as they are; default false
   * @throws DataError where names are missing or of no parameter (the message lists them), or numbers are not finite
   * @throws ShapeError where a shape is another
   * @example
   * ```ts
   * import { loadSafetensors, saveSafetensors } from "kobai/io";
   * await saveSafetensors("weights.safetensors", { ...net.params, ...net.state });
   * net.load((await loadSafetensors("weights.safetensors")).tensors);
   * ```
   */
  load(tensors: NamedTensors, given?: { partial?: boolean }): void {
    this.#alive();
    const { partial = false } = options("load", given, { partial: flag });
    this.#load("load", [this.#core.parameters, this.#core.state], tensors, partial);
  }

  #load(call: string, all: readonly Variables[], tensors: NamedTensors, partial = false): void {
    this.#ready();
    checkNamed(call, tensors, "tensors by name, such as loadSafetensors gives");
    load(call, all, tensors, partial);
  }

  /**
   * A table of the layers: the shape of what comes out of each, its parameters (and state, which is not trained), the multiply-adds and
   * the bytes of activations that one sample takes in inference (of a product or a sum each term is one multiply-add, of a normalization each
   * element is one to three; a bias, activations, maxima and copies are none); below, the bytes of parameters and state, and after a fit whose inputs
   * were mostly zeros, that they were held as compressed rows, and how many of their elements were not zero.
   * @example console.log(net.summary());
   */
  summary(): string {
    return summaryTable(this.#core, this.#densities);
  }

  /** Frees the network's memory; any later call throws a StateError. Disposing twice does no harm. @example net.dispose(); */
  dispose(): void {
    this.#resources.forgetLife();
    this.#resources.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Alive, and with initial values. */
  #ready(): void {
    this.#alive();
    this.#initialValues.finish();
  }

  #alive(): void {
    if (!this.#resources.disposed) return;
    throw new StateError(`${this.#core.owner} was disposed of; its memory is gone. Make a new network`);
  }

  /** What is measured: by the loss that a call names, if it names one. */
  #objectiveOf(call: string, loss: unknown): Objective {
    const { face } = this.#core;
    return loss === undefined ? (this.#training.objective ?? face.usual(call)) : face.objective(call, loss);
  }

  #runLoss(
    call: string,
    x: unknown,
    t: unknown,
    loss: unknown,
    how: { training: boolean; differentiated: boolean },
  ): number {
    this.#ready();
    const objective = this.#objectiveOf(call, loss);
    const inputs = toInputs(call, x, this.#core);
    const targets = toTargets(call, t, inputs.batch, this.#core, objective);
    const { scales, step } = this.#training;
    return this.#batchLoss.run(call, inputs, targets, { objective, scales, step, ...how });
  }

  /** The network in float64: itself, or a twin with room for parameters of its own, made when first needed. */
  #exact(): Core {
    if (this.dtype === "float64") return this.#core;
    if (!this.#twin) {
      const twin = this.#core.in("float64");
      allocate(twin, this.#resources);
      this.#twin = twin;
    }
    return this.#twin;
  }
}
