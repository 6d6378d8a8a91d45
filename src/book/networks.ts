// The networks of chapters 4 and 5, on kobai's own: `TwoLayerNet` is `sequential` under the book's names.

import { OptionError } from "../errors.ts";
import { type Initializer, normal, uniform, zeros } from "../nn/initializers.ts";
import { dense, type Layer, relu, sigmoid, softmax } from "../nn/layers.ts";
import type { Tensor, TensorLike } from "../tensor.ts";
import type { Network } from "../train/network.ts";
import type { NamedTensors } from "../train/parameters.ts";
import { sequential } from "../train/sequential.ts";

/** Options of `TwoLayerNet` and `MultiLayerNet`. */
export interface BookNetworkOptions {
  /**
   * "sigmoid": chapter 4's network: sigmoid behind the hidden layers, and `predict` gives probabilities, by softmax.
   * "relu": chapter 5's: ReLU behind the hidden layers, and `predict` gives the scores, before the softmax.
   */
  activation?: "sigmoid" | "relu";
  /** How the weights start. */
  weight?: Initializer;
  /** How the biases start. */
  bias?: Initializer;
  /** Of the initial values: a whole number from 0 to 2⁵³ − 1. Default 0. */
  seed?: number;
  /** "float64" (default), as NumPy computes, or "float32", which is faster. */
  dtype?: "float64" | "float32";
}

/**
 * A network of affine layers with one activation between them, of any shape: the notebook's `init_network((4, 2, 3, 5))`.
 *
 * The loss is the cross-entropy of the output's softmax, taken from the scores: it needs no 1e-7 inside the logarithm, since it
 * never takes that of 0. Its memory is freed by `dispose()`, at the end of a `using` block, or when it is collected.
 *
 * @example
 * ```ts
 * import { init } from "kobai";
 * import { MultiLayerNet } from "kobai/book";
 * await init();
 * const net = new MultiLayerNet([4, 2, 3, 5]);
 * net.params.W2.shape; // [2, 3]
 * net.predict([0.1, 0.2, 0.3, 0.4]); // a tensor [5], whose sum is 1
 * ```
 */
export class MultiLayerNet {
  /** W1, b1, W2, b2, …: reading gives a copy, assigning overwrites. */
  readonly params: NamedTensors;
  readonly #net: Network;
  /** The network's names of the parameters, by the book's. */
  readonly #names: ReadonlyMap<string, string>;

  /**
   * @param sizes of the layers, the input's first: at least two whole numbers of at least 1
   * @param options activation: default "sigmoid"; weight and bias: default uniform from 0 to 1, the notebook's
   * @throws OptionError for sizes or options out of range @throws StateError before `init()`
   */
  constructor(
    sizes: readonly number[],
    {
      activation = "sigmoid",
      weight = uniform({ low: 0, high: 1 }),
      bias = uniform({ low: 0, high: 1 }),
      seed = 0,
      dtype = "float64",
    }: BookNetworkOptions = {},
  ) {
    check(sizes, activation);
    const units = sizes.slice(1);
    const layers: Layer[] = units.flatMap((count, i) => {
      const affine = dense(count, { weight, bias });
      if (i < units.length - 1) return [affine, activation === "relu" ? relu() : sigmoid()];
      return activation === "relu" ? [affine] : [affine, softmax()];
    });
    this.#net = sequential(layers, { input: [sizes[0]!], seed, dtype });
    this.#names = new Map(
      units.flatMap((_, i) => [
        [`W${i + 1}`, `dense${i + 1}.weight`],
        [`b${i + 1}`, `dense${i + 1}.bias`],
      ]),
    );
    this.params = renamed(this.#net.params, this.#names);
  }

  /**
   * Probabilities where the activation is sigmoid, scores where it is ReLU.
   * @param x [batch, inputs], or one sample [inputs]
   * @throws ShapeError where x fits neither form @throws DataError where x holds NaN
   */
  predict(x: TensorLike): Tensor {
    return this.#net.predict(x);
  }

  /** The cross-entropy of a batch, the mean over it. @param t one-hot rows or class labels */
  loss(x: TensorLike, t: TensorLike): number {
    return this.#net.loss(x, t);
  }

  /** The share of samples whose largest output stands where t says, from 0 to 1. @param t one-hot rows or class labels */
  accuracy(x: TensorLike, t: TensorLike): number {
    return this.#net.accuracy(x, t);
  }

  /** The loss's gradient by every parameter, by backpropagation (book 5.7.2). */
  gradient(x: TensorLike, t: TensorLike): NamedTensors {
    return this.#ownNames(this.#net.gradient(x, t));
  }

  /**
   * The loss's gradient by every parameter, by central differences in float64 (book 4.5.1), swept inside wasm.
   * @param options h: default 1e-4
   * @throws OptionError where h is not above 0
   */
  numericalGradient(x: TensorLike, t: TensorLike, options: { h?: number } = {}): NamedTensors {
    return this.#ownNames(this.#net.numericalGradient(x, t, options));
  }

  /** Frees the network's memory; any later call throws a StateError. */
  dispose(): void {
    this.#net.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #ownNames(tensors: NamedTensors): NamedTensors {
    return Object.fromEntries([...this.#names].map(([own, name]) => [own, tensors[name]!]));
  }
}

/** Options of `TwoLayerNet`. */
export interface TwoLayerNetOptions extends Omit<BookNetworkOptions, "weight" | "bias"> {
  /** The standard deviation of the initial weights. Default 0.01. */
  weightInitStd?: number;
}

/**
 * The book's network of two layers (4.5.1 and 5.7.2): affine, activation, affine, softmax with cross-entropy. Weights start normal, of
 * standard deviation 0.01, and biases at 0.
 *
 * @example
 * ```ts
 * import { init } from "kobai";
 * import { SGD, TwoLayerNet } from "kobai/book";
 * import { mnist, sampleBatch } from "kobai/data";
 * await init();
 * const { train } = await mnist();
 * const net = new TwoLayerNet(784, 50, 10);
 * const optimizer = new SGD({ lr: 0.1 });
 * for (let i = 0; i < 100; i++) {
 *   const [x, t] = sampleBatch(train, 100);
 *   optimizer.update(net.params, net.gradient(x, t)); // or net.numericalGradient(x, t)
 * }
 * ```
 */
export class TwoLayerNet extends MultiLayerNet {
  /**
   * @param options activation: default "relu", chapter 5's form; "sigmoid" is chapter 4's
   * @throws OptionError for sizes or options out of range @throws StateError before `init()`
   */
  constructor(
    inputSize: number,
    hiddenSize: number,
    outputSize: number,
    { weightInitStd = 0.01, activation = "relu", ...rest }: TwoLayerNetOptions = {},
  ) {
    const starts = { weight: normal({ std: weightInitStd }), bias: zeros() };
    super([inputSize, hiddenSize, outputSize], { ...rest, ...starts, activation });
  }
}

/** The same accessors under other names. */
function renamed(tensors: NamedTensors, names: ReadonlyMap<string, string>): NamedTensors {
  const result: NamedTensors = {};
  for (const [own, name] of names) {
    Object.defineProperty(result, own, {
      enumerable: true,
      get: () => tensors[name],
      set(tensor: Tensor) {
        tensors[name] = tensor;
      },
    });
  }
  return Object.preventExtensions(result);
}

function check(sizes: readonly number[], activation: string): void {
  if (sizes.length < 2 || !sizes.every((size) => Number.isInteger(size) && size >= 1)) {
    throw new OptionError(
      `MultiLayerNet: sizes must be at least two whole numbers of at least 1, such as [4, 2, 3, 5]; got [${sizes.join(", ")}]`,
    );
  }
  if (activation !== "sigmoid" && activation !== "relu") {
    throw new OptionError(`MultiLayerNet: activation must be "sigmoid" or "relu"; got ${activation}`);
  }
}
