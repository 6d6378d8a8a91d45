import { describe, expect, it, test } from "vitest";
import { splitDataset } from "../../src/data/index.ts";
import { DataError, OptionError, tensor } from "../../src/index.ts";
import { expectError } from "../train/expect-error.ts";

/** n samples whose x says which they are, with classes in the given numbers. */
function samples(...counts: number[]) {
  const labels = counts.flatMap((count, label) => new Array<number>(count).fill(label));
  const x = Float64Array.from(labels, (_, i) => i);
  return {
    x: tensor(x, [labels.length, 1]),
    t: tensor(Uint8Array.from(labels)),
    scale: 0.5,
    classes: counts.length,
  };
}

const rows = ({ x }: { x: { data: ArrayLike<number> } }) => Array.from(x.data);

describe("splitDataset", () => {
  test.each([
    [10, undefined, 2],
    [10, 0.25, 3],
    [11, 0.5, 6],
    [2, 0.01, 1],
    [3, 0.99, 2],
  ])("of %i samples keeps %s apart", (n, share, expected) => {
    const data = samples(n);
    const { train, test } = splitDataset(data, share === undefined ? {} : { test: share });
    expect(test.t.data.length).toBe(expected);
    expect([...rows(train), ...rows(test)].sort((a, b) => a - b)).toEqual(rows(data));
    for (const part of [train, test]) {
      expect(part).toMatchObject({ scale: 0.5, classes: 1 });
      expect(part.x).toMatchObject({ dtype: "float64", shape: [part.t.data.length, 1] });
      expect(rows(part)).toEqual(rows(part).sort((a, b) => a - b));
    }
  });

  it("chooses by the seed, and each sample as often as the others", () => {
    const data = samples(20);
    const chosen = (seed: number) => rows(splitDataset(data, { test: 0.25, seed }).test);
    expect(chosen(1)).toEqual(chosen(1));
    expect(chosen(1)).not.toEqual(chosen(2));
    // The choice is the same on every machine.
    expect(chosen(0)).toEqual([2, 7, 8, 10, 15]);
    const counts = new Array<number>(20).fill(0);
    for (let seed = 0; seed < 2000; seed++) for (const row of chosen(seed)) counts[row]!++;
    // 500 each, with a standard deviation of 19.
    for (const count of counts) expect(Math.abs(count - 500)).toBeLessThan(100);
  });

  it("gives each class its share where it is stratified", () => {
    const data = samples(60, 30, 9, 1);
    const { train, test } = splitDataset(data, { test: 0.2, stratify: true });
    const count = (part: { t: { data: ArrayLike<number> } }) =>
      [0, 1, 2, 3].map((label) => Array.from(part.t.data).filter((each) => each === label).length);
    expect(count(test)).toEqual([12, 6, 2, 0]);
    expect(count(train)).toEqual([48, 24, 7, 1]);
    const oneHot = new Float32Array(400);
    data.t.data.forEach((label, i) => {
      oneHot[4 * i + label] = 1;
    });
    const byRows = splitDataset({ ...data, t: tensor(oneHot, [100, 4]) }, { test: 0.2, stratify: true });
    expect(rows(byRows.test)).toEqual(rows(test));
    expect(byRows.test.t.shape).toEqual([20, 4]);
  });

  it("refuses what it cannot split", () => {
    expectError(
      () => splitDataset(samples(1)),
      DataError,
      "splitDataset: the data set has 1 sample; two parts need two",
    );
    expectError(
      () => splitDataset(samples(4), { test: 1 }),
      OptionError,
      "splitDataset: test must be a number between 0 and 1; got 1",
    );
    expectError(
      () => splitDataset(samples(4), { seed: -1 }),
      OptionError,
      "splitDataset: seed must be a whole number from 0 to 2^53 - 1; got -1",
    );
    const images = { x: tensor([1, 2]), t: tensor(new Float32Array(8), [2, 2, 2]) };
    expectError(
      () => splitDataset(images, { stratify: true }),
      DataError,
      "splitDataset: t is [2, 2, 2]; to stratify takes labels [n] or rows [n, classes]: leave { stratify } out",
    );
    expect(() => splitDataset({} as never)).toThrow(DataError);
  });
});
