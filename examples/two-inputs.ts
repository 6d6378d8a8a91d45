// A model of two inputs on MNIST: an image, by convolution, and how dark each of its rows is; they meet in front of the last layers.
// Run it with: node scripts/run.js examples/two-inputs.ts [steps, 600 by default: an epoch]

import {
  adam,
  conv2d,
  crossEntropy,
  dense,
  flatten,
  he,
  init,
  maxPool2d,
  model,
  relu,
  reshape,
  tensor,
} from "kobai";
import { type Dataset, mnist } from "kobai/data";
import { concatenate } from "kobai/ops";

await init();

const steps = Number(process.argv[2] ?? 600);
const { train, test } = await mnist();

/** The same samples with the sums of their rows beside them. */
function withRows({ x, t }: Dataset) {
  const n = x.shape[0]!;
  const sums = new Float32Array(n * 28);
  for (let i = 0; i < x.data.length; i++) sums[Math.floor(i / 28)]! += x.data[i]! / 255 / 28;
  return { x: { image: x, rows: tensor(sums, [n, 28]) }, t, scale: { image: 1 / 255, rows: 1 } };
}

const weight = he();
const net = model(
  ({ image, rows }, apply) => {
    const square = apply(reshape([28, 28, 1]), image);
    const seen = apply(maxPool2d(2), apply(relu(), apply(conv2d(8, { kernel: 5, weight }), square)));
    const dark = apply(relu(), apply(dense(16, { weight }), rows));
    const both = concatenate([apply(flatten(), seen), dark], { axis: 1 });
    return apply(dense(10), apply(relu(), apply(dense(50, { weight }), both)));
  },
  { inputs: { image: [784], rows: [28] } },
);
console.log(net.summary());
const run = await net.fit(withRows(train), {
  loss: crossEntropy(),
  optimizer: adam({ lr: 0.001 }),
  batchSize: 100,
  steps,
});
const { accuracy } = await net.evaluate(withRows(test));
console.log(`${run.steps} steps in ${run.seconds.toFixed(1)} s; test accuracy ${accuracy}`);
