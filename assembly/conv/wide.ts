// The micro-kernel of the wide build, tiles of 4 rows × 4 vectors, whose neighbours V8 merges (gemm/wide.ts); otherwise as patch-tiles.ts.

import { addProduct, splat0, splat1, splat2, splat3 } from "../gemm/vectors";
import { storeRow, storeRowPart } from "../gemm/wide";
import { vectorLength } from "../memory";
import { PLACE_BYTES, SEGMENT_BYTES } from "./blocking";

/** 4 rows × 4 vectors, of which `n` columns count; as tiles4x2. */
@inline
export function tiles4x4<T>(
  places: usize, placesEnd: usize, segments: usize, segmentsEnd: usize,
  b: usize, offset: usize, n: i32, first: bool, bias: usize, isRelu: bool,
): void {
  const advance = 4 * sizeof<T>();
  for (; places < placesEnd; places += 4 * PLACE_BYTES) {
    const c0 = <usize>load<u32>(places, 4) + offset;
    const c1 = <usize>load<u32>(places, 12) + offset;
    const c2 = <usize>load<u32>(places, 20) + offset;
    const c3 = <usize>load<u32>(places, 28) + offset;
    let s00 = v128.splat<T>(<T>0), s01 = s00, s02 = s00, s03 = s00, s10 = s00, s11 = s00, s12 = s00, s13 = s00;
    let s20 = s00, s21 = s00, s22 = s00, s23 = s00, s30 = s00, s31 = s00, s32 = s00, s33 = s00;
    if (!first) {
      s00 = v128.load(c0); s01 = v128.load(c0, 16); s02 = v128.load(c0, 32); s03 = v128.load(c0, 48);
      s10 = v128.load(c1); s11 = v128.load(c1, 16); s12 = v128.load(c1, 32); s13 = v128.load(c1, 48);
      s20 = v128.load(c2); s21 = v128.load(c2, 16); s22 = v128.load(c2, 32); s23 = v128.load(c2, 48);
      s30 = v128.load(c3); s31 = v128.load(c3, 16); s32 = v128.load(c3, 32); s33 = v128.load(c3, 48);
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
      next += <usize>left * 64;
      for (;;) {
        let b0 = v128.load(q), b1 = v128.load(q, 16), b2 = v128.load(q, 32), b3 = v128.load(q, 48);
        let x = splat0<T>(p0);
        s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
        s02 = addProduct<T>(s02, x, b2); s03 = addProduct<T>(s03, x, b3);
        x = splat0<T>(p1);
        s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
        s12 = addProduct<T>(s12, x, b2); s13 = addProduct<T>(s13, x, b3);
        x = splat0<T>(p2);
        s20 = addProduct<T>(s20, x, b0); s21 = addProduct<T>(s21, x, b1);
        s22 = addProduct<T>(s22, x, b2); s23 = addProduct<T>(s23, x, b3);
        x = splat0<T>(p3);
        s30 = addProduct<T>(s30, x, b0); s31 = addProduct<T>(s31, x, b1);
        s32 = addProduct<T>(s32, x, b2); s33 = addProduct<T>(s33, x, b3);
        if (left == 1) break;

        b0 = v128.load(q, 64); b1 = v128.load(q, 80); b2 = v128.load(q, 96); b3 = v128.load(q, 112);
        x = splat1<T>(p0);
        s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
        s02 = addProduct<T>(s02, x, b2); s03 = addProduct<T>(s03, x, b3);
        x = splat1<T>(p1);
        s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
        s12 = addProduct<T>(s12, x, b2); s13 = addProduct<T>(s13, x, b3);
        x = splat1<T>(p2);
        s20 = addProduct<T>(s20, x, b0); s21 = addProduct<T>(s21, x, b1);
        s22 = addProduct<T>(s22, x, b2); s23 = addProduct<T>(s23, x, b3);
        x = splat1<T>(p3);
        s30 = addProduct<T>(s30, x, b0); s31 = addProduct<T>(s31, x, b1);
        s32 = addProduct<T>(s32, x, b2); s33 = addProduct<T>(s33, x, b3);
        if (left == 2) break;

        b0 = v128.load(q, 128); b1 = v128.load(q, 144); b2 = v128.load(q, 160); b3 = v128.load(q, 176);
        x = splat2<T>(p0);
        s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
        s02 = addProduct<T>(s02, x, b2); s03 = addProduct<T>(s03, x, b3);
        x = splat2<T>(p1);
        s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
        s12 = addProduct<T>(s12, x, b2); s13 = addProduct<T>(s13, x, b3);
        x = splat2<T>(p2);
        s20 = addProduct<T>(s20, x, b0); s21 = addProduct<T>(s21, x, b1);
        s22 = addProduct<T>(s22, x, b2); s23 = addProduct<T>(s23, x, b3);
        x = splat2<T>(p3);
        s30 = addProduct<T>(s30, x, b0); s31 = addProduct<T>(s31, x, b1);
        s32 = addProduct<T>(s32, x, b2); s33 = addProduct<T>(s33, x, b3);
        if (left == 3) break;

        b0 = v128.load(q, 192); b1 = v128.load(q, 208); b2 = v128.load(q, 224); b3 = v128.load(q, 240);
        x = splat3<T>(p0);
        s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
        s02 = addProduct<T>(s02, x, b2); s03 = addProduct<T>(s03, x, b3);
        x = splat3<T>(p1);
        s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
        s12 = addProduct<T>(s12, x, b2); s13 = addProduct<T>(s13, x, b3);
        x = splat3<T>(p2);
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
    if (bias) {
      const b0 = v128.load(bias), b1 = v128.load(bias, 16), b2 = v128.load(bias, 32), b3 = v128.load(bias, 48);
      s00 = v128.add<T>(s00, b0); s01 = v128.add<T>(s01, b1); s02 = v128.add<T>(s02, b2); s03 = v128.add<T>(s03, b3);
      s10 = v128.add<T>(s10, b0); s11 = v128.add<T>(s11, b1); s12 = v128.add<T>(s12, b2); s13 = v128.add<T>(s13, b3);
      s20 = v128.add<T>(s20, b0); s21 = v128.add<T>(s21, b1); s22 = v128.add<T>(s22, b2); s23 = v128.add<T>(s23, b3);
      s30 = v128.add<T>(s30, b0); s31 = v128.add<T>(s31, b1); s32 = v128.add<T>(s32, b2); s33 = v128.add<T>(s33, b3);
    }
    if (isRelu) {
      const zero = v128.splat<T>(<T>0);
      s00 = v128.pmax<T>(s00, zero); s01 = v128.pmax<T>(s01, zero); s02 = v128.pmax<T>(s02, zero); s03 = v128.pmax<T>(s03, zero);
      s10 = v128.pmax<T>(s10, zero); s11 = v128.pmax<T>(s11, zero); s12 = v128.pmax<T>(s12, zero); s13 = v128.pmax<T>(s13, zero);
      s20 = v128.pmax<T>(s20, zero); s21 = v128.pmax<T>(s21, zero); s22 = v128.pmax<T>(s22, zero); s23 = v128.pmax<T>(s23, zero);
      s30 = v128.pmax<T>(s30, zero); s31 = v128.pmax<T>(s31, zero); s32 = v128.pmax<T>(s32, zero); s33 = v128.pmax<T>(s33, zero);
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
  }
}
