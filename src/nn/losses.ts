import { callback, check, name as nameRule, oneOf, property, type Rule } from "../check.ts";
import { scale } from "../graph/ops/elementwise.ts";
import * as ops from "../graph/ops/loss.ts";
import { reshape, rootOf } from "../graph/ops/reshape.ts";
import { isOf, type Value } from "../graph/value.ts";
import { size } from "../tensor.ts";
import { checkIsMean } from "../train/mean-check.ts";

/** What training makes small. */
export interface Loss {
  readonly name: string;
  /**
   * What the targets are: "classes": labels (indices, or rows that are one-hot or any distribution); "binary": numbers from 0 to 1 of
   * the output's shape, or labels 0 and 1 for a single output; "values": any numbers of the output's shape.
   */
  readonly targets: "classes" | "binary" | "values";
  /**
   * The loss as a scalar.
   * @param output [batch, …] @param target int32 [batch], or [batch, classes], for classes; the output's shape for values
   */
  forward(output: Value, target: Value): Value;
}

/**
 * A loss of one's own: a function of ops that returns a scalar.
 *
 * It should be a mean over the samples of the batch, as kobai's own are: `evaluate` takes a data set in parts and averages their losses.
 * One that is not, such as a sum, can be trained with, and `net.loss` gives it for one batch; `evaluate` refuses it.
 *
 * @param targets "values" (default): targets have the output's shape; "classes": labels; "binary": numbers from 0 to 1, whose accuracy
 *   compares the output with ½ where the network ends with the op `sigmoid`, and else with 0
 * @throws OptionError where the name is no text, `forward` no function, or there are no such targets
 * @example
 * ```ts
 * import { loss } from "kobai";
 * import { mean, multiply, subtract } from "kobai/ops";
 * const squaredError = () =>
 *   loss("squaredError", (y, t) => mean(multiply(subtract(y, t), subtract(y, t))));
 * ```
 */
export function loss(name: string, forward: Loss["forward"], targets: Loss["targets"] = "values"): Loss {
  check("loss", "name", name, nameRule);
  check("loss", "forward", forward, callback);
  check("loss", "targets", targets, targetsRule);
  return { name, targets, forward, [meanOverSamples]: checkIsMean } as Loss;
}

/**
 * Softmax with cross-entropy −Σ t·log softmax(y), the mean over the batch (`CrossEntropyLoss` of PyTorch; book 4.2.4 and 5.6.3).
 *
 * It takes the scores before the softmax (logits). Where a network ends with `softmax()`, it looks through that layer, also where
 * `flatten()` follows it: both ways of writing are the same loss and the same bits.
 *
 * @example crossEntropy().targets; // "classes"
 */
export function crossEntropy(): Loss {
  return theCrossEntropy;
}

const targetsRule = oneOf("values", "classes", "binary");

/** Whether something is a loss. */
export const lossRule: Rule = [
  (value) => callback[0](property(value, "forward")) && targetsRule[0](property(value, "targets")),
  "a loss, such as crossEntropy()",
];

/** Where a loss has `true` if it is known to be a mean over samples, or else what finds that out. */
export const meanOverSamples = Symbol("mean over samples");

/** One of kobai's own. */
// @__NO_SIDE_EFFECTS__ (a loss that a page does not use is left out of its bundle)
function ownLoss(name: string, forward: Loss["forward"], targets: Loss["targets"]): Loss {
  return { name, targets, forward, [meanOverSamples]: true } as Loss;
}

// One object each, since a network keeps its programs by the loss that they were made for.
const theCrossEntropy = ownLoss(
  "crossEntropy",
  (output, target) => ops.softmaxCrossEntropy(behind("softmax", output), target),
  "classes",
);
const theSumSquaredError = ownLoss("sumSquaredError", ops.sumSquaredError, "values");

/**
 * The sum of squared errors ½·Σ (y − t)², the mean over the batch (book 4.2.1).
 *
 * @example sumSquaredError().targets; // "values"
 */
export function sumSquaredError(): Loss {
  return theSumSquaredError;
}

const theMeanSquaredError = ownLoss(
  "meanSquaredError",
  (y, t) => scale(ops.sumSquaredError(y, t), 2 / size(y.shape.slice(1))),
  "values",
);

/**
 * The mean of squared errors (y − t)² over all outputs and the batch, as PyTorch and Keras have it; 2/n times `sumSquaredError()` for n
 * outputs.
 *
 * @example meanSquaredError().targets; // "values"
 */
export function meanSquaredError(): Loss {
  return theMeanSquaredError;
}

const theBinaryCrossEntropy = ownLoss(
  "binaryCrossEntropy",
  (output, target) => ops.binaryCrossEntropy(behind("sigmoid", output), target),
  "binary",
);

/**
 * Binary cross-entropy −t·log σ(y) − (1 − t)·log(1 − σ(y)), the mean over all outputs and the batch (`BCEWithLogitsLoss` of PyTorch): for one output that says yes or no, or several that do so apart.
 *
 * It takes the scores before the sigmoid (logits). Where a network ends with `sigmoid()`, it looks through that layer, also where
 * `flatten()` follows it: both ways of writing are the same loss and the same bits. Accuracy is the share of outputs on the targets'
 * side: an output is compared with ½ where the network ends with the op `sigmoid`, in kobai's layer or one of your own, else, as a score,
 * with 0.
 *
 * @example
 * ```ts
 * import { adam, binaryCrossEntropy, dense, he, init, relu, sequential, sigmoid, tensor } from "kobai";
 * await init();
 * const data = { x: tensor([[0, 0], [0, 1], [1, 0], [1, 1]]), t: tensor(new Uint8Array([0, 1, 1, 0])) };
 * const net = sequential([dense(16, { weight: he() }), relu(), dense(1), sigmoid()], { input: [2], seed: 1 });
 * await net.fit(data, { loss: binaryCrossEntropy(), optimizer: adam({ lr: 0.1 }), steps: 300 });
 * net.accuracy(data.x, data.t); // 1
 * ```
 */
export function binaryCrossEntropy(): Loss {
  return theBinaryCrossEntropy;
}

/**
 * What an activation at a network's end was given, in the output's shape, also where the output is reshaped behind it; the output itself
 * where the network ends otherwise.
 */
function behind(activation: string, output: Value): Value {
  const root = rootOf(output);
  // A softmax along another axis is another one.
  const isRowwise = activation !== "softmax" || root.shape.at(-1) === output.shape.at(-1);
  if (!(endsWith(activation, output) && isRowwise)) return output;
  const scores = root.node.inputs[0]!;
  return root === output ? scores : reshape(scores, output.shape);
}

/** Whether a network's output is what an activation gave, perhaps reshaped. */
export function endsWith(activation: string, output: Value): boolean {
  return isOf(activation, rootOf(output));
}
