import { show } from "../check.ts";
import { OptionError, ShapeError, UnsupportedError } from "../errors.ts";
import { add } from "./ops/elementwise.ts";
import { broadcastTo } from "./ops/reduce.ts";
import { topologicalOrder } from "./order.ts";
import { checkValue, constant, type Node, sameFloat, type Value } from "./value.ts";

/**
 * Reverse-mode differentiation: the gradients of a scalar by some values, as more graph. Nothing is computed here, and what turns
 * out not to be needed is never scheduled. `fit` calls it for the parameters (as `tf.grads` of TensorFlow.js, `torch.autograd.grad`).
 *
 * @param loss a scalar
 * @param by the values to differentiate by: parameters, usually
 * @returns for each of `by`, a value of its shape; zeros where the loss does not depend on it
 * @throws ShapeError where the loss is not a scalar
 * @throws OptionError where something is no symbolic value, or not all are float32 or all float64
 * @throws UnsupportedError where an op on the way has no gradient rule: the gradients of activations and losses have none
 * @example
 * ```ts
 * import { layer, sequential } from "kobai";
 * import { gradients, power, sum } from "kobai/ops";
 * using net = sequential([layer("slope", (x) => gradients(sum(power(x, 3)), [x])[0])], { input: [2] });
 * [...net.predict([[1, 2]]).data]; // [3, 12]
 * ```
 */
export function gradients(loss: Value, by: readonly Value[]): Value[] {
  checkValue("gradients: the loss", loss);
  if (!Array.isArray(by)) throw new OptionError(`gradients: by must be an array of values; got ${show(by)}`);
  for (const [index, value] of by.entries()) checkValue(`gradients: value ${index + 1} of by`, value);
  sameFloat("gradients", loss, ...by);
  if (loss.shape.length !== 0) {
    throw new ShapeError(
      "gradients",
      `${ShapeError.describe({ loss: loss.shape })}; it must be a scalar: take its sum or mean`,
      loss.shape,
    );
  }
  const order = topologicalOrder([loss]);
  const depends = dependents(order, by);
  const arriving = new Map<Value, Value>([[loss, constant(1, loss.dtype)]]);
  for (const node of order.reverse()) {
    if (!depends.has(node)) continue;
    if (node.outputs.slice(1).some((output) => arriving.has(output))) {
      throw new UnsupportedError(
        `gradients: the gradient of ${node.operation.name} has no gradient of its own`,
      );
    }
    const upstream = arriving.get(node.outputs[0]!);
    if (!upstream) continue;
    passBack(node, upstream, arriving);
  }
  return by.map((value) => arriving.get(value) ?? broadcastTo(constant(0, value.dtype), value.shape));
}

/** The nodes that depend on any of `by`. */
function dependents(order: readonly Node[], by: readonly Value[]): Set<Node> {
  const targets = new Set(by);
  const result = new Set<Node>();
  for (const node of order) {
    if (node.inputs.some((input) => targets.has(input) || result.has(input.node))) result.add(node);
  }
  return result;
}

function passBack(node: Node, upstream: Value, arriving: Map<Value, Value>): void {
  if (!node.operation.gradient) {
    throw new UnsupportedError(`gradients: the op ${node.operation.name} has no gradient rule`);
  }
  const passed = node.operation.gradient(node, upstream);
  node.inputs.forEach((input, index) => {
    const gradient = passed[index];
    if (!gradient) return;
    const before = arriving.get(input);
    arriving.set(input, before ? add(before, gradient) : gradient);
  });
}
