// Overfitting (the book's 6.4): a network of seven layers that has seen only 300 images learns them by heart; weight decay and dropout against it.
// Run it with: node scripts/run.js examples/overfitting.ts [epochs, 200 by default: the book's]

import {
  crossEntropy,
  dense,
  dropout,
  group,
  he,
  init,
  type Layer,
  relu,
  sequential,
  sgd,
  weightDecay,
} from "kobai";
import { mnist, takeBatch } from "kobai/data";

await init();

const epochs = Number(process.argv[2] ?? 200);
const { train, test } = await mnist();
const [x, t] = takeBatch(train, 0, 300);
const weight = he();

async function learn(name: string, decay: number, rate: number): Promise<void> {
  const hidden = (): Layer[] => [dense(100, { weight }), relu(), ...(rate > 0 ? [dropout(rate)] : [])];
  const layers = Array.from({ length: 6 }, hidden).flat();
  using net = sequential([...layers, dense(10, { weight })], { input: [784] });
  const biases = group("bias", { weightDecay: 0 });
  await net.fit(
    { x, t },
    {
      loss: crossEntropy(),
      optimizer: sgd({ lr: 0.01, with: decay > 0 ? [weightDecay(decay), biases] : [] }),
      batchSize: 100,
      epochs,
    },
  );
  const seen = await net.evaluate({ x, t });
  const unseen = await net.evaluate(test);
  const gap = seen.accuracy - unseen.accuracy;
  console.log(
    `${name.padEnd(18)} ${seen.accuracy.toFixed(4)}   ${unseen.accuracy.toFixed(4)}   ${gap.toFixed(4)}`,
  );
}

console.log("accuracy           learned  test     gap");
await learn("nothing", 0, 0);
await learn("weight decay 0.1", 0.1, 0);
await learn("dropout 0.2", 0, 0.2);
