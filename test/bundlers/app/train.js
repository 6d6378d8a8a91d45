import { adam, crossEntropy, dense, dropout, he, init, sequential, tanh, tensor } from "kobai";
import { sha256 } from "kobai/io";

/** Points that are computed from their indices. */
function points() {
  const bytes = Uint8Array.from({ length: 8 * 150 }, (_, i) => (i * i * 31 + i * 7) % 251);
  const t = tensor(Uint8Array.from({ length: 150 }, (_, i) => bytes[8 * i] & 3));
  return { x: tensor(bytes, [150, 8]), t, scale: 1 / 255 };
}

/** Trains on them; how many threads there are, and the SHA-256 of the weights. */
export async function train(options) {
  const { threads } = await init(options);
  const layers = [dense(40, { weight: he() }), tanh(), dropout(0.1), dense(4)];
  const net = sequential(layers, { input: [8], seed: 42 });
  await net.fit(points(), { loss: crossEntropy(), optimizer: adam({ lr: 0.01 }), batchSize: 32, steps: 100 });
  return { threads, digest: await sha256(net.params) };
}

/** The same in a worker of kobai's. */
export async function trainIn(worker) {
  const layers = [
    { kind: "dense", units: 40, weight: { kind: "he" } },
    { kind: "tanh" },
    { kind: "dropout", rate: 0.1 },
    { kind: "dense", units: 4 },
  ];
  const net = await worker.sequential(layers, { input: [8], seed: 42 });
  const optimizer = { kind: "adam", lr: 0.01 };
  await net.fit(await worker.dataset(points()), {
    loss: "crossEntropy",
    optimizer,
    batchSize: 32,
    steps: 100,
  });
  return { threads: worker.info.threads, digest: await net.sha256() };
}
