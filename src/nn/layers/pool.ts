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
} from "../../graph/ops/pool.ts";
import { type Layer, ownLayer } from "./layer.ts";

export type { AveragePoolOptions, LineAveragePoolOptions, LinePoolOptions, PoolOptions };

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
  ownLayer("maxPool2d", { window, ...given }, maxPooling2d(window, given));

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
  ownLayer("avgPool2d", { window, ...given }, averagePooling2d(window, given));

/**
 * `maxPool2d` along one axis: y[b, i, c] = max x[b, i·stride + u, c] over u (`MaxPool1d` of PyTorch).
 *
 * x: [batch, length, channels] → [batch, windows, channels], as many as in `maxPool2d`
 * @param window a whole number. Default 2. @param given stride (default: the window), padding (default "valid")
 * @throws OptionError, ShapeError as `maxPool2d`
 * @example
 * ```ts
 * import { maxPool1d, sequential, tensor } from "kobai";
 * using net = sequential([maxPool1d(2)], { input: [4, 1] });
 * [...net.predict(tensor([1, 2, 3, 6], [1, 4, 1])).data]; // [2, 6]
 * ```
 */
export const maxPool1d = (window = 2, given?: LinePoolOptions): Layer =>
  ownLayer("maxPool1d", { window, ...given }, maxPooling1d(window, given));

/**
 * `avgPool2d` along one axis: the mean of x[b, i·stride + u, c] over u (`AvgPool1d` of PyTorch).
 *
 * x: [batch, length, channels] → [batch, windows, channels], as many as in `maxPool2d`
 * @param window a whole number, of 1,024 at most. Default 2.
 * @param given stride (default: the window), padding (default "valid"), countPadding (default false)
 * @throws OptionError, ShapeError as `avgPool2d`
 * @example
 * ```ts
 * import { avgPool1d, sequential, tensor } from "kobai";
 * using net = sequential([avgPool1d(2)], { input: [4, 1] });
 * [...net.predict(tensor([1, 2, 3, 6], [1, 4, 1])).data]; // [1.5, 4.5]
 * ```
 */
export const avgPool1d = (window = 2, given?: LineAveragePoolOptions): Layer =>
  ownLayer("avgPool1d", { window, ...given }, averagePooling1d(window, given));

/**
 * The mean of each channel over the whole image (`GlobalAveragePooling2D` of Keras).
 *
 * x: [batch, height, width, channels] → [batch, channels]
 * @throws ShapeError, when the network is made, where x has other axes
 * @example
 * ```ts
 * import { globalAvgPool2d, sequential, tensor } from "kobai";
 * using net = sequential([globalAvgPool2d()], { input: [2, 2, 1] });
 * [...net.predict(tensor([1, 2, 3, 6], [1, 2, 2, 1])).data]; // [3]
 * ```
 */
export const globalAvgPool2d = (): Layer => ownLayer("globalAvgPool2d", {}, globalAverage2d);

/**
 * The largest element of each channel over the whole image (`GlobalMaxPooling2D` of Keras). Gradients go to the first of equal ones.
 *
 * x: [batch, height, width, channels] → [batch, channels]
 * @throws ShapeError, when the network is made, where x has other axes
 * @example
 * ```ts
 * import { globalMaxPool2d, sequential, tensor } from "kobai";
 * using net = sequential([globalMaxPool2d()], { input: [2, 2, 1] });
 * [...net.predict(tensor([1, 2, 3, 6], [1, 2, 2, 1])).data]; // [6]
 * ```
 */
export const globalMaxPool2d = (): Layer => ownLayer("globalMaxPool2d", {}, globalMax2d);

/**
 * The mean of each channel over the whole signal (`GlobalAveragePooling1D` of Keras).
 *
 * x: [batch, length, channels] → [batch, channels]
 * @throws ShapeError, when the network is made, where x has other axes
 * @example
 * ```ts
 * import { globalAvgPool1d, sequential, tensor } from "kobai";
 * using net = sequential([globalAvgPool1d()], { input: [4, 1] });
 * [...net.predict(tensor([1, 2, 3, 6], [1, 4, 1])).data]; // [3]
 * ```
 */
export const globalAvgPool1d = (): Layer => ownLayer("globalAvgPool1d", {}, globalAverage1d);

/**
 * The largest element of each channel over the whole signal (`GlobalMaxPooling1D` of Keras). Gradients go to the first of equal ones.
 *
 * x: [batch, length, channels] → [batch, channels]
 * @throws ShapeError, when the network is made, where x has other axes
 * @example
 * ```ts
 * import { globalMaxPool1d, sequential, tensor } from "kobai";
 * using net = sequential([globalMaxPool1d()], { input: [4, 1] });
 * [...net.predict(tensor([1, 2, 3, 6], [1, 4, 1])).data]; // [6]
 * ```
 */
export const globalMaxPool1d = (): Layer => ownLayer("globalMaxPool1d", {}, globalMax1d);
