// Packs the weight of an input gradient: for the product over patches of the output's gradient its kernel is turned around, and its
// channels change places.

import { transpose2, transpose4 } from "../gemm/pack";
import { PANEL_VECTORS } from "../gemm/vectors";
import { vectorLength } from "../memory";

/**
 * b stored transposed, [n, k] (`stride` bytes between rows), into rows `at`…`at + k` of the panels of gemm/pack.ts, which have `depth` rows.
 */
export function packTransposed<T>(out: usize, depth: i32, at: i32, b: usize, stride: usize, n: i32, k: i32): void {
  const length = vectorLength<T>();
  const whole: usize = 16 * PANEL_VECTORS;
  while (n > 0) {
    const panel: usize = n > (PANEL_VECTORS / 2) * length ? whole : whole / 2;
    const rows = out + <usize>at * panel;
    for (let column: usize = 0; column < panel && n > 0; column += 16) {
      if (sizeof<T>() == 4) transpose4(rows + column, panel, b, stride, min(n, 4), k);
      else transpose2(rows + column, panel, b, stride, min(n, 2), k);
      b += stride * length;
      n -= length;
    }
    out += panel * <usize>depth;
  }
}
