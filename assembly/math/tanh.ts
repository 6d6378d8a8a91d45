import { constant, LOG2E, ln2High, ln2Low } from "./vector";

/**
 * Hyperbolic tangent in every lane.
 *
 * h·coth(h) = K(h²) is even and close to 1. Where tanh |x| < ½, it is h / K with h = |x|. Above, |x| = n·½ln 2 + h with |h| ≤ 0.18 and
 * s = 2^−n, so e^(−2|x|) = s·(K − h) / (K + h), and
 *
 *     tanh |x| = 1 − 2·e^(−2|x|) / (1 + e^(−2|x|)) = 1 − 2s·(K − h) / (K·(1 + s) + h·(1 − s)).
 *
 * With n = 0 that denominator is 2K, so one division serves both. K's coefficients: Remez on |h| ≤ 0.556, error < 2^−32 (f32), 2^−61 (f64).
 *
 * Error < 1.60 ULP over all float32; < 1.73 ULP over 400,000 float64 (bench/ulp.ts).
 *
 * Special values: tanh ±0 = ±0, tanh ±Infinity = ±1, tanh NaN = NaN; tanh is odd, and a denormal is its own tanh.
 */
@inline
export function tanh<T>(x: v128): v128 {
  // tanh rounds to 1 from 9.02 (f32) and 19.07 (f64) on; in this operand order pmin keeps NaN
  const a = v128.pmin<T>(v128.abs<T>(x), constant<T>(sizeof<T>() == 4 ? 10 : 20));
  const small = v128.lt<T>(a, constant<T>(0.5493061443340549)); // artanh ½

  // 1.5·2^p plus the exponent's bias: rounds, and leaves the biased exponent of s in the low bits (see `exponent` in exp.ts)
  const magic = constant<T>(sizeof<T>() == 4 ? 12582912.0 + 127.0 : 6755399441055744.0 + 1023.0);
  const exponent = v128.sub<T>(magic, v128.andnot(v128.mul<T>(a, constant<T>(2 * LOG2E)), small));
  const s = sizeof<T>() == 4 ? v128.shl<u32>(exponent, 23) : v128.shl<u64>(exponent, 52);
  const n = v128.mul<T>(v128.sub<T>(magic, exponent), constant<T>(0.5));
  const h = v128.sub<T>(v128.sub<T>(a, v128.mul<T>(n, ln2High<T>())), v128.mul<T>(n, ln2Low<T>()));

  const z = v128.mul<T>(h, h);
  let k: v128; // K − 1
  if (sizeof<T>() == 4) {
    k = constant<T>(-0.00019628720474429429);
    k = v128.add<T>(v128.mul<T>(k, z), constant<T>(0.0021124740596860647));
    k = v128.add<T>(v128.mul<T>(k, z), constant<T>(-0.022221822291612625));
    k = v128.add<T>(v128.mul<T>(k, z), constant<T>(0.3333333134651184));
  } else {
    k = constant<T>(-1.9341162831204872e-8);
    k = v128.add<T>(v128.mul<T>(k, z), constant<T>(2.1765109209309883e-7));
    k = v128.add<T>(v128.mul<T>(k, z), constant<T>(-2.1639136249259684e-6));
    k = v128.add<T>(v128.mul<T>(k, z), constant<T>(2.137771186128117e-5));
    k = v128.add<T>(v128.mul<T>(k, z), constant<T>(-0.00021164020256613585));
    k = v128.add<T>(v128.mul<T>(k, z), constant<T>(0.0021164021158795528));
    k = v128.add<T>(v128.mul<T>(k, z), constant<T>(-0.02222222222220766));
    k = v128.add<T>(v128.mul<T>(k, z), constant<T>(0.3333333333333332));
  }
  k = v128.mul<T>(k, z);

  const one = constant<T>(1);
  const sum = v128.add<T>(one, s);
  const difference = v128.sub<T>(one, s);
  const denominator = v128.add<T>(sum, v128.add<T>(v128.mul<T>(k, sum), v128.mul<T>(h, difference)));
  const e = v128.mul<T>(v128.add<T>(s, s), v128.add<T>(one, v128.sub<T>(k, h)));
  const quotient = v128.div<T>(v128.bitselect(v128.add<T>(h, h), e, small), denominator);
  const y = v128.bitselect(quotient, v128.sub<T>(one, quotient), small);
  return v128.or(y, v128.and(x, constant<T>(-0.0)));
}
