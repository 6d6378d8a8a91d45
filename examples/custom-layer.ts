// A layer and a loss of one's own, written with the ops: differentiated, planned and run like kobai's, and checked.
// Run it with: node scripts/run.js examples/custom-layer.ts

import { adam, dense, gradientCheck, he, init, layer, loss, sequential, tensor, zeros } from "kobai";
import { add, constant, exp, mean, multiply, sigmoid, sqrt, subtract } from "kobai/ops";

await init();

/** Swish with a trained slope for each feature: y = x·σ(x·e^s) (Ramachandran et al. 2017). */
const swish = () =>
  layer("swish", (x, { parameter }) => {
    const slope = exp(parameter("logSlope", [x.shape[1]!], zeros()));
    return multiply(x, sigmoid(multiply(x, slope)));
  });

/** A distance that is a square near 0 and straight far away: the mean of √(1 + (y − t)²). */
const softDistance = loss("softDistance", (y, t) => {
  const error = subtract(y, t);
  return mean(sqrt(add(multiply(error, error), constant(1, y.dtype))));
});

// The curve y = x² − 1/2 at 64 points.
const points = Array.from({ length: 64 }, (_, i) => i / 32 - 1);
const x = tensor(points.map((value) => [value]));
const t = tensor(points.map((value) => [value * value - 0.5]));

const net = sequential([dense(8, { weight: he() }), swish(), dense(1)], {
  input: [1],
  seed: 1,
  dtype: "float64",
});
for (const [name, check] of Object.entries(gradientCheck(net, x, t, { loss: softDistance }))) {
  console.log(`${name.padEnd(15)} mean difference ${check.meanAbsoluteDifference.toExponential(1)}`);
}
const run = await net.fit(
  { x, t },
  { loss: softDistance, optimizer: adam({ lr: 0.01 }), batchSize: 64, steps: 2000 },
);
console.log(
  `loss ${run.loss[0]!.toFixed(4)} at first, ${run.loss.at(-1)!.toFixed(4)} after ${run.steps} steps`,
);
console.log(`at 0.5: ${net.predict([0.5]).data[0]!.toFixed(2)}, the curve is at -0.25`);
