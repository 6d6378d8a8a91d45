import { beforeAll, describe, expect, it } from "vitest";
import { TwoLayerNet } from "../../src/book/index.ts";
import {
  dense,
  type GradientCheck,
  gradientCheck,
  init,
  layer,
  type NamedTensors,
  sequential,
  softmax,
  sumSquaredError,
  tanh,
  tensor,
} from "../../src/index.ts";
import { multiply, scale } from "../../src/ops.ts";

beforeAll(() => init());

const x = tensor(
  Array.from({ length: 4 * 5 }, (_, i) => Math.cos(3 * i)),
  [4, 5],
  "float64",
);
const worst = (report: GradientCheck) =>
  Math.max(...Object.values(report).map((check) => check.maxRelativeError));

describe("gradientCheck", () => {
  it("finds both gradients alike: three layers of tanh, softmax and squared errors", () => {
    const layers = [dense(6), tanh(), dense(4), tanh(), dense(3), softmax()];
    const net = sequential(layers, { input: [5], dtype: "float64", seed: 4 });
    for (const name of Object.keys(net.params)) {
      const { shape, data } = net.params[name]!;
      net.params[name] = {
        shape,
        dtype: "float64",
        data: data.map((_: number, i: number) => Math.sin(7 * i + 1)),
      };
    }
    const t = tensor(
      Array.from({ length: 12 }, (_, i) => (i % 4 === 1 ? 1 : 0)),
      [4, 3],
      "float64",
    );
    const report = gradientCheck(net, x, t, { loss: sumSquaredError() });
    expect(Object.keys(report)).toEqual(Object.keys(net.params));
    expect(worst(report)).toBeLessThan(1e-6);
    const gradient = net.gradient(x, t, sumSquaredError());
    for (const [name, { meanAbsoluteDifference }] of Object.entries(report)) {
      const greatest = Math.max(...Array.from(gradient[name]!.data, Math.abs));
      expect(meanAbsoluteDifference).toBeLessThan(1e-7 * greatest);
    }
  });

  it("takes the book's networks, and an h", () => {
    using net = new TwoLayerNet(5, 3, 2, { activation: "sigmoid", weightInitStd: 1 });
    const coarse = gradientCheck(net, x, [0, 1, 1, 0], { h: 0.1 });
    const fine = gradientCheck(net, x, [0, 1, 1, 0]);
    expect(Object.keys(fine)).toEqual(["W1", "b1", "W2", "b2"]);
    expect(worst(fine)).toBeLessThan(1e-6);
    expect(worst(coarse)).toBeGreaterThan(100 * worst(fine));
  });

  it("holds for a layer of one's own", () => {
    const cubed = layer("cubed", (value) => scale(multiply(value, multiply(value, value)), 0.5));
    const net = sequential([dense(3), cubed, dense(2)], { input: [5], dtype: "float64" });
    expect(worst(gradientCheck(net, x, [0, 1, 1, 0]))).toBeLessThan(1e-5);
  });

  it("shows a wrong gradient, and where it is", () => {
    const numerical: NamedTensors = { W: tensor([1, 2, 3, 4, 5, 6], [2, 3], "float64") };
    const wrong: NamedTensors = { W: tensor([1, 2, 3, 4, 4, 6.6], [2, 3], "float64") };
    const net = { gradient: () => wrong, numericalGradient: () => numerical };
    const { W } = gradientCheck(net, 0, 0);
    expect(W!.meanAbsoluteDifference).toBeCloseTo(1.6 / 6, 15);
    expect(W!.maxRelativeError).toBe(0.2);
    expect(W!.worst).toEqual({ index: [1, 1], backpropagation: 4, numerical: 5 });
  });

  it("holds tiny gradients against the noise of a difference, and NaN for the worst", () => {
    const of = (...values: number[]) => ({ b: tensor(values, undefined, "float64") });
    const check = (a: NamedTensors, b: NamedTensors) =>
      gradientCheck({ gradient: () => a, numericalGradient: () => b }, 0, 0).b!;
    expect(check(of(0, 1), of(1e-12, 1)).maxRelativeError).toBeCloseTo(1e-6, 15);
    expect(check(of(1, 1), of(1, 1))).toEqual({
      meanAbsoluteDifference: 0,
      maxRelativeError: 0,
      worst: { index: [0], backpropagation: 1, numerical: 1 },
    });
    expect(check(of(0, Number.NaN, 3), of(0, 1, 1))).toMatchObject({
      maxRelativeError: Number.NaN,
      worst: { index: [1] },
    });
  });
});
