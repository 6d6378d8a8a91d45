import { beforeAll, describe, expect, test } from "vitest";
import {
  crossEntropy,
  dense,
  dropout,
  gradientCheck,
  he,
  init,
  layer,
  relu,
  residual,
  sequential,
  sgd,
} from "../../../src/index.ts";
import { add, mean, scale, subtract } from "../../../src/ops.ts";
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
