// Sums (assembly/reduce.ts) in plain TypeScript: the order of the additions is all that there is to them.

import { precisionOf, zerosLike } from "./elementwise.ts";
import type { Floats } from "./matmul.ts";
import { partialSums } from "./partial-sums.ts";

/** Neighbouring axes. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A tensor as [outer, n, inner], n being the axes of a span. */
export function around(shape: readonly number[], { from, to }: Span) {
  const product = (sizes: readonly number[]) => sizes.reduce((total, size) => total * size, 1);
  return {
    outer: product(shape.slice(0, from)),
    n: product(shape.slice(from, to)),
    inner: product(shape.slice(to)),
  };
}

/** The sum of `n` elements from `at` on. */
export function rowSum(a: Floats, at: number, n: number): number {
  let total = 0;
  for (const [from, to] of partialSums(n)) total += eightSums(a, at + from, at + to);
  return precisionOf(a).round(total);
}

/**
 * The sum of elements from `at` to before `end`: eight sums, the j-th of elements j, j + 8, j + 16, …; then
 * ((p0 + p4) + (p2 + p6)) + ((p1 + p5) + (p3 + p7)).
 */
function eightSums(a: Floats, at: number, end: number): number {
  const { round } = precisionOf(a);
  const p = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let j = 0; at + j < end; j++) p[j & 7] = round(p[j & 7]! + a[at + j]!);
  const s02 = round(round(p[0]! + p[4]!) + round(p[2]! + p[6]!));
  const s13 = round(round(p[1]! + p[5]!) + round(p[3]! + p[7]!));
  return round(s02 + s13);
}

/** a [outer, n, inner] summed along its middle axis and divided by `divisor`: rows are added in their order, a single row by rowSum. */
export function sum(
  a: Floats,
  { outer, n, inner, divisor }: { outer: number; n: number; inner: number; divisor: number },
): Floats {
  const out = zerosLike(a, outer * inner);
  const by = precisionOf(a).round(divisor);
  for (let o = 0; o < outer; o++) {
    if (inner === 1) {
      out[o] = rowSum(a, o * n, n) / by;
      continue;
    }
    const totals = new Float64Array(inner);
    for (const [from, to] of partialSums(n)) {
      const partial = zerosLike(a, inner);
      for (let j = from; j < to; j++) {
        const row = (o * n + j) * inner;
        for (let l = 0; l < inner; l++) partial[l] = partial[l]! + a[row + l]!;
      }
      for (let l = 0; l < inner; l++) totals[l] = totals[l]! + partial[l]!;
    }
    const sums = zerosLike(a, inner);
    sums.set(totals);
    for (let l = 0; l < inner; l++) out[o * inner + l] = sums[l]! / by;
  }
  return out;
}

/** The largest or smallest of a [outer, n, inner] along its middle axis; NaN where there is one, +0 being above −0. */
export function extreme(
  of: (a: number, b: number) => number,
  a: Floats,
  { outer, n, inner }: { outer: number; n: number; inner: number },
): Floats {
  const out = zerosLike(a, outer * inner);
  for (let at = 0; at < out.length; at++) {
    const first = Math.floor(at / inner) * n * inner + (at % inner);
    out[at] = a[first]!;
    for (let j = 1; j < n; j++) out[at] = of(out[at]!, a[first + j * inner]!);
  }
  return out;
}

/** Where the largest stands first, or a NaN. */
export function argmax(
  a: Floats,
  { outer, n, inner }: { outer: number; n: number; inner: number },
): Int32Array {
  return Int32Array.from({ length: outer * inner }, (_, at) => {
    const first = Math.floor(at / inner) * n * inner + (at % inner);
    const row = Array.from({ length: n }, (_, j) => a[first + j * inner]!);
    const nan = row.findIndex(Number.isNaN);
    return nan >= 0 ? nan : row.findIndex((x) => row.every((other) => x >= other));
  });
}
