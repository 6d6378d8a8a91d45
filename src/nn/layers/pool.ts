import type { Pair } from "../../graph/ops/conv-geometry.ts";
import {
  type AveragePoolOptions,
  averagePooling1d,
  averagePooling2d,
  globalAvgPool1d as globalAverage1d,
  globalAvgPool2d as globalAverage2d,
  globalMaxPool1d as globalMax1d,
  globalMaxPool2d as globalMax2d,
  type LineAveragePoolOptions,
  type LinePoolOptions,
  maxPooling1d,
  maxPooling2d,
  type PoolOptions,
  upsampling1d,
  upsampling2d,
} from "../../graph/ops/pool.ts";
import { type Layer, ownLayer } from "./layer.ts";

export type { AveragePoolOptions, LineAveragePoolOptions, LinePoolOptions, PoolOptions };

/** A layer by what it does, for which its options have been checked. */
// @__NO_SIDE_EFFECTS__
const poolLayer = (
  kind: string,
  forward: Layer["forward"],
  options: Readonly<Record<string, unknown>>,
): Layer => ownLayer(kind, options, forward);

/**
 * The largest element of each window and channel (book 7.3): y[b, i, j, c] = max x[b, i·stride + u, j·stride + v, c] over u and v.
 * Gradients go to the first of equal ones.
 *
 * x: [batch, height, width, channels] → [batch, rows of windows, columns of windows, channels], as many as
 * ⌊(length + 2·padding − window) / stride⌋ + 1 along each axis, ⌈length / stride⌉ for padding "same"
 * @param window rows and columns of a window: a whole number, or [rows, columns]. Default 2.
 * @param given stride (default: the window), padding (default "valid")
 * @throws OptionError for numbers out of range, or options that there are not; padding must be smaller than the window
 * @throws ShapeError, when the network is made, where x has other axes, or a window is larger than the image
 * @example
 * ```ts
 * import { dense, flatten, maxPool2d, sequential } from "kobai";
 * const net = sequential([maxPool2d(2), flatten(), dense(10)], { input: [28, 28, 1] });
 * net.params["dense1.weight"].shape; // [196, 10]
 * ```
 */
export const maxPool2d = (window: number | Pair = 2, given?: PoolOptions): Layer =>
  poolLayer("maxPool2d", maxPooling2d(window, given), { window, ...given });

/**
 * The mean of each window and channel. Elements of the padding are left out, as in TensorFlow; with `countPadding` they count as zeros, as
 * in PyTorch unless told otherwise.
 *
 * x: [batch, height, width, channels] → [batch, rows of windows, columns of windows, channels], as many as in `maxPool2d`
 * @param window rows and columns of a window: a whole number, or [rows, columns], of 1,024 elements at most. Default 2.
 * @param given stride (default: the window), padding (default "valid"), countPadding (default false)
 * @throws OptionError for numbers out of range, or options that there are not; padding must be smaller than the window
 * @throws ShapeError, when the network is made, where x has other axes, or a window is larger than the image
 * @example
 * ```ts
 * import { avgPool2d, sequential } from "kobai";
 * const net = sequential([avgPool2d(2)], { input: [2, 2, 1] });
 * net.predict(tensor([1, 2, 3, 6], [1, 2, 2, 1])).data; // Float32Array [3]
 * ```
 */
export const avgPool2d = (window: number | Pair = 2, given?: AveragePoolOptions): Layer =>
  poolLayer("avgPool2d", averagePooling2d(window, given), { window, ...given });

/** `maxPool2d` along one axis: [batch, length, channels] → [batch, windows, channels]. Default window: 2. @throws OptionError, ShapeError */
export const maxPool1d = (window = 2, given?: LinePoolOptions): Layer =>
  poolLayer("maxPool1d", maxPooling1d(window, given), { window, ...given });

/** `avgPool2d` along one axis: [batch, length, channels] → [batch, windows, channels]. Default window: 2. @throws OptionError, ShapeError */
export const avgPool1d = (window = 2, given?: LineAveragePoolOptions): Layer =>
  poolLayer("avgPool1d", averagePooling1d(window, given), { window, ...given });

/**
 * The mean of each channel over the whole image: [batch, height, width, channels] → [batch, channels].
 * @throws ShapeError, when the network is made, where x has other axes
 */
export const globalAvgPool2d = (): Layer => ownLayer("globalAvgPool2d", {}, globalAverage2d);

/**
 * The largest element of each channel over the whole image: [batch, height, width, channels] → [batch, channels].
 * @throws ShapeError, when the network is made, where x has other axes
 */
export const globalMaxPool2d = (): Layer => ownLayer("globalMaxPool2d", {}, globalMax2d);

/**
 * The mean of each channel over the whole signal: [batch, length, channels] → [batch, channels].
 * @throws ShapeError, when the network is made, where x has other axes
 */
export const globalAvgPool1d = (): Layer => ownLayer("globalAvgPool1d", {}, globalAverage1d);

/**
 * The largest element of each channel over the whole signal: [batch, length, channels] → [batch, channels].
 * @throws ShapeError, when the network is made, where x has other axes
 */
export const globalMaxPool1d = (): Layer => ownLayer("globalMaxPool1d", {}, globalMax1d);

/**
 * Makes images larger by repeating rows and columns, the nearest pixel: y[b, i, j, c] = x[b, ⌊i / factor⌋, ⌊j / factor⌋, c].
 *
 * x: [batch, height, width, channels] → [batch, height · factor, width · factor, channels]
 * @param factor how many of each row and column: a whole number, or [rows, columns]; at most 1,024 copies. Default 2.
 * @throws OptionError for another factor
 * @throws ShapeError, when the network is made, where x has other axes
 * @example
 * ```ts
 * import { sequential, upsample2d } from "kobai";
 * const net = sequential([upsample2d([1, 2])], { input: [1, 2, 1] });
 * net.predict(tensor([1, 2], [1, 1, 2, 1])).data; // Float32Array [1, 1, 2, 2]
 * ```
 */
export const upsample2d = (factor: number | Pair = 2): Layer =>
  poolLayer("upsample2d", upsampling2d(factor), { factor });

/** Makes signals longer by repeating elements: [batch, length, channels] → [batch, length · factor, channels]. Default factor: 2. */
export const upsample1d = (factor = 2): Layer => poolLayer("upsample1d", upsampling1d(factor), { factor });
