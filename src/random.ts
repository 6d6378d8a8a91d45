// Philox4x32-10, the generator behind every random choice: it turns a counter and a key into four random words, without a state.
// Salmon, Moraes, Dror, Shaw: "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011; checked against the vectors of Random123.

import { Purpose } from "../assembly/isa/random.ts";
import { OptionError } from "./errors.ts";

const ROUNDS = 10;
const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9; // golden ratio
const WEYL_1 = 0xbb67ae85; // √3 − 1

/** The four words of a counter or of a result, each an unsigned 32-bit integer. */
export type Words4 = readonly [number, number, number, number];

/** A place in a sequence of random choices: which sequence, and how far along it. */
export interface RandomPosition {
  /** a whole number from 0 to 2⁵³ − 1 */
  seed: number;
  /** a whole number from 0 to 2³² − 1 */
  step: number;
}

/**
 * Ten rounds of Philox with four 32-bit words.
 *
 * @param counter - any four words; two different ones give unrelated results
 * @param key - two words
 * @returns four words, uniform over 0 … 2³² − 1
 * @example philox4x32([0, 0, 0, 0], [0, 0])[0].toString(16); // "6627e8d5"
 */
export function philox4x32(counter: Words4, key: readonly [number, number]): Words4 {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0);
    const high1 = multiplyHigh(MULTIPLIER_1, c2);
    const low0 = Math.imul(MULTIPLIER_0, c0);
    const low1 = Math.imul(MULTIPLIER_1, c2);
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1 >>> 0;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0 >>> 0;
    k0 = (k0 + WEYL_0) >>> 0;
    k1 = (k1 + WEYL_1) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/**
 * `count` indices below `n`, drawn with replacement. The same seed and step always give the same indices.
 *
 * Each index is the high word of (a random word · n), so that its probability is 1/n to within 2⁻³². They are the indices that
 * `fit` draws at that step with that seed where its sampling is `"replacement"` (assembly/random/indices.ts).
 *
 * @param n - from 1 to 2³² − 1
 * @throws OptionError where n, count, seed or step is out of range
 * @example randomIndices(60_000, 100, { seed: 42, step: 0 }).length; // 100
 */
export function randomIndices(
  n: number,
  count: number,
  { seed, step }: Readonly<RandomPosition>,
): Uint32Array {
  checkWhole("n", n, 1, 2 ** 32 - 1);
  checkWhole("count", count, 0, 2 ** 32 - 1);
  checkWhole("seed", seed, 0, Number.MAX_SAFE_INTEGER);
  checkWhole("step", step, 0, 2 ** 32 - 1);
  const key = [seed >>> 0, Math.floor(seed / 2 ** 32)] as const;
  const indices = new Uint32Array(count);
  for (let i = 0; i < count; i += 4) {
    const words = philox4x32([i / 4, 0, step, Purpose.sample], key);
    for (let j = 0; j < 4 && i + j < count; j++) indices[i + j] = multiplyHigh(words[j] as number, n);
  }
  return indices;
}

/** The numbers below `n` in a random order (Fisher–Yates from the top), that of a split of a data set. */
export function randomOrder(n: number, seed: number): Uint32Array {
  const key = [seed >>> 0, Math.floor(seed / 2 ** 32)] as const;
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = multiplyHigh(philox4x32([i, 0, 0, Purpose.split], key)[0], i + 1);
    const kept = order[i]!;
    order[i] = order[j]!;
    order[j] = kept;
  }
  return order;
}

/** The upper 32 bits of the 64-bit product of two unsigned words, from four 16-bit products that a number holds exactly. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  return aHigh * bHigh + (middle >>> 16) + ((aLow * bHigh + (middle & 0xffff)) >>> 16);
}

function checkWhole(name: string, value: number, low: number, high: number): void {
  if (Number.isInteger(value) && value >= low && value <= high) return;
  throw new OptionError(
    `randomIndices: ${name} must be a whole number from ${low} to ${high}, it is ${value}`,
  );
}
