// What training reads: samples in their own type, and what each of them should become.

import { DataError } from "../errors.ts";
import { checkTensor, formatShape, type Tensor } from "../tensor.ts";

/** Samples and their labels. */
export interface Dataset {
  /** [n, …]: n samples, in their own type (bytes for MNIST) */
  readonly x: Tensor;
  /** integer labels [n] (uint8 or int32), or rows [n, k]: one-hot labels, or the values to learn */
  readonly t: Tensor;
  /** what a value of `x` is multiplied by when it enters a network; 1 when absent */
  readonly scale?: number;
  /** how many classes the labels have */
  readonly classes?: number;
}

/**
 * The number of samples in a data set.
 *
 * @throws DataError where `x` or `t` is no tensor, `x` has no samples axis, `t` is neither integer labels nor rows, or the two
 *   have different lengths
 */
export function sampleCount({ x, t }: Dataset): number {
  checkTensor("dataset: x", x);
  checkTensor("dataset: t", t);
  const n = x.shape[0];
  if (n === undefined) throw new DataError("dataset: x is a scalar; its first axis must count the samples");
  const isLabels = t.shape.length === 1 && (t.dtype === "uint8" || t.dtype === "int32");
  if (!isLabels && t.shape.length !== 2) {
    throw new DataError(
      `dataset: t is ${t.dtype} ${formatShape(t.shape)}; it must be integer labels [n] (uint8 or int32) or rows [n, k]`,
    );
  }
  if (t.shape[0] !== n) {
    throw new DataError(
      `dataset: x has ${n} samples and t has ${t.shape[0]}: x is ${formatShape(x.shape)}, t is ${formatShape(t.shape)}`,
    );
  }
  return n;
}
