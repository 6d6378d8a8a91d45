// Loops of one's own, with a batch that is given anew each time, beside a step of `fit`, for which nothing leaves linear memory: the one that
// the book's readers write (`gradient`, `update`, a tensor in JavaScript between any two calls), and `trainStep`, a whole step to a call.

import { SGD, TwoLayerNet } from "../src/book/index.ts";
import type { Dataset } from "../src/data/dataset.ts";
import { sampleBatch } from "../src/data/index.ts";
import { crossEntropy } from "../src/nn/losses.ts";
import { sgd } from "../src/nn/optimizers/index.ts";
import { sequential } from "../src/train/sequential.ts";
import { trainStep } from "../src/train/train-step.ts";
import { clock, type Group, median, mustEqual, type Result } from "./harness.ts";
import { bookTraining, digits } from "./networks.ts";

const LR = 0.1;
const BATCH = 100;
const SEED = 42;

/** One that draws its batches itself, in the order in which `fit` draws its own. */
interface Loop {
  run(steps: number): void;
  /** by the names that the layers have in `fit`'s network */
  parameter(name: string): ArrayLike<number>;
  dispose(): void;
}

type Dtype = "float32" | "float64";

function bookLoop(train: Dataset, dtype: Dtype): Loop {
  const net = new TwoLayerNet(784, 50, 10, { seed: SEED, dtype });
  const optimizer = new SGD(LR);
  const random = { seed: SEED, step: 0 };
  const names = new Map(Object.entries(NAMES).map(([own, name]) => [name, own]));
  return {
    run(steps) {
      for (let i = 0; i < steps; i++) {
        const [x, t] = sampleBatch(train, BATCH, random);
        optimizer.update(net.params, net.gradient(x, t));
      }
    },
    parameter: (name) => net.params[names.get(name)!]!.data,
    dispose: () => net.dispose(),
  };
}

/** The book's names of the parameters, and those of the layers. */
const NAMES = { W1: "dense1.weight", b1: "dense1.bias", W2: "dense2.weight", b2: "dense2.bias" };

const networkOf = async (dtype: Dtype) =>
  sequential((await bookTraining()).layers, { input: [784], seed: SEED, dtype });

async function trainStepLoop(train: Dataset, dtype: Dtype): Promise<Loop> {
  const net = await networkOf(dtype);
  const options = { loss: crossEntropy(), optimizer: sgd({ lr: LR }) };
  const random = { seed: SEED, step: 0 };
  return {
    run(steps) {
      for (let i = 0; i < steps; i++) trainStep(net, ...sampleBatch(train, BATCH, random), options);
    },
    parameter: (name) => net.params[name]!.data,
    dispose: () => net.dispose(),
  };
}

async function fitted(train: Dataset, dtype: Dtype, steps: number, turn?: () => void) {
  const net = await networkOf(dtype);
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

/** The loops and `fit` must train the same weights: in float32, where all see the same inputs. */
async function mustAgree(train: Dataset): Promise<void> {
  const { net } = await fitted(train, "float32", 50);
  for (const loop of [bookLoop(train, "float32"), await trainStepLoop(train, "float32")]) {
    loop.run(50);
    for (const name of Object.values(NAMES)) {
      mustEqual(`own-loops: ${name}`, loop.parameter(name), net.params[name]!.data);
    }
    loop.dispose();
  }
  net.dispose();
}

/** Of a turn. */
const STEPS = 20;

async function measure(train: Dataset, dtype: Dtype, steps: number): Promise<Result[]> {
  const loops = [
    { name: "gradient, update", loop: bookLoop(train, dtype), times: [] as number[] },
    { name: "trainStep", loop: await trainStepLoop(train, dtype), times: [] as number[] },
  ];
  const drawing: number[] = [];
  const seconds = (run: () => void) => {
    const start = clock();
    run();
    return (clock() - start) / STEPS;
  };
  for (const { loop } of loops) loop.run(100);
  const random = { seed: SEED, step: 0 };
  const { net, samples } = await fitted(train, dtype, steps, () => {
    for (const { loop, times } of loops) times.push(seconds(() => loop.run(STEPS)));
    drawing.push(
      seconds(() => {
        for (let i = 0; i < STEPS; i++) sampleBatch(train, BATCH, random);
      }),
    );
  });
  net.dispose();
  for (const { loop } of loops) loop.dispose();
  const settled = (all: readonly number[]) => all.slice(all.length >> 2);
  const fit = median(settled(samples));
  const drawn = median(settled(drawing));
  return loops.map(({ name, times }) => {
    const own = median(settled(times));
    return {
      what: `${name}, ${dtype}`,
      wasm: own,
      best: Math.min(...settled(times)),
      note: `${(own / fit).toFixed(2)} times a step of fit, ${(1e6 * fit).toFixed(0)} µs; ${((own - drawn) / fit).toFixed(2)} without sampleBatch`,
    };
  });
}

export const group: Group = {
  name: "own-loops",
  title: "A step of a loop of one's own, 784-50-10, 100 images from sampleBatch",
  async run({ quick, report }) {
    const { train } = await digits();
    await mustAgree(train);
    for (const dtype of ["float32", "float64"] as const) {
      for (const result of await measure(train, dtype, quick ? 1000 : 4000)) report(result);
    }
  },
};
