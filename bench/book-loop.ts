// The loop that the book's readers write, with a tensor in JavaScript between any two calls: sampleBatch, gradient, update. Beside it a step
// of `fit`, for which nothing leaves linear memory.

import { SGD, TwoLayerNet } from "../src/book/index.ts";
import type { Dataset } from "../src/data/dataset.ts";
import { sampleBatch } from "../src/data/index.ts";
import { crossEntropy } from "../src/nn/losses.ts";
import { sgd } from "../src/nn/optimizers/index.ts";
import { sequential } from "../src/train/sequential.ts";
import { clock, type Group, median, mustEqual, type Result } from "./harness.ts";
import { bookTraining, digits } from "./networks.ts";

const LR = 0.1;
const BATCH = 100;
const SEED = 42;

/** The book's network, and what does steps of its loop. */
function bookLoop(train: Dataset, dtype: "float32" | "float64") {
  const net = new TwoLayerNet(784, 50, 10, { seed: SEED, dtype });
  const optimizer = new SGD(LR);
  const random = { seed: SEED, step: 0 };
  const run = (steps: number) => {
    for (let i = 0; i < steps; i++) {
      const [x, t] = sampleBatch(train, BATCH, random);
      optimizer.update(net.params, net.gradient(x, t));
    }
  };
  return { net, run };
}

async function fitted(train: Dataset, dtype: "float32" | "float64", steps: number, turn?: () => void) {
  const net = sequential((await bookTraining()).layers, { input: [784], seed: SEED, dtype });
  const samples: number[] = [];
  let done = 0;
  let last = clock();
  await net.fit(train, {
    loss: crossEntropy(),
    optimizer: sgd({ lr: LR }),
    batchSize: BATCH,
    sampling: "replacement",
    seed: SEED,
    steps,
    onProgress({ step }) {
      samples.push((clock() - last) / (step - done));
      done = step;
      turn?.();
      last = clock();
    },
  });
  return { net, samples };
}

/** The loop and `fit` must train the same weights: in float32, where both see the same inputs. */
async function mustAgree(train: Dataset): Promise<void> {
  const loop = bookLoop(train, "float32");
  loop.run(50);
  const { net } = await fitted(train, "float32", 50);
  const names = { W1: "dense1.weight", b1: "dense1.bias", W2: "dense2.weight", b2: "dense2.bias" };
  for (const [own, name] of Object.entries(names)) {
    mustEqual(`book-loop: ${own}`, loop.net.params[own]!.data, net.params[name]!.data);
  }
  loop.net.dispose();
  net.dispose();
}

async function measure(train: Dataset, dtype: "float32" | "float64", steps: number): Promise<Result> {
  const loop = bookLoop(train, dtype);
  loop.run(100);
  const turns: number[] = [];
  const { net, samples } = await fitted(train, dtype, steps, () => {
    const start = clock();
    loop.run(20);
    turns.push((clock() - start) / 20);
  });
  loop.net.dispose();
  net.dispose();
  const settled = (all: readonly number[]) => all.slice(all.length >> 2);
  const [own, fit] = [median(settled(turns)), median(settled(samples))];
  return {
    what: dtype,
    wasm: own,
    best: Math.min(...settled(turns)),
    note: `${(own / fit).toFixed(1)} times a step of fit, ${(1e6 * fit).toFixed(0)} µs`,
  };
}

export const group: Group = {
  name: "book-loop",
  title: "A step of the book's loop, 784-50-10, 100 images: sampleBatch, net.gradient and optimizer.update",
  async run({ quick, report }) {
    const { train } = await digits();
    await mustAgree(train);
    for (const dtype of ["float32", "float64"] as const) {
      report(await measure(train, dtype, quick ? 1000 : 4000));
    }
  },
};
