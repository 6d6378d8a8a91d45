// What is kept of a run that an error ends.

import { beforeAll, describe, expect, it } from "vitest";
import type { Display } from "../../src/cli/display.ts";
import { type Run, runTraining } from "../../src/cli/training.ts";
import { mnist } from "../../src/data/index.ts";
import { crossEntropy, dense, init, sequential, sgd } from "../../src/index.ts";
import { sha256 } from "../../src/io/index.ts";
import { folderOf, smallMnist } from "../data/idx-files.ts";

beforeAll(() => init());

const run: Run = {
  hidden: [],
  activation: "relu",
  init: { kind: "he" },
  dtype: "float32",
  optimizer: "sgd",
  batch: 20,
  seed: 0,
  threads: 1,
  wide: false,
  inputs: 6,
  outputs: 10,
  lr: 0.1,
  stepsPerEpoch: 10,
  steps: 100,
  samples: 0,
};

const network = () => sequential([dense(10)], { input: [6] });

/** Shows lines, and fails at one. */
function failing(at: string, error: unknown): Display {
  return {
    line(text) {
      if (text.startsWith(at)) throw error;
    },
    progress() {},
    stop() {},
  };
}

describe("an error that nobody expects", () => {
  it("leaves the weights of the last evaluation", async () => {
    const data = await mnist({ dir: await folderOf(smallMnist(200, 50)) });
    using net = network();
    const error = new Error("a thread has died");
    const stop = { soon: new AbortController().signal, by: undefined };
    const trained = await runTraining(net, run, data, {
      display: failing("epoch  3", error),
      stop,
      writer: { replace: () => Promise.reject(new Error("nothing is written")) },
    });
    expect(trained).toMatchObject({ stopped: "Error: a thread has died", error });
    expect(trained.history).toBeUndefined();
    expect(trained.weights.step).toBe(20);
    using other = network();
    const options = { loss: crossEntropy(), optimizer: sgd({ lr: 0.1 }), batchSize: 20, seed: 0 };
    await other.fit(data.train, { ...options, steps: 20, sampling: "replacement" });
    expect(await sha256(trained.weights.params)).toBe(await sha256(other.params));
    expect(await sha256(net.params)).not.toBe(await sha256(other.params));
  });
});

describe("a checkpoint that cannot be written", () => {
  it("is tried once, and ends nothing", async () => {
    const data = await mnist({ dir: await folderOf(smallMnist(200, 50)) });
    using net = network();
    const error = new Error("the disk is full");
    let tries = 0;
    const trained = await runTraining(net, { ...run, checkpointEvery: 7 }, data, {
      display: { line() {}, progress() {}, stop() {} },
      stop: { soon: new AbortController().signal, by: undefined },
      writer: {
        replace() {
          tries++;
          return Promise.reject(error);
        },
      },
    });
    expect(trained).toMatchObject({ failures: [error], history: { steps: 100, ended: "completed" } });
    expect(tries).toBe(1);
  });
});
