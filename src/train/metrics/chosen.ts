// Which metrics a call measures, and those that are asked for by name.

import { Op } from "../../../assembly/isa/index.ts";
import { callback, property, show } from "../../check.ts";
import { OptionError } from "../../errors.ts";
import type { Shape } from "../../graph/value.ts";
import type { Loss } from "../../nn/losses.ts";
import { size } from "../../tensor.ts";
import { counted } from "./counted.ts";
import { meanOfBatches } from "./mean.ts";
import { checkTargets, type Measured, type Metric, type MetricName } from "./metric.ts";

/** The share of samples, or of outputs that say yes or no, that are right. */
const accuracy: Metric = {
  name: "accuracy",
  measured(outputs) {
    checkTargets("accuracy", outputs, "classes", "binary");
    return {
      statistic: counted(Op.accuracy, () => 1, outputs.loss.targets === "binary" ? undefined : null),
      result: ([right], n) => right! / n,
    };
  },
};

/**
 * What to measure, and how: what was asked for, else all that there is to the loss's targets.
 *
 * @param option how messages name the option
 * @throws OptionError for an empty list, an unknown metric or one that such outputs or targets do not have, or where two have one name
 */
export function chosenMetrics(
  option: string,
  outputShape: Shape,
  loss: Loss,
  asked: readonly (MetricName | Metric)[] = loss.targets === "values" ? ["loss"] : ["loss", "accuracy"],
): Measured {
  const named: Record<MetricName, Metric> = {
    loss: { name: "loss", measured: () => meanOfBatches(loss) },
    accuracy,
  };
  const metrics: Metric[] = Array.from<MetricName | Metric, Metric>(
    Array.isArray(asked) ? asked : [],
    (each) => (each === "loss" || each === "accuracy" ? named[each] : each),
  );
  const isMetric = (each: Metric) => callback[0](property(each, "measured"));
  const names = new Set(metrics.map((each) => property(each, "name")));
  if (metrics.length === 0 || names.size < metrics.length || !metrics.every(isMetric)) {
    throw new OptionError(
      `${option} must be a list of "loss", "accuracy" and metrics such as topK(5), of different names ({ name }); got ${show(asked)}`,
    );
  }
  const outputs = { option, loss, count: size(outputShape) };
  return metrics.map((metric) => ({ name: metric.name, ...metric.measured(outputs) }));
}
