// The box that three axes span: the sides behind everything with grids, and the axes with ticks and names.

import { type Tick, ticksOf } from "./axes.ts";
import type { Drawing } from "./drawing.ts";
import { type Point2, type Point3, type Space, shareOf } from "./space.ts";
import { coordinate, svgElement, textWidth } from "./svg.ts";
import { edge, fontSize, ink } from "./theme.ts";

const TICK = 5;
/** Of an axis that is seen from its end there is nothing to read. */
const SHORTEST = 40;

/**
 * The three sides of the box that lie behind everything, with grids, and the axes along their edges with ticks and names.
 *
 * @returns left: where the leftmost text begins, where that is left of the drawing
 */
export function boxElement(drawing: Drawing, space: Space): { element: SVGElement; left: number } {
  const { document } = drawing;
  const [far, near] = [sides(space.eye, -1), sides(space.eye, 1)];
  const ticks = space.axes.map((axis) => ticksOf(drawing, axis, 5));
  const path = (...places: Point3[]) =>
    `M${places.map((place) => space.project(place).map(coordinate).join(",")).join("L")}`;
  const group = svgElement(document, "g", { "aria-label": "axes" });
  const lines: string[] = [];
  for (const axis of [0, 1, 2] as const) {
    // The side on which this axis has its far value, and the two axes that span it.
    const [b, c] = others(axis);
    const at = (first: number, second: number) => with3(axis, far[axis], b, first, c, second);
    lines.push(`${path(at(-0.5, -0.5), at(0.5, -0.5), at(0.5, 0.5), at(-0.5, 0.5))}Z`);
    for (const [of, other] of [
      [b, c],
      [c, b],
    ] as const) {
      for (const { value } of ticks[of]!) {
        const share = shareOf(value, space.axes[of]!);
        const end = (side: number) => with3(axis, far[axis], of, share, other, side);
        lines.push(path(end(-0.5), end(0.5)));
      }
    }
  }
  group.append(
    svgElement(document, "path", { d: lines.join(""), fill: "none", stroke: edge, "stroke-width": 0.75 }),
  );
  // x along the near edge of the floor, y likewise, z along the edge that is outermost on the left.
  const left = space.project([far[0], near[1], 0])[0] < space.project([near[0], far[1], 0])[0];
  const edges: ((share: number) => Point3)[] = [
    (share) => [share, near[1], far[2]],
    (share) => [near[0], share, far[2]],
    (share) => (left ? [far[0], near[1], share] : [near[0], far[1], share]),
  ];
  const taken: Box[] = [];
  for (const [i, along] of edges.entries()) {
    group.append(...axisElements(document, space, i, along, ticks[i]!, taken));
  }
  return { element: group, left: Math.min(0, ...taken.map((box) => box.left)) };
}

/** On which side of the box each axis is far from the eye (−1) or near to it (1). */
function sides(eye: Point3, sign: 1 | -1): [number, number, number] {
  return eye.map((part) => ((part >= 0 ? 1 : -1) * sign) / 2) as [number, number, number];
}

function others(axis: 0 | 1 | 2): [number, number] {
  return [
    [1, 2],
    [0, 2],
    [0, 1],
  ][axis] as [number, number];
}

function with3(a: number, x: number, b: number, y: number, c: number, z: number): Point3 {
  const place = [0, 0, 0];
  place[a] = x;
  place[b] = y;
  place[c] = z;
  return place as unknown as Point3;
}

/** Where a text stands. */
interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** An edge of the box with ticks that stand off it, their labels, and the axis' name beyond them. */
function axisElements(
  document: Document,
  space: Space,
  axis: number,
  along: (share: number) => Point3,
  ticks: readonly Tick[],
  taken: Box[],
): SVGElement[] {
  const [start, end] = [space.project(along(-0.5)), space.project(along(0.5))];
  const length = Math.hypot(end[0] - start[0], end[1] - start[1]);
  if (length < SHORTEST) return [];
  const middle: Point2 = [(start[0] + end[0]) / 2, (start[1] + end[1]) / 2];
  const out = outwards(start, end, space.project([0, 0, 0]));
  const anchor = out[0] > 0.35 ? "start" : out[0] < -0.35 ? "end" : "middle";
  /** A text so far off a place, unless it would touch another one. */
  const text = (content: string, [x, y]: Point2, distance: number, size: number): SVGElement[] => {
    const [a, b] = [x + out[0] * distance, y + out[1] * distance];
    const width = textWidth(content, size);
    const left = a - (anchor === "start" ? 0 : anchor === "end" ? width : width / 2);
    const box = { left, right: left + width, top: b - size / 2, bottom: b + size / 2 };
    if (taken.some((other) => overlap(box, other))) return [];
    taken.push(box);
    const at = { x: coordinate(a), y: coordinate(b), dy: "0.35em", "text-anchor": anchor, "font-size": size };
    return [svgElement(document, "text", at, content)];
  };
  const places = ticks.map(({ value }) => space.project(along(shareOf(value, space.axes[axis]!))));
  const marks = places.map(
    ([x, y]) =>
      `M${coordinate(x)},${coordinate(y)}l${coordinate(out[0] * TICK)},${coordinate(out[1] * TICK)}`,
  );
  const line = `M${start.map(coordinate).join(",")}L${end.map(coordinate).join(",")}`;
  const elements = [
    svgElement(document, "path", {
      d: line + marks.join(""),
      stroke: ink,
      fill: "none",
      "stroke-width": 0.9,
    }),
    ...ticks.flatMap(({ label }, i) => text(label, places[i]!, TICK + 6, fontSize.tick)),
  ];
  const { label } = space.axes[axis]!;
  if (label === undefined) return elements;
  if (axis === 2) return [...elements, uprightName(document, label, end, taken)];
  const widest = Math.max(...ticks.map((tick) => textWidth(tick.label)));
  const beyond = TICK + 14 + Math.abs(out[0]) * widest + Math.abs(out[1]) * fontSize.tick;
  return [...elements, ...text(label, middle, beyond, fontSize.label)];
}

/** The upright axis' name stands above it and goes to the left, where nothing is, however long it is. */
function uprightName(document: Document, label: string, [x, y]: Point2, taken: Box[]): SVGElement {
  const right = x + 4;
  const left = right - textWidth(label, fontSize.label);
  const boxAt = (bottom: number) => ({ left, right, top: bottom - fontSize.label, bottom });
  let box = boxAt(y - 8);
  while (taken.some((other) => overlap(box, other))) box = boxAt(box.top);
  taken.push(box);
  const at = {
    x: coordinate(right),
    y: coordinate(box.bottom),
    "text-anchor": "end",
    "font-size": fontSize.label,
  };
  return svgElement(document, "text", at, label);
}

/** The direction off a line, away from a place. */
function outwards(start: Point2, end: Point2, from: Point2): Point2 {
  const length = Math.hypot(end[0] - start[0], end[1] - start[1]);
  const out: Point2 = [(end[1] - start[1]) / length, -(end[0] - start[0]) / length];
  const away = ((start[0] + end[0]) / 2 - from[0]) * out[0] + ((start[1] + end[1]) / 2 - from[1]) * out[1];
  return away < 0 ? [-out[0], -out[1]] : out;
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right + 2 && b.left < a.right + 2 && a.top < b.bottom && b.top < a.bottom;
}
