import { beforeAll, describe, expect, test } from "vitest";
import {
  conv1d,
  conv2d,
  crossEntropy,
  dense,
  dropout,
  flatten,
  gradientCheck,
  he,
  init,
  type Layer,
  layer,
  relu,
  reshape,
  residual,
  ShapeError,
  sequential,
  sgd,
  upsample2d,
} from "../../../src/index.ts";
import { type Made, madeOf } from "../../../src/nn/made-of.ts";
import { add, max, mean, scale, subtract } from "../../../src/ops.ts";
import { elements } from "../../graph/op-cases.ts";
import { train } from "../../reference/training.ts";
import { expectSameBits } from "../../same-bits.ts";

beforeAll(() => init());

const center = () =>
  layer("center", (x, { training, state }) => {
    const running = state("mean", x.shape.slice(1), 0);
    if (!training) return subtract(x, running.value);
    const now = mean(x, { axis: 0 });
    running.update(add(scale(running.value, 0.9), scale(now, 0.1)));
    return subtract(x, now);
  });
/** The largest of each channel, at one position. */
const globalPool = () => layer("globalPool", (x) => max(x, { axis: [1, 2], keepAxis: true }));
const weight = he();
const layers = () => [
  dense(6, { weight }),
  residual(center(), relu(), dropout(0.2), dense(6, { weight })),
  residual(relu(), residual(dense(4, { weight }), { shortcut: dense(4, { weight }) }), dense(3, { weight }), {
    shortcut: dense(3, { weight }),
  }),
];
const floats = (shape: readonly number[], seed: number) => ({
  shape,
  dtype: "float32" as const,
  data: elements("any", shape, "float32", { seed, classes: 1 }),
});
const data = {
  x: floats([40, 5], 1),
  t: { shape: [40], dtype: "int32" as const, data: Int32Array.from({ length: 40 }, (_, i) => i % 3) },
};

describe("residual", () => {
  test("names what is in it, and trains to the reference's bits, state and random elements included", async () => {
    using net = sequential(layers(), { input: [5], seed: 4 });
    expect(Object.keys(net.params).filter((name) => name.endsWith("weight"))).toEqual([
      "dense1.weight",
      "residual1.dense1.weight",
      "residual2.residual1.dense1.weight",
      "residual2.residual1.dense2.weight",
      "residual2.dense1.weight",
      "residual2.dense2.weight",
    ]);
    expect(Object.keys(net.state)).toEqual(["residual1.center1.mean"]);
    const options = { loss: crossEntropy(), optimizer: sgd({ lr: 0.1 }), batchSize: 9, steps: 20 };
    const history = await net.fit(data, options);
    const expected = train({ ...options, layers: layers(), input: [5], seed: 4, data });
    expect(history.loss).toEqual(expected.losses);
    for (const [name, values] of Object.entries({ ...expected.params, ...expected.state })) {
      expectSameBits({ ...net.params, ...net.state }[name]!.data, values, name);
    }
  });

  test("gradients agree with differences", () => {
    using net = sequential(layers(), { input: [5], seed: 4, dtype: "float64" });
    const x = floats([4, 5], 7);
    for (const training of [true, false]) {
      const report = gradientCheck(net, x, [0, 1, 2, 0], { training });
      for (const { maxRelativeError } of Object.values(report)) expect(maxRelativeError).toBeLessThan(1e-5);
    }
  });

  test.each<[what: string, input: readonly number[], block: () => Layer, advice: string | undefined]>([
    ["features", [4], () => residual(dense(5)), "dense(5)"],
    ["features, with a wrong shortcut", [4], () => residual(dense(5), { shortcut: dense(3) }), "dense(5)"],
    ["channels of a signal", [9, 2], () => residual(conv1d(5, { kernel: 1 })), "conv1d(5, { kernel: 1 })"],
    [
      "positions of a signal",
      [10, 2],
      () => residual(conv1d(2, { kernel: 4, stride: 3, padding: "same" })),
      "conv1d(2, { kernel: 1, stride: 3 })",
    ],
    ["channels of images", [4, 4, 3], () => residual(conv2d(5, { kernel: 1 })), "conv2d(5, { kernel: 1 })"],
    [
      "strides",
      [7, 8, 3],
      () => residual(conv2d(5, { kernel: 3, stride: 2, padding: "same" })),
      "conv2d(5, { kernel: 1, stride: 2 })",
    ],
    [
      "strides, with a shortcut without them",
      [8, 8, 3],
      () =>
        residual(conv2d(5, { kernel: 3, stride: 2, padding: "same" }), {
          shortcut: conv2d(5, { kernel: 1 }),
        }),
      "conv2d(5, { kernel: 1, stride: 2 })",
    ],
    [
      "other strides along rows and columns",
      [8, 9, 3],
      () => residual(conv2d(3, { kernel: 3, stride: [1, 3], padding: "same" })),
      "conv2d(3, { kernel: 1, stride: [1, 3] })",
    ],
    ["pooling", [8, 8, 3], () => residual(globalPool()), "conv2d(3, { kernel: 1, stride: 8 })"],
    ["edges that a kernel takes away", [8, 8, 3], () => residual(conv2d(3, { kernel: 3 })), undefined],
    ["more positions", [4, 4, 3], () => residual(upsample2d(2)), undefined],
    ["features of images", [4, 4, 3], () => residual(flatten(), dense(5)), undefined],
    ["five axes", [1, 2, 3, 4], () => residual(reshape([2, 1, 3, 4])), undefined],
  ])("advises a shortcut that does, or none: %s", (_, input, block, advice) => {
    let message = "";
    try {
      sequential([block()], { input });
    } catch (error) {
      expect(error).toBeInstanceOf(ShapeError);
      ({ message } = error as ShapeError);
    }
    const advised =
      /both must be of one shape: give a shortcut that makes x so, as in residual\(…, \{ shortcut: (.*) \}\)$/.exec(
        message,
      );
    expect(advised?.[1]).toBe(advice);
    if (advice === undefined) {
      expect(message).toMatch(/both must be of one shape: give a shortcut from x to \[1(, \d+)+\]$/);
      return;
    }
    const shortcut = new Function("dense", "conv1d", "conv2d", `return ${advice};`)(
      dense,
      conv1d,
      conv2d,
    ) as Layer;
    const { layers } = (block() as unknown as Record<symbol, Made>)[madeOf]!.options as { layers: Layer[] };
    using net = sequential([residual(...layers, { shortcut })], { input });
    expect(net.predict(floats([2, ...input], 1)).shape[0]).toBe(2);
  });

  test("is x itself where its layers give zeros", () => {
    using net = sequential([residual(dense(5), relu())], { input: [5] });
    net.params["residual1.dense1.weight"] = { ...floats([5, 5], 1), data: new Float32Array(25) };
    const outputs = net.predict(data.x).data;
    for (const [i, value] of data.x.data.entries()) expect(outputs[i] === value).toBe(true);
  });

  test("a layer in several places has parameters of its own in each", () => {
    const one = dense(5);
    using net = sequential([one, residual(one, one), one], { input: [5] });
    expect(Object.keys(net.params)).toHaveLength(8);
  });
});
