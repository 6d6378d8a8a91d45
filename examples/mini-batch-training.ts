// Training by numerical gradients (the book's 4.5.2 and 4.5.3): what the notebook gave up on after two hours.
// Run it with: node scripts/run.js examples/mini-batch-training.ts [iterations, 1000 by default; the book's are 10000]

import { init } from "kobai";
import { SGD, TwoLayerNet } from "kobai/book";
import { mnist, sampleBatch, takeBatch } from "kobai/data";

await init();

const iterations = Number(process.argv[2] ?? 1000);
const batchSize = 100;
const { train, test } = await mnist();
const everyTest = takeBatch(test, 0, 10_000);

const network = new TwoLayerNet(784, 50, 10, { activation: "sigmoid" });
const optimizer = new SGD({ lr: 0.1 });
const losses: number[] = [];
const start = performance.now();
const seconds = () => (performance.now() - start) / 1000;

for (let i = 0; i < iterations; i++) {
  const [x, t] = sampleBatch(train, batchSize);
  const grads = network.numericalGradient(x, t);
  optimizer.update(network.params, grads);
  losses.push(network.loss(x, t));
  if ((i + 1) % 100 === 0) {
    const recent = losses.slice(-100).reduce((sum, loss) => sum + loss, 0) / 100;
    console.log(
      `iteration ${i + 1}: loss ${recent.toFixed(4)}, test accuracy ${network.accuracy(...everyTest)}, ${seconds().toFixed(1)} s`,
    );
  }
}
console.log(
  `\n${iterations} iterations in ${seconds().toFixed(1)} s; test accuracy ${network.accuracy(...everyTest)}`,
);
console.log(`10000 iterations would take ${(((seconds() / iterations) * 10_000) / 60).toFixed(1)} minutes`);
