// Perceptrons and neurons (the book's chapters 2 and 3): what comes out of them for 200 inputs that grow from 0 to 2.
// Run it with: node scripts/run.js examples/figures/perceptrons.ts

import { dense, init, sequential, type Tensor, tensor, uniform } from "kobai";
import { Perceptron, relu, sigmoid, softmax, step } from "kobai/book";
import { arange, lines } from "kobai/plot";
import { save } from "./save.ts";

await init();

/** Weights drawn evenly from 0 to 1. */
function random(rows: number, columns: number, seed: number): Tensor {
  const layer = dense(columns, { weight: uniform({ low: 0, high: 1 }) });
  return sequential([layer], { input: [rows], seed, dtype: "float64" }).params["dense1.weight"]!;
}

/** The outputs of a layer for inputs [..., n], as the rows of a table. */
function outputs(x: Tensor, w: Tensor, b: number, activation: (x: Tensor) => Tensor): Tensor {
  return new Perceptron(w, b, { activation }).predict(x) as Tensor;
}

const input = { label: "input" };
const fromZeroToOne = { label: "output", domain: [-0.2, 1.2] } as const;

// Notebook 004 パーセプトロン, book 2.3: the perceptron's output steps from 0 to 1 where x·w reaches 4.
const x = tensor(arange(0, 2, 0.001), [200, 10]);
const w = random(10, 1, 1);
await save(
  "perceptron",
  lines(outputs(x, w, -4, step).data, { title: "Perceptron", x: input, y: fromZeroToOne }),
);

// Notebook 004 シグモイド関数, ReLU, book 3.2: one weighted sum through sigmoid, ReLU and step.
await save(
  "activations",
  lines(
    [
      { y: outputs(x, w, -4, sigmoid).data, label: "sigmoid" },
      { y: outputs(x, w, -4, relu).data, label: "ReLU" },
      { y: outputs(x, w, -4, step).data, label: "perceptron", dashed: true },
    ],
    { title: "Activation functions", x: input, y: fromZeroToOne },
  ),
);

// Notebook 004 多層ニューラルネットワーク, book 3.4: a network of four layers, sigmoid behind each.
const wide = tensor(arange(0, 2, 0.0001), [200, 10, 10]);
const hidden = outputs(wide, random(10, 1, 2), -4, sigmoid);
const second = outputs(tensor(hidden.data, [200, 10]), random(10, 1, 3), -7, sigmoid);
const last = outputs(second, random(1, 1, 4), -7, sigmoid);
await save(
  "four-layer-network",
  lines(last.data, { title: "Network of four layers", x: input, y: { label: "output" } }),
);

// Notebook 004 ソフトマックス関数, book 3.5: a network that ends with softmax; its five outputs sum up to 1.
const four = outputs(tensor(hidden.data, [200, 10]), random(10, 4, 5), -7, sigmoid);
const five = outputs(four, random(4, 5, 6), -1, softmax);
await save(
  "softmax-network",
  lines(
    arange(0, 5).map((k) => ({ y: five.data.filter((_: number, i: number) => i % 5 === k), label: `y${k}` })),
    { title: "Softmax", x: input, y: { label: "output" } },
  ),
);
