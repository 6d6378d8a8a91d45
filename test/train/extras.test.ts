// What an optimizer does besides its rule, in fits: what is frozen costs nothing, what is cut goes on, what does not fit is refused.

import { beforeAll, describe, expect, test } from "vitest";
import {
  accumulate,
  adam,
  averaged,
  checkpoint,
  clipByGlobalNorm,
  clipByNorm,
  clipByValue,
  cosine,
  crossEntropy,
  dense,
  type FitOptions,
  frozen,
  group,
  he,
  init,
  load,
  memoryReport,
  movingAverage,
  type Network,
  nadam,
  type Optimizer,
  OptionError,
  plateau,
  type Rate,
  relu,
  StateError,
  sequential,
  sgd,
  swapAverage,
  warmUp,
  weightDecay,
} from "../../src/index.ts";
import { expectSameBits } from "../same-bits.ts";
import { blobs } from "./blobs.ts";

beforeAll(() => init());

/** 100 samples, of which a batch of 16 leaves a rest of 4: an epoch is 7 steps. */
const data = blobs(100);
const make = () =>
  sequential(
    [dense(8, { weight: he() }), relu(), dense(6, { weight: he() }), relu(), dense(3, { weight: he() })],
    {
      input: [2],
      seed: 5,
    },
  );
const base = (optimizer: Optimizer) => ({ loss: crossEntropy(), optimizer, batchSize: 16 });

const bits = (net: Network) =>
  Object.entries(net.params).map(([name, { data }]) => [name, data.slice()] as const);

function expectSame(net: Network, expected: ReturnType<typeof bits>): void {
  for (const [name, values] of expected) expectSameBits(net.params[name]!.data, values, name);
}

describe("frozen parameters", () => {
  test.each(["backprop", "numerical"] as const)("stay as they are, by %s", async (gradient) => {
    using net = make();
    const before = bits(net);
    const optimizer = adam({ with: [frozen("dense1", "dense3.bias"), weightDecay(0.1), movingAverage()] });
    await net.fit(data, { ...base(optimizer), steps: 3, gradient });
    for (const [name, values] of before) {
      const isFrozen = name.startsWith("dense1.") || name === "dense3.bias";
      if (isFrozen) expectSameBits(net.params[name]!.data, values, name);
      else expect(net.params[name]!.data).not.toEqual(values);
    }
    expect(averaged(net)["dense1.weight"]).toEqual(net.params["dense1.weight"]);
  });

  test("have no gradients computed", async () => {
    using net = make();
    const marker = net.params["dense1.weight"]!.data.slice().fill(7);
    net.grads["dense1.weight"] = { ...net.params["dense1.weight"]!, data: marker };
    await net.fit(data, { ...base(sgd({ with: [frozen("dense1")] })), steps: 3 });
    expect(net.grads["dense1.weight"]!.data).toEqual(marker);
    expect(net.grads["dense2.weight"]!.data.some((slope) => slope !== 0)).toBe(true);
  });

  test("train the rest as if it were all: the bits are those of the plain optimizer where nothing is frozen", async () => {
    using net = make();
    using other = make();
    const options = { steps: 20 };
    await net.fit(data, { ...base(sgd({ lr: 0.1 })), ...options });
    // A group of its own, treated like the rest.
    await other.fit(data, {
      ...base(sgd({ lr: 0.1, with: [group("dense2", { lrMultiplier: 1 })] })),
      ...options,
    });
    for (const [name, values] of bits(net)) expect([...other.params[name]!.data]).toEqual([...values]);
  });
});

describe("a fit that is cut", () => {
  const optimizers: Readonly<Record<string, () => Optimizer>> = {
    "between two updates": () =>
      nadam({
        lr: warmUp({ steps: 2, to: cosine({ from: 0.02, steps: 5, restart: 2 }) }),
        with: [
          accumulate(3),
          clipByGlobalNorm(0.5),
          weightDecay(0.01),
          movingAverage(0.8),
          frozen("dense2.bias"),
        ],
      }),
    "on a plateau": () =>
      sgd({ lr: plateau({ from: 0.3, factor: 0.5, patience: 0, threshold: 0.2 }), with: [clipByNorm(1)] }),
  };
  const options = (optimizer: Optimizer, steps: number): FitOptions => ({
    ...base(optimizer),
    steps,
    evaluate: { data, every: 5, metrics: ["loss"] },
  });

  test.each(Object.entries(optimizers))("%s, goes on with the same optimizer", async (_, optimizer) => {
    using whole = make();
    using cut = make();
    await whole.fit(data, options(optimizer(), 25));
    const same = optimizer();
    for (const steps of [10, 5, 10]) await cut.fit(data, options(same, steps));
    expectSame(cut, bits(whole));
  });

  test.each(Object.entries(optimizers))(
    "%s, goes on from a checkpoint with one like it",
    async (name, optimizer) => {
      using whole = make();
      using cut = make();
      await whole.fit(data, options(optimizer(), 25));
      await cut.fit(data, options(optimizer(), 10));
      using again = await load(checkpoint(cut));
      await again.fit(data, options(optimizer(), 15));
      expectSame(again, bits(whole));
      if (!name.startsWith("between")) return;
      for (const [parameter, { data: values }] of Object.entries(averaged(whole))) {
        expectSameBits(averaged(again)[parameter]!.data, values, parameter);
      }
    },
  );

  test("steps over where a call ends: many groups, many steps", async () => {
    const optimizer = () =>
      adam({
        lr: (step) => 0.01 / (1 + step),
        with: [group("bias", { lrMultiplier: 0.5 }), accumulate(7), clipByValue(0.1)],
      });
    using whole = make();
    using cut = make();
    await whole.fit(data, { ...base(optimizer()), steps: 2500 });
    const same = optimizer();
    for (const steps of [1024, 1, 1023, 452]) await cut.fit(data, { ...base(same), steps });
    expectSame(cut, bits(whole));
  });
});

test("a plateau's rate is what callbacks are told", async () => {
  using net = make();
  const rates: number[] = [];
  await net.fit(data, {
    ...base(sgd({ lr: plateau({ from: 0.25, factor: 0.5, patience: 0, threshold: 0.9 }) })),
    steps: 20,
    evaluate: { data, every: 5 },
    callbacks: [{ onStep: ({ lr }) => void rates.push(lr), every: 5 }],
  });
  expect(rates).toEqual([0.25, 0.125, 0.0625, 0.03125]);
});

describe("the moving average", () => {
  test("is the weights' until the first update", async () => {
    using net = make();
    await net.fit(data, { ...base(sgd({ with: [movingAverage(), accumulate(3)] })), steps: 2 });
    expect(averaged(net)).toEqual({ ...net.params });
    swapAverage(net);
    expect(averaged(net)).toEqual({ ...net.params });
  });

  test("is there only where it was asked for", async () => {
    using net = make();
    const message =
      "the network has no moving average of its weights: fit it with an optimizer that keeps one, such as sgd({ with: [movingAverage()] })";
    expect(() => averaged(net)).toThrow(new StateError(`averaged: ${message}`));
    await net.fit(data, { ...base(sgd()), steps: 1 });
    expect(() => swapAverage(net)).toThrow(new StateError(`swapAverage: ${message}`));
  });
});

describe("a rate that is none in the middle of a fit", () => {
  test.each<[string, (step: number) => unknown, string]>([
    ["is below 0", (step) => 0.1 - step / 100, "fit: optimizer.lr must be a number of at least 0; got"],
    [
      "is infinite in float32",
      (step) => (step < 11 ? 0.1 : 1e39),
      "fit: the optimizer sgd has the coefficient 1e+39;",
    ],
    [
      "is not there",
      (step) => {
        if (step === 11) throw new RangeError("no rate");
        return 0.1;
      },
      "no rate",
    ],
  ])("%s ends it after the steps before", async (_, lr, message) => {
    using net = make();
    const fitted = net.fit(data, { ...base(sgd({ lr: lr as Rate })), steps: 40 });
    await expect(fitted).rejects.toThrow(message);
    expect(net.steps).toBe(11);
    using whole = make();
    await whole.fit(data, { ...base(sgd({ lr: (step) => lr(step) as number })), steps: 11 });
    expectSame(net, bits(whole));
    // Nothing of it is in the way of what follows.
    await net.fit(data, { ...base(sgd()), steps: 1 });
  });
});

describe("fit refuses", () => {
  const there =
    "there are dense1.weight, dense1.bias, dense2.weight, dense2.bias, dense3.weight, dense3.bias";
  test.each<[string, () => Partial<FitOptions>, string]>([
    [
      "a group that there is not",
      () => ({ optimizer: sgd({ with: [group("dense7", { lrMultiplier: 2 })] }) }),
      `fit: there is no layer or parameter "dense7", which optimizer.with names; ${there}`,
    ],
    [
      "to freeze what there is not",
      () => ({ optimizer: sgd({ with: [frozen("dense1.beta")] }) }),
      `fit: there is no layer or parameter "dense1.beta", which optimizer.with names; ${there}`,
    ],
    [
      "a parameter in two groups",
      () => ({ optimizer: sgd({ with: [group("dense1", {}), frozen("bias")] }) }),
      "fit: optimizer.with has the parameter dense1.bias in two groups; it can be in one",
    ],
    [
      "to freeze everything",
      () => ({ optimizer: sgd({ with: [frozen("weight", "bias")] }) }),
      "fit: all parameters are frozen; there is nothing to train",
    ],
    [
      "to clip twice",
      () => ({ optimizer: sgd({ with: [clipByNorm(1), clipByValue(1)] }) }),
      "fit: optimizer.with has clipByNorm and clipByValue; one of these can be had",
    ],
    [
      "two decays",
      () => ({ optimizer: sgd({ with: [weightDecay(1), weightDecay(2)] }) }),
      "fit: optimizer.with has weightDecay and weightDecay; one of these can be had",
    ],
    [
      "a list of an optimizer of one's own that is none",
      () => ({ optimizer: { ...sgd(), with: "decay" as never } }),
      'fit: optimizer.with must be a list such as [weightDecay(1e-4)]; got "decay"',
    ],
    [
      "a schedule that gives no number",
      () => ({ optimizer: sgd({ lr: () => Number.NaN }) }),
      "fit: optimizer.lr must be a number of at least 0; got NaN",
    ],
    [
      "a schedule that gives none later on",
      () => ({
        optimizer: sgd({
          lr: (step) => (step < 3 ? 0.1 : (undefined as never)),
          with: [accumulate(2), group("bias", {})],
        }),
        steps: 10,
      }),
      "fit: optimizer.lr must be a number of at least 0; got NaN",
    ],
    ...["0.1", null, Number.NaN, -0.1].map((lr): [string, () => Partial<FitOptions>, string] => [
      `a rate of ${lr} from the third step on`,
      () => ({
        steps: 9,
        callbacks: [
          {
            onStep({ optimizer, history }) {
              if (history.steps === 2) optimizer.lr = lr as never;
            },
          },
        ],
      }),
      `fit: optimizer.lr must be a number of at least 0; got ${lr === -0.1 ? lr : Number.NaN}`,
    ]),
    [
      "a plateau without evaluations",
      () => ({ optimizer: sgd({ lr: plateau({ from: 0.1 }) }) }),
      "fit: the learning rate follows evaluations: give evaluate",
    ],
    [
      "a plateau of what is not evaluated",
      () => ({
        optimizer: sgd({ lr: plateau({ from: 0.1, data: "test" }) }),
        steps: 2,
        evaluate: { data: { train: data }, every: 1 },
      }),
      'plateau: there is no number "loss" of "test" among what fit evaluates (train); see its option evaluate',
    ],
  ])("%s", async (_, options, message) => {
    using net = make();
    const before = memoryReport().held;
    await expect(net.fit(data, { ...base(sgd()), steps: 1, ...options() } as FitOptions)).rejects.toThrow(
      new OptionError(message),
    );
    // Where nothing was trained, nothing is kept.
    if (!/plateau|optimizer.lr must/.test(message)) expect(memoryReport().held).toBe(before);
  });
});
