// A network of two layers and its numerical gradient (the book's 4.5.1), for a batch of random samples.
// Run it with: node scripts/run.js examples/two-layer-net.ts

import { dense, init, normal, sequential, tensor } from "kobai";
import { TwoLayerNet } from "kobai/book";
import { show } from "./show.ts";

await init();

const net = new TwoLayerNet(784, 100, 10, { activation: "sigmoid" });
for (const [name, { shape }] of Object.entries(net.params)) console.log(`${name} (${shape.join(", ")})`);

/** Variates of a seeded generator, by way of a parameter's initial values. */
function random(rows: number, columns: number, seed: number) {
  const source = sequential([dense(columns, { weight: normal({ std: 1 }) })], {
    input: [rows],
    seed,
    dtype: "float64",
  });
  return source.params["dense1.weight"]!;
}

const x = random(100, 784, 1);
const t = tensor(Uint8Array.from({ length: 100 }, (_, i) => i % 10));
const y = net.predict(x);
console.log(`\ny (${y.shape.join(", ")}), the first sample's`);
console.log(show(y.data.slice(0, 10)));
console.log(`loss ${net.loss(x, t)}, accuracy ${net.accuracy(x, t)}`);

const start = performance.now();
const grads = net.numericalGradient(x, t);
const seconds = (performance.now() - start) / 1000;
console.log(`\nthe numerical gradient by 79,510 parameters, in ${seconds.toFixed(2)} s`);
for (const [name, { shape }] of Object.entries(grads)) console.log(`${name} (${shape.join(", ")})`);
console.log(`b2\n${show(grads.b2!)}`);
