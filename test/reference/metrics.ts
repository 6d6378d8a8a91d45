// What metrics are made of (assembly/metric/metrics.ts) in plain TypeScript.

import type { Floats } from "./matmul.ts";

/** The labels of m samples: class indices, or rows of n of which the largest element counts. */
export type Labels = Int32Array | Floats;

/** Where the first of a row's largest elements stands. */
function argmax(a: Floats, at: number, n: number): number {
  let best = 0;
  for (let j = 1; j < n; j++) if (a[at + j]! > a[at + best]!) best = j;
  return best;
}

const labelOf = (targets: Labels, row: number, n: number) =>
  targets instanceof Int32Array ? targets[row]! : argmax(targets, row * n, n);

/** Counts [n][n], [true][predicted]. */
export function confusion(totals: Float64Array, y: Floats, targets: Labels, n: number): void {
  for (let row = 0; row < y.length / n; row++) {
    totals[labelOf(targets, row, n) * n + argmax(y, row * n, n)]!++;
  }
}

/** Counts [n][2][2] of outputs that each say yes or no. */
export function binaryConfusion(
  totals: Float64Array,
  y: Floats,
  t: Floats,
  n: number,
  threshold: number,
): void {
  for (let e = 0; e < y.length; e++) {
    totals[4 * (e % n) + 2 * Number(t[e]! > 0.5) + Number(y[e]! > threshold)]!++;
  }
}

/** How many labels take which place, [n]. */
export function ranks(totals: Float64Array, y: Floats, targets: Labels, n: number): void {
  for (let row = 0; row < y.length / n; row++) {
    const label = labelOf(targets, row, n);
    const own = y[row * n + label]!;
    const before = Array.from(y.subarray(row * n, (row + 1) * n)).filter(
      (other, j) =>
        j !== label &&
        (Number.isNaN(own) || Number.isNaN(other) || other > own || (other === own && j < label)),
    );
    totals[before.length]!++;
  }
}

/** Samples, and behind them each one's outputs with its label, or with 0 or 1 for each output. */
export function collected(
  totals: Float64Array,
  y: Floats,
  targets: Labels,
  n: number,
  isBinary: boolean,
): void {
  const width = isBinary ? 2 * n : n + 1;
  for (let row = 0; row < y.length / n; row++) {
    const at = 1 + totals[0]! * width;
    totals.set(y.subarray(row * n, (row + 1) * n), at);
    if (isBinary)
      totals.set(
        Array.from(targets.subarray(row * n, (row + 1) * n), (t) => Number(t > 0.5)),
        at + n,
      );
    else totals[at + n] = labelOf(targets, row, n);
    totals[0]!++;
  }
}

/** For each output: samples, Σ |y − t|, Σ (y − t)², the first t, and of all t less that one the mean and Σ (t − mean)². */
export function errors(totals: Float64Array, y: Floats, t: Floats, n: number): void {
  for (let e = 0; e < y.length; e++) {
    const of = totals.subarray(6 * (e % n), 6 * (e % n) + 6) as unknown as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const error = y[e]! - t[e]!;
    if (of[0] === 0) of[3] = t[e]!;
    const beyond = t[e]! - of[3];
    const before = beyond - of[4];
    of[0] += 1;
    of[1] += Math.abs(error);
    of[2] += error * error;
    of[4] += before / of[0];
    of[5] += before * (beyond - of[4]);
  }
}
