import { check, finite, options, whole } from "../../check.ts";
import { OptionError } from "../../errors.ts";
import {
  type Average,
  type Averaged,
  averaged,
  averageRule,
  type Counts,
  checkAverage,
  countsOf,
  ratio,
} from "./classes.ts";
import { checkTargets, type Metric, metricName, type Outputs } from "./metric.ts";
import { confusion, ranks } from "./statistics.ts";

const threshold = finite;

/** Options of `precision`, `recall` and `f1`. */
export interface ClassMetricOptions<Name extends string, A extends Average> {
  /** What the result is found under. Default: the function's name. */
  name?: Name;
  /** How the values of the classes become one. Default "binary" where the network has one output that says yes or no, else "macro". */
  average?: A;
  /** Of outputs that say yes or no: those above it say yes. Default ½ where the network ends with a sigmoid, 0 where with scores. */
  threshold?: number;
}

/**
 * The share of samples whose label is among the k largest outputs, from 0 to 1; of equal outputs the first counts as the larger. Of
 * `topK(1)` it is the accuracy.
 *
 * @param k at least 1, at most the network's classes
 * @param given name: what the result is found under, default "top" and k
 * @throws OptionError where k or the name is not as said; when the network has fewer classes, as soon as it is measured
 * @example
 * import { topK } from "kobai";
 * (await net.evaluate(test, { metrics: [topK(5)] })).top5 <= 1; // true
 */
export function topK<const K extends number, const Name extends string = `top${K}`>(
  k: K,
  given?: { name?: Name },
): Metric<NoInfer<Name>, number> {
  check("topK", "k", k, whole());
  const { name = `top${k}` as Name } = options("topK", given, { name: metricName });
  return {
    name,
    measured(outputs) {
      checkTargets(name, outputs, "classes");
      if (k > outputs.count) {
        throw new OptionError(`${name}: k is ${k}, but the network has only ${outputs.count} classes`);
      }
      return {
        statistic: ranks(outputs),
        result: (totals, n) => totals.subarray(0, k).reduce((sum, count) => sum + count, 0) / n,
      };
    },
  };
}

/**
 * The share of outputs that are on the targets' side, from 0 to 1, where each output says yes or no.
 *
 * @param given threshold: outputs above it say yes, targets do above ½; default ½ where the network ends with a sigmoid, 0 where with
 * scores, and then it is the "accuracy"; name: default "binaryAccuracy"
 * @throws OptionError where an option is not as said
 * @example
 * import { binaryAccuracy } from "kobai";
 * binaryAccuracy({ threshold: 0.9 }).name; // "binaryAccuracy"
 */
export function binaryAccuracy<const Name extends string = "binaryAccuracy">(given?: {
  name?: Name;
  threshold?: number;
}): Metric<NoInfer<Name>, number> {
  const rules = { name: metricName, threshold };
  const { name = "binaryAccuracy" as Name, threshold: above } = options("binaryAccuracy", given, rules);
  return {
    name,
    measured(outputs) {
      checkTargets(name, outputs, "binary");
      return {
        statistic: confusion(outputs, above),
        result(totals, n) {
          let right = 0;
          for (let at = 0; at < totals.length; at += 4) right += totals[at]! + totals[at + 3]!;
          return right / (n * outputs.count);
        },
      };
    },
  };
}

/**
 * How often each class was taken for each: a row for each true class, a column for each predicted one, which is that of the largest output.
 * Where one output says yes or no, there are the classes 0 and 1.
 *
 * @param given threshold: of an output that says yes or no, as in `precision`; name: default "confusionMatrix"
 * `confusionMatrix` of `kobai/plot` is another function, which draws such counts of labels and predictions: who needs both in one file gives
 * one of them a name of its own there.
 *
 * @returns a metric whose result is counts [true][predicted]
 * @throws OptionError where an option is not as said; where several outputs each say yes or no, as soon as it is measured
 * @example
 * import { confusionMatrix } from "kobai";
 * (await net.evaluate(test, { metrics: [confusionMatrix()] })).confusionMatrix.length; // 10
 */
export function confusionMatrix<const Name extends string = "confusionMatrix">(given?: {
  name?: Name;
  threshold?: number;
}): Metric<NoInfer<Name>, number[][]> {
  const rules = { name: metricName, threshold };
  const { name = "confusionMatrix" as Name, threshold: above } = options("confusionMatrix", given, rules);
  return {
    name,
    measured(outputs) {
      checkTargets(name, outputs, "classes", "binary");
      checkThreshold(name, outputs, above);
      if (outputs.loss.targets === "binary" && outputs.count > 1) {
        throw new OptionError(
          `${name}: the network's ${outputs.count} outputs each say yes or no, so that there is no one matrix; ` +
            'ask for precision and recall with { average: "perClass" }',
        );
      }
      return {
        statistic: confusion(outputs, above),
        result: (totals) => tablesOf(totals, outputs)[0]!,
      };
    },
  };
}

/**
 * Precision: how many of the samples that were taken for a class are of it, from 0 to 1; 0 where none was taken for it.
 *
 * Classes are the network's outputs, of which the largest counts. Where each output says yes or no (`binaryCrossEntropy()`), they are no
 * and yes of one output, or of several outputs yes for each. As scikit-learn's `precision_score` with `labels` of all classes.
 *
 * @throws OptionError where an option is not as said; "binary" where there are not two classes, or a threshold where there are labels,
 * as soon as it is measured
 * @example
 * import { precision } from "kobai";
 * const metrics = [precision({ average: "perClass" })];
 * (await net.evaluate(test, { metrics })).precision; // the precisions of ten classes
 */
export function precision<const Name extends string = "precision", A extends Average = "macro">(
  given?: ClassMetricOptions<Name, A>,
): Metric<NoInfer<Name>, Averaged<A>> {
  return classMetric("precision", given, ({ right, taken }) => ratio(right, taken));
}

/**
 * Recall: how many of the samples of a class were taken for it, from 0 to 1; 0 where there are none. Else as `precision`.
 *
 * @throws OptionError as `precision` does
 * @example
 * import { recall } from "kobai";
 * (await net.evaluate(test, { metrics: [recall()] })).recall <= 1; // true
 */
export function recall<const Name extends string = "recall", A extends Average = "macro">(
  given?: ClassMetricOptions<Name, A>,
): Metric<NoInfer<Name>, Averaged<A>> {
  return classMetric("recall", given, ({ right, are }) => ratio(right, are));
}

/**
 * F1: the harmonic mean of precision and recall, from 0 to 1; 0 where there is nothing of a class, nor was anything taken for it. Else as
 * `precision`.
 *
 * @throws OptionError as `precision` does
 * @example
 * import { f1 } from "kobai";
 * const metrics = [f1(), f1({ average: "micro", name: "f1Micro" })];
 * (await net.evaluate(test, { metrics })).f1Micro <= 1; // true
 */
export function f1<const Name extends string = "f1", A extends Average = "macro">(
  given?: ClassMetricOptions<Name, A>,
): Metric<NoInfer<Name>, Averaged<A>> {
  return classMetric("f1", given, ({ right, taken, are }) => ratio(2 * right, taken + are));
}

function classMetric<Name extends string, A extends Average>(
  call: string,
  given: ClassMetricOptions<Name, A> | undefined,
  f: (counts: Counts) => number,
): Metric<NoInfer<Name>, Averaged<A>> {
  const rules = { name: metricName, average: averageRule, threshold };
  const { name = call as Name, average, threshold: above } = options(call, given, rules);
  return {
    name,
    measured(outputs) {
      checkTargets(name, outputs, "classes", "binary");
      checkThreshold(name, outputs, above);
      const isOne = outputs.loss.targets === "binary" && outputs.count === 1;
      const chosen = average ?? ((isOne ? "binary" : "macro") as A);
      checkAverage(name, chosen, outputs);
      return {
        statistic: confusion(outputs, above),
        result(totals) {
          const tables = tablesOf(totals, outputs);
          const classes =
            tables.length === 1 ? countsOf(tables[0]!) : tables.map((table) => countsOf(table)[1]!);
          const sum = (of: keyof Counts) => classes.reduce((total, counts) => total + counts[of], 0);
          return averaged(
            chosen,
            classes.map(f),
            classes.map(({ are }) => are),
            () => f({ right: sum("right"), taken: sum("taken"), are: sum("are") }),
          );
        },
      };
    },
  };
}

/** Counts [true][predicted]: of all classes, or of no and yes for each output. */
function tablesOf(totals: Float64Array, { loss, count }: Outputs): number[][][] {
  const [tables, classes] = loss.targets === "binary" ? [count, 2] : [1, count];
  return Array.from({ length: tables }, (_, table) =>
    Array.from({ length: classes }, (_, row) => {
      const at = (table * classes + row) * classes;
      return [...totals.subarray(at, at + classes)];
    }),
  );
}

function checkThreshold(name: string, { loss }: Outputs, threshold: number | undefined): void {
  if (threshold === undefined || loss.targets === "binary") return;
  throw new OptionError(
    `${name}: threshold is of outputs that each say yes or no; of classes the largest output counts: leave it out`,
  );
}
