// Gradient descent (the book's 4.4.1): where it goes on x₀² + x₁² from (−3, 4), and what learning rates do.
// Run it with: node scripts/run.js examples/figures/gradient-descent.ts

import { gradientDescent } from "kobai/numeric";
import { type Series, scatter } from "kobai/plot";
import { save } from "./save.ts";

const f = ([x0, x1]: readonly number[]) => x0! ** 2 + x1! ** 2;

/** The points that a descent visits, the first and the last too. */
const descent = (lr: number, steps: number) => gradientDescent(f, [-3, 4], { lr, steps }).history;

/** Points between dashed axes. */
function onAxes(title: string, points: readonly number[][], width: number, height: number) {
  const axis: Series = { color: "#0072b2", dashed: true, line: true, markers: false };
  return scatter(
    [
      {
        ...axis,
        points: [
          [-width, 0],
          [width, 0],
        ],
      },
      {
        ...axis,
        points: [
          [0, -height],
          [0, height],
        ],
      },
      { points, color: "#d55e00" },
    ],
    { title, x: { label: "X0", domain: [-width, width] }, y: { label: "X1", domain: [-height, height] } },
  );
}

// Notebook 000 勾配法による更新のプロセスの図示化, book 4.4.1: 20 steps with a learning rate of 0.1.
await save("descent", onAxes("lr = 0.1, 20 steps", descent(0.1, 20).slice(0, -1), 3.5, 4.5));

// Notebook 000 学習率の違いによる結果の実験の可視化, book 4.4.1: far too large a learning rate, 10: the points fly away.
await save("descent-lr-10", onAxes("lr = 10, 100 steps", descent(10, 100).slice(0, -1), 3e13, 2e12));

// Notebook 000 学習率の違いによる結果の実験の可視化, book 4.4.1: far too small a one, 1e-10: they stay where they are.
await save("descent-lr-1e-10", onAxes("lr = 1e-10, 100 steps", descent(1e-10, 100).slice(0, -1), 3.5, 4.5));

// Notebook 001 4.4.1 Gradient method 勾配法, book 4.4.1: the first path again, on axes of its own size.
await save("descent-points", scatter({ points: descent(0.1, 20).slice(0, -1) }));

// Notebook 004 学習率, book 4.4.1: 100 steps with a learning rate of 0.1, after each step.
await save(
  "descent-100",
  scatter({ points: descent(0.1, 100).slice(1) }, { x: { domain: [-5, 5] }, y: { domain: [-5, 5] } }),
);
