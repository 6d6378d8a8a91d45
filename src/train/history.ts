import type { Evaluation } from "./evaluate.ts";

/** What `onProgress` is told. */
export interface Progress {
  /** steps done, of `steps` */
  readonly step: number;
  readonly steps: number;
  /** of the last step done; NaN before the first one is */
  readonly loss: number;
  readonly stepsPerSecond: number;
  readonly secondsLeft: number;
}

/** What was measured at one time. */
export interface EvaluationRecord<E = Evaluation> {
  /** steps done */
  readonly step: number;
  /** the same in epochs */
  readonly epoch: number;
  /** by data set: the names of `evaluate.data`, or "data" where that is one data set */
  readonly results: Readonly<Record<string, E>>;
}

/** What a fit did. Plain data: it can be written as JSON. */
export interface History<E = Evaluation> {
  /** steps that were done before the fit: its option `from` */
  readonly from: number;
  /** steps done, those included */
  steps: number;
  readonly stepsPerEpoch: number;
  /** the loss of each step of this fit, before its update; of every `lossEvery`-th, where there are more than a million */
  loss: number[];
  /** how many steps lie between two of `loss`: 1, or a power of two */
  lossEvery: number;
  readonly evaluations: EvaluationRecord<E>[];
  /**
   * how it ended: "completed": all its steps; "stopped": by a callback; "aborted": by `signal`; "failed": by an error, which then has been
   * thrown; "running": not yet
   */
  ended: "running" | "completed" | "stopped" | "aborted" | "failed";
  /** wall time, evaluations included */
  seconds: number;
}

export function newHistory(stepsPerEpoch: number, from: number): History {
  return {
    from,
    steps: from,
    stepsPerEpoch,
    loss: [],
    lossEvery: 1,
    evaluations: [],
    ended: "running",
    seconds: 0,
  };
}

/** So many losses a history holds: beyond that, every other one is dropped, time and again. */
const MOST_LOSSES = 2 ** 20;

/** Takes down the losses of the next `count` steps. */
export function record(history: History, losses: Float64Array, count: number): void {
  const { loss, lossEvery, steps, from } = history;
  const first = (lossEvery - ((steps - from) % lossEvery)) % lossEvery;
  for (let i = first; i < count; i += lossEvery) loss.push(losses[i]!);
  if (loss.length < MOST_LOSSES) return;
  history.loss = loss.filter((_, index) => index % 2 === 0);
  history.lossEvery *= 2;
}
