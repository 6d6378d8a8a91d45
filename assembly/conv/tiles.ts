// Products of tables of places and panels: tiles over all columns.

import { PANEL_VECTORS } from "../gemm/vectors";
import { vectorLength } from "../memory";
import { tiles5x1, tiles5x2 } from "./tiles-of-five";
import { tiles4x1, tiles4x2 } from "./tiles-of-four";
import { tiles4x4 } from "./wide";

/**
 * c[places, n] = (or, unless `first`, +=) a[places, depth]·b[depth, n], of which the segments have `depth` steps in all; then the bias, which is
 * optional, and where `isRelu` max(0, …).
 */
@inline
function panelsOf<T>(
  five: bool, byRows: bool, places: usize, placesEnd: usize, stepA: usize, segments: usize, segmentsEnd: usize,
  b: usize, n: i32, depth: i32, first: bool, bias: usize, isRelu: bool,
): void {
  const panel = PANEL_VECTORS * vectorLength<T>();
  const panelBytes: usize = 16 * PANEL_VECTORS;
  let offset: usize = 0;
  for (; n > panel / 2; n -= panel) {
    if (WIDE) {
      tiles4x4<T>(byRows, places, placesEnd, stepA, segments, segmentsEnd, b, offset, n, first, bias, isRelu);
    } else if (five) {
      tiles5x2<T>(byRows, places, placesEnd, stepA, segments, segmentsEnd, b, offset, n, first, bias, isRelu);
    } else {
      tiles4x2<T>(byRows, places, placesEnd, stepA, segments, segmentsEnd, b, offset, n, first, bias, isRelu);
    }
    b += <usize>depth * panelBytes;
    offset += panelBytes;
    if (bias) bias += panelBytes;
  }
  if (n <= 0) return;
  if (WIDE) {
    tiles4x2<T>(byRows, places, placesEnd, stepA, segments, segmentsEnd, b, offset, n, first, bias, isRelu);
  } else if (five) {
    tiles5x1<T>(byRows, places, placesEnd, stepA, segments, segmentsEnd, b, offset, n, first, bias, isRelu);
  } else {
    tiles4x1<T>(byRows, places, placesEnd, stepA, segments, segmentsEnd, b, offset, n, first, bias, isRelu);
  }
}

// One function for each layout, so that the compiler has few registers to keep track of in each.

/** Four places together, whose steps are side by side. */
export function foursByRows<T>(
  places: usize, placesEnd: usize, segments: usize, segmentsEnd: usize,
  b: usize, n: i32, depth: i32, first: bool, bias: usize, isRelu: bool,
): void {
  panelsOf<T>(false, true, places, placesEnd, 0, segments, segmentsEnd, b, n, depth, first, bias, isRelu);
}

/** Four places together, which are side by side, steps stepA apart. */
export function foursByColumns<T>(
  places: usize, placesEnd: usize, stepA: usize, segments: usize, segmentsEnd: usize, b: usize, n: i32, depth: i32, first: bool,
): void {
  panelsOf<T>(false, false, places, placesEnd, stepA, segments, segmentsEnd, b, n, depth, first, 0, false);
}

/** Five places together, not in the wide build. */
export function fivesByRows<T>(
  places: usize, placesEnd: usize, segments: usize, segmentsEnd: usize, b: usize, n: i32, depth: i32, first: bool,
): void {
  panelsOf<T>(true, true, places, placesEnd, 0, segments, segmentsEnd, b, n, depth, first, 0, false);
}

/** The same by columns. */
export function fivesByColumns<T>(
  places: usize, placesEnd: usize, stepA: usize, segments: usize, segmentsEnd: usize, b: usize, n: i32, depth: i32, first: bool,
): void {
  panelsOf<T>(true, false, places, placesEnd, stepA, segments, segmentsEnd, b, n, depth, first, 0, false);
}
