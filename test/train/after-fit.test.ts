// What a network knows after a fit: the loss, the scale of the data, its place in an epoch; and how a fit ends that does not end well.

import { beforeAll, describe, expect, it } from "vitest";
import {
  binaryCrossEntropy,
  constant,
  crossEntropy,
  DataError,
  type Dataset,
  dense,
  type FitOptions,
  flatten,
  he,
  init,
  type Layer,
  layer,
  meanSquaredError,
  momentum,
  type NotFiniteError,
  OptionError,
  ShapeError,
  sequential,
  sgd,
  sigmoid,
  softmax,
  sumSquaredError,
  tanh,
  tensor,
  zeros,
} from "../../src/index.ts";
import { reshape, sigmoid as sigmoidOp, softmax as softmaxOp } from "../../src/ops.ts";
import { blobs, slope } from "./blobs.ts";
import { expectError, expectRejection } from "./expect-error.ts";

beforeAll(async () => {
  await init();
});

describe("an epoch visits each sample once", () => {
  // Inputs are unit vectors: weight i moves only when sample i is visited, from 0 to 0.5 the first time, to 0.75 the second.
  const n = 8;
  const units = (): Dataset => ({
    x: tensor(
      Float32Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0)),
      [n, n],
    ),
    t: tensor(new Float32Array(n).fill(1), [n, 1]),
  });
  const visits = async (before?: Partial<FitOptions>, data = units()) => {
    using net = sequential([dense(1, { weight: zeros(), bias: false })], { input: [n] });
    if (before) await net.fit(data, { loss: sumSquaredError(), optimizer: sgd({ lr: 0.1 }), ...before });
    net.params["dense1.weight"] = tensor(new Float32Array(n), [n, 1]);
    await net.fit(units(), { loss: sumSquaredError(), optimizer: sgd({ lr: 1 }), batchSize: 2, epochs: 1 });
    return Array.from(net.params["dense1.weight"]!.data, (w) => ({ 0: 0, 0.5: 1, 0.75: 2 })[w]);
  };
  const halves = {
    ...units(),
    x: tensor(
      Float32Array.from({ length: n * n }, (_, i) => (i % (n + 1) ? 0 : 0.5)),
      [n, n],
    ),
  };

  it.each<[string, Partial<FitOptions> | undefined, Dataset?]>([
    ["in a fresh network", undefined],
    ["after batches of another size", { batchSize: 3, epochs: 1 }],
    ["in the middle of an epoch of batches of another size", { batchSize: 3, steps: 2 }],
    ["after batches drawn with replacement", { batchSize: 2, steps: 3, sampling: "replacement" }],
    ["after another seed", { batchSize: 2, steps: 3, seed: 5 }],
    ["after other data", { batchSize: 2, steps: 3 }, halves],
    ["after whole epochs", { batchSize: 2, epochs: 2 }],
  ])("%s", async (_, before, data) => {
    expect(await visits(before, data)).toEqual(new Array(n).fill(1));
  });

  it("and goes on where the last fit of the same kind stopped", async () => {
    const run = async (parts: readonly number[]) => {
      using net = sequential([dense(3, { weight: he() })], { input: [2] });
      const options = { loss: crossEntropy(), optimizer: sgd({ lr: 0.1 }), batchSize: 7 };
      for (const steps of parts) await net.fit(blobs(50), { ...options, steps });
      return net.params["dense1.weight"];
    };
    expect(await run([3, 1, 9, 7])).toEqual(await run([20]));
  });

  it("and has no order of an epoch before", async () => {
    const orders: string[] = [];
    using net = sequential([dense(1, { weight: zeros(), bias: false })], { input: [n] });
    for (const batchSize of [8, 1, 8, 1]) {
      const { loss } = await net.fit(units(), {
        loss: sumSquaredError(),
        optimizer: sgd({ lr: 0.1 }),
        batchSize,
        epochs: 1,
      });
      orders.push(loss.map((value) => value.toFixed(6)).join());
    }
    expect(new Set(orders).size).toBe(orders.length);
  });
});

describe("a fitted network", () => {
  it("measures with the loss it was fitted with", async () => {
    using net = sequential([dense(4), tanh(), dense(1)], { input: [2] });
    const data = slope(20);
    const refusal =
      "crossEntropy: the softmax of one output is always 1: use binaryCrossEntropy() for yes or no, meanSquaredError() for a value";
    await expectRejection(net.evaluate(data), OptionError, refusal);
    expectError(() => net.loss(data.x, data.t), OptionError, refusal);
    await net.fit(data, { loss: meanSquaredError(), optimizer: sgd({ lr: 0.1 }), epochs: 1 });
    const measured = await net.evaluate(data);
    expect(measured).toEqual({
      loss: expect.closeTo(net.loss(data.x, data.t, meanSquaredError()), 6),
      accuracy: Number.NaN,
    });
    expect(net.loss(data.x, data.t)).toBe(net.loss(data.x, data.t, meanSquaredError()));
    expectError(() => net.accuracy(data.x, data.t), OptionError, refusal.replace("crossEntropy", "accuracy"));
  });

  it("sees bytes as it saw them in training", async () => {
    const data = blobs(600);
    using net = sequential([dense(3, { weight: he() })], { input: [2], seed: 1 });
    const before = net.loss(data.x, data.t);
    await net.fit(data, { loss: crossEntropy(), optimizer: momentum({ lr: 0.5 }), epochs: 5 });
    const { loss, accuracy } = await net.evaluate(data);
    expect(net.accuracy(data.x, data.t)).toBe(accuracy);
    expect(net.loss(data.x, data.t)).toBeCloseTo(loss, 5);
    const scaled = tensor(
      Float32Array.from(data.x.data, (v) => Math.fround(v) * Math.fround(1 / 255)),
      data.x.shape,
    );
    expect(net.predict(data.x)).toEqual(net.predict(scaled));
    expect(net.gradient(data.x, data.t)).toEqual(net.gradient(scaled, data.t));
    const numerical = net.numericalGradient(data.x, data.t)["dense1.weight"]!.data;
    // which is taken in float64, scale and all
    const exact = tensor(
      Float64Array.from(data.x.data, (v) => v / 255),
      data.x.shape,
    );
    const expected = net.numericalGradient(exact, data.t)["dense1.weight"]!.data;
    numerical.forEach((g: number, i: number) => {
      expect(g).toBeCloseTo(expected[i]!, 10);
    });
    expect(before).not.toBe(net.loss(data.x, data.t));
  });

  it("gives the outputs of a large batch as those of its parts of 500", () => {
    using net = sequential([dense(3, { weight: he() }), tanh()], { input: [2] });
    const { x } = blobs(1234);
    const whole = net.predict(x).data;
    const parts = [0, 500, 1000].flatMap((at) => [
      ...net.predict(
        tensor(x.data.slice(2 * at, 2 * Math.min(at + 500, 1234)), [Math.min(500, 1234 - at), 2]),
      ).data,
    ]);
    expect([...whole]).toEqual(parts);
  });
});

describe("cross-entropy", () => {
  const x = tensor([
    [1, 2],
    [3, -4],
  ]);
  const net = (...end: Layer[]) => sequential([dense(3, { weight: he() }), ...end], { input: [2], seed: 1 });

  it("looks through a softmax that is reshaped", () => {
    using scores = net();
    using chances = net(softmax(), flatten());
    using nested = net(
      layer("nested", (x) => reshape(softmaxOp(x), [x.shape[0]!, 1, 3])),
      flatten(),
    );
    for (const each of [chances, nested]) expect(each.loss(x, [0, 2])).toBe(scores.loss(x, [0, 2]));
  });

  it("takes what several softmaxes make as scores, since they are no softmax of the whole", () => {
    const pairs = layer("pairs", (x) => softmaxOp(reshape(x, [x.shape[0]!, 2, 2])));
    using split = sequential([dense(4, { weight: he() }), pairs, flatten()], { input: [2], seed: 1 });
    const rows = split.predict(x).data;
    const expected = [0, 1].map((i) => {
      const row = [...rows.subarray(4 * i, 4 * i + 4)];
      return Math.log(row.reduce((sum, score) => sum + Math.exp(score), 0)) - row[i]!;
    });
    expect(split.loss(x, [0, 1])).toBeCloseTo((expected[0]! + expected[1]!) / 2, 6);
  });
});

describe("binary cross-entropy", () => {
  const xor = {
    x: tensor([
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]),
    t: tensor(new Uint8Array([0, 1, 1, 0])),
  };
  const layers = () => [dense(8, { weight: he() }), tanh(), dense(1)];

  it("learns exclusive or, with accuracy at one half, the same bits with sigmoid() and without", async () => {
    const options = {
      loss: binaryCrossEntropy(),
      optimizer: momentum({ lr: 0.3 }),
      steps: 200,
      batchSize: 4,
    };
    using scores = sequential(layers(), { input: [2], seed: 3 });
    using chances = sequential([...layers(), sigmoid()], { input: [2], seed: 3 });
    // One number for each sample, as a vector of them: a view of the sigmoid.
    using flat = sequential(
      [...layers(), layer("chance", (x) => reshape(sigmoidOp(x), [x.shape[0]!, 1, 1])), flatten()],
      { input: [2], seed: 3 },
    );
    const { loss } = await scores.fit(xor, options);
    for (const net of [chances, flat]) expect((await net.fit(xor, options)).loss).toEqual(loss);
    for (const net of [scores, chances, flat]) {
      expect(await net.evaluate(xor)).toEqual({ loss: expect.any(Number), accuracy: 1 });
      expect(net.accuracy(xor.x, xor.t)).toBe(1);
      expect(net.accuracy(xor.x, [1, 1, 1, 0])).toBe(0.75);
      expect(net.accuracy(xor.x, [[1], [0], [0], [1]])).toBe(0);
    }
  });

  it("compares a reshaped probability with one half, a score with 0", async () => {
    const data = { x: tensor([[0, 0]]), t: tensor([0]) };
    const ends = { probability: [sigmoid(), flatten()], score: [flatten()] };
    for (const [name, end] of Object.entries(ends)) {
      using net = sequential([dense(1, { weight: zeros(), bias: constant(-0.5) }), ...end], { input: [2] });
      const { accuracy, loss } = await net.evaluate(data, { loss: binaryCrossEntropy() });
      expect({ name, accuracy }).toEqual({ name, accuracy: 1 });
      expect(loss).toBeCloseTo(Math.log1p(Math.exp(-0.5)), 6);
    }
  });

  it("of several outputs counts each of them", async () => {
    using net = sequential([dense(2, { weight: zeros() })], { input: [2] });
    net.params["dense1.bias"] = tensor([1, -1]);
    const data = {
      x: tensor([
        [0, 0],
        [0, 0],
      ]),
      t: tensor([
        [1, 0],
        [0, 0],
      ]),
    };
    const { accuracy, loss } = await net.evaluate(data, { loss: binaryCrossEntropy() });
    expect(accuracy).toBe(0.75);
    const terms = [
      Math.log1p(Math.exp(-1)),
      Math.log1p(Math.exp(-1)),
      Math.log1p(Math.exp(1)),
      Math.log1p(Math.exp(-1)),
    ];
    expect(loss).toBeCloseTo(terms.reduce((a, b) => a + b) / 4, 6);
  });

  it("takes numbers from 0 to 1", async () => {
    using net = sequential(layers(), { input: [2] });
    const options = { loss: binaryCrossEntropy(), optimizer: sgd(), steps: 1 };
    await expectRejection(
      net.fit({ ...xor, t: tensor([0, 1, 2, 0]) }, options),
      DataError,
      "fit: element 2 of t is 2; binaryCrossEntropy takes numbers from 0 to 1 (scale is of x)",
    );
    await expectRejection(
      net.fit({ ...xor, t: tensor(new Float32Array(8), [4, 2]) }, options),
      DataError,
      "fit: t is [4, 2]; for the network's output [1] binaryCrossEntropy takes numbers [4] or rows [4, 1]",
    );
  });
});

describe("a fit that does not end well", () => {
  it("ends with the error that an asynchronous callback rejects with, the weights as they are then", async () => {
    for (const option of ["onProgress", "onEvaluate"] as const) {
      using net = sequential([dense(3, { weight: he() })], { input: [2] });
      const data = blobs(20);
      const options = {
        loss: crossEntropy(),
        optimizer: sgd({ lr: 0.1 }),
        steps: 5,
        evaluate: { data, every: 5 },
      };
      const failing = async () => {
        await Promise.resolve();
        throw new Error("mine");
      };
      await expect(net.fit(data, { ...options, [option]: failing })).rejects.toThrow("mine");
      expect(net.steps > 0).toBe(option === "onProgress");
      await net.fit(data, options);
    }
  });

  it("waits for callbacks", async () => {
    using net = sequential([dense(3)], { input: [2] });
    const seen: string[] = [];
    await net.fit(blobs(20), {
      loss: crossEntropy(),
      optimizer: sgd(),
      steps: 2,
      evaluate: { data: blobs(20) },
      onEvaluate: async ({ step }) => {
        seen.push(`begin ${step}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
        seen.push(`end ${step}`);
      },
    });
    expect(seen).toEqual(["begin 0", "end 0", "begin 1", "end 1", "begin 2", "end 2"]);
  });

  it("says where an update overflows in the last step, and what was done until then", async () => {
    using net = sequential([dense(3, { weight: he() })], { input: [2] });
    const error = (await net
      .fit({ ...blobs(20), scale: 1 }, { loss: crossEntropy(), optimizer: sgd({ lr: 3e38 }), steps: 1 })
      .catch((reason: unknown) => reason)) as NotFiniteError;
    expect(error.name).toBe("NotFiniteError");
    expect(error.message).toMatch(
      /^fit: the loss of step 1 is \d+\.\d+; and an update has made parameters infinite/,
    );
    expect(error.parametersFinite).toBe(false);
    expect(error.history).toMatchObject({ steps: 1, loss: [error.loss] });
  });

  it("follows a learning rate that is changed meanwhile", async () => {
    const run = async (change: boolean) => {
      using net = sequential([dense(3)], { input: [2] });
      const optimizer = sgd({ lr: 0.1 });
      const onEvaluate = ({ step }: { step: number }) => {
        if (change && step === 2) optimizer.lr = 0.5;
      };
      await net.fit(blobs(20), {
        loss: crossEntropy(),
        optimizer,
        steps: 4,
        evaluate: { data: blobs(20), every: 1 },
        onEvaluate,
      });
      return net.params["dense1.bias"];
    };
    expect(await run(true)).not.toEqual(await run(false));
  });
});

describe("load", () => {
  const make = () => sequential([dense(2, { weight: he() }), tanh(), dense(1)], { input: [3], seed: 4 });
  const names = '"dense1.weight", "dense1.bias", "dense2.weight", "dense2.bias"';

  it("takes another network's parameters, of either dtype", () => {
    using net = make();
    using other = sequential([dense(2, { weight: he() }), tanh(), dense(1)], {
      input: [3],
      seed: 9,
      dtype: "float64",
    });
    net.load(other.params);
    for (const name of Object.keys(net.params)) {
      expect([...net.params[name]!.data]).toEqual(Array.from(other.params[name]!.data, Math.fround));
    }
  });

  it("takes all or nothing", () => {
    using net = make();
    const before = { ...net.params };
    const good = tensor(new Float32Array(6).fill(7), [3, 2]);
    expectError(
      () => net.load({ ...before, "dense1.weight": good, step: tensor([1]), "dense3.bias": tensor([1]) }),
      DataError,
      `load: the network has no parameter "step", "dense3.bias"; there are ${names}`,
    );
    expectError(
      () => net.load({ "dense1.weight": good, "dense2.bias": tensor([1]) }),
      DataError,
      `load: "dense1.bias", "dense2.weight" are missing (partial: true allows that); there are ${names}`,
    );
    expectError(
      () => net.load({ ...before, "dense1.weight": good, "dense2.bias": tensor([1, 2]) }),
      ShapeError,
      "dense2.bias: the parameter is [1], the tensor assigned to it [2]; shapes must be equal",
    );
    expectError(
      () => net.load({ ...before, "dense1.weight": good, "dense2.bias": tensor(new Float64Array([1e39])) }),
      DataError,
      "dense2.bias: element 0 of the tensor assigned to it is 1e+39; all must be finite in float32",
    );
    expectError(
      () => net.load(good as never),
      DataError,
      'load: the network has no parameter "shape", "dtype", "data"; ' +
        `${names} are missing (partial: true allows that); there are ${names}`,
    );
    expectError(
      () => net.load([] as never),
      DataError,
      "load: takes tensors by name, such as loadSafetensors gives; got []",
    );
    expectError(
      () => net.load(before, { part: true } as never),
      OptionError,
      'load: there is no option "part"; there are partial',
    );
    expect({ ...net.params }).toEqual(before);
    net.load({ "dense1.weight": good }, { partial: true });
    expect({ ...net.params }).toEqual({ ...before, "dense1.weight": good });
  });
});
