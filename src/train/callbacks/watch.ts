// Which evaluation was the best so far, by one of its numbers.

import { atLeastZero, type Rule } from "../../check.ts";
import type { EvaluationRecord } from "../history.ts";
import { type WatchedOptions, watched, watchedRules } from "../watched.ts";
import type { FitRun } from "./callback.ts";

/** Which number of `fit`'s evaluations, and when it is better. */
export interface WatchOptions extends WatchedOptions {
  /** By how much it must be better to count. Default 0. */
  threshold?: number;
}

export const watchRules: { readonly [K in keyof Required<WatchOptions>]: Rule } = {
  ...watchedRules,
  threshold: atLeastZero,
};

/** The best value so far, and after how many steps it was. */
export interface Best {
  readonly step: number;
  readonly value: number;
}

export interface Watch {
  readonly best: Best | undefined;
  /** @throws OptionError where the fit does not measure such a number */
  check(run: FitRun): void;
  /** @param best of the run so far */
  begin(best: Best | undefined): void;
  /** Whether it is better than all before. NaN and infinity never are. @throws OptionError where there is no such number */
  isBest(record: EvaluationRecord): boolean;
}

/** The best evaluation among the numbers that a checkpoint keeps, where there was one. */
export function bestOf({ step, value }: Readonly<Record<string, number>> = {}): Best | undefined {
  return step === undefined || value === undefined ? undefined : { step, value };
}

/** @throws OptionError where it is not known which is better */
export function watch(call: string, { threshold = 0, ...which }: WatchOptions): Watch {
  const number = watched(call, which);
  let best: Best | undefined;
  return {
    get best() {
      return best;
    },
    begin(before) {
      best = before;
    },
    check: number.check,
    isBest(record) {
      const value = number.of(record);
      const gain =
        best === undefined
          ? Number.POSITIVE_INFINITY
          : number.mode === "min"
            ? best.value - value
            : value - best.value;
      if (!Number.isFinite(value) || !(gain > threshold)) return false;
      best = { step: record.step, value };
      return true;
    },
  };
}
