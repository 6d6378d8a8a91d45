// Surfaces over a plane, seen from the side: the function that a descent goes down.

import { checkNamed, options as checkOptions, finite, type Rule, show, text } from "../check.ts";
import { DataError } from "../errors.ts";
import { anything, barRules, named, scheme as schemeRule } from "./arguments.ts";
import { type PlaneAxisOptions, planeAxisOf } from "./axes.ts";
import { boxElement } from "./box.ts";
import type { PlaneOptions } from "./chart.ts";
import { colorScale } from "./colors.ts";
import { toLevels } from "./contour.ts";
import { cssColor } from "./css-colors.ts";
import type { Drawing } from "./drawing.ts";
import { Figure } from "./figure.ts";
import { extent, type Grid, type GridData, toGrid } from "./grid.ts";
import { type LegendItem, legend } from "./legend.ts";
import { heading } from "./panels.ts";
import {
  arrowColor,
  litColor,
  type Paint,
  pointColor,
  type SpaceArrow,
  type SpacePoint,
  sceneElements,
} from "./scene.ts";
import { Space, type View } from "./space.ts";
import { coordinate, svgElement, textWidth } from "./svg.ts";
import { background, fontSize, palette, type Scheme } from "./theme.ts";

/** Options of `surface` and `wireframe`. */
export interface SpaceOptions extends Omit<PlaneOptions, "aspect">, View {
  /** The upright axis. */
  z?: PlaneAxisOptions;
  /** Contours on the floor: the heights, about how many, or `true` for ten. Default: none. */
  floor?: boolean | number | readonly number[];
  /** Points in the same space. Where the surface hides one, it shines through faintly. */
  points?: readonly SpacePoint[];
  /** Arrows in the same space. */
  arrows?: readonly SpaceArrow[];
}

/** Options of `surface`. */
export interface SurfaceOptions extends SpaceOptions {
  /** The colors of heights. Default "viridis". */
  scheme?: Scheme;
}

/** Options of `wireframe`. */
export interface WireframeOptions extends SpaceOptions {
  /** The lines' color. Default: blue. */
  color?: string;
}

/** Around the box, for ticks and labels. */
const MARGINS = { x: 60, top: 20, bottom: 44 } as const;
/** The box's room is never smaller, however small a figure is asked for. */
const LEAST = 80;

const list: Rule = [Array.isArray, "an array of objects"];
const rules = {
  ...barRules,
  z: named,
  azimuth: finite,
  elevation: [
    (value) => finite[0](value) && Math.abs(value as number) <= 90,
    "a number of degrees from -90 to 90",
  ] as Rule,
  floor: anything,
  points: list,
  arrows: list,
};

/**
 * A function of two numbers as a surface in space, colored by height and lit.
 *
 * A grid of more than 50 rows or columns is drawn by 50 of them, evenly chosen.
 *
 * @param data `{ x, y, z }`: z is a function, or a table with a row for each y; holes (NaN) stay open
 * @throws DataError as `contour` does, and where a point or an arrow lacks a coordinate
 * @throws OptionError where an option is out of its range
 * @example
 * import { linspace, surface } from "kobai/plot";
 * const at = linspace(-5, 5);
 * surface(
 *   { x: at, y: at, z: (x0, x1) => x0 ** 2 + x1 ** 2 },
 *   { x: { label: "x0" }, y: { label: "x1" }, z: { label: "f" }, floor: true, points: [{ x: 3, y: 4, z: 25, label: "(3, 4)" }] },
 * );
 */
export function surface(data: GridData, options: SurfaceOptions = {}): Figure {
  const { scheme = "viridis" } = checkOptions("surface", options, { ...rules, scheme: schemeRule });
  return spaceFigure("surface", data, options, (drawing, grid, space) => {
    const colors = colorScale(drawing, scheme, extent("surface: z", grid.z));
    return {
      // The stroke closes the seams between meshes.
      all: { fill: "currentColor", stroke: "currentColor", "stroke-width": 0.5 },
      color: (cell) => litColor(colors, cell, space),
    };
  });
}

/**
 * A function of two numbers as a net of lines in space. The net's meshes hide what is behind them, but for a trace.
 *
 * @param data @throws DataError @throws OptionError as `surface`
 * @example
 * import { arange, wireframe } from "kobai/plot";
 * const at = arange(-3, 3, 0.1);
 * wireframe({ x: at, y: at, z: (x0, x1) => x0 ** 2 + x1 ** 2 });
 */
export function wireframe(data: GridData, options: WireframeOptions = {}): Figure {
  const { color = palette[0] } = checkOptions("wireframe", options, { ...rules, color: cssColor });
  return spaceFigure("wireframe", data, options, () => ({
    all: { fill: background, "fill-opacity": 0.7, stroke: color, "stroke-width": 0.6 },
  }));
}

function spaceFigure(
  call: string,
  data: GridData,
  options: SpaceOptions,
  paintWith: (drawing: Drawing, grid: Grid, space: Space) => Paint,
): Figure {
  const { floor = false, points = [], arrows = [] } = options;
  const levels = floor === false ? undefined : toLevels(call, floor === true ? 10 : floor);
  const grid = toGrid(call, data);
  for (const [i, point] of points.entries()) checkPlace(`${call}: point ${i}`, point, ["x", "y", "z"]);
  for (const [i, arrow] of arrows.entries())
    checkPlace(`${call}: arrow ${i}`, arrow, ["x", "y", "z", "u", "v", "w"]);
  const tips = arrows.map(({ x, y, z, u, v, w }) => ({ x: x + u, y: y + v, z: z + w }));
  const all = (of: "x" | "y" | "z") => [
    ...grid[of],
    ...[...points, ...arrows, ...tips].map((place) => place[of]),
  ];
  const axes = [
    planeAxisOf(`${call}: x`, all("x"), options.x),
    planeAxisOf(`${call}: y`, all("y"), options.y),
    planeAxisOf(`${call}: z`, all("z"), options.z),
  ] as const;
  const items: LegendItem[] = [
    ...points.map(({ label, color = pointColor }) => ({ label, color, marker: true })),
    ...arrows.map(({ label, color = arrowColor }) => ({ label, color, line: true })),
  ];
  return new Figure(options.title ?? call, (drawing) => {
    const { document } = drawing;
    const { title } = options;
    const width = Math.max(MARGINS.x * 2 + LEAST, options.width ?? 480);
    const key = legend(document, items, width);
    const top = (title === undefined ? 0 : 28) + (key ? key.height + 4 : 0);
    const height = Math.max(top + MARGINS.top + MARGINS.bottom + LEAST, options.height ?? 400);
    const space = new Space(axes, options, { width, height: height - top }, MARGINS);
    const box = boxElement(drawing, space);
    const scene = sceneElements(drawing, grid, space, paintWith(drawing, grid, space), {
      ...(levels !== undefined && { floor: levels }),
      points,
      arrows,
    });
    const half = textWidth(title ?? "", fontSize.panelTitle) / 2;
    const left = Math.max(-box.left, half - width / 2);
    const at = (y: number) => ({ transform: `translate(${coordinate(left)},${y})` });
    const group = svgElement(document, "g", {});
    if (title !== undefined) group.append(heading(document, title, left + width / 2, fontSize.panelTitle));
    if (key) group.append(svgElement(document, "g", at(top - key.height - 4), key.element));
    group.append(svgElement(document, "g", at(top), box.element, ...scene));
    return { element: group, width: Math.max(left + width, 2 * half), height };
  });
}

/** @throws DataError where a point or an arrow lacks a coordinate @throws OptionError for another label, color or name */
function checkPlace<K extends string>(
  name: string,
  place: Readonly<Record<K, number>>,
  keys: readonly K[],
): void {
  checkNamed(name, place, `an object { ${keys.join(", ")} }`);
  for (const key of keys) {
    const value: unknown = place[key];
    if (!Number.isFinite(value))
      throw new DataError(`${name}: ${key} must be a finite number; got ${show(value)}`);
  }
  const rules = Object.fromEntries(keys.map((key) => [key, finite]));
  checkOptions<object>(name, place, { ...rules, label: text, color: cssColor });
}
