// The gradient check (the book's 5.7.3): backpropagation against numerical differentiation, on three samples of MNIST.
// Run it with: node scripts/run.js examples/gradient-check.ts

import { gradientCheck, init } from "kobai";
import { TwoLayerNet } from "kobai/book";
import { mnist, takeBatch } from "kobai/data";

await init();

const { train } = await mnist({ oneHot: true });
// With a seed that leaves every hidden unit away from the kink of its ReLU, where a difference sees both sides.
const network = new TwoLayerNet(784, 50, 10, { seed: 1 });
const [xBatch, tBatch] = takeBatch(train, 0, 3);

for (const [name, check] of Object.entries(gradientCheck(network, xBatch, tBatch))) {
  const { meanAbsoluteDifference, maxRelativeError, worst } = check;
  console.log(`${name}:${meanAbsoluteDifference}`);
  console.log(
    `  largest relative error ${maxRelativeError.toExponential(1)}, at [${worst.index.join(", ")}]: ` +
      `${worst.backpropagation} by backpropagation, ${worst.numerical} by differences`,
  );
}
