// Numerical differentiation (the book's 4.3): central and forward differences, tangent lines, partial derivatives.
// Run it with: node scripts/run.js examples/numerical-differentiation.ts

import { numericalDiff, partialDerivative, tangentLine } from "kobai/numeric";

const function1 = (x: number) => 0.01 * x ** 2 + 0.1 * x;
console.log("f(x) = 0.01x² + 0.1x");
for (const x of [5, 10]) {
  const tangent = tangentLine(function1, x);
  const slope = numericalDiff(function1, x);
  console.log(
    `f'(${x}) = ${slope}; tangent: y = ${slope.toFixed(6)}x ${tangent(0).toFixed(6).replace("-", "- ")}`,
  );
}

console.log("\nd(x³)/dx at 2, which is 12");
for (const h of [1e-1, 1e-2, 1e-4, 1e-8, 1e-12]) {
  const cube = (x: number) => x ** 3;
  const central = numericalDiff(cube, 2, { h });
  const forward = numericalDiff(cube, 2, { h, method: "forward" });
  console.log(
    `h = ${h.toExponential(0).padEnd(5)}  central ${central.toFixed(10)}  forward ${forward.toFixed(10)}`,
  );
}

console.log("\nf(x₀, x₁) = x₀² + x₁²");
const function2 = ([x0, x1]: readonly number[]) => x0! ** 2 + x1! ** 2;
console.log(`df/dx0 at (3, 4): ${partialDerivative(function2, [3, 4], 0)}`);
console.log(`df/dx1 at (3, 4): ${partialDerivative(function2, [3, 4], 1)}`);
