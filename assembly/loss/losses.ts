// Losses with their gradients in one pass, or without, and accuracy. A row's loss goes to `rowLosses`; the mean over rows is a sum of its own.

import { SoftmaxCrossEntropyArg, ElementLossArg } from "../isa/loss";
import { MetricArg } from "../isa/metric";
import { exp } from "../math/exp";
import { log, log1p } from "../math/log";
import { sigmoid } from "../math/sigmoid";
import { constant } from "../math/vector";
import { arg, chunkStart, pointer, storeFirst, storePair, vectorLength } from "../memory";
import { rowSum } from "../reduce/sum";
import { logOf, rowExp, rowMax } from "../softmax/softmax";

/** Softmax with cross-entropy (book 5.6.3 and appendix A). */
export function softmaxCrossEntropy<T>(i: usize, lane: i32, lanes: i32): void {
  const rowLosses = pointer(i, SoftmaxCrossEntropyArg.rowLosses);
  const gradient = pointer(i, SoftmaxCrossEntropyArg.gradient);
  const logits = pointer(i, SoftmaxCrossEntropyArg.logits);
  const labels = pointer(i, SoftmaxCrossEntropyArg.labels);
  const oneHot = arg(i, SoftmaxCrossEntropyArg.oneHot) != 0;
  const differentiate = arg(i, SoftmaxCrossEntropyArg.differentiate) != 0;
  const m = arg(i, SoftmaxCrossEntropyArg.m);
  const n = arg(i, SoftmaxCrossEntropyArg.n);
  const bytes = <usize>n * sizeof<T>();
  const end = chunkStart(m, 1, lane + 1, lanes);
  for (let row = chunkStart(m, 1, lane, lanes); row < end; row += ROWS) {
    const count = min(ROWS, end - row);
    const x = logits + <usize>row * bytes;
    const out = gradient + <usize>row * bytes;
    const losses = rowLosses + <usize>row * sizeof<T>();
    if (oneHot) {
      const t = labels + <usize>row * bytes;
      for (let r: usize = 0; r < <usize>count; r++) {
        const loss = rowOfOneHot<T>(out + r * bytes, x + r * bytes, t + r * bytes, n, <T>m, differentiate);
        store<T>(losses + r * sizeof<T>(), loss);
      }
    } else {
      rowsOfLabels<T>(losses, out, x, labels + (<usize>row << 2), count, n, <T>m, differentiate);
    }
  }
}

/** So many rows are handled together: one vector of float32, whose logarithms are taken at once. */
const ROWS: i32 = 4;

/** Rows whose targets are classes: −log softmax(x)ₜ into `losses`, and where asked for (softmax(x) − e_t) / m into `out`. */
function rowsOfLabels<T>(
  losses: usize, out: usize, x: usize, labels: usize, count: i32, n: i32, m: T, differentiate: bool,
): void {
  const size = sizeof<T>();
  const bytes = <usize>n * size;
  for (let r: usize = 0; r < <usize>count; r++) {
    const row = x + r * bytes;
    store<T>(losses + r * size, rowExp<T>(out + r * bytes, row, n, rowMax<T>(row, n)));
  }
  if (differentiate) {
    for (let r: usize = 0; r < <usize>count; r++) {
      gradientOfLabel<T>(out + r * bytes, load<i32>(labels + (r << 2)), load<T>(losses + r * size), n, m);
    }
  }
  for (let r = 0; r < count; r += vectorLength<T>()) {
    const at = losses + <usize>r * size;
    storeFirst<T>(at, log<T>(v128.load(at)), count - r);
  }
  for (let r: usize = 0; r < <usize>count; r++) {
    const row = x + r * bytes;
    const shifted = <T>(load<T>(row + <usize>load<i32>(labels + (r << 2)) * size) - rowMax<T>(row, n));
    store<T>(losses + r * size, <T>(load<T>(losses + r * size) - shifted));
  }
}

/** One row of exponentials e, which add up to `total`: (e / total − e_t) / m in their place. */
function gradientOfLabel<T>(e: usize, label: i32, total: T, n: i32, m: T): void {
  const at = e + <usize>label * sizeof<T>();
  const atLabel = <T>((load<T>(at) / total - 1) / m);
  const totals = v128.splat<T>(total);
  const rows = v128.splat<T>(m);
  let j = 0;
  if (WIDE) {
    for (; j + 2 * vectorLength<T>() <= n; j += 2 * vectorLength<T>()) {
      const o = e + <usize>j * sizeof<T>();
      const low = v128.div<T>(v128.div<T>(v128.load(o), totals), rows);
      storePair(o, low, v128.div<T>(v128.div<T>(v128.load(o, 16), totals), rows));
    }
  }
  for (; j < n; j += vectorLength<T>()) {
    const o = e + <usize>j * sizeof<T>();
    storeFirst<T>(o, v128.div<T>(v128.div<T>(v128.load(o), totals), rows), n - j);
  }
  store<T>(at, atLabel);
}

/** One row whose target is a distribution t: Σ t·(−log softmax(x)), and where asked for (softmax(x)·Σt − t) / m into `out`. */
function rowOfOneHot<T>(out: usize, x: usize, t: usize, n: i32, m: T, differentiate: bool): T {
  const length = vectorLength<T>();
  const largest = rowMax<T>(x, n);
  const shift = v128.splat<T>(largest);
  const total = rowExp<T>(out, x, n, largest);
  const logTotal = v128.splat<T>(logOf<T>(total));
  let j = 0;
  if (WIDE) {
    for (; j + 2 * length <= n; j += 2 * length) {
      const e = <usize>j * sizeof<T>();
      const low = v128.sub<T>(logTotal, v128.sub<T>(v128.load(x + e), shift));
      const high = v128.sub<T>(logTotal, v128.sub<T>(v128.load(x + e, 16), shift));
      storePair(out + e, v128.mul<T>(v128.load(t + e), low), v128.mul<T>(v128.load(t + e, 16), high));
    }
  }
  for (; j < n; j += length) {
    const e = <usize>j * sizeof<T>();
    const negativeLog = v128.sub<T>(logTotal, v128.sub<T>(v128.load(x + e), shift));
    storeFirst<T>(out + e, v128.mul<T>(v128.load(t + e), negativeLog), n - j);
  }
  const loss = rowSum<T>(out, n);
  if (!differentiate) return loss;
  rowExp<T>(out, x, n, largest);
  const totals = v128.splat<T>(total);
  const weight = v128.splat<T>(rowSum<T>(t, n));
  const rows = v128.splat<T>(m);
  j = 0;
  if (WIDE) {
    for (; j + 2 * length <= n; j += 2 * length) {
      const e = <usize>j * sizeof<T>();
      const low = v128.mul<T>(v128.div<T>(v128.load(out + e), totals), weight);
      const high = v128.mul<T>(v128.div<T>(v128.load(out + e, 16), totals), weight);
      const d0 = v128.sub<T>(low, v128.load(t + e)), d1 = v128.sub<T>(high, v128.load(t + e, 16));
      storePair(out + e, v128.div<T>(d0, rows), v128.div<T>(d1, rows));
    }
  }
  for (; j < n; j += length) {
    const e = <usize>j * sizeof<T>();
    const y = v128.mul<T>(v128.div<T>(v128.load(out + e), totals), weight);
    storeFirst<T>(out + e, v128.div<T>(v128.sub<T>(y, v128.load(t + e)), rows), n - j);
  }
  return loss;
}

/** The sum of squared errors (book 4.2.1), for a batch the mean over its rows. */
export function sumSquaredError<T>(i: usize, lane: i32, lanes: i32): void {
  const rowLosses = pointer(i, ElementLossArg.rowLosses);
  const gradient = pointer(i, ElementLossArg.gradient);
  const y = pointer(i, ElementLossArg.y);
  const t = pointer(i, ElementLossArg.t);
  const m = arg(i, ElementLossArg.m);
  const n = arg(i, ElementLossArg.n);
  const differentiate = arg(i, ElementLossArg.differentiate) != 0;
  const length = vectorLength<T>();
  const rows = v128.splat<T>(<T>m);
  for (let row = chunkStart(m, 1, lane, lanes); row < chunkStart(m, 1, lane + 1, lanes); row++) {
    const at = <usize>row * n * sizeof<T>();
    let j = 0;
    if (WIDE) {
      for (; j + 2 * length <= n; j += 2 * length) {
        const e = at + <usize>j * sizeof<T>();
        const d0 = v128.sub<T>(v128.load(y + e), v128.load(t + e));
        const d1 = v128.sub<T>(v128.load(y + e, 16), v128.load(t + e, 16));
        storePair(gradient + e, v128.mul<T>(d0, d0), v128.mul<T>(d1, d1));
      }
    }
    for (; j < n; j += length) {
      const e = at + <usize>j * sizeof<T>();
      const difference = v128.sub<T>(v128.load(y + e), v128.load(t + e));
      storeFirst<T>(gradient + e, v128.mul<T>(difference, difference), n - j);
    }
    store<T>(rowLosses + <usize>row * sizeof<T>(), <T>(<T>0.5 * rowSum<T>(gradient + at, n)));
    if (!differentiate) continue;
    j = 0;
    if (WIDE) {
      for (; j + 2 * length <= n; j += 2 * length) {
        const e = at + <usize>j * sizeof<T>();
        const d0 = v128.sub<T>(v128.load(y + e), v128.load(t + e));
        const d1 = v128.sub<T>(v128.load(y + e, 16), v128.load(t + e, 16));
        storePair(gradient + e, v128.div<T>(d0, rows), v128.div<T>(d1, rows));
      }
    }
    for (; j < n; j += length) {
      const e = at + <usize>j * sizeof<T>();
      const difference = v128.sub<T>(v128.load(y + e), v128.load(t + e));
      storeFirst<T>(gradient + e, v128.div<T>(difference, rows), n - j);
    }
  }
}

/**
 * Binary cross-entropy of scores x with targets t: the mean of −t·log σ(x) − (1 − t)·log(1 − σ(x)), taken as
 * max(x, 0) − x·t + log1p(e^−|x|), where nothing overflows and a small loss keeps its digits.
 */
export function binaryCrossEntropy<T>(i: usize, lane: i32, lanes: i32): void {
  const rowLosses = pointer(i, ElementLossArg.rowLosses);
  const gradient = pointer(i, ElementLossArg.gradient);
  const scores = pointer(i, ElementLossArg.y);
  const targets = pointer(i, ElementLossArg.t);
  const m = arg(i, ElementLossArg.m);
  const n = arg(i, ElementLossArg.n);
  const differentiate = arg(i, ElementLossArg.differentiate) != 0;
  const length = vectorLength<T>();
  const count = v128.splat<T>(<T>m * <T>n);
  for (let row = chunkStart(m, 1, lane, lanes); row < chunkStart(m, 1, lane + 1, lanes); row++) {
    const at = <usize>row * n * sizeof<T>();
    let j = 0;
    if (WIDE) {
      for (; j + 2 * length <= n; j += 2 * length) {
        const e = at + <usize>j * sizeof<T>();
        const low = binaryTerm<T>(v128.load(scores + e), v128.load(targets + e));
        storePair(gradient + e, low, binaryTerm<T>(v128.load(scores + e, 16), v128.load(targets + e, 16)));
      }
    }
    for (; j < n; j += length) {
      const e = at + <usize>j * sizeof<T>();
      storeFirst<T>(gradient + e, binaryTerm<T>(v128.load(scores + e), v128.load(targets + e)), n - j);
    }
    store<T>(rowLosses + <usize>row * sizeof<T>(), <T>(rowSum<T>(gradient + at, n) / <T>n));
    if (!differentiate) continue;
    j = 0;
    if (WIDE) {
      for (; j + 2 * length <= n; j += 2 * length) {
        const e = at + <usize>j * sizeof<T>();
        const d0 = v128.sub<T>(sigmoid<T>(v128.load(scores + e)), v128.load(targets + e));
        const d1 = v128.sub<T>(sigmoid<T>(v128.load(scores + e, 16)), v128.load(targets + e, 16));
        storePair(gradient + e, v128.div<T>(d0, count), v128.div<T>(d1, count));
      }
    }
    for (; j < n; j += length) {
      const e = at + <usize>j * sizeof<T>();
      const difference = v128.sub<T>(sigmoid<T>(v128.load(scores + e)), v128.load(targets + e));
      storeFirst<T>(gradient + e, v128.div<T>(difference, count), n - j);
    }
  }
}

/** max(x, 0) − x·t + log(1 + e^−|x|) */
@inline
function binaryTerm<T>(x: v128, t: v128): v128 {
  const missing = log1p<T>(exp<T>(v128.or(x, constant<T>(-0.0))));
  const linear = v128.sub<T>(v128.pmax<T>(constant<T>(0), x), v128.mul<T>(x, t));
  return v128.add<T>(linear, missing);
}

/**
 * Counts the rows whose largest score (the first of equals) is the label's, or stands where the one-hot row is largest: totals[1]. With a
 * threshold it adds the share of each row's scores that lie above it exactly where those of the labels lie above ½.
 */
export function accuracy<T>(i: usize, lane: i32): void {
  if (lane != 0) return;
  const counter = pointer(i, MetricArg.totals);
  const scores = pointer(i, MetricArg.outputs);
  const labels = pointer(i, MetricArg.targets);
  const oneHot = arg(i, MetricArg.oneHot) != 0;
  const m = arg(i, MetricArg.m);
  const n = arg(i, MetricArg.n);
  const threshold = pointer(i, MetricArg.threshold);
  const bytes = <usize>n * sizeof<T>();
  let correct = 0;
  if (threshold) {
    const above = <T>load<f64>(threshold);
    for (let e: usize = 0; e < <usize>m * bytes; e += sizeof<T>()) {
      if (load<T>(scores + e) > above == load<T>(labels + e) > <T>0.5) correct++;
    }
    store<f64>(counter, load<f64>(counter) + <f64>correct / n);
    return;
  }
  for (let row = 0; row < m; row++) {
    const best = argmax<T>(scores + <usize>row * bytes, n);
    const label = oneHot
      ? argmax<T>(labels + <usize>row * bytes, n)
      : load<i32>(labels + ((<usize>row) << 2));
    if (best == label) correct++;
  }
  store<f64>(counter, load<f64>(counter) + correct);
}

/** Where the first of a row's largest elements stands; anywhere, where the row holds NaN. */
export function argmax<T>(a: usize, n: i32): i32 {
  const length = vectorLength<T>();
  const largest = v128.splat<T>(rowMax<T>(a, n));
  for (let j = 0; j < n; j += length) {
    const equal = v128.eq<T>(v128.load(a + <usize>j * sizeof<T>()), largest);
    const places = sizeof<T>() == 4 ? i32x4.bitmask(equal) : i64x2.bitmask(equal);
    if (places) return j + <i32>ctz(places);
  }
  return 0;
}
