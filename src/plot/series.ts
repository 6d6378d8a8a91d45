// Series of points, as users give them and as they are drawn: lines with gaps, cut at the frame, and markers.

import { options as checkOptions, flag, isObject, show, text } from "../check.ts";
import { DataError, OptionError } from "../errors.ts";
import { anything, checkSameLength, type Numbers, toNumbers, valueAt } from "./arguments.ts";
import { type Axis, isDrawable } from "./axes.ts";
import { cssColor } from "./css-colors.ts";
import type { Drawing } from "./drawing.ts";
import { type Frame, placeIn } from "./frame.ts";
import { DASHES, type LegendItem } from "./legend.ts";
import { clipLine, thinned } from "./polyline.ts";
import { background, seriesColor } from "./theme.ts";

/** A row of points and how it is drawn. */
export interface Series {
  /** Where the points are from left to right. Default 0, 1, 2, … */
  x?: Numbers;
  /** How high they are, or a function of x. NaN, null and infinities leave a gap in the line. */
  y?: Numbers | ((x: number) => number);
  /** The points as pairs, instead of `x` and `y`: the history of a descent. */
  points?: readonly ArrayLike<number>[];
  /** Its name in the legend. Default: it is not in the legend. */
  label?: string;
  /** A CSS color. Default: the next of the palette, which colour-blind eyes can tell apart. */
  color?: string;
  /** Whether a line joins the points. Default: yes in `lines`, no in `scatter`. */
  line?: boolean;
  /** Whether each point is marked by a dot. Default: no in `lines`, yes in `scatter`. */
  markers?: boolean;
  /** Whether the line is dashed. Default: no. */
  dashed?: boolean;
}

/** One series, several, or just the heights of one. */
export type SeriesInput = Numbers | Series | readonly Series[];

export interface Points {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly label: string | undefined;
  readonly color: string;
  readonly line: boolean;
  readonly markers: boolean;
  readonly dashed: boolean;
}

/** The series that are drawn over a field or a map: points where nothing else is said, and none where none are given. */
export function seriesOver(call: string, input: SeriesInput | undefined): Points[] {
  return input === undefined ? [] : toSeries(call, input, { line: false, markers: true });
}

/** @param byDefault how series are drawn that do not say it @throws DataError where they are no series */
export function toSeries(
  call: string,
  input: SeriesInput,
  byDefault: { readonly line: boolean; readonly markers: boolean },
): Points[] {
  const list = isSeriesList(input) ? input : [isSeries(input) ? input : { y: input }];
  return list.map((given, i) => {
    const series = checkOptions(`${call}: series ${i}`, given, rules);
    const name = `${call}: series ${series.label === undefined ? i : JSON.stringify(series.label)}`;
    const { label, color = seriesColor(i), line = byDefault.line } = series;
    const { markers = byDefault.markers, dashed = false } = series;
    if (!line && !markers) {
      throw new OptionError(`${name}: has neither a line nor markers; nothing of it would be seen`);
    }
    return { ...coordinates(name, series), label, color, line, markers, dashed };
  });
}

const rules = {
  x: anything,
  y: anything,
  points: anything,
  label: text,
  color: cssColor,
  line: flag,
  markers: flag,
  dashed: flag,
};

/** A tensor is an object too, and no series. */
function isSeries(input: SeriesInput): input is Series {
  return isObject(input) && !("data" in input);
}

function isSeriesList(input: SeriesInput): input is readonly Series[] {
  return Array.isArray(input) && input.some(isObject);
}

function coordinates(name: string, { x, y, points }: Series): { x: number[]; y: number[] } {
  if (points !== undefined) {
    if (x !== undefined || y !== undefined)
      throw new DataError(`${name}: has points and also x or y; give one of them`);
    return pairs(name, points);
  }
  if (y === undefined) throw new DataError(`${name}: has no y; give heights, a function of x, or points`);
  if (typeof y === "function") {
    if (x === undefined)
      throw new DataError(`${name}: y is a function, so x must say where to draw it: x: linspace(-1, 1)`);
    const at = toNumbers(`${name}: x`, x);
    return { x: at, y: at.map((value) => valueAt(name, y, value)) };
  }
  const heights = toNumbers(`${name}: y`, y);
  const at = x === undefined ? heights.map((_, i) => i) : toNumbers(`${name}: x`, x);
  checkSameLength(name, { x: at, y: heights });
  return { x: at, y: heights };
}

function pairs(name: string, points: readonly ArrayLike<number>[]): { x: number[]; y: number[] } {
  if (!Array.isArray(points) || points.length === 0) {
    throw new DataError(`${name}: points must be pairs [x, y], at least one; got ${show(points)}`);
  }
  for (const [i, point] of points.entries()) {
    if (point?.length === 2 && typeof point[0] === "number" && typeof point[1] === "number") continue;
    throw new DataError(`${name}: point ${i} must be a pair [x, y] of numbers; got ${show(point)}`);
  }
  return { x: points.map((point) => point[0]!), y: points.map((point) => point[1]!) };
}

/** All marks of series: first the lines, then the markers, so that no line hides a marker. */
export function seriesMarks(
  drawing: Drawing,
  series: readonly Points[],
  x: Axis,
  y: Axis,
  frame: Frame,
): object[] {
  const { Plot } = drawing.library;
  const marks: object[] = [];
  for (const { line, color, dashed, ...points } of series) {
    if (!line) continue;
    const path = thinned(clipLine(points.x, points.y, x, y), x, frame);
    marks.push(
      Plot.line(path, {
        x: ([at]: number[]) => at,
        y: ([, height]: number[]) => height,
        stroke: color,
        strokeWidth: 2,
        strokeLinejoin: "round",
        ...(dashed && { strokeDasharray: DASHES }),
      } as object),
    );
  }
  for (const { line, markers, color, ...points } of series) {
    if (line && !markers) marks.push(...loneMarks(drawing, alone(points.x, points.y, x, y), color));
    if (!markers) continue;
    const inside = visible(points.x, points.y, x, y);
    // Of so many points the outlines would hide the points themselves.
    const small = inside.length > 300;
    marks.push(
      Plot.dot(apart(inside, x, y, frame), {
        x: ([at]: number[]) => at,
        y: ([, height]: number[]) => height,
        r: small ? 2 : 3.5,
        fill: color,
        ...(!small && { stroke: background, strokeWidth: 0.75 }),
      } as object),
    );
  }
  return marks;
}

/** A line through one point would not be seen. */
function loneMarks(
  { library: { Plot } }: Drawing,
  points: readonly [number, number][],
  color: string,
): object[] {
  if (points.length === 0) return [];
  const place = { x: ([at]: number[]) => at, y: ([, height]: number[]) => height };
  return [Plot.dot([...points], { ...place, r: 2, fill: color } as object)];
}

/** The points inside the frame that have a gap on both sides. */
function alone(xs: readonly number[], ys: readonly number[], x: Axis, y: Axis): [number, number][] {
  const isPoint = (i: number) =>
    i >= 0 && i < xs.length && isDrawable(xs[i]!, x.type) && isDrawable(ys[i]!, y.type);
  const found = [...xs.keys()].filter((i) => isPoint(i) && !isPoint(i - 1) && !isPoint(i + 1));
  return visible(
    found.map((i) => xs[i]!),
    found.map((i) => ys[i]!),
    x,
    y,
  );
}

/** The points that lie inside the frame. */
function visible(xs: readonly number[], ys: readonly number[], x: Axis, y: Axis): [number, number][] {
  const inside = (value: number, { domain: [low, high], type }: Axis) =>
    isDrawable(value, type) && low <= value && value <= high;
  return xs.flatMap((at, i): [number, number][] =>
    inside(at, x) && inside(ys[i]!, y) ? [[at, ys[i]!]] : [],
  );
}

/** Points without those that lie on one that came before, to half a pixel: an optimizer takes most of its steps at the minimum. */
function apart(points: readonly [number, number][], x: Axis, y: Axis, frame: Frame): [number, number][] {
  const place = placeIn(frame, x, y);
  const taken = new Set<string>();
  return points.filter(([a, b]) => {
    const at = place(a, b)
      .map((pixel) => Math.round(pixel * 2))
      .join();
    const isNew = !taken.has(at);
    taken.add(at);
    return isNew;
  });
}

export function legendOf(series: readonly Points[]): LegendItem[] {
  return series.map(({ label, color, line, markers, dashed }) => ({
    label,
    color,
    line,
    dashed,
    marker: markers,
  }));
}
