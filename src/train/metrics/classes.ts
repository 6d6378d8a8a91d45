// What counts of classes say: precision, recall and F1, and their averages.

import { oneOf } from "../../check.ts";
import { OptionError } from "../../errors.ts";
import type { Outputs } from "./metric.ts";

/**
 * How the values of the classes become one: "binary" is that of class 1, of two; "macro" their mean, "weighted" the mean by how many samples
 * each has, "micro" the value of all taken together; "perClass" leaves them, in the order of the classes.
 */
export type Average = "binary" | "macro" | "micro" | "weighted" | "perClass";

export type Averaged<A extends Average> = A extends "perClass" ? number[] : number;

export const averageRule = oneOf("binary", "macro", "micro", "weighted", "perClass");

/** Of one class, or of several together. */
export interface Counts {
  /** taken for it, and rightly */
  readonly right: number;
  /** taken for it */
  readonly taken: number;
  /** are of it */
  readonly are: number;
}

/** Each class's counts, out of a table [true, predicted]. */
export function countsOf(table: readonly (readonly number[])[]): Counts[] {
  return table.map((row, c) => ({
    right: row[c]!,
    taken: table.reduce((sum, each) => sum + each[c]!, 0),
    are: row.reduce((sum, count) => sum + count, 0),
  }));
}

/** A quotient, or 0 where there is nothing to divide by. */
export const ratio = (a: number, b: number): number => (b === 0 ? 0 : a / b);

/** @param values of the classes @param weights samples of each @param together the micro average */
export function averaged<A extends Average>(
  average: A,
  values: readonly number[],
  weights: readonly number[],
  together: () => number,
): Averaged<A> {
  const sum = (terms: readonly number[]) => terms.reduce((total, term) => total + term, 0);
  const means: Record<Average, () => number | number[]> = {
    binary: () => values[1]!,
    macro: () => sum(values) / values.length,
    // Of no samples 0; what is no number stays none.
    weighted: () => sum(values.map((value, c) => value * weights[c]!)) / (sum(weights) || 1),
    micro: together,
    perClass: () => [...values],
  };
  return means[average]() as Averaged<A>;
}

/** @throws OptionError for "binary" where there are not two classes */
export function checkAverage(name: string, average: Average, { loss, count }: Outputs): void {
  const isOfTwo = loss.targets === "binary" ? count === 1 : count === 2;
  if (average !== "binary" || isOfTwo) return;
  const there = loss.targets === "binary" ? "outputs that each say yes or no" : "classes";
  throw new OptionError(
    `${name}: average is "binary", that of class 1 of two, but there are ${count} ${there}; use "macro", "micro", "weighted" or "perClass"`,
  );
}
