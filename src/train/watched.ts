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
  const of = output === undefined ? "" : ` of the output ${show(output)}`;
  const set = data === undefined ? "a data set" : show(data);
  const missing = `${call}: there is no number ${show(metric)}${of} of ${set} among what fit `;
  /** The results that it is among. */
  const results = ({ results }: EvaluationRecord): Readonly<Record<string, unknown>> => {
    const name = data ?? Object.keys(results).at(-1)!;
    const whole = Object.hasOwn(results, name) ? results[name]! : undefined;
    return ((output === undefined ? whole : property(whole?.outputs, output)) ?? {}) as Record<
      string,
      unknown
    >;
  };
  const number = (among: Readonly<Record<string, unknown>>) =>
    Object.hasOwn(among, metric) ? among[metric] : undefined;
  return {
    metric,
    mode: better!,
    of(record) {
      const value = number(results(record));
      if (typeof value === "number") return value;
      throw new OptionError(`${missing}measures: ${show(value)} is no number to go by`);
    },
    check(expected) {
      const among = results(expected);
      const value = number(among);
      if (typeof value === "number" && !Number.isNaN(value)) return;
      const sets = Object.keys(expected.results);
      const measured = Object.keys(among).filter((name) => among[name] === 0);
      throw new OptionError(
        measured.length === 0
          ? `${missing}evaluates (${sets.join(", ") || "nothing"}); see its option evaluate`
          : `${missing}measures (${measured.join(", ")}): add it to evaluate.metrics, or go by one of these with { metric }`,
      );
    },
  };
}
