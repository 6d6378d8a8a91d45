import type { Pair } from "../../graph/ops/conv-geometry.ts";
import {
  type LineUpsampleOptions,
  type UpsampleOptions,
  upsampling1d,
  upsampling2d,
} from "../../graph/ops/upsample.ts";
import { type Layer, ownLayer } from "./layer.ts";

export type { LineUpsampleOptions, UpsampleOptions };

/**
 * Makes images larger: by repeating rows and columns, y[b, i, j, c] = x[b, ⌊i / factor⌋, ⌊j / factor⌋, c]; or with "bilinear" by values between
 * neighbouring pixels, y[…, i, …] = (1 − d)·x[…, r, …] + d·x[…, r + 1, …] along each axis, where r + d = (i + ½) / factor − ½, but within
 * 0 … length − 1 (`UpSampling2D` of Keras; `Upsample` of PyTorch with align_corners=False).
 *
 * x: [batch, height, width, channels] → [batch, height · factor, width · factor, channels]
 * @param factor how many of each row and column: a whole number, or [rows, columns]; at most 1,024 copies of a pixel, for "bilinear" 512 along an
 * axis. Default 2.
 * @param given interpolation: "nearest", which is the default, or "bilinear"
 * @throws OptionError for another factor, or options that there are not
 * @throws ShapeError, when the network is made, where x has other axes
 * @example
 * ```ts
 * import { sequential, upsample2d } from "kobai";
 * const net = sequential([upsample2d([1, 2])], { input: [1, 2, 1] });
 * net.predict(tensor([1, 2], [1, 1, 2, 1])).data; // Float32Array [1, 1, 2, 2]
 * const smooth = sequential([upsample2d([1, 2], { interpolation: "bilinear" })], { input: [1, 2, 1] });
 * smooth.predict(tensor([1, 2], [1, 1, 2, 1])).data; // Float32Array [1, 1.25, 1.75, 2]
 * ```
 */
export const upsample2d = (factor: number | Pair = 2, given?: UpsampleOptions): Layer =>
  ownLayer("upsample2d", { factor, ...given }, upsampling2d(factor, given));

/**
 * `upsample2d` along one axis (`UpSampling1D` of Keras).
 *
 * x: [batch, length, channels] → [batch, length · factor, channels]
 * @param factor a whole number, at most 1,024, for "linear" 512. Default 2.
 * @param given interpolation: "nearest", which is the default, or "linear"
 * @throws OptionError, ShapeError as `upsample2d`
 * @example
 * ```ts
 * import { sequential, tensor, upsample1d } from "kobai";
 * using net = sequential([upsample1d(2)], { input: [2, 1] });
 * [...net.predict(tensor([1, 2], [1, 2, 1])).data]; // [1, 1, 2, 2]
 * ```
 */
export const upsample1d = (factor = 2, given?: LineUpsampleOptions): Layer =>
  ownLayer("upsample1d", { factor, ...given }, upsampling1d(factor, given));
