import { ShapeError, UnsupportedError } from "../errors.ts";
import { add } from "./ops/binary.ts";
import { broadcastTo } from "./ops/broadcast.ts";
import { topologicalOrder } from "./order.ts";
import { constant, type Node, type Value } from "./value.ts";

/**
 * Reverse-mode differentiation: the gradients of a scalar by some values, as more graph. Nothing is computed here, and what turns
 * out not to be needed is never scheduled.
 *
 * @param loss a scalar
 * @param by the values to differentiate by: parameters, usually
 * @returns for each of `by`, a value of its shape; zeros where the loss does not depend on it
 * @throws ShapeError where the loss is not a scalar
 * @throws UnsupportedError where an op on the way has no gradient rule
 */
export function gradients(loss: Value, by: readonly Value[]): Value[] {
  if (loss.shape.length !== 0) {
    throw new ShapeError("gradients", "the loss must be a scalar: take its sum or mean", loss.shape);
  }
  const order = topologicalOrder([loss]);
  const depends = dependents(order, by);
  const arriving = new Map<Value, Value>([[loss, constant(1, loss.dtype)]]);
  for (const node of order.reverse()) {
    const upstream = arriving.get(node.outputs[0]!);
    if (!upstream || !depends.has(node)) continue;
    passBack(node, upstream, arriving, (input) => depends.has(input.node) || by.includes(input));
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

function passBack(
  node: Node,
  upstream: Value,
  arriving: Map<Value, Value>,
  wanted: (input: Value) => boolean,
): void {
  if (!node.operation.gradient) {
    throw new UnsupportedError(`gradients: the op ${node.operation.name} has no gradient rule`);
  }
  const passed = node.operation.gradient(node, upstream);
  node.inputs.forEach((input, index) => {
    const gradient = passed[index];
    if (!gradient || !wanted(input)) return;
    const before = arriving.get(input);
    arriving.set(input, before ? add(before, gradient) : gradient);
  });
}
