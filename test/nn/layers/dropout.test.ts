import { beforeAll, describe, expect, test } from "vitest";
import { Purpose } from "../../../assembly/isa/random.ts";
import {
  adam,
  crossEntropy,
  dense,
  dropout,
  flatten,
  gradientCheck,
  he,
  init,
  layer,
  relu,
  sequential,
  sgd,
  spatialDropout,
} from "../../../src/index.ts";
import { size } from "../../../src/tensor.ts";
import { elements } from "../../graph/op-cases.ts";
import { bernoulli } from "../../reference/random.ts";
import { train } from "../../reference/training.ts";
import { expectSameBits } from "../../same-bits.ts";

beforeAll(() => init());

const batch = (shape: readonly number[]) => ({
  x: { shape, dtype: "float32" as const, data: elements("any", shape, "float32", { seed: 1, classes: 1 }) },
  t: {
    shape: [shape[0]!],
    dtype: "int32" as const,
    data: Int32Array.from({ length: shape[0]! }, (_, i) => i % 3),
  },
});
const data = batch([70, 6]);
const fitting = () => ({ loss: crossEntropy(), optimizer: adam({ lr: 0.01 }), batchSize: 16 });
const layers = (rate = 0.4) => [
  dropout(rate / 2),
  dense(20, { weight: he() }),
  relu(),
  dropout(rate),
  dense(3, { weight: he() }),
];
const make = (seed = 3) => sequential(layers(), { input: [6], seed });

/** What the first step of training makes of ones. */
async function ofOnes(kind: typeof dropout, rate: number, shape: readonly number[], seed = 9) {
  const kept = layer("kept", (x, { state, training }) => {
    // The network is made with smaller batches.
    const dropped = state("dropped", shape, 0);
    if (training && x.shape[0] === shape[0]) dropped.update(x);
    return x;
  });
  using net = sequential([kind(rate), kept, flatten(), dense(3)], { input: shape.slice(1), seed });
  const { t } = batch([shape[0]!]);
  const ones = { shape, dtype: "float32" as const, data: new Float32Array(size(shape)).fill(1) };
  await net.fit({ x: ones, t }, { loss: crossEntropy(), optimizer: sgd(), batchSize: shape[0]!, steps: 1 });
  return [...net.state["kept1.dropped"]!.data];
}

describe("dropout", () => {
  test("training: the reference's bits", async () => {
    using net = make();
    const history = await net.fit(data, { ...fitting(), steps: 25 });
    const expected = train({ ...fitting(), layers: layers(), input: [6], seed: 3, data, steps: 25 });
    expect(history.loss).toEqual(expected.losses);
    for (const [name, values] of Object.entries(expected.params)) {
      expectSameBits(net.params[name]!.data, values, name);
    }
  });

  test("in training each element is 0 or 1 / (1 - rate), by seed, layer and step", async () => {
    const seed = { low: 9, high: 0 };
    const expected = Array.from({ length: 35 }, (_, i) =>
      bernoulli(i, 0.7, seed, Purpose.dropout, 0, 0) ? Math.fround(1 / 0.7) : 0,
    );
    expect(await ofOnes(dropout, 0.3, [5, 7])).toEqual(expected);
    expect(await ofOnes(dropout, 0.3, [5, 7], 10)).not.toEqual(expected);
  });

  test("drops as many as the rate says; their mean stays", async () => {
    for (const rate of [0.1, 0.5, 0.9]) {
      const made = await ofOnes(dropout, rate, [100, 100]);
      const dropped = made.filter((each) => each === 0).length / made.length;
      const deviation = Math.sqrt((rate * (1 - rate)) / made.length);
      expect(Math.abs(dropped - rate)).toBeLessThan(4 * deviation);
      const mean = made.reduce((sum, each) => sum + each, 0) / made.length;
      expect(Math.abs(mean - 1)).toBeLessThan((4 * deviation) / (1 - rate) + 1e-6);
    }
  });

  test("rate 0 drops nothing", async () => {
    expect(new Set(await ofOnes(dropout, 0, [4, 5]))).toEqual(new Set([1]));
  });

  test("in inference it is not there", async () => {
    using net = make();
    using plain = sequential(
      layers().filter(({ name }) => name !== "dropout"),
      { input: [6], seed: 3 },
    );
    expectSameBits(net.predict(data.x).data, plain.predict(data.x).data, "outputs");
    expect(net.loss(data.x, data.t)).toBe(plain.loss(data.x, data.t));
    expect(await net.evaluate(data)).toEqual(await plain.evaluate(data));
    const gradient = net.gradient(data.x, data.t, crossEntropy(), { training: false });
    for (const [name, { data: values }] of Object.entries(plain.gradient(data.x, data.t))) {
      expectSameBits(gradient[name]!.data, values, name);
    }
  });

  test("a run cut into steps has the bits of one", async () => {
    using whole = make();
    using cut = make();
    await whole.fit(data, { ...fitting(), steps: 7 });
    const options = fitting();
    for (let step = 0; step < 7; step++) await cut.fit(data, { ...options, steps: 1 });
    for (const [name, { data: values }] of Object.entries(whole.params)) {
      expectSameBits(cut.params[name]!.data, values, name);
    }
  });

  test("gradients agree, the mask held, which the next step draws anew", async () => {
    using net = sequential(layers(), { input: [6], seed: 3, dtype: "float64" });
    const { x, t } = batch([5, 6]);
    const once = net.gradient(x, t);
    const report = gradientCheck(net, x, t);
    for (const { maxRelativeError } of Object.values(report)) expect(maxRelativeError).toBeLessThan(1e-5);
    await net.fit(data, { ...fitting(), optimizer: sgd({ lr: 1e-300 }), steps: 1 });
    expect(net.gradient(x, t)["dense2.weight"]!.data).not.toEqual(once["dense2.weight"]!.data);
  });

  test.each([-0.1, 1, 0.99999999999, Number.NaN, "0.5"])("a rate of %s is refused", (rate) => {
    const words = typeof rate === "string" ? `"${rate}"` : rate;
    expect(() => dropout(rate as number)).toThrow(
      `dropout: rate must be a number from 0 to 1 - 2^-32; got ${words}`,
    );
    expect(() => spatialDropout(rate as number)).toThrow("spatialDropout: rate must be");
  });
});

describe("spatialDropout", () => {
  test("drops whole channels of a sample", async () => {
    const [m, h, w, channels] = [6, 2, 3, 5];
    const made = await ofOnes(spatialDropout, 0.4, [m, h, w, channels]);
    const seed = { low: 9, high: 0 };
    const expected = Array.from({ length: m * h * w * channels }, (_, i) => {
      const place = Math.floor(i / (h * w * channels)) * channels + (i % channels);
      return bernoulli(place, 0.6, seed, Purpose.dropout, 0, 0) ? Math.fround(1 / 0.6) : 0;
    });
    expect(made).toEqual(expected);
    expect(new Set(made).size).toBe(2);
  });

  test("needs channels of something", () => {
    expect(() => sequential([spatialDropout()], { input: [4] })).toThrow(
      "spatialDropout1: x must be [batch, …, channels]; x is [1, 4]; use dropout()",
    );
  });
});
