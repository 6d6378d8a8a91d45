// The key to a chart: a sample of each series and its name, above the frame, where it hides nothing.

import type { Picture } from "./drawing.ts";
import { svgElement, textWidth } from "./svg.ts";
import { fontSize } from "./theme.ts";

export interface LegendItem {
  /** what has none is not in the legend */
  readonly label: string | undefined;
  readonly color: string;
  /** what the series is drawn as */
  readonly line?: boolean;
  readonly dashed?: boolean;
  readonly marker?: boolean;
  readonly area?: boolean;
  readonly opacity?: number;
}

const LINE_HEIGHT = 18;
const SAMPLE = 20;
const GAP = 16;

/** The dashes of dashed lines. */
export const DASHES = "5,3";

/** @param width where a row ends and the next begins @returns nothing where nothing has a name */
export function legend(document: Document, items: readonly LegendItem[], width: number): Picture | undefined {
  const group = svgElement(document, "g", { "aria-label": "legend" });
  let [x, y, widest] = [0, 0, 0];
  for (const item of items) {
    if (item.label === undefined) continue;
    const itemWidth = SAMPLE + 6 + textWidth(item.label, fontSize.label);
    if (x > 0 && x + itemWidth > width) [x, y] = [0, y + LINE_HEIGHT];
    group.append(
      svgElement(
        document,
        "g",
        { transform: `translate(${Math.round(x)},${y})` },
        ...sample(document, item),
        svgElement(document, "text", { x: SAMPLE + 6, y: 13, "font-size": fontSize.label }, item.label),
      ),
    );
    widest = Math.max(widest, x + itemWidth);
    x += itemWidth + GAP;
  }
  return widest === 0 ? undefined : { element: group, width: widest, height: y + LINE_HEIGHT };
}

function sample(
  document: Document,
  { color, line, dashed, marker, area, opacity }: LegendItem,
): SVGElement[] {
  const parts: SVGElement[] = [];
  const middle = SAMPLE / 2;
  if (area) {
    parts.push(
      svgElement(document, "rect", {
        x: 4,
        y: 3,
        width: 12,
        height: 12,
        fill: color,
        "fill-opacity": opacity,
      }),
    );
  }
  if (line) {
    const dash = dashed ? DASHES : undefined;
    parts.push(
      svgElement(document, "path", {
        d: `M0,9h${SAMPLE}`,
        stroke: color,
        "stroke-width": 2,
        "stroke-dasharray": dash,
      }),
    );
  }
  if (marker) parts.push(svgElement(document, "circle", { cx: middle, cy: 9, r: 3.5, fill: color }));
  return parts;
}
