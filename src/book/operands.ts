import { DataError, ShapeError } from "../errors.ts";
import type { TensorLike } from "../tensor.ts";
import {
  type DTypeName,
  formatShape,
  type NestedArray,
  size,
  type Tensor,
  type TypedArray,
  tensor,
} from "../tensor.ts";

/**
 * Operands as float tensors of one dtype: float64, as NumPy computes, unless all of them are float32 (numbers alone follow the
 * others).
 *
 * @throws DataError where one is no tensor, or holds nothing
 */
export function floats<const N extends readonly TensorLike[]>(
  call: string,
  ...operands: N
): { -readonly [K in keyof N]: Tensor } {
  const tensors = operands.map((operand) => asTensor(call, operand));
  const leading = tensors.filter((_, i) => typeof operands[i] !== "number");
  const single = leading.length > 0 && leading.every(({ dtype }) => dtype === "float32");
  return tensors.map((each) => converted(each, single ? "float32" : "float64")) as {
    -readonly [K in keyof N]: Tensor;
  };
}

/** @throws DataError where it is no tensor, or holds nothing */
export function asTensor(call: string, operand: TensorLike): Tensor {
  const made = tensorOf(operand);
  if (!made) {
    throw new DataError(
      `${call}: takes a tensor { shape, dtype, data }, a typed array or nested arrays of numbers; got ${operand === null ? "null" : typeof operand}`,
    );
  }
  if (made.data.length === 0) {
    throw new DataError(`${call}: an operand ${formatShape(made.shape)} holds no elements`);
  }
  return made;
}

function tensorOf(operand: TensorLike): Tensor | undefined {
  if (ArrayBuffer.isView(operand)) return tensor(operand as TypedArray);
  if (typeof operand === "number" || Array.isArray(operand)) {
    return tensor(operand as NestedArray, undefined, "float64");
  }
  const given = operand as Tensor | null | undefined;
  return typeof given === "object" && given !== null && ArrayBuffer.isView(given.data) ? given : undefined;
}

function converted(given: Tensor, dtype: DTypeName): Tensor {
  return given.dtype === dtype ? given : tensor(given.data, given.shape, dtype);
}

/** Scores or probabilities as rows: one vector is a batch of one. */
export interface Rows {
  /** [m, n] */
  readonly tensor: Tensor;
  readonly m: number;
  readonly n: number;
}

/** @throws ShapeError for a scalar */
export function rows(call: string, name: string, x: Tensor): Rows {
  const n = x.shape.at(-1);
  if (n === undefined) {
    throw new ShapeError(call, `${name} is a scalar; it must be a vector [n] or a batch [m, n]`, x.shape);
  }
  const m = size(x.shape) / n;
  return { tensor: { ...x, shape: [m, n] }, m, n };
}

/** Targets in one of their two forms: rows of y's shape (one-hot, or any distribution), or class labels, one for each row. */
export type Targets =
  | { readonly labels: Tensor; readonly rows?: undefined }
  | { readonly rows: Tensor; readonly labels?: undefined };

/**
 * Tells which form t has.
 *
 * @throws ShapeError where it fits neither @throws DataError where a label is no class
 */
export function targets(call: string, t: TensorLike, y: Tensor): Targets {
  const { m, n } = rows(call, "y", y);
  const given = asTensor(call, t);
  const isRows = given.data.length === m * n && (n > 1 || formatShape(given.shape) === formatShape(y.shape));
  if (isRows) return { rows: { ...converted(given, y.dtype), shape: [m, n] } };
  if (given.data.length !== m || given.shape.length > 1) {
    throw new ShapeError(
      call,
      `${ShapeError.describe({ y: y.shape, t: given.shape })}; t must be one-hot rows of y's shape, or labels [${m}]`,
      y.shape,
      given.shape,
    );
  }
  const bad = given.data.findIndex((label: number) => !(Number.isInteger(label) && label >= 0 && label < n));
  if (bad >= 0) {
    throw new DataError(
      `${call}: label ${given.data[bad]} of sample ${bad} is out of range; y has ${n} classes, so labels are whole numbers from 0 to ${n - 1}`,
    );
  }
  return { labels: tensor(given.data, [m], "int32") };
}

/** Labels [m] as rows [m, n] that are 1 at the label and 0 elsewhere. */
export function oneHot({ data }: Tensor, n: number, dtype: DTypeName): Tensor {
  const hot = new Float64Array(data.length * n);
  data.forEach((label: number, i: number) => {
    hot[i * n + label] = 1;
  });
  return tensor(hot, [data.length, n], dtype);
}

/** The one element of a scalar. */
export function scalar({ data }: Tensor): number {
  return data[0]!;
}
