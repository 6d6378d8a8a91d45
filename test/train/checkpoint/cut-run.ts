// A run that may be killed at any moment and started again, in a process of its own: FOLDER "sequential"|"model" ["waits"]. It prints a line
// after each few steps, and writes what came of it into result.json; or waits to be killed, where it is to be, and the kill comes late.

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

const { net, history } = kind === "model" ? await ofModel() : await ofSequence();
while (waits) {
  console.log("done");
  await delay(4);
}
const { ended, evaluations } = history;
writeFileSync(
  join(folder, "result.json"),
  JSON.stringify({
    ended,
    steps: [history.steps, steps],
    best: stopping.best,
    last: evaluations.at(-1),
    params: await sha256(net.params),
    state: await sha256(net.state),
    averaged: await sha256(averaged(net)),
  }),
);
