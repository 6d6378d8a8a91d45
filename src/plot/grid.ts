// Heights over a grid: what contours, surfaces and pictures are made of.

import { checkNamed } from "../check.ts";
import { DataError } from "../errors.ts";
import { checkSpan, type Numbers, type Table, toFinite, toTable, valueAt } from "./arguments.ts";

/** A function of two numbers over a grid. */
export interface GridData {
  /** The grid's coordinates from left to right, increasing. Default for a table: 0, 1, 2, … */
  x?: Numbers;
  /** The grid's coordinates from bottom to top, increasing. Default for a table: 0, 1, 2, … */
  y?: Numbers;
  /** The heights: a table with a row for each y and a column for each x, as NumPy's `meshgrid` lays them out, or a function. */
  z: Table | ((x: number, y: number) => number);
}

export interface Grid {
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** row by row; NaN where there is a hole */
  readonly z: readonly number[];
}

/** @throws DataError where the table is ragged, does not fit x and y, or the function does not give numbers */
export function toGrid(call: string, data: GridData): Grid {
  checkNamed(call, data, "a grid { x, y, z }");
  const { x, y, z } = data;
  if (typeof z === "function") {
    if (x === undefined || y === undefined) {
      throw new DataError(
        `${call}: z is a function, so x and y must say where to draw it: x: linspace(-1, 1), y: linspace(-1, 1)`,
      );
    }
    const columns = coordinates(`${call}: x`, x);
    const rows = coordinates(`${call}: y`, y);
    return {
      x: columns,
      y: rows,
      z: rows.flatMap((b) => columns.map((a) => orHole(valueAt(`${call}: z`, z, a, b)))),
    };
  }
  const table = toTable(`${call}: z`, z);
  const columns = x === undefined ? indices(table.columns) : coordinates(`${call}: x`, x);
  const rows = y === undefined ? indices(table.rows) : coordinates(`${call}: y`, y);
  if (columns.length !== table.columns || rows.length !== table.rows) {
    throw new DataError(
      `${call}: x has ${columns.length} and y has ${rows.length} elements, but z is [${table.rows}, ${table.columns}]; ` +
        "z needs a row for each y and a column for each x",
    );
  }
  if (columns.length < 2 || rows.length < 2) {
    throw new DataError(
      `${call}: z is [${table.rows}, ${table.columns}]; a grid has at least two rows and two columns`,
    );
  }
  return { x: columns, y: rows, z: table.data.map(orHole) };
}

/** Contours would take an infinity for a height above all others. */
function orHole(height: number): number {
  return Number.isFinite(height) ? height : Number.NaN;
}

function indices(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

function coordinates(name: string, values: Numbers): number[] {
  const numbers = toFinite(name, values);
  const wrong = numbers.findIndex((value, i) => i > 0 && !(value > numbers[i - 1]!));
  if (wrong > 0) {
    throw new DataError(
      `${name}: must increase, but element ${wrong} is ${numbers[wrong]} after ${numbers[wrong - 1]}`,
    );
  }
  if (numbers.length < 2) throw new DataError(`${name}: has one element; a grid needs at least two`);
  return numbers;
}

/** The smallest and the largest of the numbers that are finite. @throws DataError where there is none */
export function extent(name: string, values: Iterable<number>): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) throw new DataError(`${name}: no value is a finite number; there is nothing to draw`);
  checkSpan(name, low, high);
  return [low, high];
}
