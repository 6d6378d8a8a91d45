// ConvNetJS: its Net and its Trainer, which take one sample at a time, in float64, and update after each batch.

import convnetjs from "convnetjs";
import { centralDifferences, inference, runningSums, training } from "./common.js";

const { Net, RegressionLayer, Trainer, Vol } = convnetjs;

function network(layers, weights, last) {
  const net = new Net();
  const hidden = layers
    .slice(1, -1)
    .map((n) => ({ type: "fc", num_neurons: n, activation: last === "softmax" ? "relu" : "sigmoid" }));
  const output =
    last === "softmax"
      ? { type: "softmax", num_classes: layers.at(-1) }
      : { type: "fc", num_neurons: layers.at(-1), activation: "sigmoid" };
  net.makeLayers([{ type: "input", out_sx: 1, out_sy: 1, out_depth: layers[0] }, ...hidden, output]);
  // By name, a regression would bring another layer of weights with it.
  if (last !== "softmax")
    net.layers.push(new RegressionLayer({ in_sx: 1, in_sy: 1, in_depth: layers.at(-1) }));
  const dense = net.layers.filter(({ layer_type }) => layer_type === "fc");
  for (const [l, { w, b, inputs, outputs }] of weights.entries()) {
    for (let j = 0; j < outputs; j++) {
      for (let i = 0; i < inputs; i++) dense[l].filters[j].w[i] = w[i * outputs + j];
      dense[l].biases.w[j] = b[j];
    }
  }
  return { net, dense };
}

/** A row as a volume. */
function volume(values) {
  const v = new Vol(1, 1, values.length, 0);
  v.w.set(values);
  return v;
}

const row = ({ x }, i, width = 784) => x.subarray(i * width, (i + 1) * width);

async function train(context) {
  const { work } = context;
  const { net } = network(work.layers, await context.weights(), "softmax");
  const parts = { train: await context.images("train"), test: await context.images("test") };
  const rows = await context.batches();
  const { lr } = work.optimizer;
  const trainer = new Trainer(net, { learning_rate: lr, momentum: 0, batch_size: work.batch });
  const step = (i) => {
    let loss = 0;
    for (const at of rows[i])
      loss += trainer.train(volume(row(parts.train, at)), parts.train.t[at]).cost_loss;
    return loss / rows[i].length;
  };
  const accuracy = (part) => {
    const { t, n } = parts[part];
    let right = 0;
    for (let i = 0; i < n; i++) {
      net.forward(volume(row(parts[part], i)));
      if (net.getPrediction() === t[i]) right++;
    }
    return right / n;
  };
  return training(context, step, accuracy);
}

/** It has no Adam: plain descent, in its own way, whose step costs it less. */
async function convolution(context) {
  const { work } = context;
  const net = new Net();
  net.makeLayers([
    { type: "input", out_sx: 28, out_sy: 28, out_depth: 1 },
    ...work.convolutions.flatMap(({ filters, kernel, padding }) => [
      {
        ...{ type: "conv", sx: kernel, filters, stride: 1, activation: "relu" },
        pad: padding === "same" ? (kernel - 1) / 2 : 0,
      },
      { type: "pool", sx: 2, stride: 2 },
    ]),
    { type: "fc", num_neurons: work.layers[1], activation: "relu" },
    { type: "softmax", num_classes: 10 },
  ]);
  const data = await context.images("train");
  const rows = await context.batches();
  const trainer = new Trainer(net, { learning_rate: 0.05, momentum: 0, batch_size: work.batch });
  const result = await training(context, (i) => {
    let loss = 0;
    for (const at of rows[i]) {
      const v = new Vol(28, 28, 1, 0);
      v.w.set(row(data, at));
      loss += trainer.train(v, data.t[at]).cost_loss;
    }
    return loss / rows[i].length;
  });
  return { ...result, lastLoss: undefined, ownWay: true, note: "SGD: it has no Adam" };
}

async function xor(context) {
  const { work } = context;
  const { net } = network(work.layers, await context.weights(), "sigmoid");
  const [x, t] = [await context.floats("xor-x.f32"), await context.floats("xor-t.f32")];
  const samples = Array.from(t, (_, i) => ({ x: volume(row({ x }, i, 2)), t: [t[i]] }));
  const { lr } = work.optimizer;
  const trainer = new Trainer(net, { learning_rate: lr, momentum: 0, batch_size: work.batch });
  return training(context, () => {
    let loss = 0;
    // It reports twice the square of the difference; half of it is asked for, and their mean.
    for (const sample of samples) loss += trainer.train(sample.x, sample.t).cost_loss / 4;
    return loss / samples.length;
  });
}

async function numerical(context) {
  const { layers, batch } = context.work;
  const { net, dense } = network(layers, await context.weights(), "softmax");
  const data = await context.images("train", batch);
  const samples = Array.from(data.t, (t, i) => ({ x: volume(row(data, i)), t }));
  const sizes = dense.flatMap(({ num_inputs, out_depth }) => [num_inputs * out_depth, out_depth]);
  const ends = runningSums(sizes);
  const place = (index) => {
    const which = ends.findIndex((end) => index < end);
    const within = index - (ends[which] - sizes[which]);
    const { filters, biases, out_depth } = dense[which >> 1];
    if (which % 2 === 1) return [biases.w, within];
    return [filters[within % out_depth].w, Math.floor(within / out_depth)];
  };
  let held = { index: -1 };
  const move = (index, by) => {
    if (held.index !== index) {
      const [array, at] = place(index);
      held = { index, array, at, old: array[at] };
    }
    held.array[held.at] = held.old + by;
  };
  const loss = () => {
    let sum = 0;
    for (const { x, t } of samples) sum -= Math.log(net.forward(x).w[t]);
    return sum / samples.length;
  };
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return centralDifferences(context, total, move, loss);
}

async function predict(context) {
  const { layers, images: count } = context.work;
  const { net } = network(layers, await context.weights(), "softmax");
  const data = await context.images("test", count);
  const out = new Float64Array(10 * count);
  return inference(context, () => {
    for (let i = 0; i < count; i++) {
      net.forward(volume(row(data, i)));
      // The scores, as the others give them, are what the softmax was given.
      out.set(net.layers.at(-1).in_act.w, 10 * i);
    }
    return out;
  });
}

export default {
  works: {
    ...{ book: train, book64: train, xor, numerical, image: predict, images: predict },
    ...{ cnn: convolution, simple: convolution },
  },
  cannot: { adam: "no Adam", matmul: "no matrices" },
};
