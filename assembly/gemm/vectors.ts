// What the micro-kernels do to one vector.

/** sum + x·y, rounded twice; in the relaxed build once, where the processor multiplies and adds in one instruction. */
@inline
export function addProduct<T>(sum: v128, x: v128, y: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_madd<T>(x, y, sum);
  return v128.add<T>(sum, v128.mul<T>(x, y));
}
