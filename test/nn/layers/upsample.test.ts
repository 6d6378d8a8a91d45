import { beforeAll, expect, test } from "vitest";
import { input } from "../../../src/graph/value.ts";
import { init, OptionError, ShapeError, sequential, upsample1d, upsample2d } from "../../../src/index.ts";
import { gradients, sum, upsample2d as upsampled } from "../../../src/ops.ts";
import { execute } from "../../graph/execution.ts";

// PyTorch's outputs and gradients are held in pool.test.ts.

beforeAll(() => init());

test.each<[message: string, kind: typeof OptionError | typeof ShapeError, make: () => unknown]>([
  [
    "upsample2d: factor must be a whole number of at least 1, or two: [rows, columns]; got -1",
    OptionError,
    () => upsample2d(-1),
  ],
  [
    "upsample2d: factor 33×32 makes more than 1024 copies; upsample twice",
    OptionError,
    () => upsample2d([33, 32]),
  ],
  [
    'upsample2d: factor 1×513 is more than 512 along an axis, the most of "bilinear"; upsample twice',
    OptionError,
    () => upsample2d([1, 513], { interpolation: "bilinear" }),
  ],
  [
    'upsample2d: interpolation must be "nearest" or "bilinear"; got "linear"',
    OptionError,
    () => upsample2d(2, { interpolation: "linear" as never }),
  ],
  [
    'upsample2d: there is no option "mode"; there are interpolation',
    OptionError,
    () => upsample2d(2, { mode: "bilinear" } as never),
  ],
  ["upsample1d: factor must be a whole number from 1 to 1024; got 1025", OptionError, () => upsample1d(1025)],
  [
    "upsample1d: factor must be a whole number from 1 to 512; got 1000",
    OptionError,
    () => upsample1d(1000, { interpolation: "linear" }),
  ],
  [
    'upsample1d: interpolation must be "nearest" or "linear"; got "bilinear"',
    OptionError,
    () => upsample1d(2, { interpolation: "bilinear" as never }),
  ],
  [
    "upsample2d1: x must be [batch, height, width, channels]; x is [1, 4, 3]; reshape it: an axis of 1 stands for channels that it has not",
    ShapeError,
    () => sequential([upsample2d(2, { interpolation: "bilinear" })], { input: [4, 3] }),
  ],
  [
    "upsample1d1: x must be [batch, length, channels]; x is [1, 4]; reshape it: an axis of 1 stands for channels that it has not",
    ShapeError,
    () => sequential([upsample1d(2, { interpolation: "linear" })], { input: [4] }),
  ],
])("%s", (message, kind, make) => {
  expect(make).toThrow(kind);
  expect(make).toThrow(expect.objectContaining({ message: expect.stringContaining(message) }));
});

test.each([1, 2, 3, 5, 512])(
  "by %i, an even image stays what it is, and each pixel gets its share",
  (factor) => {
    const x = input("x", [1, 3, 2, 1], "float64");
    const y = upsampled(x, [factor, 2], { interpolation: "bilinear" });
    const { results } = execute(
      [y, ...gradients(sum(y), [x])],
      new Map([[x, new Float64Array(6).fill(0.75)]]),
    );
    for (const value of results[0]!) expect(value).toBeCloseTo(0.75, 14);
    for (const value of results[1]!) expect(value).toBeCloseTo(2 * factor, 9);
  },
);
