import { beforeAll, describe, expect, it } from "vitest";
import { Convolution, col2im, im2col, Pooling } from "../../src/book/index.ts";
import { init, OptionError, ShapeError, StateError, type Tensor, tensor } from "../../src/index.ts";
import { numericalGradient } from "../../src/numeric/index.ts";

beforeAll(() => init());

const float64 = (data: number[], shape: number[]) => tensor(data, shape, "float64");
const numbers = (n: number, seed: number) => Array.from({ length: n }, (_, i) => Math.sin(seed + 3 * i));
const dot = (a: Tensor, b: Tensor) => [...a.data].reduce((sum, value, i) => sum + value * b.data[i]!, 0);

function expectNear(actual: Tensor, expected: Tensor): void {
  expect(actual.shape).toEqual(expected.shape);
  actual.data.forEach((value: number, i: number) => {
    expect(value).toBeCloseTo(expected.data[i]!, 7);
  });
}

/** The book's im2col, index by index. */
function plainIm2col(
  { shape, data }: Tensor,
  filterH: number,
  filterW: number,
  stride: number,
  pad: number,
): number[] {
  const [batch, channels, height, width] = shape as [number, number, number, number];
  const [down, across] = [height, width].map(
    (length, axis) => Math.floor((length + 2 * pad - [filterH, filterW][axis]!) / stride) + 1,
  ) as [number, number];
  const rows: number[] = [];
  for (let n = 0; n < batch; n++)
    for (let i = 0; i < down; i++)
      for (let j = 0; j < across; j++)
        for (let c = 0; c < channels; c++)
          for (let u = 0; u < filterH; u++)
            for (let v = 0; v < filterW; v++) {
              const [y, x] = [i * stride + u - pad, j * stride + v - pad];
              const inside = y >= 0 && y < height && x >= 0 && x < width;
              rows.push(inside ? data[((n * channels + c) * height + y) * width + x]! : 0);
            }
  return rows;
}

const x = float64(numbers(2 * 3 * 5 * 4, 1), [2, 3, 5, 4]);
const windows = [
  [2, 2, 1, 0],
  [3, 2, 2, 1],
  [5, 4, 1, 0],
  [1, 1, 3, 0],
] as const;

describe("im2col and col2im", () => {
  it("give the book's shapes (7.4.3)", () => {
    expect(im2col(float64(numbers(147, 1), [1, 3, 7, 7]), 5, 5, 1, 0).shape).toEqual([9, 75]);
    expect(im2col(float64(numbers(1470, 1), [10, 3, 7, 7]), 5, 5, 1, 0).shape).toEqual([90, 75]);
  });

  it.each(windows)(
    "windows %i×%i, stride %i, pad %i: the book's elements, and back",
    (height, width, stride, pad) => {
      const col = im2col(x, height, width, stride, pad);
      expect([...col.data]).toEqual(plainIm2col(x, height, width, stride, pad));
      // Σ col2im(g)·x = Σ g·im2col(x) for any g.
      const g = float64(numbers(col.data.length, 5), [...col.shape]);
      const back = col2im(g, x.shape, height, width, stride, pad);
      expect(back.shape).toEqual(x.shape);
      expect(dot(back, x)).toBeCloseTo(dot(g, col), 10);
    },
  );

  it("refuse what does not fit", () => {
    expect(() => im2col([[1]], 1, 1)).toThrow(
      expect.objectContaining({
        name: "ShapeError",
        message: "im2col: x must be [batch, channels, height, width]; x is [1, 1]",
      }),
    );
    expect(() => im2col(x, 6, 1)).toThrow(
      expect.objectContaining({
        name: "ShapeError",
        message:
          "im2col: the filter 6×1 is larger than its input 5×4 with a padding of 0; use a larger pad or a smaller filter",
      }),
    );
    expect(() => im2col(x, 2, 2, 0)).toThrow(
      new OptionError("im2col: stride must be a whole number of at least 1; got 0"),
    );
    expect(() => col2im([[1, 2]], [1, 1, 2, 2], 1, 1)).toThrow(
      expect.objectContaining({
        name: "ShapeError",
        message: "col2im: col is [1, 2], the images is [1, 1, 2, 2]; col must be [4, 1]",
      }),
    );
  });
});

describe("Convolution", () => {
  it.each([
    [3, 2, 1, 0],
    [2, 3, 2, 1],
    [5, 4, 1, 2],
  ] as const)(
    "filters %i×%i, stride %i, pad %i: the book's sums, and what differences find",
    (height, width, stride, pad) => {
      const W = float64(numbers(4 * 3 * height * width, 4), [4, 3, height, width]);
      const b = float64([1, -1, 0.5, 2], [4]);
      const layer = new Convolution(W, b, stride, pad);
      const y = layer.forward(x);
      const col = plainIm2col(x, height, width, stride, pad);
      const n = 3 * height * width;
      const [, , down, across] = y.shape as [number, number, number, number];
      expect(y.shape).toEqual([2, 4, down, across]);
      for (const [at, value] of y.data.entries()) {
        const place = at % (down * across);
        const filter = Math.floor(at / (down * across)) % 4;
        const row = Math.floor(at / (4 * down * across)) * down * across + place;
        let sum = b.data[filter]!;
        for (let k = 0; k < n; k++) sum += col[row * n + k]! * W.data[filter * n + k]!;
        expect(value).toBeCloseTo(sum, 12);
      }
      const dout = float64(numbers(y.data.length, 8), [...y.shape]);
      const loss = (moved: Tensor) => dot(layer.forward(moved), dout);
      const dx = layer.backward(dout);
      const { dW, db } = layer;
      expectNear(dx, numericalGradient(loss, x));
      expectNear(
        dW!,
        numericalGradient(() => loss(x), W),
      );
      expectNear(
        db!,
        numericalGradient(() => loss(x), b),
      );
    },
  );

  it("refuses what does not fit", () => {
    const W = float64(numbers(12, 4), [1, 3, 2, 2]);
    expect(() => new Convolution(W, [1, 2]).forward(x)).toThrow(
      expect.objectContaining({
        name: "ShapeError",
        message:
          "Convolution: x is [2, 3, 5, 4], W is [1, 3, 2, 2], b is [2]; they must be [batch, channels, height, width], " +
          "[filters, channels, height, width] and [filters]",
      }),
    );
    expect(() => new Convolution(W, [1]).forward([[[[1]], [[1]], [[1]]]])).toThrow(
      "the filter 2×2 is larger than its input 1×1 with a padding of 0",
    );
    expect(() => new Convolution(W, [1]).backward(x)).toThrow(StateError);
    expect(() => new Convolution(W, [1], 1, -1)).toThrow(
      new OptionError("Convolution: pad must be a whole number of at least 0; got -1"),
    );
  });
});

describe("Pooling", () => {
  it.each(windows.filter(([height]) => height > 1))(
    "windows %i×%i, stride %i, pad %i: the largest of the book's im2col, and its gradient",
    (height, width, stride, pad) => {
      const layer = new Pooling(height, width, stride, pad);
      const y = layer.forward(x);
      const elements = plainIm2col(x, height, width, stride, pad);
      const n = height * width;
      const [batch, channels, down, across] = y.shape as [number, number, number, number];
      for (let at = 0; at < y.data.length; at++) {
        const [b, c, place] = [
          Math.floor(at / (channels * down * across)),
          Math.floor(at / (down * across)) % channels,
          at % (down * across),
        ];
        const row = ((b * down * across + place) * channels + c) * n;
        expect(y.data[at]).toBe(Math.max(...elements.slice(row, row + n)));
      }
      expect(batch).toBe(2);
      const dout = float64(numbers(y.data.length, 8), [...y.shape]);
      expectNear(
        layer.backward(dout),
        numericalGradient((moved) => dot(layer.forward(moved), dout), x),
      );
    },
  );

  it("refuses what it cannot do", () => {
    expect(() => new Pooling(0, 2)).toThrow(
      new OptionError("Pooling: poolH must be a whole number of at least 1; got 0"),
    );
    expect(() => new Pooling(6, 6).forward(x)).toThrow(ShapeError);
    expect(() => new Pooling(2, 2).backward(x)).toThrow(StateError);
  });
});
