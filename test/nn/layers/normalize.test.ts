import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { input, type Shape, type Value } from "../../../src/graph/value.ts";
import {
  adam,
  avgPool2d,
  type BatchNormOptions,
  batchNorm,
  crossEntropy,
  dense,
  dropout,
  flatten,
  globalAvgPool2d,
  gradientCheck,
  groupNorm,
  he,
  init,
  type Layer,
  layerNorm,
  maxPool2d,
  OptionError,
  relu,
  ShapeError,
  sequential,
  sgd,
  softmax,
} from "../../../src/index.ts";
import type { Scope } from "../../../src/nn/layers/layer.ts";
import {
  batchNorm as batchNormOp,
  channelAffine,
  groupNorm as groupNormOp,
  layerNorm as layerNormOp,
} from "../../../src/ops.ts";
import { expectNear, expectPyTorch, numbers, type Stored } from "../../fixtures/numbers.ts";
import { execute } from "../../graph/execution.ts";
import { elements } from "../../graph/op-cases.ts";
import { train } from "../../reference/training.ts";
import { expectSameBits } from "../../same-bits.ts";

interface Case extends Stored {
  readonly layer: "batchNorm" | "layerNorm" | "groupNorm";
  readonly input: Shape;
  readonly options: BatchNormOptions & { readonly groups?: number };
  readonly statistics?: Readonly<Record<"runningMean" | "runningVariance", readonly number[]>>;
  readonly inference?: readonly number[];
}

const { cases } = JSON.parse(readFileSync("test/fixtures/normalize.json", "utf8")) as { cases: Case[] };

beforeAll(() => init());

function layerOf({ layer, options: { groups, ...options } }: Case): Layer {
  if (layer === "groupNorm") return groupNorm(groups!, options);
  return layer === "batchNorm" ? batchNorm(options) : layerNorm(options);
}

const operandsOf = ({ input: shape }: Case) => {
  const channels = [shape.at(-1)!];
  const offsets = numbers(channels, 5, 7);
  const x = numbers(shape, 7919, 1009).map((value, i) => 3 * value + offsets[i % channels[0]!]!);
  return {
    x: { shape, data: x },
    gamma: { shape: channels, data: numbers(channels, 3, 5).map((value) => 2 * value + 0.1) },
    beta: { shape: channels, data: numbers(channels, 2, 5) },
  };
};

/** A scope whose parameters and state are `values`, and which writes down what state becomes. */
const scopeOf = (
  training: boolean,
  values: Readonly<Record<string, Value>>,
  next = new Map<string, Value>(),
): Scope => ({
  training,
  parameter: (name) => values[name]!,
  state: (name) => ({ value: values[name]!, update: (value) => void next.set(name, value) }),
  random: () => expect.fail("nothing is random"),
  apply: () => expect.fail("there are no layers within"),
});

describe("PyTorch's outputs, gradients and running statistics", () => {
  test.each(cases)("$layer of $input $options", (stored) => {
    const { forward } = layerOf(stored);
    const operands = operandsOf(stored);
    const channels = operands.gamma.shape;
    const statistics = (dtype: "float32" | "float64") => ({
      runningMean: input("runningMean", channels, dtype),
      runningVariance: input("runningVariance", channels, dtype),
    });
    expectPyTorch(stored, operands, (values) => {
      const y = forward(values.x!, scopeOf(true, { ...values, ...statistics(values.x!.dtype as "float32") }));
      return y;
    });
    if (!stored.statistics || !stored.inference) return;
    for (const [dtype, most] of [
      ["float32", 1e-5],
      ["float64", 1e-10],
    ] as const) {
      const of = (data: readonly number[]) =>
        dtype === "float32" ? Float32Array.from(data) : Float64Array.from(data);
      const values: Record<string, Value> = statistics(dtype);
      const given = new Map([
        [values.runningMean!, of(channels.flatMap((n) => new Array<number>(n).fill(0)))],
        [values.runningVariance!, of(channels.flatMap((n) => new Array<number>(n).fill(1)))],
      ]);
      for (const [name, { shape, data }] of Object.entries(operands)) {
        values[name] = input(name, shape, dtype);
        given.set(values[name], of(data));
      }
      const next = new Map<string, Value>();
      forward(values.x!, scopeOf(true, values, next));
      const [mean, variance] = execute(
        [next.get("runningMean")!, next.get("runningVariance")!],
        given,
      ).results;
      expectNear(mean!, stored.statistics.runningMean, most, `${dtype} running mean`);
      expectNear(variance!, stored.statistics.runningVariance, most, `${dtype} running variance`);
      given.set(values.runningMean!, of(stored.statistics.runningMean));
      given.set(values.runningVariance!, of(stored.statistics.runningVariance));
      const [y] = execute([forward(values.x!, scopeOf(false, values))], given).results;
      expectNear(y!, stored.inference, most, `${dtype} inference`);
    }
  });
});

const batch = (shape: readonly number[]) => ({
  x: { shape, dtype: "float32" as const, data: elements("any", shape, "float32", { seed: 1, classes: 1 }) },
  t: {
    shape: [shape[0]!],
    dtype: "int32" as const,
    data: Int32Array.from({ length: shape[0]! }, (_, i) => (i * 7) % 3),
  },
});

const networks: Readonly<Record<string, { input: number[]; layers: () => Layer[] }>> = {
  "batchNorm first, as in a dense network": {
    input: [9],
    layers: () => [
      batchNorm(),
      dense(12, { weight: he() }),
      batchNorm({ momentum: 0.5 }),
      relu(),
      dense(3),
      softmax(),
    ],
  },
  "all kinds, on images, with dropout": {
    input: [6, 6, 4],
    layers: () => [
      batchNorm({ epsilon: 1e-3, scale: false }),
      maxPool2d(2),
      groupNorm(2),
      dropout(0.2),
      avgPool2d(2, { padding: "same" }),
      layerNorm({ shift: false }),
      flatten(),
      dense(3, { weight: he() }),
      batchNorm({ shift: false }),
    ],
  },
};
const fitting = () => ({ loss: crossEntropy(), optimizer: adam({ lr: 0.01 }), batchSize: 16 });

describe.each(Object.entries(networks))("%s", (_, { input: shape, layers }) => {
  const data = batch([50, ...shape]);
  const make = (seed = 3) => sequential(layers(), { input: shape, seed });
  const all = (net: ReturnType<typeof make>) => ({ ...net.params, ...net.state });
  const expectSame = (a: ReturnType<typeof make>, b: ReturnType<typeof make>) => {
    const [first, second] = [all(a), all(b)];
    expect(Object.keys(first)).toEqual(Object.keys(second));
    for (const [name, { data }] of Object.entries(first)) expectSameBits(data, second[name]!.data, name);
  };

  test("a fit has the reference's bits", async () => {
    for (const dtype of ["float32", "float64"] as const) {
      using net = sequential(layers(), { input: shape, seed: 3, dtype });
      const history = await net.fit(data, { ...fitting(), steps: 9 });
      const expected = train({
        ...fitting(),
        layers: layers(),
        input: shape,
        seed: 3,
        dtype,
        data,
        steps: 9,
      });
      expectSameBits(Float64Array.from(history.loss), Float64Array.from(expected.losses), "losses");
      for (const [name, values] of Object.entries({ ...expected.params, ...expected.state })) {
        expectSameBits({ ...net.params, ...net.state }[name]!.data, values, name);
      }
    }
  });

  test("a fit in two, the second on a network made of what was saved, has the bits of one", async () => {
    using whole = make();
    await whole.fit(data, { ...fitting(), optimizer: sgd({ lr: 0.05 }), steps: 11 });
    using cut = make();
    await cut.fit(data, { ...fitting(), optimizer: sgd({ lr: 0.05 }), steps: 4 });
    await cut.fit(data, { ...fitting(), optimizer: sgd({ lr: 0.05 }), steps: 7 });
    expectSame(cut, whole);
    using other = make(4);
    other.load(all(cut));
    expectSame(other, whole);
    expectSameBits(other.predict(data.x).data, whole.predict(data.x).data, "outputs");
  });

  test.each([true, false])("gradients agree with differences, training %s", (training) => {
    using net = sequential(layers(), { input: shape, seed: 3, dtype: "float64" });
    const few = batch([4, ...shape]);
    const checks = gradientCheck(net, few.x, few.t, { loss: crossEntropy(), training });
    for (const { meanAbsoluteDifference } of Object.values(checks)) {
      expect(meanAbsoluteDifference).toBeLessThan(1e-7);
    }
  });
});

describe("batchNorm", () => {
  const data = batch([40, 5]);
  const make = () => sequential([batchNorm(), dense(3, { weight: he() })], { input: [5], seed: 1 });

  test("inference does not look at the batch; training does", async () => {
    using net = make();
    await net.fit(data, { ...fitting(), steps: 20 });
    const { data: together, shape } = net.predict(data.x);
    const rows = Array.from({ length: 40 }, (_, i) => {
      const row = { ...data.x, shape: [1, 5], data: data.x.data.slice(5 * i, 5 * i + 5) };
      return [...net.predict(row).data];
    });
    expect(rows.flat()).toEqual([...together]);
    expect(shape).toEqual([40, 3]);
    expect(net.loss(data.x, data.t, crossEntropy(), { training: true })).not.toBe(
      net.loss(data.x, data.t, crossEntropy()),
    );
  });

  test("the statistics come near those of the samples, and inference to training", async () => {
    using net = sequential([batchNorm({ momentum: 0.5 })], { input: [3], dtype: "float64" });
    const x = {
      shape: [40, 3],
      dtype: "float64" as const,
      data: Float64Array.from({ length: 120 }, (_, i) => (i % 7) * (1 + (i % 3)) + 5),
    };
    const t = { shape: [40], dtype: "int32" as const, data: new Int32Array(40) };
    await net.fit({ x, t }, { loss: crossEntropy(), optimizer: sgd({ lr: 1e-9 }), batchSize: 40, steps: 60 });
    for (let c = 0; c < 3; c++) {
      const own = Array.from({ length: 40 }, (_, i) => x.data[3 * i + c]!);
      const mean = own.reduce((sum, value) => sum + value) / 40;
      const variance = own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 39;
      expect(net.state["batchNorm1.runningMean"]!.data[c]).toBeCloseTo(mean, 10);
      expect(net.state["batchNorm1.runningVariance"]!.data[c]).toBeCloseTo(variance, 10);
    }
  });

  test("a batch of one sample gives beta, and leaves the statistics as they are", async () => {
    using net = sequential([batchNorm(), dense(3)], { input: [5], seed: 1 });
    const one = {
      x: { ...data.x, shape: [1, 5], data: data.x.data.slice(0, 5) },
      t: { ...data.t, shape: [1], data: data.t.data.slice(0, 1) },
    };
    const { loss } = await net.fit(one, { loss: crossEntropy(), optimizer: sgd(), batchSize: 1, steps: 1 });
    expect(loss[0]).toBeCloseTo(Math.log(3), 6);
    expect([...net.state["batchNorm1.runningMean"]!.data]).toEqual([0, 0, 0, 0, 0]);
    expect([...net.state["batchNorm1.runningVariance"]!.data]).toEqual([1, 1, 1, 1, 1]);
  });

  test("gamma and beta are there where they are asked for", () => {
    const names = (layer: Layer) => {
      using net = sequential([layer], { input: [2, 2, 4] });
      return Object.keys(net.params);
    };
    expect(names(batchNorm())).toEqual(["batchNorm1.gamma", "batchNorm1.beta"]);
    expect(names(batchNorm({ shift: false }))).toEqual(["batchNorm1.gamma"]);
    expect(names(layerNorm({ scale: false }))).toEqual(["layerNorm1.beta"]);
    expect(names(groupNorm(4, { scale: false, shift: false }))).toEqual([]);
  });
});

test("a network that ends in pooling over everything", async () => {
  using net = sequential([batchNorm(), globalAvgPool2d(), dense(3)], { input: [5, 4, 2] });
  const { loss } = await net.fit(batch([20, 5, 4, 2]), { ...fitting(), steps: 3 });
  expect(loss).toHaveLength(3);
});

const floats = (...shape: number[]) => input("x", shape, "float32");

test.each<[message: string, kind: typeof OptionError | typeof ShapeError, make: () => unknown]>([
  ["batchNorm: epsilon must be a number above 0; got 0", OptionError, () => batchNorm({ epsilon: 0 })],
  [
    "batchNorm: momentum must be a number from 0 to below 1; got 1",
    OptionError,
    () => batchNorm({ momentum: 1 }),
  ],
  ["batchNorm: scale must be true or false; got 1", OptionError, () => batchNorm({ scale: 1 as never })],
  [
    'layerNorm: there is no option "eps"; there are epsilon, scale, shift',
    OptionError,
    () => layerNorm({ eps: 1 } as never),
  ],
  ["groupNorm: groups must be a whole number of at least 1; got 0", OptionError, () => groupNorm(0)],
  [
    "groupNorm1: 6 channels do not make 4 groups of equal size (x is [1, 2, 6]); take a divisor of 6",
    ShapeError,
    () => sequential([groupNorm(4)], { input: [2, 6] }),
  ],
  [
    "layerNorm: x must be [batch, …, channels]; x is [3]",
    ShapeError,
    () => layerNormOp(floats(3), floats(3), floats(3)),
  ],
  [
    "batchNorm: x is [2, 3], gamma is [2]; gamma must be [3], a number for each of x's channels",
    ShapeError,
    () => batchNormOp(floats(2, 3), floats(2), floats(3)),
  ],
  [
    "groupNorm: x is [2, 4], beta is [1, 4]; beta must be [4], a number for each of x's channels",
    ShapeError,
    () => groupNormOp(floats(2, 4), 2, floats(4), floats(1, 4)),
  ],
  [
    "channelAffine: dtypes differ: float32, float64, float32, float32; all operands must be of one dtype",
    OptionError,
    () => channelAffine(floats(2, 4), input("mean", [4], "float64"), floats(4), floats(4)),
  ],
])("%s", (message, kind, make) => {
  expect(make).toThrow(kind);
  expect(make).toThrow(expect.objectContaining({ message: expect.stringContaining(message) }));
});
