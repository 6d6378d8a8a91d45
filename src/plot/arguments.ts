// What figures are given, checked where it enters: numbers, functions of numbers, and options.

import { isObject, oneOf, type Rule, show, text } from "../check.ts";
import { DataError } from "../errors.ts";
import { formatShape, type NumericArray, type Tensor, type TensorLike, toTensor } from "../tensor.ts";
import { schemes } from "./theme.ts";

/**
 * A row of numbers: an array, a typed array or a tensor [n]. NaN, infinities and null (which JSON makes of them) are gaps where a figure
 * can show a gap.
 */
export type Numbers = readonly (number | null)[] | NumericArray | Tensor;

/** A table of numbers, rows first: nested arrays or a tensor [rows, columns]. */
export type Table = readonly Numbers[] | Tensor;

/**
 * Numbers as an array of their own; `name` is what messages call them.
 *
 * @throws DataError where they are no row of numbers, or there are none
 */
export function toNumbers(name: string, values: Numbers): number[] {
  const { shape, data } = toTensor(name, withoutNull(values) as TensorLike, { plain: "float64" });
  if (shape.length !== 1) {
    throw new DataError(`${name}: must be one row of numbers; it is ${formatShape(shape)}`);
  }
  if (data.length === 0) throw new DataError(`${name}: is empty; there is nothing to draw`);
  return Array.from(data);
}

/** Numbers none of which may be missing. @throws DataError as `toNumbers`, and where one is not finite */
export function toFinite(name: string, values: Numbers): number[] {
  const numbers = toNumbers(name, values);
  const bad = numbers.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new DataError(`${name}: element ${bad} is ${numbers[bad]}; all must be finite numbers here`);
  }
  return numbers;
}

/** Rows and columns of numbers, row by row. */
export interface Rectangle {
  readonly rows: number;
  readonly columns: number;
  readonly data: readonly number[];
}

/** @throws DataError where a table is empty, ragged or holds something else than numbers */
export function toTable(name: string, values: Table): Rectangle {
  const rows = Array.isArray(values) ? values.map(withoutNull) : values;
  const { shape, data } = toTensor(name, rows as TensorLike, { plain: "float64" });
  const [count, columns] = shape;
  if (shape.length !== 2 || !count || !columns) {
    throw new DataError(`${name}: must be rows of numbers, [rows, columns]; it is ${formatShape(shape)}`);
  }
  return { rows: count, columns, data: Array.from(data) };
}

function withoutNull(values: unknown): unknown {
  return Array.isArray(values) ? values.map((value) => (value === null ? Number.NaN : value)) : values;
}

/** Whether something is rows of something: nested arrays, or a tensor of at least two axes. */
export function hasRows(values: unknown): boolean {
  if (isObject(values)) return Array.isArray(values.shape) && values.shape.length >= 2;
  return Array.isArray(values) && typeof values[0] === "object" && values[0] !== null;
}

/** @throws DataError where two rows that belong together differ in length */
export function checkSameLength(call: string, rows: Readonly<Record<string, ArrayLike<unknown>>>): void {
  const lengths = Object.entries(rows).map(([name, row]) => [name, row.length] as const);
  if (lengths.every(([, length]) => length === lengths[0]![1])) return;
  const listed = lengths.map(([name, length]) => `${name} has ${length}`).join(", ");
  throw new DataError(`${call}: ${listed} elements; they belong together, so they must be equally long`);
}

/**
 * Calls a user's function. NaN and infinities are numbers: they make gaps.
 *
 * @throws DataError where it throws, or returns something else than a number
 */
export function valueAt(name: string, f: (...x: number[]) => number, ...x: number[]): number {
  const value: unknown = called(name, f, x);
  if (typeof value === "number") return value;
  throw new DataError(
    `${name}: the function returned ${show(value)} at (${x.join(", ")}); it must return a number`,
  );
}

/** @throws DataError where the function throws, or returns something else than two numbers */
export function vectorAt(
  name: string,
  f: (x: number, y: number) => ArrayLike<number>,
  x: number,
  y: number,
): [number, number] {
  const value: unknown = called(name, f, [x, y]);
  const [u, v] = Array.isArray(value) || ArrayBuffer.isView(value) ? (value as number[]) : [];
  if (typeof u === "number" && typeof v === "number") return [u, v];
  throw new DataError(
    `${name}: the function returned ${show(value)} at (${x}, ${y}); it must return [u, v], two numbers`,
  );
}

function called<X extends number[], Y>(name: string, f: (...x: X) => Y, x: X): Y {
  try {
    return f(...x);
  } catch (cause) {
    const reason = cause instanceof Error && typeof cause.message === "string" ? cause.message : show(cause);
    throw new DataError(`${name}: the function threw at (${x.join(", ")}): ${reason}`, { cause });
  }
}

export const named: Rule = [isObject, "an object of options"];
export const anything: Rule = [() => true, ""];
export const scheme: Rule = oneOf(...schemes);
export const range: Rule = [
  (value) => {
    const [low, high] = Array.isArray(value) && value.length === 2 ? value : [];
    return Number.isFinite(low) && Number.isFinite(high) && isMeasurable(low, high);
  },
  "a range [low, high] of two finite numbers, the smaller first, up to 1e300 and 1e-300 or more apart",
];

/** Whether places between two numbers can be reckoned: their distance, and shares of it, are numbers of full precision. */
function isMeasurable(low: number, high: number): boolean {
  return Math.abs(low) <= 1e300 && Math.abs(high) <= 1e300 && high - low >= 1e-300;
}

/** @throws DataError where numbers are too large to be drawn, or differ by too little */
export function checkSpan(name: string, low: number, high: number): void {
  if (low === high ? Math.abs(low) <= 1e300 : isMeasurable(low, high)) return;
  throw new DataError(
    `${name}: goes from ${low} to ${high}; figures show numbers up to 1e300 that are 1e-300 or more apart`,
  );
}

export const pixels: Rule = [
  (value) => Number.isFinite(value) && (value as number) >= 16 && (value as number) <= 10_000,
  "a number of pixels from 16 to 10000",
];
export const texts: Rule = [
  (value) => Array.isArray(value) && Array.from(value).every((each) => typeof each === "string"),
  "an array of strings",
];

/** What every chart may be told; those of bars have no aspect, since their axes measure different things. */
export const barRules = { title: text, x: named, y: named, width: pixels, height: pixels };
export const chartRules = { ...barRules, aspect: oneOf("equal", "auto") };
