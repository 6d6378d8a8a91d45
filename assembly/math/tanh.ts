import { constant, cothTail, LOG2E, ln2High, ln2Low } from "./vector";

/**
 * Hyperbolic tangent in every lane.
 *
 * 2|x| = n·ln 2 + r and s = 2^−n, so e^(−2|x|) = s·(R − r) / (R + r) with R = r·coth(r/2) = 2 + P(r²) (see `cothTail`), and
 *
 *     tanh |x| = (1 − e^(−2|x|)) / (1 + e^(−2|x|)) = (R·(1 − s) + r·(1 + s)) / (R·(1 + s) + r·(1 − s)):
 *
 * one division, no cancellation near 0 (there s = 1 and this is 2r / 2R), no separate branch.
 *
 * Special values: tanh ±0 = ±0, tanh ±Infinity = ±1, tanh NaN = NaN; tanh is odd, and a denormal is its own tanh.
 */
// @ts-expect-error: decorator
@inline
export function tanh<T>(x: v128): v128 {
  // tanh rounds to 1 from 9.02 (f32) and 19.07 (f64) on; in this operand order pmin keeps NaN
  const a = v128.pmin<T>(v128.abs<T>(x), constant<T>(sizeof<T>() == 4 ? 10 : 20));
  const y = v128.add<T>(a, a);

  // 1.5·2^p plus the exponent's bias: rounds, and leaves the biased exponent of s in the low bits
  const magic = constant<T>(sizeof<T>() == 4 ? 12582912.0 + 127.0 : 6755399441055744.0 + 1023.0);
  const biased = v128.sub<T>(magic, v128.mul<T>(y, constant<T>(LOG2E)));
  const minusN = v128.sub<T>(biased, magic);
  const r = v128.add<T>(v128.add<T>(y, v128.mul<T>(minusN, ln2High<T>())), v128.mul<T>(minusN, ln2Low<T>()));
  const s = sizeof<T>() == 4 ? v128.shl<u32>(biased, 23) : v128.shl<u64>(biased, 52);

  const p = cothTail<T>(r);
  const one = constant<T>(1);
  const d = v128.sub<T>(one, s);
  const e = v128.add<T>(one, s);
  // 2·d and 2·e first hold what is exact; the small terms join last
  const numerator = v128.add<T>(v128.add<T>(d, d), v128.add<T>(v128.mul<T>(p, d), v128.mul<T>(r, e)));
  const denominator = v128.add<T>(v128.add<T>(e, e), v128.add<T>(v128.mul<T>(p, e), v128.mul<T>(r, d)));
  return v128.or(v128.div<T>(numerator, denominator), v128.and(x, constant<T>(-0.0)));
}
