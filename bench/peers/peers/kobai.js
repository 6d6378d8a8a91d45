// kobai: fit, predict and numericalGradient as users call them; products as programs of one instruction, which fit is made of.

import { matmul } from "../../../src/graph/ops/matmul.ts";
import { input } from "../../../src/graph/value.ts";
import {
  adam,
  conv2d,
  crossEntropy,
  dense,
  flatten,
  init,
  maxPool2d,
  relu,
  reshape,
  sequential,
  sgd,
  sigmoid,
  sumSquaredError,
} from "../../../src/index.ts";
import { program } from "../../program.ts";
import { inference, matmuls, median, strided } from "./common.js";

/** The seed that data.ts draws the batches with, as kobai does. */
const SEED = 42;

const tensor = (data, shape, dtype) => ({ data, shape, dtype });

async function network({ work, weights }) {
  const { layers, activation } = work;
  const isLast = (i) => i === layers.length - 2;
  const made = layers.slice(1).flatMap((n, i) => {
    if (activation === "sigmoid") return [dense(n), sigmoid()];
    return isLast(i) ? [dense(n)] : [dense(n), relu()];
  });
  const net = sequential(made, { input: [layers[0]], seed: SEED });
  for (const [i, { w, b, inputs, outputs }] of (await weights(layers)).entries()) {
    net.params[`dense${i + 1}.weight`] = tensor(w, [inputs, outputs], "float32");
    net.params[`dense${i + 1}.bias`] = tensor(b, [outputs], "float32");
  }
  return net;
}

/** The layers of a convolutional network in front of the dense ones. */
function convolutional({ convolutions, layers }) {
  return [
    reshape([28, 28, 1]),
    ...convolutions.flatMap(({ filters, kernel, padding }) => [
      conv2d(filters, { kernel, padding }),
      relu(),
      maxPool2d(2),
    ]),
    flatten(),
    ...layers.slice(1, -1).flatMap((units) => [dense(units), relu()]),
    dense(layers.at(-1)),
  ];
}

async function convolution(context) {
  const { threads } = await init({ threads: context.threads, wide: context.wide });
  const { work, steps } = context;
  const net = sequential(convolutional(work), { input: [784], seed: SEED });
  const weights = await context.weights();
  for (const [i, { w, b }] of weights.entries()) {
    const name = i < work.convolutions.length ? `conv2d${i + 1}` : `dense${i + 1 - work.convolutions.length}`;
    const { shape } = net.params[`${name}.weight`];
    net.params[`${name}.weight`] = tensor(w, shape, "float32");
    net.params[`${name}.bias`] = tensor(b, [b.length], "float32");
  }
  const history = await net.fit(await images(context, "train"), {
    loss: crossEntropy(),
    optimizer: optimizer(work.optimizer),
    batchSize: work.batch,
    steps: steps || work.steps,
    sampling: work.sampling,
  });
  return { ...report(history), threads };
}

async function images({ bytes }, part) {
  const t = await bytes(`${part}-labels.u8`);
  const x = tensor(await bytes(`${part}-images.u8`), [t.length, 784], "uint8");
  return { x, t: tensor(t, [t.length], "uint8"), scale: 1 / 255 };
}

function optimizer({ name, ...options }) {
  return name === "adam" ? adam(options) : sgd(options);
}

/** What a fit gave, as the other peers report it. `seconds` begins where the data lies in kobai's memory, as theirs does in theirs. */
function report({ seconds, loss, evaluations }) {
  return {
    seconds,
    losses: loss.slice(0, 8),
    lastLoss: loss.at(-1),
    accuracy: evaluations.at(-1)?.results.test.accuracy,
  };
}

async function train(context) {
  const { threads } = await init({ threads: context.threads, wide: context.wide });
  const { work, steps } = context;
  const net = await network(context);
  const [train, test] = [await images(context, "train"), await images(context, "test")];
  const start = performance.now();
  const history = await net.fit(train, {
    loss: crossEntropy(),
    optimizer: optimizer(work.optimizer),
    batchSize: work.batch,
    steps: steps || work.steps,
    sampling: work.sampling,
    ...(work.evaluateEvery &&
      !steps && { evaluate: { data: { train, test }, every: work.evaluateEvery, metrics: ["accuracy"] } }),
  });
  const loading = (performance.now() - start) / 1000 - history.seconds;
  return { ...report(history), threads, note: `and ${loading.toFixed(2)} s to take in the data` };
}

async function xor(context) {
  await init({ threads: context.threads, wide: context.wide });
  const { work, floats } = context;
  const net = await network(context);
  const data = {
    x: tensor(await floats("xor-x.f32"), [4, 2], "float32"),
    t: tensor(await floats("xor-t.f32"), [4, 1], "float32"),
  };
  const history = await net.fit(data, {
    loss: sumSquaredError(),
    optimizer: optimizer(work.optimizer),
    batchSize: work.batch,
    steps: context.steps || work.steps,
  });
  return report(history);
}

async function products(context) {
  await init({ threads: context.threads, wide: context.wide });
  const prepare = ({ a, b, dtype, m, n, k, transposeA, transposeB }) => {
    const left = input("a", transposeA ? [k, m] : [m, k], dtype);
    const right = input("b", transposeB ? [n, k] : [k, n], dtype);
    const product = matmul(left, right, { transposeA, transposeB });
    const given = new Map([
      [left, a],
      [right, b],
    ]);
    const one = program([product], given);
    return { call: () => one.run(1), product: () => one.view(product).slice(), dispose: () => one.dispose() };
  };
  return matmuls(context, prepare);
}

async function numerical(context) {
  await init({ threads: context.threads, wide: context.wide });
  const { work, budget } = context;
  const net = await network(context);
  const { x, t } = await context.images("train", work.batch);
  const batch = tensor(x, [work.batch, 784], "float32");
  const times = [];
  let gradient;
  for (const end = performance.now() + (1000 * budget) / 4; times.length < 3 || performance.now() < end; ) {
    const start = performance.now();
    gradient = net.numericalGradient(batch, t, { h: work.h });
    times.push((performance.now() - start) / 1000);
  }
  const flat = Object.values(gradient).flatMap(({ data }) => Array.from(data));
  return { seconds: median(times), check: strided(flat, work.stride) };
}

async function predict(context) {
  await init({ threads: context.threads, wide: context.wide });
  const net = await network(context);
  const { x } = await context.images("test", context.work.images);
  return inference(context, () => net.predict(x).data);
}

export default {
  works: {
    book: train,
    book64: train,
    adam: train,
    cnn: convolution,
    simple: convolution,
    xor,
    matmul: products,
    numerical,
    image: predict,
    images: predict,
  },
};
