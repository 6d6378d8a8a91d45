// One training step as `fit` runs it: draw the batch, fetch it, forward, loss, backward, update; the time between two reports of
// progress, so that whatever surrounds the calls into wasm counts too.

import { trainer } from "../test/reference/training.ts";
import { type Bench, clock, type Group, median, mustEqual, type Timing, time, versus } from "./harness.ts";
import { bookTraining, networkOf, type Training, tinyTraining, wideTraining } from "./networks.ts";

/** The first reports tell of code that V8 has not compiled for speed yet, and of slices not yet as long as they may be. */
function warm(samples: readonly number[]): Timing {
  const rest = samples.slice(samples.length >> 2);
  return { median: median(rest), best: Math.min(...rest) };
}

async function measure(
  what: string,
  training: Training,
  steps: { wasm: number; plain: number },
  report: Bench["report"],
): Promise<void> {
  const { net, data, options } = networkOf(training);
  const reference = trainer({ ...training, steps: steps.wasm });
  const plainLosses: number[] = [];
  const plain: number[] = [];
  const wasm: number[] = [];
  let done = 0;
  let last = clock();
  const history = await net.fit(data, {
    ...options,
    steps: steps.wasm,
    onProgress({ step }) {
      wasm.push((clock() - last) / (step - done));
      done = step;
      // The reference has its turn between two calls into wasm.
      const turn = () => {
        for (let i = 0; i < steps.plain; i++) plainLosses.push(reference.step());
      };
      plain.push(time(turn) / steps.plain);
      last = clock();
    },
  });
  net.dispose();
  const compared = Math.min(plainLosses.length, history.loss.length);
  mustEqual(`${what}: losses`, history.loss.slice(0, compared), plainLosses.slice(0, compared));
  report({
    ...versus(what, warm(wasm), warm(plain)),
    note: `first ${compared} losses identical`,
  });
}

export const group: Group = {
  name: "training-step",
  title: "One training step, float32, as fit runs it",
  async run({ quick, report }) {
    const book = { wasm: quick ? 1000 : 4000, plain: 1 };
    await measure("784-50-10, batch 100 of MNIST", await bookTraining(), book, report);
    // The reference takes a seventh of a second for a step of this.
    const wide = { wasm: quick ? 60 : 200, plain: 1 };
    await measure("784-512-256-10, Adam, batch 128 of MNIST", await wideTraining(), wide, report);
    const tiny = { wasm: quick ? 100_000 : 400_000, plain: 50 };
    await measure("2-3-1, batch 4", tinyTraining(), tiny, report);
  },
};
