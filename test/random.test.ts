import { describe, expect, it } from "vitest";
import { OptionError } from "../src/errors.ts";
import { philox4x32, randomIndices, type Words4 } from "../src/random.ts";
import { sampleIndices } from "./reference/random.ts";

describe("philox4x32", () => {
  // The known-answer vectors of Random123 (tests/kat_vectors, philox4x32 with 10 rounds).
  it.each<[Words4, [number, number], Words4]>([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ])("answers %j with key %j as Random123 does", (counter, key, expected) => {
    expect(philox4x32(counter, key)).toEqual(expected);
  });
});

describe("randomIndices", () => {
  it("repeats for one seed and step, and differs for others", () => {
    const position = { seed: 7, step: 3 };
    const indices = randomIndices(60_000, 100, position);
    expect(randomIndices(60_000, 100, position)).toEqual(indices);
    expect(randomIndices(60_000, 100, { seed: 7, step: 4 })).not.toEqual(indices);
    expect(randomIndices(60_000, 100, { seed: 8, step: 3 })).not.toEqual(indices);
    expect(randomIndices(60_000, 100, { seed: 7 + 2 ** 32, step: 3 })).not.toEqual(indices);
    expect(position).toEqual({ seed: 7, step: 3 });
  });

  it("draws what a training step draws", () => {
    for (const [n, count, seed, step] of [
      [60_000, 100, 42, 0],
      [7, 13, 2 ** 53 - 1, 2 ** 32 - 1],
    ] as const) {
      const words = { low: seed % 2 ** 32, high: Math.floor(seed / 2 ** 32) };
      expect([...randomIndices(n, count, { seed, step })]).toEqual(sampleIndices(n, count, step, words));
    }
  });

  it("gives a shorter draw as the beginning of a longer one", () => {
    const ten = randomIndices(1000, 10, { seed: 1, step: 0 });
    for (let count = 0; count < 10; count++) {
      expect(randomIndices(1000, count, { seed: 1, step: 0 })).toEqual(ten.slice(0, count));
    }
  });

  it("reaches every index equally often", () => {
    const counts = new Array<number>(10).fill(0);
    for (const i of randomIndices(10, 100_000, { seed: 0, step: 0 })) counts[i]!++;
    // Each count is binomial with mean 10,000 and standard deviation 95.
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(5 * 95);
  });

  it("reaches both ends of the largest range", () => {
    expect(new Set(randomIndices(1, 100, { seed: 0, step: 0 }))).toEqual(new Set([0]));
    const wide = randomIndices(2 ** 32 - 1, 1000, { seed: 0, step: 0 });
    expect(Math.max(...wide)).toBeGreaterThan(0.99 * 2 ** 32);
    expect(Math.min(...wide)).toBeLessThan(0.01 * 2 ** 32);
  });

  it.each<[string, () => unknown, string]>([
    [
      "n",
      () => randomIndices(0, 1, { seed: 0, step: 0 }),
      "n must be a whole number from 1 to 4294967295, it is 0",
    ],
    [
      "count",
      () => randomIndices(1, 1.5, { seed: 0, step: 0 }),
      "count must be a whole number from 0 to 4294967295, it is 1.5",
    ],
    [
      "seed",
      () => randomIndices(1, 1, { seed: -1, step: 0 }),
      "seed must be a whole number from 0 to 9007199254740991, it is -1",
    ],
    [
      "step",
      () => randomIndices(1, 1, { seed: 0, step: NaN }),
      "step must be a whole number from 0 to 4294967295, it is NaN",
    ],
  ])("refuses a wrong %s", (_, draw, message) => {
    expect(draw).toThrow(new OptionError(`randomIndices: ${message}`));
  });
});
