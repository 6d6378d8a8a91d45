// What stands in space: the meshes of a surface, contours on the floor, points and arrows, the far before the near.

import { arrowOutline, polygonPath } from "./arrow.ts";
import { type ColorScale, hexOf, type Rgb } from "./colors.ts";
import { contourLines, levelsOf } from "./contour.ts";
import type { Drawing } from "./drawing.ts";
import { extent, type Grid } from "./grid.ts";
import type { Point3, Space } from "./space.ts";
import { coordinate, svgElement } from "./svg.ts";
import { background, faint, palette } from "./theme.ts";

/** A point over the plane. */
export interface SpacePoint {
  x: number;
  y: number;
  z: number;
  /** Its name in the legend. Default: it is not in the legend. */
  label?: string;
  /** Default: vermilion for points, black for arrows. */
  color?: string;
}

/** An arrow from (x, y, z) to (x + u, y + v, z + w). */
export interface SpaceArrow extends SpacePoint {
  u: number;
  v: number;
  w: number;
}

export const pointColor = palette[1];
export const arrowColor = "#000000";

/** A mesh of the grid: its four corners, in the units of the box. */
export type Cell = readonly [Point3, Point3, Point3, Point3];

/** How meshes are painted: the attributes of all, and what `currentColor` in them is for each. */
export interface Paint {
  readonly all: Readonly<Record<string, string | number>>;
  color?(cell: Cell): string;
}

/** More meshes than this in a row are not told apart at the size of a figure. */
const MOST = 50;
/** Of points, in pixels. */
const RADIUS = 5;
/** How much what lies behind a surface shines through. */
const TRACE = 0.35;

/** The surface, its points and arrows, and the floor below. */
export function sceneElements(
  drawing: Drawing,
  grid: Grid,
  space: Space,
  paint: Paint,
  {
    floor,
    points,
    arrows,
  }: { floor?: number | number[]; points: readonly SpacePoint[]; arrows: readonly SpaceArrow[] },
): SVGElement[] {
  const { document } = drawing;
  const coarse = coarser(grid);
  // In a parallel view, what stands on an upright line nearer to the eye is in front, however high it is.
  const items = cells(coarse, space).map((cell) => ({
    nearness: cell.reduce((sum, corner) => sum + space.nearness(corner), 0) / 4,
    element: svgElement(document, "path", {
      d: polygonPath(cell.map((corner) => space.project(corner))),
      color: paint.color?.(cell),
    }),
  }));
  const meshes = svgElement(document, "g", {
    "aria-label": "surface",
    "stroke-linejoin": "round",
    ...paint.all,
  });
  // What stands on a surface stands before the meshes that it touches.
  const stand = 1.5 / Math.min(coarse.x.length, coarse.y.length) + space.depth(RADIUS);
  const isSeen = (point: SpacePoint) => isInBox(boxed(point, space));
  const standing = [
    ...arrows.filter(isSeen).map((arrow) => ({
      place: tipOrTail(arrow, space),
      element: () => arrowElement(document, arrow, space),
    })),
    ...points.filter(isSeen).map((point) => ({
      place: boxed(point, space),
      element: () => pointElement(document, point, space),
    })),
  ];
  for (const { place, element } of standing) {
    items.push({ nearness: space.nearness(place) + stand, element: element() });
  }
  items.sort((a, b) => a.nearness - b.nearness);
  meshes.append(...items.map(({ element }) => element));
  const traces = svgElement(
    document,
    "g",
    { "aria-label": "traces", opacity: TRACE },
    ...standing.map(({ element }) => element()),
  );
  const ground = floor === undefined ? [] : [floorElement(drawing, grid, floor, space)];
  const seenFromBelow = space.eye[2] < 0;
  return [
    ...(seenFromBelow ? [] : ground),
    meshes,
    ...(standing.length > 0 ? [traces] : []),
    ...(seenFromBelow ? ground : []),
  ];
}

function boxed({ x, y, z }: SpacePoint, space: Space): Point3 {
  return space.box([x, y, z]);
}

function tip({ x, y, z, u, v, w }: SpaceArrow, space: Space): Point3 {
  return space.box([x + u, y + v, z + w]);
}

/** The end of an arrow that is nearer to the eye. */
function tipOrTail(arrow: SpaceArrow, space: Space): Point3 {
  const ends = [boxed(arrow, space), tip(arrow, space)] as const;
  return space.nearness(ends[0]) > space.nearness(ends[1]) ? ends[0] : ends[1];
}

/** What points and arrows are set off by from the surface, whatever that is painted with. */
const plain = { "fill-opacity": 1, stroke: background, "stroke-width": 0.75 };

function pointElement(document: Document, point: SpacePoint, space: Space): SVGElement {
  const [cx, cy] = space.project(boxed(point, space)).map(coordinate);
  return svgElement(document, "circle", {
    cx,
    cy,
    r: RADIUS,
    ...plain,
    fill: point.color ?? pointColor,
  });
}

function arrowElement(document: Document, arrow: SpaceArrow, space: Space): SVGElement {
  const outline = arrowOutline(space.project(boxed(arrow, space)), space.project(tip(arrow, space)), 2.5);
  return svgElement(document, "path", {
    d: polygonPath(outline),
    ...plain,
    fill: arrow.color ?? arrowColor,
  });
}

/** Contours of the grid on the floor of the box. */
function floorElement(drawing: Drawing, grid: Grid, levels: number | number[], space: Space): SVGElement {
  const heights = levelsOf(drawing, levels, ...extent("floor", grid.z));
  const d = contourLines(drawing, grid, heights, space.axes[0], space.axes[1]).map(({ line }) => {
    let path = "";
    let joined = false;
    for (const [x, y] of line) {
      if (Number.isNaN(x)) joined = false;
      else {
        const [a, b] = space.box([x, y, 0]);
        path += `${joined ? "L" : "M"}${space.project([a, b, -0.5]).map(coordinate).join(",")}`;
        joined = true;
      }
    }
    return path;
  });
  return svgElement(
    drawing.document,
    "g",
    { "aria-label": "floor", fill: "none", stroke: faint, "stroke-width": 0.8 },
    ...d.map((path) => svgElement(drawing.document, "path", { d: path })),
  );
}

/** Every so many rows and columns, evenly, and the last. */
function coarser({ x, y, z }: Grid): Grid {
  const chosen = (count: number) => {
    const step = Math.ceil((count - 1) / MOST);
    const indices = Array.from({ length: Math.ceil((count - 1) / step) }, (_, i) => i * step);
    return [...indices, count - 1];
  };
  const [columns, rows] = [chosen(x.length), chosen(y.length)];
  return {
    x: columns.map((i) => x[i]!),
    y: rows.map((i) => y[i]!),
    z: rows.flatMap((row) => columns.map((column) => z[row * x.length + column]!)),
  };
}

function isInBox(place: Point3): boolean {
  return place.every((part) => Math.abs(part) <= 0.5 + 1e-9);
}

/** The meshes that have four corners inside the box. */
function cells({ x, y, z }: Grid, space: Space): Cell[] {
  const places = z.map((height, i) => space.box([x[i % x.length]!, y[Math.floor(i / x.length)]!, height]));
  const found: Cell[] = [];
  for (let row = 0; row + 1 < y.length; row++) {
    for (let column = 0; column + 1 < x.length; column++) {
      const i = row * x.length + column;
      const cell: Cell = [places[i]!, places[i + 1]!, places[i + 1 + x.length]!, places[i + x.length]!];
      if (cell.every(isInBox)) found.push(cell);
    }
  }
  return found;
}

/** The color of a mesh's mean height, darker where it is turned away from the light. */
export function litColor(colors: ColorScale, cell: Cell, space: Space): string {
  const mean = cell.reduce((sum, [, , z]) => sum + z, 0) / 4;
  const [low, high] = space.axes[2].domain;
  const rgb = colors.rgb(low + (mean + 0.5) * (high - low));
  const light = 0.72 + 0.28 * space.light(normalOf(cell));
  return hexOf(rgb.map((part) => Math.round(part * light)) as unknown as Rgb);
}

/** The product of a mesh's diagonals. */
function normalOf([a, b, c, d]: Cell): Point3 {
  const [p, q] = [[0, 1, 2].map((i) => c[i]! - a[i]!), [0, 1, 2].map((i) => d[i]! - b[i]!)] as [
    number[],
    number[],
  ];
  return [p[1]! * q[2]! - p[2]! * q[1]!, p[2]! * q[0]! - p[0]! * q[2]!, p[0]! * q[1]! - p[1]! * q[0]!];
}
