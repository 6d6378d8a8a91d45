// The functions of assembly/math in plain TypeScript, the same operations in the same order, hence the same bits. Method and sources
// stand there.

/** A floating-point format: how an operation rounds, and the constants that the functions need. */
export interface Precision {
  readonly round: (x: number) => number;
  /** bits of the significand that are stored */
  readonly fractionBits: number;
  readonly exponentBias: number;
  /** ln 2 = ln2High + ln2Low; products of ln2High with an exponent are exact */
  readonly ln2High: number;
  readonly ln2Low: number;
  /** the same split as the logarithm uses it */
  readonly logLn2High: number;
  readonly logLn2Low: number;
  /** the smallest significand that log leaves alone, close to √½ */
  readonly logLowest: number;
  /** beyond these, exp is 0 or Infinity */
  readonly expLowest: number;
  readonly expHighest: number;
  /** from here on, tanh is 1 */
  readonly tanhHighest: number;
  /** polynomial coefficients, from the highest power down */
  readonly expCoefficients: readonly number[];
  readonly logCoefficients: readonly number[];
  readonly tanhCoefficients: readonly number[];
}

export const float32: Precision = {
  round: Math.fround,
  fractionBits: 23,
  exponentBias: 127,
  ln2High: 0.693145751953125,
  ln2Low: Math.fround(1.428606765330187e-6),
  logLn2High: Math.fround(0.693138122558594),
  logLn2Low: Math.fround(9.05800061445916e-6),
  logLowest: Math.fround(0.7071067690849304),
  expLowest: -104,
  expHighest: 89,
  tanhHighest: 10,
  expCoefficients: [-0.0027667332906275988, 0.16666625440120697].map(Math.fround),
  logCoefficients: [0.24279078841209412, 0.2849878668785095, 0.40000972151756287, 0.6666666269302368].map(
    Math.fround,
  ),
  tanhCoefficients: [
    -0.00019628720474429429, 0.0021124740596860647, -0.022221822291612625, 0.3333333134651184,
  ].map(Math.fround),
};

export const float64: Precision = {
  round: (x) => x,
  fractionBits: 52,
  exponentBias: 1023,
  ln2High: 0.6931471803691238,
  ln2Low: 1.9082149292705877e-10,
  logLn2High: 0.6931471803691238,
  logLn2Low: 1.9082149292705877e-10,
  logLowest: 0.7071065902709961,
  expLowest: -746,
  expHighest: 710,
  tanhHighest: 20,
  expCoefficients: [
    4.1381367970572385e-8, -1.6533902205465252e-6, 6.613756321437934e-5, -0.0027777777777015593,
    0.16666666666666602,
  ],
  logCoefficients: [
    0.14798198605116586, 0.15313837699209373, 0.1818357216161805, 0.22222198432149784, 0.2857142874366239,
    0.3999999999940942, 0.6666666666666735,
  ],
  tanhCoefficients: [
    -1.9341162831204872e-8, 2.1765109209309883e-7, -2.1639136249259684e-6, 2.137771186128117e-5,
    -0.00021164020256613585, 0.0021164021158795528, -0.02222222222220766, 0.3333333333333332,
  ],
};

const words = new Uint32Array(2);
const double = new Float64Array(words.buffer);

/** 2^n as a float64, for −1022 ≤ n ≤ 1023. */
function powerOfTwo(n: number): number {
  words[0] = 0;
  words[1] = (n + 1023) << 20;
  return double[0]!;
}

function polynomial(coefficients: readonly number[], z: number, round: Precision["round"]): number {
  let p = coefficients[0]!;
  for (let i = 1; i < coefficients.length; i++) p = round(round(p * z) + coefficients[i]!);
  return p;
}

/** x·log2(e) rounded to an integer, by way of a number so large that it has no fraction. */
function exponentOf(x: number, { round, fractionBits, exponentBias }: Precision): number {
  const magic = 1.5 * 2 ** fractionBits + 2 * exponentBias;
  return round(round(x * round(Math.LOG2E)) + magic) - magic;
}

/** e^(x − n·ln 2) − 1. */
function fraction(x: number, n: number, precision: Precision): number {
  const { round } = precision;
  const high = round(x - round(n * precision.ln2High));
  const low = round(n * precision.ln2Low);
  const r = round(high - low);
  const z = round(r * r);
  const c = round(r - round(polynomial(precision.expCoefficients, z, round) * z));
  const quotient = round(round(r * c) / round(2 - c));
  return round(round(quotient - low) + high);
}

/** y·2^n in two steps, of which only the last can round. */
function scale(y: number, n: number, round: Precision["round"]): number {
  const half = Math.floor(n / 2);
  return round(round(y * powerOfTwo(half)) * powerOfTwo(n - half));
}

/** e^x. */
export function exp(x: number, precision: Precision): number {
  if (Number.isNaN(x)) return Number.NaN;
  const a = Math.max(precision.expLowest, Math.min(precision.expHighest, x));
  const n = exponentOf(a, precision);
  return scale(precision.round(1 + fraction(a, n, precision)), n, precision.round);
}

/** 1 / (1 + e^−x). */
export function sigmoid(x: number, precision: Precision): number {
  if (Number.isNaN(x)) return Number.NaN;
  const { round } = precision;
  const a = Math.max(precision.expLowest, -Math.abs(x));
  const n = exponentOf(a, precision);
  const w = fraction(a, n, precision);
  const z = scale(round(1 + w), n, round);
  const d = round(1 + z);
  const q = round(1 / d);
  const missing = round(round(z - round(d - 1)) * q);
  const correction = round((x < 0 ? w : 0) - missing);
  const y = round(q + round(q * correction));
  return x < 0 ? scale(y, n, round) : y;
}

/** Hyperbolic tangent. */
export function tanh(x: number, precision: Precision): number {
  if (Number.isNaN(x)) return Number.NaN;
  const { round, fractionBits, exponentBias } = precision;
  const a = Math.min(precision.tanhHighest, Math.abs(x));
  const small = a < round(0.5493061443340549);
  const magic = 1.5 * 2 ** fractionBits + exponentBias;
  const exponent = round(magic - (small ? 0 : round(a * round(2 * Math.LOG2E))));
  const s = powerOfTwo(exponent - magic);
  const n = (magic - exponent) / 2;
  const h = round(round(a - round(n * precision.ln2High)) - round(n * precision.ln2Low));
  const z = round(h * h);
  const k = round(polynomial(precision.tanhCoefficients, z, round) * z);
  const sum = round(1 + s);
  const difference = round(1 - s);
  const denominator = round(sum + round(round(k * sum) + round(h * difference)));
  const e = round(2 * s * round(1 + round(k - h)));
  const quotient = round((small ? 2 * h : e) / denominator);
  const y = small ? quotient : round(1 - quotient);
  return x < 0 || Object.is(x, -0) ? -y : y;
}

/** Natural logarithm. */
export function log(x: number, precision: Precision): number {
  if (Number.isNaN(x) || x < 0) return Number.NaN;
  if (x === 0) return Number.NEGATIVE_INFINITY;
  if (x === Number.POSITIVE_INFINITY) return x;
  const { round } = precision;

  // x = 2^k·m, exactly; a float64 denormal is scaled into the normal range first
  const denormal = x < 2 ** -1022;
  double[0] = denormal ? x * 2 ** 54 : x;
  let k = (words[1]! >>> 20) - 1023;
  words[1] = (words[1]! & 0x000fffff) | 0x3ff00000;
  let m = double[0];
  if (m >= 2 * precision.logLowest) {
    m /= 2;
    k++;
  }
  if (denormal) k -= 54;

  const f = round(m - 1);
  const s = round(f / round(f + 2));
  const z = round(s * s);
  const p = round(polynomial(precision.logCoefficients, z, round) * z);
  const halfSquare = round(round(f * f) * 0.5);
  const high = round(k * precision.logLn2High);
  const low = round(k * precision.logLn2Low);
  const small = round(round(s * round(halfSquare + p)) + low);
  return round(round(f - round(halfSquare - small)) + high);
}

/** log(1 + x) for x from 0 to 1. */
export function log1p(x: number, precision: Precision): number {
  const { round } = precision;
  const w = round(1 + x);
  return w === 1 ? x : round(round(log(w, precision) * x) / round(w - 1));
}
