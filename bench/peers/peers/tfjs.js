// TensorFlow.js: its gradients and its optimizers.

import * as tf from "@tensorflow/tfjs";
import { gatherRows, inference, matmuls, oneHot, shareRight, training } from "./common.js";

/** @param start makes the backend ready, of { threads } */
export function tfjs(start, cannot) {
  const variables = (layers) =>
    layers.map(({ w, b, inputs, outputs }) => ({
      w: tf.variable(tf.tensor2d(w, [inputs, outputs])),
      b: tf.variable(tf.tensor1d(b)),
    }));
  const forward = (layers, x, activation) =>
    layers.reduce(
      (z, { w, b }, i) =>
        tf.fused.matMul({
          a: z,
          b: w,
          bias: b,
          activation: i < layers.length - 1 || activation === "sigmoid" ? activation : "linear",
        }),
      x,
    );
  const optimizer = ({ name, lr, beta1, beta2, epsilon }) =>
    name === "adam" ? tf.train.adam(lr, beta1, beta2, epsilon) : tf.train.sgd(lr);
  const stepper = (work, layers, lossOf) => {
    const list = layers.flatMap(({ w, b }) => [w, b]);
    const descent = optimizer(work.optimizer);
    return (i) => {
      const loss = descent.minimize(() => lossOf(i), true, list);
      const value = loss.dataSync()[0];
      loss.dispose();
      return value;
    };
  };

  async function train(context) {
    await start(context);
    const { work } = context;
    const parts = {};
    for (const part of ["train", "test"]) {
      const { x, t, n } = await context.images(part);
      parts[part] = { x, t, tensor: tf.tensor2d(x, [n, 784]) };
    }
    const labels = { x: oneHot(parts.train.t) };
    const rows = await context.batches();
    const layers = variables(await context.weights());
    // Batches gathered in JavaScript take a tenth of tf.gather's time, and this loss two thirds of tf.losses.softmaxCrossEntropy's.
    const step = stepper(work, layers, (i) => {
      const x = tf.tensor2d(gatherRows(parts.train, rows[i], 784), [rows[i].length, 784]);
      const t = tf.tensor2d(gatherRows(labels, rows[i], 10), [rows[i].length, 10]);
      const scores = forward(layers, x, work.activation);
      return tf.neg(tf.mean(tf.sum(tf.mul(t, tf.logSoftmax(scores)), 1)));
    });
    const accuracy = (part) => {
      const { tensor, t } = parts[part];
      const scores = tf.tidy(() => forward(layers, tensor, work.activation));
      const share = shareRight(scores.dataSync(), t);
      scores.dispose();
      return share;
    };
    return training(context, step, accuracy);
  }

  async function convolution(context) {
    await start(context);
    const { work } = context;
    const { x, t } = await context.images("train");
    const labels = { x: oneHot(t) };
    const rows = await context.batches();
    const weights = await context.weights();
    const count = work.convolutions.length;
    let channels = 1;
    const filters = weights.slice(0, count).map(({ w, b, outputs }, i) => {
      const { kernel } = work.convolutions[i];
      const shape = [kernel, kernel, channels, outputs];
      channels = outputs;
      return { w: tf.variable(tf.tensor4d(w, shape)), b: tf.variable(tf.tensor1d(b)) };
    });
    const dense = variables(weights.slice(count));
    const step = stepper(work, [...filters, ...dense], (i) => {
      const images = tf.tensor4d(gatherRows({ x }, rows[i], 784), [rows[i].length, 28, 28, 1]);
      const maps = filters.reduce((z, { w, b }, l) => {
        const y = tf.relu(tf.add(tf.conv2d(z, w, 1, work.convolutions[l].padding), b));
        return tf.maxPool(y, 2, 2, "valid");
      }, images);
      const scores = forward(dense, tf.reshape(maps, [rows[i].length, -1]), "relu");
      const target = tf.tensor2d(gatherRows(labels, rows[i], 10), [rows[i].length, 10]);
      return tf.neg(tf.mean(tf.sum(tf.mul(target, tf.logSoftmax(scores)), 1)));
    });
    return training(context, step);
  }

  async function xor(context) {
    await start(context);
    const x = tf.tensor2d(await context.floats("xor-x.f32"), [4, 2]);
    const t = tf.tensor2d(await context.floats("xor-t.f32"), [4, 1]);
    const layers = variables(await context.weights());
    // Half the mean of the squared differences.
    const lossOf = () => tf.mul(tf.mean(tf.square(tf.sub(forward(layers, x, "sigmoid"), t))), 0.5);
    return training(context, stepper(context.work, layers, lossOf));
  }

  async function matmul(context) {
    await start(context);
    const prepare = ({ a, b, m, n, k, transposeA, transposeB }) => {
      const left = tf.tensor2d(a, transposeA ? [k, m] : [m, k]);
      const right = tf.tensor2d(b, transposeB ? [n, k] : [k, n]);
      return {
        call: () => tf.matMul(left, right, transposeA, transposeB).dispose(),
        product: () => tf.matMul(left, right, transposeA, transposeB).dataSync(),
        dispose: () => tf.dispose([left, right]),
      };
    };
    return { ...(await matmuls(context, prepare, ["float32"])), note: "no float64" };
  }

  async function predict(context) {
    await start(context);
    const { x } = await context.images("test", context.work.images);
    const layers = variables(await context.weights());
    return inference(context, () => {
      const output = tf.tidy(() => forward(layers, tf.tensor2d(x, [context.work.images, 784]), "relu"));
      const data = output.dataSync();
      output.dispose();
      return data;
    });
  }

  return {
    works: {
      ...{ book: train, book64: train, adam: train, xor, matmul, image: predict, images: predict },
      ...{ cnn: convolution, simple: convolution },
    },
    cannot: { numerical: "no float64", ...cannot },
  };
}
