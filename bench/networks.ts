// The networks that are trained here, for wasm and for the reference alike.

import type { Dataset } from "../src/data/dataset.ts";
import { mnist, type TrainTest } from "../src/data/index.ts";
import { add, relu as reluOf } from "../src/graph/ops/elementwise.ts";
import { softmaxCrossEntropy } from "../src/graph/ops/loss.ts";
import { matmul } from "../src/graph/ops/matmul.ts";
import { input, type Value } from "../src/graph/value.ts";
import { normal } from "../src/nn/initializers.ts";
import { relu, sigmoid } from "../src/nn/layers/activations.ts";
import { dense } from "../src/nn/layers/dense.ts";
import { crossEntropy, sumSquaredError } from "../src/nn/losses.ts";
import { adam, sgd } from "../src/nn/optimizers/index.ts";
import { sequential } from "../src/train/sequential.ts";
import type { TrainingOptions } from "../test/reference/training.ts";

/** All but the number of steps. */
export type Training = Omit<TrainingOptions, "steps">;

/** A network to be trained, and what `fit` is told. */
export function networkOf({ layers, data, input, dtype = "float32", seed = 0, ...options }: Training) {
  return { net: sequential(layers, { input, dtype, seed }), data, options: { ...options, seed } };
}

let loaded: Promise<TrainTest> | undefined;

/** MNIST, read once. */
export function digits(): Promise<TrainTest> {
  loaded ??= mnist();
  return loaded;
}

const weight = normal({ std: 0.01 });
const common = { input: [784], seed: 42, batchSize: 100, sampling: "replacement" } as const;

/** Chapter 5: 784-50-10 with ReLU, batches of 100 drawn with replacement, SGD at 0.1. */
export async function bookTraining(): Promise<Training> {
  const { train } = await digits();
  const layers = [dense(50, { weight }), relu(), dense(10, { weight })];
  return { ...common, layers, data: train, loss: crossEntropy(), optimizer: sgd({ lr: 0.1 }) };
}

/** 784-512-256-10 with ReLU, shuffled batches of 128, Adam at 1e-3. */
export async function wideTraining(): Promise<Training> {
  const { train } = await digits();
  const layers = [dense(512), relu(), dense(256), relu(), dense(10)];
  return {
    ...common,
    layers,
    data: train,
    loss: crossEntropy(),
    optimizer: adam(),
    batchSize: 128,
    sampling: "shuffle",
  };
}

/** Chapter 4: chapter 5's with sigmoid, to be trained by numerical gradient. */
export async function chapter4Training(): Promise<Training> {
  const layers = [dense(50, { weight }), sigmoid(), dense(10, { weight })];
  return { ...(await bookTraining()), layers };
}

/** 2-3-1 with sigmoid on exclusive or, all four samples in a batch. */
export function tinyTraining(): Training {
  const data: Dataset = {
    x: { shape: [4, 2], dtype: "float32", data: Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1) },
    t: { shape: [4, 1], dtype: "float32", data: Float32Array.of(0, 1, 1, 0) },
  };
  const spread = normal({ std: 1 });
  const layers = [dense(3, { weight: spread }), sigmoid(), dense(1, { weight: spread }), sigmoid()];
  return {
    ...common,
    input: [2],
    layers,
    data,
    loss: sumSquaredError(),
    optimizer: sgd({ lr: 0.5 }),
    batchSize: 4,
  };
}

/** The leaves of the scores of a network 784-50-10. */
export interface ScoreGraph {
  readonly x: Value;
  /** by the names that `Network.params` has */
  readonly params: Readonly<Record<string, Value>>;
  readonly scores: Value;
}

/** The leaves of its loss. */
export interface LossGraph extends ScoreGraph {
  /** class indices */
  readonly t: Value;
  readonly loss: Value;
}

/** The scores of m samples as a graph of leaves, without a network around it. */
export function scoreGraph(
  dtype: "float32" | "float64",
  m: number,
  activation: (x: Value) => Value = reluOf,
): ScoreGraph {
  const x = input("x", [m, 784], dtype);
  const [w1, b1] = [input("w1", [784, 50], dtype), input("b1", [50], dtype)];
  const [w2, b2] = [input("w2", [50, 10], dtype), input("b2", [10], dtype)];
  const scores = add(matmul(activation(add(matmul(x, w1), b1)), w2), b2);
  const params = { "dense1.weight": w1, "dense1.bias": b1, "dense2.weight": w2, "dense2.bias": b2 };
  return { x, params, scores };
}

/** The loss of m samples as a graph of leaves, without a network around it. */
export function lossGraph(
  dtype: "float32" | "float64",
  m: number,
  activation: (x: Value) => Value,
): LossGraph {
  const graph = scoreGraph(dtype, m, activation);
  const t = input("t", [m], "int32");
  return { ...graph, t, loss: softmaxCrossEntropy(graph.scores, t) };
}
