// Loss functions (the book's 4.2): the logarithm, and what an error costs.
// Run it with: node scripts/run.js examples/figures/losses.ts

import { init } from "kobai";
import { crossEntropyError, meanSquaredError } from "kobai/book";
import { arange, figure, lines } from "kobai/plot";
import { save } from "./save.ts";

await init();

// Notebook 001 4.2.2 Cross entropy error, book 4.2.2: the logarithm from 0.001 to 1 by 0.01.
await save(
  "log",
  lines(
    { x: arange(0.001, 1, 0.01), y: Math.log },
    { title: "y = log x", x: { label: "x", domain: [0, 1] }, y: { label: "y", domain: [-5, 0] } },
  ),
);

// Notebook 004 損失関数, book 4.2: both losses of 200 outputs that move from a wrong class to the right one.
const probability = arange(0, 1, 0.005);
const outputs = probability.map((p) => [0, 0, 0, 1 - p, p]);
const squared = meanSquaredError(outputs, [0, 0, 0, 0, 1]);
const labels = outputs.map(() => 4);
const entropy = crossEntropyError(outputs, labels, { reduction: "none" });
const x = { label: "probability of the right class" };
await save(
  "losses",
  figure([
    lines({ x: probability, y: squared, label: "mean squared" }, { x, y: { label: "loss" } }),
    lines({ x: probability, y: entropy, label: "cross entropy" }, { x, y: { label: "loss" } }),
  ]),
);
