// A network that was saved and loaded goes on to the bits of the one that was not.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  accumulate,
  adaGrad,
  adam,
  batchNorm,
  binaryCrossEntropy,
  type Callback,
  checkpoint,
  clipByGlobalNorm,
  cosine,
  crossEntropy,
  dense,
  dropout,
  exponential,
  type FitOptions,
  flatten,
  he,
  init,
  layer,
  load,
  meanSquaredError,
  momentum,
  movingAverage,
  type Network,
  type Optimizer,
  plateau,
  relu,
  residual,
  restore,
  sampleWeights,
  save,
  sequential,
  sgd,
  sigmoid,
  sumSquaredError,
  warmUp,
  weightDecay,
  xavier,
} from "../../../src/index.ts";
import { sha256 } from "../../../src/io/index.ts";
import { optimizers as all } from "../../../src/nn/optimizers/by-name.ts";
import { add, mean, multiply } from "../../../src/ops.ts";
import { expectSameBits } from "../../same-bits.ts";
import { blobs, slope } from "../blobs.ts";

const folder = mkdtempSync(join(tmpdir(), "kobai-checkpoint-"));
beforeAll(() => init());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const make = (dtype: "float32" | "float64" = "float32"): Network =>
  sequential(
    [
      dense(8, { weight: he() }),
      batchNorm(),
      relu(),
      dropout(0.2),
      dense(3, { weight: xavier(), bias: false }),
    ],
    {
      input: [2],
      dtype,
      seed: 5,
    },
  );

/** Every optimizer, with a schedule; and one with everything that may go with it. */
const optimizers: Readonly<Record<string, () => Optimizer>> = {
  ...Object.fromEntries(
    Object.values(all).map((make) => [make.name, () => make({ lr: cosine({ from: 0.1, steps: 30 }) })]),
  ),
  "adam with everything": () =>
    adam({
      lr: warmUp({ steps: 3, to: exponential({ from: 0.1, gamma: 0.9 }) }),
      with: [weightDecay(0.01), clipByGlobalNorm(0.5), accumulate(2), movingAverage(0.9)],
    }),
};

/** 100 samples, of which a batch of 16 leaves a rest of 4: an epoch is 7 steps. */
const data = blobs(100);
const base = (optimizer: Optimizer) => ({ loss: crossEntropy(), optimizer, batchSize: 16 });

function expectSame(actual: Network, expected: Network): void {
  for (const [name, { data }] of Object.entries(expected.params)) {
    expectSameBits(actual.params[name]!.data, data, name);
  }
  expect(actual.steps).toBe(expected.steps);
  expect(actual.scale).toBe(expected.scale);
  expectSameBits(actual.predict(data.x).data, expected.predict(data.x).data, "outputs");
}

/** Trains on a while, which shows what else there is to a network than its parameters. */
async function expectSameTraining(
  actual: Network,
  expected: Network,
  options: () => Partial<FitOptions>,
): Promise<void> {
  const losses = [];
  for (const net of [actual, expected]) {
    const { loss } = await net.fit(data, { ...base(sgd()), steps: 9, ...options() } as FitOptions);
    losses.push(Float64Array.from(loss));
  }
  expectSameBits(losses[0]!, losses[1]!, "losses");
  expectSame(actual, expected);
}

describe.each(Object.entries(optimizers))("with %s", (_, optimizer) => {
  test.each(["float32", "float64"] as const)("in %s, in the middle of an epoch", async (dtype) => {
    using whole = make(dtype);
    using cut = make(dtype);
    const same = optimizer();
    await whole.fit(data, { ...base(same), steps: 11 });
    const { loss: expected } = await whole.fit(data, { ...base(same), steps: 9 });
    await cut.fit(data, { ...base(optimizer()), steps: 11 });
    using again = await load(checkpoint(cut));
    const { loss } = await again.fit(data, { ...base(optimizer()), steps: 9 });
    expectSameBits(Float64Array.from(loss), Float64Array.from(expected), "losses");
    expectSame(again, whole);
  });

  test("before the first step", async () => {
    using net = make();
    using again = await load(checkpoint(net));
    await expectSameTraining(again, net, () => ({ optimizer: optimizer() }));
  });
});

test("with a rate that follows evaluations, and evaluations where they would have been", async () => {
  const options = (callbacks: Callback[] = []) => ({
    ...base(sgd({ lr: plateau({ from: 0.5, factor: 0.5, patience: 0 }) })),
    steps: 40,
    evaluate: { data, every: 3 },
    callbacks,
  });
  using whole = make();
  const { evaluations, loss } = await whole.fit(data, options());
  const files: Uint8Array<ArrayBuffer>[] = [];
  using net = make();
  await net.fit(data, options([{ onStep: ({ net }) => void files.push(checkpoint(net)), every: 5 }]));
  for (const file of files.slice(0, -1)) {
    using again = await load(file);
    const from = again.steps;
    const history = await again.fit(data, { ...options(), from });
    expect(history.evaluations).toEqual(evaluations.filter(({ step }) => step > from));
    expect(history.loss).toEqual(loss.slice(from));
    expectSame(again, whole);
  }
  expect(files.length).toBe(8);
});

test("with replacement, and another seed than the network's", async () => {
  const options = (optimizer: Optimizer): Partial<FitOptions> => ({
    optimizer,
    sampling: "replacement",
    seed: 99,
  });
  using net = make();
  const first = adam();
  await net.fit(data, { ...base(first), steps: 5, ...options(first) } as FitOptions);
  using again = await load(checkpoint(net));
  const optimizers = [adam(), first];
  await expectSameTraining(again, net, () => options(optimizers.shift()!));
});

test("saved to a file, by a path or a URL, which says what it is", async () => {
  using net = make();
  const optimizer = momentum();
  await net.fit(data, { ...base(optimizer), steps: 8 });
  const path = join(folder, "net.safetensors");
  await save(net, path);
  using byPath = await load(path);
  using byUrl = await load(pathToFileURL(path));
  expectSame(byPath, net);
  expect(byUrl.summary()).toBe(net.summary());
  expect(byUrl).toMatchObject({ seed: 5, dtype: "float32", inputShape: [2], outputShape: [3], steps: 8 });
  await save(byUrl, path);
  using twice = await load(path);
  const optimizers = [momentum(), optimizer];
  await expectSameTraining(twice, net, () => ({ optimizer: optimizers.shift()! }));
});

test("saved between steps, while it is being trained", async () => {
  using net = make();
  using other = make();
  const files: Uint8Array[] = [];
  const options = { steps: 14, evaluate: { data, every: 3 } };
  await net.fit(data, { ...base(adam()), ...options, onEvaluate: () => files.push(checkpoint(net)) });
  await other.fit(data, { ...base(adam()), ...options });
  expectSame(net, other);
  expect(files.length).toBe(6);
  for (const [i, file] of files.entries()) {
    using again = await load(file as Uint8Array<ArrayBuffer>);
    const steps = 14 - again.steps;
    expect(again.steps).toBe(Math.min(14, 3 * i));
    if (steps > 0) await again.fit(data, { ...base(adam()), steps });
    expectSame(again, net);
  }
});

test("an optimizer of another kind begins anew", async () => {
  using net = make();
  await net.fit(data, { ...base(momentum()), steps: 6 });
  using loaded = await load(checkpoint(net));
  const options = () => ({ ...base(adam()), steps: 5, sampling: "replacement" as const });
  // Steps count on, by which batches are drawn.
  const [{ loss }, { loss: expected }] = [await loaded.fit(data, options()), await net.fit(data, options())];
  expect(loss).toEqual(expected);
});

test.each([
  ["crossEntropy", crossEntropy(), data],
  [
    "binaryCrossEntropy",
    binaryCrossEntropy(),
    { ...slope(40), t: { ...slope(40).t, data: slope(40).t.data.map((y) => y / 2) } },
  ],
  ["meanSquaredError", meanSquaredError(), slope(40)],
  ["sumSquaredError", sumSquaredError(), slope(40)],
] as const)("the loss %s is that of evaluate afterwards", async (_, loss, set) => {
  const outputs = loss === crossEntropy() ? 3 : 1;
  using net = sequential([flatten(), dense(outputs), sigmoid()], { input: [2] });
  await net.fit(set, { loss, optimizer: sgd(), steps: 3 });
  using again = await load(checkpoint(net));
  expect(await again.evaluate(set)).toEqual(await net.evaluate(set));
  expect(again.scale).toBe(1 / 255);
});

test("dropout drops what it would have dropped", async () => {
  const dropping = () => sequential([dense(8), dropout(0.3), relu(), dense(3)], { input: [2], seed: 2 });
  using net = dropping();
  const optimizer = momentum();
  await net.fit(data, { ...base(optimizer), steps: 10 });
  using again = await load(checkpoint(net));
  const optimizers = [momentum(), optimizer];
  await expectSameTraining(again, net, () => ({ optimizer: optimizers.shift()! }));
});

test("a run goes on with another rate of its dropout, and with its optimizer's state", async () => {
  const dropping = (rate: number) =>
    sequential([dense(8), residual(dropout(rate), relu()), dense(3)], { input: [2], seed: 2 });
  using net = dropping(0.3);
  await net.fit(data, { ...base(momentum()), steps: 10 });
  const file = checkpoint(net);
  const params = async (rate: number) => {
    using again = dropping(rate);
    await restore(again, file);
    expect(checkpoint(again).length).toBe(file.length);
    await again.fit(data, { ...base(momentum()), steps: 5 });
    return sha256(again.params);
  };
  const optimizer = momentum();
  using whole = dropping(0.3);
  await whole.fit(data, { ...base(optimizer), steps: 10 });
  await whole.fit(data, { ...base(optimizer), steps: 5 });
  expect(await params(0.3)).toBe(await sha256(whole.params));
  expect(await params(0.5)).not.toBe(await params(0.3));
  expect(await params(0.5)).toBe(await params(0.5));
});

test("an optimizer's sums of squares may have overflowed", async () => {
  using net = sequential([dense(3)], { input: [2], seed: 1 });
  const optimizer = adaGrad();
  const weights = sampleWeights(new Array(100).fill(1e22));
  await net.fit(data, { ...base(optimizer), weights, steps: 3 });
  using again = await load(checkpoint(net));
  expect(Buffer.from(checkpoint(again)).equals(checkpoint(net))).toBe(true);
  const optimizers = [adaGrad(), optimizer];
  await expectSameTraining(again, net, () => ({ optimizer: optimizers.shift()! }));
});

test("state goes with the parameters", async () => {
  // What is seen in training is counted, and changes the output of both.
  const counter = () =>
    layer("counter", (x, { state }) => {
      const seen = state("seen", [2], 0);
      seen.update(add(seen.value, mean(x, { axis: 0 })));
      return add(x, seen.value);
    });
  const counting = () => sequential([counter(), dense(3)], { input: [2], seed: 2 });
  using net = counting();
  const optimizer = adam();
  await net.fit(data, { ...base(optimizer), steps: 5 });
  expect(net.state["counter1.seen"]!.data[0]).not.toBe(0);
  using again = counting();
  await restore(again, checkpoint(net));
  expect(again.state["counter1.seen"]).toEqual(net.state["counter1.seen"]);
  const optimizers = [adam(), optimizer];
  await expectSameTraining(again, net, () => ({ optimizer: optimizers.shift()! }));
  expect(again.state["counter1.seen"]).toEqual(net.state["counter1.seen"]);
});

test("layers of one's own: the network is made by code, and restored", async () => {
  const own = () =>
    sequential([dense(4), layer("square", (x) => multiply(x, x)), dense(3)], { input: [2], seed: 3 });
  using net = own();
  const optimizer = adam();
  await net.fit(data, { ...base(optimizer), steps: 10 });
  using again = own();
  await again.fit(blobs(20), { ...base(momentum()), steps: 2 });
  await restore(again, checkpoint(net));
  const optimizers = [adam(), optimizer];
  await expectSameTraining(again, net, () => ({ optimizer: optimizers.shift()! }));
});
