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
