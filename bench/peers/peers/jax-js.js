// jax-js on its wasm device: one jitted function a training step, gradient and update in it. In a page that is isolated it takes all
// processors; in Node, where it finds no Worker, one.

import { init, jit, lax, nn, numpy as np, valueAndGrad } from "@jax-js/jax";
import { gatherRows, inference, matmuls, oneHot, shareRight, training } from "./common.js";

const array = (data, shape) => np.array(data).reshape(shape);
const parameters = (layers) =>
  layers.map(({ w, b, inputs, outputs }) => ({ w: array(w, [inputs, outputs]), b: array(b, [outputs]) }));
const held = (params) => params.map(({ w, b }) => ({ w: w.ref, b: b.ref }));

function forward(params, x, activation) {
  return params.reduce((z, { w, b }, i) => {
    const sum = np.matmul(z, w).add(b);
    if (activation === "sigmoid") return nn.sigmoid(sum);
    return i < params.length - 1 ? nn.relu(sum) : sum;
  }, x);
}

const crossEntropy = (params, x, t) =>
  t
    .mul(nn.logSoftmax(forward(params, x, "relu")))
    .sum(1)
    .mean()
    .mul(-1);
const squaredError = (params, x, t) =>
  np
    .square(forward(params, x, "sigmoid").sub(t))
    .mean()
    .mul(0.5);

/** A step of training, (x, t) => the loss. */
function stepper(initial, lossOf, { name, lr, beta1, beta2, epsilon }) {
  let params = initial;
  if (name === "sgd") {
    const step = jit((params, x, t) => {
      const [loss, grads] = valueAndGrad(lossOf)(held(params), x, t);
      const moved = params.map(({ w, b }, i) => ({
        w: w.sub(grads[i].w.mul(lr)),
        b: b.sub(grads[i].b.mul(lr)),
      }));
      return [loss, moved];
    });
    const next = (x, t) => {
      const [loss, moved] = step(params, x, t);
      params = moved;
      return loss;
    };
    return { next, params: () => held(params) };
  }
  const zeros = () => params.map(({ w, b }) => ({ w: np.zeros(w.shape), b: np.zeros(b.shape) }));
  let [m, v] = [zeros(), zeros()];
  let updates = 0;
  const zip = (f, ...trees) =>
    trees[0].map((_, i) => ({
      w: f(...trees.map((tree) => tree[i].w)),
      b: f(...trees.map((tree) => tree[i].b)),
    }));
  const step = jit((params, m, v, rate, x, t) => {
    const [loss, grads] = valueAndGrad(lossOf)(held(params), x, t);
    const first = zip((m, g) => m.mul(beta1).add(g.mul(1 - beta1)), m, held(grads));
    const second = zip((v, g) => v.mul(beta2).add(np.square(g).mul(1 - beta2)), v, grads);
    const moved = zip(
      (p, m, v) => p.sub(rate.ref.mul(m).div(np.sqrt(v).add(epsilon))),
      params,
      held(first),
      held(second),
    );
    rate.dispose();
    return [loss, moved, first, second];
  });
  const next = (x, t) => {
    const rate = (lr * Math.sqrt(1 - beta2 ** ++updates)) / (1 - beta1 ** updates);
    const [loss, ...state] = step(params, m, v, np.array(rate), x, t);
    [params, m, v] = state;
    return loss;
  };
  return { next, params: () => held(params) };
}

/** In a page, waiting lets the workers do it; in Node there are none. */
const read = (x) => (globalThis.Worker ? x.data() : x.dataSync());

async function train(context) {
  await init("wasm");
  const { work } = context;
  const parts = {};
  for (const part of ["train", "test"]) {
    const { x, t, n } = await context.images(part);
    parts[part] = { x, t, array: array(x, [n, 784]) };
  }
  const labels = { x: oneHot(parts.train.t) };
  const rows = await context.batches();
  const { next, params } = stepper(parameters(await context.weights()), crossEntropy, work.optimizer);
  const answer = jit((params, x) => forward(params, x, "relu"));
  const first = (loss) => loss[0];
  const step = (i) => {
    const x = array(gatherRows(parts.train, rows[i], 784), [rows[i].length, 784]);
    const t = array(gatherRows(labels, rows[i], 10), [rows[i].length, 10]);
    const loss = read(next(x, t));
    return loss.then ? loss.then(first) : loss[0];
  };
  const accuracy = async (part) => {
    const { array: x, t } = parts[part];
    return shareRight(await read(answer(params(), x.ref)), t);
  };
  return training(context, step, accuracy);
}

/** [rows, columns] of `data`, with the axes that `order` takes them in. */
const permuted = (data, shape, order, now) => array(data, shape).transpose(order).reshape(now);

/** Channels first, as its convolution has them; the first dense layer's rows are put in that order. */
async function convolution(context) {
  await init("wasm");
  const { work } = context;
  const { x, t } = await context.images("train");
  const labels = { x: oneHot(t) };
  const rows = await context.batches();
  const weights = await context.weights();
  let [channels, side] = [1, 28];
  const initial = weights.map(({ w, b, inputs, outputs }, i) => {
    const convolution = work.convolutions[i];
    if (!convolution) {
      const first = i === work.convolutions.length;
      const own = [side, side, channels, outputs];
      return {
        w: first ? permuted(w, own, [2, 0, 1, 3], [inputs, outputs]) : array(w, [inputs, outputs]),
        b: array(b, [outputs]),
      };
    }
    const { kernel, padding } = convolution;
    const filters = array(w, [kernel, kernel, channels, outputs]).transpose([3, 2, 0, 1]);
    channels = outputs;
    side = (padding === "same" ? side : side - kernel + 1) >> 1;
    return { w: filters, b: array(b, [outputs, 1, 1]) };
  });
  const scores = (params, x) => {
    const count = work.convolutions.length;
    const maps = params.slice(0, count).reduce((z, { w, b }, i) => {
      const y = nn.relu(lax.conv(z, w, [1, 1], work.convolutions[i].padding.toUpperCase()).add(b));
      const [n, c, height, width] = y.shape;
      return y.reshape([n, c, height / 2, 2, width / 2, 2]).max([3, 5]);
    }, x);
    return forward(params.slice(count), maps.reshape([work.batch, -1]), "relu");
  };
  const lossOf = (params, x, t) =>
    t
      .mul(nn.logSoftmax(scores(params, x)))
      .sum(1)
      .mean()
      .mul(-1);
  const { next } = stepper(initial, lossOf, work.optimizer);
  return training(context, (i) => {
    const images = array(gatherRows({ x }, rows[i], 784), [work.batch, 1, 28, 28]);
    const loss = read(next(images, array(gatherRows(labels, rows[i], 10), [work.batch, 10])));
    return loss.then ? loss.then((data) => data[0]) : loss[0];
  });
}

async function xor(context) {
  await init("wasm");
  const x = array(await context.floats("xor-x.f32"), [4, 2]);
  const t = array(await context.floats("xor-t.f32"), [4, 1]);
  const { next } = stepper(parameters(await context.weights()), squaredError, context.work.optimizer);
  return training(context, () => {
    const loss = read(next(x.ref, t.ref));
    return loss.then ? loss.then((data) => data[0]) : loss[0];
  });
}

async function matmul(context) {
  await init("wasm");
  const prepare = ({ a, b, dtype, m, n, k, transposeA, transposeB }) => {
    const make = (data, shape) => np.array(data, { dtype: np[dtype] }).reshape(shape);
    const left = make(a, transposeA ? [k, m] : [m, k]);
    const right = make(b, transposeB ? [n, k] : [k, n]);
    const multiply = jit((a, b) => np.matmul(transposeA ? a.transpose() : a, transposeB ? b.transpose() : b));
    const once = () => multiply(left.ref, right.ref);
    return {
      call: globalThis.Worker
        ? async () => (await once().blockUntilReady()).dispose()
        : () => once().dataSync(),
      product: () => once().data(),
      dispose() {
        left.dispose();
        right.dispose();
      },
    };
  };
  return matmuls(context, prepare);
}

async function predict(context) {
  await init("wasm");
  const { images: count } = context.work;
  const params = parameters(await context.weights());
  const { x } = await context.images("test", count);
  const answer = jit((params, x) => forward(params, x, "relu"));
  return inference(context, () => read(answer(held(params), array(x, [count, 784]))));
}

export default {
  works: {
    ...{ book: train, book64: train, adam: train, xor, matmul, image: predict, images: predict },
    ...{ cnn: convolution, simple: convolution },
  },
};
