// Gradients (the book's 4.3.3 and 4.4): x₀² + x₁² in space, and its gradients as arrows.
// Run it with: node scripts/run.js examples/figures/gradient.ts

import { numericalGradient } from "kobai/numeric";
import { arange, linspace, quiver, surface, wireframe } from "kobai/plot";
import { save } from "./save.ts";

const f = ([x0, x1]: readonly number[]) => x0! ** 2 + x1! ** 2;
const z = (x0: number, x1: number) => f([x0, x1]);
/** Downhill. */
const field = (x0: number, x1: number) => numericalGradient(f, [x0, x1]).map((d) => -d);

// Notebook 000 function_2のグラフ, book 4.3.3: x₀² + x₁² as a net of wires, from −3 to 3 by 0.1.
const fine = arange(-3, 3, 0.1);
await save(
  "wireframe",
  wireframe(
    { x: fine, y: fine, z },
    { title: "x₀² + x₁²", x: { label: "x0" }, y: { label: "x1" }, z: { label: "f(x)" } },
  ),
);

// Notebook 001 4.3.3 Partial Differentiation 偏微分, book 4.3.3: the same as a surface, from −5 to 5.
const at = linspace(-5, 5, 100);
const axes = { x: { label: "X0" }, y: { label: "X1" }, z: { label: "function_2(X0, X1)" } };
await save("surface", surface({ x: at, y: at, z }, axes));

// Notebook 001 4.3.3 Partial Differentiation 偏微分, book 4.3.3: the same with the point (3, 4) and the gradient there.
const [u, v] = numericalGradient(f, [3, 4]);
const point = { x: 3, y: 4, z: f([3, 4]) };
await save(
  "surface-gradient",
  surface(
    { x: at, y: at, z },
    {
      ...axes,
      z: { label: "f(X0, X1)" },
      points: [{ ...point, color: "red", label: "Point (3, 4)" }],
      arrows: [{ ...point, u: u!, v: v!, w: 0.1, color: "blue", label: "Gradient" }],
    },
  ),
);

// Notebooks 000 gradient_2d.py and 001 4.4 Gradient 勾配, book 4.4: downhill from −2 to 2 by 0.25, as the book's gradient_2d.py draws it.
const near = arange(-2, 2.5, 0.25);
await save(
  "gradient-field",
  quiver(
    { x: near, y: near, field },
    { color: "#666666", x: { label: "x0", domain: [-2, 2] }, y: { label: "x1", domain: [-2, 2] } },
  ),
);

// Notebook 004 勾配, book 4.4: downhill from −10 to 10 by 1.
const far = arange(-10, 10);
await save("gradient-field-wide", quiver({ x: far, y: far, field }, { color: "#666666", title: "gradient" }));
