import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import * as kobai from "../../src/index.ts";
import {
  accumulate,
  adadelta,
  adaGrad,
  adam,
  adamax,
  adamw,
  amsgrad,
  averaged,
  clipByGlobalNorm,
  clipByNorm,
  clipByValue,
  cosine,
  crossEntropy,
  dense,
  exponential,
  frozen,
  group,
  init,
  lion,
  momentum,
  movingAverage,
  type NestedArray,
  nadam,
  nesterov,
  type Optimizer,
  OptionError,
  oneCycle,
  plateau,
  polynomial,
  type Rate,
  radam,
  relu,
  rmsprop,
  sequential,
  sgd,
  stepDecay,
  swapAverage,
  tanh,
  tensor,
  warmUp,
  weightDecay,
} from "../../src/index.ts";

/** What test/fixtures/optimizers.py writes. */
interface Fixture {
  readonly x: NestedArray;
  readonly t: number[];
  readonly initial: Readonly<Record<string, NestedArray>>;
  readonly trajectories: Readonly<Record<string, Trajectory>>;
  readonly plateau: { readonly losses: number[]; readonly rates: number[] };
}

interface Trajectory {
  readonly losses: number[];
  readonly rates: number[];
  readonly params: Readonly<Record<string, number[]>>;
  /** all parameters' one behind the other */
  readonly average?: number[];
}

const fixture: Fixture = JSON.parse(
  readFileSync(new URL("../fixtures/optimizers.json", import.meta.url), "utf8"),
);

beforeAll(() => init());

const betas = { beta1: 0.8, beta2: 0.99, epsilon: 1e-3 };
const scheduled = (lr: Rate) => () => sgd({ lr });

/** With the script's coefficients. */
const optimizers: Readonly<Record<string, () => Optimizer>> = {
  sgd: () => sgd({ lr: 0.5 }),
  momentum: () => momentum({ lr: 0.1, momentum: 0.8 }),
  adaGrad: () => adaGrad({ lr: 0.1, epsilon: 1e-2 }),
  adam: () => adam({ lr: 0.05, ...betas }),
  "adam, corrected": () => adam({ lr: 0.05, ...betas, corrected: true }),
  nesterov: () => nesterov({ lr: 0.1, momentum: 0.8 }),
  rmsprop: () => rmsprop({ lr: 0.05, rho: 0.9, epsilon: 1e-2 }),
  adadelta: () => adadelta({ lr: 2, rho: 0.8, epsilon: 1e-2 }),
  amsgrad: () => amsgrad({ lr: 0.05, ...betas }),
  adamw: () => adamw({ lr: 0.05, weightDecay: 0.2, ...betas }),
  nadam: () => nadam({ lr: 0.05, momentumDecay: 0.04, ...betas }),
  radam: () => radam({ lr: 0.05, ...betas }),
  adamax: () => adamax({ lr: 0.05, ...betas }),
  lion: () => lion({ lr: 0.01, beta1: 0.8, beta2: 0.95, weightDecay: 0.2 }),
  "defaults of rmsprop": rmsprop,
  "defaults of adadelta": adadelta,
  "defaults of amsgrad": amsgrad,
  "defaults of adamw": adamw,
  "defaults of nadam": nadam,
  "defaults of radam": radam,
  "defaults of adamax": adamax,
  "L2 decay": () => rmsprop({ lr: 0.05, with: [weightDecay(0.3)] }),
  "clipped by value": () => sgd({ lr: 0.5, with: [clipByValue(0.02)] }),
  "clipped by norm": () => sgd({ lr: 0.5, with: [clipByNorm(0.1)] }),
  "clipped by global norm": () => sgd({ lr: 0.5, with: [clipByGlobalNorm(0.2)] }),
  "in groups": () =>
    sgd({
      lr: 0.1,
      with: [weightDecay(0.1), group("bias", { lrMultiplier: 2, weightDecay: 0 }), frozen("dense2.weight")],
    }),
  accumulated: () => adam({ lr: 0.05, ...betas, corrected: true, with: [accumulate(3)] }),
  stepDecay: scheduled(stepDecay({ from: 0.5, every: 6, gamma: 0.5 })),
  "stepDecay at": scheduled(stepDecay({ from: 0.5, at: [4, 5, 17], gamma: 0.5 })),
  exponential: scheduled(exponential({ from: 0.5, gamma: 0.9 })),
  polynomial: scheduled(polynomial({ from: 0.5, steps: 15, power: 1.7 })),
  cosine: scheduled(cosine({ from: 0.5, steps: 20, to: 0.05 })),
  "cosine with restarts": scheduled(cosine({ from: 0.5, steps: 3, restart: 2, to: 0.05 })),
  oneCycle: scheduled(oneCycle({ max: 0.8, steps: 20, divide: 10 })),
  warmUp: scheduled(warmUp({ steps: 5, factor: 0.2, to: exponential({ from: 0.5, gamma: 0.9 }) })),
  own: scheduled((step) => 0.5 / (1 + step)),
};

function network() {
  const net = sequential([dense(6), tanh(), dense(5), relu(), dense(3)], { input: [4], dtype: "float64" });
  for (const [name, values] of Object.entries(fixture.initial)) {
    net.params[name] = tensor(values, undefined, "float64");
  }
  return net;
}

const data = () => ({
  x: tensor(fixture.x, undefined, "float64"),
  t: tensor(fixture.t, undefined, "int32"),
});

test("the script has no other trajectories", () => {
  expect(Object.keys(optimizers).sort()).toEqual(Object.keys(fixture.trajectories).sort());
});

test.each(Object.entries(optimizers))("%s follows PyTorch's trajectory", async (name, make) => {
  const { losses, rates, params } = fixture.trajectories[name]!;
  const optimizer = make();
  const { lr } = optimizer;
  using net = network();
  const history = await net.fit(data(), {
    loss: crossEntropy(),
    optimizer,
    batchSize: fixture.t.length,
    steps: losses.length,
  });
  // Both round differently, and forty steps carry that on.
  history.loss.forEach((loss, step) => {
    expect(Math.abs(loss - losses[step]!), `loss of step ${step}`).toBeLessThan(1e-12);
  });
  if (typeof lr === "function") {
    for (const [step, rate] of rates.entries())
      expect(lr(step), `rate of step ${step}`).toBeCloseTo(rate, 14);
  }
  for (const [name, expected] of Object.entries(params)) {
    const actual = net.params[name]!.data;
    expected.forEach((value, i) => {
      expect(Math.abs(actual[i]! - value), `${name}, element ${i}`).toBeLessThan(1e-11);
    });
  }
});

test("the moving average is PyTorch's, and can take the weights' place", async () => {
  const { losses, average, params } = fixture.trajectories.sgd!;
  using net = network();
  const optimizer = sgd({ lr: 0.5, with: [movingAverage(0.9)] });
  const options = { loss: crossEntropy(), optimizer, batchSize: fixture.t.length };
  expect(() => averaged(net)).toThrow(kobai.StateError);
  await net.fit(data(), { ...options, steps: losses.length });
  const flat = (tensors: kobai.NamedTensors) => Object.values(tensors).flatMap(({ data }) => [...data]);
  const expectClose = (actual: number[], expected: number[]) => {
    expect(actual).toHaveLength(expected.length);
    for (const [i, value] of actual.entries()) expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-11);
  };
  const weights = Object.values(params).flat();
  expectClose(flat(averaged(net)), average!);
  swapAverage(net);
  expectClose(flat(net.params), average!);
  expectClose(flat(averaged(net)), weights);
  swapAverage(net);
  expectClose(flat(net.params), weights);
});

test("the rate on a plateau is PyTorch's", () => {
  const { losses, rates } = fixture.plateau;
  const lr = plateau({ from: 0.1, factor: 0.5, patience: 1, cooldown: 2, to: 0.01 });
  let state: kobai.ScheduleState | undefined;
  expect(lr(0, state)).toBe(0.1);
  losses.forEach((loss, i) => {
    const results = { train: { loss: 7, accuracy: 0 }, test: { loss, accuracy: 1 } };
    state = lr.next!(state, { step: i + 1, epoch: i + 1, results });
    expect(lr(i + 1, state), `after ${i + 1} losses`).toBeCloseTo(rates[i]!, 15);
  });
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
