// A network as a table.

import { topologicalOrder } from "../graph/order.ts";
import { isGiven, type Node, type Shape, type Value } from "../graph/value.ts";
import { formatBytes } from "../printable.ts";
import { bytesPerElement, formatShape, size } from "../tensor.ts";
import { build, type Core } from "./core.ts";
import type { Variables } from "./variables.ts";

/** @param densities of each input the share of elements that are not zero, where they are held as compressed rows */
export function summaryTable(core: Core, densities: readonly (number | undefined)[]): string {
  const { inputs, dtype, face, parameters, state } = core;
  const counted = new Set<Node>();
  const seen = new Set<string>();
  const rows: Row[] = [];
  const { outputs } = build(core, 1, {
    training: false,
    each({ name }, output) {
      // A layer that is applied again has its parameters once.
      const isFirst = !seen.has(name);
      seen.add(name);
      const own = (variables: Variables) => (isFirst ? elements(variables, `${name}.`) : 0);
      rows.push({
        name,
        shape: output.shape.slice(1),
        parameters: own(parameters),
        state: own(state),
        ...work([output], counted),
      });
    },
  });
  const rest = work(outputs, counted);
  const sum = (of: (row: Row) => number) => rows.reduce((total, row) => total + of(row), 0);
  const total = {
    parameters: elements(parameters),
    state: elements(state),
    multiplyAdds: sum((row) => row.multiplyAdds) + rest.multiplyAdds,
    bytes: sum((row) => row.bytes) + rest.bytes,
  };
  const numbers = (of: Omit<Row, "name" | "shape">) => [
    of.parameters.toLocaleString("en-US"),
    ...(total.state > 0 ? [of.state.toLocaleString("en-US")] : []),
    of.multiplyAdds.toLocaleString("en-US"),
    formatBytes(of.bytes),
  ];
  const cells = [
    ["layer", "output", "parameters", ...(total.state > 0 ? ["state"] : []), "multiply-adds", "activations"],
    ...inputs.map((port) => [inputs.length > 1 ? port.name : "input", formatShape(port.shape)]),
    ...rows.map((row) => [row.name, formatShape(row.shape), ...numbers(row)]),
    ["total", dtype, ...numbers(total)],
  ];
  const width = (column: number) => Math.max(...cells.map((row) => (row[column] ?? "").length));
  const widths = cells[0]!.map((_, column) => width(column));
  const table = cells.map((row) =>
    row
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join("  ")
      .trimEnd(),
  );
  const bytes = bytesPerElement(dtype);
  table.push(
    `parameters ${formatBytes(bytes * total.parameters)}${total.state > 0 ? `, state ${formatBytes(bytes * total.state)}` : ""}; multiply-adds and activations are those of one sample`,
  );
  for (const [i, density] of densities.entries()) {
    if (density === undefined) continue;
    const name = inputs.length > 1 ? face.label(inputs[i]!) : "inputs";
    table.push(`${name} held as compressed rows: ${(100 * density).toFixed(1)} % of them are not zero`);
  }
  return table.join("\n");
}

interface Row {
  readonly name: string;
  readonly shape: Shape;
  readonly parameters: number;
  readonly state: number;
  readonly multiplyAdds: number;
  /** of what is computed */
  readonly bytes: number;
}

/** What it takes to compute values, less what was counted before. */
function work(values: readonly Value[], counted: Set<Node>): Pick<Row, "multiplyAdds" | "bytes"> {
  let [multiplyAdds, bytes] = [0, 0];
  for (const node of topologicalOrder(values)) {
    const { operation } = node;
    // What there is besides, such as where maxima stood, is for gradients.
    const [output] = node.outputs as [Value];
    if (counted.has(node) || isGiven(output)) continue;
    counted.add(node);
    multiplyAdds += operation.multiplyAdds?.(node) ?? 0;
    if (!operation.view) bytes += size(output.shape) * bytesPerElement(output.dtype);
  }
  return { multiplyAdds, bytes };
}

/** Of those whose names begin so. */
function elements(variables: Variables, prefix = ""): number {
  const own = variables.names.filter((name) => name.startsWith(prefix));
  return own.reduce((sum, name) => sum + size(variables.shapeOf(name)), 0);
}
