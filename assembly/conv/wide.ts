// The micro-kernel of the wide build, 4 rows × 4 vectors: that of gemm/wide.ts, whose left factor comes in segments.

import { storeRow, storeRowPart } from "../gemm/wide";
import { addProduct, splat0, splat1, splat2, splat3 } from "../gemm/vectors";
import { vectorLength } from "../memory";
import { SEGMENT_BYTES } from "./blocking";

/** 4 rows × 4 vectors, over all columns `n`; the last panel, of which fewer may count, is of four vectors too. As strip4x2. */
@inline
export function strip4x4<T>(
  byRows: bool, a0: usize, a1: usize, a2: usize, a3: usize, stepA: usize, segments: usize, end: usize,
  b: usize, c0: usize, c1: usize, c2: usize, c3: usize, n: i32, depth: i32, first: bool,
): void {
  const advance: usize = byRows ? 4 * sizeof<T>() : 4 * stepA;
  const panelB = <usize>depth * 64;
  for (; n > 0; n -= 4 * vectorLength<T>()) {
    let s00 = v128.splat<T>(<T>0), s01 = s00, s02 = s00, s03 = s00, s10 = s00, s11 = s00, s12 = s00, s13 = s00;
    let s20 = s00, s21 = s00, s22 = s00, s23 = s00, s30 = s00, s31 = s00, s32 = s00, s33 = s00;
    if (!first) {
      s00 = v128.load(c0); s01 = v128.load(c0, 16); s02 = v128.load(c0, 32); s03 = v128.load(c0, 48);
      s10 = v128.load(c1); s11 = v128.load(c1, 16); s12 = v128.load(c1, 32); s13 = v128.load(c1, 48);
      s20 = v128.load(c2); s21 = v128.load(c2, 16); s22 = v128.load(c2, 32); s23 = v128.load(c2, 48);
      s30 = v128.load(c3); s31 = v128.load(c3, 16); s32 = v128.load(c3, 32); s33 = v128.load(c3, 48);
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
      next += <usize>left * 64;
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

        b0 = v128.load(q, 64); b1 = v128.load(q, 80); b2 = v128.load(q, 96); b3 = v128.load(q, 112);
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

        b0 = v128.load(q, 128); b1 = v128.load(q, 144); b2 = v128.load(q, 160); b3 = v128.load(q, 176);
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

        b0 = v128.load(q, 192); b1 = v128.load(q, 208); b2 = v128.load(q, 224); b3 = v128.load(q, 240);
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
        q += 256;
        p0 += advance; p1 += advance; p2 += advance; p3 += advance;
      }
    }
    if (n >= 4 * vectorLength<T>()) {
      storeRow(c3, s30, s31, s32, s33);
      storeRow(c2, s20, s21, s22, s23);
      storeRow(c1, s10, s11, s12, s13);
      storeRow(c0, s00, s01, s02, s03);
    } else {
      storeRowPart<T>(c3, s30, s31, s32, s33, n);
      storeRowPart<T>(c2, s20, s21, s22, s23, n);
      storeRowPart<T>(c1, s10, s11, s12, s13, n);
      storeRowPart<T>(c0, s00, s01, s02, s03, n);
    }
    b += panelB;
    c0 += 64; c1 += 64; c2 += 64; c3 += 64;
  }
}
