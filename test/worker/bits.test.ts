// A worker gives what the thread that calls it gives, to the last bit.

import { beforeAll, describe, expect, it } from "vitest";
import {
  adam,
  classWeights,
  crossEntropy,
  DataError,
  dense,
  f1,
  he,
  init,
  load,
  relu,
  sampleWeights,
  sequential,
  sgd,
  tensor,
} from "../../src/index.ts";
import { sha256 } from "../../src/io/index.ts";
import { type Made, madeOf } from "../../src/nn/made-of.ts";
import { layerOutputs } from "../../src/train/layer-outputs.ts";
import {
  type LayerDescription,
  type LossName,
  type OptimizerDescription,
  startWorker,
  type TrainingWorker,
} from "../../src/worker/index.ts";
import { fingerprints, type Run } from "../fingerprints.ts";
import { points } from "./points.ts";

beforeAll(() => init());

const layers = (): LayerDescription[] => [
  { kind: "dense", units: 9, weight: { kind: "he" } },
  { kind: "relu" },
  { kind: "dense", units: 3 },
];
const own = () => sequential([dense(9, { weight: he() }), relu(), dense(3)], { input: [4], seed: 5 });

/** What one of kobai's layers, or a part of one, was made of. */
function descriptionOf(value: unknown): LayerDescription {
  const { kind, options } = (value as { readonly [madeOf]: Made })[madeOf];
  const described = Object.entries(options).map(([name, option]) => [
    name,
    typeof option === "function" ? descriptionOf(option) : option,
  ]);
  return { kind, ...Object.fromEntries(described) };
}

/** Trains a run of the fingerprints in a worker. */
const trainIn =
  (worker: TrainingWorker) =>
  async ({ layers, options, data, fit }: Run): Promise<string> => {
    const net = await worker.sequential(layers.map(descriptionOf), options);
    const { loss, optimizer, batchSize, steps, sampling } = fit;
    await net.fit(await worker.dataset(data), {
      loss: loss.name as LossName,
      optimizer: { kind: optimizer.name, lr: optimizer.lr } as OptimizerDescription,
      batchSize: batchSize!,
      steps: steps!,
      sampling: sampling!,
    });
    return net.sha256();
  };

describe.each([1, 2])("with %d thread(s)", (threads) => {
  it("trains all fingerprints", async () => {
    await using worker = await startWorker({ threads });
    expect(worker.info.threads).toBe(threads);
    expect(await fingerprints(trainIn(worker))).toEqual(await fingerprints());
  });
});

describe("a trained network", () => {
  it("predicts, evaluates, differentiates, is saved and loaded as here", async () => {
    await using worker = await startWorker();
    const [net, here] = [await worker.sequential(layers(), { input: [4], seed: 5 }), own()];
    expect([net.seed, net.dtype, net.inputShape, net.outputShape]).toEqual([5, "float32", [4], [3]]);
    const fit = { batchSize: 16, steps: 50 };
    const history = await net.fit(await worker.dataset(points()), {
      loss: "crossEntropy",
      optimizer: { kind: "adam" },
      ...fit,
    });
    const expected = await here.fit(points(), { loss: crossEntropy(), optimizer: adam(), ...fit });
    expect({ ...history, seconds: 0 }).toEqual({ ...expected, seconds: 0 });
    expect(await net.steps()).toBe(50);
    expect(await net.params()).toEqual({ ...here.params });
    expect(await net.sha256()).toBe(await sha256(here.params));

    const { x, t } = points();
    const data = await worker.dataset(points());
    expect(await net.predict(x)).toEqual(here.predict(x));
    expect(await net.predict(data)).toEqual(here.predict(x));
    expect(await net.outputs(x)).toEqual(layerOutputs("outputs", here, x));
    expect(await net.gradient(x, t)).toEqual(here.gradient(x, t));
    expect(await net.gradient(x, t, "crossEntropy")).toEqual(here.gradient(x, t));
    expect(await net.evaluate(data)).toEqual(await here.evaluate(points()));
    expect(await net.evaluate(data, { loss: "crossEntropy", metrics: ["accuracy"] })).toEqual({
      ...(await here.evaluate(points())),
      loss: Number.NaN,
    });

    const words =
      'metrics must be a list of "loss", "accuracy" or both: other metrics are functions, which cannot be sent to a worker; got';
    for (const metrics of [[], "loss", ["f1"], ["loss", "loss"], [f1()]] as never[]) {
      await expect(net.evaluate(data, { metrics })).rejects.toThrow(`evaluate: ${words}`);
      const fitted = net.fit(data, {
        loss: "crossEntropy",
        optimizer: { kind: "sgd" },
        steps: 1,
        evaluate: { data, metrics },
      });
      await expect(fitted).rejects.toThrow(`fit: evaluate: ${words}`);
    }

    const other = await worker.sequential(layers(), { input: [4], seed: 6 });
    await other.load(await net.save());
    expect(await other.sha256()).toBe(await net.sha256());
    await other.setScale(1 / 255);
    here.scale = 1 / 255;
    const bytes = tensor(Uint8Array.of(9, 8, 7, 6));
    expect(await other.predict(bytes)).toEqual(here.predict(bytes));
    expect(await other.classNames()).toBeUndefined();
  });

  it("keeps the names of classes", async () => {
    await using worker = await startWorker();
    const net = await worker.sequential(layers(), { input: [4], seed: 5 });
    const [outputs] = net.outputShape;
    const classNames = Array.from({ length: outputs! }, (_, i) => `class ${i}`);
    const data = await worker.dataset({ ...points(), classNames });
    await net.fit(data, { loss: "crossEntropy", optimizer: { kind: "sgd" }, steps: 1 });
    expect(await net.classNames()).toEqual(classNames);
    const again = await worker.sequential(layers(), { input: [4], seed: 5 });
    await again.restore(await net.checkpoint());
    expect(await again.classNames()).toEqual(classNames);
  });

  it("keeps what layers keep besides parameters", async () => {
    await using worker = await startWorker();
    const normalized = [...layers().slice(0, 1), { kind: "batchNorm" }, ...layers().slice(1)];
    const make = () => worker.sequential(normalized, { input: [4], seed: 5 });
    const net = await make();
    const data = await worker.dataset(points());
    await net.fit(data, { loss: "crossEntropy", optimizer: { kind: "adam" }, steps: 50 });
    const state = await net.state();
    expect(Object.keys(state)).toEqual(["batchNorm1.runningMean", "batchNorm1.runningVariance"]);
    const other = await make();
    await other.load(await net.save());
    expect(await other.state()).toEqual(state);
    expect(await other.predict(data)).toEqual(await net.predict(data));
  });

  it("is made again of a checkpoint, in a worker and here", async () => {
    await using worker = await startWorker();
    const data = await worker.dataset(points());
    const net = await worker.sequential(layers(), { input: [4], seed: 5 });
    const fit = { loss: "crossEntropy", optimizer: { kind: "adam", lr: 0.01 }, steps: 30 } as const;
    await net.fit(data, fit);
    const bytes = await net.checkpoint();
    await using other = await startWorker();
    const again = await other.load(bytes);
    expect([again.seed, again.dtype, again.inputShape]).toEqual([5, "float32", [4]]);
    const here = await load(bytes);
    await net.fit(data, fit);
    await again.fit(await other.dataset(points()), fit);
    await here.fit(points(), { loss: crossEntropy(), optimizer: adam({ lr: 0.01 }), steps: 30 });
    expect(await again.sha256()).toBe(await net.sha256());
    expect(await sha256(here.params)).toBe(await net.sha256());
    // Also one that was trained by another optimizer meanwhile.
    await again.fit(await other.dataset(points()), { ...fit, optimizer: { kind: "sgd" } });
    await again.restore(bytes);
    await again.fit(await other.dataset(points()), fit);
    expect(await again.sha256()).toBe(await net.sha256());
    await expect(worker.load(await net.save())).rejects.toThrow(DataError);
  });

  it("has weighted its samples as here", async () => {
    await using worker = await startWorker();
    const data = await worker.dataset(points());
    const each = Float32Array.from({ length: 60 }, (_, i) => i % 3);
    const pairs = [
      [{ kind: "classWeights", weights: [1, 2, 5] }, classWeights([1, 2, 5])],
      [{ kind: "sampleWeights", weights: each }, sampleWeights(each)],
    ] as const;
    for (const [described, weights] of pairs) {
      const [net, here] = [await worker.sequential(layers(), { input: [4], seed: 5 }), own()];
      const fit = { loss: "crossEntropy", optimizer: { kind: "sgd" }, steps: 30 } as const;
      await net.fit(data, { ...fit, weights: described });
      await here.fit(points(), { loss: crossEntropy(), optimizer: sgd(), steps: 30, weights });
      expect(await net.sha256()).toBe(await sha256(here.params));
    }
  });

  it("goes on where it was cut, also with another rate, and begins anew with another optimizer", async () => {
    await using worker = await startWorker();
    const data = await worker.dataset(points());
    const train = async (...fits: [steps: number, optimizer: OptimizerDescription][]) => {
      const net = await worker.sequential(layers(), { input: [4], seed: 5 });
      for (const [steps, optimizer] of fits) await net.fit(data, { loss: "crossEntropy", optimizer, steps });
      return net.sha256();
    };
    const here = async (...fits: [steps: number, lr: number, isNew?: boolean][]) => {
      const net = own();
      let optimizer = adam();
      for (const [steps, lr, isNew = false] of fits) {
        if (isNew) optimizer = adam({ beta1: 0.8 });
        optimizer.lr = lr;
        await net.fit(points(), { loss: crossEntropy(), optimizer, steps });
      }
      return sha256(net.params);
    };
    expect(await train([20, { kind: "adam", lr: 0.01 }], [30, { lr: 0.01, kind: "adam" }])).toBe(
      await here([50, 0.01]),
    );
    expect(await train([20, { kind: "adam", lr: 0.01 }], [30, { kind: "adam", lr: 0.1 }])).toBe(
      await here([20, 0.01], [30, 0.1]),
    );
    expect(await train([20, { kind: "adam", lr: 0.01 }], [30, { kind: "adam", lr: 0.1, beta1: 0.8 }])).toBe(
      await here([20, 0.01], [30, 0.1, true]),
    );
  });

  it("goes on from a checkpoint, also in another worker", async () => {
    await using worker = await startWorker();
    const data = await worker.dataset(points());
    const fit = { loss: "crossEntropy", optimizer: { kind: "adam", lr: 0.01 }, batchSize: 7 } as const;
    const whole = await worker.sequential(layers(), { input: [4], seed: 5 });
    const checkpoints: Uint8Array[] = [];
    await whole.fit(data, {
      ...fit,
      steps: 50,
      evaluate: { data, every: 20 },
      onEvaluate: async () => checkpoints.push(await whole.checkpoint()),
    });
    expect(checkpoints.length).toBe(4);
    await using other = await startWorker();
    const again = await other.sequential(layers(), { input: [4], seed: 5 });
    await again.restore(checkpoints[1]!);
    expect(await again.steps()).toBe(20);
    await again.fit(await other.dataset(points()), { ...fit, steps: 30 });
    expect(await again.sha256()).toBe(await whole.sha256());
  });

  it("is one of several that train at once", async () => {
    await using worker = await startWorker();
    const data = await worker.dataset(points());
    const train = async (seed: number) => {
      const net = await worker.sequential(layers(), { input: [4], seed });
      const optimizer = { kind: "momentum", lr: 0.01 } as const;
      const { steps } = await net.fit(data, { loss: "crossEntropy", optimizer, steps: 3000 });
      return [steps, await net.sha256()];
    };
    const alone = [await train(1), await train(2), await train(3)];
    expect(await Promise.all([train(1), train(2), train(3)])).toEqual(alone);
  });
});
