// The totals of long sums (sums.ts): float64, whichever dtype is summed. A vector of partial sums has two vectors of totals in float32, `low`
// and `high`, and one in float64.

import { storeFirst, vectorLength } from "./memory";
import { LONGEST_SUM, PARTIAL_TERMS } from "./sums";

/** How many terms the partial sums of a sum of n terms have: all n, unless it is long. */
@inline
export function partialTerms(n: i32): i32 {
  return n > LONGEST_SUM ? PARTIAL_TERMS : n;
}

/** The first two elements of a vector in float64. */
@inline
export function low<T>(v: v128): v128 {
  return sizeof<T>() == 4 ? f64x2.promote_low_f32x4(v) : v;
}

/** The last two elements of a vector of float32 in float64. */
@inline
export function high<T>(v: v128): v128 {
  return sizeof<T>() == 4 ? f64x2.promote_low_f32x4(i32x4.shuffle(v, v, 2, 3, 2, 3)) : v;
}

/** A vector of rounded totals. */
@inline
export function rounded<T>(low: v128, high: v128): v128 {
  if (sizeof<T>() == 8) return low;
  return i32x4.shuffle(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5);
}

/** Bytes between rows of totals of n columns: whole vectors of float32. */
@inline
export function totalsStride(n: i32): usize {
  return <usize>((n + 3) & ~3) << 3;
}

/**
 * Adds partial sums c[m, n] to `totals`, in rows totalsStride(n) apart, which the `first` begin; in place of the `last` come the rounded
 * totals. `strideC` is bytes between rows of c.
 */
export function addPartial<T>(totals: usize, c: usize, strideC: usize, m: i32, n: i32, first: bool, last: bool): void {
  for (; m > 0; m--) {
    if (first) addRow<T>(true, false, totals, c, n);
    else if (last) addRow<T>(false, true, totals, c, n);
    else addRow<T>(false, false, totals, c, n);
    c += strideC;
    totals += totalsStride(n);
  }
}

/** One row. What the first and the last do not need is not in their loops. */
@inline
function addRow<T>(first: bool, last: bool, totals: usize, c: usize, n: i32): void {
  const length = vectorLength<T>();
  for (; n >= 2 * length; n -= 2 * length) {
    addVector<T>(first, last, totals, c, length);
    addVector<T>(first, last, totals + (length << 3), c + 16, length);
    totals += length << 4;
    c += 32;
  }
  for (; n > 0; n -= length) {
    addVector<T>(first, last, totals, c, n);
    totals += length << 3;
    c += 16;
  }
}

/** One vector, of which `count` elements count. */
@inline
function addVector<T>(first: bool, last: bool, totals: usize, c: usize, count: i32): void {
  const s = v128.load(c);
  let t0 = low<T>(s);
  let t1 = high<T>(s);
  if (!first) {
    t0 = f64x2.add(v128.load(totals), t0);
    if (sizeof<T>() == 4) t1 = f64x2.add(v128.load(totals, 16), t1);
  }
  if (last) return storeFirst<T>(c, rounded<T>(t0, t1), count);
  v128.store(totals, t0);
  if (sizeof<T>() == 4) v128.store(totals, t1, 16);
}
