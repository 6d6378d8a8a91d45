// The optimizers of the book's chapter 6 on f(x, y) = x²/20 + y², from (−7, 2): their paths to the minimum at (0, 0).
// Run it with: node scripts/run.js examples/optimizers.ts

import { init } from "kobai";
import { AdaGrad, Adam, Momentum, SGD } from "kobai/book";
import { numericalGradient } from "kobai/numeric";

await init();

const f = ([x, y]: readonly number[]) => (1 / 20) * x! ** 2 + y! ** 2;

/** The points that an optimizer visits. */
function path(optimizer: SGD, steps: number): { x: number[]; y: number[] } {
  const at: Record<string, number> = { x: -7, y: 2 };
  const history = { x: [] as number[], y: [] as number[] };
  for (let i = 0; i < steps; i++) {
    const [x, y] = numericalGradient(f, [at.x!, at.y!]) as [number, number];
    optimizer.update(at, { x, y });
    history.x.push(at.x!);
    history.y.push(at.y!);
  }
  return history;
}

const zigzag = path(new SGD({ lr: 0.95 }), 30);
console.log("SGD, lr 0.95, 30 steps");
console.log(zigzag.x);
console.log(zigzag.y);

console.log("\nhow far from (0, 0)   10 steps   30 steps  100 steps  300 steps");
const optimizers = {
  "SGD 0.95": () => new SGD({ lr: 0.95 }),
  "Momentum 0.1": () => new Momentum({ lr: 0.1 }),
  "AdaGrad 1.5": () => new AdaGrad({ lr: 1.5 }),
  "Adam 0.3": () => new Adam({ lr: 0.3 }),
};
for (const [name, make] of Object.entries(optimizers)) {
  const { x, y } = path(make(), 300);
  const distances = [10, 30, 100, 300].map((step) => Math.hypot(x[step - 1]!, y[step - 1]!));
  console.log(`${name.padEnd(18)} ${distances.map((d) => d.toPrecision(3).padStart(10)).join(" ")}`);
}
