// The micro-kernels of weight gradients: c[rows, n] = (or +=) a·b, where a row of a is an element of all patches, rows are elements that stand side
// by side, and steps are patches, whose addresses stand in a table; a is the rows' distance from them. b, the gradient at the output, comes in
// the panels of gemm/pack.ts, or in place with `stepB` between its rows. Steps are unrolled with an exit after each, as in gemm/kernels.ts.
//
// Small kernels have few elements side by side, three for one row of 3×3 on one channel: hence tiles of three, two and one row.

import { addProduct, PANEL_VECTORS, splat0, splat1, splat2, splat3 } from "../gemm/vectors";
import { storeRow, storeRowPart } from "../gemm/wide";
import { storeFirst, storePart, vectorLength } from "../memory";

/** Stores the first `n` elements of two vectors. */
@inline
function storeTwo<T>(c: usize, s0: v128, s1: v128, n: i32): void {
  storeFirst<T>(c, s0, n);
  if (n > vectorLength<T>()) storeFirst<T>(c + 16, s1, n - vectorLength<T>());
}

/** 4 rows × 2 vectors. Where there are fewer `rows`, they are stored from the last to the first, so that what is stored for the missing ones is overwritten. */
@inline
function tile4x2<T>(
  packed: bool, rows: i32, steps: usize, left: i32, a: usize, b: usize, stepB: usize, c: usize, strideC: usize, n: i32, first: bool,
): void {
  const c1 = rows > 1 ? c + strideC : c;
  const c2 = rows > 2 ? c1 + strideC : c1;
  const c3 = rows > 3 ? c2 + strideC : c2;
  let s00 = v128.splat<T>(<T>0), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00;
  if (!first) {
    s00 = v128.load(c); s01 = v128.load(c, 16);
    s10 = v128.load(c1); s11 = v128.load(c1, 16);
    s20 = v128.load(c2); s21 = v128.load(c2, 16);
    s30 = v128.load(c3); s31 = v128.load(c3, 16);
  }
  for (;;) {
    let at = <usize>load<u32>(steps) + a;
    let b0 = v128.load(b), b1 = v128.load(b, 16);
    let x = splat0<T>(at);
    s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
    x = splat1<T>(at);
    s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
    x = splat2<T>(at);
    s20 = addProduct<T>(s20, x, b0); s21 = addProduct<T>(s21, x, b1);
    x = splat3<T>(at);
    s30 = addProduct<T>(s30, x, b0); s31 = addProduct<T>(s31, x, b1);
    if (left == 1) break;

    at = <usize>load<u32>(steps, 4) + a;
    if (!packed) { b += stepB; }
    b0 = packed ? v128.load(b, 32) : v128.load(b); b1 = packed ? v128.load(b, 48) : v128.load(b, 16);
    x = splat0<T>(at);
    s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
    x = splat1<T>(at);
    s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
    x = splat2<T>(at);
    s20 = addProduct<T>(s20, x, b0); s21 = addProduct<T>(s21, x, b1);
    x = splat3<T>(at);
    s30 = addProduct<T>(s30, x, b0); s31 = addProduct<T>(s31, x, b1);
    if (left == 2) break;

    at = <usize>load<u32>(steps, 8) + a;
    if (!packed) { b += stepB; }
    b0 = packed ? v128.load(b, 64) : v128.load(b); b1 = packed ? v128.load(b, 80) : v128.load(b, 16);
    x = splat0<T>(at);
    s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
    x = splat1<T>(at);
    s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
    x = splat2<T>(at);
    s20 = addProduct<T>(s20, x, b0); s21 = addProduct<T>(s21, x, b1);
    x = splat3<T>(at);
    s30 = addProduct<T>(s30, x, b0); s31 = addProduct<T>(s31, x, b1);
    if (left == 3) break;

    at = <usize>load<u32>(steps, 12) + a;
    if (!packed) { b += stepB; }
    b0 = packed ? v128.load(b, 96) : v128.load(b); b1 = packed ? v128.load(b, 112) : v128.load(b, 16);
    x = splat0<T>(at);
    s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
    x = splat1<T>(at);
    s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
    x = splat2<T>(at);
    s20 = addProduct<T>(s20, x, b0); s21 = addProduct<T>(s21, x, b1);
    x = splat3<T>(at);
    s30 = addProduct<T>(s30, x, b0); s31 = addProduct<T>(s31, x, b1);
    if (left == 4) break;

    left -= 4;
    steps += 16;
    b += packed ? 128 : stepB;
  }
  if (n >= 2 * vectorLength<T>()) {
    v128.store(c3, s31, 16); v128.store(c3, s30);
    v128.store(c2, s21, 16); v128.store(c2, s20);
    v128.store(c1, s11, 16); v128.store(c1, s10);
    v128.store(c, s01, 16); v128.store(c, s00);
  } else {
    storeTwo<T>(c3, s30, s31, n);
    storeTwo<T>(c2, s20, s21, n);
    storeTwo<T>(c1, s10, s11, n);
    storeTwo<T>(c, s00, s01, n);
  }
}

/** The same of one vector. */
@inline
function tile4x1<T>(
  packed: bool, rows: i32, steps: usize, left: i32, a: usize, b: usize, stepB: usize, c: usize, strideC: usize, n: i32, first: bool,
): void {
  const c1 = rows > 1 ? c + strideC : c;
  const c2 = rows > 2 ? c1 + strideC : c1;
  const c3 = rows > 3 ? c2 + strideC : c2;
  let s00 = v128.splat<T>(<T>0), s10 = s00, s20 = s00, s30 = s00;
  if (!first) {
    s00 = v128.load(c);
    s10 = v128.load(c1);
    s20 = v128.load(c2);
    s30 = v128.load(c3);
  }
  for (;;) {
    let at = <usize>load<u32>(steps) + a;
    let b0 = v128.load(b);
    let x = splat0<T>(at);
    s00 = addProduct<T>(s00, x, b0);
    x = splat1<T>(at);
    s10 = addProduct<T>(s10, x, b0);
    x = splat2<T>(at);
    s20 = addProduct<T>(s20, x, b0);
    x = splat3<T>(at);
    s30 = addProduct<T>(s30, x, b0);
    if (left == 1) break;

    at = <usize>load<u32>(steps, 4) + a;
    if (!packed) { b += stepB; }
    b0 = packed ? v128.load(b, 16) : v128.load(b);
    x = splat0<T>(at);
    s00 = addProduct<T>(s00, x, b0);
    x = splat1<T>(at);
    s10 = addProduct<T>(s10, x, b0);
    x = splat2<T>(at);
    s20 = addProduct<T>(s20, x, b0);
    x = splat3<T>(at);
    s30 = addProduct<T>(s30, x, b0);
    if (left == 2) break;

    at = <usize>load<u32>(steps, 8) + a;
    if (!packed) { b += stepB; }
    b0 = packed ? v128.load(b, 32) : v128.load(b);
    x = splat0<T>(at);
    s00 = addProduct<T>(s00, x, b0);
    x = splat1<T>(at);
    s10 = addProduct<T>(s10, x, b0);
    x = splat2<T>(at);
    s20 = addProduct<T>(s20, x, b0);
    x = splat3<T>(at);
    s30 = addProduct<T>(s30, x, b0);
    if (left == 3) break;

    at = <usize>load<u32>(steps, 12) + a;
    if (!packed) { b += stepB; }
    b0 = packed ? v128.load(b, 48) : v128.load(b);
    x = splat0<T>(at);
    s00 = addProduct<T>(s00, x, b0);
    x = splat1<T>(at);
    s10 = addProduct<T>(s10, x, b0);
    x = splat2<T>(at);
    s20 = addProduct<T>(s20, x, b0);
    x = splat3<T>(at);
    s30 = addProduct<T>(s30, x, b0);
    if (left == 4) break;

    left -= 4;
    steps += 16;
    b += packed ? 64 : stepB;
  }
  storeFirst<T>(c3, s30, n);
  storeFirst<T>(c2, s20, n);
  storeFirst<T>(c1, s10, n);
  storeFirst<T>(c, s00, n);
}

/** The wide build's: 4 rows × 4 vectors. */
@inline
function tile4x4<T>(
  packed: bool, rows: i32, steps: usize, left: i32, a: usize, b: usize, stepB: usize, c: usize, strideC: usize, n: i32, first: bool,
): void {
  const c1 = rows > 1 ? c + strideC : c;
  const c2 = rows > 2 ? c1 + strideC : c1;
  const c3 = rows > 3 ? c2 + strideC : c2;
  let s00 = v128.splat<T>(<T>0), s01 = s00, s02 = s00, s03 = s00, s10 = s00, s11 = s00, s12 = s00, s13 = s00, s20 = s00, s21 = s00, s22 = s00, s23 = s00, s30 = s00, s31 = s00, s32 = s00, s33 = s00;
  if (!first) {
    s00 = v128.load(c); s01 = v128.load(c, 16); s02 = v128.load(c, 32); s03 = v128.load(c, 48);
    s10 = v128.load(c1); s11 = v128.load(c1, 16); s12 = v128.load(c1, 32); s13 = v128.load(c1, 48);
    s20 = v128.load(c2); s21 = v128.load(c2, 16); s22 = v128.load(c2, 32); s23 = v128.load(c2, 48);
    s30 = v128.load(c3); s31 = v128.load(c3, 16); s32 = v128.load(c3, 32); s33 = v128.load(c3, 48);
  }
  for (;;) {
    let at = <usize>load<u32>(steps) + a;
    let b0 = v128.load(b), b1 = v128.load(b, 16), b2 = v128.load(b, 32), b3 = v128.load(b, 48);
    let x = splat0<T>(at);
    s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
    s02 = addProduct<T>(s02, x, b2); s03 = addProduct<T>(s03, x, b3);
    x = splat1<T>(at);
    s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
    s12 = addProduct<T>(s12, x, b2); s13 = addProduct<T>(s13, x, b3);
    x = splat2<T>(at);
    s20 = addProduct<T>(s20, x, b0); s21 = addProduct<T>(s21, x, b1);
    s22 = addProduct<T>(s22, x, b2); s23 = addProduct<T>(s23, x, b3);
    x = splat3<T>(at);
    s30 = addProduct<T>(s30, x, b0); s31 = addProduct<T>(s31, x, b1);
    s32 = addProduct<T>(s32, x, b2); s33 = addProduct<T>(s33, x, b3);
    if (left == 1) break;

    at = <usize>load<u32>(steps, 4) + a;
    if (!packed) { b += stepB; }
    b0 = packed ? v128.load(b, 64) : v128.load(b); b1 = packed ? v128.load(b, 80) : v128.load(b, 16); b2 = packed ? v128.load(b, 96) : v128.load(b, 32); b3 = packed ? v128.load(b, 112) : v128.load(b, 48);
    x = splat0<T>(at);
    s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
    s02 = addProduct<T>(s02, x, b2); s03 = addProduct<T>(s03, x, b3);
    x = splat1<T>(at);
    s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
    s12 = addProduct<T>(s12, x, b2); s13 = addProduct<T>(s13, x, b3);
    x = splat2<T>(at);
    s20 = addProduct<T>(s20, x, b0); s21 = addProduct<T>(s21, x, b1);
    s22 = addProduct<T>(s22, x, b2); s23 = addProduct<T>(s23, x, b3);
    x = splat3<T>(at);
    s30 = addProduct<T>(s30, x, b0); s31 = addProduct<T>(s31, x, b1);
    s32 = addProduct<T>(s32, x, b2); s33 = addProduct<T>(s33, x, b3);
    if (left == 2) break;

    at = <usize>load<u32>(steps, 8) + a;
    if (!packed) { b += stepB; }
    b0 = packed ? v128.load(b, 128) : v128.load(b); b1 = packed ? v128.load(b, 144) : v128.load(b, 16); b2 = packed ? v128.load(b, 160) : v128.load(b, 32); b3 = packed ? v128.load(b, 176) : v128.load(b, 48);
    x = splat0<T>(at);
    s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
    s02 = addProduct<T>(s02, x, b2); s03 = addProduct<T>(s03, x, b3);
    x = splat1<T>(at);
    s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
    s12 = addProduct<T>(s12, x, b2); s13 = addProduct<T>(s13, x, b3);
    x = splat2<T>(at);
    s20 = addProduct<T>(s20, x, b0); s21 = addProduct<T>(s21, x, b1);
    s22 = addProduct<T>(s22, x, b2); s23 = addProduct<T>(s23, x, b3);
    x = splat3<T>(at);
    s30 = addProduct<T>(s30, x, b0); s31 = addProduct<T>(s31, x, b1);
    s32 = addProduct<T>(s32, x, b2); s33 = addProduct<T>(s33, x, b3);
    if (left == 3) break;

    at = <usize>load<u32>(steps, 12) + a;
    if (!packed) { b += stepB; }
    b0 = packed ? v128.load(b, 192) : v128.load(b); b1 = packed ? v128.load(b, 208) : v128.load(b, 16); b2 = packed ? v128.load(b, 224) : v128.load(b, 32); b3 = packed ? v128.load(b, 240) : v128.load(b, 48);
    x = splat0<T>(at);
    s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
    s02 = addProduct<T>(s02, x, b2); s03 = addProduct<T>(s03, x, b3);
    x = splat1<T>(at);
    s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
    s12 = addProduct<T>(s12, x, b2); s13 = addProduct<T>(s13, x, b3);
    x = splat2<T>(at);
    s20 = addProduct<T>(s20, x, b0); s21 = addProduct<T>(s21, x, b1);
    s22 = addProduct<T>(s22, x, b2); s23 = addProduct<T>(s23, x, b3);
    x = splat3<T>(at);
    s30 = addProduct<T>(s30, x, b0); s31 = addProduct<T>(s31, x, b1);
    s32 = addProduct<T>(s32, x, b2); s33 = addProduct<T>(s33, x, b3);
    if (left == 4) break;

    left -= 4;
    steps += 16;
    b += packed ? 256 : stepB;
  }
  if (n >= 4 * vectorLength<T>()) {
    storeRow(c3, s30, s31, s32, s33);
    storeRow(c2, s20, s21, s22, s23);
    storeRow(c1, s10, s11, s12, s13);
    storeRow(c, s00, s01, s02, s03);
  } else {
    storeRowPart<T>(c3, s30, s31, s32, s33, n);
    storeRowPart<T>(c2, s20, s21, s22, s23, n);
    storeRowPart<T>(c1, s10, s11, s12, s13, n);
    storeRowPart<T>(c, s00, s01, s02, s03, n);
  }
}

/** 3 rows × 2 vectors. */
@inline
function tile3x2<T>(
  packed: bool, steps: usize, left: i32, a: usize, b: usize, stepB: usize, c: usize, strideC: usize, n: i32, first: bool,
): void {
  const c1 = c + strideC;
  const c2 = c1 + strideC;
  let s00 = v128.splat<T>(<T>0), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00;
  if (!first) {
    s00 = v128.load(c); s01 = v128.load(c, 16);
    s10 = v128.load(c1); s11 = v128.load(c1, 16);
    s20 = v128.load(c2); s21 = v128.load(c2, 16);
  }
  for (;;) {
    let at = <usize>load<u32>(steps) + a;
    let b0 = v128.load(b), b1 = v128.load(b, 16);
    let x = splat0<T>(at);
    s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
    x = splat1<T>(at);
    s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
    x = splat2<T>(at);
    s20 = addProduct<T>(s20, x, b0); s21 = addProduct<T>(s21, x, b1);
    if (left == 1) break;

    at = <usize>load<u32>(steps, 4) + a;
    if (!packed) { b += stepB; }
    b0 = packed ? v128.load(b, 32) : v128.load(b); b1 = packed ? v128.load(b, 48) : v128.load(b, 16);
    x = splat0<T>(at);
    s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
    x = splat1<T>(at);
    s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
    x = splat2<T>(at);
    s20 = addProduct<T>(s20, x, b0); s21 = addProduct<T>(s21, x, b1);
    if (left == 2) break;

    at = <usize>load<u32>(steps, 8) + a;
    if (!packed) { b += stepB; }
    b0 = packed ? v128.load(b, 64) : v128.load(b); b1 = packed ? v128.load(b, 80) : v128.load(b, 16);
    x = splat0<T>(at);
    s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
    x = splat1<T>(at);
    s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
    x = splat2<T>(at);
    s20 = addProduct<T>(s20, x, b0); s21 = addProduct<T>(s21, x, b1);
    if (left == 3) break;

    at = <usize>load<u32>(steps, 12) + a;
    if (!packed) { b += stepB; }
    b0 = packed ? v128.load(b, 96) : v128.load(b); b1 = packed ? v128.load(b, 112) : v128.load(b, 16);
    x = splat0<T>(at);
    s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
    x = splat1<T>(at);
    s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
    x = splat2<T>(at);
    s20 = addProduct<T>(s20, x, b0); s21 = addProduct<T>(s21, x, b1);
    if (left == 4) break;

    left -= 4;
    steps += 16;
    b += packed ? 128 : stepB;
  }
  if (n >= 2 * vectorLength<T>()) {
    v128.store(c2, s21, 16); v128.store(c2, s20);
    v128.store(c1, s11, 16); v128.store(c1, s10);
    v128.store(c, s01, 16); v128.store(c, s00);
  } else {
    storeTwo<T>(c2, s20, s21, n);
    storeTwo<T>(c1, s10, s11, n);
    storeTwo<T>(c, s00, s01, n);
  }
}

/** 2 rows × 4 vectors: two panels, `panelB` apart. */
@inline
function tile2x4<T>(
  packed: bool, steps: usize, left: i32, a: usize, b: usize, stepB: usize, panelB: usize, c: usize, strideC: usize, n: i32, first: bool,
): void {
  const c1 = c + strideC;
  let s00 = v128.splat<T>(<T>0), s01 = s00, s02 = s00, s03 = s00, s10 = s00, s11 = s00, s12 = s00, s13 = s00;
  if (!first) {
    s00 = v128.load(c); s01 = v128.load(c, 16); s02 = v128.load(c, 32); s03 = v128.load(c, 48);
    s10 = v128.load(c1); s11 = v128.load(c1, 16); s12 = v128.load(c1, 32); s13 = v128.load(c1, 48);
  }
  let d = packed ? b + panelB : b + 32;
  for (;;) {
    let at = <usize>load<u32>(steps) + a;
    let b0 = v128.load(b), b1 = v128.load(b, 16), b2 = v128.load(d), b3 = v128.load(d, 16);
    let x = splat0<T>(at);
    s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
    s02 = addProduct<T>(s02, x, b2); s03 = addProduct<T>(s03, x, b3);
    x = splat1<T>(at);
    s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
    s12 = addProduct<T>(s12, x, b2); s13 = addProduct<T>(s13, x, b3);
    if (left == 1) break;

    at = <usize>load<u32>(steps, 4) + a;
    if (!packed) { b += stepB; d += stepB; }
    b0 = packed ? v128.load(b, 32) : v128.load(b); b1 = packed ? v128.load(b, 48) : v128.load(b, 16); b2 = packed ? v128.load(d, 32) : v128.load(d); b3 = packed ? v128.load(d, 48) : v128.load(d, 16);
    x = splat0<T>(at);
    s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
    s02 = addProduct<T>(s02, x, b2); s03 = addProduct<T>(s03, x, b3);
    x = splat1<T>(at);
    s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
    s12 = addProduct<T>(s12, x, b2); s13 = addProduct<T>(s13, x, b3);
    if (left == 2) break;

    at = <usize>load<u32>(steps, 8) + a;
    if (!packed) { b += stepB; d += stepB; }
    b0 = packed ? v128.load(b, 64) : v128.load(b); b1 = packed ? v128.load(b, 80) : v128.load(b, 16); b2 = packed ? v128.load(d, 64) : v128.load(d); b3 = packed ? v128.load(d, 80) : v128.load(d, 16);
    x = splat0<T>(at);
    s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
    s02 = addProduct<T>(s02, x, b2); s03 = addProduct<T>(s03, x, b3);
    x = splat1<T>(at);
    s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
    s12 = addProduct<T>(s12, x, b2); s13 = addProduct<T>(s13, x, b3);
    if (left == 3) break;

    at = <usize>load<u32>(steps, 12) + a;
    if (!packed) { b += stepB; d += stepB; }
    b0 = packed ? v128.load(b, 96) : v128.load(b); b1 = packed ? v128.load(b, 112) : v128.load(b, 16); b2 = packed ? v128.load(d, 96) : v128.load(d); b3 = packed ? v128.load(d, 112) : v128.load(d, 16);
    x = splat0<T>(at);
    s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
    s02 = addProduct<T>(s02, x, b2); s03 = addProduct<T>(s03, x, b3);
    x = splat1<T>(at);
    s10 = addProduct<T>(s10, x, b0); s11 = addProduct<T>(s11, x, b1);
    s12 = addProduct<T>(s12, x, b2); s13 = addProduct<T>(s13, x, b3);
    if (left == 4) break;

    left -= 4;
    steps += 16;
    b += packed ? 128 : stepB;
    d += packed ? 128 : stepB;
  }
  if (n >= 4 * vectorLength<T>()) {
    storeRow(c1, s10, s11, s12, s13);
    storeRow(c, s00, s01, s02, s03);
  } else {
    storeRowPart<T>(c1, s10, s11, s12, s13, n);
    storeRowPart<T>(c, s00, s01, s02, s03, n);
  }
}

/** 1 row × 4 vectors. */
@inline
function tile1x4<T>(
  packed: bool, steps: usize, left: i32, a: usize, b: usize, stepB: usize, panelB: usize, c: usize, strideC: usize, n: i32, first: bool,
): void {
  let s00 = v128.splat<T>(<T>0), s01 = s00, s02 = s00, s03 = s00;
  if (!first) {
    s00 = v128.load(c); s01 = v128.load(c, 16); s02 = v128.load(c, 32); s03 = v128.load(c, 48);
  }
  let d = packed ? b + panelB : b + 32;
  for (;;) {
    let at = <usize>load<u32>(steps) + a;
    let b0 = v128.load(b), b1 = v128.load(b, 16), b2 = v128.load(d), b3 = v128.load(d, 16);
    let x = splat0<T>(at);
    s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
    s02 = addProduct<T>(s02, x, b2); s03 = addProduct<T>(s03, x, b3);
    if (left == 1) break;

    at = <usize>load<u32>(steps, 4) + a;
    if (!packed) { b += stepB; d += stepB; }
    b0 = packed ? v128.load(b, 32) : v128.load(b); b1 = packed ? v128.load(b, 48) : v128.load(b, 16); b2 = packed ? v128.load(d, 32) : v128.load(d); b3 = packed ? v128.load(d, 48) : v128.load(d, 16);
    x = splat0<T>(at);
    s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
    s02 = addProduct<T>(s02, x, b2); s03 = addProduct<T>(s03, x, b3);
    if (left == 2) break;

    at = <usize>load<u32>(steps, 8) + a;
    if (!packed) { b += stepB; d += stepB; }
    b0 = packed ? v128.load(b, 64) : v128.load(b); b1 = packed ? v128.load(b, 80) : v128.load(b, 16); b2 = packed ? v128.load(d, 64) : v128.load(d); b3 = packed ? v128.load(d, 80) : v128.load(d, 16);
    x = splat0<T>(at);
    s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
    s02 = addProduct<T>(s02, x, b2); s03 = addProduct<T>(s03, x, b3);
    if (left == 3) break;

    at = <usize>load<u32>(steps, 12) + a;
    if (!packed) { b += stepB; d += stepB; }
    b0 = packed ? v128.load(b, 96) : v128.load(b); b1 = packed ? v128.load(b, 112) : v128.load(b, 16); b2 = packed ? v128.load(d, 96) : v128.load(d); b3 = packed ? v128.load(d, 112) : v128.load(d, 16);
    x = splat0<T>(at);
    s00 = addProduct<T>(s00, x, b0); s01 = addProduct<T>(s01, x, b1);
    s02 = addProduct<T>(s02, x, b2); s03 = addProduct<T>(s03, x, b3);
    if (left == 4) break;

    left -= 4;
    steps += 16;
    b += packed ? 128 : stepB;
    d += packed ? 128 : stepB;
  }
  if (n >= 4 * vectorLength<T>()) {
    storeRow(c, s00, s01, s02, s03);
  } else {
    storeRowPart<T>(c, s00, s01, s02, s03, n);
  }
}

// One function for each tile and place of b, so that the compiler has few registers to keep track of in each.

function fourRowsPacked<T>(
  rows: i32, steps: usize, left: i32, a: usize, b: usize, c: usize, strideC: usize, n: i32, first: bool,
): void {
  tile4x2<T>(true, rows, steps, left, a, b, 0, c, strideC, n, first);
}

function fourRowsInPlace<T>(
  rows: i32, steps: usize, left: i32, a: usize, b: usize, stepB: usize, c: usize, strideC: usize, n: i32, first: bool,
): void {
  tile4x2<T>(false, rows, steps, left, a, b, stepB, c, strideC, n, first);
}

function fourRowsOfOnePacked<T>(
  rows: i32, steps: usize, left: i32, a: usize, b: usize, c: usize, strideC: usize, n: i32, first: bool,
): void {
  tile4x1<T>(true, rows, steps, left, a, b, 0, c, strideC, n, first);
}

function fourRowsOfOneInPlace<T>(
  rows: i32, steps: usize, left: i32, a: usize, b: usize, stepB: usize, c: usize, strideC: usize, n: i32, first: bool,
): void {
  tile4x1<T>(false, rows, steps, left, a, b, stepB, c, strideC, n, first);
}

function fourRowsOfFourPacked<T>(
  rows: i32, steps: usize, left: i32, a: usize, b: usize, c: usize, strideC: usize, n: i32, first: bool,
): void {
  tile4x4<T>(true, rows, steps, left, a, b, 0, c, strideC, n, first);
}

function fourRowsOfFourInPlace<T>(
  rows: i32, steps: usize, left: i32, a: usize, b: usize, stepB: usize, c: usize, strideC: usize, n: i32, first: bool,
): void {
  tile4x4<T>(false, rows, steps, left, a, b, stepB, c, strideC, n, first);
}

function threeRowsPacked<T>(
  steps: usize, left: i32, a: usize, b: usize, c: usize, strideC: usize, n: i32, first: bool,
): void {
  tile3x2<T>(true, steps, left, a, b, 0, c, strideC, n, first);
}

function threeRowsInPlace<T>(
  steps: usize, left: i32, a: usize, b: usize, stepB: usize, c: usize, strideC: usize, n: i32, first: bool,
): void {
  tile3x2<T>(false, steps, left, a, b, stepB, c, strideC, n, first);
}

function twoRowsPacked<T>(
  steps: usize, left: i32, a: usize, b: usize, panelB: usize, c: usize, strideC: usize, n: i32, first: bool,
): void {
  tile2x4<T>(true, steps, left, a, b, 0, panelB, c, strideC, n, first);
}

function twoRowsInPlace<T>(
  steps: usize, left: i32, a: usize, b: usize, stepB: usize, c: usize, strideC: usize, n: i32, first: bool,
): void {
  tile2x4<T>(false, steps, left, a, b, stepB, 0, c, strideC, n, first);
}

function oneRowPacked<T>(
  steps: usize, left: i32, a: usize, b: usize, panelB: usize, c: usize, strideC: usize, n: i32, first: bool,
): void {
  tile1x4<T>(true, steps, left, a, b, 0, panelB, c, strideC, n, first);
}

function oneRowInPlace<T>(
  steps: usize, left: i32, a: usize, b: usize, stepB: usize, c: usize, strideC: usize, n: i32, first: bool,
): void {
  tile1x4<T>(false, steps, left, a, b, stepB, 0, c, strideC, n, first);
}

/** A tile of up to four rows and one panel, of which `n` columns count. `isPacked`: else stepB counts. */
export function tileOfPanel<T>(
  isPacked: bool, rows: i32, steps: usize, depth: i32, a: usize, b: usize, stepB: usize, c: usize, strideC: usize, n: i32, first: bool,
): void {
  const half = (PANEL_VECTORS / 2) * vectorLength<T>();
  if (WIDE) {
    if (n > half) {
      if (isPacked) fourRowsOfFourPacked<T>(rows, steps, depth, a, b, c, strideC, n, first);
      else fourRowsOfFourInPlace<T>(rows, steps, depth, a, b, stepB, c, strideC, n, first);
    } else if (isPacked) fourRowsPacked<T>(rows, steps, depth, a, b, c, strideC, n, first);
    else fourRowsInPlace<T>(rows, steps, depth, a, b, stepB, c, strideC, n, first);
  } else if (n <= half) {
    if (isPacked) fourRowsOfOnePacked<T>(rows, steps, depth, a, b, c, strideC, n, first);
    else fourRowsOfOneInPlace<T>(rows, steps, depth, a, b, stepB, c, strideC, n, first);
  } else if (rows == 3) {
    if (isPacked) threeRowsPacked<T>(steps, depth, a, b, c, strideC, n, first);
    else threeRowsInPlace<T>(steps, depth, a, b, stepB, c, strideC, n, first);
  } else if (isPacked) fourRowsPacked<T>(rows, steps, depth, a, b, c, strideC, n, first);
  else fourRowsInPlace<T>(rows, steps, depth, a, b, stepB, c, strideC, n, first);
}

/** A tile of one or two rows and two panels, `panelB` apart where they are packed. Not in the wide build. */
export function tileOfTwoPanels<T>(
  isPacked: bool, rows: i32, steps: usize, depth: i32, a: usize, b: usize, stepB: usize, panelB: usize, c: usize, strideC: usize,
  n: i32, first: bool,
): void {
  if (rows == 1) {
    if (isPacked) oneRowPacked<T>(steps, depth, a, b, panelB, c, strideC, n, first);
    else oneRowInPlace<T>(steps, depth, a, b, stepB, c, strideC, n, first);
  } else if (isPacked) twoRowsPacked<T>(steps, depth, a, b, panelB, c, strideC, n, first);
  else twoRowsInPlace<T>(steps, depth, a, b, stepB, c, strideC, n, first);
}
