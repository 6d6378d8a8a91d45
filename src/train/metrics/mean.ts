import { Op } from "../../../assembly/isa/index.ts";
import { AccumulateArg } from "../../../assembly/isa/run.ts";
import { instruction } from "../../runtime/instructions.ts";
import { lossOf } from "../core.ts";
import type { Mean, Measurement } from "./metric.ts";

/** The mean over all samples of what is one over a batch's: of a loss, or of what a user's function makes. */
export function meanOfBatches(mean: Mean): Measurement<number> {
  return {
    statistic: {
      key: mean.forward,
      length: () => 1,
      value: ({ output, t }) => lossOf(mean, output, t),
      add(composer, { built, totals, value, m }) {
        composer.push(
          instruction<AccumulateArg>(Op.accumulate, built.output.dtype, {
            [AccumulateArg.out]: totals,
            [AccumulateArg.a]: value,
            [AccumulateArg.weight]: m,
          }),
        );
      },
      mean,
    },
    result: ([total], n) => total! / n,
  };
}
