// Softmax along rows and its kin (assembly/softmax.ts) in plain TypeScript. All work on `a` as rows of `n`.

import { precisionOf, zerosLike } from "./elementwise.ts";
import { exp, log } from "./math.ts";
import type { Floats } from "./matmul.ts";
import { rowSum } from "./reduce.ts";

/** The largest of `n` elements from `at` on; a zero counts as +0. */
export function rowMax(a: Floats, at: number, n: number): number {
  let largest = a[at]!;
  for (let j = 1; j < n; j++) if (largest < a[at + j]!) largest = a[at + j]!;
  return largest + 0;
}

/** Writes exp(a − shift) of a row into `out`, and returns its sum. */
export function rowExp(out: Floats, a: Floats, at: number, n: number, shift: number): number {
  const precision = precisionOf(a);
  for (let j = at; j < at + n; j++) out[j] = exp(precision.round(a[j]! - shift), precision);
  return rowSum(out, at, n);
}

/** exp(x − max x) / Σ exp(x − max x) */
export function softmax(x: Floats, n: number): Floats {
  const y = zerosLike(x, x.length);
  for (let at = 0; at < x.length; at += n) {
    const total = rowExp(y, x, at, n, rowMax(x, at, n));
    for (let j = at; j < at + n; j++) y[j] = y[j]! / total;
  }
  return y;
}

/** (x − max x) − log Σ exp(x − max x) */
export function logSoftmax(x: Floats, n: number): Floats {
  const precision = precisionOf(x);
  const y = zerosLike(x, x.length);
  for (let at = 0; at < x.length; at += n) {
    const largest = rowMax(x, at, n);
    const logTotal = log(rowExp(y, x, at, n, largest), precision);
    for (let j = at; j < at + n; j++) y[j] = precision.round(x[j]! - largest) - logTotal;
  }
  return y;
}

/** y·(g − Σ g·y) */
export function softmaxGradient(y: Floats, g: Floats, n: number): Floats {
  const { round } = precisionOf(y);
  const dx = zerosLike(y, y.length);
  for (let at = 0; at < y.length; at += n) {
    for (let j = at; j < at + n; j++) dx[j] = g[j]! * y[j]!;
    const total = rowSum(dx, at, n);
    for (let j = at; j < at + n; j++) dx[j] = y[j]! * round(g[j]! - total);
  }
  return dx;
}

/** g − eʸ·Σ g */
export function logSoftmaxGradient(y: Floats, g: Floats, n: number): Floats {
  const precision = precisionOf(y);
  const dx = zerosLike(y, y.length);
  for (let at = 0; at < y.length; at += n) {
    const total = rowSum(g, at, n);
    for (let j = at; j < at + n; j++) dx[j] = g[j]! - precision.round(exp(y[j]!, precision) * total);
  }
  return dx;
}
