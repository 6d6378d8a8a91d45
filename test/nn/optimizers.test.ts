import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import {
  adaGrad,
  adam,
  crossEntropy,
  dense,
  init,
  momentum,
  type NestedArray,
  type Optimizer,
  OptionError,
  relu,
  sequential,
  sgd,
  tanh,
  tensor,
} from "../../src/index.ts";

/** What test/fixtures/optimizers.py writes. */
interface Fixture {
  readonly x: NestedArray;
  readonly t: number[];
  readonly initial: Readonly<Record<string, NestedArray>>;
  readonly trajectories: Readonly<
    Record<string, { losses: number[]; params: Readonly<Record<string, number[]>> }>
  >;
}

const fixture: Fixture = JSON.parse(
  readFileSync(new URL("../fixtures/optimizers.json", import.meta.url), "utf8"),
);

beforeAll(() => init());

/** With the script's coefficients. */
const optimizers: readonly Optimizer[] = [
  sgd({ lr: 0.5 }),
  momentum({ lr: 0.1, momentum: 0.8 }),
  adaGrad({ lr: 0.1, epsilon: 1e-2 }),
  adam({ lr: 0.05, beta1: 0.8, beta2: 0.99, epsilon: 1e-3 }),
];

test.each(optimizers)("$name follows PyTorch's trajectory", async (optimizer) => {
  const { x, t, initial, trajectories } = fixture;
  const { losses, params } = trajectories[optimizer.name]!;
  using net = sequential([dense(6), tanh(), dense(5), relu(), dense(3)], { input: [4], dtype: "float64" });
  for (const [name, values] of Object.entries(initial))
    net.params[name] = tensor(values, undefined, "float64");
  const data = { x: tensor(x, undefined, "float64"), t: tensor(t, undefined, "int32") };
  const history = await net.fit(data, {
    loss: crossEntropy(),
    optimizer,
    batchSize: t.length,
    steps: losses.length,
  });
  // Both round differently, and forty steps carry that on.
  history.loss.forEach((loss, step) => {
    expect(Math.abs(loss - losses[step]!), `loss of step ${step}`).toBeLessThan(1e-12);
  });
  for (const [name, expected] of Object.entries(params)) {
    const actual = net.params[name]!.data;
    expected.forEach((value, i) => {
      expect(Math.abs(actual[i]! - value), `${name}, element ${i}`).toBeLessThan(1e-11);
    });
  }
});

describe("options out of range", () => {
  test.each<[string, () => Optimizer, string]>([
    ["sgd", () => sgd({ lr: 0 }), "sgd: lr must be a number above 0, or a schedule; got 0"],
    ["sgd", () => sgd({ lr: Number.NaN }), "sgd: lr must be a number above 0, or a schedule; got NaN"],
    ["momentum", () => momentum({ lr: -1 }), "momentum: lr must be a number above 0, or a schedule; got -1"],
    [
      "momentum",
      () => momentum({ momentum: 1 }),
      "momentum: momentum must be a number from 0 to below 1; got 1",
    ],
    ["adaGrad", () => adaGrad({ epsilon: 0 }), "adaGrad: epsilon must be a number above 0; got 0"],
    ["adam", () => adam({ beta1: -0.1 }), "adam: beta1 must be a number from 0 to below 1; got -0.1"],
    ["adam", () => adam({ beta2: 1 }), "adam: beta2 must be a number from 0 to below 1; got 1"],
    ["adam", () => adam({ epsilon: Infinity }), "adam: epsilon must be a number above 0; got Infinity"],
  ])("%s", (_, make, message) => {
    expect(make).toThrow(new OptionError(message));
  });
});
