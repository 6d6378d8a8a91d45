// Copies parts of the operands into panels that the micro-kernels read from end to end.

import { vectorLength } from "../memory";
import { PANEL_VECTORS } from "./vectors";

/**
 * b[k, n] (row-major, `stride` bytes between rows) into panels of PANEL_VECTORS, [k, panel] each; if what is left over fits half of one,
 * the last panel is of half as many. Reads past the end of a row, by less than a panel.
 */
export function packB<T>(out: usize, b: usize, stride: usize, n: i32, k: i32): void {
  const length = vectorLength<T>();
  const panel = <usize>k * 16 * PANEL_VECTORS;
  // Two whole cache lines of each row at a time, since a row's neighbours may lie in other pages.
  for (; n > 7 * length; n -= 8 * length) {
    let from = b;
    let to = out;
    for (let left = k; left > 0; left--) {
      copyPair(to, from);
      if (WIDE) {
        copyPair(to + 32, from + 32);
        copyPair(to + panel, from + 64);
        copyPair(to + panel + 32, from + 96);
      } else {
        copyPair(to + panel, from + 32);
        copyPair(to + 2 * panel, from + 64);
        copyPair(to + 3 * panel, from + 96);
      }
      from += stride;
      to += 16 * PANEL_VECTORS;
    }
    b += 128;
    out += (8 / PANEL_VECTORS) * panel;
  }
  for (; n > (PANEL_VECTORS / 2) * length; n -= PANEL_VECTORS * length) {
    let from = b;
    for (let left = k; left > 0; left--) {
      copyPair(out, from);
      if (WIDE) copyPair(out + 32, from + 32);
      from += stride;
      out += 16 * PANEL_VECTORS;
    }
    b += 16 * PANEL_VECTORS;
  }
  if (n > 0) {
    for (let left = k; left > 0; left--) {
      if (WIDE) copyPair(out, b);
      else v128.store(out, v128.load(b));
      b += stride;
      out += 8 * PANEL_VECTORS;
    }
  }
}

@inline
function copyPair(to: usize, from: usize): void {
  v128.store(to, v128.load(from, 16), 16);
  v128.store(to, v128.load(from));
}

/** The same panels of b stored transposed, [n, k]: blocks of one vector of columns are transposed in registers. */
export function packTransposedB<T>(out: usize, b: usize, stride: usize, n: i32, k: i32): void {
  const length = vectorLength<T>();
  const whole: usize = 16 * PANEL_VECTORS;
  while (n > 0) {
    const panel: usize = n > (PANEL_VECTORS / 2) * length ? whole : whole / 2;
    for (let column: usize = 0; column < panel && n > 0; column += 16) {
      if (sizeof<T>() == 4) transpose4(out + column, panel, b, stride, min(n, 4), k);
      else transpose2(out + column, panel, b, stride, min(n, 2), k);
      b += stride * length;
      n -= length;
    }
    out += panel * k;
  }
}

/** out[j, 0…3] (`step` bytes apart) = rows 0…3 of `a` at j, for j < k; fewer than four `rows` repeat the last. */
export function transpose4(out: usize, step: usize, a: usize, stride: usize, rows: i32, k: i32): void {
  let a1 = rows > 1 ? a + stride : a;
  let a2 = rows > 2 ? a1 + stride : a1;
  let a3 = rows > 3 ? a2 + stride : a2;
  for (; k > 0; k -= 4) {
    const r0 = v128.load(a),
      r1 = v128.load(a1),
      r2 = v128.load(a2),
      r3 = v128.load(a3);
    const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
    const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
    const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
    const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
    v128.store(out, v128.shuffle<f64>(low01, low23, 0, 2));
    if (k > 1) v128.store(out + step, v128.shuffle<f64>(low01, low23, 1, 3));
    if (k > 2) v128.store(out + 2 * step, v128.shuffle<f64>(high01, high23, 0, 2));
    if (k > 3) v128.store(out + 3 * step, v128.shuffle<f64>(high01, high23, 1, 3));
    a += 16;
    a1 += 16;
    a2 += 16;
    a3 += 16;
    out += 4 * step;
  }
}

/** transpose4 for float64: out[j, 0…1] = rows 0…1 of `a` at j. */
export function transpose2(out: usize, step: usize, a: usize, stride: usize, rows: i32, k: i32): void {
  let a1 = rows > 1 ? a + stride : a;
  for (; k > 0; k -= 2) {
    const r0 = v128.load(a),
      r1 = v128.load(a1);
    v128.store(out, v128.shuffle<f64>(r0, r1, 0, 2));
    if (k > 1) v128.store(out + step, v128.shuffle<f64>(r0, r1, 1, 3));
    a += 16;
    a1 += 16;
    out += 2 * step;
  }
}

/**
 * Sixteen rows of a, stored transposed as [k, 16…] (`stride` bytes between steps of k), into panels of four rows, [k, 4] each;
 * reads whole cache lines, past the end of a step where fewer than sixteen rows are left.
 */
export function packTransposedA<T>(out: usize, a: usize, stride: usize, m: i32, k: i32): void {
  const panel = <usize>k * 4 * sizeof<T>();
  for (let half = 0; half < m; half += 64 / sizeof<T>()) {
    let from = a;
    let to = out;
    for (let left = k; left > 0; left--) {
      if (sizeof<T>() == 4) {
        v128.store(to, v128.load(from));
        v128.store(to + panel, v128.load(from, 16));
        v128.store(to + 2 * panel, v128.load(from, 32));
        v128.store(to + 3 * panel, v128.load(from, 48));
        to += 16;
      } else {
        v128.store(to, v128.load(from));
        v128.store(to, v128.load(from, 16), 16);
        v128.store(to + panel, v128.load(from, 32));
        v128.store(to + panel, v128.load(from, 48), 16);
        to += 32;
      }
      from += stride;
    }
    a += 64;
    out += (64 / sizeof<T>() / 4) * panel;
  }
}
