// Numerical differentiation (the book's 4.3): a tangent, and a derivative.
// Run it with: node scripts/run.js examples/figures/differentiation.ts

import { numericalDiff, tangentLine } from "kobai/numeric";
import { arange, lines } from "kobai/plot";
import { save } from "./save.ts";

const f = (x: number) => 0.01 * x ** 2 + 0.1 * x;

// Notebook 001 4.3.2 Example of Numerical differentiation, book 4.3.2: 0.01x² + 0.1x with its tangent at 5.
const x = arange(0, 20, 0.1);
const guide = { color: "gray", dashed: true };
await save(
  "tangent",
  lines(
    [
      { x, y: f, label: "f(x) = 0.01x² + 0.1x" },
      { x, y: tangentLine(f, 5), label: "tangent at 5" },
      { x: [5, 5], y: [-1, f(5)], ...guide },
      { x: [0, 5], y: [f(5), f(5)], ...guide },
    ],
    { x: { label: "x", domain: [0, 20] }, y: { label: "f(x)", domain: [-1, 6] } },
  ),
);

// Notebook 004 勾配, book 4.3: the same function with its derivative, from −50 to 50.
const wide = arange(-50, 50);
await save(
  "numerical-derivative",
  lines(
    [
      { x: wide, y: f, label: "y = 0.01x² + 0.1x" },
      { x: wide, y: (at) => numericalDiff(f, at), label: "numerical diff", dashed: true },
    ],
    { x: { label: "x" }, y: { label: "y" } },
  ),
);
