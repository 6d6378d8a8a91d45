import {
  anything,
  callback,
  check,
  having,
  options,
  positive,
  seed as seedRule,
  signal as signalRule,
  whole,
} from "../check.ts";
import { NotFiniteError, OptionError, StateError } from "../errors.ts";
import { sgd } from "../nn/optimizers/book.ts";
import { checkOptimizer, type Optimizer, updateOf } from "../nn/optimizers/optimizer.ts";
import { power } from "../nn/powers.ts";
import type { Rate, Schedule } from "../nn/rate.ts";
import { realPower } from "../nn/schedules/real.ts";
import type { Callback, FitRun } from "./callbacks/callback.ts";
import { checkpoint, restore } from "./checkpoint/index.ts";
import type { FitOptions } from "./fit-options.ts";
import { insideOf, type Network, networkRule } from "./network.ts";
import type { Signature, Single } from "./signature.ts";

/** Options of `findLearningRate`. */
export interface LearningRateOptions<S extends Signature = Single> {
  /** What to make small, as of `fit`. */
  loss: S["loss"];
  /** Makes the optimizer of a rate. Default `(lr) => sgd({ lr })`. */
  optimizer?: (lr: Rate) => Optimizer;
  /** The rates of the first and the last step. Default 1e-7 and 10, fastai's. */
  from?: number;
  to?: number;
  /** How many rates to try: at least 2, default 100, fastai's. Each takes a step, or as many as an update does (`accumulate`). */
  steps?: number;
  /** As of `fit`. */
  batchSize?: number;
  seed?: number;
  signal?: AbortSignal;
}

/** What was found; `learningRateFigure` of `kobai/plot` draws it. */
export interface FoundLearningRate {
  /** the rates that were tried, from low to high: those that the optimizer was given */
  readonly rates: readonly number[];
  /** the loss at each, before its update; of an update of several steps their mean */
  readonly losses: readonly number[];
  /** their moving mean */
  readonly smoothed: readonly number[];
  /** a tenth of the rate at which that is least: where losses still fall fast; NaN where it was aborted before the first step */
  readonly rate: number;
}

const MEMORY = 0.9;
/** A loss that has grown by so much does not come back. */
const DIVERGED = 4;

/**
 * Tries learning rates, each a little larger than the one before it, for one step each, until the loss diverges (Smith 2017, 3.3; fastai's
 * `lr_find`). The network is then what it was before.
 *
 * The mean of the losses so far forgets a tenth at each step, and is corrected for its beginning; the search ends when it is four times its
 * least, or no number any more.
 *
 * @throws OptionError for options out of their range @throws as `fit` does, but not where the loss stops being finite
 * @example
 * ```ts
 * import { crossEntropy, findLearningRate, sgd } from "kobai";
 * const { rate } = await findLearningRate(net, train, { loss: crossEntropy(), steps: 20 });
 * await net.fit(train, { loss: crossEntropy(), optimizer: sgd({ lr: rate }), epochs: 1 });
 * ```
 */
export async function findLearningRate<S extends Signature = Single>(
  net: Network<S>,
  data: S["data"],
  given: LearningRateOptions<S>,
): Promise<FoundLearningRate> {
  const call = "findLearningRate";
  const chosen = options<LearningRateOptions<S>>(call, given, {
    loss: anything,
    optimizer: callback,
    from: positive,
    to: positive,
    steps: whole(2, 100_000),
    batchSize: whole(),
    seed: seedRule,
    signal: signalRule,
  });
  const { core, training, isFitting } = insideOf(check(call, "net", net, networkRule));
  core.face.objective(call, chosen.loss);
  const { optimizer: make = (lr: Rate) => sgd({ lr }), from = 1e-7, to = 10, steps = 100, ...rest } = chosen;
  if (from >= to) throw new OptionError(`${call}: from must be below to; got ${from} and ${to}`);
  const rateOf: Schedule = (step) => from * realPower(to / from, step / (steps - 1));
  const optimizer = check(call, "what optimizer gives", make(rateOf), having("coefficients", "an optimizer"));
  checkOptimizer(call, optimizer);
  const { every = 1 } = updateOf(call, optimizer, core.parameters.layout, core.dtype);
  const rates: number[] = [];
  const losses: number[] = [];
  const smoothed: number[] = [];
  let mean = 0;
  let lr = Number.NaN;
  const look = (run: FitRun) => {
    const { loss, lossEvery } = run.history;
    const own = loss.slice(-Math.ceil(every / lossEvery));
    losses.push(own.reduce((sum, each) => sum + each, 0) / own.length);
    rates.push(lr);
    ({ lr } = run);
    mean = MEMORY * mean + (1 - MEMORY) * losses.at(-1)!;
    smoothed.push(mean / (1 - power(MEMORY, losses.length)));
    if (smoothed.at(-1)! > DIVERGED * Math.min(...smoothed)) run.stop();
  };
  const watching: Callback = {
    onStart: (run) => {
      ({ lr } = run);
    },
    onStep: look,
    every,
  };
  const kept = checkpoint(net);
  if (isFitting) throw new StateError(`${call}: this network is being trained; await that fit first`);
  // What no file holds: a loss of the caller's own, and whose the optimizer's state is.
  const { objective, slots } = training;
  const owner = slots?.update;
  try {
    const fitted = { ...rest, optimizer, steps: steps * every, callbacks: [watching] };
    await net.fit(data, fitted as FitOptions<S>);
  } catch (error) {
    // Then it has diverged.
    if (!(error instanceof NotFiniteError) || smoothed.length === 0) throw error;
  } finally {
    await restore(net, kept);
    training.objective = objective;
    if (training.slots) training.slots.update = owner;
  }
  const least = smoothed.indexOf(Math.min(...smoothed));
  return { rates, losses, smoothed, rate: rates[least]! / 10 };
}
