// What callbacks remember, and a rate that follows evaluations, in checkpoints: a run that is cut anywhere stops where the uncut one does.

import { beforeAll, describe, expect, test } from "vitest";
import {
  adam,
  batchNorm,
  type Callback,
  checkpoint,
  crossEntropy,
  dense,
  dropout,
  type EarlyStoppingOptions,
  earlyStopping,
  type FitOptions,
  type History,
  he,
  init,
  load,
  movingAverage,
  type Network,
  plateau,
  relu,
  restore,
  sequential,
} from "../../../src/index.ts";
import { expectSameBits } from "../../same-bits.ts";
import { blobs } from "../blobs.ts";

beforeAll(() => init());

const make = (): Network =>
  sequential([dense(8, { weight: he() }), batchNorm(), relu(), dropout(0.2), dense(3)], {
    input: [2],
    seed: 5,
  });

/** An epoch is 7 steps, the last of 4 samples. */
const data = blobs(100);
const options = (steps: number, stopping: Callback, more: readonly Callback[] = []): FitOptions => ({
  loss: crossEntropy(),
  optimizer: adam({ lr: plateau({ from: 0.2, factor: 0.5, patience: 1 }), with: [movingAverage(0.9)] }),
  batchSize: 16,
  steps,
  evaluate: { data: blobs(30, { seed: 2 }), every: 3 },
  callbacks: [...more, stopping],
});

type File = Uint8Array<ArrayBuffer>;

/** A run, and the checkpoints that were made after each of its steps, by the function that made them. */
async function run(stopping: Callback, steps: number) {
  const files: { readonly at: string; readonly step: number; readonly file: File }[] = [];
  using net = make();
  const save =
    (at: string) =>
    ({ history }: { history: History }) =>
      void files.push({ at, step: history.steps, file: checkpoint(net) });
  const saving: Callback = {
    every: 1,
    onStep: save("onStep"),
    onEvaluate: (_, run) => save("onEvaluate")(run),
    onProgress: (_, run) => save("onProgress")(run),
    onEnd: save("onEnd"),
  };
  const history = await net.fit(data, options(steps, stopping, [saving]));
  return { files, history, file: checkpoint(net) };
}

describe.each<[string, EarlyStoppingOptions, number, History["ended"]]>([
  ["that stops", { patience: 3 }, 300, "stopped"],
  ["that has not stopped", { patience: 50 }, 20, "completed"],
  ["that keeps no weights", { patience: 2, restore: false, threshold: 0.01 }, 300, "stopped"],
])("a run %s", (_, given, steps, ended) => {
  test("goes on from every checkpoint to the same end", async () => {
    const stopping = earlyStopping(given);
    const whole = await run(stopping, steps);
    expect(whole.history.ended).toBe(ended);
    if (ended === "stopped") expect(whole.history.steps).toBeLessThan(steps);
    for (const { at, step, file } of whole.files) {
      if (step === 0) continue;
      using again = await load(file);
      const resumed = earlyStopping(given);
      // As another run it begins anew, and leaves nothing behind.
      if (at === "onStep" && step === 10) {
        expect((await again.fit(data, options(steps, resumed))).from).toBe(0);
        await restore(again, file);
      }
      const rest = await again.fit(data, { ...options(steps, resumed), from: step });
      const where = `${at} ${step}`;
      expect([rest.ended, rest.steps], where).toEqual([ended, whole.history.steps]);
      expect(resumed.best, where).toEqual(stopping.best);
      // What is over is measured with the weights that it ended with.
      if (at !== "onEnd") {
        const { length } = rest.evaluations;
        expect(rest.evaluations, where).toEqual(whole.history.evaluations.slice(-length || Infinity));
      }
      using expected = await load(whole.file);
      for (const [name, { data }] of Object.entries(expected.params)) {
        expectSameBits(again.params[name]!.data, data, `${where}: ${name}`);
      }
      expect(checkpoint(again), where).toEqual(whole.file);
    }
  });
});

test("a run without evaluations that goes on with some is measured first", async () => {
  using net = make();
  const { evaluate, ...without } = options(12, { onEnd() {} });
  await net.fit(data, { ...without, optimizer: adam(), steps: 6 });
  const { evaluations } = await net.fit(data, {
    ...without,
    optimizer: adam(),
    evaluate: evaluate!,
    from: 6,
  });
  expect(evaluations.map(({ step }) => step)).toEqual([6, 9, 12]);
});

test("two of a kind remember each their own; one of another kind begins anew", async () => {
  const both = (patience: number) => [
    earlyStopping({ metric: "accuracy", patience }),
    earlyStopping({ metric: "loss", patience }),
  ];
  using net = make();
  const [one, two] = both(50) as [ReturnType<typeof earlyStopping>, ReturnType<typeof earlyStopping>];
  await net.fit(data, options(12, one, [two]));
  using again = await load(checkpoint(net));
  const [three, four] = both(50) as [ReturnType<typeof earlyStopping>, ReturnType<typeof earlyStopping>];
  await again.fit(data, { ...options(12, three, [four]), from: 12 });
  expect([three.best, four.best]).toEqual([one.best, two.best]);
  expect(one.best).not.toEqual(two.best);
});
