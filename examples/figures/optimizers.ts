// Optimizers (the book's 6.1): their paths on f(x, y) = x²/20 + y² from (−7, 2), and how they train a network on MNIST.
// Run it with: node scripts/run.js examples/figures/optimizers.ts [iterations on MNIST, 2000 by default: the book's]

import { adaGrad, adam, crossEntropy, dense, he, init, momentum, relu, sequential, sgd } from "kobai";
import { AdaGrad, Adam, Momentum, SGD } from "kobai/book";
import { mnist } from "kobai/data";
import { numericalGradient } from "kobai/numeric";
import { arange, contour, type Figure, figure, lines, linspace, quiver, scatter, surface } from "kobai/plot";
import { save } from "./save.ts";

await init();

const f = ([x, y]: readonly number[]) => (1 / 20) * x! ** 2 + y! ** 2;
const z = (x: number, y: number) => f([x, y]);

// Notebook 002 グラフの描画, book 6.1.3: the function, with its contours on the floor.
const at = arange(-10, 10, 0.1);
await save(
  "optimizers-surface",
  surface(
    { x: at, y: at, z },
    { scheme: "summer", floor: true, x: { label: "x" }, y: { label: "y" }, z: { label: "z" } },
  ),
);

// Notebook 002 勾配の様子の描画, book 6.1.3: downhill within ±0.5, a tenth of the gradients' length; most do not point to (0, 0).
const near = arange(-0.5, 0.55, 0.1);
const half = [-0.5, 0.5] as const;
await save(
  "optimizers-field",
  quiver(
    { x: near, y: near, field: (x, y) => numericalGradient(f, [x, y]).map((d) => -d) },
    { scale: 0.1, scheme: "reds", colorDomain: [0, 16], x: { domain: half }, y: { domain: half } },
  ),
);

/** The points that an optimizer visits. */
function path(optimizer: SGD, steps = 30): number[][] {
  const position: Record<string, number> = { x: -7, y: 2 };
  return arange(0, steps).map(() => {
    const [x, y] = numericalGradient(f, [position.x!, position.y!]);
    optimizer.update(position, { x: x!, y: y! });
    return [position.x!, position.y!];
  });
}

const axis = { domain: [-10, 10] as const };
/** A path alone. */
function alone(title: string, points: number[][]): Figure {
  return scatter({ points, line: true, color: "red" }, { title, x: axis, y: axis });
}

// Notebook 002 SGDの欠点, book 6.1.3: SGD zigzags.
await save("sgd", alone("SGD, lr 0.95, 30 steps", path(new SGD({ lr: 0.95 }))));

// Notebook 002 Momentum, book 6.1.4: Momentum swings past the minimum.
const swinging = () => new Momentum({ lr: 0.1, momentum: 0.95 });
await save("momentum-30", alone("Momentum, lr 0.1, 30 steps", path(swinging())));

// Notebook 002 Momentum, book 6.1.4: 1,000 steps of it.
await save("momentum-1000", alone("Momentum, lr 0.1, 1,000 steps", path(swinging(), 1000)));

// Notebook 002 AdaGrad, book 6.1.5: AdaGrad goes straight.
await save("adagrad-30", alone("AdaGrad, lr 1.5, 30 steps", path(new AdaGrad({ lr: 1.5 }))));

// Notebook 002 AdaGrad, book 6.1.5: 10,000 steps of it.
await save("adagrad-10000", alone("AdaGrad, lr 1.5, 10,000 steps", path(new AdaGrad({ lr: 1.5 }), 10_000)));

// Notebook 002 Adam, book 6.1.6: Adam.
await save("adam-30", alone("Adam, lr 0.3, 30 steps", path(new Adam({ lr: 0.3 }))));

// Notebook 002, book 6.1.7, figure 6-8: the four side by side.
const grid = { x: linspace(-10, 10, 81), y: linspace(-10, 10, 241), z };
const start = [-7, 2];
const paths = {
  SGD: [start, ...path(new SGD({ lr: 0.95 }))],
  Momentum: [start, ...path(new Momentum({ lr: 0.1 }))],
  AdaGrad: [start, ...path(new AdaGrad({ lr: 1.5 }))],
  Adam: [start, ...path(new Adam({ lr: 0.3 }))],
};
const levels = arange(0.5, 8);
await save(
  "optimizers-side-by-side",
  figure(
    Object.entries(paths).map(([title, points]) =>
      contour(grid, { title, levels, color: "#8c959f", series: { points, line: true, color: "red" } }),
    ),
    { columns: 2 },
  ),
);

// Notebook 002, book 6.1.7: the four on one plot of contours.
await save(
  "optimizers-together",
  contour(grid, {
    y: { domain: [-4, 4] },
    levels,
    color: "#8c959f",
    series: Object.entries(paths).map(([label, points]) => ({ points, line: true, label })),
  }),
);

/** The losses of training 784-100-100-100-100-10 in batches of 128, which are the same for all. */
async function losses(name: string, optimizer: ReturnType<typeof sgd>): Promise<number[]> {
  const weight = he();
  const hidden = arange(0, 4).flatMap(() => [dense(100, { weight }), relu()]);
  using net = sequential([...hidden, dense(10, { weight })], { input: [784] });
  const options = {
    loss: crossEntropy(),
    batchSize: 128,
    steps: iterations,
    sampling: "replacement",
  } as const;
  const { loss } = await net.fit(train, { ...options, optimizer });
  const { accuracy } = await net.evaluate(test);
  console.log(
    `${name.padEnd(8)} loss ${smooth(loss).at(-1)!.toFixed(4)}   test accuracy ${accuracy.toFixed(4)}`,
  );
  return loss;
}

/** The mean of up to 11 losses around each: the book takes as many, the nearest counting most. */
function smooth(values: readonly number[]): number[] {
  return values.map((_, i) => {
    const near = values.slice(Math.max(0, i - 5), i + 6);
    return near.reduce((sum, value) => sum + value, 0) / near.length;
  });
}

// Beside the notebooks, book 6.1.8, figure 6-9: the four on MNIST, with the book's rates.
const iterations = Number(process.argv[2] ?? 2000);
const { train, test } = await mnist();
const trained = {
  SGD: await losses("SGD", sgd({ lr: 0.01 })),
  Momentum: await losses("Momentum", momentum({ lr: 0.01 })),
  AdaGrad: await losses("AdaGrad", adaGrad({ lr: 0.01 })),
  Adam: await losses("Adam", adam({ lr: 0.001 })),
};
await save(
  "optimizers-mnist",
  lines(
    Object.entries(trained).map(([label, loss]) => ({ y: smooth(loss), label })),
    { x: { label: "iteration" }, y: { label: "loss", domain: [0, 1] } },
  ),
);
