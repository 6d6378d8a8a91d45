// What a default is: a call without an option is the call with what its docstring says, and not the call with something else.

import { beforeAll, describe, expect, test } from "vitest";
import {
  adadelta,
  adaGrad,
  adam,
  adamax,
  adamw,
  amsgrad,
  avgPool1d,
  avgPool2d,
  batchNorm,
  bernoulli,
  binaryAccuracy,
  binaryCrossEntropy,
  conv1d,
  conv2d,
  convTranspose2d,
  cosine,
  crossEntropy,
  type Dataset,
  dense,
  depthwiseConv2d,
  dropout,
  exponential,
  type FitOptions,
  f1,
  findLearningRate,
  flatten,
  group,
  groupNorm,
  he,
  init,
  type Layer,
  type LearningRateOptions,
  type Loss,
  layerNorm,
  lion,
  type Metric,
  maxPool1d,
  maxPool2d,
  momentum,
  movingAverage,
  type Network,
  nadam,
  nesterov,
  normal,
  type Optimizer,
  oneCycle,
  plateau,
  polynomial,
  precision,
  radam,
  recall,
  rmsprop,
  rocAuc,
  type Schedule,
  separableConv2d,
  sequential,
  sgd,
  sigmoid,
  spatialDropout,
  stepDecay,
  tensor,
  topK,
  trainStep,
  uniform,
  upsample1d,
  upsample2d,
  warmUp,
  weightDecay,
  zeros,
} from "../src/index.ts";
import { blobs } from "./train/blobs.ts";

beforeAll(() => init());

/** A call without options, the same with all of them as they are by default, and calls that are others. */
type Row<T> = readonly [name: string, short: () => T, long: () => T, ...others: (() => T)[]];

function hold<T>(rows: readonly Row<T>[], look: (made: T) => unknown): void {
  test.each(rows.map(([name, ...calls]) => ({ name, calls })))("$name", async ({ calls }) => {
    const [short, long, ...others] = calls as [() => T, () => T, ...(() => T)[]];
    const [found, written] = [await look(short()), await look(long())];
    expect(found).toEqual(written);
    for (const other of others) expect(await look(other())).not.toEqual(found);
  });
}

describe("schedules", () => {
  const record = (loss: number) => ({ step: 1, epoch: 1, results: { data: { loss, accuracy: 1 } } });
  /** Of twenty evaluations, the rates. */
  const rates = (schedule: Schedule) => {
    let state: ReturnType<NonNullable<Schedule["next"]>> | undefined;
    return Array.from({ length: 40 }, (_, step) => {
      // Better by a little, then not for long.
      state = schedule.next?.(state, record(step < 3 ? 1 - step * 2e-4 : 1 - 4e-4 - step * 1e-6));
      return schedule(step, state);
    });
  };
  hold<Schedule>(
    [
      [
        "stepDecay",
        () => stepDecay({ from: 1, every: 3 }),
        () => stepDecay({ from: 1, every: 3, gamma: 0.1 }),
        () => stepDecay({ from: 1, every: 3, gamma: 0.2 }),
      ],
      [
        "exponential",
        () => exponential({ from: 1, gamma: 0.9 }),
        () => exponential({ from: 1, gamma: 0.9, every: 1 }),
        () => exponential({ from: 1, gamma: 0.9, every: 2 }),
      ],
      [
        "polynomial",
        () => polynomial({ from: 1, steps: 30 }),
        () => polynomial({ from: 1, steps: 30, to: 0, power: 1 }),
        () => polynomial({ from: 1, steps: 30, to: 0.1 }),
        () => polynomial({ from: 1, steps: 30, power: 2 }),
      ],
      [
        "cosine",
        () => cosine({ from: 1, steps: 30 }),
        () => cosine({ from: 1, steps: 30, to: 0 }),
        () => cosine({ from: 1, steps: 30, to: 0.1 }),
        () => cosine({ from: 1, steps: 30, restart: 1 }),
      ],
      [
        "oneCycle",
        () => oneCycle({ max: 1, steps: 30 }),
        () => oneCycle({ max: 1, steps: 30, up: 0.3, divide: 25, divideLast: 1e4 }),
        () => oneCycle({ max: 1, steps: 30, up: 0.4 }),
        () => oneCycle({ max: 1, steps: 30, divide: 24 }),
        () => oneCycle({ max: 1, steps: 30, divideLast: 1e3 }),
      ],
      [
        "warmUp",
        () => warmUp({ steps: 9, to: 1 }),
        () => warmUp({ steps: 9, to: 1, factor: 0 }),
        () => warmUp({ steps: 9, to: 1, factor: 1 / 3 }),
      ],
      [
        "plateau",
        () => plateau({ from: 1 }),
        () =>
          plateau({
            ...{ from: 1, factor: 0.1, patience: 10, threshold: 1e-4, cooldown: 0, to: 0 },
            ...{ metric: "loss", mode: "min", data: "data" },
          }),
        () => plateau({ from: 1, factor: 0.2 }),
        () => plateau({ from: 1, patience: 9 }),
        () => plateau({ from: 1, threshold: 1e-3 }),
        () => plateau({ from: 1, cooldown: 5 }),
        () => plateau({ from: 1, to: 0.5 }),
      ],
    ],
    rates,
  );
});

describe("optimizers", () => {
  /** What it computes with in its first updates. */
  const numbers = (optimizer: Optimizer) => {
    const table = new Float64Array(64);
    for (let t = 1; t <= 4; t++) optimizer.coefficients(t, optimizer.lr as number, table, 16 * (t - 1));
    const besides = (optimizer.with ?? []).map(({ description }) => description);
    return [optimizer.lr, ...table, ...besides];
  };
  const betas = { beta1: 0.9, beta2: 0.999 };
  hold<Optimizer>(
    [
      ["sgd", () => sgd(), () => sgd({ lr: 0.01, with: [] }), () => sgd({ lr: 0.1 })],
      [
        "momentum",
        () => momentum(),
        () => momentum({ lr: 0.01, momentum: 0.9 }),
        () => momentum({ momentum: 0.8 }),
      ],
      [
        "nesterov",
        () => nesterov(),
        () => nesterov({ lr: 0.01, momentum: 0.9 }),
        () => nesterov({ momentum: 0.8 }),
      ],
      [
        "adaGrad",
        () => adaGrad(),
        () => adaGrad({ lr: 0.01, epsilon: 1e-7 }),
        () => adaGrad({ epsilon: 1e-8 }),
      ],
      [
        "rmsprop",
        () => rmsprop(),
        () => rmsprop({ lr: 0.01, rho: 0.99, epsilon: 1e-8 }),
        () => rmsprop({ rho: 0.9 }),
        () => rmsprop({ epsilon: 1e-7 }),
      ],
      [
        "adadelta",
        () => adadelta(),
        () => adadelta({ lr: 1, rho: 0.9, epsilon: 1e-6 }),
        () => adadelta({ lr: 0.1 }),
        () => adadelta({ rho: 0.95 }),
        () => adadelta({ epsilon: 1e-7 }),
      ],
      [
        "adam",
        () => adam(),
        () => adam({ lr: 0.001, ...betas, epsilon: 1e-7, corrected: false }),
        () => adam({ epsilon: 1e-8 }),
        () => adam({ corrected: true }),
      ],
      [
        "adamw",
        () => adamw(),
        () => adamw({ lr: 0.001, ...betas, epsilon: 1e-8, weightDecay: 0.01 }),
        () => adamw({ weightDecay: 0.1 }),
      ],
      [
        "amsgrad",
        () => amsgrad(),
        () => amsgrad({ lr: 0.001, ...betas, epsilon: 1e-8 }),
        () => amsgrad({ beta1: 0.8 }),
      ],
      [
        "nadam",
        () => nadam(),
        () => nadam({ lr: 0.002, ...betas, epsilon: 1e-8, momentumDecay: 0.004 }),
        () => nadam({ momentumDecay: 0.005 }),
      ],
      [
        "radam",
        () => radam(),
        () => radam({ lr: 0.001, ...betas, epsilon: 1e-8 }),
        () => radam({ beta2: 0.99 }),
      ],
      [
        "adamax",
        () => adamax(),
        () => adamax({ lr: 0.002, ...betas, epsilon: 1e-8 }),
        () => adamax({ lr: 0.001 }),
      ],
      [
        "lion",
        () => lion(),
        () => lion({ lr: 0.0001, beta1: 0.9, beta2: 0.99, weightDecay: 0 }),
        () => lion({ beta2: 0.999 }),
        () => lion({ weightDecay: 0.1 }),
      ],
    ],
    numbers,
  );
  test("what they do besides", () => {
    expect(movingAverage().description).toEqual(movingAverage(0.99).description);
    expect(weightDecay(0.1).description).toEqual(weightDecay(0.1, { decoupled: false }).description);
    expect(group("bias", {}).description).toEqual(group("bias", { lrMultiplier: 1 }).description);
  });
});

describe("layers", () => {
  /** Everything that a network of the layer does in a few calls: how it starts, trains and predicts. */
  const behaviour =
    (input: readonly number[]) =>
    (layer: Layer): unknown => {
      using net = sequential([layer, flatten(), dense(3, { weight: he() })], { input, seed: 3 });
      const size = input.reduce((a, b) => a * b, 1);
      const x = tensor(
        Float32Array.from({ length: 4 * size }, (_, i) => Math.sin(i * i) + 0.2),
        [4, ...input],
      );
      const t = [0, 1, 2, 1];
      const start = { ...net.params };
      const losses = [1, 2].map(() => trainStep(net, x, t, { optimizer: sgd({ lr: 0.5 }) }));
      return { start, losses, params: { ...net.params }, state: { ...net.state }, y: net.predict(x) };
    };
  const std = { weight: normal({ std: 0.01, mean: 0 }), bias: zeros() };
  describe("of images", () => {
    const rest = { stride: 1, padding: "valid", dilation: 1 } as const;
    hold<Layer>(
      [
        [
          "conv2d",
          () => conv2d(2, { kernel: 2 }),
          () => conv2d(2, { kernel: 2, ...rest, groups: 1, ...std }),
          () => conv2d(2, { kernel: 2, weight: normal({ std: 0.02 }) }),
          () => conv2d(2, { kernel: 2, stride: 2 }),
          () => conv2d(2, { kernel: 2, padding: 1 }),
          () => conv2d(2, { kernel: 2, dilation: 2 }),
          () => conv2d(2, { kernel: 2, groups: 2 }),
          () => conv2d(2, { kernel: 2, bias: false }),
        ],
        [
          "depthwiseConv2d",
          () => depthwiseConv2d({ kernel: 2 }),
          () => depthwiseConv2d({ kernel: 2, ...rest, multiplier: 1, ...std }),
          () => depthwiseConv2d({ kernel: 2, multiplier: 2 }),
          () => depthwiseConv2d({ kernel: 2, weight: normal({ std: 0.02 }) }),
        ],
        [
          "separableConv2d",
          () => separableConv2d(3, { kernel: 2 }),
          () =>
            separableConv2d(3, {
              ...{ kernel: 2, ...rest, multiplier: 1, bias: zeros() },
              ...{ depthwise: std.weight, pointwise: std.weight },
            }),
          () => separableConv2d(3, { kernel: 2, multiplier: 2 }),
          () => separableConv2d(3, { kernel: 2, depthwise: he() }),
          () => separableConv2d(3, { kernel: 2, pointwise: he() }),
        ],
        [
          "convTranspose2d",
          () => convTranspose2d(2, { kernel: 2, stride: 2 }),
          () => convTranspose2d(2, { kernel: 2, ...rest, stride: 2, groups: 1, outputPadding: 0, ...std }),
          () => convTranspose2d(2, { kernel: 2, stride: 2, outputPadding: 1 }),
          () => convTranspose2d(2, { kernel: 2, stride: 2, weight: he() }),
        ],
        [
          "maxPool2d",
          () => maxPool2d(),
          () => maxPool2d(2, { stride: 2, padding: "valid" }),
          () => maxPool2d(3),
          () => maxPool2d(2, { stride: 1 }),
          () => maxPool2d(2, { padding: 1 }),
        ],
        ["maxPool2d of its window", () => maxPool2d([1, 3]), () => maxPool2d([1, 3], { stride: [1, 3] })],
        [
          "avgPool2d",
          () => avgPool2d(),
          () => avgPool2d(2, { stride: 2, padding: "valid", countPadding: false }),
          () => avgPool2d(2, { stride: 1 }),
        ],
        [
          "avgPool2d with padding",
          () => avgPool2d(2, { padding: 1 }),
          () => avgPool2d(2, { padding: 1, countPadding: false }),
          () => avgPool2d(2, { padding: 1, countPadding: true }),
        ],
        [
          "upsample2d",
          () => upsample2d(),
          () => upsample2d(2, { interpolation: "nearest" }),
          () => upsample2d(3),
          () => upsample2d(2, { interpolation: "bilinear" }),
        ],
        [
          "batchNorm",
          () => batchNorm(),
          () => batchNorm({ epsilon: 1e-5, momentum: 0.9, scale: true, shift: true }),
          () => batchNorm({ epsilon: 1e-3 }),
          () => batchNorm({ momentum: 0.99 }),
          () => batchNorm({ scale: false }),
          () => batchNorm({ shift: false }),
        ],
        [
          "layerNorm",
          () => layerNorm(),
          () => layerNorm({ epsilon: 1e-5, scale: true, shift: true }),
          () => layerNorm({ epsilon: 1e-3 }),
        ],
        [
          "groupNorm",
          () => groupNorm(2),
          () => groupNorm(2, { epsilon: 1e-5, scale: true, shift: true }),
          () => groupNorm(2, { epsilon: 1e-3 }),
        ],
        ["dropout", () => dropout(), () => dropout(0.5), () => dropout(0.4)],
        ["spatialDropout", () => spatialDropout(), () => spatialDropout(0.5), () => spatialDropout(0.1)],
      ],
      behaviour([6, 6, 4]),
    );
  });
  describe("of rows", () => {
    hold<Layer>(
      [
        [
          "dense",
          () => dense(3),
          () => dense(3, std),
          () => dense(3, { weight: he() }),
          () => dense(3, { bias: false }),
        ],
        [
          "normal",
          () => dense(3, { weight: normal() }),
          () => dense(3, { weight: normal({ std: 0.01, mean: 0 }) }),
          () => dense(3, { weight: normal({ std: 0.02 }) }),
          () => dense(3, { weight: normal({ mean: 0.01 }) }),
        ],
        [
          "uniform",
          () => dense(3, { weight: uniform() }),
          () => dense(3, { weight: uniform({ low: -0.05, high: 0.05 }) }),
          () => dense(3, { weight: uniform({ low: -0.1 }) }),
          () => dense(3, { weight: uniform({ high: 0.1 }) }),
        ],
        [
          "bernoulli",
          () => dense(3, { weight: bernoulli({ probability: 0.5 }) }),
          () => dense(3, { weight: bernoulli({ probability: 0.5, value: 1 }) }),
          () => dense(3, { weight: bernoulli({ probability: 0.5, value: 2 }) }),
        ],
      ],
      behaviour([4]),
    );
  });
  describe("of sequences", () => {
    hold<Layer>(
      [
        [
          "conv1d",
          () => conv1d(2, { kernel: 2 }),
          () => conv1d(2, { kernel: 2, stride: 1, padding: "valid", dilation: 1, groups: 1, ...std }),
          () => conv1d(2, { kernel: 2, stride: 2 }),
          () => conv1d(2, { kernel: 2, weight: he() }),
        ],
        [
          "maxPool1d",
          () => maxPool1d(),
          () => maxPool1d(2, { stride: 2, padding: "valid" }),
          () => maxPool1d(3),
        ],
        [
          "avgPool1d",
          () => avgPool1d(),
          () => avgPool1d(2, { stride: 2, padding: "valid", countPadding: false }),
          () => avgPool1d(3),
        ],
        [
          "upsample1d",
          () => upsample1d(),
          () => upsample1d(2, { interpolation: "nearest" }),
          () => upsample1d(3),
        ],
      ],
      behaviour([8, 4]),
    );
  });
});

describe("metrics", () => {
  const data = blobs(60);
  const yes = { ...data, t: tensor(Array.from(data.t.data, (label) => (label > 0 ? 1 : 0))) };
  const measured =
    (layers: () => Layer[], set: Dataset, loss: Loss = crossEntropy()) =>
    async (metric: Metric) => {
      using net = sequential(layers(), { input: [2], seed: 4 });
      return await net.evaluate(set, { loss, metrics: [metric] });
    };
  describe("of classes", () => {
    hold<Metric>(
      [
        ...Object.entries({ precision, recall, f1 }).map(
          ([name, make]): Row<Metric> => [
            name,
            () => make(),
            () => make({ average: "macro", name } as never),
            () => make({ average: "weighted" }),
            () => make({ name: "other" }),
          ],
        ),
        [
          "rocAuc",
          () => rocAuc(),
          () => rocAuc({ average: "macro", name: "rocAuc" }),
          () => rocAuc({ average: "weighted" }),
        ],
        ["topK", () => topK(2), () => topK(2, { name: "top2" }), () => topK(3)],
      ],
      measured(() => [dense(3, { weight: he() })], data),
    );
  });
  describe("of scores", () => {
    hold<Metric>(
      [
        [
          "binaryAccuracy",
          () => binaryAccuracy(),
          () => binaryAccuracy({ threshold: 0, name: "binaryAccuracy" }),
        ],
        ["precision", () => precision(), () => precision({ average: "binary", threshold: 0 })],
        ["rocAuc", () => rocAuc(), () => rocAuc({ average: "binary" })],
      ],
      measured(() => [dense(1, { weight: he() })], yes, binaryCrossEntropy()),
    );
  });
  describe("of probabilities", () => {
    hold<Metric>(
      [
        [
          "binaryAccuracy",
          () => binaryAccuracy(),
          () => binaryAccuracy({ threshold: 0.5 }),
          () => binaryAccuracy({ threshold: 0.999 }),
        ],
        ["f1", () => f1(), () => f1({ average: "binary", threshold: 0.5 })],
      ],
      measured(() => [dense(1, { weight: he() }), sigmoid()], yes, binaryCrossEntropy()),
    );
  });
});

describe("calls", () => {
  const data = blobs(100);
  const make = (): Network => sequential([dense(3, { weight: he() })], { input: [2], seed: 6 });
  const written = { batchSize: 32, sampling: "shuffle", gradient: "backprop", seed: 6, from: 0 } as const;
  hold<Partial<FitOptions>>(
    [
      [
        "fit",
        () => ({}),
        () => written,
        () => ({ batchSize: 31 }),
        () => ({ sampling: "replacement" }),
        () => ({ seed: 7 }),
      ],
      [
        "fit by numerical gradient",
        () => ({ gradient: "numerical" }),
        () => ({ ...written, gradient: "numerical", h: 1e-4 }),
        () => ({ gradient: "numerical", h: 1e-2 }),
      ],
      [
        "fit's evaluations, of an epoch",
        () => ({ evaluate: { data } }),
        () => ({ evaluate: { data, every: 4, metrics: ["loss", "accuracy"] } }),
        () => ({ evaluate: { data, every: 3 } }),
        () => ({ evaluate: { data, metrics: ["loss"] } }),
      ],
    ],
    async (options) => {
      using net = make();
      const { loss, evaluations } = await net.fit(data, {
        ...{ loss: crossEntropy(), optimizer: sgd({ lr: 0.1 }), steps: 9 },
        ...options,
      });
      return { loss, evaluations, params: { ...net.params } };
    },
  );
  hold<Partial<LearningRateOptions>>(
    [
      [
        "findLearningRate",
        () => ({}),
        () => ({ from: 1e-7, to: 10, steps: 100, optimizer: (lr) => sgd({ lr }), batchSize: 32, seed: 6 }),
        () => ({ from: 1e-6 }),
        () => ({ to: 9 }),
        () => ({ steps: 99 }),
        () => ({ optimizer: (lr) => momentum({ lr }) }),
      ],
    ],
    async (options) => {
      using net = make();
      return await findLearningRate(net, data, { loss: crossEntropy(), ...options });
    },
  );
  test("a network's seed, and its dtype", () => {
    using short = sequential([dense(3, { weight: he() })], { input: [2] });
    using long = sequential([dense(3, { weight: he() })], { input: [2], seed: 0, dtype: "float32" });
    expect({ ...short.params }).toEqual({ ...long.params });
  });
});
