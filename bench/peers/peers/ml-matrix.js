// ml-matrix: its Matrix in float64, forward and backward pass by hand, in place where the library has a way.

import { Matrix } from "ml-matrix";
import { centralDifferences, inference, matmuls, runningSums, shareRight, training } from "./common.js";

const matrix = (data, rows, columns) => Matrix.from1DArray(rows, columns, data);
const sigmoid = (v) => 1 / (1 + Math.exp(-v));

/** Calls f(value, i, j) for each element and puts its result in the element's place. */
function update(m, f) {
  for (let i = 0; i < m.rows; i++) for (let j = 0; j < m.columns; j++) m.set(i, j, f(m.get(i, j), i, j));
  return m;
}

class Network {
  constructor(layers, activation) {
    this.sigmoid = activation === "sigmoid";
    this.layers = layers.map(({ w, b, inputs, outputs }) => ({
      w: matrix(w, inputs, outputs),
      b: Float64Array.from(b),
    }));
  }

  /** The layers' inputs, and the scores. */
  forward(x) {
    const zs = [x];
    for (const [i, { w, b }] of this.layers.entries()) {
      const z = zs[i].mmul(w).addRowVector(b);
      if (this.sigmoid) update(z, sigmoid);
      else if (i < this.layers.length - 1) update(z, (v) => (v > 0 ? v : 0));
      zs.push(z);
    }
    return zs;
  }

  /** Gradients of each layer from that of the scores. */
  backward(zs, last) {
    const grads = [];
    let g = last;
    for (let i = this.layers.length - 1; i >= 0; i--) {
      grads[i] = { w: zs[i].transpose().mmul(g), b: g.sum("column") };
      if (i === 0) break;
      const z = zs[i];
      g = g.mmul(this.layers[i].w.transpose());
      if (this.sigmoid) update(g, (v, r, c) => v * z.get(r, c) * (1 - z.get(r, c)));
      else update(g, (v, r, c) => (z.get(r, c) > 0 ? v : 0));
    }
    return grads;
  }
}

/** The mean cross-entropy; the scores become its gradient. */
function crossEntropy(scores, t) {
  let loss = 0;
  for (let i = 0; i < t.length; i++) {
    const max = scores.maxRow(i);
    let total = 0;
    for (let j = 0; j < scores.columns; j++) {
      const e = Math.exp(scores.get(i, j) - max);
      total += e;
      scores.set(i, j, e);
    }
    for (let j = 0; j < scores.columns; j++) {
      const y = scores.get(i, j) / total;
      if (j === t[i]) loss -= Math.log(y);
      scores.set(i, j, (y - (j === t[i])) / t.length);
    }
  }
  return loss / t.length;
}

function optimizer(layers, { name, lr, beta1, beta2, epsilon }) {
  if (name === "sgd") {
    return (grads) => {
      for (const [i, { w, b }] of layers.entries()) {
        w.sub(grads[i].w.mul(lr));
        for (let j = 0; j < b.length; j++) b[j] -= lr * grads[i].b[j];
      }
    };
  }
  const slots = layers.map(({ w, b }) => [
    [Matrix.zeros(w.rows, w.columns), Matrix.zeros(w.rows, w.columns)],
    [new Float64Array(b.length), new Float64Array(b.length)],
  ]);
  let t = 0;
  return (grads) => {
    const rate = (lr * Math.sqrt(1 - beta2 ** ++t)) / (1 - beta1 ** t);
    for (const [l, { w, b }] of layers.entries()) {
      const [[m, v], [mb, vb]] = slots[l];
      update(w, (value, i, j) => {
        const g = grads[l].w.get(i, j);
        const first = m.get(i, j) + (1 - beta1) * (g - m.get(i, j));
        const second = v.get(i, j) + (1 - beta2) * (g * g - v.get(i, j));
        m.set(i, j, first);
        v.set(i, j, second);
        return value - (rate * first) / (Math.sqrt(second) + epsilon);
      });
      for (let j = 0; j < b.length; j++) {
        const g = grads[l].b[j];
        mb[j] += (1 - beta1) * (g - mb[j]);
        vb[j] += (1 - beta2) * (g * g - vb[j]);
        b[j] -= (rate * mb[j]) / (Math.sqrt(vb[j]) + epsilon);
      }
    }
  };
}

async function train(context) {
  const net = new Network(await context.weights(), context.work.activation);
  const descend = optimizer(net.layers, context.work.optimizer);
  const rows = await context.batches();
  const parts = {};
  for (const part of ["train", "test"]) {
    const { x, t, n } = await context.images(part);
    parts[part] = { x: matrix(x, n, 784), t };
  }
  const { x, t } = parts.train;
  const step = (i) => {
    const zs = net.forward(new Matrix(Array.from(rows[i], (row) => x.getRow(row))));
    const loss = crossEntropy(
      zs.at(-1),
      Array.from(rows[i], (row) => t[row]),
    );
    descend(net.backward(zs, zs.at(-1)));
    return loss;
  };
  return training(context, step, (part) =>
    shareRight(net.forward(parts[part].x).at(-1).to1DArray(), parts[part].t),
  );
}

async function xor(context) {
  const net = new Network(await context.weights(), "sigmoid");
  const descend = optimizer(net.layers, context.work.optimizer);
  const x = matrix(await context.floats("xor-x.f32"), 4, 2);
  const t = await context.floats("xor-t.f32");
  return training(context, () => {
    const zs = net.forward(x);
    let loss = 0;
    const g = update(zs.at(-1).clone(), (y, i) => {
      const error = y - t[i];
      loss += (0.5 * error * error) / 4;
      return (error * y * (1 - y)) / 4;
    });
    descend(net.backward(zs, g));
    return loss;
  });
}

async function matmul(context) {
  const prepare = ({ a, b, m, n, k, transposeA, transposeB }) => {
    const left = transposeA ? matrix(a, k, m) : matrix(a, m, k);
    const right = transposeB ? matrix(b, n, k) : matrix(b, k, n);
    const call = () => (transposeA ? left.transpose() : left).mmul(transposeB ? right.transpose() : right);
    return { call, product: () => call().to1DArray() };
  };
  return { ...(await matmuls(context, prepare, ["float64"])), note: "no float32" };
}

async function numerical(context) {
  const net = new Network(await context.weights(), context.work.activation);
  const { x, t, n } = await context.images("train", context.work.batch);
  const input = matrix(x, n, 784);
  const places = net.layers.flatMap(({ w, b }) => {
    const ofWeight = (at) => {
      const [i, j] = [Math.floor(at / w.columns), at % w.columns];
      const old = w.get(i, j);
      return (by) => w.set(i, j, old + by);
    };
    const ofBias = (at) => {
      const old = b[at];
      return (by) => {
        b[at] = old + by;
      };
    };
    return [
      { size: w.rows * w.columns, at: ofWeight },
      { size: b.length, at: ofBias },
    ];
  });
  const ends = runningSums(places.map(({ size }) => size));
  let held = { index: -1 };
  const move = (index, by) => {
    if (held.index !== index) {
      const which = ends.findIndex((end) => index < end);
      const { at, size } = places[which];
      held = { index, set: at(index - (ends[which] - size)) };
    }
    held.set(by);
  };
  const total = places.reduce((sum, { size }) => sum + size, 0);
  return centralDifferences(context, total, move, () => crossEntropy(net.forward(input).at(-1), t));
}

async function predict(context) {
  const net = new Network(await context.weights(), "relu");
  const { x, n } = await context.images("test", context.work.images);
  return inference(context, () =>
    net
      .forward(matrix(x, n, 784))
      .at(-1)
      .to1DArray(),
  );
}

export default {
  works: {
    book: train,
    book64: train,
    adam: train,
    xor,
    matmul,
    numerical,
    image: predict,
    images: predict,
  },
};
