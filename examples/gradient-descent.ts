// Gradient descent (the book's 4.4.1), and what too large and too small a learning rate do.
// Run it with: node scripts/run.js examples/gradient-descent.ts

import { gradientDescent } from "kobai/numeric";
import { show } from "./show.ts";

const function2 = ([x0, x1]: readonly number[]) => x0! ** 2 + x1! ** 2;
const start = [-3, 4];

for (const lr of [0.1, 10, 1e-10]) {
  const { x, outcome, report } = gradientDescent(function2, start, { lr, steps: 100 });
  console.log(`lr = ${lr}, 100 steps: ${show(x)}\n  ${outcome}: ${report}\n`);
}

console.log("the way with lr = 0.1, 20 steps");
console.log(show(gradientDescent(function2, start, { lr: 0.1, steps: 20 }).history));
