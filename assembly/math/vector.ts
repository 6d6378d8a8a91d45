// The few vector idioms that the functions of this folder share, for T = f32 (four lanes) and T = f64 (two).

/** A constant in every lane, rounded to T. */
@inline
export function constant<T>(value: f64): v128 {
  return v128.splat<T>(<T>value);
}

/** log2(e) */
export const LOG2E: f64 = 1.4426950408889634;

/**
 * ln 2 = high + low, as in fdlibm: `high` has so few significant bits (15 for f32, 32 for f64) that n·high is exact for every
 * exponent n, so reducing an argument by n·ln 2 costs one rounding.
 */
@inline
export function ln2High<T>(): v128 {
  return constant<T>(sizeof<T>() == 4 ? 0.693145751953125 : 0.6931471803691238);
}

@inline
export function ln2Low<T>(): v128 {
  return constant<T>(sizeof<T>() == 4 ? 1.428606765330187e-6 : 1.9082149292705877e-10);
}
