import { callback, check } from "../../check.ts";
import { type Loss, meanOverSamples } from "../../nn/losses.ts";
import { checkIsMean } from "../mean-check.ts";
import { meanOfBatches } from "./mean.ts";
import { type Metric, metricName } from "./metric.ts";

/**
 * A metric of one's own: a function of ops that returns a scalar, the mean over the samples of the batch that it is given. A data set is
 * taken in parts, whose means are averaged.
 *
 * @param name what the result is found under
 * @param forward as that of a loss: the outputs [batch, …] and the targets, int32 [batch] for labels, else of the outputs' shape
 * @throws OptionError where the name is no text, or that of a result that there is anyway (loss, accuracy), or `forward` no function; where what it returns is no mean over samples, as soon as it is
 * measured
 * @example
 * // Labels are whole numbers, and ops calculate with floats: `oneHot` makes rows of both, here of the outputs' largest and of the labels.
 * import { metric } from "kobai";
 * import { argmax, mean, multiply, oneHot, sum } from "kobai/ops";
 * const right = metric("right", (y, t) => {
 *   const [taken, labels] = [argmax(y), t].map((classes) => oneHot(classes, 10, { dtype: y.dtype }));
 *   return mean(sum(multiply(taken, labels), { axis: 1 }));
 * });
 * const both = await net.evaluate(test, { metrics: [right, "accuracy"] });
 * Math.abs(both.right - both.accuracy) < 1e-6; // true
 * @example
 * import { dense, meanSquaredError, metric, sequential, tensor } from "kobai";
 * import { mean, sqrt, subtract, multiply } from "kobai/ops";
 * const distance = metric("distance", (y, t) => {
 *   const difference = subtract(y, t);
 *   return mean(sqrt(multiply(difference, difference)));
 * });
 * const net = sequential([dense(1)], { input: [2], seed: 1 });
 * const data = { x: tensor([[0, 0], [0, 0]]), t: tensor([[3], [1]]) };
 * (await net.evaluate(data, { loss: meanSquaredError(), metrics: [distance] })).distance; // 2
 */
export function metric<const Name extends string>(
  name: Name,
  forward: Loss["forward"],
): Metric<NoInfer<Name>, number> {
  check("metric", "name", name, metricName);
  check("metric", "forward", forward, callback);
  return {
    name,
    measured: () => meanOfBatches({ name, forward, [meanOverSamples]: checkIsMean }),
  };
}
