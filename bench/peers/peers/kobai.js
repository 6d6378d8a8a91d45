// kobai, as a user has it: the built package. Its matrix products, which the package does not offer by themselves, run as programs of
// the engine (kobai-matmul.ts).

import { adam, crossEntropy, dense, init, relu, sequential, sgd, sigmoid, sumSquaredError } from "../../../dist/index.js";
import { inference, matmuls, strided } from "./common.js";

const SEED = 42;

/** Makes the engine ready; whoever asked for more threads than it gives is told. */
async function start({ threads }) {
  await init(threads > 1 ? { threads } : {});
}

async function network(context, dtype = "float32") {
  const { layers, activation = "relu" } = context.work;
  const between = activation === "sigmoid" ? sigmoid : relu;
  const parts = layers.slice(1).flatMap((width) => [dense(width), between()]);
  const net = sequential(activation === "sigmoid" ? parts : parts.slice(0, -1), {
    input: [layers[0]],
    seed: SEED,
    dtype,
  });
  for (const [i, { w, b, inputs, outputs }] of (await context.weights()).entries()) {
    const make = (data, shape) => ({ shape, dtype, data: dtype === "float64" ? Float64Array.from(data) : data });
    net.params[`dense${i + 1}.weight`] = make(w, [inputs, outputs]);
    net.params[`dense${i + 1}.bias`] = make(b, [outputs]);
  }
  return net;
}

/** As mnist() gives it: bytes, scaled as they enter. */
async function images(context, part) {
  const data = await context.bytes(`${part}-images.u8`);
  const labels = await context.bytes(`${part}-labels.u8`);
  return {
    x: { shape: [labels.length, 784], dtype: "uint8", data },
    t: { shape: [labels.length], dtype: "uint8", data: labels },
    scale: 1 / 255,
    classes: 10,
  };
}

function optimizer({ name, ...options }) {
  return name === "adam" ? adam(options) : sgd(options);
}

async function train(context) {
  await start(context);
  const { batch, steps, evaluateEvery, sampling } = context.work;
  const [trainSet, test] = [await images(context, "train"), await images(context, "test")];
  const net = await network(context);
  const evaluates = evaluateEvery && !context.steps;
  const begin = performance.now();
  const history = await net.fit(trainSet, {
    loss: crossEntropy(),
    optimizer: optimizer(context.work.optimizer),
    batchSize: batch,
    steps: context.steps || steps,
    sampling,
    ...(evaluates && { evaluate: { data: { train: trainSet, test }, every: evaluateEvery } }),
  });
  const seconds = (performance.now() - begin) / 1000;
  const accuracy = history.evaluations.at(-1)?.results.test.accuracy;
  return { seconds, losses: history.loss.slice(0, 8), lastLoss: history.loss.at(-1), accuracy };
}

async function xor(context) {
  await start(context);
  const net = await network(context);
  const data = {
    x: { shape: [4, 2], dtype: "float32", data: await context.floats("xor-x.f32") },
    t: { shape: [4, 1], dtype: "float32", data: await context.floats("xor-t.f32") },
  };
  const begin = performance.now();
  const { loss } = await net.fit(data, {
    loss: sumSquaredError(),
    optimizer: optimizer(context.work.optimizer),
    batchSize: 4,
    steps: context.steps || context.work.steps,
  });
  return { seconds: (performance.now() - begin) / 1000, losses: loss.slice(0, 8), lastLoss: loss.at(-1) };
}

async function matmul(context) {
  await start(context);
  const { product } = await import("../../../build/peers/kobai-matmul.js");
  return matmuls(context, await product(context));
}

async function numerical(context) {
  await start(context);
  const { work, budget } = context;
  const net = await network(context, "float64");
  const { x, t } = await context.images("train", work.batch);
  const input = Float64Array.from(x);
  const times = [];
  let grads;
  for (const end = performance.now() + 500 * budget; times.length < 3 || performance.now() < end; ) {
    const begin = performance.now();
    grads = net.numericalGradient(input, t, { h: work.h });
    times.push((performance.now() - begin) / 1000);
  }
  times.sort((a, b) => a - b);
  const flat = Object.keys(net.params).flatMap((name) => Array.from(grads[name].data));
  return { seconds: times[times.length >> 1], check: strided(flat, work.stride) };
}

async function predict(context) {
  await start(context);
  const net = await network(context);
  const { x } = await context.images("test", context.work.images);
  return inference(context, () => net.predict(x).data);
}

export default {
  works: { book: train, book64: train, adam: train, xor, matmul, numerical, image: predict, images: predict },
};
