import type { Graph } from "../../shared/expression.ts";

export interface Place {
  readonly column: number;
  readonly row: number;
}

/**
 * Where each node stands: in the column before its first reader, the result in the last; leaves in the order in which they are read, an
 * operation between its operands.
 */
export function layout(graph: Graph): {
  readonly places: readonly Place[];
  readonly columns: number;
  readonly rows: number;
} {
  const distance = new Array<number>(graph.length).fill(0);
  for (let i = graph.length - 1; i >= 0; i--) {
    const node = graph[i]!;
    if (node.kind !== "operation") continue;
    for (const input of node.inputs) distance[input] = Math.max(distance[input]!, distance[i]! + 1);
  }
  const columns = Math.max(...distance) + 1;
  let leaves = 0;
  const rows: number[] = [];
  for (const node of graph) {
    rows.push(
      node.kind === "operation"
        ? node.inputs.reduce((sum, input) => sum + rows[input]!, 0) / node.inputs.length
        : leaves++,
    );
  }
  // Two in one place are moved apart.
  for (let distant = 0; distant < columns; distant++) {
    const here = graph.map((_, i) => i).filter((i) => distance[i] === distant);
    here.sort((a, b) => rows[a]! - rows[b]!);
    for (const [k, i] of here.entries()) {
      if (k > 0) rows[i] = Math.max(rows[i]!, rows[here[k - 1]!]! + 1);
    }
  }
  return {
    places: graph.map((_, i) => ({ column: columns - 1 - distance[i]!, row: rows[i]! })),
    columns,
    rows: Math.max(...rows) + 1,
  };
}
