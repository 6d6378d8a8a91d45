// exp, log, tanh and sigmoid to some 200 bits in BigInt fixed point: what float64 results are measured against.

const BITS = 256;
const ONE = 1n << BigInt(BITS);
const LN2 = 2n * atanh(ONE / 3n);

/** significand·2^exponent */
interface Exact {
  readonly significand: bigint;
  readonly exponent: number;
}

/** A finite float64 without error. */
function toExact(x: number): Exact {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  const bits = view.getBigUint64(0);
  const stored = Number((bits >> 52n) & 0x7ffn);
  const magnitude = (bits & 0xfffffffffffffn) | (stored === 0 ? 0n : 1n << 52n);
  return { significand: x < 0 ? -magnitude : magnitude, exponent: Math.max(stored, 1) - 1075 };
}

/** x·2^shift, rounded down. */
function shift(x: bigint, by: number): bigint {
  return by >= 0 ? x << BigInt(by) : x >> BigInt(-by);
}

function toFixed(x: number): bigint {
  const { significand, exponent } = toExact(x);
  return shift(significand, exponent + BITS);
}

function multiply(a: bigint, b: bigint): bigint {
  return (a * b) >> BigInt(BITS);
}

function atanh(s: bigint): bigint {
  const square = (s * s) >> BigInt(BITS);
  let sum = 0n;
  let power = s;
  for (let k = 1n; power !== 0n && power !== -1n; k += 2n) {
    sum += power / k;
    power = (power * square) >> BigInt(BITS);
  }
  return sum;
}

/** e^x as fixed·2^n, with fixed (BITS bits after the point) between 1 and 2. Below e^−2000 nothing is left in float64. */
function expParts(value: number): [fixed: bigint, n: number] {
  const x = toFixed(Math.max(-2000, value));
  const n = x / LN2 - (x < 0n ? 1n : 0n);
  const r = x - n * LN2;
  let sum = 0n;
  let term = ONE;
  for (let k = 1n; term !== 0n; k++) {
    sum += term;
    term = multiply(term, r) / k;
  }
  return [sum, Number(n)];
}

const functions = {
  exp(x: number): Exact {
    const [significand, n] = expParts(x);
    return { significand, exponent: n - BITS };
  },
  log(x: number): Exact {
    const { significand, exponent } = toExact(x);
    const length = significand.toString(2).length;
    const m = shift(significand, BITS + 1 - length); // 1 ≤ m < 2
    const s = ((m - ONE) << BigInt(BITS)) / (m + ONE);
    return { significand: 2n * atanh(s) + BigInt(exponent + length - 1) * LN2, exponent: -BITS };
  },
  tanh(x: number): Exact {
    if (Math.abs(x) < 2 ** -40) return toExact(x); // x³/3 is below 2^−80 of it
    const [fixed, n] = expParts(-2 * Math.abs(x));
    const e = shift(fixed, n);
    const tanh = ((ONE - e) << BigInt(BITS)) / (ONE + e);
    return { significand: x < 0 ? -tanh : tanh, exponent: -BITS };
  },
  sigmoid(x: number): Exact {
    const [fixed, n] = expParts(-Math.abs(x));
    const d = ONE + shift(fixed, n);
    if (x < 0) return { significand: (fixed << BigInt(BITS)) / d, exponent: n - BITS };
    return { significand: (ONE << BigInt(BITS)) / d, exponent: -BITS };
  },
};

/**
 * |y − f(x)| in units of the last place of a float64 at f(x). The results must be in the range of float64.
 *
 * @example ulp64("exp", 1, Math.E) < 1
 */
export function ulp64(f: keyof typeof functions, x: number, y: number): number {
  const exact = functions[f](x);
  if (exact.significand === 0n) return y === 0 ? 0 : Number.POSITIVE_INFINITY;
  const magnitude = exact.significand < 0n ? -exact.significand : exact.significand;
  const length = magnitude.toString(2).length + exact.exponent; // 2^(length − 1) ≤ |f(x)| < 2^length
  const unit = Math.max(length - 53, -1074);
  // the difference in units of 2^(unit − 40): what is left of both significands below that does not matter
  const actual = toExact(y);
  const difference =
    shift(actual.significand, actual.exponent - unit + 40) -
    shift(exact.significand, exact.exponent - unit + 40);
  return Math.abs(Number(difference)) / 2 ** 40;
}
