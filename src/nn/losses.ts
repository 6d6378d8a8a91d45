import * as ops from "../graph/ops/loss.ts";
import { softmaxOperation } from "../graph/ops/softmax.ts";
import type { Operation, Value } from "../graph/value.ts";

/** What training makes small. */
export interface Loss {
  readonly name: string;
  /** What the targets are: class labels (indices or one-hot rows), or values of the output's shape. */
  readonly targets: "classes" | "values";
  /**
   * The loss as a scalar.
   * @param output [batch, …] @param target int32 [batch], or [batch, classes], for classes; the output's shape for values
   */
  forward(output: Value, target: Value): Value;
}

/**
 * A loss of one's own: a function of ops that returns a scalar.
 *
 * @param targets "values" (default): targets have the output's shape; "classes": labels
 * @example
 * ```ts
 * import { loss } from "kobai";
 * import { mean, multiply, subtract } from "kobai/ops";
 * const meanSquaredError = () =>
 *   loss("meanSquaredError", (y, t) => mean(multiply(subtract(y, t), subtract(y, t))));
 * ```
 */
export function loss(name: string, forward: Loss["forward"], targets: Loss["targets"] = "values"): Loss {
  return { name, targets, forward };
}

/**
 * Softmax with cross-entropy, the mean over the batch (book 4.2.4 and 5.6.3).
 *
 * It takes the scores before the softmax (logits). Where a network ends with `softmax()`, it looks through that layer: both ways of
 * writing are the same loss and the same bits.
 *
 * @example crossEntropy().targets; // "classes"
 */
export function crossEntropy(): Loss {
  return theCrossEntropy;
}

// One object each, since a network keeps its programs by the loss that they were made for.
const theCrossEntropy = loss(
  "crossEntropy",
  (output, target) => {
    const { operation, inputs } = output.node;
    const logits = operation === (softmaxOperation as Operation<never>) ? inputs[0]! : output;
    return ops.softmaxCrossEntropy(logits, target);
  },
  "classes",
);
const theSumSquaredError = /* @__PURE__ */ loss("sumSquaredError", ops.sumSquaredError);

/**
 * The sum of squared errors ½·Σ (y − t)², the mean over the batch (book 4.2.1).
 *
 * @example sumSquaredError().targets; // "values"
 */
export function sumSquaredError(): Loss {
  return theSumSquaredError;
}
