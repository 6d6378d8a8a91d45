// The networks of chapters 7 and 8. As in the book, images are [batch, channels, height, width] and filters [filters, channels, height, width]: the
// engine, which has channels last, is given them permuted.

import {
  atLeastZero,
  check,
  flag,
  isWhole,
  oneOf,
  options,
  type Rule,
  seed as seedRule,
  whole,
} from "../check.ts";
import { convolveAs } from "../graph/ops/conv.ts";
import { add, scale } from "../graph/ops/elementwise.ts";
import { permute as permuteAxes } from "../graph/ops/permute.ts";
import { he, type Initializer, normal, zeros } from "../nn/initializers.ts";
import { relu } from "../nn/layers/activations.ts";
import { dense } from "../nn/layers/dense.ts";
import { dropout } from "../nn/layers/dropout.ts";
import { type Layer, layer } from "../nn/layers/layer.ts";
import { maxPool2d } from "../nn/layers/pool.ts";
import { flatten, permute } from "../nn/layers/shape.ts";
import type { TensorLike } from "../tensor.ts";
import { BookNetwork, bookNames } from "./book-network.ts";

/** A convolution of `SimpleConvNet` and `DeepConvNet`. */
export interface ConvParam {
  /** How many filters. */
  filterNum: number;
  /** Their rows and columns. */
  filterSize: number;
  /** Zeros around the images. Default 0. */
  pad?: number;
  /** Pixels from one window to the next. Default 1. */
  stride?: number;
}

/** Options of `DeepConvNet`. */
export interface DeepConvNetOptions {
  /** Of the initial values, and of what dropout drops: a whole number from 0 to 2⁵³ − 1. Default 0. */
  seed?: number;
  /** "float64" (default), as NumPy computes, or "float32", which is faster. */
  dtype?: "float64" | "float32";
}

/** Options of `SimpleConvNet`. */
export interface SimpleConvNetOptions extends DeepConvNetOptions {
  /** The standard deviation of the initial weights. Default 0.01. */
  weightInitStd?: number;
}

const rules = { seed: seedRule, dtype: oneOf("float64", "float32") };

const images: Rule = [
  (value) =>
    Array.isArray(value) && value.length === 3 && Array.from(value).every((size) => isWhole(size, 1)),
  "[channels, height, width], whole numbers of at least 1, such as [1, 28, 28]",
];

/** @throws OptionError */
function checkConvParam(call: string, name: string, given: ConvParam): Required<ConvParam> {
  const own = { filterNum: whole(), filterSize: whole(), pad: whole(0), stride: whole() };
  const { pad = 0, stride = 1, ...rest } = options(`${call}: ${name}`, given, own);
  check(`${call}: ${name}`, "filterNum", rest.filterNum, own.filterNum);
  check(`${call}: ${name}`, "filterSize", rest.filterSize, own.filterSize);
  return { ...rest, pad, stride };
}

/** @throws OptionError */
function checkSizes(call: string, inputDim: readonly number[], hiddenSize: number, outputSize: number): void {
  check(call, "inputDim", inputDim, images);
  check(call, "hiddenSize", hiddenSize, whole());
  check(call, "outputSize", outputSize, whole());
}

/** A convolution of images with channels last, by a weight as the book has it. */
const convolution = (
  { filterNum, filterSize, pad, stride }: Required<ConvParam>,
  weight: Initializer,
): Layer =>
  layer("convolution", (x, { parameter }) => {
    const channels = x.shape.at(-1)!;
    const last = [filterSize, filterSize, channels, filterNum];
    // As many go into an output whatever the order of axes; initializers know the engine's.
    const W = parameter("weight", [filterNum, channels, filterSize, filterSize], () => weight(last));
    const y = convolveAs("convolution", x, permuteAxes(W, [2, 3, 1, 0]), { stride, padding: pad });
    return add(y, parameter("bias", [filterNum], zeros()));
  });

const channelsLast = () => permute([2, 3, 1]);
/** Rows for an affine layer, of elements in the book's order. */
const rows = () => [permute([3, 1, 2]), flatten()];

/**
 * The book's convolutional network (7.5): convolution, ReLU, pooling 2×2, affine, ReLU, affine, softmax with cross-entropy. `predict` gives
 * scores. Weights start normal, of standard deviation 0.01, and biases at 0. The sizes between layers follow from the images'.
 *
 * params: W1 [filters, channels, height, width], b1, W2 [filters · rows · columns, hiddenSize], b2, W3, b3.
 *
 * @example
 * ```ts
 * import { init } from "kobai";
 * import { Adam, SimpleConvNet } from "kobai/book";
 * import { mnist, sampleBatch } from "kobai/data";
 * await init();
 * const { train } = await mnist({ flatten: false }); // [60000, 1, 28, 28]
 * const net = new SimpleConvNet([1, 28, 28], { filterNum: 30, filterSize: 5, pad: 0, stride: 1 }, 100, 10, 0.01);
 * const [x, t] = sampleBatch(train, 10);
 * new Adam({ lr: 0.001 }).update(net.params, net.gradient(x, t));
 * net.params.W2.shape; // [4320, 100]
 * ```
 */
export class SimpleConvNet extends BookNetwork {
  /**
   * @param inputDim of an image: [channels, height, width], default [1, 28, 28]
   * @param convParam default 30 filters of 5×5, without padding, stride 1
   * @param hiddenSize default 100 @param outputSize default 10
   * @param given options, or the standard deviation of the initial weights: the book's fifth argument, `weight_init_std`
   * @throws OptionError for sizes or options out of range, or options that there are not
   * @throws ShapeError where images are too small for the filters or the pooling @throws StateError before `init()`
   */
  constructor(
    inputDim: readonly number[] = [1, 28, 28],
    convParam: ConvParam = { filterNum: 30, filterSize: 5, pad: 0, stride: 1 },
    hiddenSize = 100,
    outputSize = 10,
    given?: number | SimpleConvNetOptions,
  ) {
    const call = "SimpleConvNet";
    checkSizes(call, inputDim, hiddenSize, outputSize);
    const made = checkConvParam(call, "convParam", convParam);
    const { weightInitStd: std = 0.01, ...rest } = options(
      call,
      typeof given === "number" ? { weightInitStd: given } : given,
      { weightInitStd: atLeastZero, ...rules },
    );
    const weight = normal({ std });
    const layers = [
      channelsLast(),
      convolution(made, weight),
      relu(),
      maxPool2d(2),
      ...rows(),
      dense(hiddenSize, { weight }),
      relu(),
      dense(outputSize, { weight }),
    ];
    super(layers, { ...rest, input: inputDim, names: bookNames(["convolution1", "dense1", "dense2"]) });
  }
}

/** The book's: of its six convolutions the fourth has a padding of 2, which makes 14×14 images 16×16. */
const deepParams = (): ConvParam[] =>
  [16, 16, 32, 32, 64, 64].map((filterNum, i) => ({
    filterNum,
    filterSize: 3,
    pad: i === 3 ? 2 : 1,
    stride: 1,
  }));

/** The book's dropout, which multiplies by 1 − rate in inference, not by its inverse in training. */
const bookDropout = (rate: number): Layer => {
  const inverted = dropout(rate);
  return layer("dropout", (x, { apply }) => scale(apply(inverted, x), 1 - rate));
};

/**
 * The book's deep network (8.1.1): six convolutions 3×3 of 16, 16, 32, 32, 64 and 64 filters, a ReLU behind each and pooling 2×2 behind every
 * second, affine, ReLU, dropout, affine, dropout, softmax with cross-entropy; each dropout drops half. `predict` gives scores. Weights start as `he`
 * says, and biases at 0.
 *
 * `gradient` and `numericalGradient` are those of training. What is dropped is a function of the seed and of how many times `gradient` was called.
 *
 * params: W1 [16, 1, 3, 3], b1, …, W7 [1024, 50], b7, W8 [50, 10], b8.
 *
 * @example
 * ```ts
 * import { init } from "kobai";
 * import { DeepConvNet } from "kobai/book";
 * await init();
 * using net = new DeepConvNet([1, 28, 28], undefined, 50, 10, { dtype: "float32" });
 * net.params.W7.shape; // [1024, 50]
 * net.predict(new Float32Array(784)).shape; // [10]
 * ```
 */
export class DeepConvNet extends BookNetwork {
  /**
   * @param inputDim of an image: [channels, height, width], default [1, 28, 28]
   * @param convParams six, default the book's: 3×3, with a padding of 1, of 2 the fourth
   * @param hiddenSize default 50 @param outputSize default 10 @param given seed, dtype
   * @throws OptionError for sizes or options out of range, or options that there are not
   * @throws ShapeError where images are too small for the filters or the pooling @throws StateError before `init()`
   */
  constructor(
    inputDim: readonly number[] = [1, 28, 28],
    convParams: readonly ConvParam[] = deepParams(),
    hiddenSize = 50,
    outputSize = 10,
    given?: DeepConvNetOptions,
  ) {
    const call = "DeepConvNet";
    checkSizes(call, inputDim, hiddenSize, outputSize);
    check(call, "convParams", convParams, [
      (value) => Array.isArray(value) && value.length === 6,
      "an array of six, such as { filterNum: 16, filterSize: 3, pad: 1, stride: 1 }",
    ]);
    const made = Array.from(convParams, (each, i) => checkConvParam(call, `convParams[${i}]`, each));
    const rest = options(call, given, rules);
    const layers = [
      channelsLast(),
      ...made.flatMap((each, i) => [convolution(each, he()), relu(), ...(i % 2 === 1 ? [maxPool2d(2)] : [])]),
      ...rows(),
      dense(hiddenSize, { weight: he() }),
      relu(),
      bookDropout(0.5),
      dense(outputSize, { weight: he() }),
      bookDropout(0.5),
    ];
    const names = bookNames([...made.map((_, i) => `convolution${i + 1}`), "dense1", "dense2"]);
    super(layers, { ...rest, input: inputDim, names });
  }

  /**
   * The cross-entropy of a batch, the mean over it. @param t one-hot rows or class labels
   * @param trainFlg whether layers do as in training, where they drop what they will in the next `gradient`; default false (the book's `loss` always
   *   trains)
   * @throws ShapeError where x or t does not fit the network @throws DataError for NaN, or labels out of range
   * @throws OptionError where trainFlg is neither true nor false
   */
  override loss(x: TensorLike, t: TensorLike, trainFlg = false): number {
    return this.lossIn({ training: check("loss", "trainFlg", trainFlg, flag) }, x, t);
  }
}
