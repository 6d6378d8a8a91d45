// The training of `kobai train`: what is shown of it, and what is kept however it ends.

import type { Dataset, TrainTest } from "../data/index.ts";
import { NotFiniteError } from "../errors.ts";
import {
  type Callback,
  crossEntropy,
  type Evaluation,
  type FitRun,
  type History,
  type NamedTensors,
  type Network,
  type Optimizer,
} from "../index.ts";
import { optimizers } from "../nn/optimizers/by-name.ts";
import { CHECKPOINT, checkpointOf, joined } from "./checkpoint.ts";
import type { Display } from "./display.ts";
import type { ResultWriter } from "./results.ts";
import type { OptimizerName, TrainOptions } from "./settings.ts";
import type { Stop } from "./stop.ts";

/** A run with nothing left open: the options, and what follows from them and from the data. */
export interface Run extends TrainOptions {
  inputs: number;
  outputs: number;
  lr: number;
  /** batches that take as many samples as there are: how often accuracy is measured */
  stepsPerEpoch: number;
  steps: number;
  /** a digest of the training images, by which a run that is resumed knows them */
  samples: number;
}

/** What came of a run. */
export interface Trained {
  weights: Weights;
  /** absent where an error ended the run that does not tell it */
  history?: History;
  /** why the run ended before its time */
  stopped?: string;
  /** what ended it, if an error did */
  error?: unknown;
  /** why checkpoints could not be written */
  failures: readonly unknown[];
}

/** What a training is done with. */
export interface Surroundings {
  readonly display: Display;
  readonly stop: Pick<Stop, "soon" | "by">;
  readonly writer: Pick<ResultWriter, "replace">;
  /** of a run that is resumed: what it had done */
  readonly before?: History | undefined;
}

/** A network's parameters after so many steps. */
export interface Weights {
  step: number;
  params: NamedTensors;
  /** on the test data, where that was measured */
  loss?: number;
}

/** The command writes all names in small letters. */
const { adaGrad: adagrad, ...others } = optimizers;
const optimizerKinds: Readonly<Record<OptimizerName, (options: { lr: number }) => Optimizer>> = {
  adagrad,
  ...others,
};

/**
 * Trains a network; a signal ends it early.
 *
 * @returns what is to be kept, also where an error ended it: then the weights of the last evaluation, or better ones
 */
export async function runTraining(
  net: Network,
  run: Run,
  { train, test }: TrainTest,
  { display, stop, writer, before }: Surroundings,
): Promise<Trained> {
  const optimizer: Optimizer = optimizerKinds[run.optimizer]({ lr: run.lr });
  const from = before?.steps ?? 0;
  let evaluated: Required<Weights> = { step: from, params: copies(net), loss: Number.POSITIVE_INFINITY };
  const saving = checkpoints(run, writer, before);
  const { failures } = saving;
  try {
    const history = await net.fit(train, {
      from,
      callbacks: run.checkpointEvery === undefined ? [] : [saving],
      loss: crossEntropy(),
      optimizer,
      batchSize: run.batch,
      steps: run.steps,
      sampling: run.shuffle ? "shuffle" : "replacement",
      seed: run.seed,
      evaluate: { data: { train, test }, every: run.stepsPerEpoch },
      onProgress: (progress) => display.progress(progress),
      onEvaluate({ step, results }) {
        display.line(evaluationLine(step / run.stepsPerEpoch, results));
        const { loss } = results.test as Evaluation;
        if (Number.isFinite(loss)) evaluated = { step, params: copies(net), loss };
      },
      signal: stop.soon,
    });
    const weights = { step: history.steps, params: copies(net) };
    const stopped = history.ended === "aborted" && { stopped: `ended by ${stop.by}` };
    return { weights, history: joined(before, history), failures, ...stopped };
  } catch (error) {
    if (!(error instanceof NotFiniteError))
      return { weights: evaluated, stopped: String(error), error, failures };
    const weights = await lastGood(net, error, evaluated, test);
    const { step, loss, history } = error;
    const stopped = Number.isFinite(loss)
      ? `parameters became infinite by step ${step}`
      : `the loss of step ${step} was ${loss}`;
    return { weights, stopped, error, failures, ...(history && { history: joined(before, history) }) };
  }
}

/** Writes down where training stands. Where that fails once, the run goes on without. */
function checkpoints(
  run: Run,
  writer: Surroundings["writer"],
  before: History | undefined,
): Callback & { readonly failures: unknown[] } {
  const failures: unknown[] = [];
  const began = performance.now();
  let saved = before?.steps;
  const save = async ({ net, history }: FitRun) => {
    if (failures.length > 0 || saved === history.steps) return;
    const seconds = (performance.now() - began) / 1000;
    try {
      await writer.replace(CHECKPOINT, checkpointOf(net, run, joined(before, { ...history, seconds })));
      saved = history.steps;
    } catch (error) {
      failures.push(error);
    }
  };
  return {
    failures,
    every: run.checkpointEvery ?? run.steps,
    onStep: save,
    onEnd: (fit) => (fit.history.ended === "failed" ? undefined : save(fit)),
  };
}

/**
 * What is best kept of a run whose loss is not finite any more: the parameters are as they were before that step's update, but may have
 * been on their way out of bounds for a while. Then those of the last evaluation are better.
 */
async function lastGood(
  net: Network,
  { step, parametersFinite }: NotFiniteError,
  evaluated: Required<Weights>,
  test: Dataset,
): Promise<Weights> {
  if (!parametersFinite) return evaluated;
  const { loss } = await net.evaluate(test, { loss: crossEntropy(), metrics: ["loss"] });
  return loss <= evaluated.loss ? { step: step - 1, params: copies(net), loss } : evaluated;
}

/** A network's parameters as they are now. */
function copies({ params }: Network): NamedTensors {
  return { ...params };
}

function evaluationLine(epoch: number, results: Readonly<Record<string, { accuracy: number }>>): string {
  const label = Number.isInteger(epoch) ? String(epoch).padStart(2) : epoch.toFixed(2);
  const accuracies = Object.entries(results).map(([name, { accuracy }]) => `${name} ${accuracy.toFixed(4)}`);
  return [`epoch ${label}`, ...accuracies].join("  ");
}
