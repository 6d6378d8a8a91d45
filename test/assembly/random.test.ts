import { describe, expect, test } from "vitest";
import { RunField } from "../../assembly/blocks.ts";
import { DType, ExtensionOp, Op, Word } from "../../assembly/isa/index.ts";
import { IndicesArg, Purpose, RandomArg } from "../../assembly/isa/random.ts";
import * as reference from "../reference/random.ts";
import { instantiate } from "./instance.ts";

const { memory, execute } = instantiate();
const INSTRUCTION = 1024;
const STATE = 1088;
const PARAMETERS = 1152;
const OUT = 4096;
const GUARD = 0xa5;
const seed: reference.Seed = { low: 0xfedcba98, high: 0x80000001 };
const sizes = [1, 2, 3, 4, 5, 7, 8, 9, 31, 33, 1000];

// Random123, tests/kat_vectors: counter, key, result
const knownAnswers = [
  ["00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"],
  ["ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"],
  ["243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"],
].map((row) => row.map((words) => words.split(" ").map((word) => Number.parseInt(word, 16))));

interface Draw {
  readonly op: Op.randomUniform | Op.randomNormal | ExtensionOp.randomBernoulli;
  readonly dtype: DType.float32 | DType.float64;
  readonly n: number;
  readonly a: number;
  readonly b: number;
  readonly seed?: reference.Seed;
  readonly purpose?: number;
  readonly stream?: number;
  readonly step?: number;
  readonly lanes?: number;
}

/** Fills memory behind OUT with a pattern, lets the kernel write, and checks that the pattern begins where the output ends. */
function execution(lanes: number, written: number): void {
  const bytes = new Uint8Array(memory.buffer, OUT - 64, written + 128).fill(GUARD);
  for (let lane = lanes - 1; lane >= 0; lane--) execute(INSTRUCTION, lane, lanes);
  expect(bytes.subarray(0, 64).every((byte) => byte === GUARD)).toBe(true);
  expect(bytes.subarray(64 + written).every((byte) => byte === GUARD)).toBe(true);
}

function draw({
  op,
  dtype,
  n,
  a,
  b,
  seed: key = seed,
  purpose = Purpose.init,
  stream = 0,
  step = 0,
  lanes = 1,
}: Draw): number[] {
  const words = new Uint32Array(memory.buffer, INSTRUCTION, 16);
  words[Word.op] = op;
  words[Word.dtype] = dtype;
  words[RandomArg.out] = OUT;
  words[RandomArg.n] = n;
  words[RandomArg.state] = STATE;
  words[RandomArg.purpose] = purpose;
  words[RandomArg.stream] = stream;
  const state = new Uint32Array(memory.buffer, STATE, 16).fill(0);
  state[RunField.step] = step;
  state[RunField.seedLow] = key.low;
  state[RunField.seedHigh] = key.high;
  words[RandomArg.a] = PARAMETERS;
  words[RandomArg.b] = PARAMETERS + 8;
  new Float64Array(memory.buffer, PARAMETERS, 2).set([a, b]);
  const Type = dtype === DType.float32 ? Float32Array : Float64Array;
  execution(lanes, n * Type.BYTES_PER_ELEMENT);
  return [...new Type(memory.buffer, OUT, n)];
}

function indices(
  op: Op.sampleIndices | Op.shuffleIndices,
  n: number,
  m: number,
  step: number,
  lanes = 1,
): number[] {
  const words = new Uint32Array(memory.buffer, INSTRUCTION, 16);
  words[Word.op] = op;
  words[IndicesArg.out] = OUT;
  words[IndicesArg.state] = STATE;
  words[IndicesArg.n] = n;
  words[IndicesArg.m] = m;
  const state = new Uint32Array(memory.buffer, STATE, 16);
  state.fill(0);
  state[RunField.step] = step;
  state[RunField.seedLow] = seed.low;
  state[RunField.seedHigh] = seed.high;
  const length = op === Op.sampleIndices ? m : n;
  execution(lanes, 4 * length);
  return [...new Uint32Array(memory.buffer, OUT, length)];
}

const untouched = 0xa5a5a5a5;

describe("Philox4x32-10", () => {
  test.each(knownAnswers)(
    "the reference gives Random123's known answer for counter %j",
    (counter, key, result) => {
      expect(reference.philox(counter!, key!)).toEqual(result);
    },
  );

  test("the kernel gives Random123's known answer for counter 0, key 0", () => {
    const [, , [w0, w1, w2, w3]] = knownAnswers[0] as [number[], number[], [number, number, number, number]];
    const variates = [w0, w2].map((w, i) => ((w >>> 6) * 2 ** 26 + ([w1, w3][i]! >>> 6) + 0.5) / 2 ** 52);
    const zero = { low: 0, high: 0 };
    expect(
      draw({ op: Op.randomUniform, dtype: DType.float64, n: 2, a: 0, b: 1, seed: zero, purpose: 0 }),
    ).toEqual(variates);
  });
});

describe("randomUniform", () => {
  test.each(sizes)("n = %i: the reference's bits, for one lane and three", (n) => {
    for (const lanes of [1, 3]) {
      const expected = Array.from(
        { length: n },
        (_, i) => -0.1 + (0.3 - -0.1) * reference.uniform(i, seed, Purpose.init, 7),
      );
      const common = { op: Op.randomUniform, n, a: -0.1, b: 0.3, stream: 7, lanes } as const;
      expect(draw({ ...common, dtype: DType.float64 })).toEqual(expected);
      expect(draw({ ...common, dtype: DType.float32 })).toEqual(expected.map(Math.fround));
    }
  });

  test("fills (0, 1) evenly: mean ½, variance 1/12, no correlation of neighbours", () => {
    const n = 50_000;
    const u = draw({ op: Op.randomUniform, dtype: DType.float64, n, a: 0, b: 1 });
    expect(u.every((v) => v > 0 && v < 1)).toBe(true);
    const { mean, variance } = moments(u);
    expect(Math.abs(mean - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / n));
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(4 * Math.sqrt(1 / 180 / n));
    const product = u.slice(1).reduce((sum, v, i) => sum + (v - mean) * (u[i]! - mean), 0) / n;
    expect(Math.abs(product * 12)).toBeLessThan(4 / Math.sqrt(n));
  });

  test("another seed, purpose, stream or step gives another sequence", () => {
    const common = { op: Op.randomUniform, dtype: DType.float64, n: 8, a: 0, b: 1 } as const;
    const sequences = [
      draw(common),
      draw({ ...common, seed: { low: seed.low + 1, high: seed.high } }),
      draw({ ...common, seed: { low: seed.low, high: seed.high + 1 } }),
      draw({ ...common, purpose: Purpose.dropout }),
      draw({ ...common, stream: 1 }),
      draw({ ...common, step: 1 }),
    ].flat();
    expect(new Set(sequences).size).toBe(48);
  });
});

describe("randomNormal", () => {
  test.each(sizes)("n = %i: the reference's bits, for one lane and three", (n) => {
    for (const lanes of [1, 3]) {
      const expected = Array.from(
        { length: n },
        (_, i) => 0.5 + 0.01 * reference.inverseNormal(reference.uniform(i, seed, Purpose.init, 3)),
      );
      const common = { op: Op.randomNormal, n, a: 0.5, b: 0.01, stream: 3, lanes } as const;
      expect(draw({ ...common, dtype: DType.float64 })).toEqual(expected);
      expect(draw({ ...common, dtype: DType.float32 })).toEqual(expected.map(Math.fround));
    }
  });

  test("has mean 0, variance 1, skewness 0 and kurtosis 3", () => {
    const n = 50_000;
    const z = draw({ op: Op.randomNormal, dtype: DType.float64, n, a: 0, b: 1 });
    const { mean, variance, skewness, kurtosis } = moments(z);
    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
    expect(Math.abs(skewness)).toBeLessThan(4 * Math.sqrt(6 / n));
    expect(Math.abs(kurtosis - 3)).toBeLessThan(4 * Math.sqrt(24 / n));
  });

  // the check values of Wichura's paper, one for each of the three ranges, and mirrored
  test.each([
    [0.25, -0.6744897501960817],
    [0.75, 0.6744897501960817],
    [0.001, -3.090232306167814],
    [0.999, 3.090232306167814],
    [1e-20, -9.26234008979841],
    [0.5, 0],
  ])("the inverse of the normal distribution function at %f is %f", (p, z) => {
    expect(Math.abs(reference.inverseNormal(p) - z)).toBeLessThanOrEqual(1e-14 * Math.abs(z));
  });
});

describe("randomBernoulli", () => {
  const op = ExtensionOp.randomBernoulli;

  test.each(sizes)("n = %i: the reference's bits, for one lane and three", (n) => {
    for (const lanes of [1, 2, 3, 8]) {
      for (const step of [0, 4_000_000_000]) {
        const kept = Array.from({ length: n }, (_, i) =>
          reference.bernoulli(i, 0.7, seed, Purpose.dropout, 3, step),
        );
        const common = {
          op,
          n,
          a: 0.7,
          b: 1 / 0.7,
          purpose: Purpose.dropout,
          stream: 3,
          step,
          lanes,
        } as const;
        expect(draw({ ...common, dtype: DType.float64 })).toEqual(kept.map((yes) => (yes ? 1 / 0.7 : 0)));
        expect(draw({ ...common, dtype: DType.float32 })).toEqual(
          kept.map((yes) => (yes ? Math.fround(1 / 0.7) : 0)),
        );
      }
    }
  });

  test("is the value as often as the probability says, and independently of its neighbours", () => {
    const n = 50_000;
    for (const a of [0.5, 0.9, 0.01]) {
      const kept = draw({ op, dtype: DType.float32, n, a, b: 1 });
      const { mean, variance } = moments(kept);
      expect(Math.abs(mean - a)).toBeLessThan(4 * Math.sqrt((a * (1 - a)) / n));
      for (const apart of [1, 2, 4]) {
        const product = kept.slice(apart).reduce((sum, v, i) => sum + (v - mean) * (kept[i]! - mean), 0) / n;
        expect(Math.abs(product / variance)).toBeLessThan(4 / Math.sqrt(n));
      }
    }
  });

  test("a probability of 1 keeps everything, the smallest next to nothing", () => {
    const common = { op, dtype: DType.float64, n: 1000, b: 2 } as const;
    expect(new Set(draw({ ...common, a: 1 }))).toEqual(new Set([2]));
    for (const a of [2 ** -40, 1e-300]) expect(new Set(draw({ ...common, a }))).toEqual(new Set([0]));
  });
});

describe("sampleIndices", () => {
  test.each(sizes)("m = %i: the reference's indices, for one lane and three", (m) => {
    for (const lanes of [1, 3]) {
      for (const step of [0, 1, 4_000_000_000]) {
        expect(indices(Op.sampleIndices, 60_000, m, step, lanes)).toEqual(
          reference.sampleIndices(60_000, m, step, seed),
        );
      }
    }
  });

  test("draws every index alike (χ² with 99 degrees of freedom), over the steps", () => {
    const counts = new Array<number>(100).fill(0);
    const steps = 1000;
    for (let step = 0; step < steps; step++) {
      for (const index of indices(Op.sampleIndices, 100, 100, step)) counts[index]!++;
    }
    const chiSquare = counts.reduce((sum, count) => sum + (count - steps) ** 2 / steps, 0);
    // the 0.1 % quantiles on either side
    expect(chiSquare).toBeGreaterThan(60);
    expect(chiSquare).toBeLessThan(149);
  });
});

describe("shuffleIndices", () => {
  test.each(sizes)("n = %i: at an epoch's first step a permutation, the reference's", (n) => {
    for (const lanes of [1, 3]) {
      for (const epoch of [0, 1, 2]) {
        const permutation = indices(Op.shuffleIndices, n, 10, 10 * epoch, lanes);
        expect(permutation).toEqual(reference.shuffleIndices(n, epoch, seed));
        expect(permutation.toSorted((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
      }
    }
  });

  test("within an epoch it leaves the permutation alone", () => {
    for (const step of [1, 9, 11])
      expect(new Set(indices(Op.shuffleIndices, 33, 10, step))).toEqual(new Set([untouched]));
  });

  test("every permutation of four comes alike often (χ² with 23 degrees of freedom)", () => {
    const counts = new Map<string, number>();
    const epochs = 4800;
    for (let epoch = 0; epoch < epochs; epoch++) {
      const key = indices(Op.shuffleIndices, 4, 1, epoch).join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - 200) ** 2 / 200, 0);
    expect(chiSquare).toBeGreaterThan(7);
    expect(chiSquare).toBeLessThan(50);
  });
});

function moments(x: readonly number[]) {
  const mean = x.reduce((sum, v) => sum + v, 0) / x.length;
  const central = (power: number) => x.reduce((sum, v) => sum + (v - mean) ** power, 0) / x.length;
  const variance = central(2);
  return { mean, variance, skewness: central(3) / variance ** 1.5, kurtosis: central(4) / variance ** 2 };
}
