// The gradient of a small network (the book's 4.4.2), with the weight that the notebook drew.
// Run it with: node scripts/run.js examples/simple-net.ts

import { init } from "kobai";
import { SimpleNet } from "kobai/book";
import { numericalGradient } from "kobai/numeric";
import { show } from "./show.ts";

await init();

const net = new SimpleNet({
  W: [
    [0.47960288, -0.76193959, 1.8855813],
    [-2.3624579, -0.50910295, 0.16812907],
  ],
});
console.log(show(net.W));

const x = [0.6, 0.9];
const p = net.predict(x);
console.log(show(p));
console.log(p.data.indexOf(Math.max(...p.data)));

const t = [0, 0, 1];
console.log(net.loss(x, t));

// f does not use its argument: numericalGradient moves net.W itself, and the network looks at it.
const f = () => net.loss(x, t);
console.log(show(numericalGradient(f, net.W)));

console.log("\nby backpropagation");
console.log(show(net.gradient(x, t).W));
