import { beforeAll, describe, expect, test } from "vitest";
import {
  constant,
  crossEntropy,
  dense,
  init,
  type Loss,
  loss,
  sequential,
  sumSquaredError,
} from "../../src/index.ts";
import { mean } from "../../src/ops.ts";

// A float32 sum of a million terms, each added to what there is, is off by up to some percent.

const M = 1_000_000;
const WITHIN = 1e-5;
const INPUTS = 2;

beforeAll(() => init());

const make = (dtype: "float32" | "float64") =>
  sequential([dense(3, { weight: constant(0.3), bias: constant(0.1) })], { input: [INPUTS], dtype });

/** Both networks' loss, and their gradients of weight and bias, for one batch. */
function both(x: Float32Array, t: Int32Array | Float32Array, by: Loss) {
  return (["float32", "float64"] as const).map((dtype) => {
    using net = make(dtype);
    const gradients = net.gradient(x, t, by);
    return [net.loss(x, t, by), ...Object.values(gradients).flatMap(({ data }) => [...data])];
  }) as [number[], number[]];
}

/** The largest relative error. */
function off([got, expected]: readonly [number[], number[]]): number {
  return Math.max(...got.map((value, i) => Math.abs(value / expected[i]! - 1)));
}

describe("a batch of a million in float32: loss, weight gradient and bias gradient", () => {
  const alike = new Float32Array(M * INPUTS).fill(0.1);
  const varied = alike.map((_, i) => 0.1 + ((i * 7919) % 1009) / 500);

  test.each([
    ["alike", alike],
    ["varied", varied],
  ])("samples that are %s", (_, x) => {
    expect(off(both(x, new Int32Array(M), crossEntropy()))).toBeLessThan(WITHIN);
    expect(off(both(x, new Float32Array(M * 3).fill(-0.7), sumSquaredError()))).toBeLessThan(WITHIN);
  });
});

test("the mean of millions of numbers", () => {
  const output = loss("output", (y) => mean(y));
  for (const m of [60_000, M, 4 * M]) {
    using net = sequential([dense(1, { weight: constant(0), bias: constant(0.1) })], { input: [1] });
    const got = net.loss(new Float32Array(m), new Float32Array(m), output);
    expect(Math.abs(got / 0.1 - 1), String(m)).toBeLessThan(WITHIN);
  }
});
