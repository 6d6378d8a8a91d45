// Classes: given as labels, as one-hot rows, or as a network's outputs, of which the largest counts.

import { DataError } from "../errors.ts";
import { hasRows, type Numbers, type Table, toFinite, toTable } from "./arguments.ts";

/** Labels [n], or rows [n, classes]: one-hot labels, or the outputs of a network. */
export type Classes = Numbers | Table;

/** @throws DataError where they are no whole numbers of at least 0, nor rows */
export function toClasses(name: string, values: Classes): number[] {
  if (hasRows(values)) {
    const { rows, columns, data } = toTable(name, values as Table);
    if (columns === 1)
      throw new DataError(`${name}: is [${rows}, 1], rows of one class; give labels [${rows}]`);
    return Array.from({ length: rows }, (_, i) =>
      largest(name, i, data.slice(i * columns, (i + 1) * columns)),
    );
  }
  const labels = toFinite(name, values as Numbers);
  const wrong = labels.findIndex((label) => !(Number.isInteger(label) && label >= 0));
  if (wrong >= 0) {
    throw new DataError(
      `${name}: element ${wrong} is ${labels[wrong]}; labels are whole numbers from 0, or give rows [n, classes]`,
    );
  }
  return labels;
}

/** Of several largest the first counts, as in `accuracy`. */
function largest(name: string, row: number, values: readonly number[]): number {
  if (values.some(Number.isNaN))
    throw new DataError(`${name}: row ${row} has a NaN; no class is the largest there`);
  return values.reduce((top, value, j) => (value > values[top]! ? j : top), 0);
}
