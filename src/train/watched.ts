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
  /** @param expected with 0 for each number that the fit measures @throws OptionError where this is none of them */
  check(expected: EvaluationRecord): void;
}

/** @throws OptionError where it is not known which is better */
export function watched(call: string, { data, output, metric = "loss", mode }: WatchedOptions): Watched {
  const better = mode ?? (Object.hasOwn(known, metric) ? known[metric] : undefined);
  check(call, `mode, for ${show(metric)},`, better, watchedRules.mode);
  const which = `${show(metric)}${output === undefined ? "" : ` of the output ${show(output)}`} of ${data === undefined ? "a data set" : show(data)}`;
  const isMeasured = (value: unknown) => typeof value === "number" && !Number.isNaN(value);
  /** The results that it should be among. */
  const resultsOf = ({ results }: EvaluationRecord): Readonly<Record<string, unknown>> => {
    const set = data ?? Object.keys(results).at(-1)!;
    const whole = Object.hasOwn(results, set) ? results[set]! : undefined;
    return ((output === undefined ? whole : property(whole?.outputs, output)) ?? {}) as Record<
      string,
      unknown
    >;
  };
  const find = (record: EvaluationRecord, fits: (value: unknown) => boolean): number => {
    const results = resultsOf(record);
    const value = Object.hasOwn(results, metric) ? results[metric] : undefined;
    if (fits(value)) return value as number;
    if (typeof value === "object")
      throw new OptionError(`${call}: ${which} is ${show(value)}, no number to go by`);
    const measured = Object.keys(results).filter((name) => isMeasured(results[name]));
    throw new OptionError(
      `${call}: there is no number ${which} among what fit ${
        measured.length > 0
          ? `measures (${measured.join(", ")}): add it to evaluate.metrics, or give the metric to go by`
          : `evaluates (${Object.keys(record.results).join(", ") || "nothing"}); see its option evaluate`
      }`,
    );
  };
  return {
    metric,
    mode: better!,
    of: (record) => find(record, (value) => typeof value === "number"),
    check: (expected) => void find(expected, isMeasured),
  };
}
