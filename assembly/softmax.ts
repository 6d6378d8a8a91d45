// Softmax along rows, and its kin (SoftmaxArg): each row is shifted by its maximum first (book 3.5.2).

import { SoftmaxArg } from "./isa";
import { exp } from "./math/exp";
import { log } from "./math/log";
import { arg, chunkStart, pointer, storePart, vectorLength } from "./memory";
import { rowSum } from "./reduce";

/**
 * The largest element of a row; a zero comes back as +0, whichever sign stood first. A NaN may be passed over here, but not by the
 * row's sum.
 */
export function rowMax<T>(a: usize, n: i32): T {
  const length = vectorLength<T>();
  if (n < length) {
    let largest = load<T>(a);
    for (let j = 1; j < n; j++) {
      const value = load<T>(a + <usize>j * sizeof<T>());
      if (largest < value) largest = value;
    }
    return <T>(largest + 0);
  }
  let best = v128.load(a);
  for (let j = length; j + length <= n; j += length) {
    best = v128.pmax<T>(best, v128.load(a + <usize>j * sizeof<T>()));
  }
  // The last vector overlaps the one before it: a maximum does not mind.
  best = v128.pmax<T>(best, v128.load(a + <usize>(n - length) * sizeof<T>()));
  best = v128.pmax<T>(best, i32x4.shuffle(best, best, 2, 3, 0, 1));
  if (sizeof<T>() == 4) best = v128.pmax<T>(best, i32x4.shuffle(best, best, 1, 0, 3, 2));
  return <T>(v128.extract_lane<T>(best, 0) + 0);
}

/** out = exp(a − shift) along a row; returns its sum, read back from `out`. */
export function rowExp<T>(out: usize, a: usize, n: i32, shift: T): T {
  const length = vectorLength<T>();
  const by = v128.splat<T>(shift);
  let j = 0;
  for (; j + length <= n; j += length) {
    const at = <usize>j * sizeof<T>();
    v128.store(out + at, exp<T>(v128.sub<T>(v128.load(a + at), by)));
  }
  if (j < n) {
    const at = <usize>j * sizeof<T>();
    storePart<T>(out + at, exp<T>(v128.sub<T>(v128.load(a + at), by)), n - j);
  }
  return rowSum<T>(out, n);
}

@inline
export function logOf<T>(x: T): T {
  return v128.extract_lane<T>(log<T>(v128.splat<T>(x)), 0);
}

/** y = exp(x − max x) / Σ exp(x − max x) */
export function softmax<T>(i: usize, lane: i32, lanes: i32): void {
  const out = pointer(i, SoftmaxArg.out);
  const a = pointer(i, SoftmaxArg.a);
  const m = arg(i, SoftmaxArg.m);
  const n = arg(i, SoftmaxArg.n);
  const length = vectorLength<T>();
  for (let row = chunkStart(m, 1, lane, lanes); row < chunkStart(m, 1, lane + 1, lanes); row++) {
    const at = <usize>row * n * sizeof<T>();
    const total = v128.splat<T>(rowExp<T>(out + at, a + at, n, rowMax<T>(a + at, n)));
    for (let j = 0; j < n; j += length) {
      const o = out + at + <usize>j * sizeof<T>();
      storeUpTo<T>(o, v128.div<T>(v128.load(o), total), n - j);
    }
  }
}

/** y = (x − max x) − log Σ exp(x − max x). `out` must not be `a`. */
export function logSoftmax<T>(i: usize, lane: i32, lanes: i32): void {
  const out = pointer(i, SoftmaxArg.out);
  const a = pointer(i, SoftmaxArg.a);
  const m = arg(i, SoftmaxArg.m);
  const n = arg(i, SoftmaxArg.n);
  const length = vectorLength<T>();
  for (let row = chunkStart(m, 1, lane, lanes); row < chunkStart(m, 1, lane + 1, lanes); row++) {
    const at = <usize>row * n * sizeof<T>();
    const largest = rowMax<T>(a + at, n);
    const shift = v128.splat<T>(largest);
    const logTotal = v128.splat<T>(logOf<T>(rowExp<T>(out + at, a + at, n, largest)));
    for (let j = 0; j < n; j += length) {
      const e = at + <usize>j * sizeof<T>();
      storeUpTo<T>(out + e, v128.sub<T>(v128.sub<T>(v128.load(a + e), shift), logTotal), n - j);
    }
  }
}

/** dx = y·(g − Σ g·y); `out` must be neither y nor g. */
export function softmaxGradient<T>(i: usize, lane: i32, lanes: i32): void {
  const out = pointer(i, SoftmaxArg.out);
  const y = pointer(i, SoftmaxArg.a);
  const g = pointer(i, SoftmaxArg.g);
  const m = arg(i, SoftmaxArg.m);
  const n = arg(i, SoftmaxArg.n);
  const length = vectorLength<T>();
  for (let row = chunkStart(m, 1, lane, lanes); row < chunkStart(m, 1, lane + 1, lanes); row++) {
    const at = <usize>row * n * sizeof<T>();
    for (let j = 0; j < n; j += length) {
      const e = at + <usize>j * sizeof<T>();
      storeUpTo<T>(out + e, v128.mul<T>(v128.load(g + e), v128.load(y + e)), n - j);
    }
    const total = v128.splat<T>(rowSum<T>(out + at, n));
    for (let j = 0; j < n; j += length) {
      const e = at + <usize>j * sizeof<T>();
      storeUpTo<T>(out + e, v128.mul<T>(v128.load(y + e), v128.sub<T>(v128.load(g + e), total)), n - j);
    }
  }
}

/** dx = g − exp(y)·Σ g */
export function logSoftmaxGradient<T>(i: usize, lane: i32, lanes: i32): void {
  const out = pointer(i, SoftmaxArg.out);
  const y = pointer(i, SoftmaxArg.a);
  const g = pointer(i, SoftmaxArg.g);
  const m = arg(i, SoftmaxArg.m);
  const n = arg(i, SoftmaxArg.n);
  const length = vectorLength<T>();
  for (let row = chunkStart(m, 1, lane, lanes); row < chunkStart(m, 1, lane + 1, lanes); row++) {
    const at = <usize>row * n * sizeof<T>();
    const total = v128.splat<T>(rowSum<T>(g + at, n));
    for (let j = 0; j < n; j += length) {
      const e = at + <usize>j * sizeof<T>();
      const weighted = v128.mul<T>(exp<T>(v128.load(y + e)), total);
      storeUpTo<T>(out + e, v128.sub<T>(v128.load(g + e), weighted), n - j);
    }
  }
}

/** Stores a whole vector, or the `left` elements that remain of a row. */
@inline
export function storeUpTo<T>(address: usize, v: v128, left: i32): void {
  if (left >= vectorLength<T>()) v128.store(address, v);
  else storePart<T>(address, v, left);
}
