// The micro-kernels of convolutions: those of gemm/kernels.ts, whose left factor comes in segments. `a` comes in two layouts:
//   by rows      a row of the product is a patch, and its steps are side by side within a segment of it
//   by columns   a row of the product is an element of all patches, and its steps are the patches
// Both read the same four pointers, once as four rows and once as four steps. A segment's steps are unrolled, with an exit after
// each, for the reasons given there. The right factor comes in the panels of gemm/pack.ts.

import { storeFirst, storePart, vectorLength } from "../memory";
import { addProduct, PANEL_VECTORS, splat0, splat1, splat2, splat3 } from "../gemm/vectors";
import { SEGMENT_BYTES } from "./blocking";
import { strip4x4 } from "./wide";

/**
 * 4 rows × 2 vectors, over all columns `n` (the last panel may be cut anywhere in its second vector), and all segments: `depth` steps in all.
 * By rows, a0 to a3 are the rows, which segments are distances along; by columns, a0 is the distance of the four from a segment's address, and
 * `stepA` leads from one step to the next. Fewer than four rows: the last one comes again, and where it differs, as rows are
 * stored from the last to the first, what is stored for the missing ones is overwritten.
 */
@inline
function strip4x2<T>(
  byRows: bool, a0: usize, a1: usize, a2: usize, a3: usize, stepA: usize, segments: usize, end: usize,
  b: usize, c0: usize, c1: usize, c2: usize, c3: usize, n: i32, depth: i32, first: bool,
): void {
  const advance: usize = byRows ? 4 * sizeof<T>() : 4 * stepA;
  const panelB = <usize>depth * 32;
  for (; n > 0; n -= 2 * vectorLength<T>()) {
    let s00 = v128.splat<T>(<T>0), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00;
    if (!first) {
      s00 = v128.load(c0); s01 = v128.load(c0, 16);
      s10 = v128.load(c1); s11 = v128.load(c1, 16);
      s20 = v128.load(c2); s21 = v128.load(c2, 16);
      s30 = v128.load(c3); s31 = v128.load(c3, 16);
    }
    let next = b;
    for (let segment = segments; segment < end; segment += SEGMENT_BYTES) {
      const at = <usize>load<u32>(segment);
      let left = load<i32>(segment, 4);
      let p0 = at + a0;
      let p1 = byRows ? at + a1 : p0 + stepA;
      let p2 = byRows ? at + a2 : p1 + stepA;
      let p3 = byRows ? at + a3 : p2 + stepA;
      let q = next;
      next += <usize>left * 32;
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

        b0 = v128.load(q, 32); b1 = v128.load(q, 48);
        x = byRows ? splat1<T>(p0) : splat0<T>(p1);
        s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
        x = splat1<T>(p1);
        s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
        x = byRows ? splat1<T>(p2) : splat2<T>(p1);
        s20 = addProduct<T>(s20, x, b0); s21 = addProduct<T>(s21, x, b1);
        x = byRows ? splat1<T>(p3) : splat3<T>(p1);
        s30 = addProduct<T>(s30, x, b0); s31 = addProduct<T>(s31, x, b1);
        if (left == 2) break;

        b0 = v128.load(q, 64); b1 = v128.load(q, 80);
        x = byRows ? splat2<T>(p0) : splat0<T>(p2);
        s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
        x = byRows ? splat2<T>(p1) : splat1<T>(p2);
        s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
        x = splat2<T>(p2);
        s20 = addProduct<T>(s20, x, b0); s21 = addProduct<T>(s21, x, b1);
        x = byRows ? splat2<T>(p3) : splat3<T>(p2);
        s30 = addProduct<T>(s30, x, b0); s31 = addProduct<T>(s31, x, b1);
        if (left == 3) break;

        b0 = v128.load(q, 96); b1 = v128.load(q, 112);
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
        b0 = v128.load(q, 128); b1 = v128.load(q, 144);
        x = splat0<T>(p0);
        s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
        x = byRows ? splat0<T>(p1) : splat1<T>(p0);
        s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
        x = byRows ? splat0<T>(p2) : splat2<T>(p0);
        s20 = addProduct<T>(s20, x, b0); s21 = addProduct<T>(s21, x, b1);
        x = byRows ? splat0<T>(p3) : splat3<T>(p0);
        s30 = addProduct<T>(s30, x, b0); s31 = addProduct<T>(s31, x, b1);
        if (left == 5) break;

        b0 = v128.load(q, 160); b1 = v128.load(q, 176);
        x = byRows ? splat1<T>(p0) : splat0<T>(p1);
        s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
        x = splat1<T>(p1);
        s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
        x = byRows ? splat1<T>(p2) : splat2<T>(p1);
        s20 = addProduct<T>(s20, x, b0); s21 = addProduct<T>(s21, x, b1);
        x = byRows ? splat1<T>(p3) : splat3<T>(p1);
        s30 = addProduct<T>(s30, x, b0); s31 = addProduct<T>(s31, x, b1);
        if (left == 6) break;

        b0 = v128.load(q, 192); b1 = v128.load(q, 208);
        x = byRows ? splat2<T>(p0) : splat0<T>(p2);
        s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
        x = byRows ? splat2<T>(p1) : splat1<T>(p2);
        s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
        x = splat2<T>(p2);
        s20 = addProduct<T>(s20, x, b0); s21 = addProduct<T>(s21, x, b1);
        x = byRows ? splat2<T>(p3) : splat3<T>(p2);
        s30 = addProduct<T>(s30, x, b0); s31 = addProduct<T>(s31, x, b1);
        if (left == 7) break;

        b0 = v128.load(q, 224); b1 = v128.load(q, 240);
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
        q += 256;
        p0 += advance; p1 += advance; p2 += advance; p3 += advance;
      }
    }
    if (n >= 2 * vectorLength<T>()) {
      v128.store(c3, s31, 16); v128.store(c3, s30);
      v128.store(c2, s21, 16); v128.store(c2, s20);
      v128.store(c1, s11, 16); v128.store(c1, s10);
      v128.store(c0, s01, 16); v128.store(c0, s00);
    } else if (WIDE && n <= vectorLength<T>()) {
      storeFirst<T>(c3, s30, n);
      storeFirst<T>(c2, s20, n);
      storeFirst<T>(c1, s10, n);
      storeFirst<T>(c0, s00, n);
    } else {
      const count = n - vectorLength<T>();
      v128.store(c3, s30); storePart<T>(c3 + 16, s31, count);
      v128.store(c2, s20); storePart<T>(c2 + 16, s21, count);
      v128.store(c1, s10); storePart<T>(c1 + 16, s11, count);
      v128.store(c0, s00); storePart<T>(c0 + 16, s01, count);
    }
    b += panelB;
    c0 += 32; c1 += 32; c2 += 32; c3 += 32;
  }
}

/** 4 rows × 1 vector, of which `n` columns count; otherwise as strip4x2. */
@inline
function tile4x1<T>(
  byRows: bool, a0: usize, a1: usize, a2: usize, a3: usize, stepA: usize, segments: usize, end: usize,
  b: usize, c0: usize, c1: usize, c2: usize, c3: usize, n: i32, first: bool,
): void {
  const advance: usize = byRows ? 4 * sizeof<T>() : 4 * stepA;
  let s0 = v128.splat<T>(<T>0), s1 = s0, s2 = s0, s3 = s0;
  if (!first) {
    s0 = v128.load(c0);
    s1 = v128.load(c1);
    s2 = v128.load(c2);
    s3 = v128.load(c3);
  }
  let next = b;
  for (let segment = segments; segment < end; segment += SEGMENT_BYTES) {
    const at = <usize>load<u32>(segment);
    let left = load<i32>(segment, 4);
    let p0 = at + a0;
    let p1 = byRows ? at + a1 : p0 + stepA;
    let p2 = byRows ? at + a2 : p1 + stepA;
    let p3 = byRows ? at + a3 : p2 + stepA;
    let q = next;
    next += <usize>left * 16;
    for (;;) {
      let b0 = v128.load(q);
      s0 = addProduct<T>(s0, splat0<T>(p0), b0);
      s1 = addProduct<T>(s1, byRows ? splat0<T>(p1) : splat1<T>(p0), b0);
      s2 = addProduct<T>(s2, byRows ? splat0<T>(p2) : splat2<T>(p0), b0);
      s3 = addProduct<T>(s3, byRows ? splat0<T>(p3) : splat3<T>(p0), b0);
      if (left == 1) break;

      b0 = v128.load(q, 16);
      s0 = addProduct<T>(s0, byRows ? splat1<T>(p0) : splat0<T>(p1), b0);
      s1 = addProduct<T>(s1, splat1<T>(p1), b0);
      s2 = addProduct<T>(s2, byRows ? splat1<T>(p2) : splat2<T>(p1), b0);
      s3 = addProduct<T>(s3, byRows ? splat1<T>(p3) : splat3<T>(p1), b0);
      if (left == 2) break;

      b0 = v128.load(q, 32);
      s0 = addProduct<T>(s0, byRows ? splat2<T>(p0) : splat0<T>(p2), b0);
      s1 = addProduct<T>(s1, byRows ? splat2<T>(p1) : splat1<T>(p2), b0);
      s2 = addProduct<T>(s2, splat2<T>(p2), b0);
      s3 = addProduct<T>(s3, byRows ? splat2<T>(p3) : splat3<T>(p2), b0);
      if (left == 3) break;

      b0 = v128.load(q, 48);
      s0 = addProduct<T>(s0, byRows ? splat3<T>(p0) : splat0<T>(p3), b0);
      s1 = addProduct<T>(s1, byRows ? splat3<T>(p1) : splat1<T>(p3), b0);
      s2 = addProduct<T>(s2, byRows ? splat3<T>(p2) : splat2<T>(p3), b0);
      s3 = addProduct<T>(s3, splat3<T>(p3), b0);
      if (left == 4) break;

      left -= 4;
      q += 64;
      p0 += advance; p1 += advance; p2 += advance; p3 += advance;
    }
  }
  storeFirst<T>(c3, s3, n);
  storeFirst<T>(c2, s2, n);
  storeFirst<T>(c1, s1, n);
  storeFirst<T>(c0, s0, n);
}

/** multiplyStrip for one layout, which is a constant here. */
@inline
function stripOf<T>(
  byRows: bool, a0: usize, a1: usize, a2: usize, a3: usize, stepA: usize, segments: usize, end: usize,
  b: usize, c0: usize, c1: usize, c2: usize, c3: usize, n: i32, depth: i32, first: bool,
): void {
  const panel = PANEL_VECTORS * vectorLength<T>();
  const rest = n & (panel - 1);
  const wide = rest > panel / 2 ? n : n - rest;
  const tail = n - wide;
  const tailB = b + <usize>wide * <usize>depth * sizeof<T>();
  const tailC = <usize>wide * sizeof<T>();
  if (WIDE) {
    strip4x4<T>(byRows, a0, a1, a2, a3, stepA, segments, end, b, c0, c1, c2, c3, wide, depth, first);
    if (tail > 0) {
      strip4x2<T>(
        byRows, a0, a1, a2, a3, stepA, segments, end, tailB, c0 + tailC, c1 + tailC, c2 + tailC, c3 + tailC, tail, depth, first,
      );
    }
  } else {
    strip4x2<T>(byRows, a0, a1, a2, a3, stepA, segments, end, b, c0, c1, c2, c3, wide, depth, first);
    if (tail > 0) {
      tile4x1<T>(
        byRows, a0, a1, a2, a3, stepA, segments, end, tailB, c0 + tailC, c1 + tailC, c2 + tailC, c3 + tailC, tail, first,
      );
    }
  }
}

// One function for each layout, so that the compiler has few registers to keep track of in each.

/** c[4, n] = (or, unless `first`, +=) a[4, depth]·b[depth, n], a by rows. */
export function stripByRows<T>(
  a0: usize, a1: usize, a2: usize, a3: usize, segments: usize, end: usize,
  b: usize, c0: usize, c1: usize, c2: usize, c3: usize, n: i32, depth: i32, first: bool,
): void {
  stripOf<T>(true, a0, a1, a2, a3, 0, segments, end, b, c0, c1, c2, c3, n, depth, first);
}

/** The same, a by columns. */
export function stripByColumns<T>(
  a: usize, stepA: usize, segments: usize, end: usize,
  b: usize, c0: usize, c1: usize, c2: usize, c3: usize, n: i32, depth: i32, first: bool,
): void {
  stripOf<T>(false, a, 0, 0, 0, stepA, segments, end, b, c0, c1, c2, c3, n, depth, first);
}
