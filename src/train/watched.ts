// The one number of an evaluation that a callback or a schedule goes by.

import { check, name, oneOf, property, type Rule, show } from "../check.ts";
import { OptionError } from "../errors.ts";
import type { FitRun } from "./callbacks/callback.ts";
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

/** The names of the metrics that a fit measures, of several outputs by the output. */
export type MeasuredNames = readonly string[] | Readonly<Record<string, readonly string[]>>;

/** What a fit measures, and on what. */
export type Evaluated = Pick<FitRun, "evaluated" | "metrics">;

export interface Watched {
  readonly metric: string;
  readonly mode: "min" | "max";
  /** @throws OptionError where it is no number */
  of(record: EvaluationRecord): number;
  /** @throws OptionError where a fit does not measure it */
  check(by: Evaluated): void;
}

/** @throws OptionError where it is not known which is better */
export function watched(call: string, { data, output, metric = "loss", mode }: WatchedOptions): Watched {
  const better = mode ?? (Object.hasOwn(known, metric) ? known[metric] : undefined);
  check(call, `mode, for ${show(metric)},`, better, watchedRules.mode);
  const which = `${show(metric)}${output === undefined ? "" : ` of the output ${show(output)}`} of ${data === undefined ? "a data set" : show(data)}`;
  return {
    metric,
    mode: better!,
    of({ results }) {
      const whole = results[data ?? Object.keys(results).at(-1)!];
      const value = property(output === undefined ? whole : property(whole?.outputs, output), metric);
      if (typeof value === "number") return value;
      throw new OptionError(`${call}: ${which} is ${show(value)}, no number to go by`);
    },
    check({ evaluated, metrics }) {
      const fail = (what: string) => {
        throw new OptionError(`${call}: there is no number ${which} among what fit ${what}`);
      };
      if (evaluated.length === 0 || (data !== undefined && !evaluated.includes(data))) {
        fail(`evaluates (${evaluated.join(", ") || "nothing"}); see its option evaluate`);
      }
      const names = namesOf(metrics, output);
      if (names.includes(metric)) return;
      fail(
        `measures (${names.join(", ") || "none"}): add it to evaluate.metrics, or give the metric to go by`,
      );
    },
  };
}

/** Those of an output, or of the whole: of several outputs that is the loss, where each has one. */
function namesOf(metrics: MeasuredNames, output: string | undefined): readonly string[] {
  const isOne = Array.isArray(metrics);
  if (output !== undefined) return (!isOne && (property(metrics, output) as readonly string[])) || [];
  if (isOne) return metrics;
  return Object.values(metrics).every((own) => own.includes("loss")) ? ["loss"] : [];
}
