// The core's exports: run a program, or one instruction of it, and serve as another lane.

export { execute } from "./execute";
export { serve } from "./lanes";
export { run } from "./program";

/** Whether this is the relaxed build, whose matmul gives other bits on other processors. */
export function relaxed(): bool {
  return ASC_FEATURE_RELAXED_SIMD;
}
