import { adam, crossEntropy, dense, he, init, relu, sequential, tensor } from "kobai";
import { startWorker } from "kobai/worker";

const points = () => ({
  x: tensor([
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ]),
  t: tensor(new Uint8Array([0, 1, 1, 0])),
});

/** In the page. */
async function train() {
  await init();
  const data = points();
  const net = sequential([dense(16, { weight: he() }), relu(), dense(2)], { input: [2], seed: 1 });
  await net.fit(data, { loss: crossEntropy(), optimizer: adam({ lr: 0.1 }), steps: 500 });
  return net.accuracy(data.x, data.t);
}

/** Beside it. */
async function trainInWorker() {
  const worker = await startWorker();
  const net = await worker.sequential(
    [{ kind: "dense", units: 16, weight: { kind: "he" } }, { kind: "relu" }, { kind: "dense", units: 2 }],
    { input: [2], seed: 1 },
  );
  const data = await worker.dataset(points());
  await net.fit(data, { loss: "crossEntropy", optimizer: { kind: "adam", lr: 0.1 }, steps: 500 });
  const { accuracy } = await net.evaluate(data);
  await worker.close();
  return accuracy;
}

async function main() {
  document.querySelector("#output").textContent = `XOR: ${100 * (await train())} % right`;
  document.querySelector("#worker").textContent = `XOR in a worker: ${100 * (await trainInWorker())} % right`;
}

// Not with `await` outside of a function, which the browsers that Vite 6 builds for need not have.
main();
