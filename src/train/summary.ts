import type { Shape } from "../graph/value.ts";
import { type DTypeName, formatShape } from "../tensor.ts";

/** A part of a network as `summary` lists it. */
export interface SummaryRow {
  readonly name: string;
  /** of one sample */
  readonly outputShape: Shape;
  readonly parameters: number;
}

/** @param density the share of the inputs' elements that are not zero, where they are held as compressed rows */
export function summaryTable(
  layers: readonly SummaryRow[],
  inputShape: Shape,
  dtype: DTypeName,
  density: number | undefined,
): string {
  const total = layers.reduce((sum, row) => sum + row.parameters, 0);
  const count = (parameters: number) => parameters.toLocaleString("en-US");
  const rows: readonly (readonly [string, string, string])[] = [
    ["layer", "output", "parameters"],
    ["input", formatShape(inputShape), ""],
    ...layers.map((row) => [row.name, formatShape(row.outputShape), count(row.parameters)] as const),
    ["total", dtype, count(total)],
  ];
  const width = (column: 0 | 1 | 2) => Math.max(...rows.map((row) => row[column].length));
  const [first, second, third] = [width(0), width(1), width(2)];
  const table = rows.map(([a, b, c]) =>
    `${a.padEnd(first)}  ${b.padEnd(second)}  ${c.padStart(third)}`.trimEnd(),
  );
  if (density !== undefined) {
    table.push(`inputs held as compressed rows: ${(100 * density).toFixed(1)} % of them are not zero`);
  }
  return table.join("\n");
}
