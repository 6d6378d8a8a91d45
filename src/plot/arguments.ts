// What figures are given, checked where it enters: numbers, and functions of numbers.

import { DataError, OptionError } from "../errors.ts";
import { checkTensor, formatShape, type Tensor } from "../tensor.ts";

/** A row of numbers: an array, a typed array or a tensor [n]. NaN, infinities and null are gaps where a figure can show a gap. */
export type Numbers = ArrayLike<number | null> | Tensor;

/** A table of numbers, rows first: nested arrays or a tensor [rows, columns]. */
export type Table = readonly ArrayLike<number>[] | Tensor;

export function isTensor(value: unknown): value is Tensor {
  return typeof value === "object" && value !== null && "shape" in value && "dtype" in value;
}

/**
 * Numbers as an array of their own; `name` is what messages call them.
 *
 * @throws DataError where they are no numbers, or there are none
 */
export function toNumbers(name: string, values: Numbers): number[] {
  let elements: ArrayLike<unknown>;
  if (isTensor(values)) {
    checkTensor(name, values);
    if (values.shape.length !== 1) {
      throw new DataError(
        `${name}: must be a row of numbers, a tensor [n]; it is ${formatShape(values.shape)}`,
      );
    }
    elements = values.data;
  } else if (Array.isArray(values) || (ArrayBuffer.isView(values) && "length" in values)) elements = values;
  else throw new DataError(`${name}: must be an array of numbers; got ${kindOf(values)}`);
  if (elements.length === 0) throw new DataError(`${name}: is empty; there is nothing to draw`);
  return Array.from(elements, (value, i) => {
    if (typeof value === "number") return value;
    if (value === null) return Number.NaN;
    throw new DataError(`${name}: element ${i} is not a number but ${kindOf(value)}`);
  });
}

/** Numbers none of which may be missing. @throws DataError as `toNumbers`, and where one is not finite */
export function toFinite(name: string, values: Numbers): number[] {
  const numbers = toNumbers(name, values);
  const bad = numbers.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new DataError(`${name}: element ${bad} is ${numbers[bad]}; all must be finite numbers here`);
  return numbers;
}

/** @throws DataError where two rows that belong together differ in length */
export function checkSameLength(call: string, rows: Readonly<Record<string, ArrayLike<unknown>>>): void {
  const lengths = Object.entries(rows).map(([name, row]) => [name, row.length] as const);
  if (lengths.every(([, length]) => length === lengths[0]![1])) return;
  const listed = lengths.map(([name, length]) => `${name} has ${length}`).join(", ");
  throw new DataError(
    `${call}: ${listed} elements; each point needs one of each, so they must be equally long`,
  );
}

/**
 * Calls a user's function. NaN and infinities are numbers: they make gaps.
 *
 * @throws DataError where it throws, or returns something else than a number
 */
export function valueAt(name: string, f: (...x: number[]) => number, ...x: number[]): number {
  const value = called(name, f, x);
  if (typeof value === "number") return value;
  throw new DataError(
    `${name}: the function returned ${kindOf(value)} at (${x.join(", ")}); it must return a number`,
  );
}

/** @throws DataError where the function throws, or returns something else than two numbers */
export function vectorAt(
  name: string,
  f: (x: number, y: number) => ArrayLike<number>,
  x: number,
  y: number,
): [number, number] {
  const value = called(name, f, [x, y]);
  if (typeof value?.[0] === "number" && typeof value[1] === "number" && value.length === 2)
    return [value[0], value[1]];
  throw new DataError(
    `${name}: the function returned ${kindOf(value)} at (${x}, ${y}); it must return [u, v], two numbers`,
  );
}

function called<X extends number[], Y>(name: string, f: (...x: X) => Y, x: X): Y {
  try {
    return f(...x);
  } catch (error) {
    const { message } = error instanceof Error ? error : { message: String(error) };
    throw new DataError(`${name}: the function threw at (${x.join(", ")}): ${message}`, { cause: error });
  }
}

/** @throws OptionError where a value is none of those that there are */
export function checkOneOf<T>(name: string, value: T, all: readonly T[]): void {
  if (!all.includes(value))
    throw new OptionError(`${name} must be one of ${all.join(", ")}; got ${String(value)}`);
}

/** @throws OptionError where a value is not a whole number of at least `least` */
export function checkCount(name: string, value: number, least = 1): void {
  if (!(Number.isInteger(value) && value >= least)) {
    throw new OptionError(`${name} must be a whole number of at least ${least}; got ${value}`);
  }
}

/** @throws OptionError where a range is not two finite numbers, the smaller first */
export function checkRange(name: string, range: readonly [number, number]): void {
  const [low = Number.NaN, high = Number.NaN]: readonly number[] = Array.isArray(range) ? range : [];
  if (Number.isFinite(low) && Number.isFinite(high) && low < high && range.length === 2) return;
  const remedy = low > high ? `write [${high}, ${low}]` : "give two finite numbers, the smaller first";
  throw new OptionError(`${name} must be a range [low, high]; got ${JSON.stringify(range)}: ${remedy}`);
}

/** What something is, for messages. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === "string") return `the string ${JSON.stringify(value.slice(0, 20))}`;
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
