// Several figures in one: panels in rows, under a title.

import { options as checkOptions, show, text, whole } from "../check.ts";
import { DataError } from "../errors.ts";
import type { Picture } from "./drawing.ts";
import { Figure } from "./figure.ts";
import { svgElement, textWidth } from "./svg.ts";
import { fontSize } from "./theme.ts";

const GAP = 20;
const TITLE_HEIGHT = 30;

/** Options of `figure`. */
export interface PanelOptions {
  /** Stands above all panels. Default: none. */
  title?: string;
  /** How many panels stand side by side. Default: all up to three, else as near to a square as they come. */
  columns?: number;
}

/**
 * Several figures as the panels of one, each with its own title: row by row, columns as wide as their widest panel.
 *
 * @throws DataError where there are no panels @throws OptionError where columns is not a whole number of at least 1
 * @example
 * import { figure, lines, scatter } from "kobai/plot";
 * const both = figure([lines([3, 2, 1], { title: "loss" }), scatter({ x: [1, 2], y: [2, 1] }, { title: "points" })], { title: "Two panels" });
 * await writeFile("both.svg", await both.svg());
 */
export function figure(panels: readonly Figure[], options: PanelOptions = {}): Figure {
  const { title, columns } = checkOptions("figure", options, { title: text, columns: whole() });
  const count = Array.isArray(panels) ? panels.length : 0;
  if (count === 0)
    throw new DataError(`figure: there are no panels; give an array of figures; got ${show(panels)}`);
  const wrong = panels.findIndex((panel) => !(panel instanceof Figure));
  if (wrong >= 0)
    throw new DataError(`figure: panel ${wrong} is not a figure; the functions of kobai/plot make figures`);
  const across = columns ?? (count <= 3 ? count : Math.ceil(Math.sqrt(count)));
  return new Figure(title ?? "figure", async (drawing) => {
    const pictures: Picture[] = [];
    for (const panel of panels) pictures.push(await panel.draw(drawing));
    return arrange(drawing.document, pictures, across, title);
  });
}

/** Pictures row by row, each in the middle of its column, under a title. */
export function arrange(
  document: Document,
  pictures: readonly Picture[],
  columns: number,
  title?: string,
): Picture {
  const rows = Array.from({ length: Math.ceil(pictures.length / columns) }, (_, row) =>
    pictures.slice(row * columns, (row + 1) * columns),
  );
  const widths = Array.from({ length: Math.min(columns, pictures.length) }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.width ?? 0)),
  );
  const inner = widths.reduce((sum, it) => sum + it + GAP, -GAP);
  const width = Math.max(inner, textWidth(title ?? "", fontSize.title));
  const group = svgElement(document, "g", {});
  let y = 0;
  if (title !== undefined) {
    group.append(heading(document, title, width / 2, fontSize.title));
    y = TITLE_HEIGHT;
  }
  for (const row of rows) {
    let x = (width - inner) / 2;
    for (const [column, picture] of row.entries()) {
      const indent = x + (widths[column]! - picture.width) / 2;
      group.append(svgElement(document, "g", { transform: `translate(${indent},${y})` }, picture.element));
      x += widths[column]! + GAP;
    }
    y += Math.max(...row.map(({ height }) => height)) + GAP;
  }
  return { element: group, width, height: y - GAP };
}

/** A title whose middle is at x, in the first 20 pixels. */
export function heading(document: Document, title: string, x: number, size: number): SVGElement {
  return svgElement(
    document,
    "text",
    { x, y: size, "text-anchor": "middle", "font-size": size, "font-weight": 600 },
    title,
  );
}
