// A fit with `from` is the run that was cut, or is refused; without it a network trains on by whatever options.

import { beforeAll, describe, expect, it, test } from "vitest";
import {
  accumulate,
  adam,
  averaged,
  batchNorm,
  type Callback,
  checkpoint,
  classWeights,
  clipByNorm,
  cosine,
  crossEntropy,
  dense,
  dropout,
  type FitOptions,
  frozen,
  he,
  init,
  load,
  loss,
  momentum,
  movingAverage,
  type Network,
  type Optimizer,
  OptionError,
  plateau,
  relu,
  restore,
  sampleWeights,
  sequential,
  sgd,
  tensor,
  trainStep,
} from "../../../src/index.ts";
import { parse, serialize, sha256 } from "../../../src/io/index.ts";
import { mean, multiply } from "../../../src/ops.ts";
import { blobs } from "../blobs.ts";
import { expectRejection } from "../expect-error.ts";

beforeAll(() => init());

const data = blobs(100);
const make = (): Network =>
  sequential([dense(8, { weight: he() }), batchNorm(), relu(), dropout(0.2), dense(3, { weight: he() })], {
    input: [2],
    seed: 5,
  });
const digestOf = (net: Network) => sha256({ ...net.params, ...net.state });

const base = (): FitOptions => ({
  loss: crossEntropy(),
  optimizer: adam({ lr: 0.01, with: [clipByNorm(1)] }),
  batchSize: 16,
  steps: 8,
});

/** A network whose run was cut after eight steps, read from its checkpoint. */
async function cut(options: Partial<FitOptions> = {}): Promise<Network> {
  using net = make();
  await net.fit(data, { ...base(), ...options });
  return load(checkpoint(net));
}

const remedy = ": give it as it was, or leave from out to train on with other options";
const own = loss("own", (y) => mean(multiply(y, y)), "classes");

describe("from is refused where", () => {
  const what = "fit: from goes on with a run, to its bits, and it had ";
  test.each<[string, Partial<FitOptions>, string, Partial<FitOptions>?]>([
    ["the batch size is another", { batchSize: 17 }, "batchSize 16, now 17"],
    ["the sampling is", { sampling: "replacement" }, 'sampling "shuffle", now "replacement"'],
    ["the seed is", { seed: 6 }, "seed 5, now 6"],
    ["the loss is", { loss: own }, 'loss "crossEntropy", now "own"'],
    ["the gradient is", { gradient: "numerical" }, 'gradient "backprop", now "numerical"'],
    [
      "h is",
      { gradient: "numerical", h: 1e-3, steps: 3 },
      "h 0.0001, now 0.001",
      { gradient: "numerical", steps: 2 },
    ],
    ["the optimizer is", { optimizer: momentum() }, 'optimizer.name "adam", now "momentum"'],
    ["the rate is", { optimizer: adam({ lr: 0.1, with: [clipByNorm(1)] }) }, "optimizer.lr 0.01, now 0.1"],
    [
      "the rate is a schedule",
      { optimizer: adam({ lr: cosine({ from: 0.01, steps: 9 }), with: [clipByNorm(1)] }) },
      'optimizer.lr 0.01, now {"kind":"cosine","from":0.01,"steps":9,"to":0}',
    ],
    [
      "the schedule is another",
      { optimizer: sgd({ lr: cosine({ from: 0.01, steps: 10 }) }) },
      "optimizer.lr.steps 9, now 10",
      { optimizer: sgd({ lr: cosine({ from: 0.01, steps: 9 }) }) },
    ],
    [
      "a schedule of one's own has another name",
      {
        optimizer: sgd({
          lr: function second() {
            return 0.1;
          },
        }),
      },
      'optimizer.lr.name "first", now "second"',
      {
        optimizer: sgd({
          lr: function first() {
            return 0.1;
          },
        }),
      },
    ],
    [
      "a beta is",
      { optimizer: adam({ lr: 0.01, beta1: 0.8, with: [clipByNorm(1)] }) },
      "optimizer.coefficients [",
    ],
    [
      "an extra is",
      { optimizer: adam({ lr: 0.01, with: [clipByNorm(2)] }) },
      'optimizer.with [{"kind":"clipByNorm","limit":1}], now [{"kind":"clipByNorm","limit":2}]',
    ],
    [
      "there are weights of classes",
      { weights: classWeights([1, 2, 3]) },
      'weights none, now {"kind":"classWeights","weights":[1,2,3]}',
    ],
    [
      "the weights of samples are others",
      { weights: sampleWeights(new Float32Array(100).fill(2)) },
      "weights.digest ",
      { weights: sampleWeights(new Float32Array(100).fill(1)) },
    ],
    [
      "a rate that follows evaluations has them at other times",
      { optimizer: sgd({ lr: plateau({ from: 0.1 }) }), evaluate: { data, every: 3 } },
      "evaluate.every 4, now 3",
      { optimizer: sgd({ lr: plateau({ from: 0.1 }) }), evaluate: { data, every: 4 } },
    ],
  ])("%s", async (_, options, message, before = {}) => {
    using net = await cut(before);
    const digest = await digestOf(net);
    const fitted = net.fit(data, { ...base(), ...before, ...options, steps: 17, from: net.steps });
    await expect(fitted).rejects.toThrow(OptionError);
    await expect(fitted).rejects.toThrow(`${what}${message}`);
    await expect(fitted).rejects.toThrow(remedy);
    expect(await digestOf(net)).toBe(digest);
    // Nothing was lost: the run goes on as it was.
    await net.fit(data, { ...base(), ...before, steps: net.steps + 1, from: net.steps });
  });

  it("the samples are", async () => {
    using net = await cut();
    await expect(net.fit(blobs(100, { seed: 9 }), { ...base(), steps: 17, from: 8 })).rejects.toThrow(
      `${what}digest of the samples`,
    );
  });

  it("their targets and scales are", async () => {
    using net = await cut();
    const { x, t, scale } = data;
    const turned = tensor(Uint8Array.from(t.data, (label) => (label + 1) % 3));
    await expect(net.fit({ x, t: turned, scale }, { ...base(), steps: 17, from: 8 })).rejects.toThrow(
      `${what}digest of the targets`,
    );
    await expect(net.fit({ x, t, scale: 0.5 }, { ...base(), steps: 17, from: 8 })).rejects.toThrow(
      `${what}scales`,
    );
  });

  test.each([7, 9])("%i of eight steps are", async (from) => {
    using before = make();
    await before.fit(data, { ...base(), optimizer: sgd(), steps: 5 });
    await before.fit(data, base());
    using net = await load(checkpoint(before));
    await expectRejection(
      net.fit(data, { ...base(), steps: 17, from }),
      OptionError,
      `fit: from is ${from}, but this run has done 8 steps: give from: 8`,
    );
  });
});

it("the cut run is the whole one where all is as it was", async () => {
  const options = (): FitOptions => ({ ...base(), weights: classWeights("balanced"), seed: 3 });
  using whole = make();
  await whole.fit(data, { ...options(), steps: 17 });
  using net = await cut(options());
  // A checkpoint of what was only read says the same.
  using again = await load(checkpoint(net));
  await expect(again.fit(data, { ...options(), batchSize: 9, steps: 17, from: 8 })).rejects.toThrow(
    "batchSize",
  );
  await again.fit(data, { ...options(), steps: 12, from: 8 });
  using third = make();
  await restore(third, checkpoint(again));
  await third.fit(data, { ...options(), steps: 17, from: 12 });
  expect(await digestOf(third)).toBe(await digestOf(whole));
});

it("goes on with the state of the optimizer, by whatever object of its kind", async () => {
  using whole = make();
  await whole.fit(data, { ...base(), steps: 17 });
  using net = make();
  for (const steps of [5, 12, 17]) await net.fit(data, { ...base(), steps, from: net.steps });
  expect(await digestOf(net)).toBe(await digestOf(whole));
  // Without from another object is another optimizer, which begins anew.
  await whole.fit(data, { ...base(), steps: 3 });
  await net.fit(data, { ...base(), steps: 20, from: 17 });
  expect(await digestOf(net)).not.toBe(await digestOf(whole));
});

it("a rate that a callback changes is the callback's matter", async () => {
  const options = (): FitOptions => {
    const halving: Callback = {
      every: 4,
      onStep: ({ optimizer, history: { steps } }) => {
        optimizer.lr = 0.1 / (1 + steps);
      },
    };
    return { ...base(), optimizer: sgd({ lr: 0.1 }), callbacks: [halving] };
  };
  using net = await cut(options());
  await net.fit(data, { ...options(), steps: 17, from: 8 });
  expect(net.steps).toBe(17);
});

it("without from, by whatever options", async () => {
  using net = await cut();
  await net.fit(data, { ...base(), batchSize: 20, optimizer: sgd(), seed: 8, steps: 3 });
  // That is another run, which goes on as it was.
  await expect(net.fit(data, { ...base(), steps: 9, from: 3 })).rejects.toThrow(
    'optimizer.name "sgd", now "adam"',
  );
  trainStep(net, data.x, data.t, { optimizer: sgd() });
  // Of steps of one's own nothing is known.
  await net.fit(data, { ...base(), steps: 5, from: 4 });
  expect(net.steps).toBe(13);
});

it("a checkpoint that does not say it goes on as before", async () => {
  using net = await cut();
  const { tensors, metadata } = parse(checkpoint(net));
  const about = JSON.parse(metadata.kobai!);
  delete about.training.run;
  delete about.training.optimizer.every;
  using old = await load(serialize(tensors, { kobai: JSON.stringify(about) }));
  await old.fit(data, { ...base(), batchSize: 20, steps: 9, from: 8 });
  expect(old.steps).toBe(9);
});

it("what a checkpoint says must be possible", async () => {
  using net = await cut();
  const { tensors, metadata } = parse(checkpoint(net));
  const about = JSON.parse(metadata.kobai!);
  about.training.run.start = 9;
  await expect(load(serialize(tensors, { kobai: JSON.stringify(about) }))).rejects.toThrow(
    "load: run: start must be a whole number from 0 to 8; got 9",
  );
});

describe("an optimizer with other extras goes on", () => {
  /** By hand: Adam's steps on one batch, of which every `group` make an update of their mean gradient; and the average. */
  class Hand {
    readonly w: Record<string, Float64Array>;
    readonly m: Record<string, Float64Array> = {};
    readonly v: Record<string, Float64Array> = {};
    updates = 0;

    constructor(net: Network) {
      this.w = values(net);
    }

    update(net: Network, gradient: Record<string, Float64Array>): void {
      this.updates++;
      const rate = (0.05 * Math.sqrt(1 - 0.999 ** this.updates)) / (1 - 0.9 ** this.updates);
      for (const [name, g] of Object.entries(gradient)) {
        const [w, m, v] = [this.w, this.m, this.v].map((each) => (each[name] ??= new Float64Array(g.length)));
        for (let i = 0; i < g.length; i++) {
          m![i]! += 0.1 * (g[i]! - m![i]!);
          v![i]! += 0.001 * (g[i]! ** 2 - v![i]!);
          w![i]! -= (rate * m![i]!) / (Math.sqrt(v![i]!) + 1e-7);
        }
      }
      for (const [name, data] of Object.entries(this.w)) net.params[name] = { ...net.params[name]!, data };
    }
  }
  const values = (net: Network) =>
    Object.fromEntries(Object.entries(net.params).map(([name, { data }]) => [name, Float64Array.from(data)]));
  const small = (): Network =>
    sequential([dense(3, { weight: he() })], { input: [2], seed: 5, dtype: "float64" });
  const x = tensor(
    Float64Array.from({ length: 8 }, (_, i) => Math.sin(i + 1)),
    [4, 2],
  );
  const t = [0, 1, 2, 1];
  const set = { x, t: tensor(Uint8Array.from(t)) };
  const gradientOf = (net: Network) =>
    Object.fromEntries(
      Object.entries(net.gradient(x, t, crossEntropy())).map(([name, { data }]) => [
        name,
        Float64Array.from(data),
      ]),
    );
  const train = (net: Network, optimizer: Optimizer, steps: number) =>
    net.fit(set, { loss: crossEntropy(), optimizer, batchSize: 4, steps, seed: net.steps });
  const adamWith = (...extras: NonNullable<Optimizer["with"]>) => adam({ lr: 0.05, with: extras });

  /** Steps of the first, then, read from a checkpoint, of the second; the network, and how many updates were made by hand. */
  test.each<[string, Optimizer["with"], number, number, Optimizer["with"], number, number]>([
    ["without the average that it had", [movingAverage()], 6, 6, [], 3, 3],
    ["with an average that it had not", [], 6, 6, [movingAverage()], 3, 3],
    ["with clipping", [], 6, 6, [clipByNorm(1e9)], 3, 3],
    ["without the groups of steps that it had", [accumulate(2)], 6, 3, [], 3, 3],
    ["in the middle of such a group, whose gradients are dropped", [accumulate(4)], 6, 1, [], 3, 3],
    ["with groups of steps", [], 6, 6, [accumulate(2)], 4, 2],
    ["with longer groups", [accumulate(2)], 6, 3, [accumulate(3)], 6, 2],
    [
      "in the middle of a group of the same length",
      [accumulate(2)],
      5,
      2,
      [accumulate(2), movingAverage()],
      1,
      1,
    ],
  ])("%s", async (_, first, steps, updates, second, more, moreUpdates) => {
    using net = small();
    using other = small();
    const hand = new Hand(other);
    await train(net, adamWith(...first!), steps);
    for (let i = 0; i < updates; i++) hand.update(other, gradientOf(other));
    using again = await load(checkpoint(net));
    await train(again, adamWith(...second!), more);
    for (let i = 0; i < moreUpdates; i++) hand.update(other, gradientOf(other));
    for (const [name, { data }] of Object.entries(again.params)) {
      for (const [i, expected] of hand.w[name]!.entries()) expect(data[i]).toBeCloseTo(expected, 11);
    }
  });

  it("with the bits of one that has no extras, and an average that begins with the weights", async () => {
    using net = small();
    await train(net, adamWith(), 6);
    const before = values(net);
    using plain = await load(checkpoint(net));
    using average = await load(checkpoint(net));
    await train(plain, adamWith(), 3);
    await train(average, adamWith(movingAverage(0.5)), 1);
    const after = values(average);
    for (const [name, { data }] of Object.entries(averaged(average))) {
      for (const [i, value] of data.entries()) {
        expect(value).toBeCloseTo(before[name]![i]! + 0.5 * (after[name]![i]! - before[name]![i]!), 14);
      }
    }
    // Steps are drawn by the network's, so that both have the same.
    using rest = await load(checkpoint(average));
    await train(rest, adamWith(), 2);
    expect(rest.steps).toBe(9);
  });

  it("and begins anew where it is of another kind, or the network was not read from a checkpoint", async () => {
    using net = small();
    await train(net, adamWith(), 6);
    await train(net, adamWith(), 1);
    expect(net.training.given).toBe(1);
    using again = await load(checkpoint(net));
    await train(again, momentum(), 2);
    expect(again.training.given).toBe(2);
  });
});

describe("a frozen layer", () => {
  const options = (): FitOptions => ({
    ...base(),
    optimizer: adam({ lr: 0.05, with: [frozen("batchNorm1")] }),
  });

  it("keeps its state, and goes by it", async () => {
    using net = make();
    await net.fit(data, { ...base(), steps: 10 });
    const kept = { ...net.state };
    const x = tensor(
      Float32Array.from({ length: 20 }, (_, i) => 40 + Math.sin(i)),
      [10, 2],
    );
    const t = [0, 1, 2, 0, 1, 2, 0, 1, 2, 0];
    using plain = sequential([dense(4, { weight: he() }), batchNorm(), dense(3, { weight: he() })], {
      input: [2],
      seed: 1,
    });
    await plain.fit(data, { ...base(), steps: 10 });
    const before = plain.params["dense1.weight"]!;
    // As it predicts, and not by this batch, which is far away.
    const g = plain.gradient(x, t, crossEntropy(), { training: false })["dense1.weight"]!;
    const state = { ...plain.state };
    trainStep(plain, x, t, {
      optimizer: sgd({ lr: 0.5, with: [frozen("batchNorm1")] }),
      loss: crossEntropy(),
    });
    const expected = Float32Array.from(before.data, (w, i) => w - Math.fround(0.5 * g.data[i]!));
    expect(plain.params["dense1.weight"]!.data).toEqual(expected);
    expect({ ...plain.state }).toEqual(state);
    // And so in a fit, whose other layers go on to drop.
    await net.fit({ ...data, scale: 1 }, options());
    expect({ ...net.state }).toEqual(kept);
    await net.fit(data, { ...base(), optimizer: sgd({ with: [frozen("batchNorm1.gamma")] }) });
    expect({ ...net.state }).not.toEqual(kept);
  });

  it("is frozen in a run that goes on, too", async () => {
    using whole = make();
    await whole.fit(data, { ...options(), steps: 17 });
    using net = await cut(options());
    await net.fit(data, { ...options(), steps: 17, from: 8 });
    expect(await digestOf(net)).toBe(await digestOf(whole));
  });
});
