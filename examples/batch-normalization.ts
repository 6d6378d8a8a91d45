// Batch normalization against none (the book's 6.3.2): how fast five hidden layers learn 1,000 images, by the standard deviation that their weights start with.
// Run it with: node scripts/run.js examples/batch-normalization.ts [epochs, 20 by default]

import {
  batchNorm,
  crossEntropy,
  dense,
  init,
  type Layer,
  NotFiniteError,
  normal,
  relu,
  sequential,
  sgd,
} from "kobai";
import { mnist, takeBatch } from "kobai/data";

await init();

const epochs = Number(process.argv[2] ?? 20);
const { train } = await mnist();
const [x, t] = takeBatch(train, 0, 1000);

/** The accuracy on what it learned, after every epoch. */
async function accuracies(std: number, withNorm: boolean): Promise<number[]> {
  const weight = normal({ std });
  const hidden = (): Layer[] => [dense(100, { weight }), ...(withNorm ? [batchNorm()] : []), relu()];
  const layers = Array.from({ length: 5 }, hidden).flat();
  using net = sequential([...layers, dense(10, { weight })], { input: [784] });
  const { evaluations } = await net.fit(
    { x, t },
    {
      loss: crossEntropy(),
      optimizer: sgd({ lr: 0.01 }),
      batchSize: 100,
      epochs,
      evaluate: { data: { x, t } },
    },
  );
  return evaluations.slice(1).map(({ results }) => results.data!.accuracy);
}

console.log("       after 1 epoch          after all");
console.log("std    normalized  without    normalized  without");
for (const std of [1, 0.1, 0.01, 0.001, 0.0001]) {
  const normalized = await accuracies(std, true);
  const without = await accuracies(std, false).catch((error) => {
    // Large weights make the loss infinite, at which a fit ends.
    if (error instanceof NotFiniteError) return [Number.NaN];
    throw error;
  });
  const cells = [normalized[0]!, without[0]!, normalized.at(-1)!, without.at(-1)!];
  console.log(
    `${String(std).padEnd(7)}${cells.map((cell) => cell.toFixed(3).padEnd(11)).join(" ")}`.trimEnd(),
  );
}
