import { beforeAll, expect, test } from "vitest";
import { gradients } from "../../src/graph/autodiff.ts";
import { input, parameter, type Value } from "../../src/graph/value.ts";
import {
  crossEntropy,
  type Dataset,
  dense,
  he,
  init,
  type Network,
  relu,
  sequential,
  sgd,
  sigmoid,
  type Tensor,
  tanh,
} from "../../src/index.ts";
import type { TypedArray } from "../../src/tensor.ts";
import { elements } from "../graph/op-cases.ts";
import { evaluate } from "../reference/graph.ts";
import { expectSameBits } from "../same-bits.ts";
import { scopeOf } from "../scope.ts";

beforeAll(() => init());

/** More than one batch of an evaluation (500), and a number that it does not divide. */
const N = 613;
const CLASSES = 7;
const layers = [
  dense(15, { weight: he() }),
  tanh(),
  dense(12, { weight: he() }),
  sigmoid(),
  dense(9),
  relu(),
  dense(CLASSES),
];

const types = ["float32", "float64"] as const;
type DType = (typeof types)[number];

function samples(dtype: DType): { x: Tensor; t: Tensor } {
  return {
    x: { shape: [N, 11], dtype, data: elements("any", [N, 11], dtype, { seed: 1, classes: 1 }) },
    t: { shape: [N], dtype: "int32", data: elements("labels", [N], dtype, { seed: 2, classes: CLASSES }) },
  };
}

/** A network whose parameters have moved from where they started. */
async function trained(dtype: DType, data: Dataset): Promise<Network> {
  const net = sequential(layers, { input: [11], seed: 4, dtype });
  await net.fit(data, { loss: crossEntropy(), optimizer: sgd({ lr: 0.2 }), batchSize: 50, steps: 20 });
  return net;
}

/** What the network computes for rows from…to, by the reference: [output, loss, ...gradients]. */
function reference(net: Network, { x, t }: Dataset, from: number, to: number): TypedArray[] {
  const given = new Map<Value, TypedArray>();
  const parameters = new Map<string, Value>();
  const counts: Record<string, number> = {};
  const leaf = (value: Value, data: TypedArray): Value => {
    given.set(value, data);
    return value;
  };
  const width = x.shape[1]!;
  const rows = leaf(input("x", [to - from, width], net.dtype), x.data.slice(from * width, to * width));
  const labels = leaf(input("t", [to - from], "int32"), t.data.slice(from, to));
  const output = layers.reduce((value, layer) => {
    const count = (counts[layer.name] ?? 0) + 1;
    counts[layer.name] = count;
    const scope = scopeOf((own, shape) => {
      const name = `${layer.name}${count}.${own}`;
      const made = leaf(parameter(name, shape, net.dtype), net.params[name]!.data);
      parameters.set(name, made);
      return made;
    });
    return layer.forward(value, scope);
  }, rows);
  const loss = crossEntropy().forward(output, labels);
  return evaluate([output, loss, ...gradients(loss, [...parameters.values()])], given);
}

/** The rows from…to of a tensor. */
function take({ shape, dtype, data }: Tensor, from: number, to: number): Tensor {
  const width = data.length / shape[0]!;
  return { shape: [to - from, ...shape.slice(1)], dtype, data: data.slice(from * width, to * width) };
}

test.each(types)("%s: predict, loss and gradient have the reference's bits, for any batch", async (dtype) => {
  const data = samples(dtype);
  using net = await trained(dtype, data);
  for (const [from, to] of [
    [0, 1],
    [3, 8],
    [10, 43],
    [0, 200],
  ] as const) {
    const [output, loss, ...grads] = reference(net, data, from, to);
    const [x, t] = [take(data.x, from, to), take(data.t, from, to)];
    const rows = `rows ${from} to ${to}`;
    const predicted = net.predict(x);
    expect(predicted.shape).toEqual([to - from, CLASSES]);
    expectSameBits(predicted.data, output!, `predict, ${rows}`);
    expect(net.loss(x, t)).toBe(loss![0]);
    const returned = Object.entries(net.gradient(x, t));
    expect(returned).toHaveLength(grads.length);
    for (const [index, [name, gradient]] of returned.entries()) {
      expectSameBits(gradient.data, grads[index]!, `gradient of ${name}, ${rows}`);
      expectSameBits(net.grads[name]!.data, grads[index]!, `grads of ${name}, ${rows}`);
    }
  }
});

test.each(types)("%s: evaluate is the mean over all samples, the last batch included", async (dtype) => {
  const data = samples(dtype);
  using net = await trained(dtype, data);
  const batches = [
    [0, 500],
    [500, N],
  ] as const;
  let total = 0;
  let correct = 0;
  for (const [from, to] of batches) {
    const [output, loss] = reference(net, data, from, to);
    total += loss![0]! * (to - from);
    for (let row = from; row < to; row++) {
      const scores = [...output!.slice((row - from) * CLASSES, (row - from + 1) * CLASSES)];
      if (scores.indexOf(Math.max(...scores)) === data.t.data[row]) correct++;
    }
  }
  const evaluation = await net.evaluate(data);
  expect(evaluation).toEqual({ loss: total / N, accuracy: correct / N });
  expect(net.accuracy(data.x, data.t)).toBe(correct / N);
  // Neither chance nor all.
  expect(correct).toBeGreaterThan(N / CLASSES);
  expect(correct).toBeLessThan(N);
});
