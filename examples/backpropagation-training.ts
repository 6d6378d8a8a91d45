// Training by backpropagation (the book's 5.7.4), written as the book does: batches, gradients and updates by hand.
// Run it with: node scripts/run.js examples/backpropagation-training.ts [iterations, 10000 by default]

import { init } from "kobai";
import { SGD, TwoLayerNet } from "kobai/book";
import { mnist, sampleBatch, takeBatch } from "kobai/data";

await init();

const iterations = Number(process.argv[2] ?? 10_000);
const batchSize = 100;
const { train, test } = await mnist();
const trainSize = train.x.shape[0]!;
const everyTrain = takeBatch(train, 0, trainSize);
const everyTest = takeBatch(test, 0, test.x.shape[0]!);

// In float32, which is what everyday training uses; without the option it computes as NumPy does.
const network = new TwoLayerNet(784, 50, 10, { dtype: "float32" });
const optimizer = new SGD({ lr: 0.1 });
const iterationsPerEpoch = Math.max(trainSize / batchSize, 1);

console.log(trainSize);
const start = performance.now();
for (let i = 0; i < iterations; i++) {
  const [x, t] = sampleBatch(train, batchSize);
  const grads = network.gradient(x, t);
  optimizer.update(network.params, grads);
  if (i % iterationsPerEpoch === 0) {
    console.log(network.accuracy(...everyTrain).toFixed(12), network.accuracy(...everyTest));
  }
}
console.log(`${iterations} iterations in ${((performance.now() - start) / 1000).toFixed(1)} s`);
