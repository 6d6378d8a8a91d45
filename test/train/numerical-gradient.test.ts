import { beforeAll, describe, expect, it } from "vitest";
import { input, parameter, type Value } from "../../src/graph/value.ts";
import {
  constant,
  crossEntropy,
  dense,
  dropout,
  flatten,
  init,
  type Layer,
  type Loss,
  layer,
  loss as lossOf,
  model,
  type Network,
  normal,
  relu,
  sequential,
  sgd,
  sigmoid,
  softmax,
  sumSquaredError,
  type Tensor,
  tanh,
  tensor,
  xavier,
} from "../../src/index.ts";
import { matmul, mean, multiply, subtract } from "../../src/ops.ts";
import type { TypedArray } from "../../src/tensor.ts";
import { evaluate } from "../reference/graph.ts";
import { scopeOf } from "../scope.ts";

beforeAll(() => init());

const H = 1e-4;

/** [rows, columns] of numbers without a pattern, some of them zero. */
function matrix(rows: number, columns: number, seed = 1): Tensor {
  const data = Float64Array.from({ length: rows * columns }, (_, i) => {
    const value = (((i + seed) * 7919) % 211) / 105 - 1;
    return (i + seed) % 3 === 0 ? 0 : value;
  });
  return tensor(data, [rows, columns]);
}

/** Rows that add up to 1. */
function shares(rows: number, columns: number): Tensor {
  const data = matrix(rows, columns, 4).data.map(Math.abs) as Float64Array;
  for (let at = 0; at < data.length; at += columns) {
    const row = data.subarray(at, at + columns);
    const sum = row.reduce((a, b) => a + b);
    row.forEach((value, i) => {
      row[i] = value / sum;
    });
  }
  return tensor(data, [rows, columns]);
}

const labels = (n: number, classes: number) =>
  tensor(
    Int32Array.from({ length: n }, (_, i) => (i * 5) % classes),
    [n],
  );

/** The plain definition on the reference: two forward passes for each parameter. */
function byDefinition(net: Network, layers: readonly Layer[], x: Tensor, t: Tensor, loss: Loss) {
  const leaves = new Map<string, Value>();
  const counts: Record<string, number> = {};
  const xLeaf = input("x", x.shape, "float64");
  const tLeaf = input("t", t.shape, t.dtype);
  const output = layers.reduce<Value>((value, each) => {
    counts[each.name] = (counts[each.name] ?? 0) + 1;
    const scope = `${each.name}${counts[each.name]}`;
    const given = scopeOf((name, shape) => {
      const leaf = leaves.get(`${scope}.${name}`) ?? parameter(name, shape, "float64");
      leaves.set(`${scope}.${name}`, leaf);
      return leaf;
    });
    return each.forward(value, given);
  }, xLeaf);
  const total = loss.forward(output, tLeaf);
  const given = new Map<Value, TypedArray>([
    [xLeaf, x.data],
    [tLeaf, t.data],
  ]);
  for (const [name, leaf] of leaves) given.set(leaf, Float64Array.from(net.params[name]!.data));
  const lossNow = () => evaluate([total], given)[0]![0]!;
  return Object.fromEntries(
    [...leaves].map(([name, leaf]) => {
      const w = given.get(leaf)!;
      const gradient = w.map((value: number, i: number) => {
        w[i] = value + H;
        const above = lossNow();
        w[i] = value - H;
        const below = lossNow();
        w[i] = value;
        return (above - below) / (2 * H);
      });
      return [name, gradient] as const;
    }),
  );
}

const wide = () => ({ weight: normal({ std: 0.5 }), bias: normal({ std: 0.5 }) });
const squared = () => lossOf("squared", (y, t) => mean(multiply(subtract(y, t), subtract(y, t))));
/** y = (x·W)·s·W': one weight used twice, and a scale that is no affine layer's. */
const tied = () =>
  layer("tied", (x, { parameter: own }) => {
    const w = own("weight", [4, 4], normal({ std: 0.5 }));
    return multiply(matmul(matmul(x, w), w), own("scale", [4], constant(1.25)));
  });

const cases: readonly [string, readonly Layer[], Loss, Tensor][] = [
  [
    "sigmoid, cross-entropy of labels",
    [dense(5, wide()), sigmoid(), dense(3, wide())],
    crossEntropy(),
    labels(6, 3),
  ],
  ["relu, one-hot rows", [dense(5, wide()), relu(), dense(3, wide())], crossEntropy(), shares(6, 3)],
  ["no activation between", [dense(5, wide()), dense(3, wide())], crossEntropy(), labels(6, 3)],
  ["a softmax layer before the cross-entropy", [dense(3, wide()), softmax()], crossEntropy(), labels(6, 3)],
  ["tanh, squared errors", [dense(5, wide()), tanh(), dense(3, wide())], sumSquaredError(), matrix(6, 3, 4)],
  [
    "three layers deep: tanh, softmax, squared errors",
    [dense(5, wide()), tanh(), dense(4, wide()), tanh(), dense(3, wide()), softmax()],
    sumSquaredError(),
    matrix(6, 3, 4),
  ],
  [
    "no bias, an odd number of classes",
    [dense(7, { ...wide(), bias: false }), relu(), dense(5, wide())],
    crossEntropy(),
    labels(6, 5),
  ],
  ["a loss of one's own", [dense(5, wide()), sigmoid(), dense(3, wide())], squared(), matrix(6, 3, 4)],
  [
    "parameters of no affine layer, and one used twice",
    [tied(), tanh(), dense(3, wide())],
    crossEntropy(),
    labels(6, 3),
  ],
  ["one layer", [dense(3, wide())], crossEntropy(), labels(6, 3)],
  ["flatten first", [flatten(), dense(5, wide()), sigmoid(), dense(3, wide())], crossEntropy(), labels(6, 3)],
];

describe("numericalGradient", () => {
  it.each(cases)("%s: the plain definition's numbers", (_, layers, loss, t) => {
    const x = matrix(6, 4);
    using net = sequential(layers, { input: [4], dtype: "float64", seed: 3 });
    const before = JSON.stringify(net.params);
    const swept = net.numericalGradient(x, t, { loss });
    const defined = byDefinition(net, layers, x, t, loss);
    expect(Object.keys(swept)).toEqual(Object.keys(net.params));
    for (const [name, gradient] of Object.entries(defined)) {
      const { data, shape } = swept[name]!;
      expect(shape).toEqual(net.params[name]!.shape);
      const worst = Math.max(...Array.from(data, (value, i) => Math.abs(value - gradient[i]!)));
      expect(worst, name).toBeLessThan(1e-9);
      expect(Math.max(...data.map(Math.abs))).toBeGreaterThan(1e-3);
    }
    expect(JSON.stringify(net.params)).toBe(before);
  });

  it.each(cases)("%s: backpropagation's numbers", (_, layers, loss, t) => {
    const x = matrix(6, 4);
    using net = sequential(layers, { input: [4], dtype: "float64", seed: 3 });
    const swept = net.numericalGradient(x, t, { loss });
    const exact = net.gradient(x, t, loss);
    for (const name of Object.keys(exact)) {
      const [a, b] = [swept[name]!.data, exact[name]!.data];
      const norm = (values: ArrayLike<number>) => Math.hypot(...Array.from(values));
      expect(norm(Array.from(a, (value, i) => value - b[i]!)) / norm(b), name).toBeLessThan(1e-7);
    }
  });

  it("moves of any size: where exponentials are not short, too", () => {
    const layers = [dense(5, wide()), sigmoid(), dense(3, { weight: normal({ std: 200 }) })];
    const x = matrix(6, 4);
    using net = sequential(layers, { input: [4], dtype: "float64", seed: 3 });
    const swept = net.numericalGradient(x, labels(6, 3), {});
    const defined = byDefinition(net, layers, x, labels(6, 3), crossEntropy());
    for (const [name, gradient] of Object.entries(defined)) {
      // Losses are in the hundreds here, and so is their rounding.
      const worst = Math.max(...Array.from(swept[name]!.data, (value, i) => Math.abs(value - gradient[i]!)));
      expect(worst, name).toBeLessThan(1e-8);
    }
  });

  it("is taken in float64 for a float32 network, whose parameters it leaves as they are", () => {
    const layers = [dense(5, wide()), sigmoid(), dense(3, wide())];
    const x = matrix(6, 4);
    using single = sequential(layers, { input: [4], seed: 3 });
    using double = sequential(layers, { input: [4], dtype: "float64" });
    for (const name of Object.keys(single.params)) double.params[name] = single.params[name]!;
    const expected = double.numericalGradient(tensor(Float32Array.from(x.data), [6, 4]), labels(6, 3));
    const before = JSON.stringify(single.params);
    const swept = single.numericalGradient(tensor(Float32Array.from(x.data), [6, 4]), labels(6, 3));
    for (const name of Object.keys(expected)) {
      expect(swept[name]!.dtype).toBe("float64");
      expect([...swept[name]!.data]).toEqual([...expected[name]!.data]);
    }
    expect(JSON.stringify(single.params)).toBe(before);
  });

  it("takes one sample, and an h", () => {
    using net = sequential([dense(2, wide())], { input: [3], dtype: "float64", seed: 1 });
    const wideStep = net.numericalGradient([1, 0, -1], [1], { h: 0.5 });
    const exact = net.gradient([1, 0, -1], [1]);
    const error = (gradient: typeof exact) =>
      Math.abs(gradient["dense1.bias"]!.data[0]! - exact["dense1.bias"]!.data[0]!);
    expect(error(wideStep)).toBeGreaterThan(1e-4);
    expect(error(net.numericalGradient([1, 0, -1], [1]))).toBeLessThan(1e-8);
    expect([...wideStep["dense1.weight"]!.data.slice(2, 4)]).toEqual([0, 0]);
  });

  it("refuses an h that is not above 0", () => {
    using net = sequential([dense(2)], { input: [3] });
    for (const h of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => net.numericalGradient([1, 0, -1], [1], { h })).toThrow(
        `numericalGradient: h must be a number above 0; got ${h}`,
      );
    }
  });
});

describe("a parameter that the loss does not depend on", () => {
  // What is drawn is held while parameters move: else the loss would seem to follow any of them.
  const make = (dtype: "float32" | "float64") =>
    model(
      ({ x }, apply) => {
        apply(dense(2), x);
        return {
          seen: apply(dropout(0.5), apply(dense(3, { weight: xavier() }), x)),
          other: apply(dense(3), x),
        };
      },
      { inputs: { x: [4] }, dtype, seed: 2 },
    );
  const x = { x: matrix(6, 4) };
  const t = { seen: labels(6, 3) };
  const loss = { seen: crossEntropy() };

  it("has the gradient 0, whatever is drawn", () => {
    using net = make("float64");
    net.grads["dense1.weight"] = matrix(4, 2);
    const gradients = net.numericalGradient(x, t, { loss, training: true });
    const zero = Object.keys(gradients).filter((name) => gradients[name]!.data.every((g) => g === 0));
    expect(zero).toEqual(["dense1.weight", "dense1.bias", "dense3.weight", "dense3.bias"]);
  });

  it.each(["float32", "float64"] as const)("stays in a fit, %s", async (dtype) => {
    using net = make(dtype);
    const [first, third] = [net.params["dense1.weight"]!, net.params["dense3.weight"]!];
    const options = { loss, optimizer: sgd({ lr: 0.5 }), batchSize: 3, steps: 3 };
    await net.fit({ x, t }, { ...options, gradient: "numerical" });
    expect(net.params["dense1.weight"]).toEqual(first);
    expect(net.params["dense3.weight"]).toEqual(third);
  });
});

describe("fit by numerical gradient", () => {
  const data = { x: matrix(12, 4), t: labels(12, 3) };
  const layers = () => [dense(5, { weight: xavier() }), sigmoid(), dense(3, { weight: xavier() })];

  it.each(["float32", "float64"] as const)("trains as backpropagation does, %s", async (dtype) => {
    const train = async (gradient: "numerical" | "backprop") => {
      using net = sequential(layers(), { input: [4], dtype, seed: 5 });
      const run = await net.fit(data, {
        loss: crossEntropy(),
        optimizer: sgd({ lr: 0.5 }),
        batchSize: 5,
        steps: 40,
        gradient,
      });
      return { run, params: net.params["dense1.weight"]!.data };
    };
    const [numerical, backprop] = [await train("numerical"), await train("backprop")];
    expect(numerical.run.loss).toHaveLength(40);
    numerical.run.loss.forEach((value, i) => {
      expect(value).toBeCloseTo(backprop.run.loss[i]!, dtype === "float32" ? 4 : 7);
    });
    numerical.params.forEach((value: number, i: number) => {
      expect(value).toBeCloseTo(backprop.params[i]!, dtype === "float32" ? 4 : 7);
    });
  });

  it("refuses other ways, and an h that is not above 0", async () => {
    using net = sequential(layers(), { input: [4] });
    const options = { loss: crossEntropy(), optimizer: sgd(), steps: 1 };
    await expect(net.fit(data, { ...options, gradient: "guess" as "numerical" })).rejects.toThrow(
      'fit: gradient must be "backprop" or "numerical"; got "guess"',
    );
    await expect(net.fit(data, { ...options, gradient: "numerical", h: 0 })).rejects.toThrow(
      "fit: h must be a number above 0; got 0",
    );
  });
});
