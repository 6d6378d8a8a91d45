// Products of tables of places and panels: tiles over all columns.

import { PANEL_VECTORS } from "../gemm/vectors";
import { vectorLength } from "../memory";
import { tiles4x1, tiles4x2 } from "./patch-tiles";
import { tiles4x4 } from "./wide";

/**
 * c[places, n] = (or, unless `first`, +=) a[places, depth]·b[depth, n], of which the segments have `depth` steps in all; then the bias, which is
 * optional, and where `isRelu` max(0, …).
 */
export function tiles<T>(
  places: usize, placesEnd: usize, segments: usize, segmentsEnd: usize,
  b: usize, n: i32, depth: i32, first: bool, bias: usize, isRelu: bool,
): void {
  const panel = PANEL_VECTORS * vectorLength<T>();
  const panelBytes: usize = 16 * PANEL_VECTORS;
  let offset: usize = 0;
  for (; n > panel / 2; n -= panel) {
    if (WIDE) tiles4x4<T>(places, placesEnd, segments, segmentsEnd, b, offset, n, first, bias, isRelu);
    else tiles4x2<T>(places, placesEnd, segments, segmentsEnd, b, offset, n, first, bias, isRelu);
    b += <usize>depth * panelBytes;
    offset += panelBytes;
    if (bias) bias += panelBytes;
  }
  if (n <= 0) return;
  if (WIDE) tiles4x2<T>(places, placesEnd, segments, segmentsEnd, b, offset, n, first, bias, isRelu);
  else tiles4x1<T>(places, placesEnd, segments, segmentsEnd, b, offset, n, first, bias, isRelu);
}
