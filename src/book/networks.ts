// The networks of chapters 4 and 5, on kobai's own: `TwoLayerNet` is `sequential` under the book's names.

import {
  atLeastZero,
  check,
  oneOf,
  options as optionsOf,
  type Rule,
  seed as seedRule,
  whole,
} from "../check.ts";
import { type Initializer, normal, uniform, zeros } from "../nn/initializers.ts";
import { relu, sigmoid, softmax } from "../nn/layers/activations.ts";
import { dense } from "../nn/layers/dense.ts";
import type { Layer } from "../nn/layers/layer.ts";
import { BookNetwork, bookNames } from "./book-network.ts";
import {
  type MultiLayerNetOptions,
  multiLayerRules,
  sizesOf,
  sizesRule,
  weightStart,
} from "./multi-layer.ts";

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

const initializerRule: Rule = [(value) => typeof value === "function", "an initializer, such as he()"];

const rules = {
  activation: oneOf("sigmoid", "relu"),
  weight: initializerRule,
  bias: initializerRule,
  seed: seedRule,
  dtype: oneOf("float64", "float32"),
};

/** What the book's networks choose for themselves. */
interface Start extends Required<Pick<BookNetworkOptions, "activation" | "weight" | "bias">> {
  /** Whether `predict` gives probabilities, not scores. */
  readonly probabilities: boolean;
  /** The loss has ½·weightDecayLambda·Σ W² more. */
  readonly weightDecayLambda?: number;
}

/** Affine layers with one activation between them. */
class AffineNetwork extends BookNetwork {
  /** @param sizes of the layers, the input's first; they and the options are checked */
  protected constructor(
    sizes: readonly number[],
    { activation, weight, bias, probabilities, ...rest }: Omit<BookNetworkOptions, keyof Start> & Start,
  ) {
    const units = sizes.slice(1);
    const layers: Layer[] = units.flatMap((count, i) => {
      const affine = dense(count, { weight, bias });
      if (i < units.length - 1) return [affine, activation === "relu" ? relu() : sigmoid()];
      return probabilities ? [affine, softmax()] : [affine];
    });
    const names = bookNames(units.map((_, i) => `dense${i + 1}`));
    super(layers, { ...rest, input: [sizes[0]!], names });
  }
}

/**
 * A network of affine layers with one activation between them, of any shape: the notebook's `init_network((4, 2, 3, 5))`, and chapter 6's
 * `MultiLayerNet(784, [100, 100], 10)`, whose `predict` gives scores and whose weights start by the activation, and can decay.
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
 * @example
 * ```ts
 * import { init } from "kobai";
 * import { MultiLayerNet } from "kobai/book";
 * await init();
 * const net = new MultiLayerNet(784, [100, 100], 10, { weightDecayLambda: 0.1 });
 * net.params.W3.shape; // [100, 10]
 * ```
 */
export class MultiLayerNet extends AffineNetwork {
  /**
   * @param sizes of the layers, the input's first: from 2 to 1000 whole numbers of at least 1
   * @param given activation: default "sigmoid"; weight and bias: default uniform from 0 to 1, the notebook's
   * @throws OptionError for sizes or options out of range, or options that there are not @throws StateError before `init()`
   */
  constructor(sizes: readonly number[], given?: BookNetworkOptions);
  /**
   * @param inputSize how many inputs @param hiddenSizeList of each hidden layer @param outputSize how many outputs
   * @param given activation: default "relu"; weightInitStd: default "relu"; weightDecayLambda: default 0
   * @throws as the other form does
   */
  constructor(
    inputSize: number,
    hiddenSizeList: readonly number[],
    outputSize: number,
    given?: MultiLayerNetOptions,
  );
  constructor(
    first: number | readonly number[],
    second?: readonly number[] | BookNetworkOptions,
    outputSize?: number,
    given?: MultiLayerNetOptions,
  ) {
    if (typeof first === "number" && second !== undefined) {
      const sizes = sizesOf("MultiLayerNet", first, second as readonly number[], outputSize);
      const options = optionsOf("MultiLayerNet", given, multiLayerRules);
      const { activation = "relu", weightInitStd = "relu", ...rest } = options;
      const starts = { weight: weightStart(weightInitStd), bias: zeros() };
      super(sizes, { ...rest, ...starts, activation, probabilities: false });
      return;
    }
    const options = optionsOf("MultiLayerNet", second as BookNetworkOptions, rules);
    check("MultiLayerNet", "sizes", first as readonly number[], sizesRule);
    const start = uniform({ low: 0, high: 1 });
    const { activation = "sigmoid", weight = start, bias = start } = options;
    super(first as readonly number[], {
      ...options,
      activation,
      weight,
      bias,
      probabilities: activation === "sigmoid",
    });
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
 * @example
 * ```ts
 * // The update written by hand, as in chapters 4 and 5: params are plain tensors, and the next call sees what they have become.
 * import { init } from "kobai";
 * import { TwoLayerNet } from "kobai/book";
 * await init();
 * const net = new TwoLayerNet(2, 3, 2, 1); // weight_init_std
 * const before = net.loss([1, 2], 1);
 * const grads = net.gradient([1, 2], 1);
 * for (const key of ["W1", "b1", "W2", "b2"]) {
 *   const { data } = net.params[key];
 *   for (let i = 0; i < data.length; i++) data[i] -= 0.1 * grads[key].data[i];
 * }
 * net.loss([1, 2], 1) < before; // true
 * ```
 */
export class TwoLayerNet extends AffineNetwork {
  /**
   * @param given options, or the standard deviation of the initial weights: the book's fourth argument, `weight_init_std`.
   *   activation: default "relu", chapter 5's form; "sigmoid" is chapter 4's
   * @throws OptionError for sizes or options out of range, or options that there are not @throws StateError before `init()`
   */
  constructor(
    inputSize: number,
    hiddenSize: number,
    outputSize: number,
    given?: number | TwoLayerNetOptions,
  ) {
    for (const [name, size] of Object.entries({ inputSize, hiddenSize, outputSize })) {
      check("TwoLayerNet", name, size, whole());
    }
    const { activation: form, seed, dtype } = rules;
    const options = optionsOf("TwoLayerNet", typeof given === "number" ? { weightInitStd: given } : given, {
      weightInitStd: atLeastZero,
      activation: form,
      seed,
      dtype,
    });
    const { weightInitStd = 0.01, activation = "relu", ...rest } = options;
    const starts = { weight: normal({ std: weightInitStd }), bias: zeros() };
    const probabilities = activation === "sigmoid";
    super([inputSize, hiddenSize, outputSize], { ...rest, ...starts, activation, probabilities });
  }
}
