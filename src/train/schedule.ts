import {
  anything,
  callback,
  check,
  having,
  isObject,
  oneOf,
  options,
  positive,
  property,
  type Rule,
  seed,
  signal,
  whole,
} from "../check.ts";
import { DataError, OptionError } from "../errors.ts";
import { checkOptimizer } from "../nn/optimizers/optimizer.ts";
import { callbacksRule } from "./callbacks/callback.ts";
import type { Face, Objective, Samples } from "./face.ts";
import type { FitOptions } from "./fit-options.ts";
import type { Differentiation, Sampling } from "./programs.ts";

/** The counts of a fit, its data sets, and its options as they were when it began. */
export interface Schedule {
  readonly options: FitOptions;
  readonly batchSize: number;
  readonly steps: number;
  readonly stepsPerEpoch: number;
  readonly sampling: Sampling;
  readonly by: Differentiation;
  readonly every: number;
  readonly objective: Objective;
  readonly data: Samples;
  /** what to measure it on, by name */
  readonly evaluated: Readonly<Record<string, NamedDataset>>;
}

/** A data set as messages name it. */
export interface NamedDataset {
  readonly call: string;
  readonly data: Samples;
}

const object: Rule = [isObject, "an object"];

const rules: { readonly [K in keyof Required<FitOptions>]: Rule } = {
  loss: anything,
  optimizer: anything,
  batchSize: whole(),
  steps: whole(),
  epochs: whole(),
  sampling: oneOf("shuffle", "replacement"),
  gradient: oneOf("backprop", "numerical"),
  h: positive,
  seed,
  evaluate: object,
  from: whole(0),
  weights: having("hold", "weights, such as classWeights([1, 5])"),
  callbacks: callbacksRule,
  onProgress: callback,
  onEvaluate: callback,
  signal,
};
const evaluateRules = { data: object, every: whole(), metrics: anything };

/**
 * Checks the options and works out the counts.
 *
 * @param face that of the network
 * @param done steps that the network was trained for before
 * @throws OptionError @throws DataError
 */
export function schedule(face: Face, given: unknown, fitOptions: FitOptions, done: number): Schedule {
  const chosen = options("fit", fitOptions, rules);
  const objective = face.objective("fit", chosen.loss);
  checkOptimizer("fit", chosen.optimizer);
  if (!chosen.evaluate && property(chosen.optimizer.lr, "next")) {
    throw new OptionError("fit: the learning rate follows evaluations: give evaluate");
  }
  const checked = new Map<unknown, Samples>();
  const once = (call: string, set: unknown) => {
    const known = checked.get(set) ?? face.samples(call, set, objective);
    checked.set(set, known);
    return known;
  };
  const data = once("fit", given);
  const { n } = data;
  if (n === 0) throw new DataError("fit: the data set is empty");
  const { batchSize = Math.min(32, n), sampling = "shuffle", steps, epochs, from = 0 } = chosen;
  if (batchSize > n) {
    throw new OptionError(
      `fit: batchSize is ${batchSize}, the data set has only ${n} samples; use at most ${n}`,
    );
  }
  if ((steps === undefined) === (epochs === undefined)) {
    throw new OptionError("fit: give either steps or epochs");
  }
  const stepsPerEpoch = Math.ceil(n / batchSize);
  const count = steps ?? epochs! * stepsPerEpoch;
  if (from > count) {
    throw new OptionError(
      `fit: from is ${from}, but there are only ${count} steps; give those of the whole run`,
    );
  }
  if (done + count - from > MOST_STEPS) {
    throw new OptionError(
      `fit: a network can be trained for ${MOST_STEPS} steps; with these it would be ${done + count - from}`,
    );
  }
  const evaluate = chosen.evaluate && options("fit: evaluate", chosen.evaluate, evaluateRules);
  const { gradient = "backprop", h = 1e-4 } = chosen;
  if (chosen.weights && gradient !== "backprop") {
    throw new OptionError('fit: weights go with gradient: "backprop" only');
  }
  return {
    options: chosen,
    batchSize,
    sampling,
    by: gradient === "backprop" ? gradient : { h },
    stepsPerEpoch,
    // Without evaluations nothing interrupts the steps.
    every: evaluate ? (evaluate.every ?? stepsPerEpoch) : Number.POSITIVE_INFINITY,
    steps: count,
    objective,
    data,
    evaluated: evaluate ? evaluationSets(evaluate.data, once) : {},
  };
}

/** Steps are counted in 32 bits. */
const MOST_STEPS = 2 ** 31 - 1;

function evaluationSets(
  given: object,
  checked: (call: string, data: unknown) => Samples,
): Readonly<Record<string, NamedDataset>> {
  check("fit: evaluate", "data", given, object);
  const named = (call: string, data: unknown) => ({ call, data: checked(call, data) });
  if (Object.keys(given).length === 0) throw new OptionError("fit: evaluate.data names no data set");
  if (isDataset(given)) return { data: named("fit: evaluate.data", given) };
  return Object.fromEntries(
    Object.entries(given).map(([name, set]) => [name, named(`fit: evaluate.data.${name}`, set)]),
  );
}

/** Whether it is one data set; else it is several by their names, of which one may be called x. */
function isDataset(given: object): boolean {
  const x = property(given, "x");
  return "x" in given && !(isObject(x) && "x" in x && "t" in x);
}
