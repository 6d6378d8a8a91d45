// What the micro-kernels do to one vector, and how many of them go side by side.

/** Vectors of a panel of b: as many as a tile of c has columns of. What is left over may be a panel of half as many. */
@inline
export const PANEL_VECTORS: i32 = WIDE ? 4 : 2;

/** sum + x·y, rounded twice; in the relaxed build once, where the processor multiplies and adds in one instruction. */
@inline
export function addProduct<T>(sum: v128, x: v128, y: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_madd<T>(x, y, sum);
  return v128.add<T>(sum, v128.mul<T>(x, y));
}

@inline
export function splat0<T>(p: usize): v128 {
  return v128.load_splat<T>(p);
}
@inline
export function splat1<T>(p: usize): v128 {
  return v128.load_splat<T>(p, sizeof<T>());
}
@inline
export function splat2<T>(p: usize): v128 {
  return v128.load_splat<T>(p, 2 * sizeof<T>());
}
@inline
export function splat3<T>(p: usize): v128 {
  return v128.load_splat<T>(p, 3 * sizeof<T>());
}
@inline
export function splat4<T>(p: usize): v128 {
  return v128.load_splat<T>(p, 4 * sizeof<T>());
}
