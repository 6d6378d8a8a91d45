import { beforeAll, describe, expect, test } from "vitest";
import { mnist } from "../../src/data/mnist.ts";
import {
  adaGrad,
  adam,
  crossEntropy,
  type Dataset,
  dense,
  he,
  init,
  type Layer,
  type Loss,
  momentum,
  type Optimizer,
  relu,
  type Sampling,
  sequential,
  sgd,
  sigmoid,
  softmax,
  sumSquaredError,
  tanh,
  uniform,
  xavier,
} from "../../src/index.ts";
import { train } from "../reference/training.ts";
import { expectSameBits } from "../same-bits.ts";

/** Few enough samples that the reference is quick, and a number that no batch size divides. */
const SAMPLES = 613;

let digits: Dataset;
let oneHot: Dataset;

/** The first samples of a data set. */
function first({ x, t, ...rest }: Dataset, n: number): Dataset {
  const cut = ({ shape, dtype, data }: Dataset["x"]) => ({
    shape: [n, ...shape.slice(1)],
    dtype,
    data: data.slice(0, (n * data.length) / shape[0]!),
  });
  return { ...rest, x: cut(x), t: cut(t) };
}

beforeAll(async () => {
  await init();
  digits = first((await mnist()).train, SAMPLES);
  oneHot = first((await mnist({ oneHot: true })).train, SAMPLES);
});

interface Case {
  readonly name: string;
  readonly layers: () => Layer[];
  readonly loss: () => Loss;
  readonly optimizer: () => Optimizer;
  readonly targets?: "labels" | "rows";
  readonly batchSize: number;
  readonly steps: number;
  readonly sampling: Sampling;
  readonly seed?: number;
}

const book = () => [dense(50), relu(), dense(10)];
const small = () => [dense(12, { weight: he() }), relu(), dense(10, { weight: xavier() })];

const cases: readonly Case[] = [
  {
    name: "the book's network, 100 steps, batches with replacement",
    layers: book,
    loss: crossEntropy,
    optimizer: () => sgd({ lr: 0.1 }),
    batchSize: 100,
    steps: 100,
    sampling: "replacement",
    seed: 42,
  },
  {
    name: "tanh, sigmoid and softmax with the sum of squared errors",
    layers: () => [
      dense(20, { weight: xavier() }),
      tanh(),
      dense(15, { weight: uniform() }),
      sigmoid(),
      dense(10),
      softmax(),
    ],
    loss: sumSquaredError,
    optimizer: () => sgd({ lr: 0.5 }),
    targets: "rows",
    batchSize: 17,
    steps: 50,
    sampling: "shuffle",
  },
  {
    name: "three layers deep, one-hot labels, no bias",
    layers: () => [
      dense(31, { weight: he(), bias: false }),
      relu(),
      dense(9, { weight: he() }),
      relu(),
      dense(10),
      softmax(),
    ],
    loss: crossEntropy,
    optimizer: () => sgd({ lr: 0.1 }),
    targets: "rows",
    batchSize: 33,
    steps: 45,
    sampling: "shuffle",
    seed: 2 ** 40 + 7,
  },
  ...[sgd, momentum, adaGrad, adam].map(
    (optimizer): Case => ({
      name: `${optimizer.name}, shuffled, with a remainder batch of 13`,
      layers: small,
      loss: crossEntropy,
      optimizer,
      batchSize: 50,
      steps: 40,
      sampling: "shuffle",
      seed: 3,
    }),
  ),
  {
    name: "one batch of all samples",
    layers: small,
    loss: crossEntropy,
    optimizer: () => momentum({ lr: 0.1 }),
    batchSize: SAMPLES,
    steps: 3,
    sampling: "shuffle",
  },
  {
    name: "batches of one sample",
    layers: small,
    loss: crossEntropy,
    optimizer: () => adam(),
    batchSize: 1,
    steps: 30,
    sampling: "replacement",
  },
];

describe.each(cases)("$name", (use) => {
  test.each(["float32", "float64"] as const)("%s: the reference's bits", async (dtype) => {
    const { layers, loss, optimizer, targets = "labels", batchSize, steps, sampling, seed = 0 } = use;
    const data = targets === "labels" ? digits : oneHot;
    using net = sequential(layers(), { input: [784], seed, dtype });
    const history = await net.fit(data, { loss: loss(), optimizer: optimizer(), batchSize, steps, sampling });
    const expected = train({
      layers: layers(),
      input: [784],
      dtype,
      seed,
      data,
      loss: loss(),
      optimizer: optimizer(),
      batchSize,
      steps,
      sampling,
    });
    expectSameBits(Float64Array.from(history.loss), Float64Array.from(expected.losses), "losses");
    expect(Object.keys(net.params)).toEqual(Object.keys(expected.params));
    for (const [name, values] of Object.entries(expected.params)) {
      expectSameBits(net.params[name]!.data, values, name);
    }
    // A run that stands still would agree as well.
    expect(history.loss.at(-1)).not.toBe(history.loss[0]);
  });
});
