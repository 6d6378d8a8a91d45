import { beforeAll, describe, expect, it } from "vitest";
import { BatchNormalization, Dropout } from "../../src/book/index.ts";
import { init, OptionError, StateError, type Tensor, tensor } from "../../src/index.ts";
import { numericalGradient } from "../../src/numeric/index.ts";

beforeAll(() => init());

const float64 = (data: number[], shape: number[]) => tensor(data, shape, "float64");
const numbers = (n: number, seed: number) => Array.from({ length: n }, (_, i) => Math.sin(seed + 3 * i));
const dot = (a: Tensor, b: Tensor) => [...a.data].reduce((sum, value, i) => sum + value * b.data[i]!, 0);

function expectNear(actual: Tensor, expected: Tensor, digits = 7): void {
  expect(actual.shape).toEqual(expected.shape);
  actual.data.forEach((value: number, i: number) => {
    expect(value).toBeCloseTo(expected.data[i]!, digits);
  });
}

describe("Dropout", () => {
  const x = float64(numbers(12, 1), [3, 4]);

  it("drops the share it is told to, keeps the rest as it is, and another share at each pass", () => {
    const ones = float64(new Array(10_000).fill(1), [100, 100]);
    const layer = new Dropout(0.3, { seed: 5 });
    const first = layer.forward(ones);
    const kept = [...first.data].reduce((sum, value) => sum + value, 0);
    expect(new Set(first.data)).toEqual(new Set([0, 1]));
    expect(Math.abs(kept / 10_000 - 0.7)).toBeLessThan(0.02);
    expect([...layer.forward(ones).data]).not.toEqual([...first.data]);
    expect([...new Dropout(0.3, { seed: 5 }).forward(ones).data]).toEqual([...first.data]);
    expect([...new Dropout(0.3, { seed: 6 }).forward(ones).data]).not.toEqual([...first.data]);
  });

  it("passes back where it kept something, and multiplies where it does not train", () => {
    const layer = new Dropout();
    const y = layer.forward(x);
    expect([...y.data].map(Math.abs)).toEqual(
      [...x.data].map((value, i) => Math.abs(value * layer.mask!.data[i]!)),
    );
    expect([...layer.backward(x).data]).toEqual([...y.data]);
    expect([...layer.forward(x, false).data]).toEqual([...x.data].map((value) => value * 0.5));
  });

  it("follows float32", () => {
    expect(new Dropout().forward(tensor([1, 2], [2], "float32")).dtype).toBe("float32");
    expect(new Dropout().forward(tensor([1, 2], [2], "float32"), false).dtype).toBe("float32");
  });

  it("refuses what it cannot do", () => {
    expect(() => new Dropout(1)).toThrow(
      new OptionError("Dropout: dropoutRatio must be a number from 0 to below 1; got 1"),
    );
    expect(() => new Dropout().backward(x)).toThrow(StateError);
    expect(() => new Dropout().forward(x, 1 as never)).toThrow(
      new OptionError("Dropout: trainFlg must be true or false; got 1"),
    );
  });
});

describe("BatchNormalization", () => {
  const x = float64(numbers(15, 2), [5, 3]);
  const gamma = float64([1, -2, 0.5], [3]);
  const beta = float64([0, 1, -1], [3]);
  const dout = float64(numbers(15, 7), [5, 3]);

  it("normalizes each feature of the batch, and moves the running statistics as the book's", () => {
    const layer = new BatchNormalization(gamma, beta);
    const y = layer.forward(x);
    for (let j = 0; j < 3; j++) {
      const own = Array.from({ length: 5 }, (_, i) => x.data[3 * i + j]!);
      const mean = own.reduce((sum, value) => sum + value) / 5;
      const variance = own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 5;
      for (const [i, value] of own.entries()) {
        const expected = (gamma.data[j]! * (value - mean)) / Math.sqrt(variance + 10e-7) + beta.data[j]!;
        expect(y.data[3 * i + j]).toBeCloseTo(expected, 12);
      }
      expect(layer.runningMean!.data[j]).toBeCloseTo(0.1 * mean, 14);
      expect(layer.runningVar!.data[j]).toBeCloseTo(0.1 * variance, 14);
    }
    const once = layer.runningMean!.data[0]!;
    layer.forward(x);
    expect(layer.runningMean!.data[0]).toBeCloseTo(1.9 * once, 14);
  });

  it("passes back what differences find, by x, gamma and beta", () => {
    const layer = new BatchNormalization(gamma, beta);
    const loss = (moved: Tensor) => dot(layer.forward(moved), dout);
    layer.forward(x);
    const dx = layer.backward(dout);
    const { dgamma, dbeta } = layer;
    expectNear(dx, numericalGradient(loss, x), 6);
    expectNear(
      dgamma!,
      numericalGradient(() => loss(x), gamma),
      6,
    );
    expectNear(
      dbeta!,
      numericalGradient(() => loss(x), beta),
      6,
    );
  });

  it("goes by the running statistics where it does not train, and leaves them", () => {
    const layer = new BatchNormalization(gamma, beta, 0.9, [1, 2, 3], [4, 4, 4]);
    const [y] = layer.forward([[3, 2, 3]], false).data;
    expect(y).toBeCloseTo(2 / Math.sqrt(4 + 10e-7), 14);
    expect([...layer.runningMean!.data]).toEqual([1, 2, 3]);
  });

  it("takes images, whose pixels are features of their own", () => {
    const images = float64(numbers(24, 3), [3, 2, 2, 2]);
    const layer = new BatchNormalization(new Float64Array(8).fill(1), new Float64Array(8));
    const y = layer.forward(images);
    expect(y.shape).toEqual([3, 2, 2, 2]);
    const flat = new BatchNormalization(new Float64Array(8).fill(1), new Float64Array(8));
    expect([...flat.forward(float64([...images.data], [3, 8])).data]).toEqual([...y.data]);
    expect(layer.backward(images).shape).toEqual([3, 2, 2, 2]);
  });

  it("refuses what it cannot do", () => {
    const layer = new BatchNormalization(gamma, beta);
    expect(() => layer.forward([[1, 2]])).toThrow(
      expect.objectContaining({
        name: "ShapeError",
        message:
          "BatchNormalization: x is [1, 2], gamma is [3]; x must be [batch, …] with a feature for each of gamma",
      }),
    );
    expect(() => layer.backward(dout)).toThrow(StateError);
    expect(() => new BatchNormalization(gamma, beta, 1)).toThrow(OptionError);
  });
});
