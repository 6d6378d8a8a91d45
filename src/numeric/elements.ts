import { isObject, MOST_AXES, show } from "../check.ts";
import { DataError } from "../errors.ts";
import { checkTensor, dtypeOf, type Tensor, type TypedArray, toTensor, typedArrays } from "../tensor.ts";

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
   * @throws DataError where it is not made of numbers, is a tensor that is not what it says, or of integers that cannot take a small step
   */
  constructor(point: Point, name: string) {
    if (isTensor(point)) checkTensor(name, point);
    this.rows = rowsOf(isTensor(point) ? point.data : point, name, 0);
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
      const row = new typedArrays[dtypeOf(arrays)](arrays.length);
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

/** Whether it is meant as a tensor: any object that is no array. */
export function isTensor(point: unknown): point is Tensor {
  return isObject(point);
}

function rowsOf(arrays: unknown, name: string, depth: number): Row[] {
  if (ArrayBuffer.isView(arrays)) {
    const kind = Object.prototype.toString.call(arrays).slice(8, -1);
    // What comes from another realm is moved by an array of this one over the same memory.
    if (kind === "Float64Array" || kind === "Float32Array")
      return [present(name, kind, arrays as TypedArray)];
    throw new DataError(
      `${name}: it is a ${kind}, which cannot hold x + h for a small h; use Float64Array or plain numbers`,
    );
  }
  if (!Array.isArray(arrays)) {
    throw new DataError(`${name}: it holds ${show(arrays)}; it must be numbers in arrays, or a tensor`);
  }
  if (depth === MOST_AXES) {
    throw new DataError(`${name}: its arrays are nested deeper than ${MOST_AXES} levels, or hold themselves`);
  }
  // With what was never assigned, which `every` and `flatMap` leave out.
  const items: unknown[] = Array.from(arrays);
  const numbers = items.map((item) => typeof item === "number");
  if (!numbers.includes(false)) return [arrays as number[]];
  if (numbers.includes(true)) {
    throw new DataError(
      `${name}: an array of it mixes numbers with other things; nest all its numbers alike`,
    );
  }
  return items.flatMap((item) => rowsOf(item, name, depth + 1));
}

/** @throws DataError where the array's memory was given away: it has no elements then, and no method works */
function present(name: string, kind: string, array: TypedArray): Row {
  const row = toTensor(name, array).data;
  try {
    row.values();
  } catch (cause) {
    throw new DataError(`${name}: the memory of its ${kind} is gone; it was transferred`, { cause });
  }
  return row;
}
