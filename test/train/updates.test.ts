// Every optimizer, with and without extras, trains to the reference's bits.

import { beforeAll, describe, expect, test } from "vitest";
import {
  accumulate,
  adamw,
  averaged,
  clipByGlobalNorm,
  clipByNorm,
  clipByValue,
  cosine,
  crossEntropy,
  type Dataset,
  dense,
  type Extra,
  frozen,
  group,
  he,
  init,
  movingAverage,
  type Optimizer,
  type OptimizerOptions,
  relu,
  sequential,
  warmUp,
  weightDecay,
} from "../../src/index.ts";
import { optimizers } from "../../src/nn/optimizers/by-name.ts";
import { elements } from "../graph/op-cases.ts";
import { train } from "../reference/training.ts";
import { expectSameBits } from "../same-bits.ts";

beforeAll(() => init());

// Five batches an epoch, the last of 17 samples.
const N = 97;
const data: Dataset = {
  x: { shape: [N, 61], dtype: "float32", data: elements("any", [N, 61], "float32", { seed: 1, classes: 1 }) },
  t: { shape: [N], dtype: "int32", data: elements("labels", [N], "float32", { seed: 2, classes: 10 }) },
};
// The first weight has 2,257 elements, whose squares are a long sum.
const layers = () => [
  dense(37, { weight: he() }),
  relu(),
  dense(13, { weight: he() }),
  relu(),
  dense(10, { weight: he() }),
];

const everything: Record<string, () => readonly Extra[]> = {
  "with nothing else": () => [],
  "accumulated, clipped by the global norm, with L2 decay and a moving average": () => [
    accumulate(3),
    clipByGlobalNorm(0.2),
    weightDecay(0.01),
    movingAverage(0.7),
  ],
  "in groups, each parameter clipped, the second layer frozen, with a moving average": () => [
    clipByNorm(0.1),
    group("bias", { weightDecay: 0, lrMultiplier: 2 }),
    frozen("dense2.weight"),
    movingAverage(0.9),
  ],
  "clipped by value, accumulated": () => [clipByValue(0.01), accumulate(2)],
};

describe.each(Object.values<(given?: OptimizerOptions) => Optimizer>(optimizers))("%o", (make) => {
  test.each(Object.entries(everything))("%s: the reference's bits", async (name, extras) => {
    for (const dtype of ["float32", "float64"] as const) {
      const optimizer = () => {
        // AdamW has a decay of its own.
        const list = extras().filter(
          ({ description }) => make !== adamw || description.kind !== "weightDecay",
        );
        if (list.length === 0) return make();
        const lr = warmUp({ steps: 2, to: cosine({ from: 0.01, steps: 5, restart: 1 }) });
        return make({ lr, with: list });
      };
      using net = sequential(layers(), { input: [61], seed: 3, dtype });
      const options = { loss: crossEntropy(), batchSize: 20, steps: 17 };
      const used = optimizer();
      const { loss } = await net.fit(data, { ...options, optimizer: used });
      const expected = train({
        ...options,
        layers: layers(),
        input: [61],
        dtype,
        seed: 3,
        data,
        optimizer: optimizer(),
      });
      expectSameBits(Float64Array.from(loss), Float64Array.from(expected.losses), `losses, ${dtype}`);
      for (const [parameter, values] of Object.entries(expected.params)) {
        expectSameBits(net.params[parameter]!.data, values, `${parameter}, ${dtype}`);
      }
      expect(loss.at(-1)).not.toBe(loss[0]);
      if (!name.includes("average")) continue;
      for (const [parameter, { data: values }] of Object.entries(averaged(net))) {
        const average =
          parameter === "dense2.weight" && name.includes("frozen") ? expected.params : expected.averages;
        expectSameBits(values, average[parameter]!, `the average of ${parameter}, ${dtype}`);
      }
    }
  });
});
