// Where channels stand: PyTorch has them before an image's rows and columns, kobai and TensorFlow.js behind them.

import { isShape, options, type Rule } from "../check.ts";
import { ShapeError } from "../errors.ts";
import { formatShape, size, type Tensor, type TensorLike, toTensor, typedArrays } from "../tensor.ts";

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

/** Options of `kernelFromTorch` and `kernelToTorch`. */
export interface TorchKernelOptions {
  /**
   * Of a dense layer behind `flatten()`: the shape of the images that were flattened, as PyTorch has it, [channels, height, width] or
   * [channels, length]. There the channels of an image lie one behind the other, here side by side.
   */
  flattened?: readonly number[];
}

const torchRules = { flattened: [isShape, "[channels, height, width] or [channels, length]"] as Rule };

/**
 * The weight of a layer as kobai has it, of such as PyTorch has. A convolution's: [filters, channels / groups, height, width] → [height, width,
 * channels / groups, filters], and for `conv1d` [filters, channels / groups, length] → [length, channels / groups, filters]. A transposed
 * convolution's, which PyTorch has as [channels, filters / groups, height, width], becomes [height, width, filters / groups, channels]. A dense
 * layer's: [outputs, inputs] → [inputs, outputs]. Vectors are the same in both: a bias, and of batch normalization weight, bias, running_mean and
 * running_var, which here are gamma, beta, runningMean and runningVariance.
 *
 * @param tensor of at least two axes @param given flattened: for the first dense layer behind `flatten()`
 * @returns a new tensor of the same dtype
 * @throws DataError for what is no tensor @throws ShapeError for fewer axes, or where as many inputs as `flattened` says are not there
 * @throws OptionError for options that there are not
 * @example
 * ```ts
 * import { tensor } from "kobai";
 * import { kernelFromTorch } from "kobai/data";
 * kernelFromTorch(tensor(new Float32Array(16 * 3 * 5 * 5), [16, 3, 5, 5])).shape; // [5, 5, 3, 16]
 * ```
 * @example
 * ```ts
 * // The state_dict of Sequential(Conv2d(3, 4, 3), BatchNorm2d(4), ReLU(), Flatten(), Linear(144, 10)), for images of 8 × 8:
 * import { batchNorm, conv2d, dense, flatten, relu, sequential, tensor } from "kobai";
 * import { kernelFromTorch } from "kobai/data";
 * const zeros = (...shape: number[]) => tensor(new Float32Array(shape.reduce((a, b) => a * b)), shape);
 * const torch = { "0.weight": zeros(4, 3, 3, 3), "0.bias": zeros(4), "4.weight": zeros(10, 144), "4.bias": zeros(10) };
 * const norm = { weight: zeros(4), bias: zeros(4), running_mean: zeros(4), running_var: zeros(4) };
 * const net = sequential([conv2d(4, { kernel: 3 }), batchNorm(), relu(), flatten(), dense(10)], { input: [8, 8, 3] });
 * net.load({
 *   "conv2d1.weight": kernelFromTorch(torch["0.weight"]),
 *   "conv2d1.bias": torch["0.bias"],
 *   "batchNorm1.gamma": norm.weight,
 *   "batchNorm1.beta": norm.bias,
 *   "batchNorm1.runningMean": norm.running_mean,
 *   "batchNorm1.runningVariance": norm.running_var,
 *   "dense1.weight": kernelFromTorch(torch["4.weight"], { flattened: [4, 6, 6] }),
 *   "dense1.bias": torch["4.bias"],
 * });
 * ```
 */
export function kernelFromTorch(tensor: TensorLike, given?: TorchKernelOptions): Tensor {
  const { flattened } = options("kernelFromTorch", given, torchRules);
  const last = (rank: number) => [...range(2, rank), 1, 0];
  if (flattened === undefined) return permuted("kernelFromTorch", tensor, "[filters, channels, …]", last, 2);
  const { shape, ...rest } = flat("kernelFromTorch", tensor, 1, flattened, "[outputs, inputs]");
  const outputs = shape[0]!;
  const apart = permuted("kernelFromTorch", { ...rest, shape: [outputs, ...flattened] }, "", last, 2);
  return { ...apart, shape: [size(flattened), outputs] };
}

/**
 * The other way round: [height, width, channels / groups, filters] → [filters, channels / groups, height, width], and for a dense layer [inputs,
 * outputs] → [outputs, inputs].
 *
 * @param tensor of at least two axes @param given flattened: as of `kernelFromTorch`, the images' shape in PyTorch
 * @returns a new tensor of the same dtype
 * @throws as `kernelFromTorch`
 * @example
 * ```ts
 * import { tensor } from "kobai";
 * import { kernelToTorch } from "kobai/data";
 * kernelToTorch(tensor(new Float32Array(5 * 5 * 3 * 16), [5, 5, 3, 16])).shape; // [16, 3, 5, 5]
 * ```
 */
export function kernelToTorch(tensor: TensorLike, given?: TorchKernelOptions): Tensor {
  const { flattened } = options("kernelToTorch", given, torchRules);
  const first = (rank: number) => [rank - 1, rank - 2, ...range(0, rank - 2)];
  if (flattened === undefined) return permuted("kernelToTorch", tensor, "[…, channels, filters]", first, 2);
  const { shape, ...rest } = flat("kernelToTorch", tensor, 0, flattened, "[inputs, outputs]");
  const outputs = shape[1]!;
  const [channels, ...places] = flattened;
  const apart = { ...rest, shape: [...places, channels!, outputs] };
  return { ...permuted("kernelToTorch", apart, "", first, 2), shape: [outputs, size(flattened)] };
}

/** The weight of a dense layer behind flattened images. */
function flat(
  name: string,
  given: TensorLike,
  axis: number,
  flattened: readonly number[],
  layout: string,
): Tensor {
  const tensor = toTensor(name, given);
  if (tensor.shape.length === 2 && tensor.shape[axis] === size(flattened)) return tensor;
  throw new ShapeError(
    name,
    `takes ${layout}, with ${size(flattened)} inputs where ${formatShape(flattened)} was flattened; got ${formatShape(tensor.shape)}`,
    tensor.shape,
  );
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

/** The axes of a tensor in another order: that of axis i of the result is the `axes[i]`th. */
function permuted(
  name: string,
  given: TensorLike,
  layout: string,
  order: (rank: number) => number[],
  least = 3,
): Tensor {
  const { shape, dtype, data } = toTensor(name, given);
  if (shape.length < least) {
    const axes = least === 3 ? "three" : "two";
    throw new ShapeError(name, `takes ${layout}, of at least ${axes} axes; got ${formatShape(shape)}`, shape);
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
