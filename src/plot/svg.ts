// Observable Plot's charts as one standalone SVG picture, drawn in Node and in a page alike.

import type * as Plot from "@observablehq/plot";

/** The plotting library, and a document that it can draw in. */
export interface Drawing {
  Plot: typeof Plot;
  document: Document;
}

const SVG = "http://www.w3.org/2000/svg";
const INK = "#1f2328";
const TITLE_HEIGHT = 40;
const GAP = 24;

/** Colours that stay apart for colour-blind eyes: Okabe and Ito, "Color Universal Design", 2008. */
export const palette = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00"] as const;

/** Loads the plotting library, which only figures need; where there is no page, also a document. */
export async function loadDrawing(): Promise<Drawing> {
  const Plot = await import("@observablehq/plot");
  if (globalThis.document !== undefined) return { Plot, document: globalThis.document };
  const { parseHTML } = await import("linkedom");
  return { Plot, document: parseHTML("<!doctype html><html></html>").document };
}

/**
 * Charts side by side, or one below the other, under a title, as the text of an SVG file that needs nothing around it.
 *
 * @param panels - what `Plot.plot` returned, without legend and caption
 */
export function composeFigure(
  document: Document,
  title: string,
  panels: readonly Element[],
  direction: "row" | "column" = "row",
): string {
  const element = (name: string, attributes: Record<string, string | number>): Element => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
    return made;
  };
  const sizes = panels.map((panel) => ({
    width: Number(panel.getAttribute("width")),
    height: Number(panel.getAttribute("height")),
  }));
  const isRow = direction === "row";
  const along = (lengths: number[]) => lengths.reduce((sum, length) => sum + length + GAP, -GAP);
  const [widths, heights] = [sizes.map((panel) => panel.width), sizes.map((panel) => panel.height)];
  const width = isRow ? along(widths) : Math.max(...widths);
  const height = TITLE_HEIGHT + (isRow ? Math.max(...heights) : along(heights));
  const figure = element("svg", {
    xmlns: SVG,
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    role: "img",
    "font-family": "system-ui, 'DejaVu Sans', sans-serif",
    "font-size": 11,
    fill: INK,
    color: INK,
  });
  const label = element("title", {});
  label.textContent = title;
  const heading = element("text", {
    x: width / 2,
    y: 24,
    "text-anchor": "middle",
    "font-size": 15,
    "font-weight": 600,
  });
  heading.textContent = title;
  figure.append(label, element("rect", { width, height, fill: "white" }), heading);
  let [x, y] = [0, TITLE_HEIGHT];
  for (const [i, panel] of panels.entries()) {
    // A group rather than an SVG within the SVG: Plot's own style sheet, made for pages, would resize that one.
    const group = element("g", { transform: `translate(${x},${y})`, "text-anchor": "middle" });
    group.append(...Array.from(panel.children).filter((child) => child.tagName.toLowerCase() !== "style"));
    figure.append(group);
    if (isRow) x += widths[i]! + GAP;
    else y += heights[i]! + GAP;
  }
  return `${figure.outerHTML}\n`;
}
