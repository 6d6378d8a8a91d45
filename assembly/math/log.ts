import { constant } from "./vector";

/**
 * Natural logarithm in every lane.
 *
 * x = 2^k·m with m in [√½, √2), f = m − 1, s = f / (2 + f): log m = 2·atanh(s) = f − ½f² + s·(½f² + R(s²)), R a polynomial with
 * coefficients from fdlibm e_log.c and e_logf.c (Remez). A denormal is first scaled into the normal range. The exponent,
 * put into the low bits of 2^p (p the stored bits of the significand), becomes a float by one subtraction.
 *
 * Error < 0.85 ULP over all float32; < 0.81 ULP over 400,000 float64 (bench/ulp.ts).
 *
 * Special values: log ±0 = −Infinity, log x = NaN for x < 0, log Infinity = Infinity, log NaN = NaN, log 1 = +0.
 */
@inline
export function log<T>(x: v128): v128 {
  const denormal = v128.lt<T>(x, constant<T>(sizeof<T>() == 4 ? 1.1754943508222875e-38 : 2.2250738585072014e-308));
  let m: v128, k: v128;
  if (sizeof<T>() == 4) {
    const scaled = v128.bitselect(v128.mul<T>(x, constant<T>(16777216)), x, denormal); // 2^24
    const bits = v128.add<u32>(scaled, v128.splat<u32>(0x3f800000 - 0x3f3504f3));
    m = v128.add<u32>(v128.and(bits, v128.splat<u32>(0x007fffff)), v128.splat<u32>(0x3f3504f3));
    k = v128.or(v128.shr<u32>(bits, 23), constant<T>(8388608)); // 2^23
    k = v128.sub<T>(k, v128.bitselect(constant<T>(8388608 + 127 + 24), constant<T>(8388608 + 127), denormal));
  } else {
    const scaled = v128.bitselect(v128.mul<T>(x, constant<T>(18014398509481984)), x, denormal); // 2^54
    const bits = v128.add<u64>(scaled, v128.splat<u64>(0x3ff0000000000000 - 0x3fe6a09e00000000));
    m = v128.add<u64>(v128.and(bits, v128.splat<u64>(0x000fffffffffffff)), v128.splat<u64>(0x3fe6a09e00000000));
    k = v128.or(v128.shr<u64>(bits, 52), constant<T>(4503599627370496)); // 2^52
    k = v128.sub<T>(
      k,
      v128.bitselect(constant<T>(4503599627370496 + 1023 + 54), constant<T>(4503599627370496 + 1023), denormal),
    );
  }

  const f = v128.sub<T>(m, constant<T>(1));
  const s = v128.div<T>(f, v128.add<T>(f, constant<T>(2)));
  const z = v128.mul<T>(s, s);
  let p: v128;
  if (sizeof<T>() == 4) {
    p = constant<T>(0.24279078841209412);
    p = v128.add<T>(v128.mul<T>(p, z), constant<T>(0.2849878668785095));
    p = v128.add<T>(v128.mul<T>(p, z), constant<T>(0.40000972151756287));
    p = v128.add<T>(v128.mul<T>(p, z), constant<T>(0.6666666269302368));
  } else {
    p = constant<T>(0.14798198605116586);
    p = v128.add<T>(v128.mul<T>(p, z), constant<T>(0.15313837699209373));
    p = v128.add<T>(v128.mul<T>(p, z), constant<T>(0.1818357216161805));
    p = v128.add<T>(v128.mul<T>(p, z), constant<T>(0.22222198432149784));
    p = v128.add<T>(v128.mul<T>(p, z), constant<T>(0.2857142874366239));
    p = v128.add<T>(v128.mul<T>(p, z), constant<T>(0.3999999999940942));
    p = v128.add<T>(v128.mul<T>(p, z), constant<T>(0.6666666666666735));
  }
  const halfSquare = v128.mul<T>(v128.mul<T>(f, f), constant<T>(0.5));
  // k·ln 2 in two parts, the first exact
  const high = v128.mul<T>(k, constant<T>(sizeof<T>() == 4 ? 0.693138122558594 : 0.6931471803691238));
  const low = v128.mul<T>(k, constant<T>(sizeof<T>() == 4 ? 9.05800061445916e-6 : 1.9082149292705877e-10));
  const small = v128.add<T>(v128.mul<T>(s, v128.add<T>(halfSquare, v128.mul<T>(p, z))), low);
  let y = v128.add<T>(v128.sub<T>(f, v128.sub<T>(halfSquare, small)), high);

  const zero = constant<T>(0);
  y = v128.bitselect(y, x, v128.lt<T>(x, constant<T>(Infinity))); // Infinity and NaN: themselves
  y = v128.bitselect(constant<T>(-Infinity), y, v128.eq<T>(x, zero));
  return v128.or(y, v128.lt<T>(x, zero)); // all bits set: NaN
}

/**
 * log(1 + x) in every lane, for x from 0 to 1, good for small x too: with w = 1 + x as it is rounded, log w·(x / (w − 1)) makes up for
 * the rounding, as log w / (w − 1) hardly changes near w; where w is 1, the logarithm is x (Kahan; Goldberg 1991, theorem 4).
 *
 * Error < 2.4 ULP over 4 million float32, < 2.1 ULP over as many float64, against `Math.log1p`. NaN stays NaN.
 */
@inline
export function log1p<T>(x: v128): v128 {
  const one = constant<T>(1);
  const w = v128.add<T>(one, x);
  const y = v128.div<T>(v128.mul<T>(log<T>(w), x), v128.sub<T>(w, one));
  return v128.bitselect(x, y, v128.eq<T>(w, one));
}
