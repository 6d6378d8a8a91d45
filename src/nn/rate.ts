import { atLeastZero, type Rule } from "../check.ts";
import type { EvaluationRecord } from "../train/history.ts";

/**
 * A learning rate as a function of the step: how many updates the optimizer has made, from 0. It must depend on nothing else, so that a run
 * that was cut goes on as it would have. One's own is a function: `sgd({ lr: (step) => 0.1 / (1 + step / 100) })`.
 *
 * Where a rate follows evaluations (`plateau`), `next` says what becomes of its state after one, and the rate is a function of both.
 */
export interface Schedule {
  /** @returns the rate: a finite number of at least 0 */
  (step: number, state?: ScheduleState): number;
  /** What it was made of, as plain JSON; a function of one's own has none. */
  readonly description?: ScheduleDescription;
  /** The state after an evaluation; `state` is undefined before the first. */
  readonly next?: (state: ScheduleState | undefined, record: EvaluationRecord) => ScheduleState;
}

/** What a schedule remembers of evaluations: plain numbers, kept with the optimizer's state. */
export type ScheduleState = Readonly<Record<string, number>>;

/** `kind` is the function that makes it, the rest its options. */
export interface ScheduleDescription {
  readonly kind: string;
  readonly [option: string]: unknown;
}

/** A learning rate: one for all steps, or a schedule. */
export type Rate = number | Schedule;

export const rateRule: Rule = [
  (value) => typeof value === "function" || atLeastZero[0](value),
  `${atLeastZero[1]}, or a schedule`,
];

/** The rate of the update number `step`, counted from 0; NaN where a schedule gives no number, or it is none. */
export function rateAt(rate: Rate, step: number, state: ScheduleState | undefined): number {
  const now: unknown = typeof rate === "function" ? rate(step, state) : rate;
  return typeof now === "number" ? now : Number.NaN;
}
