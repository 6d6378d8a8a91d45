// What stands on the arrows of a graph: above a value with its shape and numbers, below its gradient.

import type { DescribedGradient, DescribedTensor } from "../graph/describe.ts";
import type { Axis } from "../graph/notation.ts";
import { size, type Tensor } from "../tensor.ts";
import type { Size } from "./graph-layout.ts";
import { coordinate, svgElement, textWidth } from "./svg.ts";
import { faint, fontSize } from "./theme.ts";

/** A line of a label: a text with something paler behind it, or rows of numbers. */
type Line = { readonly text: string; readonly rest?: string } | { readonly rows: readonly string[][] };

/** Lines one below the other. */
export interface Label extends Size {
  readonly lines: readonly Line[];
}

const LINE = 16;
const ROW = 14;
const CELL_GAP = 8;
/** Between brackets and what they hold. */
const BRACKET = 6;
/** A minus sign is wider than `textWidth` takes it for in fonts with wide signs. */
const MINUS = 3;

/** More of a tensor's numbers are left out. */
const MOST_ROWS = 4;
const MOST_COLUMNS = 5;

export function labelOf(lines: readonly Line[]): Label {
  const sizes = lines.map(sizeOf);
  return {
    lines,
    width: Math.max(0, ...sizes.map(({ width }) => width)),
    height: sizes.reduce((sum, { height }) => sum + height, 0),
  };
}

/** Above the arrow: numbers, and next to the arrow the name. */
export function valueLabel({ name, shape, numbers }: DescribedTensor): Label {
  if (shape.length === 0) return labelOf([{ text: [name, ...numbersOf(numbers)].join(" = ") }]);
  return labelOf([...numberRows(numbers), nameLine(name!, shape)]);
}

/** Below the arrow: the name next to it, how it is computed, and numbers. Of one of several parts the formula is its name. */
export function gradientLabel({ name, shape, formula, numbers }: DescribedGradient): Label {
  if (shape.length === 0) {
    const number = numbersOf(numbers).filter((text) => text !== formula);
    const parts = [
      ...(name === undefined ? [] : [name]),
      ...(formula === undefined ? [] : [formula]),
      ...number,
    ];
    return labelOf([{ text: parts.join(" = ") }]);
  }
  const lines: Line[] = name === undefined ? [] : [nameLine(name, shape)];
  if (formula !== undefined) lines.push({ text: name === undefined ? formula : `= ${formula}` });
  return labelOf([...lines, ...numberRows(numbers)]);
}

function nameLine(name: string, shape: readonly Axis[]): Line {
  // An en space is not dropped before the shape, as a plain one would be; a page writes a no-break space as an entity that SVG has not.
  return { text: `${name}\u2002`, rest: `[${shape.join(", ")}]` };
}

/** A scalar's number, if there is one. */
function numbersOf(numbers: Tensor | undefined): string[] {
  return numbers ? [written(numbers.data[0]!)] : [];
}

function numberRows(numbers: Tensor | undefined): Line[] {
  return numbers ? [{ rows: rowsOf(numbers) }] : [];
}

/** A tensor's numbers by rows, all leading axes one below the other; of many the first, and dots. */
function rowsOf({ shape, data }: Tensor): string[][] {
  const columns = shape.at(-1) ?? 1;
  const count = size(shape) / columns;
  const cut = (length: number, most: number) => (length <= most ? length : most - 1);
  const [shownRows, shownColumns] = [cut(count, MOST_ROWS), cut(columns, MOST_COLUMNS)];
  const rows = Array.from({ length: shownRows }, (_, row) => {
    const cells = Array.from({ length: shownColumns }, (_, column) => written(data[row * columns + column]!));
    return shownColumns < columns ? [...cells, "…"] : cells;
  });
  if (shownRows < count) rows.push(rows[0]!.map((_, column) => (column === 0 ? "⋮" : "")));
  return rows;
}

/** A number to four digits. */
export function written(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text =
    size >= 1e5 || size < 1e-3
      ? value.toExponential(2).replace("e+", "e")
      : String(Number(value.toPrecision(4)));
  return text.replaceAll("-", "−");
}

function columnWidths(rows: readonly string[][]): number[] {
  const width = (text: string) => textWidth(text, fontSize.tick) + (text.startsWith("−") ? MINUS : 0);
  return rows[0]!.map((_, column) => Math.max(...rows.map((row) => width(row[column]!))));
}

function sizeOf(line: Line): Size {
  if ("text" in line)
    return { width: textWidth(line.text + (line.rest ?? ""), fontSize.label), height: LINE };
  const inner = columnWidths(line.rows).reduce((sum, width) => sum + width + CELL_GAP, -CELL_GAP);
  return { width: inner + 2 * BRACKET, height: line.rows.length * ROW + 4 };
}

/** Draws a label whose upper edge is at y, around x. */
export function drawLabel(
  document: Document,
  { lines }: Label,
  x: number,
  y: number,
  fill: string,
): SVGElement[] {
  let top = y;
  return lines.flatMap((line) => {
    const at = top;
    top += sizeOf(line).height;
    return "text" in line
      ? [drawText(document, line, x, at, fill)]
      : drawRows(document, line.rows, x, at, fill);
  });
}

function drawText(
  document: Document,
  { text, rest }: { readonly text: string; readonly rest?: string },
  x: number,
  y: number,
  fill: string,
): SVGElement {
  const attributes = { x: coordinate(x), y: coordinate(y + 12), fill, "font-size": fontSize.label };
  const shape = rest === undefined ? [] : [svgElement(document, "tspan", { fill: faint }, rest)];
  return svgElement(document, "text", attributes, text, ...shape);
}

function drawRows(
  document: Document,
  rows: readonly string[][],
  x: number,
  y: number,
  fill: string,
): SVGElement[] {
  const widths = columnWidths(rows);
  const inner = widths.reduce((sum, width) => sum + width + CELL_GAP, -CELL_GAP);
  const [left, right] = [x - inner / 2, x + inner / 2];
  const bottom = y + rows.length * ROW;
  const bracket = (at: number, inwards: number) =>
    `M${coordinate(at + inwards)},${coordinate(y + 1)}H${coordinate(at)}V${coordinate(bottom)}H${coordinate(at + inwards)}`;
  const brackets = svgElement(document, "path", {
    d: bracket(left - BRACKET, 3) + bracket(right + BRACKET, -3),
    fill: "none",
    stroke: fill,
  });
  const cells = rows.flatMap((row, index) => {
    let edge = left;
    return row.flatMap((text, column) => {
      edge += widths[column]!;
      const at = { x: coordinate(edge), y: coordinate(y + index * ROW + 11), "text-anchor": "end", fill };
      edge += CELL_GAP;
      return text === "" ? [] : [svgElement(document, "text", at, text)];
    });
  });
  return [brackets, ...cells];
}
