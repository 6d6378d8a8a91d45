// Where channels stand: PyTorch has them before an image's rows and columns, kobai and TensorFlow.js behind them.

import { ShapeError } from "../errors.ts";
import { size, type Tensor, type TensorLike, toTensor, typedArrays } from "../tensor.ts";

/**
 * Images or sequences as kobai has them, of such as PyTorch has: [batch, channels, height, width] → [batch, height, width, channels], or
 * [batch, channels, length] → [batch, length, channels].
 *
 * @param tensor of at least three axes @returns a new tensor of the same dtype
 * @throws DataError for what is no tensor @throws ShapeError for fewer axes
 * @example
 * ```ts
 * import { tensor } from "kobai";
 * import { channelsLast } from "kobai/data";
 * channelsLast(tensor(new Float32Array(2 * 3 * 8 * 9), [2, 3, 8, 9])).shape; // [2, 8, 9, 3]
 * ```
 */
export function channelsLast(tensor: TensorLike): Tensor {
  return permuted("channelsLast", tensor, "[batch, channels, …]", (rank) => [0, ...range(2, rank), 1]);
}

/**
 * The other way round: [batch, height, width, channels] → [batch, channels, height, width].
 *
 * @param tensor of at least three axes @returns a new tensor of the same dtype
 * @throws DataError for what is no tensor @throws ShapeError for fewer axes
 * @example
 * ```ts
 * import { tensor } from "kobai";
 * import { channelsFirst } from "kobai/data";
 * channelsFirst(tensor(new Float32Array(2 * 8 * 9 * 3), [2, 8, 9, 3])).shape; // [2, 3, 8, 9]
 * ```
 */
export function channelsFirst(tensor: TensorLike): Tensor {
  return permuted("channelsFirst", tensor, "[batch, …, channels]", (rank) => [
    0,
    rank - 1,
    ...range(1, rank - 1),
  ]);
}

/**
 * The weight of a convolution as kobai has it, of such as PyTorch has: [filters, channels / groups, height, width] → [height, width,
 * channels / groups, filters], and for `conv1d` [filters, channels / groups, length] → [length, channels / groups, filters]. A transposed
 * convolution's, which PyTorch has as [channels, filters / groups, height, width], becomes [height, width, filters / groups, channels]. A bias is the
 * same in both, and the weight of a dense layer the transpose.
 *
 * @param tensor of at least three axes @returns a new tensor of the same dtype
 * @throws DataError for what is no tensor @throws ShapeError for fewer axes
 * @example
 * ```ts
 * import { tensor } from "kobai";
 * import { kernelFromTorch } from "kobai/data";
 * kernelFromTorch(tensor(new Float32Array(16 * 3 * 5 * 5), [16, 3, 5, 5])).shape; // [5, 5, 3, 16]
 * ```
 */
export function kernelFromTorch(tensor: TensorLike): Tensor {
  return permuted("kernelFromTorch", tensor, "[filters, channels, …]", (rank) => [...range(2, rank), 1, 0]);
}

/**
 * The other way round: [height, width, channels / groups, filters] → [filters, channels / groups, height, width].
 *
 * @param tensor of at least three axes @returns a new tensor of the same dtype
 * @throws DataError for what is no tensor @throws ShapeError for fewer axes
 * @example
 * ```ts
 * import { tensor } from "kobai";
 * import { kernelToTorch } from "kobai/data";
 * kernelToTorch(tensor(new Float32Array(5 * 5 * 3 * 16), [5, 5, 3, 16])).shape; // [16, 3, 5, 5]
 * ```
 */
export function kernelToTorch(tensor: TensorLike): Tensor {
  return permuted("kernelToTorch", tensor, "[…, channels, filters]", (rank) => [
    rank - 1,
    rank - 2,
    ...range(0, rank - 2),
  ]);
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

/** The axes of a tensor in another order: that of axis i of the result is the `axes[i]`th. */
function permuted(
  name: string,
  given: TensorLike,
  layout: string,
  order: (rank: number) => number[],
): Tensor {
  const { shape, dtype, data } = toTensor(name, given);
  if (shape.length < 3) {
    throw new ShapeError(name, `takes ${layout}, of at least three axes; got [${shape.join(", ")}]`, shape);
  }
  const axes = order(shape.length);
  const strides = shape.map((_, axis) => size(shape.slice(axis + 1)));
  const out = new typedArrays[dtype](data.length);
  const lengths = axes.map((axis) => shape[axis]!);
  const steps = axes.map((axis) => strides[axis]!);
  const place = lengths.map(() => 0);
  let from = 0;
  for (let to = 0; to < out.length; to++) {
    out[to] = data[from]!;
    for (let axis = lengths.length - 1; axis >= 0; axis--) {
      from += steps[axis]!;
      if (++place[axis]! < lengths[axis]!) break;
      from -= steps[axis]! * lengths[axis]!;
      place[axis] = 0;
    }
  }
  return { shape: lengths, dtype, data: out };
}
