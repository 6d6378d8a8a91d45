// The micro-kernel of the relaxed build, for a fused multiply-add. Six rows: a fused multiply-add takes as long as an addition but
// there is one where there were two instructions, so that more of them must be under way. On V8 from 13 on and AMD Zen 5 it does 64
// GFLOP/s where strips of four rows do 57; V8 12 (Node 22) spills and does 41. Otherwise as kernels.ts.

import { vectorLength } from "../memory";
import { addProduct } from "./vectors";

/**
 * 6 rows × 2 vectors of whole panels: twelve sums, which a fused multiply-add needs to hide its latency, and which leave no register for
 * the product of one that is not fused. `a` by rows, b packed.
 */
@inline
export function strip6x2<T>(a: usize, stride: usize, b: usize, c: usize, strideC: usize, n: i32, k: i32, first: bool): void {
  const panelB = <usize>k * 32;
  for (; n > 0; n -= 2 * vectorLength<T>()) {
    const c1 = c + strideC, c2 = c1 + strideC, c3 = c2 + strideC, c4 = c3 + strideC, c5 = c4 + strideC;
    let s00 = v128.splat<T>(<T>0), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00;
    let s30 = s00, s31 = s00, s40 = s00, s41 = s00, s50 = s00, s51 = s00;
    if (!first) {
      s00 = v128.load(c); s01 = v128.load(c, 16);
      s10 = v128.load(c1); s11 = v128.load(c1, 16);
      s20 = v128.load(c2); s21 = v128.load(c2, 16);
      s30 = v128.load(c3); s31 = v128.load(c3, 16);
      s40 = v128.load(c4); s41 = v128.load(c4, 16);
      s50 = v128.load(c5); s51 = v128.load(c5, 16);
    }
    let p0 = a, p1 = p0 + stride, p2 = p1 + stride, p3 = p2 + stride, p4 = p3 + stride, p5 = p4 + stride;
    let q = b;
    let left = k;
    for (;;) {
      let b0 = v128.load(q), b1 = v128.load(q, 16);
      let x = v128.load_splat<T>(p0);
      s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
      x = v128.load_splat<T>(p1);
      s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
      x = v128.load_splat<T>(p2);
      s20 = addProduct<T>(s20, x, b0); s21 = addProduct<T>(s21, x, b1);
      x = v128.load_splat<T>(p3);
      s30 = addProduct<T>(s30, x, b0); s31 = addProduct<T>(s31, x, b1);
      x = v128.load_splat<T>(p4);
      s40 = addProduct<T>(s40, x, b0); s41 = addProduct<T>(s41, x, b1);
      x = v128.load_splat<T>(p5);
      s50 = addProduct<T>(s50, x, b0); s51 = addProduct<T>(s51, x, b1);
      if (left == 1) break;
      b0 = v128.load(q, 32); b1 = v128.load(q, 48);
      x = v128.load_splat<T>(p0, sizeof<T>());
      s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
      x = v128.load_splat<T>(p1, sizeof<T>());
      s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
      x = v128.load_splat<T>(p2, sizeof<T>());
      s20 = addProduct<T>(s20, x, b0); s21 = addProduct<T>(s21, x, b1);
      x = v128.load_splat<T>(p3, sizeof<T>());
      s30 = addProduct<T>(s30, x, b0); s31 = addProduct<T>(s31, x, b1);
      x = v128.load_splat<T>(p4, sizeof<T>());
      s40 = addProduct<T>(s40, x, b0); s41 = addProduct<T>(s41, x, b1);
      x = v128.load_splat<T>(p5, sizeof<T>());
      s50 = addProduct<T>(s50, x, b0); s51 = addProduct<T>(s51, x, b1);
      if (left == 2) break;
      b0 = v128.load(q, 64); b1 = v128.load(q, 80);
      x = v128.load_splat<T>(p0, 2 * sizeof<T>());
      s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
      x = v128.load_splat<T>(p1, 2 * sizeof<T>());
      s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
      x = v128.load_splat<T>(p2, 2 * sizeof<T>());
      s20 = addProduct<T>(s20, x, b0); s21 = addProduct<T>(s21, x, b1);
      x = v128.load_splat<T>(p3, 2 * sizeof<T>());
      s30 = addProduct<T>(s30, x, b0); s31 = addProduct<T>(s31, x, b1);
      x = v128.load_splat<T>(p4, 2 * sizeof<T>());
      s40 = addProduct<T>(s40, x, b0); s41 = addProduct<T>(s41, x, b1);
      x = v128.load_splat<T>(p5, 2 * sizeof<T>());
      s50 = addProduct<T>(s50, x, b0); s51 = addProduct<T>(s51, x, b1);
      if (left == 3) break;
      b0 = v128.load(q, 96); b1 = v128.load(q, 112);
      x = v128.load_splat<T>(p0, 3 * sizeof<T>());
      s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
      x = v128.load_splat<T>(p1, 3 * sizeof<T>());
      s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
      x = v128.load_splat<T>(p2, 3 * sizeof<T>());
      s20 = addProduct<T>(s20, x, b0); s21 = addProduct<T>(s21, x, b1);
      x = v128.load_splat<T>(p3, 3 * sizeof<T>());
      s30 = addProduct<T>(s30, x, b0); s31 = addProduct<T>(s31, x, b1);
      x = v128.load_splat<T>(p4, 3 * sizeof<T>());
      s40 = addProduct<T>(s40, x, b0); s41 = addProduct<T>(s41, x, b1);
      x = v128.load_splat<T>(p5, 3 * sizeof<T>());
      s50 = addProduct<T>(s50, x, b0); s51 = addProduct<T>(s51, x, b1);
      if (left == 4) break;
      left -= 4;
      q += 128;
      p0 += 4 * sizeof<T>(); p1 += 4 * sizeof<T>(); p2 += 4 * sizeof<T>();
      p3 += 4 * sizeof<T>(); p4 += 4 * sizeof<T>(); p5 += 4 * sizeof<T>();
    }
    v128.store(c, s00); v128.store(c, s01, 16);
    v128.store(c1, s10); v128.store(c1, s11, 16);
    v128.store(c2, s20); v128.store(c2, s21, 16);
    v128.store(c3, s30); v128.store(c3, s31, 16);
    v128.store(c4, s40); v128.store(c4, s41, 16);
    v128.store(c5, s50); v128.store(c5, s51, 16);
    b += panelB;
    c += 32;
  }
}
