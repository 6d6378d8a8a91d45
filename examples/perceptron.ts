// Perceptrons: the logic gates of the book's chapter 2, and the notebook's perceptron of ten inputs.
// Run it with: node scripts/run.js examples/perceptron.ts

import { init, tensor } from "kobai";
import { Perceptron } from "kobai/book";
import { show } from "./show.ts";

await init();

const and = new Perceptron([0.5, 0.5], -0.7);
const nand = new Perceptron([-0.5, -0.5], 0.7);
const or = new Perceptron([0.5, 0.5], -0.2);
const xor = (x: readonly number[]) => and.predict([nand.predict(x), or.predict(x)]);

const inputs = [
  [0, 0],
  [1, 0],
  [0, 1],
  [1, 1],
];
console.log("x1 x2   AND NAND OR XOR");
for (const x of inputs) {
  console.log(`${x.join("  ")}    ${and.predict(x)}   ${nand.predict(x)}    ${or.predict(x)}  ${xor(x)}`);
}

// Ten inputs that grow from sample to sample: the output steps from 0 to 1 once x·w reaches 4.
const x = tensor(
  Float64Array.from({ length: 2000 }, (_, i) => i / 1000),
  [200, 10],
);
const w = Float64Array.from({ length: 10 }, (_, i) => (i + 0.5) / 10);
const outputs = new Perceptron(w, -4).predict(x);
if (typeof outputs === "number") throw new Error("a batch of 200 gives 200 outputs");
console.log(`\n200 samples of 10 inputs: 0 up to sample ${outputs.data.indexOf(1) - 1}, then 1`);
console.log(show(outputs.data.slice(70, 90)));
