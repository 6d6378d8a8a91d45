import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { input, type Shape } from "../../../src/graph/value.ts";
import * as kobai from "../../../src/index.ts";
import { init, type Layer, OptionError, ShapeError, sequential } from "../../../src/index.ts";
import type { Scope } from "../../../src/nn/layers/layer.ts";
import { globalMaxPool2d, gradients, maxPool2d, sum } from "../../../src/ops.ts";
import { expectPyTorch, numbers, type Stored } from "../../fixtures/numbers.ts";
import { execute } from "../../graph/execution.ts";
import { expectSameBits } from "../../same-bits.ts";

interface Case extends Stored {
  readonly layer: string;
  readonly input: Shape;
  readonly window: number | readonly [number, number] | null;
  readonly options: Readonly<Record<string, unknown>>;
}

const { cases } = JSON.parse(readFileSync("test/fixtures/pool.json", "utf8")) as { cases: Case[] };

beforeAll(() => init());

/** A layer of kobai's by its name. */
function layerOf({ layer, window, options }: Pick<Case, "layer" | "window" | "options">): Layer {
  const make = (kobai as unknown as Record<string, (...given: unknown[]) => Layer>)[layer]!;
  const hasOptions = Object.keys(options).length > 0;
  return window === null ? make() : hasOptions ? make(window, options) : make(window);
}

describe("PyTorch's outputs and gradients", () => {
  test.each(cases)("$layer of $input, window $window $options", (stored) => {
    const { forward } = layerOf(stored);
    const x = { shape: stored.input, data: numbers(stored.input, 7919, 13) };
    expectPyTorch(stored, { x }, ({ x }) => forward(x!, {} as Scope));
  });
});

const floats = (...shape: number[]) => input("x", shape, "float32");
const network = (layer: Layer, ...shape: number[]) => sequential([layer], { input: shape });

test.each<[message: string, kind: typeof OptionError | typeof ShapeError, make: () => unknown]>([
  [
    "maxPool2d: window must be a whole number of at least 1, or two: [rows, columns]; got 0",
    OptionError,
    () => kobai.maxPool2d(0),
  ],
  [
    "maxPool2d: window must be a whole number of at least 1, or two: [rows, columns]; got [2, 2, 2]",
    OptionError,
    () => kobai.maxPool2d([2, 2, 2] as never),
  ],
  [
    "maxPool2d: stride must be a whole number of at least 1, or two: [rows, columns]; got 0.5",
    OptionError,
    () => kobai.maxPool2d(2, { stride: 0.5 }),
  ],
  [
    'avgPool2d: padding must be "same", "valid", a whole number of at least 0, [rows, columns] or [[above, below], [left, right]]; got "full"',
    OptionError,
    () => kobai.avgPool2d(2, { padding: "full" as never }),
  ],
  [
    'avgPool1d: there is no option "countPad"; did you mean countPadding?',
    OptionError,
    () => kobai.avgPool1d(2, { countPad: true } as never),
  ],
  [
    "avgPool2d: countPadding must be true or false; got 1",
    OptionError,
    () => kobai.avgPool2d(2, { countPadding: 1 as never }),
  ],
  [
    "maxPool1d: window must be a whole number of at least 1; got [2, 2]",
    OptionError,
    () => kobai.maxPool1d([2, 2] as never),
  ],
  [
    "maxPool2d1: x must be [batch, height, width, channels]; x is [1, 784]; reshape it: an axis of 1 stands for channels that it has not",
    ShapeError,
    () => network(kobai.maxPool2d(), 784),
  ],
  [
    "globalAvgPool1d1: x must be [batch, length, channels]; x is [1, 4, 4, 1]; use globalAvgPool2d",
    ShapeError,
    () => network(kobai.globalAvgPool1d(), 4, 4, 1),
  ],
  [
    'maxPool2d1: window 5×5 is larger than its input 4×4; use padding: "same" or a smaller window',
    ShapeError,
    () => network(kobai.maxPool2d(5), 4, 4, 1),
  ],
  [
    "avgPool2d1: padding 2×2 must be smaller than the window 2×2, or some windows would lie in it altogether",
    OptionError,
    () => network(kobai.avgPool2d(2, { padding: 2 }), 4, 4, 1),
  ],
  [
    "maxPool2d1: stride must be at most 65535; got 65536",
    OptionError,
    () => network(kobai.maxPool2d(2, { stride: [2, 65_536] }), 4, 4, 1),
  ],
  [
    "avgPool2d1: window 33×32 with stride 33×32 makes sums of 1056 terms; 1024 is the most. Pool twice, or over everything: globalAvgPool2d",
    OptionError,
    () => network(kobai.avgPool2d([33, 32]), 64, 64, 1),
  ],
  [
    "maxPool1d1: window 1025 with stride 1 makes sums of 1025 terms; 1024 is the most. Pool twice, or over everything: globalMaxPool1d",
    OptionError,
    () => network(kobai.maxPool1d(1025, { stride: 1 }), 2000, 1),
  ],
  [
    "maxPool2d: works on float32 and float64, got uint8; convert it, labels by oneHot(…)",
    OptionError,
    () => maxPool2d(input("x", [1, 2, 2, 1], "uint8"), 2),
  ],
])("%s", (message, kind, make) => {
  expect(make).toThrow(kind);
  expect(make).toThrow(expect.objectContaining({ message: expect.stringContaining(message) }));
});

test("a window of more elements than float32 has whole numbers for their places", () => {
  const message =
    "globalMaxPool2d: window 4097×4096 has more than 2^24 elements, the most in float32; pool twice, or use float64";
  expect(() => globalMaxPool2d(floats(1, 4097, 4096, 1))).toThrow(OptionError);
  expect(() => globalMaxPool2d(floats(1, 4097, 4096, 1))).toThrow(message);
  expect(globalMaxPool2d(input("x", [1, 4097, 4096, 1], "float64")).shape).toEqual([1, 1]);
});

test("a window of more than 1,024 elements that meets no other", () => {
  expect(maxPool2d(floats(1, 64, 64, 1), 64).shape).toEqual([1, 1, 1, 1]);
});

test("a NaN in a window makes its maximum NaN, wherever it stands", () => {
  for (const dtype of ["float32", "float64"] as const) {
    const x = input("x", [4, 2, 2, 3], dtype);
    const data = (dtype === "float32" ? new Float32Array(48) : new Float64Array(48)).fill(1);
    for (const [sample, place] of [0, 1, 2, 3].entries()) data[sample * 12 + place * 3 + 1] = Number.NaN;
    const { results } = execute([maxPool2d(x, 2)], new Map([[x, data]]));
    const one = [1, Number.NaN, 1];
    expect([...results[0]!]).toEqual([...one, ...one, ...one, ...one]);
  }
});

test("of equal elements the first gets the gradient, and of zeros the first gives its sign", () => {
  const x = input("x", [1, 2, 2, 2], "float32");
  const y = maxPool2d(x, 2);
  const given = new Map([[x, Float32Array.of(-1, 0, 3, -0, 3, 0, 3, -0)]]);
  const { results } = execute([y, ...gradients(sum(y), [x])], given);
  expectSameBits(results[0]!, Float32Array.of(3, 0), "y");
  expectSameBits(results[1]!, Float32Array.of(0, 1, 1, 0, 0, 0, 0, 0), "dx");
  given.set(x, Float32Array.of(-0, -0, 0, 0, 0, 0, 0, 0));
  expectSameBits(execute([y], given).results[0]!, Float32Array.of(-0, -0), "y of zeros");
});
