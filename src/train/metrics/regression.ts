import { options } from "../../check.ts";
import { checkTargets, type Metric, metricName } from "./metric.ts";
import { errors } from "./statistics.ts";

/** Of one output, over all samples. */
interface Errors {
  readonly samples: number;
  /** Σ |y − t| */
  readonly absolute: number;
  /** Σ (y − t)² */
  readonly squared: number;
  /** Σ (t − mean of t)² */
  readonly spread: number;
}

/**
 * The mean absolute error |y − t|, over all outputs and samples, in the targets' unit. Summed in float64, as all errors are.
 *
 * @param given name: what the result is found under, default "mae"
 * @throws OptionError where the name is no text
 * @example
 * import { mae } from "kobai";
 * mae().name; // "mae"
 */
export function mae<const Name extends string = "mae">(given?: {
  name?: Name;
}): Metric<NoInfer<Name>, number> {
  return errorMetric(
    "mae",
    given,
    meanOf(({ absolute, samples }) => absolute / samples),
  );
}

/**
 * The mean squared error (y − t)², over all outputs and samples.
 *
 * @param given name: default "mse"
 * @throws OptionError where the name is no text
 * @example
 * import { mse } from "kobai";
 * mse().name; // "mse"
 */
export function mse<const Name extends string = "mse">(given?: {
  name?: Name;
}): Metric<NoInfer<Name>, number> {
  return errorMetric("mse", given, meanSquare);
}

/**
 * The root of the mean squared error over all outputs and samples, in the targets' unit.
 *
 * @param given name: default "rmse"
 * @throws OptionError where the name is no text
 * @example
 * import { rmse } from "kobai";
 * rmse().name; // "rmse"
 */
export function rmse<const Name extends string = "rmse">(given?: {
  name?: Name;
}): Metric<NoInfer<Name>, number> {
  return errorMetric("rmse", given, (outputs) => Math.sqrt(meanSquare(outputs)));
}

/**
 * The coefficient of determination R² = 1 − Σ (y − t)² / Σ (t − t̄)²: 1 for outputs that are the targets, 0 for their mean, without lower
 * bound; of several outputs the mean of each one's, as scikit-learn's `r2_score` has it. Where targets do not vary, 1 if the outputs
 * are right, else 0. NaN for one sample.
 *
 * @param given name: default "r2"
 * @throws OptionError where the name is no text
 * @example
 * import { dense, meanSquaredError, r2, sequential, tensor } from "kobai";
 * const data = { x: tensor([[1], [2], [3]]), t: tensor([[2], [4], [6]]) };
 * const line = sequential([dense(1)], { input: [1] });
 * line.load({ "dense1.weight": tensor([[2]]), "dense1.bias": tensor([0]) });
 * (await line.evaluate(data, { loss: meanSquaredError(), metrics: [r2()] })).r2; // 1
 */
export function r2<const Name extends string = "r2">(given?: { name?: Name }): Metric<NoInfer<Name>, number> {
  return errorMetric("r2", given, meanOf(determination));
}

function determination({ samples, squared, spread }: Errors): number {
  if (samples < 2) return Number.NaN;
  if (spread === 0) return squared === 0 ? 1 : 0;
  return 1 - squared / spread;
}

const meanSquare = meanOf(({ squared, samples }) => squared / samples);

function meanOf(f: (output: Errors) => number): (outputs: readonly Errors[]) => number {
  return (outputs) => outputs.reduce((sum, output) => sum + f(output), 0) / outputs.length;
}

function errorMetric<Name extends string>(
  call: string,
  given: { name?: Name } | undefined,
  f: (outputs: readonly Errors[]) => number,
): Metric<NoInfer<Name>, number> {
  const { name = call as Name } = options(call, given, { name: metricName });
  return {
    name,
    measured(outputs) {
      checkTargets(name, outputs, "values", "binary");
      return {
        statistic: errors(outputs),
        result(totals) {
          const each = Array.from({ length: outputs.count }, (_, j) => {
            const [samples, absolute, squared, , , spread] = totals.subarray(6 * j) as unknown as number[];
            return { samples, absolute, squared, spread } as Errors;
          });
          return f(each);
        },
      };
    },
  };
}
