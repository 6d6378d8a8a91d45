// What several metrics are made of, each by a kernel of its own (assembly/metric/metrics.ts).

import { ExtensionOp } from "../../../assembly/isa/index.ts";
import { softmax } from "../../graph/ops/softmax.ts";
import { endsWith } from "../../nn/losses.ts";
import { extension } from "../../runtime/extension.ts";
import { counted } from "./counted.ts";
import type { Outputs, Statistic } from "./metric.ts";

const countConfusion = /* @__PURE__ */ extension(ExtensionOp.countConfusion);
const countRanks = /* @__PURE__ */ extension(ExtensionOp.countRanks);
const collectScores = /* @__PURE__ */ extension(ExtensionOp.collectScores);
const addErrors = /* @__PURE__ */ extension(ExtensionOp.addErrors);

/** Tables [true, predicted] in a row: one of all classes, or one of no and yes for each output. */
export function confusion({ loss, count }: Outputs, threshold?: number): Statistic {
  return loss.targets === "binary"
    ? counted(countConfusion, () => 4 * count, threshold)
    : counted(countConfusion, () => count * count, null);
}

/** How many labels' outputs are the largest of their sample, the second, … */
export const ranks = ({ count }: Outputs): Statistic => counted(countRanks, () => count, null);

/** All outputs, as probabilities where they are of classes, with what they should be: samples, then a row for each. */
export function scores({ loss, count }: Outputs): Statistic {
  return loss.targets === "binary"
    ? counted(collectScores, (n) => 1 + n * 2 * count, undefined)
    : counted(
        collectScores,
        (n) => 1 + n * (count + 1),
        null,
        // Scores of different samples can be compared only where each sample's have one sum.
        ({ output }) => (endsWith("softmax", output) ? output : softmax(output)),
      );
}

/** For each output: samples, Σ |y − t|, Σ (y − t)², the first t, the mean of all less that one, Σ (t − mean)². */
export const errors = ({ count }: Outputs): Statistic => counted(addErrors, () => 6 * count, null);
