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

/** Trains in the page, in slices of a few milliseconds. */
export async function train(onProgress) {
  const { threads } = await init({ threads: "auto" });
  const data = points();
  const net = sequential([dense(16, { weight: he() }), relu(), dense(2)], { input: [2], seed: 1 });
  const optimizer = adam({ lr: 0.1 });
  await net.fit(data, { loss: crossEntropy(), optimizer, steps: 2000, onProgress });
  return { accuracy: net.accuracy(data.x, data.t), threads };
}

/** Trains beside the page. */
export async function trainInWorker(onProgress) {
  const worker = await startWorker({ threads: "auto" });
  const net = await worker.sequential(
    [{ kind: "dense", units: 16, weight: { kind: "he" } }, { kind: "relu" }, { kind: "dense", units: 2 }],
    { input: [2], seed: 1 },
  );
  const data = await worker.dataset(points());
  const optimizer = { kind: "adam", lr: 0.1 };
  await net.fit(data, { loss: "crossEntropy", optimizer, steps: 2000, onProgress });
  const { accuracy } = await net.evaluate(data);
  await worker.close();
  return { accuracy, threads: worker.info.threads };
}
