// The frame of a chart: its grid, ticks with labels, and the names of its axes.
//
// Observable Plot draws them too, but half a pixel further on some screens than on others, and figures are the same everywhere.

import { type Axis, type Tick, widestLabel } from "./axes.ts";
import { position } from "./polyline.ts";
import { coordinate, svgElement } from "./svg.ts";
import { edge, fontSize, ink } from "./theme.ts";

/** The rectangle between the axes, in pixels. */
export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** An axis with its ticks; `grid` whether lines go through the frame at them. */
export interface TickedAxis {
  readonly axis: Axis;
  readonly ticks: readonly Tick[];
  readonly grid: boolean;
}

const TICK = 6;
/** How steeply labels that are too long go down: the sine of 30 degrees. */
export const SLOPE = 0.5;

/** What lies below the marks: the grid and the frame. */
export function frameElements(document: Document, frame: Frame, x: TickedAxis, y: TickedAxis): SVGElement[] {
  const { left, top, width, height } = frame;
  const lines = (name: string, paths: string[]) =>
    svgElement(
      document,
      "g",
      { "aria-label": name, "aria-hidden": "true", stroke: edge, "stroke-opacity": 0.6 },
      ...paths.map((d) => svgElement(document, "path", { d })),
    );
  return [
    lines(
      "x-grid",
      x.grid
        ? x.ticks.map(
            ({ value }) => `M${across(value, x.axis, frame)},${coordinate(top)}v${coordinate(height)}`,
          )
        : [],
    ),
    lines(
      "y-grid",
      y.grid
        ? y.ticks.map(
            ({ value }) => `M${coordinate(left)},${down(value, y.axis, frame)}h${coordinate(width)}`,
          )
        : [],
    ),
    svgElement(document, "rect", {
      "aria-label": "frame",
      x: coordinate(left),
      y: coordinate(top),
      width: coordinate(width),
      height: coordinate(height),
      fill: "none",
      stroke: edge,
    }),
  ];
}

/**
 * What stands around the frame: ticks, their labels, and the axes' names with arrows to where they grow.
 *
 * @param slant whether the labels below go down aslant
 */
export function axisElements(
  document: Document,
  frame: Frame,
  x: TickedAxis,
  y: TickedAxis,
  slant: boolean,
): SVGElement[] {
  const { left, top, width, height } = frame;
  const bottom = coordinate(top + height);
  const ticks = (name: string, paths: string[]) =>
    svgElement(
      document,
      "g",
      { "aria-label": name, "aria-hidden": "true", stroke: ink },
      ...paths.map((d) => svgElement(document, "path", { d })),
    );
  const labels = (name: string, anchor: string, texts: SVGElement[]) =>
    svgElement(
      document,
      "g",
      {
        "aria-label": name,
        "text-anchor": anchor,
        "font-size": fontSize.tick,
        "font-variant": "tabular-nums",
      },
      ...texts,
    );
  const text = (content: string, at: Record<string, string | number>) =>
    svgElement(document, "text", at, content);
  const elements = [
    ticks(
      "x-axis tick",
      x.ticks.map(({ value }) => `M${across(value, x.axis, frame)},${bottom}v${TICK}`),
    ),
    labels(
      "x-axis tick label",
      slant ? "end" : "middle",
      x.ticks.map(({ value, label }) => {
        const [a, b] = [across(value, x.axis, frame), coordinate(top + height + (slant ? 12 : 17))];
        return text(label, { x: a, y: b, ...(slant && { transform: `rotate(-30 ${a} ${b})` }) });
      }),
    ),
    ticks(
      "y-axis tick",
      y.ticks.map(({ value }) => `M${coordinate(left)},${down(value, y.axis, frame)}h-${TICK}`),
    ),
    labels(
      "y-axis tick label",
      "end",
      y.ticks.map(({ value, label }) =>
        text(label, { x: coordinate(left - TICK - 3), y: down(value, y.axis, frame), dy: "0.32em" }),
      ),
    ),
  ];
  const name = (label: string, of: string, x: number, y: number, anchor: string) =>
    svgElement(
      document,
      "g",
      { "aria-label": `${of}-axis label`, "text-anchor": anchor, "font-size": fontSize.label },
      text(label, { x: coordinate(x), y: coordinate(y) }),
    );
  if (x.axis.label !== undefined) {
    const longest = slant ? SLOPE * widestLabel(x.ticks) : 0;
    elements.push(name(`${x.axis.label} →`, "x", left + width, top + height + 35 + longest, "end"));
  }
  if (y.axis.label !== undefined) elements.push(name(`↑ ${y.axis.label}`, "y", 0, top - 10, "start"));
  return elements;
}

/** Where a point of the chart lies on the paper. */
export function placeIn(frame: Frame, x: Axis, y: Axis): (a: number, b: number) => [number, number] {
  const { left, top, width, height } = frame;
  return (a, b) => [left + position(a, x) * width, top + (1 - position(b, y)) * height];
}

function across(value: number, axis: Axis, { left, width }: Frame): string {
  return coordinate(left + position(value, axis) * width);
}

function down(value: number, axis: Axis, { top, height }: Frame): string {
  return coordinate(top + (1 - position(value, axis)) * height);
}
