import { isObject, isWhole, type Rule } from "../../check.ts";
import type { Optimizer } from "../../nn/optimizers/optimizer.ts";
import type { EvaluationRecord, History, Progress } from "../history.ts";
import type { Network } from "../network.ts";
import type { Memory, memory } from "./memory.ts";

/** A fit under way, as its callbacks see it. */
export interface FitRun {
  readonly net: Network;
  /** Its `lr` may be changed, which takes effect with the next steps; to what is no rate, ends the fit with an OptionError. */
  readonly optimizer: Optimizer;
  /** The learning rate of the next step: the optimizer's, or what its schedule says. */
  readonly lr: number;
  /** how many steps there are; `history.steps` of them are done */
  readonly steps: number;
  /** what has been done so far; its `ended` is "running" until `onEnd` */
  readonly history: History;
  /** the names of the data sets that are evaluated */
  readonly evaluated: readonly string[];
  readonly signal: AbortSignal | undefined;
  /** Ends the fit as if there were no more steps: it evaluates for the last time, and its history says "stopped". */
  stop(): void;
}

/**
 * What happens besides training, between steps. Whatever a function returns is awaited, and training goes on after it; where one throws
 * or rejects, the fit ends with that error, after `onEnd` of all. They may save the network, write to its parameters, change the rate, or stop.
 * An abort waits for them, too: give what may take long the run's `signal`, as in `fetch(url, { signal })`; where it rejects with the signal's reason,
 * that is no error, and the fit ends as aborted.
 * Of what is due after a step, evaluation comes first, then `onStep`, then `onEpoch`. What checkpoints keep something of (`earlyStopping`,
 * `saveBest`, the logs, `stateful`) is told all of it before the others.
 */
export interface Callback {
  /** Before anything else. */
  onStart?(run: FitRun): unknown;
  /** Every few milliseconds. */
  onProgress?(progress: Progress, run: FitRun): unknown;
  /** After every `every` steps. */
  onStep?(run: FitRun): unknown;
  /** Default 1. Where it is small, fewer steps go into one call, and training is slower. */
  readonly every?: number;
  /** After each evaluation. */
  onEvaluate?(record: EvaluationRecord, run: FitRun): unknown;
  /** After as many steps as an epoch has. */
  onEpoch?(run: FitRun): unknown;
  /** At the end, whatever ended it: `run.history.ended` says what. */
  onEnd?(run: FitRun): unknown;
  /** @internal */
  readonly [memory]?: Memory;
}

const events = ["onStart", "onProgress", "onStep", "onEvaluate", "onEpoch", "onEnd"] as const;

export type Event = (typeof events)[number];

export const callbacksRule: Rule = [
  (value) => Array.isArray(value) && Array.from(value).every(isCallback),
  `a list of callbacks { ${events.join(", ")}, every }`,
];

/** Has at least one function: a name that is misspelled would never be called. */
export function isCallback(value: unknown): boolean {
  if (!isObject(value) || !(value.every === undefined || isWhole(value.every, 1))) return false;
  const given = events.map((event) => value[event]).filter((each) => each !== undefined);
  return given.length > 0 && given.every((each) => typeof each === "function");
}
