import { topologicalOrder } from "./order.ts";
import { input, isGiven, node as makeNode, type Node, type Value } from "./value.ts";

/** A part of a graph on its own: what leads from some value to a result. */
export interface Restated {
  readonly result: Value;
  /** For each value that the part begins with (the changed one, and what else it needs that does not depend on it): its leaf. */
  readonly leaves: ReadonlyMap<Value, Value>;
}

/** Cuts out of the graph of `result` what depends on `changed`; everything else that it needs becomes a leaf. */
export function restate(result: Value, changed: Value): Restated {
  const leaves = new Map<Value, Value>();
  const rebuilt = new Map<Value, Value>();
  const depends = new Set<Node>();
  const leafFor = (value: Value) => {
    if (isGiven(value)) return value;
    const leaf = leaves.get(value) ?? input(`cut${leaves.size}`, value.shape, value.dtype);
    leaves.set(value, leaf);
    return leaf;
  };
  for (const node of topologicalOrder([result])) {
    if (node.outputs.includes(changed)) continue;
    if (!node.inputs.some((value) => value === changed || depends.has(value.node))) continue;
    depends.add(node);
    const inputs = node.inputs.map((value) => rebuilt.get(value) ?? leafFor(value));
    const made = makeNode(node.operation, inputs, node.attributes);
    for (const [index, output] of node.outputs.entries()) rebuilt.set(output, made.outputs[index]!);
  }
  // Where nothing depends on what changed, the result is one of the leaves: to compute it again would draw other random elements.
  return { result: rebuilt.get(result) ?? leafFor(result), leaves };
}
