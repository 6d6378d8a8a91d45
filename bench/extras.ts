// What an optimizer's extras cost: a step of `fit` with a schedule, clipping by the global norm, weight decay and a moving average, beside one
// without, in turns of a slice each.

import {
  adam,
  clipByGlobalNorm,
  momentum,
  movingAverage,
  type Optimizer,
  sgd,
  weightDecay,
} from "../src/nn/optimizers/index.ts";
import { cosine } from "../src/nn/schedules/index.ts";
import { clock, type Group, median } from "./harness.ts";
import { networkOf, wideTraining } from "./networks.ts";

const makers = { sgd, momentum, adam };

const everything = (make: (typeof makers)["sgd"]): Optimizer =>
  make({
    lr: cosine({ from: 1e-3, steps: 100_000 }),
    with: [weightDecay(1e-4), clipByGlobalNorm(1), movingAverage(0.99)],
  });

/** One at a time goes on: who has had a turn waits for the others to have theirs. */
class Turns {
  readonly #waiting: (() => void)[] = [];

  /** Lets the one go on that has waited longest. */
  next(): void {
    this.#waiting.shift()?.();
  }

  async wait(): Promise<void> {
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}

/** Seconds of a step with each optimizer. */
async function stepsOf(
  optimizers: readonly Optimizer[],
  batchSize: number,
  seconds: number,
): Promise<number[]> {
  const training = await wideTraining();
  const turns = new Turns();
  const ended = new AbortController();
  const samples = optimizers.map((): number[] => []);
  const fits = optimizers.map(async (optimizer, i) => {
    const { net, data, options } = networkOf({ ...training, optimizer, batchSize });
    let done = 0;
    let last = 0;
    await turns.wait();
    await net.fit(data, {
      ...options,
      steps: 1_000_000,
      signal: ended.signal,
      async onProgress({ step }) {
        samples[i]!.push((clock() - last) / (step - done));
        done = step;
        turns.next();
        await turns.wait();
        last = clock();
      },
    });
    net.dispose();
    turns.next();
  });
  turns.next();
  const end = setTimeout(() => ended.abort(), 1000 * seconds);
  await Promise.all(fits);
  clearTimeout(end);
  // The first tell of code that V8 has not compiled for speed yet.
  return samples.map((each) => median(each.slice(each.length >> 2)));
}

export const group: Group = {
  name: "extras",
  title:
    "A step of 784-512-256-10 as fit runs it, with weight decay, clipping, a moving average and a schedule, over one without",
  async run({ quick, report }) {
    for (const [name, make] of Object.entries(makers)) {
      for (const batch of [32, 128]) {
        const [plain, all] = (await stepsOf(
          [make({ lr: 1e-3 }), everything(make)],
          batch,
          quick ? 3 : 10,
        )) as [number, number];
        report({
          what: `${name}, batch ${batch}`,
          wasm: all,
          ratio: all / plain,
          note: `without ${(1e6 * plain).toFixed(0)} µs`,
        });
      }
    }
  },
};
