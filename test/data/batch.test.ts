import { describe, expect, it } from "vitest";
import { sampleBatch, takeBatch } from "../../src/data/batch.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { DataError, OptionError } from "../../src/errors.ts";
import { randomIndices } from "../../src/random.ts";
import { tensor } from "../../src/tensor.ts";

const bytes: Dataset = {
  x: tensor(new Uint8Array([0, 51, 102, 153, 204, 255]), [3, 2]),
  t: tensor(new Uint8Array([7, 8, 9])),
  scale: 1 / 255,
};

describe("takeBatch", () => {
  it("scales samples to float32 and keeps integer labels", () => {
    const [x, t] = takeBatch(bytes, 1, 3);
    expect(x).toMatchObject({ shape: [2, 2], dtype: "float32" });
    const scale = Math.fround(1 / 255);
    expect([...x.data]).toEqual([102, 153, 204, 255].map((value) => Math.fround(value * scale)));
    expect(t).toEqual({ shape: [2], dtype: "uint8", data: new Uint8Array([8, 9]) });
  });

  it("gives rows as float32, unscaled", () => {
    const [, t] = takeBatch(
      {
        ...bytes,
        t: tensor(
          [
            [0, 1],
            [1, 0],
            [0.5, 0.5],
          ],
          [3, 2],
          "float64",
        ),
      },
      1,
      3,
    );
    expect(t).toEqual({ shape: [2, 2], dtype: "float32", data: new Float32Array([1, 0, 0.5, 0.5]) });
  });

  it("keeps the axes of images, and copies", () => {
    const data = { x: tensor(new Float32Array(8).fill(3), [2, 1, 2, 2]), t: tensor(new Int32Array(2)) };
    const [x] = takeBatch(data, 0, 1);
    expect(x.shape).toEqual([1, 1, 2, 2]);
    x.data[0] = 9;
    expect(data.x.data[0]).toBe(3);
    expect(takeBatch(data, 2, 2)[0].shape).toEqual([0, 1, 2, 2]);
  });

  it.each([
    [-1, 1],
    [2, 1],
    [0, 4],
    [0, 1.5],
  ])("refuses the range %d to %d", (start, end) => {
    expect(() => takeBatch(bytes, start, end)).toThrow(
      new OptionError(
        `takeBatch: the range ${start} to ${end} does not lie inside 0 to 3, the samples there are`,
      ),
    );
  });

  it("refuses data and labels that do not match", () => {
    expect(() => takeBatch({ ...bytes, t: tensor(new Uint8Array(2)) }, 0, 1)).toThrow(
      new DataError("dataset: x has 3 samples and t has 2: x is [3, 2], t is [2]"),
    );
    expect(() => takeBatch({ ...bytes, t: tensor(1) }, 0, 1)).toThrow(
      new DataError("dataset: t is a scalar; it must be labels [n] or rows [n, k]"),
    );
    expect(() => takeBatch({ ...bytes, x: tensor(1) }, 0, 1)).toThrow(
      new DataError("dataset: x is a scalar; its first axis must count the samples"),
    );
  });
});

describe("sampleBatch", () => {
  it("draws by position and moves it on", () => {
    const random = { seed: 5, step: 2 };
    const [x, t] = sampleBatch(bytes, 8, random);
    expect(random).toEqual({ seed: 5, step: 3 });
    const rows = randomIndices(3, 8, { seed: 5, step: 2 });
    expect([...t.data]).toEqual([...rows].map((row) => 7 + row));
    expect(x.shape).toEqual([8, 2]);
    for (const [i, row] of rows.entries()) {
      expect(x.data.subarray(2 * i, 2 * i + 2)).toEqual(takeBatch(bytes, row, row + 1)[0].data);
    }
  });

  it("draws other samples at every call", () => {
    const draws = Array.from({ length: 5 }, () => [...sampleBatch(bytes, 20)[1].data].join());
    expect(new Set(draws).size).toBe(5);
  });

  it("refuses an empty data set", () => {
    const empty = { x: tensor(new Uint8Array(), [0, 2]), t: tensor(new Uint8Array()) };
    expect(() => sampleBatch(empty, 1)).toThrow(new DataError("sampleBatch: the data set is empty"));
  });
});
