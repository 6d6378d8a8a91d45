// Networks made by `model` in checkpoints: restored, they go on to the bits of the ones that were not.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import {
  accumulate,
  adam,
  averaged,
  checkpoint,
  clipByGlobalNorm,
  crossEntropy,
  DataError,
  dense,
  earlyStopping,
  exponential,
  init,
  load,
  model,
  momentum,
  movingAverage,
  type Optimizer,
  plateau,
  relu,
  restore,
  save,
  saveBest,
  saveEvery,
  sgd,
  swapAverage,
  tanh,
  trainStep,
  warmUp,
  weightDecay,
} from "../../../src/index.ts";
import { loadSafetensors, parse } from "../../../src/io/index.ts";
import { add } from "../../../src/ops.ts";
import { expectSameBits } from "../../same-bits.ts";
import { expectRejection } from "../expect-error.ts";
import { losses, pairs, type Sizes, twoInputs } from "./two-inputs.ts";

const folder = mkdtempSync(join(tmpdir(), "kobai-model-checkpoint-"));
beforeAll(() => init());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** An epoch is 4 steps, of which the last has 2 samples. */
const data = pairs(50);
const test50 = pairs(50, 2);
type Net = ReturnType<typeof twoInputs>;

const everything = (): Optimizer =>
  adam({
    lr: warmUp({ steps: 3, to: exponential({ from: 0.1, gamma: 0.9 }) }),
    with: [weightDecay(0.01), clipByGlobalNorm(0.5), accumulate(3), movingAverage(0.9)],
  });

const base = (optimizer: Optimizer) => ({ loss: losses, optimizer, batchSize: 16 });

/** The bytes of their checkpoints say all that there is to a network. */
function expectSame(actual: Net, expected: Net): void {
  const [ours, theirs] = [actual, expected].map((net) => parse(checkpoint(net)));
  expect(ours!.metadata).toEqual(theirs!.metadata);
  expect(Object.keys(ours!.tensors)).toEqual(Object.keys(theirs!.tensors));
  for (const [name, { data }] of Object.entries(theirs!.tensors)) {
    expectSameBits(ours!.tensors[name]!.data, data, name);
  }
}

describe.each(["float32", "float64"] as const)("in %s", (dtype) => {
  test.each([
    ["adam with everything", everything],
    ["momentum", () => momentum({ lr: 0.05 })],
  ])("cut after any step of an epoch, with %s", async (_, optimizer) => {
    using whole = twoInputs({ dtype });
    const { loss: expected } = await whole.fit(data, { ...base(optimizer()), steps: 14 });
    for (let steps = 1; steps < 14; steps++) {
      using cut = twoInputs({ dtype });
      const { loss } = await cut.fit(data, { ...base(optimizer()), steps });
      using again = twoInputs({ dtype });
      await restore(again, checkpoint(cut));
      expectSame(again, cut);
      const rest = await again.fit(data, { ...base(optimizer()), steps: 14, from: steps });
      expect([...loss, ...rest.loss]).toEqual(expected);
      expectSame(again, whole);
    }
  });
});

test("what the data needs, and the losses, come back", async () => {
  using net = twoInputs();
  expect(net.classNames).toEqual({ digit: undefined, even: undefined });
  await net.fit(data, { ...base(adam()), steps: 5 });
  const path = join(folder, "net.safetensors");
  await save(net, path);
  using again = twoInputs();
  await restore(again, path);
  expect(again.scale).toEqual({ image: 1 / 255, extra: 1 });
  expect(again.classNames).toEqual({ digit: ["零", "one", "two"], even: ["odd", "even"] });
  expect(await again.evaluate(test50)).toEqual(await net.evaluate(test50));
  expect(again.predict(test50.x)).toEqual(net.predict(test50.x));
  expect(again.loss(test50.x, test50.t)).toBe(net.loss(test50.x, test50.t));
  const { metadata } = await loadSafetensors(path);
  const about = JSON.parse(metadata.kobai!);
  expect(about).toMatchObject({ version: 1, kobai: "0.1.0", madeBy: "model" });
  expect(about.training.losses).toEqual({
    digit: { name: "crossEntropy", weight: 1 },
    even: { name: "binaryCrossEntropy", weight: 0.5 },
  });
});

test("steps of one's own go on", async () => {
  const [whole, cut, again] = [twoInputs(), twoInputs(), twoInputs()];
  const step = (net: Net, optimizer: Optimizer) =>
    trainStep(net, data.x, data.t, { optimizer, loss: losses });
  const [one, two, three] = [everything(), everything(), everything()];
  for (let i = 0; i < 8; i++) step(whole, one);
  for (let i = 0; i < 4; i++) step(cut, two);
  await restore(again, checkpoint(cut));
  for (let i = 0; i < 4; i++) step(again, three);
  expectSame(again, whole);
  for (const net of [whole, cut, again]) net.dispose();
});

test("the moving average comes back, in its place or in the weights'", async () => {
  using net = twoInputs();
  await net.fit(data, { ...base(everything()), steps: 9 });
  const before = averaged(net);
  using again = twoInputs();
  await restore(again, checkpoint(net));
  expect(averaged(again)).toEqual(before);
  swapAverage(net);
  await restore(again, checkpoint(net));
  expect({ ...again.params }).toEqual(before);
  swapAverage(again);
  expect(averaged(again)).toEqual(before);
});

test("fit's checkpoints: every few steps, and of the best", async () => {
  const paths = [join(folder, "every.safetensors"), join(folder, "best.safetensors")] as const;
  const options = () => ({
    ...base(sgd({ lr: plateau({ from: 0.5, factor: 0.5, patience: 1 }) })),
    steps: 60,
    evaluate: { data: { train: data, test: test50 }, every: 5 },
    callbacks: [
      saveBest(paths[1], { output: "even", metric: "accuracy" }),
      saveEvery(paths[0], { steps: 7 }),
      earlyStopping({ patience: 3 }),
    ],
  });
  using whole = twoInputs();
  const history = await whole.fit(data, options());
  using best = twoInputs();
  await restore(best, paths[1]);
  const values = history.evaluations.map(({ results }) => results.test!.outputs.even!.accuracy);
  expect(best.steps).toBe(history.evaluations[values.indexOf(Math.max(...values))]!.step);
  using cut = twoInputs();
  const killed = {
    onStep: () => {
      throw new Error("killed");
    },
    every: 24,
  };
  const given = options();
  await cut.fit(data, { ...given, callbacks: [...given.callbacks, killed] }).catch(() => {});
  using again = twoInputs();
  await restore(again, paths[0]);
  expect(again.steps).toBe(21);
  const rest = await again.fit(data, { ...options(), from: again.steps });
  expect(rest.evaluations).toEqual(history.evaluations.filter(({ step }) => step > 21));
  expect(rest.ended).toBe(history.ended);
  expectSame(again, whole);
  await restore(best, paths[0]);
  expectSame(best, whole);
});

test("one output without a name", async () => {
  const one = () =>
    model(({ a, b }, apply) => apply(dense(3), add(apply(dense(4), a), apply(dense(4), b))), {
      inputs: { a: [4], b: [2] },
    });
  const { x, t } = data;
  const set = {
    x: { a: x.image, b: x.extra },
    t: t.digit,
    scale: { a: 1 / 255 },
    classNames: ["a", "b", "c"],
  };
  using net = one();
  await net.fit(set, { loss: crossEntropy(), optimizer: adam(), steps: 3 });
  using again = one();
  await restore(again, checkpoint(net));
  expect(again.classNames).toEqual(["a", "b", "c"]);
  expect(await again.evaluate(set)).toEqual(await net.evaluate(set));
});

describe("load", () => {
  it("says that a function is in no file, and what to do", async () => {
    using net = twoInputs();
    await expectRejection(
      load(checkpoint(net)),
      DataError,
      "load: cannot say what its network does: it was made by model, whose function is code. Make the network by the code that made it, and restore(net, file)",
    );
  });
});

describe("restore names the first difference:", () => {
  const small = (inputs: Record<string, number[]>, output = "y", activation = relu()) =>
    model(
      (xs, apply) => ({
        [output]: apply(
          activation,
          Object.values(xs)
            .map((x) => apply(dense(3), x))
            .reduce((sum, x) => add(sum, x)),
        ),
      }),
      { inputs },
    );

  test.each<[string, () => { dispose(): void }, string]>([
    [
      "an input's name",
      () => small({ a: [2], c: [3] }),
      "the file's network takes { a: [2], b: [3] }, this one { a: [2], c: [3] }",
    ],
    [
      "an input's shape",
      () => small({ a: [2], b: [4] }),
      "the file's network takes { a: [2], b: [3] }, this one { a: [2], b: [4] }",
    ],
    [
      "an input too few",
      () => small({ a: [2] }),
      "the file's network takes { a: [2], b: [3] }, this one { a: [2] }",
    ],
    [
      "an output's name",
      () => small({ a: [2], b: [3] }, "z"),
      "the file's network gives [3], this one { z: [3] }",
    ],
    [
      "a layer",
      () => small({ a: [2], b: [3] }, "y", tanh()),
      "layer 3 is relu() in the file and tanh() here",
    ],
  ])("%s", async (_, other, difference) => {
    using net = small({ a: [2], b: [3] });
    const another = other();
    await expectRejection(
      restore(another as never, checkpoint(net)),
      DataError,
      `restore: does not fit the network: ${difference}`,
    );
    another.dispose();
  });

  test.each<[Sizes, string]>([
    [{ units: 7 }, 'layer 1 is dense({"units":6,"weight":{"kind":"he","options":{}}}) in the file'],
    [{ seed: 6 }, "the file's network has the seed 5, this one 6: make it with { seed: 5 }"],
    [{ dtype: "float64" }, "the file's network computes in float32, this one in float64"],
  ])("%o", async (sizes, difference) => {
    using net = twoInputs();
    using other = twoInputs(sizes);
    await expect(restore(other, checkpoint(net))).rejects.toThrow(
      `restore: does not fit the network: ${difference}`,
    );
  });
});
