import { DataError } from "../errors.ts";
import type { Tensor, TypedArray } from "../tensor.ts";

/** Numbers in arrays nested to any depth, the innermost of which may be typed arrays. */
export type MutableArrays = TypedArray | number[] | MutableArrays[];

/** A point whose coordinates can be moved one at a time: arrays nested to any depth, or a tensor of any rank. */
export type Point = MutableArrays | Tensor;

type Row = TypedArray | number[];

/** The coordinates of a point, wherever they lie in it, as one sequence in row-major order. */
export class Elements {
  readonly length: number;
  /** The arrays that hold them, in order. */
  readonly rows: readonly Row[];

  /**
   * @param name what messages call the point
   * @throws DataError where it is not made of numbers, or of integers that cannot take a small step
   */
  constructor(point: Point, name: string) {
    this.rows = rowsOf(isTensor(point) ? point.data : point, name);
    this.length = this.rows.reduce((sum, row) => sum + row.length, 0);
  }

  /** The array that holds coordinate `i`, and where in it; undefined where there is no such coordinate. */
  place(i: number): { row: Row; index: number } | undefined {
    if (!(Number.isInteger(i) && i >= 0 && i < this.length)) return undefined;
    let index = i;
    const row = this.rows.find(({ length }) => {
      if (index < length) return true;
      index -= length;
      return false;
    });
    return row && { row, index };
  }
}

/** A point of the same form and types, its coordinates given in row-major order. */
export function like<X extends Point>(point: X, values: ArrayLike<number>): X {
  let next = 0;
  const copy = (arrays: MutableArrays): MutableArrays => {
    if (ArrayBuffer.isView(arrays)) {
      const row = arrays.slice();
      for (let i = 0; i < row.length; i++) row[i] = values[next++]!;
      return row;
    }
    return (arrays as (number | MutableArrays)[]).map((item) =>
      typeof item === "number" ? values[next++]! : copy(item),
    ) as MutableArrays;
  };
  if (!isTensor(point)) return copy(point as MutableArrays) as X;
  return { shape: [...point.shape], dtype: point.dtype, data: copy(point.data) } as Tensor as X;
}

export function isTensor(point: unknown): point is Tensor {
  return (
    typeof point === "object" &&
    point !== null &&
    "shape" in point &&
    "data" in point &&
    ArrayBuffer.isView(point.data)
  );
}

function rowsOf(arrays: unknown, name: string): Row[] {
  if (arrays instanceof Float64Array || arrays instanceof Float32Array) return [arrays];
  if (ArrayBuffer.isView(arrays)) {
    throw new DataError(
      `${name}: it is a ${arrays.constructor.name}, which cannot hold x + h for a small h; use Float64Array or plain numbers`,
    );
  }
  if (!Array.isArray(arrays)) {
    throw new DataError(
      `${name}: it holds ${arrays === null ? "null" : typeof arrays}; it must be numbers in arrays, or a tensor`,
    );
  }
  if (arrays.every((item) => typeof item === "number")) return [arrays as number[]];
  if (arrays.some((item) => typeof item === "number")) {
    throw new DataError(
      `${name}: an array of it mixes numbers with other things; nest all its numbers alike`,
    );
  }
  return arrays.flatMap((item: unknown) => rowsOf(item, name));
}
