// The micro-kernels of products over patches that follow each other element by element: those of one channel, with stride 1. Four patches side by
// side have all but one of their elements in common at each step, so that a step loads one where patch-tiles.ts loads four, which are half of its loads.

import { addProduct, splat0, splat1, splat2, splat3 } from "../gemm/vectors";
import { storeFirst, storePart, vectorLength } from "../memory";
import { SEGMENT_BYTES } from "./blocking";

/** 4 patches × 2 vectors, for so many patches, in whole fours; otherwise as tiles4x2. The elements go round in xa to xd. */
@inline
function slide4x2<T>(
  a: usize, pixels: i32, segments: usize, segmentsEnd: usize, b: usize, c0: usize, strideC: usize, n: i32,
  first: bool, bias: usize, isRelu: bool,
): void {
  for (; pixels > 0; pixels -= 4) {
    const c1 = c0 + strideC;
    const c2 = c1 + strideC;
    const c3 = c2 + strideC;
    let s00 = v128.splat<T>(<T>0), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00;
    if (!first) {
      s00 = v128.load(c0); s01 = v128.load(c0, 16);
      s10 = v128.load(c1); s11 = v128.load(c1, 16);
      s20 = v128.load(c2); s21 = v128.load(c2, 16);
      s30 = v128.load(c3); s31 = v128.load(c3, 16);
    }
    let next = b;
    for (let segment = segments; segment < segmentsEnd; segment += SEGMENT_BYTES) {
      let p = a + <usize>load<u32>(segment);
      let left = load<i32>(segment, 4);
      let q = next;
      next += <usize>left * 32;
      let xa = splat0<T>(p), xb = splat1<T>(p), xc = splat2<T>(p), xd = xa;
      for (;;) {
        let b0 = v128.load(q), b1 = v128.load(q, 16);
        xd = splat3<T>(p);
        s00 = addProduct<T>(s00, xa, b0); s01 = addProduct<T>(s01, xa, b1);
        s10 = addProduct<T>(s10, xb, b0); s11 = addProduct<T>(s11, xb, b1);
        s20 = addProduct<T>(s20, xc, b0); s21 = addProduct<T>(s21, xc, b1);
        s30 = addProduct<T>(s30, xd, b0); s31 = addProduct<T>(s31, xd, b1);
        if (left == 1) break;

        b0 = v128.load(q, 32); b1 = v128.load(q, 48);
        xa = v128.load_splat<T>(p, 4 * sizeof<T>());
        s00 = addProduct<T>(s00, xb, b0); s01 = addProduct<T>(s01, xb, b1);
        s10 = addProduct<T>(s10, xc, b0); s11 = addProduct<T>(s11, xc, b1);
        s20 = addProduct<T>(s20, xd, b0); s21 = addProduct<T>(s21, xd, b1);
        s30 = addProduct<T>(s30, xa, b0); s31 = addProduct<T>(s31, xa, b1);
        if (left == 2) break;

        b0 = v128.load(q, 64); b1 = v128.load(q, 80);
        xb = v128.load_splat<T>(p, 5 * sizeof<T>());
        s00 = addProduct<T>(s00, xc, b0); s01 = addProduct<T>(s01, xc, b1);
        s10 = addProduct<T>(s10, xd, b0); s11 = addProduct<T>(s11, xd, b1);
        s20 = addProduct<T>(s20, xa, b0); s21 = addProduct<T>(s21, xa, b1);
        s30 = addProduct<T>(s30, xb, b0); s31 = addProduct<T>(s31, xb, b1);
        if (left == 3) break;

        b0 = v128.load(q, 96); b1 = v128.load(q, 112);
        xc = v128.load_splat<T>(p, 6 * sizeof<T>());
        s00 = addProduct<T>(s00, xd, b0); s01 = addProduct<T>(s01, xd, b1);
        s10 = addProduct<T>(s10, xa, b0); s11 = addProduct<T>(s11, xa, b1);
        s20 = addProduct<T>(s20, xb, b0); s21 = addProduct<T>(s21, xb, b1);
        s30 = addProduct<T>(s30, xc, b0); s31 = addProduct<T>(s31, xc, b1);
        if (left == 4) break;

        b0 = v128.load(q, 128); b1 = v128.load(q, 144);
        xd = v128.load_splat<T>(p, 7 * sizeof<T>());
        s00 = addProduct<T>(s00, xa, b0); s01 = addProduct<T>(s01, xa, b1);
        s10 = addProduct<T>(s10, xb, b0); s11 = addProduct<T>(s11, xb, b1);
        s20 = addProduct<T>(s20, xc, b0); s21 = addProduct<T>(s21, xc, b1);
        s30 = addProduct<T>(s30, xd, b0); s31 = addProduct<T>(s31, xd, b1);
        if (left == 5) break;

        b0 = v128.load(q, 160); b1 = v128.load(q, 176);
        xa = v128.load_splat<T>(p, 8 * sizeof<T>());
        s00 = addProduct<T>(s00, xb, b0); s01 = addProduct<T>(s01, xb, b1);
        s10 = addProduct<T>(s10, xc, b0); s11 = addProduct<T>(s11, xc, b1);
        s20 = addProduct<T>(s20, xd, b0); s21 = addProduct<T>(s21, xd, b1);
        s30 = addProduct<T>(s30, xa, b0); s31 = addProduct<T>(s31, xa, b1);
        if (left == 6) break;

        b0 = v128.load(q, 192); b1 = v128.load(q, 208);
        xb = v128.load_splat<T>(p, 9 * sizeof<T>());
        s00 = addProduct<T>(s00, xc, b0); s01 = addProduct<T>(s01, xc, b1);
        s10 = addProduct<T>(s10, xd, b0); s11 = addProduct<T>(s11, xd, b1);
        s20 = addProduct<T>(s20, xa, b0); s21 = addProduct<T>(s21, xa, b1);
        s30 = addProduct<T>(s30, xb, b0); s31 = addProduct<T>(s31, xb, b1);
        if (left == 7) break;

        b0 = v128.load(q, 224); b1 = v128.load(q, 240);
        xc = v128.load_splat<T>(p, 10 * sizeof<T>());
        s00 = addProduct<T>(s00, xd, b0); s01 = addProduct<T>(s01, xd, b1);
        s10 = addProduct<T>(s10, xa, b0); s11 = addProduct<T>(s11, xa, b1);
        s20 = addProduct<T>(s20, xb, b0); s21 = addProduct<T>(s21, xb, b1);
        s30 = addProduct<T>(s30, xc, b0); s31 = addProduct<T>(s31, xc, b1);
        if (left == 8) break;

        left -= 8;
        q += 256;
        p += 8 * sizeof<T>();
      }
    }
    if (bias) {
      const b0 = v128.load(bias), b1 = v128.load(bias, 16);
      s00 = v128.add<T>(s00, b0); s01 = v128.add<T>(s01, b1);
      s10 = v128.add<T>(s10, b0); s11 = v128.add<T>(s11, b1);
      s20 = v128.add<T>(s20, b0); s21 = v128.add<T>(s21, b1);
      s30 = v128.add<T>(s30, b0); s31 = v128.add<T>(s31, b1);
    }
    if (isRelu) {
      const zero = v128.splat<T>(<T>0);
      s00 = v128.pmax<T>(s00, zero); s01 = v128.pmax<T>(s01, zero);
      s10 = v128.pmax<T>(s10, zero); s11 = v128.pmax<T>(s11, zero);
      s20 = v128.pmax<T>(s20, zero); s21 = v128.pmax<T>(s21, zero);
      s30 = v128.pmax<T>(s30, zero); s31 = v128.pmax<T>(s31, zero);
    }
    if (n >= 2 * vectorLength<T>()) {
      v128.store(c0, s01, 16); v128.store(c0, s00);
      v128.store(c1, s11, 16); v128.store(c1, s10);
      v128.store(c2, s21, 16); v128.store(c2, s20);
      v128.store(c3, s31, 16); v128.store(c3, s30);
    } else {
      const count = n - vectorLength<T>();
      v128.store(c0, s00); storePart<T>(c0 + 16, s01, count);
      v128.store(c1, s10); storePart<T>(c1 + 16, s11, count);
      v128.store(c2, s20); storePart<T>(c2 + 16, s21, count);
      v128.store(c3, s30); storePart<T>(c3 + 16, s31, count);
    }
    a += 4 * sizeof<T>();
    c0 = c3 + strideC;
  }
}

/** 4 patches × 1 vector, of which `n` columns count. */
@inline
function slide4x1<T>(
  a: usize, pixels: i32, segments: usize, segmentsEnd: usize, b: usize, c0: usize, strideC: usize, n: i32,
  first: bool, bias: usize, isRelu: bool,
): void {
  for (; pixels > 0; pixels -= 4) {
    const c1 = c0 + strideC;
    const c2 = c1 + strideC;
    const c3 = c2 + strideC;
    let s00 = v128.splat<T>(<T>0), s10 = s00, s20 = s00, s30 = s00;
    if (!first) {
      s00 = v128.load(c0);
      s10 = v128.load(c1);
      s20 = v128.load(c2);
      s30 = v128.load(c3);
    }
    let next = b;
    for (let segment = segments; segment < segmentsEnd; segment += SEGMENT_BYTES) {
      let p = a + <usize>load<u32>(segment);
      let left = load<i32>(segment, 4);
      let q = next;
      next += <usize>left * 16;
      let xa = splat0<T>(p), xb = splat1<T>(p), xc = splat2<T>(p), xd = xa;
      for (;;) {
        let b0 = v128.load(q);
        xd = splat3<T>(p);
        s00 = addProduct<T>(s00, xa, b0);
        s10 = addProduct<T>(s10, xb, b0);
        s20 = addProduct<T>(s20, xc, b0);
        s30 = addProduct<T>(s30, xd, b0);
        if (left == 1) break;

        b0 = v128.load(q, 16);
        xa = v128.load_splat<T>(p, 4 * sizeof<T>());
        s00 = addProduct<T>(s00, xb, b0);
        s10 = addProduct<T>(s10, xc, b0);
        s20 = addProduct<T>(s20, xd, b0);
        s30 = addProduct<T>(s30, xa, b0);
        if (left == 2) break;

        b0 = v128.load(q, 32);
        xb = v128.load_splat<T>(p, 5 * sizeof<T>());
        s00 = addProduct<T>(s00, xc, b0);
        s10 = addProduct<T>(s10, xd, b0);
        s20 = addProduct<T>(s20, xa, b0);
        s30 = addProduct<T>(s30, xb, b0);
        if (left == 3) break;

        b0 = v128.load(q, 48);
        xc = v128.load_splat<T>(p, 6 * sizeof<T>());
        s00 = addProduct<T>(s00, xd, b0);
        s10 = addProduct<T>(s10, xa, b0);
        s20 = addProduct<T>(s20, xb, b0);
        s30 = addProduct<T>(s30, xc, b0);
        if (left == 4) break;

        left -= 4;
        q += 64;
        p += 4 * sizeof<T>();
      }
    }
    if (bias) {
      const b0 = v128.load(bias);
      s00 = v128.add<T>(s00, b0);
      s10 = v128.add<T>(s10, b0);
      s20 = v128.add<T>(s20, b0);
      s30 = v128.add<T>(s30, b0);
    }
    if (isRelu) {
      const zero = v128.splat<T>(<T>0);
      s00 = v128.pmax<T>(s00, zero);
      s10 = v128.pmax<T>(s10, zero);
      s20 = v128.pmax<T>(s20, zero);
      s30 = v128.pmax<T>(s30, zero);
    }
    storeFirst<T>(c0, s00, n);
    storeFirst<T>(c1, s10, n);
    storeFirst<T>(c2, s20, n);
    storeFirst<T>(c3, s30, n);
    a += 4 * sizeof<T>();
    c0 = c3 + strideC;
  }
}

/**
 * c[pixels, n] = (or, unless `first`, +=) a·b [depth, n], of patches that begin at `a` and follow each other element by element; then the bias,
 * which is optional, and where `isRelu` max(0, …). Not in the wide build.
 */
export function slide<T>(
  a: usize, pixels: i32, segments: usize, segmentsEnd: usize, b: usize, c: usize, strideC: usize, n: i32, depth: i32,
  first: bool, bias: usize, isRelu: bool,
): void {
  const length = vectorLength<T>();
  for (; n > length; n -= 2 * length) {
    slide4x2<T>(a, pixels, segments, segmentsEnd, b, c, strideC, n, first, bias, isRelu);
    b += <usize>depth * 32;
    c += 32;
    if (bias) bias += 32;
  }
  if (n > 0) slide4x1<T>(a, pixels, segments, segmentsEnd, b, c, strideC, n, first, bias, isRelu);
}
