// One training step as `fit` runs it: draw the batch, fetch it, forward, loss, backward, update; wall time between two reports of
// progress, so that whatever surrounds the calls into wasm counts too.

import { sequential } from "../src/train/sequential.ts";
import { trainer } from "../test/reference/training.ts";
import { type Bench, type Group, median, mustEqual, time, versus } from "./harness.ts";
import { bookTraining, type Training, tinyTraining } from "./networks.ts";

/** The first reports tell of code that V8 has not compiled for speed yet, and of slices not yet as long as they may be. */
const WARM_UP_REPORTS = 20;

async function measure(
  what: string,
  training: Training,
  steps: { wasm: number; plain: number },
  report: Bench["report"],
): Promise<void> {
  const { layers, data, ...options } = training;
  const net = sequential(layers, options);
  const reference = trainer({ ...training, steps: steps.wasm });
  const plainLosses: number[] = [];
  const plain: number[] = [];
  const wasm: number[] = [];
  let done = 0;
  let reports = 0;
  let last = performance.now();
  const history = await net.fit(data, {
    ...options,
    steps: steps.wasm,
    onProgress({ step }) {
      const seconds = (performance.now() - last) / 1000;
      if (++reports > WARM_UP_REPORTS) wasm.push(seconds / (step - done));
      done = step;
      // The reference has its turn between two calls into wasm.
      const turn = time(() => {
        for (let i = 0; i < steps.plain; i++) plainLosses.push(reference.step());
      }, steps.plain);
      if (reports > 2) plain.push(turn);
      last = performance.now();
    },
  });
  net.dispose();
  const compared = Math.min(plainLosses.length, history.loss.length);
  mustEqual(`${what}: losses`, history.loss.slice(0, compared), plainLosses.slice(0, compared));
  report({
    ...versus(
      what,
      { median: median(wasm), best: Math.min(...wasm) },
      { median: median(plain), best: Math.min(...plain) },
    ),
    note: `first ${compared} losses identical`,
  });
}

export const group: Group = {
  name: "training-step",
  title: "One training step, float32, as fit runs it",
  async run({ quick, report }) {
    const book = { wasm: quick ? 1000 : 4000, plain: 1 };
    await measure("784-50-10, batch 100 of MNIST", await bookTraining(), book, report);
    const tiny = { wasm: quick ? 100_000 : 400_000, plain: 50 };
    await measure("2-3-1, batch 4", tinyTraining(), tiny, report);
  },
};
