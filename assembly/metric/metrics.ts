// What metrics are made of, added up over a data set's batches in float64. Lane 0 does it alone: it is little beside the batch's outputs, and
// its sums have one order.

import { MetricArg } from "../isa/metric";
import { argmax } from "../loss/losses";
import { arg, pointer } from "../memory";

/**
 * Counts which class was taken for which: totals[t, y] for labels, [n, n]; with a threshold a table [2, 2] for each output, where 1 is what
 * lies above it.
 */
export function countConfusion<T>(i: usize): void {
  const totals = pointer(i, MetricArg.totals);
  const outputs = pointer(i, MetricArg.outputs);
  const targets = pointer(i, MetricArg.targets);
  const m = arg(i, MetricArg.m);
  const n = arg(i, MetricArg.n);
  const threshold = pointer(i, MetricArg.threshold);
  if (threshold) {
    const above = <T>load<f64>(threshold);
    for (let e: usize = 0; e < <usize>m * n; e++) {
      const output = load<T>(outputs + e * sizeof<T>());
      const cell = (<i32>isYes<T>(targets + e * sizeof<T>()) << 1) | <i32>(output > above);
      add(totals, (e % <usize>n << 2) + cell, 1);
    }
    return;
  }
  for (let row = 0; row < m; row++) {
    const best = argmax<T>(outputs + <usize>row * n * sizeof<T>(), n);
    add(totals, <usize>labelOf<T>(i, targets, row, n) * n + best, 1);
  }
}

/**
 * Counts the places that the labels' outputs take among those of their sample, from 0 for the largest: totals[n]. Of equals the first comes
 * first; behind NaN comes nobody.
 */
export function countRanks<T>(i: usize): void {
  const totals = pointer(i, MetricArg.totals);
  const outputs = pointer(i, MetricArg.outputs);
  const targets = pointer(i, MetricArg.targets);
  const m = arg(i, MetricArg.m);
  const n = arg(i, MetricArg.n);
  for (let row = 0; row < m; row++) {
    const label = labelOf<T>(i, targets, row, n);
    const y = outputs + <usize>row * n * sizeof<T>();
    const own = load<T>(y + <usize>label * sizeof<T>());
    let rank = 0;
    for (let j = 0; j < n; j++) {
      const other = load<T>(y + <usize>j * sizeof<T>());
      // Asked so that a NaN is before everything.
      if (j < label ? !(other < own) : j > label && !(other <= own)) rank++;
    }
    add(totals, rank, 1);
  }
}

/** Writes outputs down as they come, behind those of earlier batches; totals[0] counts the samples. A row is n outputs, then the label, or with a threshold 0 or 1 for each. */
export function collectScores<T>(i: usize): void {
  const totals = pointer(i, MetricArg.totals);
  const outputs = pointer(i, MetricArg.outputs);
  const targets = pointer(i, MetricArg.targets);
  const m = arg(i, MetricArg.m);
  const n = arg(i, MetricArg.n);
  const threshold = pointer(i, MetricArg.threshold);
  const width = threshold ? 2 * n : n + 1;
  let at = totals + 8 + ((<usize>load<f64>(totals) * width) << 3);
  for (let row = 0; row < m; row++, at += <usize>width << 3) {
    const first = <usize>row * n * sizeof<T>();
    for (let j = 0; j < n; j++) {
      const e = first + <usize>j * sizeof<T>();
      store<f64>(at + (<usize>j << 3), <f64>load<T>(outputs + e));
      if (threshold) store<f64>(at + (<usize>(n + j) << 3), <f64>isYes<T>(targets + e));
    }
    if (!threshold) store<f64>(at + (<usize>n << 3), <f64>labelOf<T>(i, targets, row, n));
  }
  add(totals, 0, m);
}

/**
 * For each output, totals[n, 6]: samples, Σ |y − t|, Σ (y − t)², the first target, and of the targets less that one the mean and Σ (t − mean)² as
 * they grow with each sample (Welford 1962), which lose nothing where targets vary little beside their size: such differences are exact.
 */
export function addErrors<T>(i: usize): void {
  const totals = pointer(i, MetricArg.totals);
  const outputs = pointer(i, MetricArg.outputs);
  const targets = pointer(i, MetricArg.targets);
  const n = <usize>arg(i, MetricArg.n);
  const elements = <usize>arg(i, MetricArg.m) * n;
  for (let e: usize = 0; e < elements; e++) {
    const t = <f64>load<T>(targets + e * sizeof<T>());
    const error = <f64>load<T>(outputs + e * sizeof<T>()) - t;
    const at = totals + (e % n) * 48;
    const count = load<f64>(at) + 1;
    if (count == 1) store<f64>(at, t, 24);
    const beyond = t - load<f64>(at, 24);
    const mean = load<f64>(at, 32);
    const moved = mean + (beyond - mean) / count;
    store<f64>(at, count);
    store<f64>(at, load<f64>(at, 8) + abs(error), 8);
    store<f64>(at, load<f64>(at, 16) + error * error, 16);
    store<f64>(at, moved, 32);
    store<f64>(at, load<f64>(at, 40) + (beyond - mean) * (beyond - moved), 40);
  }
}

@inline
function add(totals: usize, index: usize, count: f64): void {
  store<f64>(totals + (index << 3), load<f64>(totals + (index << 3)) + count);
}

/** Whether a target that says yes or no, or how likely it is, is on the side of yes. */
@inline
function isYes<T>(target: usize): bool {
  return load<T>(target) > <T>0.5;
}

/** A sample's label, or where the largest element of its row stands. */
@inline
function labelOf<T>(i: usize, targets: usize, row: i32, n: i32): i32 {
  if (arg(i, MetricArg.oneHot)) return argmax<T>(targets + <usize>row * n * sizeof<T>(), n);
  return load<i32>(targets + (<usize>row << 2));
}
