// x^p for one p, in every lane of the vector `p`.

import { exp } from "../math/exp";
import { log } from "../math/log";

/** For a whole p: squares multiplied, those of the lowest bits of |p| first, from 1; where p < 0, 1 divided by that. */
@inline
export function powerWhole<T>(x: v128, p: v128): v128 {
  const exponent = <i32>v128.extract_lane<T>(p, 0);
  let result = v128.splat<T>(<T>1);
  let square = x;
  for (let bits = abs(exponent); bits > 0; bits >>= 1) {
    if (bits & 1) result = v128.mul<T>(result, square);
    square = v128.mul<T>(square, square);
  }
  return exponent < 0 ? v128.div<T>(v128.splat<T>(<T>1), result) : result;
}

/**
 * e^(p·log x), for float32 in float64, rounded at the end. In float32 within 1 ULP, in float64 within |p·log x| + 3 ULP. NaN below 0; 0, 1
 * and Infinity as they come out of it: x = 0 gives 0 for p > 0 and Infinity for p < 0.
 */
@inline
export function powerReal<T>(x: v128, p: v128): v128 {
  if (sizeof<T>() == 8) return exp<f64>(f64x2.mul(p, log<f64>(x)));
  const wide = f64x2.promote_low_f32x4(p);
  const low = exp<f64>(f64x2.mul(wide, log<f64>(f64x2.promote_low_f32x4(x))));
  const high = exp<f64>(f64x2.mul(wide, log<f64>(f64x2.promote_low_f32x4(i64x2.shuffle(x, x, 1, 0)))));
  return i64x2.shuffle(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}
