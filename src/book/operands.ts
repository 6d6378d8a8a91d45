import { DataError, ShapeError } from "../errors.ts";
import {
  type DTypeName,
  formatShape,
  sameShape,
  size,
  type Tensor,
  type TensorLike,
  tensor,
  toTensor,
} from "../tensor.ts";

/**
 * Operands as float tensors of one dtype: float64, as NumPy computes, unless all of them are float32 (numbers alone follow the
 * others).
 *
 * @param operands by the names that messages call them
 * @throws DataError where one is no tensor, or holds nothing
 */
export function floats<N extends Readonly<Record<string, TensorLike>>>(
  call: string,
  operands: N,
): { [K in keyof N]: Tensor } {
  const given = Object.entries(operands);
  const made = given.map(([name, each]) => asFloat(call, name, each));
  const leading = made.filter((_, i) => typeof given[i]![1] !== "number");
  const single = leading.length > 0 && leading.every(({ dtype }) => dtype === "float32");
  const dtype = single ? "float32" : "float64";
  return Object.fromEntries(given.map(([name], i) => [name, toTensor(name, made[i]!, { dtype })])) as {
    [K in keyof N]: Tensor;
  };
}

/**
 * A float tensor, over the same memory where it is one already; integers and plain numbers as float64.
 *
 * @throws DataError where it is no tensor, or holds nothing
 */
export function asFloat(call: string, name: string, given: TensorLike): Tensor {
  const made = toTensor(`${call}: ${name}`, given, { plain: "float64" });
  if (made.data.length === 0) {
    throw new DataError(`${call}: ${name} ${formatShape(made.shape)} holds no elements`);
  }
  return made.dtype === "float32" ? made : toTensor(name, made, { dtype: "float64" });
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
  const given = asFloat(call, "t", t);
  const { shape, data } = given;
  const isRow = m === 1 && n > 1 && data.length === n && shape.at(-1) === n;
  const isFlat = n > 1 && data.length === m * n && ArrayBuffer.isView(t);
  if (sameShape(shape, y.shape) || isRow || isFlat) {
    return { rows: { ...toTensor("t", given, { dtype: y.dtype }), shape: [m, n] } };
  }
  if (data.length !== m || shape.length > 1) {
    throw new ShapeError(
      call,
      `${ShapeError.describe({ y: y.shape, t: shape })}; t must be one-hot rows of y's shape, or labels [${m}]`,
      y.shape,
      shape,
    );
  }
  const bad = data.findIndex((label: number) => !(Number.isInteger(label) && label >= 0 && label < n));
  if (bad >= 0) {
    throw new DataError(
      `${call}: label ${data[bad]} of sample ${bad} is out of range; y has ${n} classes, so labels are whole numbers from 0 to ${n - 1}`,
    );
  }
  return { labels: tensor(data, [m], "int32") };
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
