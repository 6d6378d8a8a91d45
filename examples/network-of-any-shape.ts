// A network of any shape, trained by numerical gradients on one sample: the notebook's init_network((4, 2, 3, 5)).
// Run it with: node scripts/run.js examples/network-of-any-shape.ts

import { init } from "kobai";
import { MultiLayerNet, SGD } from "kobai/book";
import { show } from "./show.ts";

await init();

const net = new MultiLayerNet([4, 2, 3, 5]);
const x = [0.37, 0.95, 0.73, 0.6];
const t = [0, 0, 0, 1, 0];
const optimizer = new SGD({ lr: 0.01 });
const history: number[] = [];
console.log(`before  ${show(net.predict(x))}, cross-entropy ${net.loss(x, t).toFixed(6)}`);
for (let i = 0; i < 500; i++) {
  optimizer.update(net.params, net.numericalGradient(x, t));
  history.push(net.loss(x, t));
}
console.log(`after   ${show(net.predict(x))}, cross-entropy ${net.loss(x, t).toFixed(6)}`);
console.log(`\ncross-entropy, every 50 steps\n${show(history.filter((_, i) => (i + 1) % 50 === 0))}`);
