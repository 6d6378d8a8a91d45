// The book's DeepConvNet (8.1.1) on MNIST, by kobai's own layers: six convolutions 3×3, pooling behind every second, two affine layers, dropout.
// Run it with: node scripts/run.js examples/deep-conv-net.ts [steps, 12000 by default: the book's 20 epochs] [test images, all 10000 by default]

import {
  adam,
  conv2d,
  crossEntropy,
  dense,
  dropout,
  flatten,
  he,
  init,
  type Layer,
  maxPool2d,
  relu,
  reshape,
  sequential,
} from "kobai";
import { mnist, takeBatch } from "kobai/data";

await init({ threads: "auto" });

const steps = Number(process.argv[2] ?? 12_000);
const { train, test } = await mnist();
const [x, t] = takeBatch(test, 0, Number(process.argv[3] ?? 10_000));
const weight = he();
const conv = (filters: number, padding = 1): Layer[] => [
  conv2d(filters, { kernel: 3, padding, weight }),
  relu(),
];

const net = sequential(
  [
    reshape([28, 28, 1]),
    ...conv(16),
    ...conv(16),
    maxPool2d(2),
    ...conv(32),
    ...conv(32, 2),
    maxPool2d(2),
    ...conv(64),
    ...conv(64),
    maxPool2d(2),
    flatten(),
    dense(50, { weight }),
    relu(),
    dropout(0.5),
    dense(10, { weight }),
    dropout(0.5),
  ],
  { input: [784] },
);
console.log(net.summary());
const run = await net.fit(train, {
  loss: crossEntropy(),
  optimizer: adam({ lr: 0.001 }),
  batchSize: 100,
  steps,
  evaluate: { data: { x, t } },
  onEvaluate: ({ step, results: { data } }) =>
    console.log(`step ${step}: test accuracy ${data!.accuracy}, loss ${data!.loss.toFixed(4)}`),
});
console.log(`${run.steps} steps in ${run.seconds.toFixed(1)} s`);
