// Sums. Along a contiguous row the order is that of eight partial sums (rowSum), across rows it is the order of the rows; long ones are made
// of partial sums (sums.ts).

import { SumArg } from "../isa/reduce";
import { arg, chunkStart, pointer, storeFirst, storePair, vectorLength } from "../memory";
import { LONGEST_SUM, PARTIAL_TERMS } from "../sums";
import { high, low, partialTerms, rounded } from "../totals";

/** `v` with its elements from `count` on made +0, so that adding it leaves the lanes of missing elements as they are. */
@inline
export function firstOf<T>(v: v128, count: i32): v128 {
  if (count <= 0) return i64x2.splat(0);
  if (sizeof<T>() == 8) {
    return count >= 2 ? v : i64x2.replace_lane(v, 1, 0);
  } else {
    const index = i32x4(0, 1, 2, 3);
    return v128.and(v, i32x4.lt_s(index, i32x4.splat(count)));
  }
}

/**
 * The sum of a row, in the one order that kobai uses for rows: eight sums from +0, sum j taking elements j, j+8, j+16, …;
 * then ((p0+p4)+(p2+p6)) + ((p1+p5)+(p3+p7)). Both dtypes, whatever the vector's length, so float32 and float64 agree on the order.
 * A long row is made of partial sums.
 */
export function rowSum<T>(a: usize, n: i32): T {
  if (n <= LONGEST_SUM) return eightSums<T>(a, n);
  let total: f64 = 0;
  for (; n > 0; n -= PARTIAL_TERMS) {
    total += <f64>eightSums<T>(a, min(n, PARTIAL_TERMS));
    a += PARTIAL_TERMS * sizeof<T>();
  }
  return <T>total;
}

function eightSums<T>(a: usize, n: i32): T {
  if (sizeof<T>() == 4) {
    let low = f32x4.splat(0);
    let high = f32x4.splat(0);
    let left = n;
    for (; left >= 8; left -= 8) {
      low = f32x4.add(low, v128.load(a));
      high = f32x4.add(high, v128.load(a, 16));
      a += 32;
    }
    if (left > 0) {
      low = f32x4.add(low, firstOf<T>(v128.load(a), left));
      high = f32x4.add(high, firstOf<T>(v128.load(a, 16), left - 4));
    }
    return <T>combine4(f32x4.add(low, high));
  } else {
    let p01 = f64x2.splat(0);
    let p23 = f64x2.splat(0);
    let p45 = f64x2.splat(0);
    let p67 = f64x2.splat(0);
    let left = n;
    for (; left >= 8; left -= 8) {
      p01 = f64x2.add(p01, v128.load(a));
      p23 = f64x2.add(p23, v128.load(a, 16));
      p45 = f64x2.add(p45, v128.load(a, 32));
      p67 = f64x2.add(p67, v128.load(a, 48));
      a += 64;
    }
    if (left > 0) {
      p01 = f64x2.add(p01, firstOf<T>(v128.load(a), left));
      p23 = f64x2.add(p23, firstOf<T>(v128.load(a, 16), left - 2));
      p45 = f64x2.add(p45, firstOf<T>(v128.load(a, 32), left - 4));
      p67 = f64x2.add(p67, firstOf<T>(v128.load(a, 48), left - 6));
    }
    return <T>combine2(f64x2.add(p01, p45), f64x2.add(p23, p67));
  }
}

/** (s0+s2) + (s1+s3) of the four folded partial sums */
@inline
export function combine4(s: v128): f32 {
  const t = f32x4.add(s, i32x4.shuffle(s, s, 2, 3, 0, 1));
  return f32x4.extract_lane(t, 0) + f32x4.extract_lane(t, 1);
}

@inline
export function combine2(s01: v128, s23: v128): f64 {
  const t = f64x2.add(s01, s23);
  return f64x2.extract_lane(t, 0) + f64x2.extract_lane(t, 1);
}

/** Op.sum: a[outer, n, inner] → out[outer, inner]; lanes split outer, or inner where outer is 1. */
export function sum<T>(i: usize, lane: i32, lanes: i32): void {
  const out = pointer(i, SumArg.out);
  const a = pointer(i, SumArg.a);
  const outer = arg(i, SumArg.outer);
  const n = arg(i, SumArg.n);
  const inner = arg(i, SumArg.inner);
  const divisor = <T>arg(i, SumArg.divisor);
  const bytes = <usize>n * inner * sizeof<T>();
  const from = chunkStart(outer, 1, lane, lanes);
  const to = chunkStart(outer, 1, lane + 1, lanes);
  if (inner == 1) {
    for (let o = from; o < to; o++) {
      store<T>(out + <usize>o * sizeof<T>(), <T>(rowSum<T>(a + <usize>o * bytes, n) / divisor));
    }
  } else if (outer == 1) {
    const first = chunkStart(inner, 16, lane, lanes);
    const last = chunkStart(inner, 16, lane + 1, lanes);
    sumRows<T>(out, a, n, inner, first, last, divisor);
  } else {
    for (let o = from; o < to; o++) {
      sumRows<T>(out + <usize>o * inner * sizeof<T>(), a + <usize>o * bytes, n, inner, 0, inner, divisor);
    }
  }
}

/**
 * out[l] = Σ_j a[j, l] / divisor for columns first ≤ l < last, j increasing. Four vectors of columns together: the additions of one do not
 * wait for those of another, and rows far apart give whole cache lines. Reads past the last row, by less than 64 bytes.
 */
function sumRows<T>(out: usize, a: usize, n: i32, inner: i32, first: i32, last: i32, divisor: T): void {
  const length = vectorLength<T>();
  const stride = <usize>inner * sizeof<T>();
  const by = v128.splat<T>(divisor);
  const terms = partialTerms(n);
  if (WIDE && terms == n && last - first >= 4 * length) {
    for (let column = first; column < last; column += 4 * length) {
      // What is left over is done with columns that have been done: once more, with the same result.
      const at = <usize>min(column, last - 4 * length) * sizeof<T>();
      let p = a + at;
      let s0 = v128.splat<T>(<T>0), s1 = s0, s2 = s0, s3 = s0;
      for (let j = n; j > 0; j--) {
        s0 = v128.add<T>(s0, v128.load(p));
        s1 = v128.add<T>(s1, v128.load(p, 16));
        s2 = v128.add<T>(s2, v128.load(p, 32));
        s3 = v128.add<T>(s3, v128.load(p, 48));
        p += stride;
      }
      storePair(out + at + 32, v128.div<T>(s2, by), v128.div<T>(s3, by));
      storePair(out + at, v128.div<T>(s0, by), v128.div<T>(s1, by));
    }
    return;
  }
  for (let column = first; column < last; column += 4 * length) {
    let p = a + <usize>column * sizeof<T>();
    const zero = v128.splat<T>(<T>0);
    let s0 = zero, s1 = zero, s2 = zero, s3 = zero;
    let low0 = zero, low1 = zero, low2 = zero, low3 = zero, high0 = zero, high1 = zero, high2 = zero, high3 = zero;
    for (let left = n; left > 0; left -= terms) {
      s0 = zero; s1 = zero; s2 = zero; s3 = zero;
      for (let j = min(left, terms); j > 0; j--) {
        s0 = v128.add<T>(s0, v128.load(p));
        s1 = v128.add<T>(s1, v128.load(p, 16));
        s2 = v128.add<T>(s2, v128.load(p, 32));
        s3 = v128.add<T>(s3, v128.load(p, 48));
        p += stride;
      }
      if (terms == n) break;
      low0 = f64x2.add(low0, low<T>(s0));
      low1 = f64x2.add(low1, low<T>(s1));
      low2 = f64x2.add(low2, low<T>(s2));
      low3 = f64x2.add(low3, low<T>(s3));
      if (sizeof<T>() == 4) {
        high0 = f64x2.add(high0, high<T>(s0));
        high1 = f64x2.add(high1, high<T>(s1));
        high2 = f64x2.add(high2, high<T>(s2));
        high3 = f64x2.add(high3, high<T>(s3));
      }
    }
    if (terms < n) {
      s0 = rounded<T>(low0, high0);
      s1 = rounded<T>(low1, high1);
      s2 = rounded<T>(low2, high2);
      s3 = rounded<T>(low3, high3);
    }
    const o = out + <usize>column * sizeof<T>();
    const left = last - column;
    storeFirst<T>(o, v128.div<T>(s0, by), left);
    if (left > length) storeFirst<T>(o + 16, v128.div<T>(s1, by), left - length);
    if (left > 2 * length) storeFirst<T>(o + 32, v128.div<T>(s2, by), left - 2 * length);
    if (left > 3 * length) storeFirst<T>(o + 48, v128.div<T>(s3, by), left - 3 * length);
  }
}
