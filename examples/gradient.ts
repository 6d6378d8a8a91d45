// The gradient (the book's 4.4): all partial derivatives at once, at single points and over a grid of them.
// Run it with: node scripts/run.js examples/gradient.ts

import { numericalGradient, numericalGradientRows } from "kobai/numeric";
import { show } from "./show.ts";

const function2 = ([x0, x1]: readonly number[]) => x0! ** 2 + x1! ** 2;
for (const point of [
  [3, 4],
  [0, 2],
  [3, 0],
]) {
  console.log(`gradient of x₀² + x₁² at (${point.join(", ")}): ${show(numericalGradient(function2, point))}`);
}

// gradient_2d.py: the gradients over a grid, as arrows that point downhill. Each row is a point.
const axis = Array.from({ length: 18 }, (_, i) => -2 + 0.25 * i);
const points = axis.flatMap((y) => axis.map((x) => [x, y]));
const gradients = numericalGradientRows(function2, points);
console.log(
  `\ngradients at ${points.length} points; every fourth of each line and column, as −∂f/∂x₀, −∂f/∂x₁`,
);
const arrow = ([dx, dy]: readonly number[]) =>
  `(${[dx!, dy!].map((d) => (-d).toFixed(1).padStart(4)).join(",")})`;
for (let line = 0; line < 18; line += 4) {
  const row = gradients.slice(18 * line, 18 * (line + 1)).filter((_, i) => i % 4 === 0);
  console.log(row.map(arrow).join(" "));
}
