// The one number of an evaluation that a callback goes by.

import { atLeastZero, check, name, oneOf, property, type Rule, show } from "../../check.ts";
import { OptionError } from "../../errors.ts";
import type { EvaluationRecord } from "../history.ts";
import type { FitRun } from "./callback.ts";

/** Which number of `fit`'s evaluations, and when it is better. */
export interface WatchOptions {
  /** The data set's name. Default: the last one's. */
  data?: string;
  /** Of a model with several outputs the output's name. Default: none, for the loss of all. */
  output?: string;
  /** The metric's name. Default "loss". */
  metric?: string;
  /** Whether less or more is better. Default "min" for loss, mae, mse and rmse, "max" for accuracy, f1 and r2; of others it must be said. */
  mode?: "min" | "max";
  /** By how much it must be better to count. Default 0. */
  threshold?: number;
}

export const watchRules: { readonly [K in keyof Required<WatchOptions>]: Rule } = {
  data: name,
  output: name,
  metric: name,
  mode: oneOf("min", "max"),
  threshold: atLeastZero,
};

const known: Readonly<Record<string, "min" | "max">> = {
  loss: "min",
  mae: "min",
  mse: "min",
  rmse: "min",
  accuracy: "max",
  f1: "max",
  r2: "max",
};

/** The best value so far, and after how many steps it was. */
export interface Best {
  readonly step: number;
  readonly value: number;
}

export interface Watch {
  readonly best: Best | undefined;
  /** @throws OptionError where the fit does not evaluate such a data set */
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
export function watch(
  call: string,
  { data, output, metric = "loss", mode, threshold = 0 }: WatchOptions,
): Watch {
  const better = mode ?? (Object.hasOwn(known, metric) ? known[metric] : undefined);
  check(call, `mode, for ${show(metric)},`, better, watchRules.mode);
  let best: Best | undefined;
  const fail = (names: readonly string[]) => {
    throw new OptionError(
      `${call}: there is no number ${show(metric)}${output === undefined ? "" : ` of the output ${show(output)}`} of ${data === undefined ? "a data set" : show(data)} among what fit evaluates ` +
        `(${names.join(", ") || "nothing"}); see its option evaluate`,
    );
  };
  return {
    get best() {
      return best;
    },
    begin(before) {
      best = before;
    },
    check({ evaluated }) {
      if (evaluated.length === 0 || (data !== undefined && !evaluated.includes(data))) fail(evaluated);
    },
    isBest({ step, results }) {
      const names = Object.keys(results);
      const whole = results[data ?? names.at(-1)!]!;
      const of = (output === undefined ? whole : property(whole.outputs, output)) ?? {};
      const value: unknown = Object.hasOwn(of, metric) ? property(of, metric) : undefined;
      if (typeof value !== "number") return fail(names);
      const gain =
        best === undefined
          ? Number.POSITIVE_INFINITY
          : better === "min"
            ? best.value - value
            : value - best.value;
      if (!Number.isFinite(value) || !(gain > threshold)) return false;
      best = { step, value };
      return true;
    },
  };
}
