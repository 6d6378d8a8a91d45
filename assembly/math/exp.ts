import { constant, cothTail, LOG2E, ln2High, ln2Low } from "./vector";

/**
 * e^x in every lane.
 *
 * x = n·ln 2 + r with |r| ≤ 0.35; e^r = 1 + r + r·c / (2 − c), where c = r − P(r²) (see `cothTail`; fdlibm e_exp.c).
 * Adding 1.5·2^p (p the stored bits of the significand) rounds x·log2(e) to an integer and leaves it in the low bits of the sum,
 * so 2^n costs two shifts. It is multiplied in as two halves: neither over- nor underflows by itself, and only the last
 * product rounds, which makes gradual underflow right.
 *
 * Special values: e^±0 = 1, e^Infinity = Infinity, e^−Infinity = 0, e^NaN = NaN; overflow gives Infinity, underflow a denormal, then 0.
 */
// @ts-expect-error: decorator
@inline
export function exp<T>(x: v128): v128 {
  // beyond these bounds the result is Infinity or 0; in this operand order pmin and pmax keep NaN
  x = v128.pmin<T>(x, constant<T>(sizeof<T>() == 4 ? 89 : 710));
  x = v128.pmax<T>(x, constant<T>(sizeof<T>() == 4 ? -104 : -746));

  // 1.5·2^p plus twice the exponent's bias
  const magic = constant<T>(sizeof<T>() == 4 ? 12582912.0 + 254.0 : 6755399441055744.0 + 2046.0);
  const biased = v128.add<T>(v128.mul<T>(x, constant<T>(LOG2E)), magic);
  const n = v128.sub<T>(biased, magic);
  const high = v128.sub<T>(x, v128.mul<T>(n, ln2High<T>()));
  const low = v128.mul<T>(n, ln2Low<T>());
  const r = v128.sub<T>(high, low);

  const c = v128.sub<T>(r, cothTail<T>(r));
  const quotient = v128.div<T>(v128.mul<T>(r, c), v128.sub<T>(constant<T>(2), c));
  const power = v128.add<T>(v128.add<T>(v128.sub<T>(quotient, low), high), constant<T>(1));

  let half: v128, rest: v128;
  if (sizeof<T>() == 4) {
    half = v128.shr<u32>(biased, 1);
    rest = v128.shl<u32>(v128.sub<u32>(biased, half), 23);
    half = v128.shl<u32>(half, 23);
  } else {
    half = v128.shr<u64>(biased, 1);
    rest = v128.shl<u64>(v128.sub<u64>(biased, half), 52);
    half = v128.shl<u64>(half, 52);
  }
  return v128.mul<T>(v128.mul<T>(power, half), rest);
}
