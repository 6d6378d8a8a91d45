// What a metric is: a statistic that a program adds up over a data set's batches, and what follows from it at the end.

import { name as nameRule, type Rule } from "../../check.ts";
import { OptionError } from "../../errors.ts";
import type { Value } from "../../graph/value.ts";
import type { Loss, meanOverSamples } from "../../nn/losses.ts";
import type { Composer } from "../../runtime/composer.ts";
import type { Pair } from "../core.ts";
import type { checkIsMean } from "../mean-check.ts";

/** What a metric gives. Plain data: it can be written as JSON. */
export type MetricResult = number | readonly number[] | readonly (readonly number[])[];

/** A metric of a data set, such as `topK(5)` makes it; its result is found under its name. */
export interface Metric<Name extends string = string, Result extends MetricResult = MetricResult> {
  readonly name: Name;
  /**
   * How it is measured.
   *
   * @internal
   * @throws OptionError where the outputs or the targets are not what it takes
   */
  measured(of: Outputs): Measurement<Result>;
}

/** What a metric's result may be found under: not what results have anyway. */
export const metricName: Rule = [
  (value) => nameRule[0](value) && !["loss", "accuracy", "outputs"].includes(value as string),
  "1 to 100 printable characters, and not loss, accuracy or outputs, which results have already",
];

/** The metrics that are asked for by name. */
export type MetricName = "loss" | "accuracy";

/** The results of metrics, by name. */
export type ResultsOf<M extends readonly unknown[]> = {
  readonly [Each in M[number] as Each extends Metric<infer Name> ? Name : never]: Each extends Metric<
    string,
    infer Result
  >
    ? Result
    : never;
};

/** What a network gives, and what its targets are. */
export interface Outputs {
  /** how messages name the call's list of metrics */
  readonly option: string;
  readonly loss: Loss;
  /** numbers of a sample */
  readonly count: number;
}

export interface Measurement<Result extends MetricResult = MetricResult> {
  readonly statistic: Statistic;
  /** @param totals the statistic's, of all `n` samples */
  result(totals: Float64Array, n: number): Result;
}

/** How the metrics of a call are measured. */
export type Measured = readonly (Measurement & { readonly name: string })[];

/** Numbers that are added up over the batches of a data set, for one metric or several. */
export interface Statistic {
  /** those of one key are one */
  readonly key: unknown;
  /** how many float64 */
  length(n: number): number;
  /** what it reads of a batch's graph */
  value(built: Pair): Value;
  /** Writes the instruction that adds a batch's share. */
  add(composer: Composer, batch: Batch): void;
  /** what must be a mean over samples */
  readonly mean?: Mean;
}

/** A loss or a metric that is one number for a batch. */
export type Mean = Pick<Loss, "name" | "forward"> & {
  readonly [meanOverSamples]?: true | typeof checkIsMean;
};

/** A batch of `m` samples: where lie the totals, the statistic's value and the targets. */
export interface Batch {
  readonly built: Pair;
  readonly totals: number;
  readonly value: number;
  readonly targets: number;
  readonly m: number;
}

/** @throws OptionError where a metric is not for targets such as the loss's */
export function checkTargets(
  name: string,
  { option, loss }: Outputs,
  ...kinds: readonly Loss["targets"][]
): void {
  if (kinds.includes(loss.targets)) return;
  throw new OptionError(
    `${option} has "${name}", for targets that are ${kinds.join(" or ")}; those of ${loss.name} are ${loss.targets}: ` +
      "leave it out, or give a loss of such targets",
  );
}
