// The micro-kernels: c[rows, n] = (or +=) a[rows, k]·b[k, n] for one strip of rows. Sums run over k in increasing order, a
// multiplication and an addition at a time, so that every element gets the same bits whichever kernel computes it.
//
// A kernel keeps a tile of c in registers: 4 rows × 2 vectors, or 4 × 1 for a last vector of columns. Eight accumulators are
// enough to hide an addition's latency and leave room in the sixteen registers. After XNNPACK,
// src/f32-gemm/gen/f32-gemm-4x8-minmax-wasmsimd-loadsplat.c.
//
// Steps of k are unrolled, with an exit after each. The exits end a sum of any length, so there is no second loop for the
// rest; above all they keep the steps apart: without them Binaryen gathers what the steps add to one accumulator, all
// factors of all steps are live at once, and the engine spills them (measured: 29 instead of 47 GFLOP/s). Pointers advance one
// by one for a like reason: V8 keeps an address for each constant offset of a load-splat in a register.
//
// `a` comes in two layouts:
//   by rows      element (r, k) at a + r·stride + k·size        a as stored
//   by columns   element (r, k) at a + k·stride + r·size        a stored transposed, or packed into panels of four rows
// Both read the same four pointers at distances of a stride, once as four rows and once as four steps of k.
//
// `b` comes in panels of two vectors (the last one may be of one vector), [k, panel] each and one after another, or in place
// with a stride between the steps of k.

import { storeFirst, storePart, vectorLength } from "../memory";
import { strip6x2 } from "./fused";
import { addProduct, PANEL_VECTORS, splat0, splat1, splat2, splat3 } from "./vectors";
import { strip4x4 } from "./wide";

/**
 * 4 rows × 2 vectors, over all columns `n` (the last panel may be cut anywhere in its second vector).
 * a1, a2, a3 are the distances of a's pointers; c1, c2, c3 those of c's rows. Fewer than four rows: the last one's distance
 * is repeated, and as rows are stored from the last to the first, what it stored for the missing ones is overwritten.
 */
@inline
function strip4x2<T>(
  byRows: bool, packed: bool,
  a: usize, a1: usize, a2: usize, a3: usize, stride: usize,
  b: usize, strideB: usize,
  c: usize, c1: usize, c2: usize, c3: usize,
  n: i32, k: i32, first: bool,
): void {
  const size = sizeof<T>();
  const advance: usize = byRows ? 4 * size : 4 * stride;
  const stepB: usize = packed ? 32 : strideB;
  const panelB = <usize>k * 32;
  for (; n > 0; n -= 2 * vectorLength<T>()) {
    let s00 = v128.splat<T>(<T>0), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00;
    if (!first) {
      s00 = v128.load(c); s01 = v128.load(c, 16);
      s10 = v128.load(c + c1); s11 = v128.load(c + c1, 16);
      s20 = v128.load(c + c2); s21 = v128.load(c + c2, 16);
      s30 = v128.load(c + c3); s31 = v128.load(c + c3, 16);
    }
    let p0 = a, p1 = a + a1, p2 = a + a2, p3 = a + a3;
    let q = b;
    let left = k;
    for (;;) {
      let b0 = v128.load(q), b1 = v128.load(q, 16);
      let x = splat0<T>(p0);
      s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
      x = byRows ? splat0<T>(p1) : splat1<T>(p0);
      s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
      x = byRows ? splat0<T>(p2) : splat2<T>(p0);
      s20 = addProduct<T>(s20, x, b0); s21 = addProduct<T>(s21, x, b1);
      x = byRows ? splat0<T>(p3) : splat3<T>(p0);
      s30 = addProduct<T>(s30, x, b0); s31 = addProduct<T>(s31, x, b1);
      if (left == 1) break;

      if (!packed) q += stepB;
      b0 = packed ? v128.load(q, 32) : v128.load(q); b1 = packed ? v128.load(q, 48) : v128.load(q, 16);
      x = byRows ? splat1<T>(p0) : splat0<T>(p1);
      s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
      x = splat1<T>(p1);
      s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
      x = byRows ? splat1<T>(p2) : splat2<T>(p1);
      s20 = addProduct<T>(s20, x, b0); s21 = addProduct<T>(s21, x, b1);
      x = byRows ? splat1<T>(p3) : splat3<T>(p1);
      s30 = addProduct<T>(s30, x, b0); s31 = addProduct<T>(s31, x, b1);
      if (left == 2) break;

      if (!packed) q += stepB;
      b0 = packed ? v128.load(q, 64) : v128.load(q); b1 = packed ? v128.load(q, 80) : v128.load(q, 16);
      x = byRows ? splat2<T>(p0) : splat0<T>(p2);
      s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
      x = byRows ? splat2<T>(p1) : splat1<T>(p2);
      s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
      x = splat2<T>(p2);
      s20 = addProduct<T>(s20, x, b0); s21 = addProduct<T>(s21, x, b1);
      x = byRows ? splat2<T>(p3) : splat3<T>(p2);
      s30 = addProduct<T>(s30, x, b0); s31 = addProduct<T>(s31, x, b1);
      if (left == 3) break;

      if (!packed) q += stepB;
      b0 = packed ? v128.load(q, 96) : v128.load(q); b1 = packed ? v128.load(q, 112) : v128.load(q, 16);
      x = byRows ? splat3<T>(p0) : splat0<T>(p3);
      s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
      x = byRows ? splat3<T>(p1) : splat1<T>(p3);
      s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
      x = byRows ? splat3<T>(p2) : splat2<T>(p3);
      s20 = addProduct<T>(s20, x, b0); s21 = addProduct<T>(s21, x, b1);
      x = splat3<T>(p3);
      s30 = addProduct<T>(s30, x, b0); s31 = addProduct<T>(s31, x, b1);
      if (left == 4) break;

      p0 += advance; p1 += advance; p2 += advance; p3 += advance;
      if (!packed) q += stepB;
      b0 = packed ? v128.load(q, 128) : v128.load(q); b1 = packed ? v128.load(q, 144) : v128.load(q, 16);
      x = splat0<T>(p0);
      s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
      x = byRows ? splat0<T>(p1) : splat1<T>(p0);
      s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
      x = byRows ? splat0<T>(p2) : splat2<T>(p0);
      s20 = addProduct<T>(s20, x, b0); s21 = addProduct<T>(s21, x, b1);
      x = byRows ? splat0<T>(p3) : splat3<T>(p0);
      s30 = addProduct<T>(s30, x, b0); s31 = addProduct<T>(s31, x, b1);
      if (left == 5) break;

      if (!packed) q += stepB;
      b0 = packed ? v128.load(q, 160) : v128.load(q); b1 = packed ? v128.load(q, 176) : v128.load(q, 16);
      x = byRows ? splat1<T>(p0) : splat0<T>(p1);
      s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
      x = splat1<T>(p1);
      s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
      x = byRows ? splat1<T>(p2) : splat2<T>(p1);
      s20 = addProduct<T>(s20, x, b0); s21 = addProduct<T>(s21, x, b1);
      x = byRows ? splat1<T>(p3) : splat3<T>(p1);
      s30 = addProduct<T>(s30, x, b0); s31 = addProduct<T>(s31, x, b1);
      if (left == 6) break;

      if (!packed) q += stepB;
      b0 = packed ? v128.load(q, 192) : v128.load(q); b1 = packed ? v128.load(q, 208) : v128.load(q, 16);
      x = byRows ? splat2<T>(p0) : splat0<T>(p2);
      s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
      x = byRows ? splat2<T>(p1) : splat1<T>(p2);
      s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
      x = splat2<T>(p2);
      s20 = addProduct<T>(s20, x, b0); s21 = addProduct<T>(s21, x, b1);
      x = byRows ? splat2<T>(p3) : splat3<T>(p2);
      s30 = addProduct<T>(s30, x, b0); s31 = addProduct<T>(s31, x, b1);
      if (left == 7) break;

      if (!packed) q += stepB;
      b0 = packed ? v128.load(q, 224) : v128.load(q); b1 = packed ? v128.load(q, 240) : v128.load(q, 16);
      x = byRows ? splat3<T>(p0) : splat0<T>(p3);
      s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
      x = byRows ? splat3<T>(p1) : splat1<T>(p3);
      s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
      x = byRows ? splat3<T>(p2) : splat2<T>(p3);
      s20 = addProduct<T>(s20, x, b0); s21 = addProduct<T>(s21, x, b1);
      x = splat3<T>(p3);
      s30 = addProduct<T>(s30, x, b0); s31 = addProduct<T>(s31, x, b1);
      if (left == 8) break;

      left -= 8;
      q += packed ? 256 : stepB;
      p0 += advance; p1 += advance; p2 += advance; p3 += advance;
    }
    if (n >= 2 * vectorLength<T>()) {
      v128.store(c + c3, s31, 16); v128.store(c + c3, s30);
      v128.store(c + c2, s21, 16); v128.store(c + c2, s20);
      v128.store(c + c1, s11, 16); v128.store(c + c1, s10);
      v128.store(c, s01, 16); v128.store(c, s00);
    } else if (WIDE && n <= vectorLength<T>()) {
      storeFirst<T>(c + c3, s30, n);
      storeFirst<T>(c + c2, s20, n);
      storeFirst<T>(c + c1, s10, n);
      storeFirst<T>(c, s00, n);
    } else {
      const count = n - vectorLength<T>();
      v128.store(c + c3, s30); storePart<T>(c + c3 + 16, s31, count);
      v128.store(c + c2, s20); storePart<T>(c + c2 + 16, s21, count);
      v128.store(c + c1, s10); storePart<T>(c + c1 + 16, s11, count);
      v128.store(c, s00); storePart<T>(c + 16, s01, count);
    }
    b += packed ? panelB : 32;
    c += 32;
  }
}

/** 4 rows × 1 vector, of which `n` columns count; otherwise as strip4x2. */
@inline
function tile4x1<T>(
  byRows: bool,
  a: usize, a1: usize, a2: usize, a3: usize, stride: usize,
  b: usize, strideB: usize,
  c: usize, c1: usize, c2: usize, c3: usize,
  n: i32, k: i32, first: bool,
): void {
  const advance: usize = byRows ? 4 * sizeof<T>() : 4 * stride;
  let s0 = v128.splat<T>(<T>0), s1 = s0, s2 = s0, s3 = s0;
  if (!first) {
    s0 = v128.load(c);
    s1 = v128.load(c + c1);
    s2 = v128.load(c + c2);
    s3 = v128.load(c + c3);
  }
  let p0 = a, p1 = a + a1, p2 = a + a2, p3 = a + a3;
  for (;;) {
    let b0 = v128.load(b);
    s0 = addProduct<T>(s0, splat0<T>(p0), b0);
    s1 = addProduct<T>(s1, byRows ? splat0<T>(p1) : splat1<T>(p0), b0);
    s2 = addProduct<T>(s2, byRows ? splat0<T>(p2) : splat2<T>(p0), b0);
    s3 = addProduct<T>(s3, byRows ? splat0<T>(p3) : splat3<T>(p0), b0);
    if (k == 1) break;

    b += strideB;
    b0 = v128.load(b);
    s0 = addProduct<T>(s0, byRows ? splat1<T>(p0) : splat0<T>(p1), b0);
    s1 = addProduct<T>(s1, splat1<T>(p1), b0);
    s2 = addProduct<T>(s2, byRows ? splat1<T>(p2) : splat2<T>(p1), b0);
    s3 = addProduct<T>(s3, byRows ? splat1<T>(p3) : splat3<T>(p1), b0);
    if (k == 2) break;

    b += strideB;
    b0 = v128.load(b);
    s0 = addProduct<T>(s0, byRows ? splat2<T>(p0) : splat0<T>(p2), b0);
    s1 = addProduct<T>(s1, byRows ? splat2<T>(p1) : splat1<T>(p2), b0);
    s2 = addProduct<T>(s2, splat2<T>(p2), b0);
    s3 = addProduct<T>(s3, byRows ? splat2<T>(p3) : splat3<T>(p2), b0);
    if (k == 3) break;

    b += strideB;
    b0 = v128.load(b);
    s0 = addProduct<T>(s0, byRows ? splat3<T>(p0) : splat0<T>(p3), b0);
    s1 = addProduct<T>(s1, byRows ? splat3<T>(p1) : splat1<T>(p3), b0);
    s2 = addProduct<T>(s2, byRows ? splat3<T>(p2) : splat2<T>(p3), b0);
    s3 = addProduct<T>(s3, splat3<T>(p3), b0);
    if (k == 4) break;

    b += strideB;
    k -= 4;
    p0 += advance; p1 += advance; p2 += advance; p3 += advance;
  }
  storeFirst<T>(c + c3, s3, n);
  storeFirst<T>(c + c2, s2, n);
  storeFirst<T>(c + c1, s1, n);
  storeFirst<T>(c, s0, n);
}

/** multiplyBlock for one pair of layouts, which are constants here. */
@inline
function blockOf<T>(
  byRows: bool, packed: bool,
  a: usize, strideA: usize, stripA: usize,
  b: usize, strideB: usize,
  c: usize, strideC: usize,
  m: i32, n: i32, k: i32, first: bool,
): void {
  const length = vectorLength<T>();
  const panel = PANEL_VECTORS * length;
  const rest = n & (panel - 1);
  const wide = rest > panel / 2 ? n : n - rest;
  const tail = n - wide;
  const tailB = b + <usize>wide * (packed ? <usize>k : 1) * sizeof<T>();
  const tailC = <usize>wide * sizeof<T>();
  const tailStrideB: usize = packed ? 8 * PANEL_VECTORS : strideB;
  if (ASC_FEATURE_RELAXED_SIMD && byRows && packed && rest == 0) {
    for (; m >= 6; m -= 6) {
      strip6x2<T>(a, strideA, b, c, strideC, n, k, first);
      a += 6 * strideA;
      c += 6 * strideC;
    }
  }
  for (; m > 0; m -= 4) {
    const c1: usize = m > 1 ? strideC : 0;
    const c2 = m > 2 ? c1 + strideC : c1;
    const c3 = m > 3 ? c2 + strideC : c2;
    // Four rows, of which those that are there repeat; or four steps of k, which are always there.
    const a1: usize = byRows && m < 2 ? 0 : strideA;
    const a2: usize = byRows && m < 3 ? a1 : a1 + strideA;
    const a3: usize = byRows && m < 4 ? a2 : a2 + strideA;
    if (WIDE) {
      strip4x4<T>(byRows, packed, a, a1, a2, a3, strideA, b, strideB, c, c1, c2, c3, wide, k, first);
      if (tail > 0) {
        strip4x2<T>(byRows, packed, a, a1, a2, a3, strideA, tailB, strideB, c + tailC, c1, c2, c3, tail, k, first);
      }
    } else {
      strip4x2<T>(byRows, packed, a, a1, a2, a3, strideA, b, strideB, c, c1, c2, c3, wide, k, first);
      if (tail > 0) {
        tile4x1<T>(byRows, a, a1, a2, a3, strideA, tailB, tailStrideB, c + tailC, c1, c2, c3, tail, k, first);
      }
    }
    a += stripA;
    c += 4 * strideC;
  }
}

// One function for each pair of layouts, so that the compiler has few registers to keep track of in each.

function rowsPacked<T>(
  a: usize, strideA: usize, stripA: usize, b: usize, strideB: usize, c: usize, strideC: usize,
  m: i32, n: i32, k: i32, first: bool,
): void {
  blockOf<T>(true, true, a, strideA, stripA, b, strideB, c, strideC, m, n, k, first);
}

function rowsInPlace<T>(
  a: usize, strideA: usize, stripA: usize, b: usize, strideB: usize, c: usize, strideC: usize,
  m: i32, n: i32, k: i32, first: bool,
): void {
  blockOf<T>(true, false, a, strideA, stripA, b, strideB, c, strideC, m, n, k, first);
}

function columnsPacked<T>(
  a: usize, strideA: usize, stripA: usize, b: usize, strideB: usize, c: usize, strideC: usize,
  m: i32, n: i32, k: i32, first: bool,
): void {
  blockOf<T>(false, true, a, strideA, stripA, b, strideB, c, strideC, m, n, k, first);
}

function columnsInPlace<T>(
  a: usize, strideA: usize, stripA: usize, b: usize, strideB: usize, c: usize, strideC: usize,
  m: i32, n: i32, k: i32, first: bool,
): void {
  blockOf<T>(false, false, a, strideA, stripA, b, strideB, c, strideC, m, n, k, first);
}

/**
 * c[m, n] = (or, unless `first`, +=) a[m, k]·b[k, n], with a `byRows` or by columns and b `packed` or in place. `stripA` is the
 * distance from one strip of four rows of a to the next; `strideB`, between the steps of k, only counts where b is in place.
 */
@inline
export function multiplyBlock<T>(
  byRows: bool, packed: bool,
  a: usize, strideA: usize, stripA: usize,
  b: usize, strideB: usize,
  c: usize, strideC: usize,
  m: i32, n: i32, k: i32, first: bool,
): void {
  if (byRows) {
    if (packed) rowsPacked<T>(a, strideA, stripA, b, strideB, c, strideC, m, n, k, first);
    else rowsInPlace<T>(a, strideA, stripA, b, strideB, c, strideC, m, n, k, first);
  } else if (packed) columnsPacked<T>(a, strideA, stripA, b, strideB, c, strideC, m, n, k, first);
  else columnsInPlace<T>(a, strideA, stripA, b, strideB, c, strideC, m, n, k, first);
}
