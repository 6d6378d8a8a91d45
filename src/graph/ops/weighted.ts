// A loss whose samples count differently.

import { apply, isOne, type Node, type Operation, type Value } from "../value.ts";
import { multiply, scale } from "./elementwise.ts";
import { mean } from "./reduce.ts";
import { reshape } from "./reshape.ts";

/** The ops that make a loss, its gradient by the first input, and each row's loss. */
const lossOps = ["softmaxCrossEntropy", "sumSquaredError", "binaryCrossEntropy"];

/** Its inputs: the weighted mean, whose value it has; what the loss is of, and what the loss op made of its gradient; the weights. */
const weightedLoss: Operation<undefined> = {
  name: "weightedLoss",
  view: true,
  infer: ([value]) => [{ shape: [], dtype: value!.dtype }],
  gradient(node, upstream) {
    const [, , own, w] = node.inputs as [Value, Value, Value, Value];
    const perRow = reshape(w, [w.shape[0]!, ...own.shape.slice(1).map(() => 1)]);
    const gradient = multiply(own, perRow);
    return [undefined, isOne(upstream) ? gradient : multiply(gradient, upstream), undefined, undefined];
  },
  emit() {},
};

/**
 * Σ wᵢ·lᵢ / m over the m rows of a batch, where the loss is the mean of the rows' lᵢ; undefined where it is no loss of kobai's, or a multiple of
 * one, so that nobody knows the rows'.
 *
 * @param loss a scalar @param w [m], of its dtype
 */
export function weighted(loss: Value, w: Value): Value | undefined {
  const { operation, inputs, outputs, attributes } = loss.node as Node<{ factor: number }>;
  if (operation.name === "scale") {
    const inner = weighted(inputs[0]!, w);
    return inner && scale(inner, attributes.factor);
  }
  if (!lossOps.includes(operation.name)) return undefined;
  const [, own, rows] = outputs as [Value, Value, Value];
  return apply(weightedLoss, [mean(multiply(rows, w)), inputs[0]!, own, w], undefined);
}
