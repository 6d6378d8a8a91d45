// The largest and the smallest along an axis, and where they stand. Their order is of no matter: a maximum of maxima is the same,
// NaN and the signs of zeros included.

import { ExtremeArg } from "../isa/reduce";
import { arg, chunkStart, pointer, storePair, vectorLength } from "../memory";

/** a[outer, n, inner] → out[outer, inner], F being the larger or the smaller of two; lanes split outer, or inner where outer is 1. */
export function extremes<T, F>(i: usize, lane: i32, lanes: i32): void {
  const out = pointer(i, ExtremeArg.out);
  const a = pointer(i, ExtremeArg.a);
  const outer = arg(i, ExtremeArg.outer);
  const n = arg(i, ExtremeArg.n);
  const inner = arg(i, ExtremeArg.inner);
  const bytes = <usize>n * inner * sizeof<T>();
  const from = outer == 1 ? 0 : chunkStart(outer, 1, lane, lanes);
  const to = outer == 1 ? 1 : chunkStart(outer, 1, lane + 1, lanes);
  if (inner == 1) {
    if (outer == 1 && lane > 0) return;
    for (let o = from; o < to; o++) {
      v128.store_lane<T>(out + <usize>o * sizeof<T>(), ofRow<T, F>(a + <usize>o * bytes, n), 0);
    }
    return;
  }
  const first = outer == 1 ? chunkStart(inner, 16, lane, lanes) : 0;
  const last = outer == 1 ? chunkStart(inner, 16, lane + 1, lanes) : inner;
  for (let o = from; o < to; o++) {
    ofColumns<T, F>(out + <usize>o * inner * sizeof<T>(), a + <usize>o * bytes, n, inner, first, last);
  }
}

/** That of a row, in element 0. What is left over is done with elements that have been done: once more, with the same result. */
function ofRow<T, F>(a: usize, n: i32): v128 {
  const f = changetype<F>(0);
  const length = vectorLength<T>();
  let result = v128.load_splat<T>(a);
  if (n < length) {
    for (let j = 1; j < n; j++) result = f.of<T>(result, v128.load_splat<T>(a + <usize>j * sizeof<T>()));
    return result;
  }
  let other = result;
  let at = 0;
  for (; at + 2 * length <= n; at += 2 * length) {
    const p = a + <usize>at * sizeof<T>();
    result = f.of<T>(result, v128.load(p));
    other = f.of<T>(other, v128.load(p, 16));
  }
  result = f.of<T>(result, other);
  if (at + length <= n) result = f.of<T>(result, v128.load(a + <usize>at * sizeof<T>()));
  result = f.of<T>(result, v128.load(a + <usize>(n - length) * sizeof<T>()));
  result = f.of<T>(result, i64x2.shuffle(result, result, 1, 0));
  return sizeof<T>() == 8 ? result : f.of<T>(result, i32x4.shuffle(result, result, 1, 0, 3, 2));
}

/** That of each column from `first` to before `last`. */
function ofColumns<T, F>(out: usize, a: usize, n: i32, inner: i32, first: i32, last: i32): void {
  const f = changetype<F>(0);
  const length = vectorLength<T>();
  const stride = <usize>inner * sizeof<T>();
  if (last - first < length) {
    for (let column = first; column < last; column++) {
      let p = a + <usize>column * sizeof<T>();
      let result = v128.load_splat<T>(p);
      for (let j = n; j > 0; j--) {
        result = f.of<T>(result, v128.load_splat<T>(p));
        p += stride;
      }
      v128.store_lane<T>(out + <usize>column * sizeof<T>(), result, 0);
    }
    return;
  }
  let column = first;
  for (; column + 2 * length <= last; column += 2 * length) {
    const at = <usize>column * sizeof<T>();
    let p = a + at;
    let low = v128.load(p), high = v128.load(p, 16);
    for (let j = n; j > 0; j--) {
      low = f.of<T>(low, v128.load(p));
      high = f.of<T>(high, v128.load(p, 16));
      p += stride;
    }
    storePair(out + at, low, high);
  }
  for (; column < last; column += length) {
    const at = <usize>min(column, last - length) * sizeof<T>();
    let p = a + at;
    let result = v128.load(p);
    for (let j = n; j > 0; j--) {
      result = f.of<T>(result, v128.load(p));
      p += stride;
    }
    v128.store(out + at, result);
  }
}

/** The first place of the largest, or of a NaN where there is one. */
export function argmax<T>(i: usize, lane: i32, lanes: i32): void {
  const out = pointer(i, ExtremeArg.out);
  const a = pointer(i, ExtremeArg.a);
  const n = arg(i, ExtremeArg.n);
  const inner = arg(i, ExtremeArg.inner);
  const count = arg(i, ExtremeArg.outer) * inner;
  const stride = <usize>inner * sizeof<T>();
  const to = chunkStart(count, 16, lane + 1, lanes);
  for (let at = chunkStart(count, 16, lane, lanes); at < to; at++) {
    let p = a + (<usize>(at / inner) * n * inner + at % inner) * sizeof<T>();
    let largest = load<T>(p);
    let place = 0;
    for (let j = 1; j < n; j++) {
      p += stride;
      const x = load<T>(p);
      if (x > largest || (x != x && largest == largest)) {
        largest = x;
        place = j;
      }
    }
    store<i32>(out + ((<usize>at) << 2), place);
  }
}
