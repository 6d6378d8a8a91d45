// Activation functions (the book's chapter 3): step, sigmoid and ReLU, and what a neuron makes of its weighted sum with each.
// Run it with: node scripts/run.js examples/activations.ts

import { init, tensor } from "kobai";
import { identity, Perceptron, relu, sigmoid, step } from "kobai/book";
import { show } from "./show.ts";

await init();

const x = [-2, -1, -0.5, 0, 0.5, 1, 2];
console.log(`x        ${show(x)}`);
console.log(`step     ${show(step(x))}`);
console.log(`sigmoid  ${show(sigmoid(x))}`);
console.log(`ReLU     ${show(relu(x))}`);
console.log(`identity ${show(identity(x))}`);

// The notebook's curves: ten inputs growing from 0 to 2, weights between 0 and 1, bias −4.
const samples = tensor(
  Float64Array.from({ length: 2000 }, (_, i) => i / 1000),
  [200, 10],
);
const w = Float64Array.from({ length: 10 }, (_, i) => (i + 0.5) / 10);
console.log("\nneurons of one weighted sum, every 25th of 200 samples");
for (const [name, activation] of Object.entries({ sigmoid, relu, step })) {
  const y = new Perceptron(w, -4, { activation }).predict(samples);
  if (typeof y === "number") throw new Error("a batch of 200 gives 200 outputs");
  console.log(`${name.padEnd(8)} ${show(y.data.filter((_: number, i: number) => i % 25 === 0))}`);
}
