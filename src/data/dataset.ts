// What training reads: samples in their own type, and what each of them should become.

import { checkNamed, show } from "../check.ts";
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
 * @throws DataError where it is no data set: `x` or `t` is no tensor, `x` has no samples axis, `t` is neither integer labels nor rows, the
 *   two have different lengths, or the scale is no number that float32 holds
 * @example sampleCount(train); // 200
 */
export function sampleCount(dataset: Dataset): number {
  return checkDataset("dataset", dataset).x.shape[0] as number;
}

/**
 * A user's data set, checked, its tensors of this realm.
 *
 * @param name - what messages call it
 * @throws DataError as `sampleCount` does
 */
export function checkDataset(name: string, dataset: Dataset): Dataset {
  checkNamed(name, dataset, "a data set { x, t }");
  const x = checkTensor(`${name}: x`, dataset.x);
  const t = checkTensor(`${name}: t`, dataset.t);
  const { scale } = dataset as Dataset;
  const n = x.shape[0];
  if (n === undefined) throw new DataError(`${name}: x is a scalar; its first axis must count the samples`);
  const isLabels = t.shape.length === 1 && (t.dtype === "uint8" || t.dtype === "int32");
  if (!isLabels && t.shape.length !== 2) {
    throw new DataError(
      `${name}: t is ${t.dtype} ${formatShape(t.shape)}; it must be integer labels [n] (uint8 or int32) or rows [n, k]`,
    );
  }
  if (t.shape[0] !== n) {
    throw new DataError(
      `${name}: x has ${n} samples and t has ${t.shape[0]}: x is ${formatShape(x.shape)}, t is ${formatShape(t.shape)}`,
    );
  }
  // Asked of what is stored: 1e39 is a number, and infinite in float32.
  if (scale !== undefined && !(typeof scale === "number" && Number.isFinite(Math.fround(scale)))) {
    throw new DataError(
      `${name}: scale must be a number that float32 holds, as 1 / 255; it is ${show(scale)}`,
    );
  }
  return { ...(dataset as Dataset), x, t };
}
