// A residual network on MNIST (He et al. 2016): blocks of two convolutions past which their input goes as it is, or through one of 1×1.
// Run it with: node scripts/run.js examples/residual.ts [steps, 600 by default: an epoch]

import {
  adam,
  batchNorm,
  conv2d,
  crossEntropy,
  dense,
  globalAvgPool2d,
  he,
  init,
  type Layer,
  relu,
  reshape,
  residual,
  sequential,
} from "kobai";
import { mnist } from "kobai/data";

await init();

const steps = Number(process.argv[2] ?? 600);
const { train, test } = await mnist();
const weight = he();

/** A convolution whose bias batch normalization would take away again. */
const conv = (filters: number, kernel: number, stride = 1): Layer[] => [
  conv2d(filters, { kernel, stride, padding: "same", weight, bias: false }),
  batchNorm(),
];
const block = (filters: number): Layer[] => [
  residual(...conv(filters, 3), relu(), ...conv(filters, 3)),
  relu(),
];
/** Halves the image's sides. */
const half = (filters: number): Layer[] => [
  residual(...conv(filters, 3, 2), relu(), ...conv(filters, 3), {
    shortcut: conv2d(filters, { kernel: 1, stride: 2, weight }),
  }),
  relu(),
];

const net = sequential(
  [
    reshape([28, 28, 1]),
    ...conv(8, 3),
    relu(),
    ...block(8),
    ...half(16),
    ...block(16),
    ...half(32),
    globalAvgPool2d(),
    dense(10),
  ],
  { input: [784] },
);
console.log(net.summary());
const run = await net.fit(train, {
  loss: crossEntropy(),
  optimizer: adam({ lr: 0.001 }),
  batchSize: 100,
  steps,
});
const { accuracy } = await net.evaluate(test);
console.log(`${run.steps} steps in ${run.seconds.toFixed(1)} s; test accuracy ${accuracy}`);
