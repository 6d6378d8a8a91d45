// What training reads: samples in their own type, and what each of them should become.

import { check, finite, isObject, show, whole } from "../check.ts";
import { DataError } from "../errors.ts";
import { checkTensor, formatShape, type Tensor } from "../tensor.ts";

/** Samples and their labels. */
export interface Dataset {
  /** [n, …]: n samples, in their own type (bytes for MNIST) */
  readonly x: Tensor;
  /**
   * labels [n], or rows [n, k]: one-hot labels, or the values to learn; these may be [n] where each sample has but one. They are taken as
   * they are: `scale` is of `x` alone.
   */
  readonly t: Tensor;
  /** what a value of `x` is multiplied by when it enters a network; 1 when absent */
  readonly scale?: number;
  /** how many classes the labels have */
  readonly classes?: number;
  /** what they are called, from class 0: a network that is fitted to them remembers it, and so does its checkpoint */
  readonly classNames?: readonly string[];
}

/** A data set that was checked. */
export interface CheckedDataset extends Dataset {
  /** samples, at least one */
  readonly n: number;
  readonly scale: number;
}

const wholeOfClasses = whole();

/**
 * A user's data set, its tensors checked and of this realm.
 *
 * @param name what messages call it
 * @throws DataError, OptionError where it is none, or a number in it is out of range; a data set without samples has n = 0
 */
export function checkDataset(name: string, data: Dataset): CheckedDataset {
  if (!isObject(data)) throw new DataError(`${name}: must be a data set { x, t }; got ${show(data)}`);
  const { scale = 1, classes } = data;
  check(name, "scale", scale, finite);
  if (classes !== undefined) check(name, "classes", classes, wholeOfClasses);
  const x = checkTensor(`${name}: x`, data.x);
  const t = checkTensor(`${name}: t`, data.t);
  const n = x.shape[0];
  if (n === undefined) throw new DataError(`${name}: x is a scalar; its first axis must count the samples`);
  if (t.shape[0] !== n) {
    throw new DataError(
      t.shape.length === 0
        ? `${name}: t is a scalar; it must be labels [n] or rows [n, k]`
        : `${name}: x has ${n} samples and t has ${t.shape[0]}: x is ${formatShape(x.shape)}, t is ${formatShape(t.shape)}`,
    );
  }
  return { ...data, x, t, n, scale };
}
