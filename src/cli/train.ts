// `kobai train`: checks everything that can be checked, trains, and writes what was trained, whatever ended it.

import { type Dataset, mnist, sampleCount, type TrainTest } from "../data/index.ts";
import { DataError } from "../errors.ts";
import {
  dense,
  he,
  type Initializer,
  init,
  type Layer,
  type Network,
  normal,
  relu,
  sequential,
  sigmoid,
  tanh,
  xavier,
} from "../index.ts";
import { serialize, sha256 } from "../io/index.ts";
import { lossAndAccuracyFigure } from "../plot/index.ts";
import { size } from "../tensor.ts";
import { digestOf } from "../train/epochs.ts";
import { readCut } from "./checkpoint.ts";
import { createDisplay, type Display } from "./display.ts";
import { figuresOf } from "./figures.ts";
import { type PossibleResult, type Result, ResultWriter } from "./results.ts";
import { RunFolder } from "./run-folder.ts";
import { DEFAULT_ITERATIONS, defaultRates, formatInit, type Init, type TrainOptions } from "./settings.ts";
import { Stop } from "./stop.ts";
import { type Run, runTraining, type Trained } from "./training.ts";

const activationLayers = { relu, sigmoid, tanh } as const;

/**
 * Runs `kobai train`. A signal ends it early, and sets the process's exit code.
 *
 * @param version - kobai's own, for the record
 * @throws KobaiError where data or folder are not as they must be; then nothing is written
 * @throws KobaiError where training fails or a file cannot be written, after what there is was written; AggregateError for several
 */
export async function train(options: TrainOptions, version: string): Promise<void> {
  const stop = new Stop();
  const { resume } = options;
  const cut = resume === undefined ? undefined : await readCut(resume);
  const dir = options.data ?? cut?.run.data;
  const images = await mnist({
    ...(dir !== undefined && { dir }),
    flatten: false,
  });
  const data = { train: flattened(images.train), test: flattened(images.test) };
  const planned = cut ? sameData(cut.run, data.train) : plan(options, data.train);
  const writer = new ResultWriter(new RunFolder(resume ?? options.out, { resumed: resume !== undefined }));
  const display = createDisplay();
  const { threads, wide } = await init({ threads: options.threads, wide: options.wide });
  const { checkpointEvery = cut?.run.checkpointEvery, figures } = options;
  const run: Run = {
    ...planned,
    threads,
    wide,
    ...(checkpointEvery !== undefined && { checkpointEvery }),
    ...(figures !== undefined && { figures }),
  };
  const net = (await cut?.network()) ?? buildNetwork(run);
  try {
    announce(run, data, display);
    if (cut) display.line(`resumed   after ${cut.history.steps} of ${run.steps} steps`);
    stop.keep(() => writer.giveUp());
    const trained = await runTraining(net, run, data, { display, stop, writer, before: cut?.history });
    display.stop();
    const [, , rows, columns] = images.test.x.shape;
    const figures = run.figures ? figuresOf(net, trained.weights.params, data.test, [rows!, columns!]) : [];
    const failures = await report(trained, run, version, figures, writer, display);
    if (trained.error !== undefined) failures.push(trained.error);
    if (failures.length > 0) throw failures.length === 1 ? failures[0] : new AggregateError(failures);
  } finally {
    display.stop();
    net.dispose();
  }
}

/** Images as rows. */
function flattened(data: Dataset): Dataset {
  const [count, ...shape] = data.x.shape;
  return { ...data, x: { ...data.x, shape: [count!, size(shape)] } };
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
    samples: digestOf([data.x]),
    lr: options.lr ?? defaultRates[options.optimizer],
    stepsPerEpoch,
    steps:
      options.epochs === undefined
        ? (options.iterations ?? DEFAULT_ITERATIONS)
        : options.epochs * stepsPerEpoch,
  };
}

/** The settings of a run that is resumed. @throws DataError where the data are others than its own */
function sameData(run: Run, { x }: Dataset): Run {
  if (run.samples === digestOf([x])) return run;
  throw new DataError("these are not the data that the run began with: give them with --data");
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

/** Writes what there is and says so. Returns what could not be written. */
async function report(
  { weights, history, stopped, error, failures: before }: Trained,
  run: Run,
  version: string,
  figures: readonly PossibleResult[],
  writer: ResultWriter,
  display: Display,
): Promise<unknown[]> {
  if ((history?.steps ?? weights.step) === 0) {
    display.line("stopped   before the first step was done; nothing is written");
    return [...before];
  }
  const digest = await sha256(weights.params);
  const about = { kobai: version, ...(stopped !== undefined && { stopped }) };
  const results: [Result, ...Result[]] = [
    {
      // Whoever asks for weights.safetensors should not get those of a run that failed.
      name: error === undefined ? "weights.safetensors" : "last-good-weights.safetensors",
      content: () =>
        serialize(weights.params, { ...about, network: networkName(run), steps: String(weights.step) }),
    },
  ];
  if (history) {
    const record = { ...about, run: { ...run, init: formatInit(run.init) }, sha256: digest, ...history };
    const title = `${networkName(run)}, ${run.optimizer} ${run.lr}`;
    results.push(
      { name: "history.json", content: () => `${JSON.stringify(record, null, 1)}\n` },
      { name: "curves.svg", content: () => lossAndAccuracyFigure(history, title).svg() },
    );
  }
  const { paths, failures } = await writer.write([...results, ...figures]);
  if (history) {
    const { steps, seconds } = history;
    display.line(
      `${stopped === undefined ? `trained   ${steps} steps` : `stopped   after ${steps} of ${run.steps} steps`} in ${seconds.toFixed(1)} s`,
    );
  }
  if (error !== undefined)
    display.line(`kept      the weights after ${weights.step} steps, the last good ones`);
  display.line(`weights   SHA-256 ${digest}`);
  if (paths.length > 0) display.line(`written   ${paths.join(", ")}`);
  return [...before, ...failures];
}
