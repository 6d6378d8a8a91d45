import type { Op } from "../../../assembly/isa/index.ts";
import { MetricArg } from "../../../assembly/isa/metric.ts";
import { instruction } from "../../runtime/instructions.ts";
import { size } from "../../tensor.ts";
import { factor } from "../given-inputs.ts";
import { thresholdOf } from "../targets.ts";
import type { Statistic } from "./metric.ts";

/**
 * A statistic that one kernel adds up.
 *
 * @param threshold what outputs that each say yes or no are compared with; undefined is ½ for a probability, 0 for a score; null where
 * nothing is compared
 */
export function counted(
  op: Op,
  length: Statistic["length"],
  threshold: number | undefined | null,
  value: Statistic["value"] = ({ output }) => output,
): Statistic {
  return {
    key: `${op} ${threshold}`,
    length,
    value,
    add(composer, { built, totals, value, targets, m }) {
      const { output, t } = built;
      composer.push(
        instruction<MetricArg>(op, output.dtype, {
          [MetricArg.totals]: totals,
          [MetricArg.outputs]: value,
          [MetricArg.targets]: targets,
          [MetricArg.oneHot]: t.dtype === "int32" ? 0 : 1,
          [MetricArg.m]: m,
          [MetricArg.n]: size(output.shape.slice(1)),
          [MetricArg.threshold]: threshold === null ? 0 : factor(composer, threshold ?? thresholdOf(output)),
        }),
      );
    },
  };
}
