// assembly/random in plain TypeScript: the same bits. Philox is written out in scalar arithmetic, after the paper.

import { Purpose } from "../../assembly/isa/random.ts";
import type { Distribution } from "../../src/nn/distributions.ts";
import { float64, log } from "./math.ts";

export interface Seed {
  readonly low: number;
  readonly high: number;
}

/** The upper and lower 32 bits of a·b. */
function multiply(a: number, b: number): [high: number, low: number] {
  const product = BigInt(a) * BigInt(b);
  return [Number(product >> 32n), Number(product & 0xffffffffn)];
}

/** Philox4x32-10: four random words for a counter of four words and a key of two. */
export function philox(counter: readonly number[], key: readonly number[]): number[] {
  let [c0, c1, c2, c3] = counter as [number, number, number, number];
  let [k0, k1] = key as [number, number];
  for (let round = 0; round < 10; round++) {
    const [high0, low0] = multiply(0xd2511f53, c0);
    const [high1, low1] = multiply(0xcd9e8d57, c2);
    [c0, c1, c2, c3] = [(high1 ^ c1 ^ k0) >>> 0, low1, (high0 ^ c3 ^ k1) >>> 0, low0];
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/** Variate i of a sequence, uniform in (0, 1): (k + ½)·2^−52. */
export function uniform(i: number, seed: Seed, purpose: number, stream: number, step = 0): number {
  const block = philox([i >>> 1, stream, step, purpose], [seed.low, seed.high]);
  const first = 2 * (i & 1);
  const k = (block[first]! >>> 6) * 2 ** 26 + (block[first + 1]! >>> 6);
  return (k + 0.5) * 2 ** -52;
}

/** Whether element i of a sequence is the value that has this probability, by one word. */
export function bernoulli(
  i: number,
  probability: number,
  seed: Seed,
  purpose: number,
  stream: number,
  step = 0,
): boolean {
  const word = philox([i >>> 2, stream, step, purpose], [seed.low, seed.high])[i & 3]!;
  return word >= Math.min(Math.floor((1 - probability) * 2 ** 32), 2 ** 32 - 1);
}

/** n elements of a distribution. */
export function draw(
  n: number,
  of: Distribution,
  seed: Seed,
  purpose: number,
  stream: number,
  step = 0,
): number[] {
  return Array.from({ length: n }, (_, i) => {
    if (of.kind === "constant") return of.value;
    if (of.kind === "bernoulli")
      return bernoulli(i, of.probability, seed, purpose, stream, step) ? of.value : 0;
    const u = uniform(i, seed, purpose, stream, step);
    return of.kind === "normal" ? of.mean + of.std * inverseNormal(u) : of.low + (of.high - of.low) * u;
  });
}

function rational(r: number, numerator: readonly number[], denominator: readonly number[]): [number, number] {
  return [numerator.reduce((p, c) => p * r + c), denominator.reduce((p, c) => p * r + c)];
}

/** The z with Φ(z) = p (AS 241, PPND16). */
export function inverseNormal(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const [a, b] = rational(
      0.180625 - q * q,
      [
        2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946,
        1971.5909503065513, 133.14166789178438, 3.3871328727963665,
      ],
      [
        5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751,
        687.1870074920579, 42.31333070160091, 1,
      ],
    );
    return (q * a) / b;
  }
  const r = Math.sqrt(-log(q < 0 ? p : 1 - p, float64));
  const [a, b] =
    r <= 5
      ? rational(
          r - 1.6,
          [
            0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684,
            3.6478483247632045, 5.769497221460691, 4.630337846156546, 1.4234371107496835,
          ],
          [
            1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008,
            0.6897673349851, 1.6763848301838038, 2.053191626637759, 1,
          ],
        )
      : rational(
          r - 5,
          [
            2.0103343992922881e-7, 2.7115555687434876e-5, 0.0012426609473880784, 0.026532189526576124,
            0.29656057182850487, 1.7848265399172913, 5.463784911164114, 6.657904643501103,
          ],
          [
            2.0442631033899397e-15, 1.421511758316446e-7, 1.8463183175100548e-5, 0.0007868691311456133,
            0.014875361290850615, 0.1369298809227358, 0.599832206555888, 1,
          ],
        );
  const z = a / b;
  return q < 0 ? -z : z;
}

function below(word: number, n: number): number {
  return multiply(word, n)[0];
}

/** m indices below n for a step. */
export function sampleIndices(n: number, m: number, step: number, seed: Seed): number[] {
  return Array.from({ length: m }, (_, j) =>
    below(philox([j >>> 2, 0, step, Purpose.sample], [seed.low, seed.high])[j & 3]!, n),
  );
}

/** The permutation of 0…n−1 for an epoch. */
export function shuffleIndices(n: number, epoch: number, seed: Seed): number[] {
  const out = Array.from({ length: n }, (_, j) => j);
  for (let j = n - 1; j > 0; j--) {
    const other = below(philox([j >>> 2, 0, epoch, Purpose.shuffle], [seed.low, seed.high])[j & 3]!, j + 1);
    [out[j], out[other]] = [out[other]!, out[j]!];
  }
  return out;
}
