// The few vector idioms that the functions of this folder share, for T = f32 (four lanes) and T = f64 (two).

/** A constant in every lane, rounded to T. */
// @ts-expect-error: decorator
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
// @ts-expect-error: decorator
@inline
export function ln2High<T>(): v128 {
  return constant<T>(sizeof<T>() == 4 ? 0.693145751953125 : 0.6931471803691238);
}

// @ts-expect-error: decorator
@inline
export function ln2Low<T>(): v128 {
  return constant<T>(sizeof<T>() == 4 ? 1.42860676533018704503775e-6 : 1.9082149292705877e-10);
}

/**
 * P(r²), where r·coth(r/2) = 2 + P(r²), for |r| ≤ 0.35. Hence exp(r) = (2 + P + r) / (2 + P − r). An even function needs half
 * the coefficients of a polynomial for exp. Coefficients: fdlibm e_exp.c and e_expf.c (Remez); error < 2^−27.7 and 2^−59.
 */
// @ts-expect-error: decorator
@inline
export function cothTail<T>(r: v128): v128 {
  const z = v128.mul<T>(r, r);
  let p: v128;
  if (sizeof<T>() == 4) {
    p = constant<T>(-2.7667332906275988e-3);
    p = v128.add<T>(v128.mul<T>(p, z), constant<T>(1.6666625440120697e-1));
  } else {
    p = constant<T>(4.13813679705723846039e-8);
    p = v128.add<T>(v128.mul<T>(p, z), constant<T>(-1.6533902205465252e-6));
    p = v128.add<T>(v128.mul<T>(p, z), constant<T>(6.613756321437934e-5));
    p = v128.add<T>(v128.mul<T>(p, z), constant<T>(-2.7777777777015593e-3));
    p = v128.add<T>(v128.mul<T>(p, z), constant<T>(1.6666666666666602e-1));
  }
  return v128.mul<T>(p, z);
}
