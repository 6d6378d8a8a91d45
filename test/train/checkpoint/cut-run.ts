// A run that may be killed at any moment and started again, in a process of its own: FOLDER "sequential"|"model"|"optimizers" ["waits"]. It prints a
// line after each few steps, and writes what came of it into result.json; or waits to be killed, where it is to be, and the kill comes late.

import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import {
  accumulate,
  adam,
  averaged,
  batchNorm,
  type Callback,
  clipByGlobalNorm,
  cosine,
  crossEntropy,
  csvLog,
  dense,
  dropout,
  earlyStopping,
  type FitRun,
  he,
  init,
  jsonLog,
  load,
  movingAverage,
  type Optimizer,
  type OptimizerOptions,
  plateau,
  relu,
  restore,
  saveBest,
  saveEvery,
  sequential,
  stateful,
  warmUp,
  weightDecay,
} from "../../../src/index.ts";
import { sha256 } from "../../../src/io/index.ts";
import { optimizers } from "../../../src/nn/optimizers/by-name.ts";
import type { AnyNetwork } from "../../../src/train/network.ts";
import { blobs } from "../blobs.ts";
import { losses, pairs, twoInputs } from "./two-inputs.ts";

const [folder, kind, waits] = process.argv.slice(2) as [string, string, string?];
const path = join(folder, "run.safetensors");
await init();

const optimizer = adam({
  lr: warmUp({ steps: 5, to: plateau({ from: 0.1, factor: 0.5, patience: 2 }) }),
  with: [weightDecay(0.01), clipByGlobalNorm(0.5), accumulate(2), movingAverage(0.9)],
});
let steps = 0;
const stopping = earlyStopping({ patience: 6 });
/** Time to be killed in. */
const slow: Callback = {
  every: 2,
  async onStep({ history }: FitRun) {
    console.log(history.steps);
    await delay(4);
  },
};
const options = {
  optimizer,
  batchSize: 16,
  steps: 400,
  callbacks: [
    saveEvery(path, { steps: 3 }),
    stopping,
    saveBest(join(folder, "best.safetensors"), { metric: "loss" }),
    csvLog(join(folder, "log.csv")),
    jsonLog(join(folder, "log.jsonl")),
    stateful("steps", {
      get: () => steps,
      set(kept) {
        steps = kept;
      },
      onStep: () => void steps++,
    }),
    slow,
  ],
};

async function ofModel() {
  const net = twoInputs({ units: 16 });
  const isCut = existsSync(path);
  if (isCut) await restore(net, path);
  const history = await net.fit(pairs(50), {
    ...options,
    loss: losses,
    evaluate: { data: pairs(40, 2), every: 5 },
    from: isCut ? net.steps : 0,
  });
  return { net, history };
}

async function ofSequence() {
  const isCut = existsSync(path);
  const net = isCut
    ? await load(path)
    : sequential(
        [dense(16, { weight: he() }), batchNorm(), relu(), dropout(0.3), dense(8), relu(), dense(3)],
        { input: [2], seed: 3 },
      );
  const history = await net.fit(blobs(100), {
    ...options,
    loss: crossEntropy(),
    evaluate: { data: blobs(40, { seed: 2 }), every: 5 },
    from: isCut ? net.steps : 0,
  });
  return { net, history };
}

async function one() {
  const { net, history } = kind === "model" ? await ofModel() : await ofSequence();
  const { ended, evaluations } = history;
  return {
    ended,
    steps: [history.steps, steps],
    best: stopping.best,
    last: evaluations.at(-1),
    ...(await digests(net)),
    averaged: await sha256(averaged(net)),
  };
}

const digests = async ({ params, state }: AnyNetwork) => ({
  params: await sha256(params),
  state: await sha256(state),
});

/** Each optimizer on a network of its own, all at the same time, so that one kill cuts all of them. */
async function ofOptimizers() {
  const makers = Object.values<(options: OptimizerOptions) => Optimizer>(optimizers);
  const results = makers.map(async (make) => {
    const own = join(folder, `${make.name}.safetensors`);
    const net = existsSync(own)
      ? await load(own)
      : sequential([dense(4, { weight: he() }), batchNorm(), relu(), dropout(0.3), dense(3)], {
          input: [2],
          seed: 3,
        });
    const from = net.steps;
    // An epoch is 4 steps, of which the last is smaller: a file of each third step is mostly of the middle of one.
    const { steps } = await net.fit(blobs(50), {
      loss: crossEntropy(),
      optimizer: make({
        lr: warmUp({ steps: 4, to: cosine({ from: 0.1, steps: 40 }) }),
        with: [accumulate(2)],
      }),
      batchSize: 16,
      steps: 45,
      callbacks: [saveEvery(own, { steps: 3 }), slow],
      from,
    });
    return [make.name, { from, steps, ...(await digests(net)) }] as const;
  });
  return Object.fromEntries(await Promise.all(results));
}

const result = kind === "optimizers" ? await ofOptimizers() : await one();
while (waits) {
  console.log("done");
  await delay(4);
}
writeFileSync(join(folder, "result.json"), JSON.stringify(result));
