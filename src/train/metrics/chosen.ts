// Which metrics a call measures, and those that are asked for by name.

import { Op } from "../../../assembly/isa/index.ts";
import { callback, property, show } from "../../check.ts";
import { OptionError } from "../../errors.ts";
import type { Loss } from "../../nn/losses.ts";
import { counted } from "./counted.ts";
import { meanOfBatches } from "./mean.ts";
import type { Metric, MetricName } from "./metric.ts";

const accuracy: Metric = {
  name: "accuracy",
  targets: ["classes", "binary"],
  measured: ({ kind }) => ({
    statistic: counted(Op.accuracy, () => 1, kind === "binary" ? undefined : null),
    result: ([right], n) => right! / n,
  }),
};

/**
 * What to measure: what was asked for, else all that there is to the loss's targets.
 *
 * @param option how messages name the option
 * @throws OptionError for an empty list, an unknown metric, one that such targets do not have, or two of one name
 */
export function chosenMetrics(
  option: string,
  loss: Loss,
  asked: readonly (MetricName | Metric)[] | undefined,
): readonly Metric[] {
  const { targets } = loss;
  const known: Readonly<Record<MetricName, Metric>> = {
    loss: { name: "loss", targets: ["classes", "binary", "values"], measured: () => meanOfBatches(loss) },
    accuracy,
  };
  if (asked === undefined) return Object.values(known).filter((each) => each.targets.includes(targets));
  const list: unknown[] = Array.isArray(asked) ? Array.from(asked) : [];
  const metrics = list.map((each) => (each === "loss" || each === "accuracy" ? known[each] : each) as Metric);
  if (metrics.length === 0 || !metrics.every((each) => callback[0](property(each, "measured")))) {
    throw new OptionError(
      `${option} must be a list of "loss", "accuracy" and metrics such as topK(5); got ${show(asked)}`,
    );
  }
  for (const [index, { name, targets: kinds }] of metrics.entries()) {
    if (!kinds.includes(targets)) {
      throw new OptionError(
        `${option} has ${show(name)}, for targets that are ${kinds.join(" or ")}; those of ${loss.name} are ${targets}: ` +
          "leave it out, or give a loss of such targets",
      );
    }
    if (metrics.findIndex((each) => each.name === name) < index) {
      throw new OptionError(`${option} has two metrics called ${show(name)}: give one another { name }`);
    }
  }
  return metrics;
}
