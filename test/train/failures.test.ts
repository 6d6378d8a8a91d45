// What goes wrong while a network works: a loss that is not finite, dispose, two fits at once.

import { beforeAll, describe, expect, it } from "vitest";
import {
  crossEntropy,
  dense,
  type FitOptions,
  flatten,
  he,
  init,
  type Network,
  NotFiniteError,
  StateError,
  sequential,
  sgd,
  sumSquaredError,
  tensor,
} from "../../src/index.ts";
import { blobs, slope } from "./blobs.ts";
import { expectError, expectRejection, make } from "./expect-error.ts";

beforeAll(() => init());

describe("a loss that is not finite", () => {
  // From the second step on the outputs overflow: the first update is as large as float32 holds.
  const run = (net: Network, steps: number) =>
    net.fit(slope(8), { loss: sumSquaredError(), optimizer: sgd({ lr: 1e25 }), batchSize: 8, steps });

  it("stops the fit at its step, names the step and a smaller learning rate", async () => {
    using net = sequential([dense(1, { weight: he() })], { input: [2] });
    const error = await run(net, 5).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NotFiniteError);
    expect(error).toMatchObject({
      name: "NotFiniteError",
      step: 2,
      loss: Number.POSITIVE_INFINITY,
      message:
        "fit: the loss of step 2 is Infinity; the parameters are as they were before that step's update. " +
        "The learning rate (1e+25) is the usual cause: try 1e+24, and check that the inputs are scaled.",
    });
    expect(net.steps).toBe(1);
  });

  it("leaves the parameters as they were before that step", async () => {
    using whole = sequential([dense(1, { weight: he() })], { input: [2] });
    using first = sequential([dense(1, { weight: he() })], { input: [2] });
    await expect(run(whole, 5)).rejects.toThrow(NotFiniteError);
    await run(first, 1);
    for (const [name, { data }] of Object.entries(whole.params)) {
      expect(data).toEqual(first.params[name]!.data);
      expect(data.every(Number.isFinite)).toBe(true);
    }
  });

  it("may be NaN, and counts steps of this fit", async () => {
    using net = sequential([dense(1, { weight: he() })], { input: [2] });
    await net.fit(slope(8), { loss: sumSquaredError(), optimizer: sgd(), steps: 10 });
    const big = { ...slope(8), scale: 1e30 };
    const fit = net.fit(big, { loss: sumSquaredError(), optimizer: sgd({ lr: 0.004 }), steps: 3 });
    await expect(fit).rejects.toThrow(
      /^fit: the loss of step 1 is (NaN|Infinity);.*\(0\.004\).*try 0\.0004,/,
    );
  });
});

describe("after dispose", () => {
  const gone = "net was disposed of; its memory is gone. Make a new network";
  const options = { loss: crossEntropy(), optimizer: sgd(), steps: 1 };
  const data = blobs(4);

  it.each<[string, (net: Network) => unknown]>([
    ["predict", (net) => net.predict([1, 2])],
    ["loss", (net) => net.loss([1, 2], 0)],
    ["gradient", (net) => net.gradient([1, 2], 0)],
    ["accuracy", (net) => net.accuracy([1, 2], 0)],
    ["params", (net) => net.params["dense1.bias"]],
    ["grads", (net) => net.grads["dense1.bias"]],
    ["params =", (net) => Object.assign(net.params, { "dense1.bias": tensor([1, 2, 3, 4]) })],
  ])("%s throws", (_, call) => {
    const net = make();
    net.dispose();
    net.dispose();
    expectError(() => call(net), StateError, gone);
  });

  it("fit and evaluate reject", async () => {
    const net = make();
    net.dispose();
    await expectRejection(net.fit(data, options), StateError, gone);
    await expectRejection(net.evaluate(data), StateError, gone);
  });

  it("summary still speaks", () => {
    const net = make();
    const before = net.summary();
    net.dispose();
    expect(net.summary()).toBe(before);
  });
});

describe("dispose while", () => {
  const disposed = "fit: the network was disposed of while it was training";

  it.each<[string, (net: Network) => Partial<FitOptions>]>([
    ["onProgress", (net) => ({ onProgress: () => net.dispose() })],
    [
      "onEvaluate, before the first step",
      (net) => ({ evaluate: { data: blobs(4) }, onEvaluate: () => net.dispose() }),
    ],
    [
      "onEvaluate, later",
      (net) => ({
        evaluate: { data: blobs(4), every: 5 },
        onEvaluate: ({ step }) => step === 5 && net.dispose(),
      }),
    ],
  ])("fit calls %s rejects, and not a step runs on memory that is not the network's", async (_, options) => {
    const net = make();
    let atDispose: number | undefined;
    const dispose = net.dispose.bind(net);
    net.dispose = () => {
      atDispose ??= net.steps;
      dispose();
    };
    const fit = net.fit(blobs(64), {
      loss: crossEntropy(),
      optimizer: sgd(),
      steps: 100_000,
      ...options(net),
    });
    await expectRejection(fit, StateError, disposed);
    expect(net.steps).toBe(atDispose);
  });

  it("fit waits rejects", async () => {
    const net = make();
    const fit = net.fit(blobs(64), { loss: crossEntropy(), optimizer: sgd(), steps: 1_000_000 });
    setTimeout(() => net.dispose(), 5);
    await expectRejection(fit, StateError, disposed);
  });

  it("evaluate runs rejects", async () => {
    const net = make();
    const evaluation = net.evaluate(blobs(2000));
    net.dispose();
    await expectRejection(
      evaluation,
      StateError,
      "net was disposed of; its memory is gone. Make a new network",
    );
  });
});

describe("two fits at once", () => {
  it("the second rejects, and the first goes on", async () => {
    using net = make();
    const options = { loss: crossEntropy(), optimizer: sgd(), steps: 200 };
    const first = net.fit(blobs(64), options);
    await expectRejection(
      net.fit(blobs(64), options),
      StateError,
      "fit: this network is being trained already; await that fit first",
    );
    expect((await first).steps).toBe(200);
    expect((await net.fit(blobs(64), options)).steps).toBe(200);
  });
});

it("flatten lets a dense layer take images", () => {
  using net = sequential([flatten(), dense(3)], { input: [1, 2, 2] });
  expect(net.predict(tensor(new Uint8Array(8), [2, 1, 2, 2])).shape).toEqual([2, 3]);
});
