import { adam, crossEntropy, dense, he, init, layer, sequential, tanh, tensor } from "kobai";
import { sha256 } from "kobai/io";
import { abs } from "kobai/ops";

/** Trains on points that are computed from their indices; how many threads there are, and the SHA-256 of the weights. */
export async function train(options) {
  const { threads } = await init(options);
  const layers = [dense(40, { weight: he() }), tanh(), layer("abs", (x) => abs(x)), dense(4)];
  const net = sequential(layers, { input: [8], seed: 42 });
  const bytes = Uint8Array.from({ length: 8 * 150 }, (_, i) => (i * i * 31 + i * 7) % 251);
  const t = tensor(Uint8Array.from({ length: 150 }, (_, i) => bytes[8 * i] & 3));
  const data = { x: tensor(bytes, [150, 8]), t, scale: 1 / 255 };
  await net.fit(data, { loss: crossEntropy(), optimizer: adam({ lr: 0.01 }), batchSize: 32, steps: 100 });
  return { threads, digest: await sha256(net.params) };
}
