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
import { type ColorScale, colorBar } from "./colors.ts";
import { type Drawing, type Picture, pictureOf } from "./drawing.ts";
import { type LegendItem, legend } from "./legend.ts";
import { heading } from "./panels.ts";
import { svgElement, textWidth } from "./svg.ts";
import { edge, fontSize, ink } from "./theme.ts";

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

/** The rectangle between the axes, in pixels. */
export interface Frame {
  readonly width: number;
  readonly height: number;
}

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
  marks(frame: Frame): Markish[];
}

const TITLE_HEIGHT = 28;
const MARGIN = 10;
const BAR_GAP = 16;

export function drawChart(drawing: Drawing, chart: Chart): Picture {
  const { Plot, document } = drawing;
  const { x, y, options } = chart;
  const { title, width = DEFAULT_SIZE.width } = options;
  const height = options.height ?? DEFAULT_SIZE.height;
  const yTicks = ticksOf(drawing, y, Math.max(2, Math.floor(height / 55)));
  const left = Math.ceil(widestLabel(yTicks)) + 14;
  const barWidth = chart.colorBar ? BAR_GAP + 70 : 0;
  const right = MARGIN + 6;
  const innerWidth = width - left - right - barWidth;
  const xTicks = chart.xTicks ?? fittingTicks(drawing, x, innerWidth);
  const key = legend(document, chart.legend ?? [], width - left);
  const headHeight = (title === undefined ? 0 : TITLE_HEIGHT) + (key ? key.height + 4 : 0);
  const top = y.label === undefined && !chart.colorBar?.label ? MARGIN : 24;
  const bottom = x.label === undefined ? 24 : 40;
  const frame = sizeFrame(
    innerWidth,
    height - headHeight - top - bottom,
    chart,
    options.height !== undefined,
  );
  const plot = Plot.plot({
    document,
    width: frame.width + left + right,
    height: frame.height + top + bottom,
    marginLeft: left,
    marginRight: right,
    marginTop: top,
    marginBottom: bottom,
    x: { type: x.type, domain: [...x.domain], label: x.label ?? null },
    y: { type: y.type, domain: [...y.domain], label: y.label ?? null },
    marks: [
      Plot.gridX(chart.xTicks ? [] : valuesOf(xTicks), { stroke: edge, strokeOpacity: 0.6 }),
      Plot.gridY(valuesOf(yTicks), { stroke: edge, strokeOpacity: 0.6 }),
      Plot.frame({ stroke: edge }),
      Plot.axisX(valuesOf(xTicks), { tickFormat: labelsOf(xTicks), fontSize: fontSize.tick, color: ink }),
      Plot.axisY(valuesOf(yTicks), { tickFormat: labelsOf(yTicks), fontSize: fontSize.tick, color: ink }),
      ...chart.marks(frame),
    ],
  });
  const group = svgElement(document, "g", {});
  const body = pictureOf(drawing, plot);
  let total = body.width;
  let offset = 0;
  if (title !== undefined) {
    const half = textWidth(title, fontSize.panelTitle) / 2;
    const middle = Math.max(half, left + frame.width / 2);
    group.append(heading(document, title, middle, fontSize.panelTitle));
    total = Math.max(total, middle + half);
    offset = TITLE_HEIGHT;
  }
  if (key) {
    group.append(svgElement(document, "g", { transform: `translate(${left},${offset})` }, key.element));
    offset += key.height + 4;
  }
  group.append(svgElement(document, "g", { transform: `translate(0,${offset})` }, body.element));
  if (chart.colorBar) {
    const { scale, label, levels } = chart.colorBar;
    const bar = colorBar(drawing, scale, frame.height, label, levels);
    const at = left + frame.width + BAR_GAP;
    group.append(svgElement(document, "g", { transform: `translate(${at},${offset + top})` }, bar.element));
    total = Math.max(total, at + bar.width);
  }
  return { element: group, width: total, height: offset + body.height };
}

/** As large as there is room; where both axes have one scale, the direction that has too much gives way. */
function sizeFrame(width: number, height: number, { x, y, options }: Chart, fixedHeight: boolean): Frame {
  if (options.aspect !== "equal") return { width, height };
  const ratio = (y.domain[1] - y.domain[0]) / (x.domain[1] - x.domain[0]);
  if (!fixedHeight || width * ratio <= height) return { width, height: width * ratio };
  return { width: height / ratio, height };
}

/** As many ticks as have room for their labels. */
function fittingTicks(drawing: Drawing, axis: Axis, width: number): Tick[] {
  let ticks = ticksOf(drawing, axis, 2);
  for (let count = Math.min(10, Math.floor(width / 40)); count > 2; count--) {
    const tried = ticksOf(drawing, axis, count);
    if (tried.length * (widestLabel(tried) + 14) <= width) {
      ticks = tried;
      break;
    }
  }
  return ticks;
}

function valuesOf(ticks: readonly Tick[]): number[] {
  return ticks.map(({ value }) => value);
}

function labelsOf(ticks: readonly Tick[]): (value: number, i: number) => string {
  return (value) => ticks.find((tick) => tick.value === value)?.label ?? "";
}
