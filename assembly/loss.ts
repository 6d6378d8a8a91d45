// Losses with their gradients in one pass, and accuracy. A row's loss goes to `rowLosses`; the mean over rows is a sum of its own.

import { AccuracyArg, SoftmaxCrossEntropyArg, SumSquaredErrorArg } from "./isa";
import { arg, chunkStart, pointer, vectorLength } from "./memory";
import { rowSum } from "./reduce";
import { logOf, rowExp, rowMax, storeUpTo } from "./softmax";

/** Softmax with cross-entropy (book 5.6.3 and appendix A). */
export function softmaxCrossEntropy<T>(i: usize, lane: i32, lanes: i32): void {
  const rowLosses = pointer(i, SoftmaxCrossEntropyArg.rowLosses);
  const gradient = pointer(i, SoftmaxCrossEntropyArg.gradient);
  const logits = pointer(i, SoftmaxCrossEntropyArg.logits);
  const labels = pointer(i, SoftmaxCrossEntropyArg.labels);
  const oneHot = arg(i, SoftmaxCrossEntropyArg.oneHot) != 0;
  const m = arg(i, SoftmaxCrossEntropyArg.m);
  const n = arg(i, SoftmaxCrossEntropyArg.n);
  const bytes = <usize>n * sizeof<T>();
  for (let row = chunkStart(m, 1, lane, lanes); row < chunkStart(m, 1, lane + 1, lanes); row++) {
    const x = logits + <usize>row * bytes;
    const out = gradient + <usize>row * bytes;
    const loss = oneHot
      ? rowOfOneHot<T>(out, x, labels + <usize>row * bytes, n, <T>m)
      : rowOfLabel<T>(out, x, load<i32>(labels + ((<usize>row) << 2)), n, <T>m);
    store<T>(rowLosses + <usize>row * sizeof<T>(), loss);
  }
}

/** One row whose target is a class: −log softmax(x)ₜ, and (softmax(x) − e_t) / m into `out`. */
function rowOfLabel<T>(out: usize, x: usize, label: i32, n: i32, m: T): T {
  const length = vectorLength<T>();
  const largest = rowMax<T>(x, n);
  const total = rowExp<T>(out, x, n, largest);
  const at = <usize>label * sizeof<T>();
  const loss = <T>(logOf<T>(total) - (load<T>(x + at) - largest));
  const atLabel = <T>((load<T>(out + at) / total - 1) / m);
  const totals = v128.splat<T>(total);
  const rows = v128.splat<T>(m);
  for (let j = 0; j < n; j += length) {
    const o = out + <usize>j * sizeof<T>();
    storeUpTo<T>(o, v128.div<T>(v128.div<T>(v128.load(o), totals), rows), n - j);
  }
  store<T>(out + at, atLabel);
  return loss;
}

/** One row whose target is a distribution t: Σ t·(−log softmax(x)), and (softmax(x)·Σt − t) / m into `out`. */
function rowOfOneHot<T>(out: usize, x: usize, t: usize, n: i32, m: T): T {
  const length = vectorLength<T>();
  const largest = rowMax<T>(x, n);
  const shift = v128.splat<T>(largest);
  const total = rowExp<T>(out, x, n, largest);
  const logTotal = v128.splat<T>(logOf<T>(total));
  for (let j = 0; j < n; j += length) {
    const e = <usize>j * sizeof<T>();
    const negativeLog = v128.sub<T>(logTotal, v128.sub<T>(v128.load(x + e), shift));
    storeUpTo<T>(out + e, v128.mul<T>(v128.load(t + e), negativeLog), n - j);
  }
  const loss = rowSum<T>(out, n);
  rowExp<T>(out, x, n, largest);
  const totals = v128.splat<T>(total);
  const weight = v128.splat<T>(rowSum<T>(t, n));
  const rows = v128.splat<T>(m);
  for (let j = 0; j < n; j += length) {
    const e = <usize>j * sizeof<T>();
    const y = v128.mul<T>(v128.div<T>(v128.load(out + e), totals), weight);
    storeUpTo<T>(out + e, v128.div<T>(v128.sub<T>(y, v128.load(t + e)), rows), n - j);
  }
  return loss;
}

/** The sum of squared errors (book 4.2.1), for a batch the mean over its rows. */
export function sumSquaredError<T>(i: usize, lane: i32, lanes: i32): void {
  const rowLosses = pointer(i, SumSquaredErrorArg.rowLosses);
  const gradient = pointer(i, SumSquaredErrorArg.gradient);
  const y = pointer(i, SumSquaredErrorArg.y);
  const t = pointer(i, SumSquaredErrorArg.t);
  const m = arg(i, SumSquaredErrorArg.m);
  const n = arg(i, SumSquaredErrorArg.n);
  const length = vectorLength<T>();
  const rows = v128.splat<T>(<T>m);
  for (let row = chunkStart(m, 1, lane, lanes); row < chunkStart(m, 1, lane + 1, lanes); row++) {
    const at = <usize>row * n * sizeof<T>();
    for (let j = 0; j < n; j += length) {
      const e = at + <usize>j * sizeof<T>();
      const difference = v128.sub<T>(v128.load(y + e), v128.load(t + e));
      storeUpTo<T>(gradient + e, v128.mul<T>(difference, difference), n - j);
    }
    store<T>(rowLosses + <usize>row * sizeof<T>(), <T>(<T>0.5 * rowSum<T>(gradient + at, n)));
    for (let j = 0; j < n; j += length) {
      const e = at + <usize>j * sizeof<T>();
      const difference = v128.sub<T>(v128.load(y + e), v128.load(t + e));
      storeUpTo<T>(gradient + e, v128.div<T>(difference, rows), n - j);
    }
  }
}

/** Counts the rows whose largest score (the first of equals) is the label's, or stands where the one-hot row is largest. */
export function accuracy<T>(i: usize, lane: i32): void {
  if (lane != 0) return;
  const counter = pointer(i, AccuracyArg.counter);
  const scores = pointer(i, AccuracyArg.scores);
  const labels = pointer(i, AccuracyArg.labels);
  const oneHot = arg(i, AccuracyArg.oneHot) != 0;
  const m = arg(i, AccuracyArg.m);
  const n = arg(i, AccuracyArg.n);
  const bytes = <usize>n * sizeof<T>();
  let correct = 0;
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
function argmax<T>(a: usize, n: i32): i32 {
  const length = vectorLength<T>();
  const largest = v128.splat<T>(rowMax<T>(a, n));
  for (let j = 0; j < n; j += length) {
    const equal = v128.eq<T>(v128.load(a + <usize>j * sizeof<T>()), largest);
    const places = sizeof<T>() == 4 ? i32x4.bitmask(equal) : i64x2.bitmask(equal);
    if (places) return j + <i32>ctz(places);
  }
  return 0;
}
