// brain.js: NeuralNetwork.train. It updates after each sample, its outputs are sigmoids and its loss is the squared error, so it does
// work 1 and 6 in its own way: as many samples, one by one. What it reached is compared, not its losses.

import brain from "brain.js";
import { inference, shareRight, training } from "./common.js";

const OWN_WAY = "its own way: samples one by one, sigmoid, squared error";
/** In place of 0, which it refuses for the error to stop at and for the momentum. */
const NOTHING = 1e-20;

function network(layers, weights) {
  const net = new brain.NeuralNetwork({ hiddenLayers: layers.slice(1, -1), activation: "sigmoid" });
  net.sizes = layers;
  net.initialize();
  for (const [l, { w, b, inputs, outputs }] of weights.entries()) {
    for (let j = 0; j < outputs; j++) {
      for (let i = 0; i < inputs; i++) net.weights[l + 1][j][i] = w[i * outputs + j];
      net.biases[l + 1][j] = b[j];
    }
  }
  return net;
}

async function train(context) {
  const { layers, optimizer } = context.work;
  const net = network(layers, await context.weights());
  const samples = {};
  for (const part of ["train", "test"]) {
    const { x, t } = await context.images(part);
    samples[part] = Array.from(t, (label, i) => {
      // It takes typed arrays for objects with names.
      const output = Array.from({ length: 10 }, (_, j) => (j === label ? 1 : 0));
      return { input: Array.from(x.subarray(784 * i, 784 * (i + 1))), output, label };
    });
  }
  const rows = await context.batches();
  const options = { iterations: 1, errorThresh: NOTHING, learningRate: optimizer.lr, momentum: NOTHING };
  const step = (i) =>
    net.train(
      Array.from(rows[i], (row) => samples.train[row]),
      options,
    ).error;
  const accuracy = (part) => {
    const scores = new Float32Array(10 * samples[part].length);
    for (const [i, { input }] of samples[part].entries()) scores.set(net.run(input), 10 * i);
    return shareRight(
      scores,
      samples[part].map(({ label }) => label),
    );
  };
  return { ...(await training(context, step, accuracy)), ownWay: true, note: OWN_WAY };
}

async function xor({ work, weights, floats }) {
  const [x, t] = [await floats("xor-x.f32"), await floats("xor-t.f32")];
  const data = Array.from(t, (target, i) => ({
    input: x.subarray(2 * i, 2 * i + 2),
    output: Float32Array.of(target),
  }));
  const options = {
    iterations: work.steps,
    errorThresh: NOTHING,
    learningRate: work.optimizer.lr,
    momentum: NOTHING,
  };
  const net = network(work.layers, await weights());
  const start = performance.now();
  const { error } = net.train(data, options);
  return {
    seconds: (performance.now() - start) / 1000,
    lastLoss: error / 2,
    ownWay: true,
    note: "its own way: samples one by one",
  };
}

async function predict(context) {
  const { layers, images: count } = context.work;
  const net = network(layers, await context.weights());
  const { x } = await context.images("test", count);
  const out = new Float32Array(10 * count);
  const result = await inference(context, () => {
    for (let i = 0; i < count; i++) out.set(net.run(x.subarray(784 * i, 784 * (i + 1))), 10 * i);
    return out;
  });
  return { ...result, ownWay: true, note: "with sigmoids" };
}

export default {
  works: { book: train, book64: train, xor, image: predict, images: predict },
  cannot: {
    adam: "no batches: its Adam updates after each of the 60,000 samples",
    matmul: "no matrices",
    numerical: "no softmax, no cross-entropy",
  },
};
