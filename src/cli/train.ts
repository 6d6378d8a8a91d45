// `kobai train`: checks everything that can be checked, trains, and writes the results.

import { join } from "node:path";
import { type Dataset, mnist, sampleCount, type TrainTest } from "../data/index.ts";
import { DataError } from "../errors.ts";
import {
  adaGrad,
  adam,
  crossEntropy,
  dense,
  type History,
  he,
  type Initializer,
  init,
  type Layer,
  momentum,
  type Network,
  normal,
  type Optimizer,
  relu,
  sequential,
  sgd,
  sigmoid,
  tanh,
  xavier,
} from "../index.ts";
import { writeFileAtomic } from "../io/atomic.ts";
import { saveSafetensors, sha256 } from "../io/index.ts";
import { lossAndAccuracyFigure } from "../plot/index.ts";
import { size } from "../tensor.ts";
import { createDisplay, type Display } from "./display.ts";
import { createRunFolder, removeIfEmpty } from "./run-folder.ts";
import { DEFAULT_ITERATIONS, defaultRates, formatInit, type Init, type TrainOptions } from "./settings.ts";

/** A run with nothing left open: the options, and what follows from them and from the data. */
interface Run extends TrainOptions {
  inputs: number;
  outputs: number;
  lr: number;
  /** batches that take as many samples as there are: how often accuracy is measured */
  stepsPerEpoch: number;
  steps: number;
}

const activationLayers = { relu, sigmoid, tanh } as const;
const optimizerKinds = { sgd, momentum, adagrad: adaGrad, adam } as const;

/**
 * Runs `kobai train`.
 *
 * @param version - kobai's own, for the record
 * @returns whether the run was ended early with Ctrl-C
 * @throws KobaiError where data or folder are not as they must be, or training fails; then nothing was written
 */
export async function train(options: TrainOptions, version: string): Promise<{ aborted: boolean }> {
  const data = await mnist(options.data === undefined ? {} : { dir: options.data });
  const planned = plan(options, data.train);
  const folder = await createRunFolder(options.out);
  const display = createDisplay();
  try {
    const { threads, wide } = await init({ threads: options.threads, wide: options.wide });
    const run: Run = { ...planned, threads, wide };
    const net = buildNetwork(run);
    try {
      announce(run, data, display);
      const history = await runTraining(net, run, data, display);
      await report(net, run, history, folder.path, version, display);
      return { aborted: history.aborted };
    } finally {
      net.dispose();
    }
  } finally {
    display.stop();
    await removeIfEmpty(folder);
  }
}

function plan(options: TrainOptions, data: Dataset): Run {
  const samples = sampleCount(data);
  if (options.batch > samples) {
    throw new DataError(`--batch ${options.batch} is more than the ${samples} training samples there are`);
  }
  const stepsPerEpoch = Math.ceil(samples / options.batch);
  return {
    ...options,
    inputs: size(data.x.shape.slice(1)),
    outputs: data.classes as number,
    lr: options.lr ?? defaultRates[options.optimizer],
    stepsPerEpoch,
    steps:
      options.epochs === undefined
        ? (options.iterations ?? DEFAULT_ITERATIONS)
        : options.epochs * stepsPerEpoch,
  };
}

function buildNetwork({ inputs, hidden, outputs, activation, init, seed, dtype }: Run): Network {
  const weight = initializer(init);
  const layers: Layer[] = hidden.flatMap((units) => [
    dense(units, { weight }),
    activationLayers[activation](),
  ]);
  return sequential([...layers, dense(outputs, { weight })], { input: [inputs], seed, dtype });
}

function initializer(init: Init): Initializer {
  if (init.kind === "normal") return normal({ std: init.std });
  return init.kind === "xavier" ? xavier() : he();
}

function announce(run: Run, { train, test }: TrainTest, display: Display): void {
  display.line(
    `data      ${sampleCount(train)} training and ${sampleCount(test)} test samples of ${run.inputs} values, ${run.outputs} classes`,
  );
  display.line(
    `network   ${networkName(run)}, ${run.dtype}, weights ${formatInit(run.init)}, seed ${run.seed}`,
  );
  display.line(
    `training  ${run.steps} steps of ${run.batch} samples, ${run.shuffle ? "shuffled" : "drawn with replacement"}; ` +
      `${run.optimizer}, learning rate ${run.lr}${run.threads === 1 ? "" : `; ${run.threads} threads`}` +
      `${run.wide ? "; 256-bit vectors" : ""}`,
  );
}

function networkName({ inputs, hidden, outputs, activation }: Run): string {
  return `${[inputs, ...hidden, outputs].join("-")} ${activation}`;
}

async function runTraining(
  net: Network,
  run: Run,
  { train, test }: TrainTest,
  display: Display,
): Promise<History> {
  const optimizer: Optimizer = optimizerKinds[run.optimizer]({ lr: run.lr });
  const abort = new AbortController();
  // Once: whoever presses Ctrl-C again does not want to wait for the results.
  const onInterrupt = () => abort.abort();
  process.once("SIGINT", onInterrupt);
  try {
    return await net.fit(train, {
      loss: crossEntropy(),
      optimizer,
      batchSize: run.batch,
      steps: run.steps,
      sampling: run.shuffle ? "shuffle" : "replacement",
      seed: run.seed,
      evaluate: { data: { train, test }, every: run.stepsPerEpoch },
      onProgress: (progress) => display.progress(progress),
      onEvaluate: ({ step, results }) => display.line(evaluationLine(step / run.stepsPerEpoch, results)),
      signal: abort.signal,
    });
  } finally {
    process.removeListener("SIGINT", onInterrupt);
    display.stop();
  }
}

function evaluationLine(epoch: number, results: Readonly<Record<string, { accuracy: number }>>): string {
  const label = Number.isInteger(epoch) ? String(epoch).padStart(2) : epoch.toFixed(2);
  const accuracies = Object.entries(results).map(([name, { accuracy }]) => `${name} ${accuracy.toFixed(4)}`);
  return [`epoch ${label}`, ...accuracies].join("  ");
}

async function report(
  net: Network,
  run: Run,
  history: History,
  folder: string,
  version: string,
  display: Display,
): Promise<void> {
  const { params } = net;
  const digest = await sha256(params);
  const record = { kobai: version, run: { ...run, init: formatInit(run.init) }, sha256: digest, ...history };
  const title = `${networkName(run)}, ${run.optimizer} ${run.lr}`;
  await saveSafetensors(join(folder, "weights.safetensors"), params, {
    kobai: version,
    network: networkName(run),
  });
  await writeFileAtomic(join(folder, "history.json"), `${JSON.stringify(record, null, 1)}\n`);
  await writeFileAtomic(join(folder, "curves.svg"), await lossAndAccuracyFigure(history, title));
  const { steps, seconds, aborted } = history;
  display.line(
    `${aborted ? `stopped   after ${steps} of ${run.steps} steps` : `trained   ${steps} steps`} in ${seconds.toFixed(1)} s`,
  );
  display.line(`weights   SHA-256 ${digest}`);
  display.line(
    `written   ${["weights.safetensors", "history.json", "curves.svg"].map((name) => join(folder, name)).join(", ")}`,
  );
}
