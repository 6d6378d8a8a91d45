// Results do not depend on the number of threads: trainings as a whole, and every op on lanes that really run side by side.

import { afterEach, describe, expect, test } from "vitest";
import { ProgramField, RUN_BYTES } from "../../../assembly/blocks.ts";
import { INSTRUCTION_BYTES, Word } from "../../../assembly/isa/index.ts";
import type { Value } from "../../../src/graph/value.ts";
import type { Dataset, FitOptions, Layer } from "../../../src/index.ts";
import type { TypedArray } from "../../../src/tensor.ts";
import { expectSameBits } from "../../same-bits.ts";
import { freshKobai, type Kobai } from "./realm.ts";

// The wide build differs in what V8 makes of loops, not in who runs them: once is enough there.
const THREADS = process.env.KOBAI_BUILD === "-wide" ? [3] : [2, 3, 8];

let kobai: Kobai;
afterEach(() => kobai.close());

async function start(threads: number): Promise<void> {
  kobai = await freshKobai();
  expect((await kobai.init({ threads })).threads).toBe(threads);
}

/** `n` samples of `width` bytes, most of them zero where `sparse`, in 10 classes. */
function samples(n: number, width: number, sparse: boolean): Dataset {
  const bytes = Uint8Array.from({ length: n * width }, (_, i) => (i * i * 31 + i * 7) % 251);
  if (sparse) for (let i = 0; i < bytes.length; i++) if (bytes[i]! % 5 !== 0) bytes[i] = 0;
  const labels = Uint8Array.from({ length: n }, (_, i) => (i * 7) % 10);
  return {
    x: { shape: [n, width], dtype: "uint8", data: bytes },
    t: { shape: [n], dtype: "uint8", data: labels },
    scale: 1 / 255,
  };
}

type Training = (kobai: Kobai) => {
  layers: Layer[];
  data: Dataset;
  dtype: "float32" | "float64";
  options: FitOptions;
};

// Wide enough that most instructions are shared; 500 samples in batches of 96 leave a rest.
const trainings: Record<string, Training> = {
  "float32, sparse inputs, SGD, drawn with replacement": ({ dense, relu, crossEntropy, sgd }) => ({
    layers: [dense(50), relu(), dense(10)],
    data: samples(500, 300, true),
    dtype: "float32",
    options: {
      loss: crossEntropy(),
      optimizer: sgd({ lr: 0.1 }),
      batchSize: 100,
      steps: 30,
      sampling: "replacement",
    },
  }),
  "float32, dense inputs, Adam, shuffled with a rest": ({ dense, tanh, sigmoid, crossEntropy, adam }) => ({
    layers: [dense(70), tanh(), dense(33), sigmoid(), dense(10)],
    data: samples(500, 130, false),
    dtype: "float32",
    options: { loss: crossEntropy(), optimizer: adam(), batchSize: 96, epochs: 3 },
  }),
  "float64, sparse inputs, momentum, shuffled with a rest": ({ dense, relu, crossEntropy, momentum }) => ({
    layers: [dense(40), relu(), dense(10)],
    data: samples(500, 200, true),
    dtype: "float64",
    options: { loss: crossEntropy(), optimizer: momentum(), batchSize: 96, epochs: 2 },
  }),
  "float64, dense inputs, AdaGrad": ({ dense, relu, crossEntropy, adaGrad }) => ({
    layers: [dense(40), relu(), dense(10)],
    data: samples(300, 90, false),
    dtype: "float64",
    options: { loss: crossEntropy(), optimizer: adaGrad(), batchSize: 50, steps: 20 },
  }),
  "float32, dropout": ({ dense, relu, dropout, crossEntropy, sgd }) => ({
    layers: [dropout(0.2), dense(130), relu(), dropout(), dense(10)],
    data: samples(500, 130, false),
    dtype: "float32",
    options: { loss: crossEntropy(), optimizer: sgd(), batchSize: 96, epochs: 2 },
  }),
  "float64, dropout, by numerical gradient, in parts": ({ dense, relu, dropout, crossEntropy, sgd }) => ({
    layers: [dense(700), relu(), dropout(), dense(10)],
    data: samples(100, 3, false),
    dtype: "float64",
    options: { loss: crossEntropy(), optimizer: sgd(), batchSize: 100, steps: 1, gradient: "numerical" },
  }),
  "float32, AMSGrad, accumulated, clipped, with decay and a moving average": (k) => ({
    layers: [k.dense(50), k.relu(), k.dense(10)],
    data: samples(500, 200, true),
    dtype: "float32",
    options: {
      loss: k.crossEntropy(),
      optimizer: k.amsgrad({
        lr: k.oneCycle({ max: 0.01, steps: 10 }),
        with: [k.accumulate(2), k.clipByGlobalNorm(0.1), k.weightDecay(1e-3), k.movingAverage(0.9)],
      }),
      batchSize: 96,
      epochs: 3,
    },
  }),
  "float64, AdaDelta, each parameter clipped, in groups": (k) => ({
    layers: [k.dense(50), k.tanh(), k.dense(10)],
    data: samples(300, 90, false),
    dtype: "float64",
    options: {
      loss: k.crossEntropy(),
      optimizer: k.adadelta({ with: [k.clipByNorm(0.1), k.group("bias", { lrMultiplier: 2 })] }),
      batchSize: 50,
      steps: 20,
    },
  }),
  "float32, convolutions": ({
    reshape,
    conv2d,
    depthwiseConv2d,
    relu,
    flatten,
    dense,
    crossEntropy,
    adam,
  }) => ({
    layers: [
      reshape([12, 12, 1]),
      conv2d(16, { kernel: 3, padding: "same" }),
      relu(),
      depthwiseConv2d({ kernel: 3 }),
      conv2d(12, { kernel: 3, stride: 2, padding: "same" }),
      relu(),
      flatten(),
      dense(10),
    ],
    data: samples(200, 144, false),
    dtype: "float32",
    options: { loss: crossEntropy(), optimizer: adam(), batchSize: 48, epochs: 2 },
  }),
  "float32, by numerical gradient": ({ dense, sigmoid, crossEntropy, sgd }) => ({
    layers: [dense(12), sigmoid(), dense(10)],
    data: samples(200, 60, true),
    dtype: "float32",
    options: { loss: crossEntropy(), optimizer: sgd(), batchSize: 40, steps: 5, gradient: "numerical" },
  }),
  "float32, by numerical gradient, in steps of several parts": ({ dense, sigmoid, crossEntropy, sgd }) => ({
    layers: [dense(33), sigmoid(), dense(10)],
    data: samples(200, 300, true),
    dtype: "float32",
    options: { loss: crossEntropy(), optimizer: sgd(), batchSize: 80, epochs: 1, gradient: "numerical" },
  }),
  "float64, by numerical gradient, in parts of less than a row": ({ dense, relu, crossEntropy, sgd }) => ({
    layers: [dense(1500), relu(), dense(10)],
    data: samples(100, 3, false),
    dtype: "float64",
    options: { loss: crossEntropy(), optimizer: sgd(), batchSize: 100, steps: 1, gradient: "numerical" },
  }),
  "float64, by numerical gradient, with a part that runs as a program": ({
    dense,
    relu,
    crossEntropy,
    sgd,
  }) => ({
    layers: [dense(40), relu(), dense(20), relu(), dense(10)],
    data: samples(200, 30, false),
    dtype: "float64",
    options: { loss: crossEntropy(), optimizer: sgd(), batchSize: 100, steps: 2, gradient: "numerical" },
  }),
};

/** Digests of the weights, and all that was measured on the way. */
async function trainAll(): Promise<Record<string, unknown>> {
  const results: Record<string, unknown> = {};
  for (const [name, describeTraining] of Object.entries(trainings)) {
    const { layers, data, dtype, options } = describeTraining(kobai);
    const net = kobai.sequential(layers, { input: data.x.shape.slice(1), seed: 3, dtype });
    const { loss } = await net.fit(data, options);
    results[name] = {
      weights: await kobai.sha256(net.params),
      loss,
      evaluation: await net.evaluate(data, { loss: options.loss }),
      first: [
        ...net.predict(kobai.tensor(Float32Array.from(data.x.data.subarray(0, data.x.shape[1]!)))).data,
      ],
    };
    net.dispose();
  }
  return results;
}

describe("trainings give the same bits", () => {
  let expected: Record<string, unknown>;

  test("on one thread as ever", async () => {
    await start(1);
    expected = await trainAll();
  });

  test.each(THREADS)("on %d threads", async (threads) => {
    await start(threads);
    const results = await trainAll();
    for (const name of Object.keys(trainings)) expect(results[name], name).toEqual(expected[name]);
  });
});

/** Runs the instructions of `values` once, each of them on all lanes that can be, however small. */
async function executeShared(
  values: readonly Value[],
  given: ReadonlyMap<Value, TypedArray>,
): Promise<TypedArray[]> {
  const { plan } = await import("../../../src/graph/plan.ts");
  const { bytesPerElement, size } = await import("../../../src/tensor.ts");
  const engine = kobai.engine();
  const { heap } = engine;
  const held: { dispose(): void }[] = [];
  const allocate = (bytes: number) => {
    const block = heap.allocate(bytes, "test");
    held.push({ dispose: () => heap.free(block) });
    return block.address;
  };
  const place = (value: Value) => ({
    value,
    address: allocate(size(value.shape) * bytesPerElement(value.dtype)),
  });
  const view = ({ value, address }: ReturnType<typeof place>) =>
    heap.view(value.dtype, address, size(value.shape));
  const leaves = [...given.keys()].map(place);
  const outputs = values.map(place);
  for (const leaf of leaves) view(leaf).set(given.get(leaf.value)!);
  const planned = plan(engine, outputs, leaves, "test");
  const program = kobai.load(engine, planned.instructions, allocate(RUN_BYTES), "test");
  held.push(planned, program);
  const first = heap.view("int32", program.address, 1)[ProgramField.instructions]!;
  for (const [i, words] of planned.instructions.entries()) {
    if (words[Word.nanoseconds]! > 0)
      heap.view("int32", first + i * INSTRUCTION_BYTES, 16)[Word.nanoseconds] = 2 ** 31 - 1;
  }
  program.run(1);
  const results = outputs.map((output) => view(output).slice());
  for (const resource of held) resource.dispose();
  return results;
}

describe("every op", () => {
  /** What the reference gives for each use, whatever the number of threads. */
  const references: TypedArray[][] = [];

  test.each(THREADS)("gives the reference's bits on %d threads, however small", async (threads) => {
    await start(threads);
    const { cases } = await import("../../graph/op-cases.ts");
    const { build } = await import("../../graph/build-case.ts");
    const { evaluate } = await import("../../reference/graph.ts");
    const { gradients } = await import("../../../src/ops.ts");
    let uses = 0;
    for (const use of cases) {
      for (const dtype of ["float32", "float64"] as const) {
        for (const shapes of use.shapes) {
          const { loss, y, floats, given } = build(use, shapes, dtype, false);
          const values = [y, ...gradients(loss, floats)];
          references[uses] ??= evaluate(values, given);
          const expected = references[uses++]!;
          const results = await executeShared(values, given);
          for (const [i, result] of results.entries()) {
            expectSameBits(result, expected[i]!, `${use.name} ${dtype} ${shapes.join(" and ")}: result ${i}`);
          }
        }
      }
    }
  });
});
