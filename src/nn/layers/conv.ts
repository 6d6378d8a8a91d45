import { check, options, type Rule, whole } from "../../check.ts";
import { OptionError, ShapeError } from "../../errors.ts";
import { convolveAs, convolveTransposedAs, transposedRules } from "../../graph/ops/conv.ts";
import {
  convolutionRules,
  type Padding,
  type Pair,
  padding,
  pair,
  pairOf,
  sequencePadding,
} from "../../graph/ops/conv-geometry.ts";
import { add } from "../../graph/ops/elementwise.ts";
import { reshape } from "../../graph/ops/reshape.ts";
import { checkImages, checkSignals } from "../../graph/ops/windows.ts";
import type { Value } from "../../graph/value.ts";
import { type Initializer, initializer, initializerOrNone, normal, zeros } from "../initializers.ts";
import { type Layer, ownLayer } from "./layer.ts";

/** Options that all convolutions of images have. */
interface ConvolutionLayerOptions {
  /** The kernel's height and width: a number, or [height, width]. */
  kernel: number | Pair;
  /** Input pixels from one output to the next: a number, or [rows, columns]. Default 1. */
  stride?: number | Pair;
  /**
   * Zeros around the image: "valid", none; "same", so that stride 1 keeps its size (laid as TensorFlow does: where their number is odd, one
   * more below and right); a number, on every side (as PyTorch); [rows, columns]; [[above, below], [left, right]]. Default "valid".
   */
  padding?: Padding;
  /** Input pixels from one element of the kernel to the next: a number, or [rows, columns]. Default 1. */
  dilation?: number | Pair;
  /** How the bias starts. Default: zeros. `false`: no bias. */
  bias?: Initializer | false;
}

/** Options of `conv2d`. */
export interface Conv2dOptions extends ConvolutionLayerOptions {
  /** In how many groups channels and filters come, of which each filter sees its own group only. Default 1. */
  groups?: number;
  /** How the weight starts. Default: `normal({ std: 0.01 })`, the book's. */
  weight?: Initializer;
}

/** Options of `depthwiseConv2d`. */
export interface DepthwiseConv2dOptions extends ConvolutionLayerOptions {
  /** How many filters each channel has. Default 1. */
  multiplier?: number;
  /** How the weight starts. Default: `normal({ std: 0.01 })`. */
  weight?: Initializer;
}

/** Options of `convTranspose2d`. */
export interface ConvTranspose2dOptions extends Conv2dOptions {
  /** Rows and columns more behind the result, fewer than the stride. Default 0. */
  outputPadding?: number | Pair;
}

/** Options of `separableConv2d`. */
export interface SeparableConv2dOptions extends ConvolutionLayerOptions {
  /** How many filters each channel has before they are mixed. Default 1. */
  multiplier?: number;
  /** How the weight of the depthwise convolution starts. Default: `normal({ std: 0.01 })`. */
  depthwise?: Initializer;
  /** How the weight that mixes its results starts. Default: `normal({ std: 0.01 })`. */
  pointwise?: Initializer;
}

/** Options of `conv1d`. */
export interface Conv1dOptions {
  /** The kernel's length. */
  kernel: number;
  /** Inputs from one output to the next. Default 1. */
  stride?: number;
  /**
   * Zeros around the sequence: "valid", "same" (as for conv2d), a number at both ends, or [before, behind]: of a causal convolution
   * [(kernel − 1)·dilation, 0]. Default "valid".
   */
  padding?: "same" | "valid" | number | Pair;
  /** Inputs from one element of the kernel to the next. Default 1. */
  dilation?: number;
  /** In how many groups channels and filters come. Default 1. */
  groups?: number;
  /** How the weight starts. Default: `normal({ std: 0.01 })`. */
  weight?: Initializer;
  /** How the bias starts. Default: zeros. `false`: no bias. */
  bias?: Initializer | false;
}

const kernelRules = { kernel: pair, bias: initializerOrNone };
const imageRules = { kernel: pair, stride: pair, padding, dilation: pair, bias: initializerOrNone };

/** Options, of which the kernel must be there. */
function withKernel<T extends { kernel: unknown }>(
  name: string,
  given: T,
  rules: { readonly [K in keyof Required<T>]: Rule },
): T {
  const made = options(name, given, rules);
  check(name, "kernel", made.kernel, rules.kernel);
  return made;
}

const defaultWeight = () => normal({ std: 0.01 });

/** The channels of x. @throws ShapeError where they do not come in so many groups */
function channelsOf(name: string, x: Value, groups: number): number {
  const channels = x.shape.at(-1)!;
  if (channels % groups === 0) return channels;
  throw new ShapeError(
    name,
    `${ShapeError.describe({ x: x.shape })}; its channels (${channels}) must be a multiple of groups (${groups})`,
    x.shape,
  );
}

/** @throws OptionError where filters do not come in so many groups */
function checkFilters(name: string, filters: number, groups = 1): void {
  check(name, "filters", filters, whole());
  if (filters % groups !== 0) {
    throw new OptionError(
      `${name}: filters must be a multiple of groups; got ${filters} filters in ${groups} groups`,
    );
  }
}

/**
 * A convolution of images (book 7.2): each filter slides over the image, and gives at each place the sum of the products of its weights and of
 * what lies under them: y = x ∗ W + b. Parameters: weight [kernel height, kernel width, channels / groups, filters], bias [filters].
 *
 * x: [batch, height, width, channels] → [batch, output height, output width, filters], where
 * output = ⌊(size + padding − (kernel − 1)·dilation − 1) / stride⌋ + 1; ⌈size / stride⌉ for padding "same".
 * @param filters how many, a whole number of at least 1
 * @param given kernel, and what need not be given: stride, padding, dilation, groups, weight, bias
 * @throws OptionError for another number of filters, one that is no multiple of groups, no kernel, or options that there are not
 * @throws ShapeError, when the network is made, where x holds no images, or they are smaller than the kernel
 * @example
 * ```ts
 * import { conv2d, dense, flatten, he, relu, sequential } from "kobai";
 * const net = sequential(
 *   [conv2d(16, { kernel: 3, padding: "same", weight: he() }), relu(), flatten(), dense(10)],
 *   { input: [28, 28, 1] },
 * );
 * ```
 */
export function conv2d(filters: number, given: Conv2dOptions): Layer {
  const name = "conv2d";
  const rules = { ...kernelRules, ...convolutionRules(), weight: initializer };
  const made = withKernel(name, given, rules);
  const { kernel, weight = defaultWeight(), bias = zeros(), groups = 1, ...rest } = made;
  checkFilters(name, filters, groups);
  return ownLayer(name, { filters, ...made }, (x, { parameter }) => {
    checkImages(name, x);
    const channels = channelsOf(name, x, groups);
    const w = parameter("weight", [...pairOf(kernel), channels / groups, filters], weight);
    const y = convolveAs(name, x, w, { ...rest, groups });
    return bias ? add(y, parameter("bias", [filters], bias)) : y;
  });
}

/**
 * A convolution of each channel by filters of its own (Howard et al. 2017, "MobileNets"; conv2d with as many groups as channels). Parameters: weight
 * [kernel height, kernel width, 1, channels · multiplier], bias [channels · multiplier].
 *
 * x: [batch, height, width, channels] → [batch, output height, output width, channels · multiplier], sizes as for `conv2d`; the
 * filters of a channel come one after another.
 * @param given kernel, and what need not be given: multiplier, stride, padding, dilation, weight, bias
 * @throws OptionError for no kernel, or options that there are not
 * @throws ShapeError, when the network is made, where x holds no images, or they are smaller than the kernel
 * @example
 * ```ts
 * import { depthwiseConv2d, relu, sequential } from "kobai";
 * const net = sequential([depthwiseConv2d({ kernel: 3, padding: "same" }), relu()], { input: [32, 32, 8] });
 * ```
 */
export function depthwiseConv2d(given: DepthwiseConv2dOptions): Layer {
  const name = "depthwiseConv2d";
  const rules = { ...imageRules, multiplier: whole(), weight: initializer };
  const made = withKernel(name, given, rules);
  const { kernel, multiplier = 1, weight = defaultWeight(), bias = zeros(), ...rest } = made;
  return ownLayer(name, { ...made }, (x, { parameter }) => {
    checkImages(name, x);
    const channels = channelsOf(name, x, 1);
    const filters = channels * multiplier;
    const w = parameter("weight", [...pairOf(kernel), 1, filters], weight);
    const y = convolveAs(name, x, w, { ...rest, groups: channels });
    return bias ? add(y, parameter("bias", [filters], bias)) : y;
  });
}

/**
 * A depthwise convolution, and a 1×1 convolution that mixes its results (Chollet 2017, "Xception"): what conv2d does with fewer weights.
 * Parameters: depthwise [kernel height, kernel width, 1, channels · multiplier], pointwise [1, 1, channels · multiplier, filters], bias
 * [filters].
 *
 * x: [batch, height, width, channels] → [batch, output height, output width, filters], sizes as for `conv2d`
 * @param filters how many, a whole number of at least 1
 * @param given kernel, and what need not be given: multiplier, stride, padding, dilation, depthwise, pointwise, bias
 * @throws OptionError for another number of filters, no kernel, or options that there are not
 * @throws ShapeError, when the network is made, where x holds no images, or they are smaller than the kernel
 * @example
 * ```ts
 * import { relu, separableConv2d, sequential } from "kobai";
 * const net = sequential([separableConv2d(16, { kernel: 3 }), relu()], { input: [32, 32, 8] });
 * ```
 */
export function separableConv2d(filters: number, given: SeparableConv2dOptions): Layer {
  const name = "separableConv2d";
  const weights = { depthwise: initializer, pointwise: initializer };
  const made = withKernel(name, given, { ...imageRules, multiplier: whole(), ...weights });
  const { kernel, multiplier = 1, bias = zeros(), ...more } = made;
  const { depthwise = defaultWeight(), pointwise = defaultWeight(), ...rest } = more;
  checkFilters(name, filters);
  return ownLayer(name, { filters, ...made }, (x, { parameter }) => {
    checkImages(name, x);
    const channels = channelsOf(name, x, 1);
    const between = channels * multiplier;
    const first = parameter("depthwise", [...pairOf(kernel), 1, between], depthwise);
    const second = parameter("pointwise", [1, 1, between, filters], pointwise);
    const y = convolveAs(name, convolveAs(name, x, first, { ...rest, groups: channels }), second, {});
    return bias ? add(y, parameter("bias", [filters], bias)) : y;
  });
}

/**
 * The transposed convolution (Dumoulin & Visin 2016; "deconvolution"): what flows back through a convolution, as a layer that makes images larger by
 * its stride. Parameters: weight [kernel height, kernel width, filters / groups, channels], bias [filters].
 *
 * x: [batch, height, width, channels] → [batch, output height, output width, filters], where
 * output = (size − 1)·stride + (kernel − 1)·dilation + 1 − padding + outputPadding; size·stride + outputPadding for padding "same".
 * @param filters how many, a whole number of at least 1
 * @param given kernel, and what need not be given: stride, padding (of the convolution that it is the gradient of: it takes pixels away),
 *   outputPadding, dilation, groups, weight, bias
 * @throws OptionError for another number of filters, one that is no multiple of groups, no kernel, an outputPadding that is not smaller than
 *   the stride, or options that there are not
 * @throws ShapeError, when the network is made, where x holds no images, or padding leaves nothing of them
 * @example
 * ```ts
 * import { convTranspose2d, sequential } from "kobai";
 * const net = sequential([convTranspose2d(3, { kernel: 4, stride: 2, padding: 1 })], { input: [16, 16, 8] });
 * net.outputShape; // [32, 32, 3]
 * ```
 */
export function convTranspose2d(filters: number, given: ConvTranspose2dOptions): Layer {
  const name = "convTranspose2d";
  const made = withKernel(name, given, { ...kernelRules, ...transposedRules(), weight: initializer });
  const { kernel, weight = defaultWeight(), bias = zeros(), groups = 1, ...rest } = made;
  checkFilters(name, filters, groups);
  return ownLayer(name, { filters, ...made }, (x, { parameter }) => {
    checkImages(name, x);
    const channels = channelsOf(name, x, groups);
    const w = parameter("weight", [...pairOf(kernel), filters / groups, channels], weight);
    const y = convolveTransposedAs(name, x, w, { ...rest, groups });
    return bias ? add(y, parameter("bias", [filters], bias)) : y;
  });
}

/**
 * A convolution of sequences. Parameters: weight [kernel, channels / groups, filters], bias [filters].
 *
 * x: [batch, length, channels] → [batch, output length, filters], lengths as the sizes of `conv2d`
 * @param filters how many, a whole number of at least 1
 * @param given kernel, and what need not be given: stride, padding, dilation, groups, weight, bias
 * @throws OptionError for another number of filters, one that is no multiple of groups, no kernel, or options that there are not
 * @throws ShapeError, when the network is made, where x is not [batch, length, channels], or shorter than the kernel
 * @example
 * ```ts
 * import { conv1d, relu, sequential } from "kobai";
 * const net = sequential([conv1d(8, { kernel: 5, padding: "same" }), relu()], { input: [100, 2] });
 * net.outputShape; // [100, 8]
 * ```
 */
export function conv1d(filters: number, given: Conv1dOptions): Layer {
  const name = "conv1d";
  const rules = {
    kernel: whole(),
    stride: whole(),
    padding: sequencePadding,
    dilation: whole(),
    groups: whole(),
  };
  const made = withKernel(name, given, { ...rules, weight: initializer, bias: initializerOrNone });
  const { kernel, stride = 1, padding: around = "valid", dilation = 1, groups = 1 } = made;
  const { weight = defaultWeight(), bias = zeros() } = made;
  checkFilters(name, filters, groups);
  const zerosAround: Padding = typeof around === "string" ? around : [[0, 0], pairOf(around)];
  const geometry = { stride: [1, stride], dilation: [1, dilation], padding: zerosAround, groups } as const;
  return ownLayer(name, { filters, ...made }, (x, { parameter }) => {
    checkSignals(name, x);
    const channels = channelsOf(name, x, groups);
    const [batch, length] = x.shape as [number, number];
    const w = parameter("weight", [kernel, channels / groups, filters], weight);
    // A sequence is an image of one row.
    const image = reshape(x, [batch, 1, length, channels]);
    const y = convolveAs(name, image, reshape(w, [1, ...w.shape]), geometry);
    const biased = bias ? add(y, parameter("bias", [filters], bias)) : y;
    return reshape(biased, [batch, ...biased.shape.slice(2)]);
  });
}
