// Softmax along rows, and its kin (SoftmaxArg): each row is shifted by its maximum first (book 3.5.2).

import { SoftmaxArg } from "../isa/softmax";
import { exp } from "../math/exp";
import { log } from "../math/log";
import { arg, chunkStart, pointer, storeFirst, storePair, vectorLength } from "../memory";
import { combine2, combine4, firstOf, rowSum } from "../reduce/sum";
import { LONGEST_SUM, PARTIAL_TERMS } from "../sums";

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

/** out = exp(a − shift) along a row; returns its sum, in the order of rowSum, but without waiting for what was just stored. */
export function rowExp<T>(out: usize, a: usize, n: i32, shift: T): T {
  if (n <= LONGEST_SUM) return eightSumsOfExp<T>(out, a, n, shift);
  let total: f64 = 0;
  for (; n > 0; n -= PARTIAL_TERMS) {
    total += <f64>eightSumsOfExp<T>(out, a, min(n, PARTIAL_TERMS), shift);
    out += PARTIAL_TERMS * sizeof<T>();
    a += PARTIAL_TERMS * sizeof<T>();
  }
  return <T>total;
}

function eightSumsOfExp<T>(out: usize, a: usize, n: i32, shift: T): T {
  const length = vectorLength<T>();
  const by = v128.splat<T>(shift);
  let p0 = i64x2.splat(0), p1 = p0, p2 = p0, p3 = p0;
  let left = n;
  if (WIDE) {
    for (; left >= 8; left -= 8) {
      const e0 = exp<T>(v128.sub<T>(v128.load(a), by)), e1 = exp<T>(v128.sub<T>(v128.load(a, 16), by));
      if (sizeof<T>() == 8) {
        const e2 = exp<T>(v128.sub<T>(v128.load(a, 32), by)), e3 = exp<T>(v128.sub<T>(v128.load(a, 48), by));
        storePair(out + 32, e2, e3);
        p2 = v128.add<T>(p2, e2);
        p3 = v128.add<T>(p3, e3);
      }
      storePair(out, e0, e1);
      p0 = v128.add<T>(p0, e0);
      p1 = v128.add<T>(p1, e1);
      out += 8 * sizeof<T>();
      a += 8 * sizeof<T>();
    }
  }
  for (; left > 0; left -= 8) {
    p0 = addExp<T>(p0, out, a, by, left);
    p1 = addExp<T>(p1, out + 16, a + 16, by, left - length);
    if (sizeof<T>() == 8) {
      p2 = addExp<T>(p2, out + 32, a + 32, by, left - 2 * length);
      p3 = addExp<T>(p3, out + 48, a + 48, by, left - 3 * length);
    }
    out += 8 * sizeof<T>();
    a += 8 * sizeof<T>();
  }
  return sizeof<T>() == 4 ? <T>combine4(f32x4.add(p0, p1)) : <T>combine2(f64x2.add(p0, p2), f64x2.add(p1, p3));
}

/** Stores the exponentials of a vector, of which `left` elements belong to the row, and adds them to partial sums. */
@inline
function addExp<T>(sums: v128, out: usize, a: usize, by: v128, left: i32): v128 {
  if (left <= 0) return sums;
  const e = exp<T>(v128.sub<T>(v128.load(a), by));
  storeFirst<T>(out, e, left);
  return v128.add<T>(sums, left >= vectorLength<T>() ? e : firstOf<T>(e, left));
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
    let j = 0;
    if (WIDE) {
      for (; j + 2 * length <= n; j += 2 * length) {
        const o = out + at + <usize>j * sizeof<T>();
        storePair(o, v128.div<T>(v128.load(o), total), v128.div<T>(v128.load(o, 16), total));
      }
    }
    for (; j < n; j += length) {
      const o = out + at + <usize>j * sizeof<T>();
      storeFirst<T>(o, v128.div<T>(v128.load(o), total), n - j);
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
    let j = 0;
    if (WIDE) {
      for (; j + 2 * length <= n; j += 2 * length) {
        const e = at + <usize>j * sizeof<T>();
        const low = v128.sub<T>(v128.sub<T>(v128.load(a + e), shift), logTotal);
        storePair(out + e, low, v128.sub<T>(v128.sub<T>(v128.load(a + e, 16), shift), logTotal));
      }
    }
    for (; j < n; j += length) {
      const e = at + <usize>j * sizeof<T>();
      storeFirst<T>(out + e, v128.sub<T>(v128.sub<T>(v128.load(a + e), shift), logTotal), n - j);
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
    let j = 0;
    if (WIDE) {
      for (; j + 2 * length <= n; j += 2 * length) {
        const e = at + <usize>j * sizeof<T>();
        const low = v128.mul<T>(v128.load(g + e), v128.load(y + e));
        storePair(out + e, low, v128.mul<T>(v128.load(g + e, 16), v128.load(y + e, 16)));
      }
    }
    for (; j < n; j += length) {
      const e = at + <usize>j * sizeof<T>();
      storeFirst<T>(out + e, v128.mul<T>(v128.load(g + e), v128.load(y + e)), n - j);
    }
    const total = v128.splat<T>(rowSum<T>(out + at, n));
    j = 0;
    if (WIDE) {
      for (; j + 2 * length <= n; j += 2 * length) {
        const e = at + <usize>j * sizeof<T>();
        const low = v128.mul<T>(v128.load(y + e), v128.sub<T>(v128.load(g + e), total));
        storePair(out + e, low, v128.mul<T>(v128.load(y + e, 16), v128.sub<T>(v128.load(g + e, 16), total)));
      }
    }
    for (; j < n; j += length) {
      const e = at + <usize>j * sizeof<T>();
      storeFirst<T>(out + e, v128.mul<T>(v128.load(y + e), v128.sub<T>(v128.load(g + e), total)), n - j);
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
    let j = 0;
    if (WIDE) {
      for (; j + 2 * length <= n; j += 2 * length) {
        const e = at + <usize>j * sizeof<T>();
        const w0 = v128.mul<T>(exp<T>(v128.load(y + e)), total), w1 = v128.mul<T>(exp<T>(v128.load(y + e, 16)), total);
        storePair(out + e, v128.sub<T>(v128.load(g + e), w0), v128.sub<T>(v128.load(g + e, 16), w1));
      }
    }
    for (; j < n; j += length) {
      const e = at + <usize>j * sizeof<T>();
      const weighted = v128.mul<T>(exp<T>(v128.load(y + e)), total);
      storeFirst<T>(out + e, v128.sub<T>(v128.load(g + e), weighted), n - j);
    }
  }
}
