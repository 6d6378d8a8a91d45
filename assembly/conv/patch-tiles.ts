// The micro-kernels of products over patches, tiles of four rows: those of gemm/kernels.ts, whose left factor comes in segments. A row of the
// product is a patch. Where it begins, and where its sums go, stands in a table of places; segments are distances from its beginning, and
// numbers of steps that stand side by side there. A segment's steps are unrolled, with an exit after each, for the reasons given in gemm/kernels.ts. The right
// factor comes in the panels of gemm/pack.ts. A panel goes over all places, so that it stays in the first-level cache.

import { addProduct, splat0, splat1, splat2, splat3 } from "../gemm/vectors";
import { storeFirst, storePart, vectorLength } from "../memory";
import { PLACE_BYTES, SEGMENT_BYTES } from "./blocking";

/**
 * 4 rows × 2 vectors, for all places, in whole fours, and all segments. c lies `offset` bytes on; of the columns `n` count, more than
 * one vector's. `bias`, if there is one, is added to the sums, and negative ones become 0 where `isRelu`.
 */
@inline
export function tiles4x2<T>(
  places: usize, placesEnd: usize, segments: usize, segmentsEnd: usize,
  b: usize, offset: usize, n: i32, first: bool, bias: usize, isRelu: bool,
): void {
  const advance = 4 * sizeof<T>();
  for (; places < placesEnd; places += 4 * PLACE_BYTES) {
    const c0 = <usize>load<u32>(places, 4) + offset;
    const c1 = <usize>load<u32>(places, 12) + offset;
    const c2 = <usize>load<u32>(places, 20) + offset;
    const c3 = <usize>load<u32>(places, 28) + offset;
    let s00 = v128.splat<T>(<T>0), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00;
    if (!first) {
      s00 = v128.load(c0); s01 = v128.load(c0, 16);
      s10 = v128.load(c1); s11 = v128.load(c1, 16);
      s20 = v128.load(c2); s21 = v128.load(c2, 16);
      s30 = v128.load(c3); s31 = v128.load(c3, 16);
    }
    const a0 = <usize>load<u32>(places);
    const a1 = <usize>load<u32>(places, 8);
    const a2 = <usize>load<u32>(places, 16);
    const a3 = <usize>load<u32>(places, 24);
    let next = b;
    for (let segment = segments; segment < segmentsEnd; segment += SEGMENT_BYTES) {
      const at = <usize>load<u32>(segment);
      let left = load<i32>(segment, 4);
      let p0 = at + a0;
      let p1 = at + a1;
      let p2 = at + a2;
      let p3 = at + a3;
      let q = next;
      next += <usize>left * 32;
      for (;;) {
        let b0 = v128.load(q), b1 = v128.load(q, 16);
        let x = splat0<T>(p0);
        s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
        x = splat0<T>(p1);
        s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
        x = splat0<T>(p2);
        s20 = addProduct<T>(s20, x, b0); s21 = addProduct<T>(s21, x, b1);
        x = splat0<T>(p3);
        s30 = addProduct<T>(s30, x, b0); s31 = addProduct<T>(s31, x, b1);
        if (left == 1) break;

        b0 = v128.load(q, 32); b1 = v128.load(q, 48);
        x = splat1<T>(p0);
        s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
        x = splat1<T>(p1);
        s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
        x = splat1<T>(p2);
        s20 = addProduct<T>(s20, x, b0); s21 = addProduct<T>(s21, x, b1);
        x = splat1<T>(p3);
        s30 = addProduct<T>(s30, x, b0); s31 = addProduct<T>(s31, x, b1);
        if (left == 2) break;

        b0 = v128.load(q, 64); b1 = v128.load(q, 80);
        x = splat2<T>(p0);
        s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
        x = splat2<T>(p1);
        s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
        x = splat2<T>(p2);
        s20 = addProduct<T>(s20, x, b0); s21 = addProduct<T>(s21, x, b1);
        x = splat2<T>(p3);
        s30 = addProduct<T>(s30, x, b0); s31 = addProduct<T>(s31, x, b1);
        if (left == 3) break;

        b0 = v128.load(q, 96); b1 = v128.load(q, 112);
        x = splat3<T>(p0);
        s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
        x = splat3<T>(p1);
        s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
        x = splat3<T>(p2);
        s20 = addProduct<T>(s20, x, b0); s21 = addProduct<T>(s21, x, b1);
        x = splat3<T>(p3);
        s30 = addProduct<T>(s30, x, b0); s31 = addProduct<T>(s31, x, b1);
        if (left == 4) break;

        p0 += advance; p1 += advance; p2 += advance; p3 += advance;
        b0 = v128.load(q, 128); b1 = v128.load(q, 144);
        x = splat0<T>(p0);
        s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
        x = splat0<T>(p1);
        s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
        x = splat0<T>(p2);
        s20 = addProduct<T>(s20, x, b0); s21 = addProduct<T>(s21, x, b1);
        x = splat0<T>(p3);
        s30 = addProduct<T>(s30, x, b0); s31 = addProduct<T>(s31, x, b1);
        if (left == 5) break;

        b0 = v128.load(q, 160); b1 = v128.load(q, 176);
        x = splat1<T>(p0);
        s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
        x = splat1<T>(p1);
        s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
        x = splat1<T>(p2);
        s20 = addProduct<T>(s20, x, b0); s21 = addProduct<T>(s21, x, b1);
        x = splat1<T>(p3);
        s30 = addProduct<T>(s30, x, b0); s31 = addProduct<T>(s31, x, b1);
        if (left == 6) break;

        b0 = v128.load(q, 192); b1 = v128.load(q, 208);
        x = splat2<T>(p0);
        s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
        x = splat2<T>(p1);
        s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
        x = splat2<T>(p2);
        s20 = addProduct<T>(s20, x, b0); s21 = addProduct<T>(s21, x, b1);
        x = splat2<T>(p3);
        s30 = addProduct<T>(s30, x, b0); s31 = addProduct<T>(s31, x, b1);
        if (left == 7) break;

        b0 = v128.load(q, 224); b1 = v128.load(q, 240);
        x = splat3<T>(p0);
        s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
        x = splat3<T>(p1);
        s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
        x = splat3<T>(p2);
        s20 = addProduct<T>(s20, x, b0); s21 = addProduct<T>(s21, x, b1);
        x = splat3<T>(p3);
        s30 = addProduct<T>(s30, x, b0); s31 = addProduct<T>(s31, x, b1);
        if (left == 8) break;

        left -= 8;
        q += 256;
        p0 += advance; p1 += advance; p2 += advance; p3 += advance;
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
  }
}

/** 4 rows × 1 vector, of which `n` columns count; otherwise as tiles4x2. */
@inline
export function tiles4x1<T>(
  places: usize, placesEnd: usize, segments: usize, segmentsEnd: usize,
  b: usize, offset: usize, n: i32, first: bool, bias: usize, isRelu: bool,
): void {
  const advance = 4 * sizeof<T>();
  for (; places < placesEnd; places += 4 * PLACE_BYTES) {
    const c0 = <usize>load<u32>(places, 4) + offset;
    const c1 = <usize>load<u32>(places, 12) + offset;
    const c2 = <usize>load<u32>(places, 20) + offset;
    const c3 = <usize>load<u32>(places, 28) + offset;
    let s00 = v128.splat<T>(<T>0), s10 = s00, s20 = s00, s30 = s00;
    if (!first) {
      s00 = v128.load(c0);
      s10 = v128.load(c1);
      s20 = v128.load(c2);
      s30 = v128.load(c3);
    }
    const a0 = <usize>load<u32>(places);
    const a1 = <usize>load<u32>(places, 8);
    const a2 = <usize>load<u32>(places, 16);
    const a3 = <usize>load<u32>(places, 24);
    let next = b;
    for (let segment = segments; segment < segmentsEnd; segment += SEGMENT_BYTES) {
      const at = <usize>load<u32>(segment);
      let left = load<i32>(segment, 4);
      let p0 = at + a0;
      let p1 = at + a1;
      let p2 = at + a2;
      let p3 = at + a3;
      let q = next;
      next += <usize>left * 16;
      for (;;) {
        let b0 = v128.load(q);
        let x = splat0<T>(p0);
        s00 = addProduct<T>(s00, x, b0);
        x = splat0<T>(p1);
        s10 = addProduct<T>(s10, x, b0);
        x = splat0<T>(p2);
        s20 = addProduct<T>(s20, x, b0);
        x = splat0<T>(p3);
        s30 = addProduct<T>(s30, x, b0);
        if (left == 1) break;

        b0 = v128.load(q, 16);
        x = splat1<T>(p0);
        s00 = addProduct<T>(s00, x, b0);
        x = splat1<T>(p1);
        s10 = addProduct<T>(s10, x, b0);
        x = splat1<T>(p2);
        s20 = addProduct<T>(s20, x, b0);
        x = splat1<T>(p3);
        s30 = addProduct<T>(s30, x, b0);
        if (left == 2) break;

        b0 = v128.load(q, 32);
        x = splat2<T>(p0);
        s00 = addProduct<T>(s00, x, b0);
        x = splat2<T>(p1);
        s10 = addProduct<T>(s10, x, b0);
        x = splat2<T>(p2);
        s20 = addProduct<T>(s20, x, b0);
        x = splat2<T>(p3);
        s30 = addProduct<T>(s30, x, b0);
        if (left == 3) break;

        b0 = v128.load(q, 48);
        x = splat3<T>(p0);
        s00 = addProduct<T>(s00, x, b0);
        x = splat3<T>(p1);
        s10 = addProduct<T>(s10, x, b0);
        x = splat3<T>(p2);
        s20 = addProduct<T>(s20, x, b0);
        x = splat3<T>(p3);
        s30 = addProduct<T>(s30, x, b0);
        if (left == 4) break;

        left -= 4;
        q += 64;
        p0 += advance; p1 += advance; p2 += advance; p3 += advance;
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
    storeFirst<T>(c3, s30, n);
    storeFirst<T>(c2, s20, n);
    storeFirst<T>(c1, s10, n);
    storeFirst<T>(c0, s00, n);
  }
}
