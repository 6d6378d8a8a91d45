import { constant, LOG2E, ln2High, ln2Low } from "./vector";

/**
 * e^x in every lane.
 *
 * x = n·ln 2 + r with |r| ≤ 0.35, and e^x = (1 + (e^r − 1))·2^n. Source of the method and of the coefficients: fdlibm e_exp.c, e_expf.c.
 *
 * Error < 0.92 ULP over all float32; < 0.86 ULP over 400,000 float64 (bench/ulp.ts).
 *
 * Special values: e^±0 = 1, e^Infinity = Infinity, e^−Infinity = 0, e^NaN = NaN; overflow gives Infinity, underflow a
 * denormal, rounded once, and then 0.
 */
@inline
export function exp<T>(x: v128): v128 {
  // beyond these bounds the result is Infinity or 0; in this operand order pmin and pmax keep NaN
  const a = v128.pmin<T>(x, constant<T>(sizeof<T>() == 4 ? 89 : 710));
  const b = v128.pmax<T>(a, constant<T>(sizeof<T>() == 4 ? -104 : -746));
  const n = exponent<T>(b);
  return scale<T>(v128.add<T>(constant<T>(1), fraction<T>(b, n)), n);
}

/** 1.5·2^p, p the stored bits of T's significand, plus twice T's exponent bias. */
@inline
function magic<T>(): v128 {
  return constant<T>(sizeof<T>() == 4 ? 12582912.0 + 254.0 : 6755399441055744.0 + 2046.0);
}

/**
 * n = x·log2(e) rounded to an integer, as the float magic + n: adding 1.5·2^p leaves no bits for a fraction, and n, plus twice
 * the exponent bias, stands in the low bits of the sum.
 */
@inline
export function exponent<T>(x: v128): v128 {
  return v128.add<T>(v128.mul<T>(x, constant<T>(LOG2E)), magic<T>());
}

/**
 * e^r − 1 for r = x − n·ln 2. r·coth(r/2) = 2 + P(r²) is even, so P needs half the coefficients of a polynomial for e^r; with
 * c = r − P(r²), e^r − 1 = r + r·c / (2 − c). P's error < 2^−27.7 (f32), 2^−59 (f64).
 */
@inline
export function fraction<T>(x: v128, exponent: v128): v128 {
  const n = v128.sub<T>(exponent, magic<T>());
  const high = v128.sub<T>(x, v128.mul<T>(n, ln2High<T>()));
  const low = v128.mul<T>(n, ln2Low<T>());
  const r = v128.sub<T>(high, low);
  const z = v128.mul<T>(r, r);
  let p: v128;
  if (sizeof<T>() == 4) {
    p = constant<T>(-2.7667332906275988e-3);
    p = v128.add<T>(v128.mul<T>(p, z), constant<T>(1.6666625440120697e-1));
  } else {
    p = constant<T>(4.1381367970572385e-8);
    p = v128.add<T>(v128.mul<T>(p, z), constant<T>(-1.6533902205465252e-6));
    p = v128.add<T>(v128.mul<T>(p, z), constant<T>(6.613756321437934e-5));
    p = v128.add<T>(v128.mul<T>(p, z), constant<T>(-2.7777777777015593e-3));
    p = v128.add<T>(v128.mul<T>(p, z), constant<T>(1.6666666666666602e-1));
  }
  const c = v128.sub<T>(r, v128.mul<T>(p, z));
  const quotient = v128.div<T>(v128.mul<T>(r, c), v128.sub<T>(constant<T>(2), c));
  return v128.add<T>(v128.sub<T>(quotient, low), high);
}

/**
 * y·2^n. The factor is multiplied in as two halves, neither of which over- or underflows by itself; only the last product
 * rounds, and only where the result is a denormal.
 */
@inline
export function scale<T>(y: v128, exponent: v128): v128 {
  let half: v128, rest: v128;
  if (sizeof<T>() == 4) {
    half = v128.shr<u32>(exponent, 1);
    rest = v128.shl<u32>(v128.sub<u32>(exponent, half), 23);
    half = v128.shl<u32>(half, 23);
  } else {
    half = v128.shr<u64>(exponent, 1);
    rest = v128.shl<u64>(v128.sub<u64>(exponent, half), 52);
    half = v128.shl<u64>(half, 52);
  }
  return v128.mul<T>(v128.mul<T>(y, half), rest);
}
