// The book's SimpleConvNet (7.5) on MNIST, by kobai's own layers: convolution, pooling, two affine layers; its filters before and after (7.6.1).
// Run it with: node scripts/run.js examples/simple-conv-net.ts [steps, 12000 by default: the book's 20 epochs] [a folder for the filters' pictures]

import { mkdir, writeFile } from "node:fs/promises";
import {
  adam,
  conv2d,
  crossEntropy,
  dense,
  flatten,
  init,
  maxPool2d,
  relu,
  reshape,
  sequential,
} from "kobai";
import { kernelToTorch, mnist } from "kobai/data";
import { imageGrid } from "kobai/plot";

await init({ threads: "auto" });

const steps = Number(process.argv[2] ?? 12_000);
const folder = process.argv[3];
const { train, test } = await mnist();
const net = sequential(
  [
    reshape([28, 28, 1]),
    conv2d(30, { kernel: 5 }),
    relu(),
    maxPool2d(2),
    flatten(),
    dense(100),
    relu(),
    dense(10),
  ],
  { input: [784] },
);
console.log(net.summary());

async function saveFilters(name: string): Promise<void> {
  if (!folder) return;
  const filters = { ...kernelToTorch(net.params["conv2d1.weight"]!), shape: [30, 5, 5] };
  const figure = imageGrid(filters, { columns: 10, title: `The filters ${name} training` });
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}/filters-${name}.svg`, await figure.svg());
  console.log(`${folder}/filters-${name}.svg`);
}

await saveFilters("before");
const run = await net.fit(train, {
  loss: crossEntropy(),
  optimizer: adam({ lr: 0.001 }),
  batchSize: 100,
  steps,
  evaluate: { data: test },
  onEvaluate: ({ step, results: { data } }) =>
    console.log(`step ${step}: test accuracy ${data!.accuracy}, loss ${data!.loss.toFixed(4)}`),
});
await saveFilters("after");
console.log(`${run.steps} steps in ${run.seconds.toFixed(1)} s`);
