// The functions of a real number that schedules need, in float64 and of + − × ÷ alone: `Math.cos`, `Math.exp` and `Math.pow` have other bits
// in other engines, and a learning rate is felt by every weight. Methods and coefficients are those of fdlibm (e_exp.c, e_log.c, k_cos.c,
// k_sin.c); their errors are about one ULP, those of `realPower` some y·log x.

import { power } from "../powers.ts";

const LN2_HIGH = 6.9314718036912381649e-1;
const LN2_LOW = 1.90821492927058770002e-10;
const LOG2_E = 1.442695040888963387;

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
    (1.66666666666666019037e-1 +
      z *
        (-2.7777777777015593384e-3 +
          z * (6.61375632143793436117e-5 + z * (-1.6533902205465251539e-6 + z * 4.1381367970572384604e-8))));
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
    (6.66666666666673513e-1 +
      z *
        (3.999999999940941908e-1 +
          z *
            (2.857142874366239149e-1 +
              z *
                (2.222219843214978396e-1 +
                  z *
                    (1.818357216161805012e-1 +
                      z * (1.531383769920937332e-1 + z * 1.479819860511658591e-1))))));
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
    (4.16666666666666019037e-2 +
      z *
        (-1.38888888888741095749e-3 +
          z *
            (2.48015872894767294178e-5 +
              z *
                (-2.75573143513906633035e-7 +
                  z * (2.0875723212981748279e-9 + z * -1.13596475577881948265e-11)))));
  return 1 - (0.5 * z - z * r);
}

/** For 0 ≤ x ≤ π/4. */
function sine(x: number): number {
  const z = x * x;
  const r =
    8.33333333332248946124e-3 +
    z *
      (-1.98412698298579493134e-4 +
        z * (2.75573137070700676789e-6 + z * (-2.50507602534068634195e-8 + z * 1.58969099521155010221e-10)));
  return x + x * z * (-1.66666666666666324348e-1 + z * r);
}
