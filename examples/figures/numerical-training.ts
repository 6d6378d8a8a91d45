// Training by numerical gradients (the book's 4.5): its losses, and a digit that is learned.
// Run it with: node scripts/run.js examples/figures/numerical-training.ts [iterations of batch 100, 100 by default]

import { crossEntropy, dense, init, normal, sequential, sgd, sigmoid } from "kobai";
import { MultiLayerNet, SGD } from "kobai/book";
import { mnist, takeBatch } from "kobai/data";
import { arange, image, lines } from "kobai/plot";
import { save } from "./save.ts";

await init();

// Notebook 001 4.5.2 Implementation of Mini-Batch Learning, book 3.6.1: MNIST's image 101 with its label.
const { train } = await mnist();
const [digit, label] = takeBatch(train, 101, 102);
await save("mnist-101", image(digit, { shape: [28, 28], title: `label ${label.data[0]}` }));

/** The losses of training 784-50-10 by central differences. */
async function losses(batchSize: number, steps: number): Promise<number[]> {
  const weight = normal({ std: 0.01 });
  const net = sequential([dense(50, { weight }), sigmoid(), dense(10, { weight })], { input: [784] });
  const options = { loss: crossEntropy(), optimizer: sgd({ lr: 0.1 }), sampling: "replacement" } as const;
  return (await net.fit(train, { ...options, gradient: "numerical", batchSize, steps })).loss;
}

// Notebook 001 4.5.2 Implementation of Mini-Batch Learning, book 4.5.2: 5 iterations of batch 2, as many as its author waited for.
const axes = { x: { label: "iteration" }, y: { label: "loss" } };
await save(
  "numerical-training-5",
  lines({ y: await losses(2, 5), markers: true }, { title: "5 iterations, batch 2", ...axes }),
);

// Notebook 001 4.5.2 Implementation of Mini-Batch Learning, book 4.5.2: 100 iterations of batch 100, on which its author gave up.
const iterations = Number(process.argv[2] ?? 100);
await save(
  "numerical-training-100",
  lines(await losses(100, iterations), { title: `${iterations} iterations, batch 100`, ...axes }),
);

// Notebook 004 ニューラルネットワークの実装, book 4.5: 500 iterations of a network of (4, 2, 3, 5) on one sample.
const net = new MultiLayerNet([4, 2, 3, 5]);
const x = [0.37, 0.95, 0.73, 0.6];
const t = [0, 0, 0, 1, 0];
const optimizer = new SGD({ lr: 0.01 });
const history = arange(0, 500).map(() => {
  optimizer.update(net.params, net.numericalGradient(x, t));
  return net.loss(x, t);
});
await save("network-of-any-shape", lines({ y: history, label: "cross entropy error" }, axes));
