import { exp } from "./exp";
import { constant } from "./vector";

/**
 * The logistic function 1 / (1 + e^−x) in every lane.
 *
 * With z = e^−|x|, which never overflows: 1 / (1 + z) for x ≥ 0 and z / (1 + z) below, so a very negative x keeps its relative
 * precision down to the denormals.
 *
 * Special values: sigmoid ±0 = ½, sigmoid Infinity = 1, sigmoid −Infinity = 0, sigmoid NaN = NaN.
 */
// @ts-expect-error: decorator
@inline
export function sigmoid<T>(x: v128): v128 {
  const one = constant<T>(1);
  const z = exp<T>(v128.or(x, constant<T>(-0.0)));
  const numerator = v128.bitselect(one, z, v128.ge<T>(x, constant<T>(0)));
  return v128.div<T>(numerator, v128.add<T>(one, z));
}
