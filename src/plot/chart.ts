// A chart: two axes with ticks and a grid, a title, a legend, and marks of Observable Plot's between them.

import type { Markish } from "@observablehq/plot";
import {
  type Axis,
  type AxisOptions,
  type PlaneAxisOptions,
  type Tick,
  ticksOf,
  widestLabel,
} from "./axes.ts";
import { type ColorScale, colorBar, colorBarWidth } from "./colors.ts";
import type { Drawing, Picture } from "./drawing.ts";
import { axisElements, type Frame, frameElements, SLOPE, type TickedAxis } from "./frame.ts";
import { type LegendItem, legend } from "./legend.ts";
import { heading } from "./panels.ts";
import { position } from "./polyline.ts";
import { coordinate, svgElement, textWidth } from "./svg.ts";
import { fontSize } from "./theme.ts";

/** Options of every figure with axes. */
export interface SizeOptions {
  /** Stands above the chart, in any language. Default: none. */
  title?: string;
  /** Size in pixels, with axes and titles, from 16 to 10,000. Default 480 by 340; in space 480 by 400. */
  width?: number;
  height?: number;
}

/** Options of a chart over a plane. */
export interface PlaneOptions extends SizeOptions {
  x?: PlaneAxisOptions;
  y?: PlaneAxisOptions;
  /** "equal": one unit is as long on both axes; the chart then is as high as that makes it, unless height is given. */
  aspect?: "equal" | "auto";
}

/** Options of a chart whose axes may be logarithmic. */
export interface ChartOptions extends SizeOptions {
  x?: AxisOptions;
  y?: AxisOptions;
  /** "equal": one unit is as long on both axes; the chart then is as high as that makes it, unless height is given. Default "auto". */
  aspect?: "equal" | "auto";
}

export const DEFAULT_SIZE = { width: 480, height: 340 } as const;

/** A chart with nothing left open. */
export interface Chart {
  readonly options: ChartOptions;
  readonly x: Axis;
  readonly y: Axis;
  /** where they are not numbers to count by */
  readonly xTicks?: readonly Tick[];
  readonly legend?: readonly LegendItem[];
  readonly colorBar?: {
    readonly scale: ColorScale;
    readonly label?: string | undefined;
    readonly levels?: readonly number[];
  };
  /** marks of Observable Plot's, whose types are not in kobai's declarations */
  marks(frame: Frame): object[];
}

const TITLE_HEIGHT = 28;
const MARGIN = 10;
/** Between the frame and the right end, where half of the last label may stand. */
const RIGHT = 16;
const BAR_GAP = 16;
/** A frame is never smaller, however little room titles and labels leave. */
const LEAST = 80;
/** A frame whose height nobody asked for is at most so many times as high as wide. */
const TALLEST = 3;

export function drawChart(drawing: Drawing, chart: Chart): Picture {
  const { document } = drawing;
  const { title } = chart.options;
  const { frame, x, y, key, slant, width, height } = layOut(drawing, chart);
  const group = svgElement(document, "g", { "text-anchor": "start" });
  let total = width;
  if (title !== undefined) {
    const half = textWidth(title, fontSize.panelTitle) / 2;
    const middle = Math.max(half, frame.left + frame.width / 2);
    group.append(heading(document, title, middle, fontSize.panelTitle));
    total = Math.max(total, middle + half);
  }
  if (key) {
    const at = `translate(${frame.left},${title === undefined ? 0 : TITLE_HEIGHT})`;
    group.append(svgElement(document, "g", { transform: at }, key.element));
  }
  group.append(
    ...frameElements(document, frame, x, y),
    ...markElements(drawing, chart, frame),
    ...axisElements(document, frame, x, y, slant),
  );
  if (chart.colorBar) {
    const { scale, label, levels } = chart.colorBar;
    const bar = colorBar(drawing, scale, frame.height, label, levels);
    const left = frame.left + frame.width + BAR_GAP;
    const at = `translate(${coordinate(left)},${coordinate(frame.top)})`;
    group.append(svgElement(document, "g", { transform: at }, bar.element));
    total = Math.max(total, left + bar.width);
  }
  return { element: group, width: total, height };
}

/** Where everything has its place. */
interface Layout {
  readonly frame: Frame;
  readonly x: TickedAxis;
  readonly y: TickedAxis;
  readonly key: Picture | undefined;
  /** whether the labels below are too long to stand side by side, and go down aslant */
  readonly slant: boolean;
  readonly width: number;
  readonly height: number;
}

function layOut(drawing: Drawing, chart: Chart): Layout {
  const { x, y, options } = chart;
  const { title, width = DEFAULT_SIZE.width, height = DEFAULT_SIZE.height } = options;
  const yTicks = ticksOf(drawing, y, Math.max(2, Math.floor(height / 55)));
  const besides = RIGHT + (chart.colorBar ? BAR_GAP + colorBarWidth(drawing, chart.colorBar.scale) : 0);
  const room = width - Math.ceil(widestLabel(yTicks)) - 14 - besides;
  const xTicks = chart.xTicks ?? fittingTicks(drawing, x, room);
  const longest = widestLabel(xTicks);
  const slant = chart.xTicks !== undefined && xTicks.length * (longest + 6) > room;
  // A label that goes down aslant begins on the left of its tick.
  const beyond = xTicks.map(({ value, label }) => textWidth(label) - position(value, x) * room);
  const left = Math.ceil(Math.max(widestLabel(yTicks) + 14, ...(slant ? beyond : [])));
  const inner = Math.max(LEAST, width - left - besides);
  const key = legend(drawing.document, chart.legend ?? [], width - left);
  const above = y.label === undefined && !chart.colorBar?.label ? MARGIN : 26;
  const top = (title === undefined ? 0 : TITLE_HEIGHT) + (key ? key.height + 4 : 0) + above;
  const below = 24 + (slant ? longest * SLOPE : 0) + (x.label === undefined ? 0 : 18);
  const size = sizeFrame(inner, Math.max(LEAST, height - top - below), chart);
  const frame = { left, top, ...size };
  const last = xTicks.at(-1);
  const end = last ? position(last.value, x) * frame.width + (slant ? 0 : textWidth(last.label) / 2) : 0;
  return {
    frame,
    x: { axis: x, ticks: xTicks, grid: chart.xTicks === undefined },
    y: { axis: y, ticks: yTicks, grid: true },
    key,
    slant,
    width: Math.max(
      left + Math.max(frame.width + RIGHT, end, key?.width ?? 0),
      textWidth(`↑ ${y.label ?? ""}`, fontSize.label),
    ),
    height: top + frame.height + below,
  };
}

/** As large as there is room; where both axes have one scale, the direction that has too much gives way. */
function sizeFrame(
  width: number,
  height: number,
  { x, y, options }: Chart,
): { width: number; height: number } {
  if (options.aspect !== "equal") return { width, height };
  const ratio = (y.domain[1] - y.domain[0]) / (x.domain[1] - x.domain[0]);
  const most = options.height === undefined ? TALLEST * width : height;
  return width * ratio <= most ? { width, height: width * ratio } : { width: most / ratio, height: most };
}

/** As many ticks as have room for their labels. */
function fittingTicks(drawing: Drawing, axis: Axis, width: number): Tick[] {
  for (let count = Math.min(10, Math.floor(width / 40)); count > 2; count--) {
    const ticks = ticksOf(drawing, axis, count);
    if (ticks.length * (widestLabel(ticks) + 14) <= width) return ticks;
  }
  return ticksOf(drawing, axis, 2);
}

/** What Observable Plot draws into the frame. */
function markElements({ document, library: { Plot } }: Drawing, chart: Chart, frame: Frame): Element[] {
  const { x, y } = chart;
  const plot = Plot.plot({
    document,
    width: frame.left + frame.width + RIGHT,
    height: frame.top + frame.height + RIGHT,
    marginLeft: frame.left,
    marginRight: RIGHT,
    marginTop: frame.top,
    marginBottom: RIGHT,
    x: { type: x.type, domain: [...x.domain], axis: null },
    y: { type: y.type, domain: [...y.domain], axis: null },
    marks: chart.marks(frame) as Markish[],
  });
  const marks = Array.from(plot.children).filter((child) => child.tagName.toLowerCase() !== "style");
  for (const mark of marks) {
    // On some screens Plot moves marks by half a pixel, which is all that these transformations do.
    mark.removeAttribute("transform");
    for (const shape of mark.querySelectorAll("circle, rect, line")) roundPlaces(shape);
  }
  return marks;
}

/** Plot writes places to the last digit, which depends on how a browser takes logarithms. */
function roundPlaces(shape: Element): void {
  for (const name of ["cx", "cy", "x", "y", "x1", "x2", "y1", "y2", "width", "height"]) {
    const value = shape.getAttribute(name);
    if (value !== null) shape.setAttribute(name, coordinate(Number(value)));
  }
}
