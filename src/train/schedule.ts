import { type Dataset, sampleCount } from "../data/dataset.ts";
import { DataError, OptionError } from "../errors.ts";
import type { FitOptions } from "./fit.ts";
import type { Differentiation, Sampling } from "./programs.ts";

/** The counts of a fit. */
export interface Schedule {
  readonly batchSize: number;
  readonly steps: number;
  readonly stepsPerEpoch: number;
  readonly sampling: Sampling;
  readonly by: Differentiation;
  readonly every: number;
}

/** Checks the options and works out the counts. @throws OptionError */
export function schedule(data: Dataset, options: FitOptions): Schedule {
  if (typeof options?.loss?.forward !== "function") {
    throw new OptionError("fit: loss must be a loss, such as crossEntropy()");
  }
  if (typeof options.optimizer?.coefficients !== "function") {
    throw new OptionError("fit: optimizer must be an optimizer, such as sgd({ lr: 0.1 })");
  }
  const { seed = 0 } = options;
  if (!(Number.isSafeInteger(seed) && seed >= 0)) {
    throw new OptionError(`fit: seed must be a whole number from 0 to 2^53 - 1; got ${seed}`);
  }
  const n = sampleCount(data);
  if (n === 0) throw new DataError("fit: the data set is empty");
  const { batchSize = Math.min(32, n), sampling = "shuffle", steps, epochs, evaluate } = options;
  whole("batchSize", batchSize);
  if (batchSize > n) {
    throw new OptionError(
      `fit: batchSize is ${batchSize}, the data set has only ${n} samples; use at most ${n}`,
    );
  }
  if (sampling !== "shuffle" && sampling !== "replacement") {
    throw new OptionError(`fit: sampling must be "shuffle" or "replacement"; got ${String(sampling)}`);
  }
  if ((steps === undefined) === (epochs === undefined)) {
    throw new OptionError("fit: give either steps or epochs");
  }
  const stepsPerEpoch = Math.ceil(n / batchSize);
  whole("steps", steps ?? 1);
  whole("epochs", epochs ?? 1);
  whole("evaluate.every", evaluate?.every ?? stepsPerEpoch);
  // Without evaluations nothing interrupts the steps.
  const every = evaluate ? (evaluate.every ?? stepsPerEpoch) : Number.POSITIVE_INFINITY;
  const { gradient = "backprop", h = 1e-4 } = options;
  if (gradient !== "backprop" && gradient !== "numerical") {
    throw new OptionError(`fit: gradient must be "backprop" or "numerical"; got ${String(gradient)}`);
  }
  checkH("fit", h);
  return {
    batchSize,
    sampling,
    by: gradient === "backprop" ? gradient : { h },
    stepsPerEpoch,
    every,
    steps: steps ?? epochs! * stepsPerEpoch,
  };
}

/** @throws OptionError where a difference cannot have this width */
export function checkH(call: string, h: number): void {
  if (!(h > 0 && Number.isFinite(h))) {
    throw new OptionError(`${call}: h must be a number above 0 (the book's is 1e-4); got ${h}`);
  }
}

function whole(option: string, value: number): void {
  if (!(Number.isSafeInteger(value) && value >= 1)) {
    throw new OptionError(`fit: ${option} must be a whole number of at least 1; got ${value}`);
  }
}
