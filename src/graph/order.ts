import type { Node, Value } from "./value.ts";

/** The nodes that `values` need, each after the nodes it needs itself. */
export function topologicalOrder(values: readonly Value[]): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  // An explicit stack: a deep network must not exhaust the call stack.
  const stack = values.toReversed().map((value) => ({ node: value.node, next: 0 }));
  while (stack.length > 0) {
    const top = stack.at(-1)!;
    if (top.next === 0) {
      if (seen.has(top.node)) {
        stack.pop();
        continue;
      }
      seen.add(top.node);
    }
    const needed = top.node.inputs[top.next++];
    if (needed) stack.push({ node: needed.node, next: 0 });
    else {
      order.push(top.node);
      stack.pop();
    }
  }
  return order;
}
