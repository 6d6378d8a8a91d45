// The module's exports: run a program, or one instruction of it, serve as another lane, and where memory may be used from.

import { LANE_BYTES, MOST_LANES } from "./blocks";
import { lanesBlock } from "./lanes";

export { execute } from "./execute";
export { lanesBlock, serve } from "./lanes";
export { run } from "./program";

/** The first address past the module's own data (the texts of its assertions, and the lanes' block). */
export function heapBase(): usize {
  return lanesBlock() + MOST_LANES * LANE_BYTES;
}

/** Whether this is the relaxed build, whose matmul gives other bits on other processors. */
export function relaxed(): bool {
  return ASC_FEATURE_RELAXED_SIMD;
}
