import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { channelsLast, kernelFromTorch } from "../../../src/data/index.ts";
import { input, type Shape, type Value } from "../../../src/graph/value.ts";
import * as kobai from "../../../src/index.ts";
import { gradients, multiply, sum } from "../../../src/ops.ts";
import type { TypedArray } from "../../../src/tensor.ts";
import { execute } from "../../graph/execution.ts";

/** What test/fixtures/convolutions.py writes; shapes and elements in PyTorch's order. */
interface Case {
  readonly layer: "conv2d" | "depthwiseConv2d" | "separableConv2d" | "convTranspose2d" | "conv1d";
  readonly filters: number;
  readonly options: { readonly kernel: number };
  readonly x: Shape;
  readonly shapes: Readonly<Record<string, Shape>>;
  readonly yShape: Shape;
  readonly y: readonly number[];
  readonly dx: readonly number[];
  readonly gradients: Readonly<Record<string, readonly number[]>>;
}

const cases: Case[] = JSON.parse(
  readFileSync(new URL("../../fixtures/convolutions.json", import.meta.url), "utf8"),
);

beforeAll(() => kobai.init());

function layerOf({ layer, filters, options }: Case): kobai.Layer {
  const { conv2d, separableConv2d, convTranspose2d, conv1d } = kobai;
  if (layer === "depthwiseConv2d") return kobai.depthwiseConv2d(options);
  return { conv2d, separableConv2d, convTranspose2d, conv1d }[layer](filters, options);
}

/** The same as in the script. */
function numbers(shape: Shape, seed: number, dtype: "float32" | "float64"): kobai.Tensor {
  const length = shape.reduce((product, axis) => product * axis, 1);
  const values = Array.from({ length }, (_, i) => ((i * 7919 + seed * 104729) % 10007) / 10007 - 0.5);
  return kobai.tensor(values.length === 0 ? [] : Float64Array.from(values), shape, dtype);
}

const weightFromTorch = (tensor: kobai.Tensor) =>
  tensor.shape.length === 1 ? tensor : kernelFromTorch(tensor);
const doubles = (values: readonly number[], shape: Shape) => kobai.tensor(Float64Array.from(values), shape);

describe.each(["float32", "float64"] as const)("%s", (dtype) => {
  test.each(
    cases.map((each) => [`${each.layer}, ${JSON.stringify(each.options)} of [${each.x}]`, each] as const),
  )("%s gives PyTorch's outputs and gradients", (_, each) => {
    const given = new Map<Value, TypedArray>();
    const parameters = new Map<string, Value>();
    const leaf = (name: string, { shape, data }: kobai.Tensor) => {
      const value = input(name, shape, dtype);
      given.set(value, data);
      return value;
    };
    const x = leaf("x", channelsLast(numbers(each.x, 1, dtype)));
    const names = Object.keys(each.shapes);
    const y = layerOf(each).forward(x, {
      parameter(name, shape) {
        const tensor = weightFromTorch(numbers(each.shapes[name]!, 2 + names.indexOf(name), dtype));
        expect(shape).toEqual(tensor.shape);
        const value = leaf(name, tensor);
        parameters.set(name, value);
        return value;
      },
    } as Partial<kobai.Scope> as kobai.Scope);
    expect([...parameters.keys()].sort()).toEqual([...names].sort());
    const upstream = leaf("upstream", channelsLast(numbers(each.yShape, 9, dtype)));
    const by = [x, ...names.map((name) => parameters.get(name)!)];
    const { results } = execute([y, ...gradients(sum(multiply(y, upstream)), by)], given);
    const expected = [
      channelsLast(doubles(each.y, each.yShape)),
      channelsLast(doubles(each.dx, each.x)),
      ...names.map((name) => weightFromTorch(doubles(each.gradients[name]!, each.shapes[name]!))),
    ];
    for (const [index, { data }] of expected.entries()) {
      const largest = Math.max(...Array.from(data, Math.abs));
      expect(results[index]).toHaveLength(data.length);
      data.forEach((value, i) => {
        const error = Math.abs(results[index]![i]! - value) / largest;
        expect(error, `result ${index}, element ${i}`).toBeLessThan(dtype === "float32" ? 1e-5 : 1e-10);
      });
    }
  });
});

describe("what is refused", () => {
  const { conv1d, conv2d, convTranspose2d, depthwiseConv2d, dense, sequential, separableConv2d } = kobai;

  test.each<[message: string, make: () => unknown]>([
    ["conv2d: filters must be a whole number of at least 1; got 0", () => conv2d(0, { kernel: 3 })],
    [
      "conv2d: kernel must be a whole number of at least 1, or two: [rows, columns]; got undefined",
      () => conv2d(4, {} as { kernel: number }),
    ],
    [
      'conv2d: there is no option "kernelSize"; there are kernel,',
      () => conv2d(4, { kernelSize: 3 } as unknown as { kernel: number }),
    ],
    [
      "conv2d: filters must be a multiple of groups; got 4 filters in 3 groups",
      () => conv2d(4, { kernel: 3, groups: 3 }),
    ],
    [
      "convTranspose2d: filters must be a multiple of groups; got 4 filters in 3 groups",
      () => convTranspose2d(4, { kernel: 3, groups: 3 }),
    ],
    [
      "depthwiseConv2d: multiplier must be a whole number of at least 1; got 0.5",
      () => depthwiseConv2d({ kernel: 3, multiplier: 0.5 }),
    ],
    [
      "separableConv2d: depthwise must be an initializer, such as he(); got 3",
      () => separableConv2d(4, { kernel: 3, depthwise: 3 as never }),
    ],
    [
      'conv1d: padding must be "same", "valid", a whole number of at least 0, or [before, behind]; got -1',
      () => conv1d(4, { kernel: 3, padding: -1 }),
    ],
  ])("%s", (message, make) => {
    expect(make).toThrow(kobai.OptionError);
    expect(make).toThrow(message);
  });

  test.each<[message: string, layers: () => kobai.Layer[], input: Shape]>([
    [
      'conv2d2: kernel 5×5 is larger than its input 4×4; use padding: "same" or a smaller kernel',
      () => [conv2d(2, { kernel: 3 }), conv2d(2, { kernel: 5 })],
      [6, 6, 1],
    ],
    [
      "conv2d1: x must be [batch, height, width, channels]; x is [1, 784]; reshape it: an axis of 1 stands for channels that it has not",
      () => [conv2d(2, { kernel: 3 })],
      [784],
    ],
    [
      "conv2d1: x is [1, 6, 6, 3]; its channels (3) must be a multiple of groups (2)",
      () => [conv2d(2, { kernel: 3, groups: 2 })],
      [6, 6, 3],
    ],
    [
      "conv1d1: x must be [batch, length, channels]; x is [1, 8]; reshape it: an axis of 1 stands for channels that it has not",
      () => [dense(8), conv1d(2, { kernel: 3 })],
      [4],
    ],
    [
      'conv1d1: kernel 9 is larger than its input 8; use padding: "same" or a smaller kernel',
      () => [conv1d(2, { kernel: 9 })],
      [8, 1],
    ],
    [
      'separableConv2d1: kernel 4×4 is larger than its input 3×3; use padding: "same" or a smaller kernel',
      () => [separableConv2d(2, { kernel: 4 })],
      [3, 3, 2],
    ],
    [
      "convTranspose2d1: nothing is left of the result",
      () => [convTranspose2d(2, { kernel: 2, padding: 3 })],
      [3, 3, 2],
    ],
  ])("%s", (message, layers, inputShape) => {
    const make = () => sequential(layers(), { input: inputShape });
    expect(make).toThrow(kobai.ShapeError);
    expect(make).toThrow(message);
  });
});

test("initializers know how many elements go into an output", () => {
  const std = (initializer: kobai.Initializer, shape: Shape) => initializer(shape) as { std: number };
  // 3·3·8 into each, each into 3·3·16.
  expect(std(kobai.he(), [3, 3, 8, 16]).std).toBe(Math.sqrt(2 / 72));
  expect(std(kobai.xavier(), [3, 3, 8, 16]).std).toBe(Math.sqrt(2 / (72 + 144)));
  expect(std(kobai.he(), [5, 2, 4]).std).toBe(Math.sqrt(2 / 10));
  expect(() => kobai.he()([16])).toThrow("he: needs a weight of two axes or more");
});
