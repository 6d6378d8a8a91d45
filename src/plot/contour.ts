// Contours: lines of equal height of a function of two numbers.

import type { RenderFunction } from "@observablehq/plot";
import { check, options as checkOptions, flag, text, whole } from "../check.ts";
import { OptionError } from "../errors.ts";
import { anything, chartRules, scheme as schemeRule, toFinite } from "./arguments.ts";
import { clipPolygon, polygonPath } from "./arrow.ts";
import { type Axis, planeAxisOf } from "./axes.ts";
import { drawChart, type PlaneOptions } from "./chart.ts";
import { type ColorScale, colorScale } from "./colors.ts";
import { cssColor } from "./css-colors.ts";
import type { Drawing } from "./drawing.ts";
import { Figure } from "./figure.ts";
import { type Frame, placeIn } from "./frame.ts";
import { extent, type Grid, type GridData, toGrid } from "./grid.ts";
import { clipLine } from "./polyline.ts";
import { legendOf, type SeriesInput, seriesMarks, seriesOver } from "./series.ts";
import { svgElement } from "./svg.ts";
import type { Scheme } from "./theme.ts";

/** Options of `contour`. */
export interface ContourOptions extends PlaneOptions {
  /** The heights that lines are drawn at, or about how many there are to be. Default 10. */
  levels?: number | readonly number[];
  /** Whether the bands between the lines are filled. Default: no. */
  fill?: boolean;
  /** One color for all lines, without a color bar. Default: they are colored by height. */
  color?: string;
  /** The colors of heights. Default "viridis". */
  scheme?: Scheme;
  /** What stands above the color bar. */
  colorLabel?: string;
  /** Points and lines over the contours, as in `scatter`: the paths of optimizers, with `line: true`. */
  series?: SeriesInput;
}

const rules = {
  ...chartRules,
  levels: anything,
  fill: flag,
  color: cssColor,
  scheme: schemeRule,
  colorLabel: text,
  series: anything,
};

/**
 * The contours of a function of two numbers, with paths over them where asked.
 *
 * @param data `{ x, y, z }`: z is a function, or a table with a row for each y; holes (NaN) stay empty
 * @throws DataError where the table is ragged or does not fit x and y, x or y do not increase, or the function throws or returns no number
 * @throws OptionError where an option is out of its range
 * @example
 * import { contour, linspace } from "kobai/plot";
 * contour(
 *   { x: linspace(-10, 10), y: linspace(-10, 10), z: (x, y) => x ** 2 / 20 + y ** 2 },
 *   { levels: [1, 2, 4, 8, 16, 32, 64], series: { points: [[-7, 2], [-3, 1], [0, 0]], line: true, label: "SGD" } },
 * );
 */
export function contour(data: GridData, options: ContourOptions = {}): Figure {
  const { scheme = "viridis", levels = 10, fill = false, color } = checkOptions("contour", options, rules);
  const given = toLevels("contour", levels);
  const grid = toGrid("contour", data);
  const [low, high] = extent("contour: z", grid.z);
  const over = seriesOver("contour", options.series);
  const x = planeAxisOf("contour: x", grid.x, options.x);
  const y = planeAxisOf("contour: y", grid.y, options.y);
  return new Figure(options.title ?? "contour", (drawing) => {
    const heights = levelsOf(drawing, given, low, high);
    const [first, last] = [heights[0] ?? low, heights.at(-1) ?? high];
    const domain = fill ? ([Math.min(low, first), Math.max(high, last)] as const) : ([first, last] as const);
    const colors = colorScale(drawing, scheme, domain[0] < domain[1] ? domain : [low - 1, high + 1], !fill);
    const bands = [colors.domain[0], ...heights.filter((height) => height > colors.domain[0])];
    return drawChart(drawing, {
      options,
      x,
      y,
      legend: legendOf(over),
      ...(color === undefined && {
        colorBar: { scale: colors, label: options.colorLabel, ...(fill && { levels: bands }) },
      }),
      marks: (frame) => [
        ...(fill ? [bandMark(drawing, grid, bands, colors, x, y, frame)] : []),
        ...contourLines(drawing, grid, heights, x, y).map(({ height, line }) =>
          drawing.library.Plot.line(line, {
            ariaDescription: `contour ${height}`,
            stroke: fill ? "white" : (color ?? colors.hex(height)),
            strokeWidth: fill ? 0.5 : 1.25,
            ...(fill && { strokeOpacity: 0.6 }),
          }),
        ),
        ...seriesMarks(drawing, over, x, y, frame),
      ],
    });
  });
}

/** @throws OptionError where levels are neither a number of them nor increasing heights */
export function toLevels(call: string, levels: number | readonly number[]): number | number[] {
  if (typeof levels === "number") {
    return check(call, "levels", levels, whole(1, 1000));
  }
  const heights = toFinite(`${call}: levels`, levels);
  if (heights.some((height, i) => i > 0 && !(height > heights[i - 1]!))) {
    throw new OptionError(`${call}: levels must increase; got ${heights.join(", ")}`);
  }
  return heights;
}

/** Heights to draw lines at: those given, or round ones inside a range. */
export function levelsOf(drawing: Drawing, levels: number | number[], low: number, high: number): number[] {
  if (typeof levels !== "number") return levels;
  return drawing.library.ticks(low, high, levels).filter((height) => height > low && height < high);
}

type Place = [number, number];

/** The region at or above a height, as polygons in the coordinates of the grid. */
function regions(drawing: Drawing, { x, y, z }: Grid, height: number): Place[][] {
  const { coordinates } = drawing.library
    .contours()
    .size([x.length, y.length])
    .contour([...z], height);
  const along = (values: readonly number[], at: number) => {
    // d3 puts the i-th value at i + ½, and closes regions at the borders half a step outside.
    const i = Math.min(values.length - 2, Math.max(0, Math.floor(at - 0.5)));
    return values[i]! + (at - 0.5 - i) * (values[i + 1]! - values[i]!);
  };
  return coordinates.flat().map((ring) => ring.map(([a, b]) => [along(x, a!), along(y, b!)]));
}

/** Lines of equal height as points, without those that only close regions at the border. */
export function contourLines(
  drawing: Drawing,
  grid: Grid,
  heights: readonly number[],
  x: Axis,
  y: Axis,
): { height: number; line: Place[] }[] {
  const inner = (axis: Axis, values: readonly number[]): Axis => ({
    ...axis,
    domain: [Math.max(axis.domain[0], values[0]!), Math.min(axis.domain[1], values.at(-1)!)],
  });
  return heights.flatMap((height) => {
    const line = regions(drawing, grid, height).flatMap((ring): Place[] => [
      ...clipLine(
        ring.map(([a]) => a),
        ring.map(([, b]) => b),
        inner(x, grid.x),
        inner(y, grid.y),
      ),
      [Number.NaN, Number.NaN],
    ]);
    return line.some(([a]) => !Number.isNaN(a)) ? [{ height, line }] : [];
  });
}

/** Bands of color, each region painted over the one below it, so that no seams show. */
function bandMark(
  drawing: Drawing,
  grid: Grid,
  heights: readonly number[],
  colors: ColorScale,
  x: Axis,
  y: Axis,
  frame: Frame,
): RenderFunction {
  const place = placeIn(frame, x, y);
  const inside = (values: readonly number[], value: number) =>
    Math.min(values.at(-1)!, Math.max(values[0]!, value));
  return (_index, _scales, _values, _dimensions, { document }) =>
    svgElement(
      document,
      "g",
      { "aria-label": "bands" },
      ...heights.map((from, i) =>
        svgElement(document, "path", {
          d: regions(drawing, grid, from)
            .map((ring) =>
              polygonPath(
                clipPolygon(
                  ring.map(([a, b]) => place(inside(grid.x, a), inside(grid.y, b))),
                  frame,
                ),
              ),
            )
            .join(""),
          fill: colors.hex((from + (heights[i + 1] ?? colors.domain[1])) / 2),
        }),
      ),
    );
}
