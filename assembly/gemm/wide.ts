// The micro-kernel of the wide build: 4 rows × 4 vectors, whose neighbours V8 merges into two of 256 bits (ARCHITECTURE.md, "The wide
// build"): eight sums in sixteen registers then, as strip4x2 (kernels.ts) has them of 128 bits, of which this tile would spill half.
// Otherwise as there: the same layouts, the same exits after each step of k.

import { storePart, vectorLength } from "../memory";
import { addProduct, splat0, splat1, splat2, splat3 } from "./vectors";

/** Stores the first `count` elements of a vector: all, some or none. */
@inline
function storeAtMost<T>(address: usize, v: v128, count: i32): void {
  if (count >= vectorLength<T>()) v128.store(address, v);
  else if (count > 0) storePart<T>(address, v, count);
}

/** The upper half of a pair first: V8 stores the lower half once more where it comes first, in case that the upper one traps. */
@inline
export function storeRow(c: usize, s0: v128, s1: v128, s2: v128, s3: v128): void {
  v128.store(c, s3, 48); v128.store(c, s2, 32);
  v128.store(c, s1, 16); v128.store(c, s0);
}

@inline
export function storeRowPart<T>(c: usize, s0: v128, s1: v128, s2: v128, s3: v128, n: i32): void {
  const length = vectorLength<T>();
  storeAtMost<T>(c, s0, n);
  storeAtMost<T>(c + 16, s1, n - length);
  storeAtMost<T>(c + 32, s2, n - 2 * length);
  storeAtMost<T>(c + 48, s3, n - 3 * length);
}

/**
 * 4 rows × 4 vectors, over all columns `n`; the last panel, of which fewer may count, is of four vectors too. Distances of rows as in
 * strip4x2. Reads b past the end of a row, by less than 64 bytes.
 */
@inline
export function strip4x4<T>(
  byRows: bool, packed: bool,
  a: usize, a1: usize, a2: usize, a3: usize, stride: usize,
  b: usize, strideB: usize,
  c: usize, c1: usize, c2: usize, c3: usize,
  n: i32, k: i32, first: bool,
): void {
  const advance: usize = byRows ? 4 * sizeof<T>() : 4 * stride;
  const panelB = <usize>k * 64;
  for (; n > 0; n -= 4 * vectorLength<T>()) {
    let s00 = v128.splat<T>(<T>0), s01 = s00, s02 = s00, s03 = s00, s10 = s00, s11 = s00, s12 = s00, s13 = s00;
    let s20 = s00, s21 = s00, s22 = s00, s23 = s00, s30 = s00, s31 = s00, s32 = s00, s33 = s00;
    if (!first) {
      s00 = v128.load(c); s01 = v128.load(c, 16); s02 = v128.load(c, 32); s03 = v128.load(c, 48);
      s10 = v128.load(c + c1); s11 = v128.load(c + c1, 16); s12 = v128.load(c + c1, 32); s13 = v128.load(c + c1, 48);
      s20 = v128.load(c + c2); s21 = v128.load(c + c2, 16); s22 = v128.load(c + c2, 32); s23 = v128.load(c + c2, 48);
      s30 = v128.load(c + c3); s31 = v128.load(c + c3, 16); s32 = v128.load(c + c3, 32); s33 = v128.load(c + c3, 48);
    }
    let p0 = a, p1 = a + a1, p2 = a + a2, p3 = a + a3;
    let q = b;
    let left = k;
    for (;;) {
      let b0 = v128.load(q), b1 = v128.load(q, 16), b2 = v128.load(q, 32), b3 = v128.load(q, 48);
      let x = splat0<T>(p0);
      s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
      s02 = addProduct<T>(s02, x, b2); s03 = addProduct<T>(s03, x, b3);
      x = byRows ? splat0<T>(p1) : splat1<T>(p0);
      s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
      s12 = addProduct<T>(s12, x, b2); s13 = addProduct<T>(s13, x, b3);
      x = byRows ? splat0<T>(p2) : splat2<T>(p0);
      s20 = addProduct<T>(s20, x, b0); s21 = addProduct<T>(s21, x, b1);
      s22 = addProduct<T>(s22, x, b2); s23 = addProduct<T>(s23, x, b3);
      x = byRows ? splat0<T>(p3) : splat3<T>(p0);
      s30 = addProduct<T>(s30, x, b0); s31 = addProduct<T>(s31, x, b1);
      s32 = addProduct<T>(s32, x, b2); s33 = addProduct<T>(s33, x, b3);
      if (left == 1) break;

      if (!packed) q += strideB;
      b0 = packed ? v128.load(q, 64) : v128.load(q); b1 = packed ? v128.load(q, 80) : v128.load(q, 16);
      b2 = packed ? v128.load(q, 96) : v128.load(q, 32); b3 = packed ? v128.load(q, 112) : v128.load(q, 48);
      x = byRows ? splat1<T>(p0) : splat0<T>(p1);
      s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
      s02 = addProduct<T>(s02, x, b2); s03 = addProduct<T>(s03, x, b3);
      x = splat1<T>(p1);
      s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
      s12 = addProduct<T>(s12, x, b2); s13 = addProduct<T>(s13, x, b3);
      x = byRows ? splat1<T>(p2) : splat2<T>(p1);
      s20 = addProduct<T>(s20, x, b0); s21 = addProduct<T>(s21, x, b1);
      s22 = addProduct<T>(s22, x, b2); s23 = addProduct<T>(s23, x, b3);
      x = byRows ? splat1<T>(p3) : splat3<T>(p1);
      s30 = addProduct<T>(s30, x, b0); s31 = addProduct<T>(s31, x, b1);
      s32 = addProduct<T>(s32, x, b2); s33 = addProduct<T>(s33, x, b3);
      if (left == 2) break;

      if (!packed) q += strideB;
      b0 = packed ? v128.load(q, 128) : v128.load(q); b1 = packed ? v128.load(q, 144) : v128.load(q, 16);
      b2 = packed ? v128.load(q, 160) : v128.load(q, 32); b3 = packed ? v128.load(q, 176) : v128.load(q, 48);
      x = byRows ? splat2<T>(p0) : splat0<T>(p2);
      s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
      s02 = addProduct<T>(s02, x, b2); s03 = addProduct<T>(s03, x, b3);
      x = byRows ? splat2<T>(p1) : splat1<T>(p2);
      s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
      s12 = addProduct<T>(s12, x, b2); s13 = addProduct<T>(s13, x, b3);
      x = splat2<T>(p2);
      s20 = addProduct<T>(s20, x, b0); s21 = addProduct<T>(s21, x, b1);
      s22 = addProduct<T>(s22, x, b2); s23 = addProduct<T>(s23, x, b3);
      x = byRows ? splat2<T>(p3) : splat3<T>(p2);
      s30 = addProduct<T>(s30, x, b0); s31 = addProduct<T>(s31, x, b1);
      s32 = addProduct<T>(s32, x, b2); s33 = addProduct<T>(s33, x, b3);
      if (left == 3) break;

      if (!packed) q += strideB;
      b0 = packed ? v128.load(q, 192) : v128.load(q); b1 = packed ? v128.load(q, 208) : v128.load(q, 16);
      b2 = packed ? v128.load(q, 224) : v128.load(q, 32); b3 = packed ? v128.load(q, 240) : v128.load(q, 48);
      x = byRows ? splat3<T>(p0) : splat0<T>(p3);
      s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
      s02 = addProduct<T>(s02, x, b2); s03 = addProduct<T>(s03, x, b3);
      x = byRows ? splat3<T>(p1) : splat1<T>(p3);
      s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
      s12 = addProduct<T>(s12, x, b2); s13 = addProduct<T>(s13, x, b3);
      x = byRows ? splat3<T>(p2) : splat2<T>(p3);
      s20 = addProduct<T>(s20, x, b0); s21 = addProduct<T>(s21, x, b1);
      s22 = addProduct<T>(s22, x, b2); s23 = addProduct<T>(s23, x, b3);
      x = splat3<T>(p3);
      s30 = addProduct<T>(s30, x, b0); s31 = addProduct<T>(s31, x, b1);
      s32 = addProduct<T>(s32, x, b2); s33 = addProduct<T>(s33, x, b3);
      if (left == 4) break;

      left -= 4;
      q += packed ? 256 : strideB;
      p0 += advance; p1 += advance; p2 += advance; p3 += advance;
    }
    if (n >= 4 * vectorLength<T>()) {
      storeRow(c + c3, s30, s31, s32, s33);
      storeRow(c + c2, s20, s21, s22, s23);
      storeRow(c + c1, s10, s11, s12, s13);
      storeRow(c, s00, s01, s02, s03);
    } else {
      storeRowPart<T>(c + c3, s30, s31, s32, s33, n);
      storeRowPart<T>(c + c2, s20, s21, s22, s23, n);
      storeRowPart<T>(c + c1, s10, s11, s12, s13, n);
      storeRowPart<T>(c, s00, s01, s02, s03, n);
    }
    b += packed ? panelB : 64;
    c += 64;
  }
}
