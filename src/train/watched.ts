// The one number of an evaluation that a callback or a schedule goes by.

import { check, name, oneOf, property, type Rule, show } from "../check.ts";
import { OptionError } from "../errors.ts";
import type { EvaluationRecord } from "./history.ts";

/** Which number of `fit`'s evaluations, and when it is better. */
export interface WatchedOptions {
  /** The data set's name. Default: the last one's. */
  data?: string;
  /** Of a model with several outputs the output's name. Default: none, for the loss of all. */
  output?: string;
  /** The metric's name. Default "loss". */
  metric?: string;
  /** Whether less or more is better. Default "min" for loss, mae, mse and rmse, "max" for accuracy, f1 and r2; of others it must be said. */
  mode?: "min" | "max";
}

export const watchedRules: { readonly [K in keyof Required<WatchedOptions>]: Rule } = {
  data: name,
  output: name,
  metric: name,
  mode: oneOf("min", "max"),
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

export interface Watched {
  readonly metric: string;
  readonly mode: "min" | "max";
  /** @throws OptionError where there is no such number */
  of(record: EvaluationRecord): number;
  /** @throws OptionError where the fit does not evaluate such a data set */
  check(evaluated: readonly string[]): void;
}

/** @throws OptionError where it is not known which is better */
export function watched(call: string, { data, output, metric = "loss", mode }: WatchedOptions): Watched {
  const better = mode ?? (Object.hasOwn(known, metric) ? known[metric] : undefined);
  check(call, `mode, for ${show(metric)},`, better, watchedRules.mode);
  const fail = (names: readonly string[]): never => {
    const of = output === undefined ? "" : ` of the output ${show(output)}`;
    const set = data === undefined ? "a data set" : show(data);
    throw new OptionError(
      `${call}: there is no number ${show(metric)}${of} of ${set} among what fit evaluates ` +
        `(${names.join(", ") || "nothing"}); see its option evaluate`,
    );
  };
  return {
    metric,
    mode: better!,
    of({ results }) {
      const names = Object.keys(results);
      const set = data ?? names.at(-1)!;
      const whole = Object.hasOwn(results, set) ? results[set]! : undefined;
      const of = (output === undefined ? whole : property(whole?.outputs, output)) ?? {};
      const value: unknown = Object.hasOwn(of, metric) ? property(of, metric) : undefined;
      return typeof value === "number" ? value : fail(names);
    },
    check(evaluated) {
      if (evaluated.length === 0 || (data !== undefined && !evaluated.includes(data))) fail(evaluated);
    },
  };
}
