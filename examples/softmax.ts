// Softmax (the book's 3.5): scores become probabilities, without overflow, for one sample, a batch, or any leading axes.
// Run it with: node scripts/run.js examples/softmax.ts

import { init } from "kobai";
import { Perceptron, sigmoid, softmax } from "kobai/book";
import { show } from "./show.ts";

await init();

const y = softmax([0.3, 2.9, 4]);
console.log(`softmax([0.3, 2.9, 4.0])    ${show(y)}`);
console.log(`its sum                     ${y.data[0]! + y.data[1]! + y.data[2]!}`);
console.log(`softmax([1010, 1000, 990])  ${show(softmax([1010, 1000, 990]))}`);
console.log(
  `\na batch\n${show(
    softmax([
      [0.3, 2.9, 4],
      [1, 1, 1],
    ]),
  )}`,
);

// Three layers: 10 inputs, 2 and 4 hidden neurons with sigmoid, 5 outputs with softmax.
const weights = (rows: number, columns: number) =>
  Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (_, j) => ((3 * i + 5 * j + 1) % 10) / 10),
  );
const layers = [
  new Perceptron(weights(10, 2), -4, { activation: sigmoid }),
  new Perceptron(weights(2, 4), -1, { activation: sigmoid }),
  new Perceptron(weights(4, 5), -1, { activation: softmax }),
];
const x = Array.from({ length: 3 }, (_, i) => Array.from({ length: 10 }, (_, j) => (i + j / 10) / 2));
const output = layers.reduce<ReturnType<Perceptron["predict"]> | number[][]>(
  (value, layer) => layer.predict(value),
  x,
);
if (typeof output === "number" || !("shape" in output)) throw new Error("three samples give three rows");
console.log(`\na network of three layers, ending with softmax, for three samples\n${show(output)}`);
