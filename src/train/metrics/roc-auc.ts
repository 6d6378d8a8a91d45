import { options } from "../../check.ts";
import { type Average, type Averaged, averaged, averageRule, checkAverage } from "./classes.ts";
import { checkTargets, type Metric, metricName, type Outputs } from "./metric.ts";
import { scores } from "./statistics.ts";

/**
 * The area under the curve of true against false positives (ROC): how likely a sample of a class has a larger output for it than one that
 * is not of it, equal outputs counting half; from 0 to 1, where ½ is chance. NaN where all samples are of a class, or none.
 *
 * Of classes it is that of each against the rest, by their probabilities: where the network ends with scores, their softmax. Where
 * outputs say yes or no, that of each output. As scikit-learn's `roc_auc_score`, with `multi_class="ovr"`. All outputs are kept until the
 * end: 8 bytes for each, as long as the data set is measured.
 *
 * @param given average: how the classes' values become one, as in `precision`; default "binary" where there are two classes, else "macro";
 * of one output that says yes or no there is but one value; name: default "rocAuc"
 * @throws OptionError where an option is not as said; "binary" where there are not two classes, as soon as it is measured
 * @example
 * import { rocAuc } from "kobai";
 * rocAuc({ average: "macro" }).name; // "rocAuc"
 */
export function rocAuc<const Name extends string = "rocAuc", A extends Average = "macro">(given?: {
  name?: Name;
  average?: A;
}): Metric<NoInfer<Name>, Averaged<A>> {
  const rules = { name: metricName, average: averageRule };
  const { name = "rocAuc" as Name, average } = options("rocAuc", given, rules);
  return {
    name,
    measured(outputs) {
      checkTargets(name, outputs, "classes", "binary");
      const { loss, count } = outputs;
      const isOne = loss.targets === "binary" && count === 1;
      const chosen = average ?? ((loss.targets === "classes" && count === 2 ? "binary" : "macro") as A);
      checkAverage(name, chosen, outputs);
      return {
        statistic: scores(outputs),
        result(totals) {
          const classes = Array.from({ length: count }, (_, c) => sidesOf(totals, outputs, c));
          const values = classes.map(area);
          const average = isOne && chosen === "binary" ? "macro" : chosen;
          return averaged(
            average,
            values,
            classes.map(({ yes }) => yes.length),
            () =>
              area({ yes: joined(classes.map(({ yes }) => yes)), no: joined(classes.map(({ no }) => no)) }),
          ) as Averaged<A>;
        },
      };
    },
  };
}

/** The outputs for samples that are of a class, and for those that are not. */
interface Sides {
  readonly yes: Float64Array;
  readonly no: Float64Array;
}

/** @param totals samples, then for each its outputs and its label, or 0 or 1 for each output */
function sidesOf(totals: Float64Array, { loss, count }: Outputs, c: number): Sides {
  const width = loss.targets === "binary" ? 2 * count : count + 1;
  const yes: number[] = [];
  const no: number[] = [];
  for (let at = 1; at < totals.length; at += width) {
    const isOf = loss.targets === "binary" ? totals[at + count + c] === 1 : totals[at + count] === c;
    (isOf ? yes : no).push(totals[at + c]!);
  }
  return { yes: Float64Array.from(yes), no: Float64Array.from(no) };
}

/** How many of all pairs of a yes and a no have the larger output at the yes, equal ones counting half (Mann and Whitney 1947). */
function area({ yes, no }: Sides): number {
  if ([yes, no].some((side) => side.length === 0 || side.some(Number.isNaN))) return Number.NaN;
  yes.sort();
  no.sort();
  let [below, upTo, pairs] = [0, 0, 0];
  for (const score of yes) {
    while (below < no.length && no[below]! < score) below++;
    while (upTo < no.length && no[upTo]! <= score) upTo++;
    pairs += (below + upTo) / 2;
  }
  return pairs / yes.length / no.length;
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
