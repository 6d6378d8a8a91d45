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

  it("gives values to learn, one for each sample, as float32", () => {
    const [, t] = takeBatch({ ...bytes, t: tensor([1, 2.5, 3], [3], "float64") }, 1, 3);
    expect(t).toEqual({ shape: [2], dtype: "float32", data: new Float32Array([2.5, 3]) });
  });

  it("refuses a scale that is infinite in float32", () => {
    expect(() => takeBatch({ ...bytes, scale: 1e39 }, 0, 1)).toThrow(
      new OptionError("takeBatch: scale as float32 must be a finite number; got Infinity"),
    );
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
      new DataError("takeBatch: the data set: x has 3 samples and t has 2: x is [3, 2], t is [2]"),
    );
    expect(() => takeBatch({ ...bytes, t: tensor(1) }, 0, 1)).toThrow(
      new DataError("takeBatch: the data set: t is a scalar; it must be labels [n] or rows [n, k]"),
    );
    expect(() => takeBatch({ ...bytes, x: tensor(1) }, 0, 1)).toThrow(
      new DataError("takeBatch: the data set: x is a scalar; its first axis must count the samples"),
    );
  });
});

describe("bytes", () => {
  const rounded = (value: number, scale: number) => Math.fround(Math.fround(value) * Math.fround(scale));
  const values = Array.from({ length: 3 * 8 }, (_, i) => (i % 8 < 4 || i % 5 === 0 ? 0 : (i * 37) % 256));
  const t = tensor(new Uint8Array(3));

  it.each([
    ["rows of whole words", 8, 0, 1 / 255],
    ["rows of odd lengths", 3, 0, 1 / 255],
    ["bytes that begin anywhere", 8, 1, 1 / 255],
    ["a scale that makes -0 of 0", 8, 0, -2],
    ["no scale", 8, 0, undefined],
  ])("are scaled as the definition says: %s", (_, width, offset, scale) => {
    const data = new Uint8Array(offset + 3 * width).subarray(offset);
    data.set(values.slice(0, 3 * width));
    const [x] = takeBatch({ x: tensor(data, [3, width]), t, ...(scale && { scale }) }, 1, 3);
    const expected = Array.from(data.subarray(width), (value) => rounded(value, scale ?? 1));
    expect([...x.data]).toEqual(expected);
  });

  it("of other types too", () => {
    for (const dtype of ["float32", "float64", "int32"] as const) {
      for (const scale of [1, 0.1]) {
        const [x] = takeBatch({ x: tensor(values, [3, 8], dtype), t, scale }, 0, 3);
        expect([...x.data]).toEqual(values.map((value) => rounded(value, scale)));
      }
    }
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

  it("refuses batches that memory cannot hold, sizes and positions that are none, and draws nothing then", () => {
    const random = { seed: 5, step: 2 };
    expect(() => sampleBatch(bytes, 2 ** 31, random)).toThrow(
      new DataError(
        "sampleBatch: there is no memory for a batch of 2147483648 samples, whose x is [2147483648, 2]",
      ),
    );
    expect(() => sampleBatch(bytes, 0, random)).toThrow(
      new OptionError("sampleBatch: batchSize must be a whole number from 1 to 4294967295; got 0"),
    );
    expect(random).toEqual({ seed: 5, step: 2 });
    expect(() => sampleBatch(bytes, 1, { seed: -1, step: 0 })).toThrow(
      "sampleBatch: random: seed must be a whole number from 0 to 2^53 - 1; got -1",
    );
    expect(() => sampleBatch(bytes, 1, { seed: 1 } as never)).toThrow(
      "sampleBatch: random: step must be a whole number from 0 to 4294967295; got undefined",
    );
    expect(() => sampleBatch(bytes, 1, Object.freeze(random))).toThrow(
      "sampleBatch: random: its step cannot be moved on; is the object frozen?",
    );
  });

  it("refuses an empty data set", () => {
    const empty = { x: tensor(new Uint8Array(), [0, 2]), t: tensor(new Uint8Array()) };
    expect(() => sampleBatch(empty, 1)).toThrow(new DataError("sampleBatch: the data set is empty"));
  });
});
