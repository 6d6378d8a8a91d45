// The functions of a real number that schedules need, in float64 and of + − × ÷ alone: `Math.cos`, `Math.exp` and `Math.pow` have other bits
// in other engines, and a learning rate is felt by every weight. Methods and coefficients are those of fdlibm (e_exp.c, e_log.c, k_cos.c,
// k_sin.c); their errors are about one ULP, those of `realPower` some y·log x.

import { power } from "../powers.ts";

const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const LOG2_E = Math.LOG2E;

const words = new Uint32Array(2);
const double = new Float64Array(words.buffer);

/** 2ⁿ, for −1022 ≤ n ≤ 1023. */
function powerOfTwo(n: number): number {
  words[0] = 0;
  words[1] = (n + 1023) << 20;
  return double[0]!;
}

/** eˣ, for |x| up to 700: schedules stay far below; outside of that the nearest of the two ends. */
export function exp(x: number): number {
  const a = x < -700 ? -700 : x > 700 ? 700 : x;
  const n = Math.floor(a * LOG2_E + 0.5);
  const low = n * LN2_LOW;
  const high = a - n * LN2_HIGH;
  const r = high - low;
  const z = r * r;
  const p =
    z *
    (0.16666666666666602 +
      z *
        (-0.0027777777777015593 +
          z * (6.613756321437934e-5 + z * (-1.6533902205465252e-6 + z * 4.1381367970572385e-8))));
  const c = r - p;
  return (1 - (low - (r * c) / (2 - c) - high)) * powerOfTwo(n);
}

/** The natural logarithm of an x above 0 that is no denormal. */
export function log(x: number): number {
  double[0] = x;
  let k = (words[1]! >>> 20) - 1023;
  words[1] = (words[1]! & 0xfffff) | 0x3ff00000;
  let m = double[0]!;
  if (m > Math.SQRT2) {
    m *= 0.5;
    k++;
  }
  const f = m - 1;
  const s = f / (2 + f);
  const z = s * s;
  const r =
    z *
    (0.6666666666666735 +
      z *
        (0.3999999999940942 +
          z *
            (0.2857142874366239 +
              z *
                (0.22222198432149784 +
                  z * (0.1818357216161805 + z * (0.15313837699209373 + z * 0.14798198605116586))))));
  const half = 0.5 * f * f;
  return k * LN2_HIGH - (half - (s * (half + r) + k * LN2_LOW) - f);
}

/** xʸ, for x from 0 on: by squaring where y is whole, else e^(y·log x). */
export function realPower(x: number, y: number): number {
  if (Number.isInteger(y)) return y < 0 ? 1 / power(x, -y) : power(x, y);
  return x === 0 ? 0 : exp(y * log(x));
}

/** cos πx, for x from 0 to 1. */
export function cosPi(x: number): number {
  if (x > 0.5) return -cosPi(1 - x);
  return x <= 0.25 ? cosine(Math.PI * x) : sine(Math.PI * (0.5 - x));
}

/** For 0 ≤ x ≤ π/4. */
function cosine(x: number): number {
  const z = x * x;
  const r =
    z *
    (0.0416666666666666 +
      z *
        (-0.001388888888887411 +
          z *
            (2.480158728947673e-5 +
              z * (-2.7557314351390663e-7 + z * (2.087572321298175e-9 + z * -1.1359647557788195e-11)))));
  return 1 - (0.5 * z - z * r);
}

/** For 0 ≤ x ≤ π/4. */
function sine(x: number): number {
  const z = x * x;
  const r =
    0.00833333333332249 +
    z *
      (-0.0001984126982985795 +
        z * (2.7557313707070068e-6 + z * (-2.5050760253406863e-8 + z * 1.58969099521155e-10)));
  return x + x * z * (-0.16666666666666632 + z * r);
}
