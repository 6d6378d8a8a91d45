// Loss functions (the book's 4.2): squared errors and cross-entropy, of one sample and of a batch, with one-hot rows and with labels.
// Run it with: node scripts/run.js examples/loss-functions.ts

import { init } from "kobai";
import { crossEntropyError, meanSquaredError, sumSquaredError } from "kobai/book";
import { mnist, sampleBatch } from "kobai/data";
import { show } from "./show.ts";

await init();

const y = [0.1, 0.05, 0.6, 0.0, 0.05, 0.1, 0.0, 0.1, 0.0, 0.0];
const t = [0, 0, 1, 0, 0, 0, 0, 0, 0, 0];
const tDummy = [0, 1, 0, 0, 0, 0, 0, 0, 0, 0];

console.log("sum of squared errors");
console.log(`Correct:  ${sumSquaredError(y, t)}`);
console.log(`Error  :  ${sumSquaredError(y, tDummy)}`);
console.log("\ncross-entropy");
console.log(`Correct:  ${crossEntropyError(y, t)}`);
console.log(`Error  :  ${crossEntropyError(y, tDummy)}`);
console.log(`by label: ${crossEntropyError(y, 2)}`);

console.log("\na batch of the two, its mean, and each sample's own");
console.log(crossEntropyError([y, y], [2, 1]));
console.log(show(crossEntropyError([y, y], [2, 1], { reduction: "none" })));
console.log(show(meanSquaredError([y, y], [t, tDummy])));

// The notebook's curves: an output that moves from the wrong class to the right one.
const moving = Array.from({ length: 9 }, (_, i) => [0, 0, 0, 1 - i / 8, i / 8]);
const right = [0, 0, 0, 0, 1];
console.log(`\nfrom wrong to right: squared errors\n${show(meanSquaredError(moving, right))}`);
const labels = moving.map(() => 4);
console.log(`cross-entropies\n${show(crossEntropyError(moving, labels, { reduction: "none" }))}`);

// Mini-batches (4.2.3).
const { train } = await mnist({ oneHot: true });
console.log(`\nMNIST: x_train (${train.x.shape.join(", ")}), t_train (${train.t.shape.join(", ")})`);
const [xBatch, tBatch] = sampleBatch(train, 10);
console.log(`a mini-batch: x (${xBatch.shape.join(", ")}), t (${tBatch.shape.join(", ")})`);
const even = Array.from({ length: 10 }, () => new Array<number>(10).fill(0.1));
console.log(`cross-entropy of guessing evenly: ${crossEntropyError(even, tBatch)}`);
