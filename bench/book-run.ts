// The run of the book's chapter 5: 10,000 iterations, with the accuracy on all training and test images at each epoch.

import { sampleCount } from "../src/data/apart.ts";
import { takeBatch } from "../src/data/index.ts";
import type { Value } from "../src/graph/value.ts";
import type { TypedArray } from "../src/tensor.ts";
import { evaluate } from "../test/reference/graph.ts";
import { trainer } from "../test/reference/training.ts";
import { clock, type Group, median, mustEqual, time } from "./harness.ts";
import { bookTraining, digits, networkOf, scoreGraph } from "./networks.ts";

const STEPS = 10_000;
const EVERY = 600;
const BATCH = 500;

/** Seconds that the reference takes to put a batch of images through the network. */
async function evaluationSeconds(trained: Readonly<Record<string, TypedArray>>): Promise<number> {
  const { x, params, scores } = scoreGraph("float32", BATCH);
  const [batch] = takeBatch((await digits()).test, 0, BATCH);
  const given = new Map<Value, TypedArray>([
    ...Object.entries(params).map(([name, value]): [Value, TypedArray] => [value, trained[name]!]),
    [x, batch.data],
  ]);
  return median(Array.from({ length: 5 }, () => time(() => evaluate([scores], given))));
}

export const group: Group = {
  name: "book-run",
  title: "The book's whole run: 784-50-10, 10,000 iterations of 100 images, evaluated at each epoch",
  async run({ quick, report }) {
    const { train, test } = await digits();
    const training = await bookTraining();
    const { net, data, options } = networkOf(training);
    const evaluateEvery = { data: { train, test }, every: EVERY, metrics: ["accuracy"] as const };
    const start = clock();
    const history = await net.fit(data, { ...options, steps: STEPS, evaluate: evaluateEvery });
    const seconds = clock() - start;
    net.dispose();

    const reference = trainer({ ...training, steps: STEPS });
    const losses: number[] = [];
    const sample = quick ? 30 : 100;
    const stepSeconds = median(
      Array.from({ length: sample }, () => time(() => losses.push(reference.step()))),
    );
    mustEqual("book-run: losses", history.loss.slice(0, sample), losses);
    const images = history.evaluations.length * (sampleCount(train) + sampleCount(test));
    const plain = STEPS * stepSeconds + (images / BATCH) * (await evaluationSeconds(reference.params));

    const { accuracy } = history.evaluations.at(-1)!.results.test!;
    report({
      what: "fit, from data in JavaScript to trained weights",
      wasm: seconds,
      plain,
      plainNote: `extrapolated from ${sample} steps and 5 batches of ${BATCH}`,
      ratio: plain / seconds,
      note: `${history.seconds.toFixed(1)} s by the clock; test accuracy ${accuracy}; first ${sample} losses identical`,
    });
  },
};
