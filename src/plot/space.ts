// Space on paper: the projection of three axes, and the box that they span.

import type { Axis, Tick } from "./axes.ts";
import { ticksOf } from "./axes.ts";
import type { Drawing } from "./drawing.ts";
import { coordinate, svgElement, textWidth } from "./svg.ts";
import { edge, fontSize, ink } from "./theme.ts";

/** A place in space: in the units of its axes, or of the box, in which each axis goes from −½ to ½. */
export type Point3 = readonly [number, number, number];
export type Point2 = readonly [number, number];

/** From where space is seen, in degrees. */
export interface View {
  /** How far the eye is turned around the upright axis, counterclockwise from the x axis. Default −60. */
  azimuth?: number;
  /** How high the eye stands, from −90 to 90. Default 30. */
  elevation?: number;
}

/** The box's height where its other sides are 1. */
const UPRIGHT = 0.75;

/** Three axes seen from somewhere, drawn into a rectangle: a parallel projection, so that equal lengths stay equal. */
export class Space {
  readonly axes: readonly [Axis, Axis, Axis];
  readonly width: number;
  readonly height: number;
  /** towards the eye */
  readonly eye: Point3;
  readonly #right: Point3;
  readonly #up: Point3;
  readonly #scale: number;
  readonly #middle: Point2;

  /** @param margins what stays free around the box, for ticks and labels */
  constructor(
    axes: readonly [Axis, Axis, Axis],
    { azimuth = -60, elevation = 30 }: View,
    size: { readonly width: number; readonly height: number },
    margins: { readonly x: number; readonly top: number; readonly bottom: number },
  ) {
    this.axes = axes;
    this.width = size.width;
    this.height = size.height;
    const [a, e] = [(azimuth * Math.PI) / 180, (elevation * Math.PI) / 180];
    this.eye = [Math.cos(e) * Math.cos(a), Math.cos(e) * Math.sin(a), Math.sin(e)];
    this.#right = [-Math.sin(a), Math.cos(a), 0];
    this.#up = [-Math.sin(e) * Math.cos(a), -Math.sin(e) * Math.sin(a), Math.cos(e)];
    const corners = [-0.5, 0.5].flatMap((x) =>
      [-0.5, 0.5].flatMap((y) => [-0.5, 0.5].map((z) => this.#flat([x, y, z]))),
    );
    const span = (of: 0 | 1) => Math.max(...corners.map((corner) => corner[of])) * 2;
    const free = [size.width - 2 * margins.x, size.height - margins.top - margins.bottom] as const;
    this.#scale = Math.min(free[0] / span(0), free[1] / span(1));
    this.#middle = [size.width / 2, margins.top + free[1] / 2];
  }

  /** A place on the axes as one in the box. */
  box([x, y, z]: Point3): Point3 {
    return [shareOf(x, this.axes[0]), shareOf(y, this.axes[1]), shareOf(z, this.axes[2])];
  }

  /** A place in the box as pixels. */
  project(place: Point3): Point2 {
    const [x, y] = this.#flat(place);
    return [this.#middle[0] + this.#scale * x, this.#middle[1] - this.#scale * y];
  }

  /** How near to the eye the upright line through a place stands; what is nearer hides what is farther. */
  nearness([x, y]: Point3): number {
    return x * this.eye[0] + y * this.eye[1];
  }

  /** How far apart two places on the floor are, one before the other, that are so many pixels apart on the paper. */
  depth(pixels: number): number {
    return pixels / this.#scale / Math.max(0.2, Math.abs(this.eye[2]));
  }

  /** How much light falls on a surface with this normal (in the box), from 0 to 1. */
  light([x, y, z]: Point3): number {
    const normal: Point3 = [x, y, z / UPRIGHT];
    const length = Math.hypot(...normal) || 1;
    // From above, from the left behind the eye's shoulder.
    const source: Point3 = [0, 1, 2].map(
      (i) => 0.5 * this.eye[i]! - 0.4 * this.#right[i]! + (i === 2 ? 0.8 : 0),
    ) as unknown as Point3;
    const dot = normal.reduce((sum, part, i) => sum + part * source[i]!, 0);
    return Math.abs(dot) / length / Math.hypot(...source);
  }

  #flat([x, y, z]: Point3): Point2 {
    const at: Point3 = [x, y, z * UPRIGHT];
    const along = (direction: Point3) => at[0] * direction[0] + at[1] * direction[1] + at[2] * direction[2];
    return [along(this.#right), along(this.#up)];
  }
}

const TICK = 5;

/** The three sides of the box that lie behind everything, with grids, and the axes along their edges with ticks and names. */
export function boxElement(drawing: Drawing, space: Space): SVGElement {
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
  for (const [i, along] of edges.entries())
    group.append(...axisElements(document, space, i, along, ticks[i]!));
  return group;
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

/** Where a value lies on its axis: from −½ to ½ inside its range. */
function shareOf(value: number, { domain: [low, high] }: Axis): number {
  return (value - low) / (high - low) - 0.5;
}

/** An edge of the box with ticks that stand off it, their labels, and the axis' name beyond them. */
function axisElements(
  document: Document,
  space: Space,
  axis: number,
  along: (share: number) => Point3,
  ticks: readonly Tick[],
): SVGElement[] {
  const [start, end] = [space.project(along(-0.5)), space.project(along(0.5))];
  const length = Math.hypot(end[0] - start[0], end[1] - start[1]);
  if (length < 40) return [];
  let out: Point2 = [(end[1] - start[1]) / length, -(end[0] - start[0]) / length];
  const middle = space.project([0, 0, 0]);
  const center: Point2 = [(start[0] + end[0]) / 2, (start[1] + end[1]) / 2];
  if ((center[0] - middle[0]) * out[0] + (center[1] - middle[1]) * out[1] < 0) out = [-out[0], -out[1]];
  const anchor = out[0] > 0.35 ? "start" : out[0] < -0.35 ? "end" : "middle";
  const text = (content: string, [x, y]: Point2, distance: number, size: number) =>
    svgElement(
      document,
      "text",
      {
        x: coordinate(x + out[0] * distance),
        y: coordinate(y + out[1] * distance),
        dy: "0.35em",
        "text-anchor": anchor,
        "font-size": size,
      },
      content,
    );
  // Labels of ticks that would touch on the paper: every other one.
  const step = ticks.length > 1 && length / ticks.length < 22 ? 2 : 1;
  // Where the upright axis meets another one, that one's label takes its place.
  const shown = ticks
    .filter((_, i) => i % step === 0)
    .filter(({ value }) => axis !== 2 || shareOf(value, space.axes[2]) > -0.47);
  const marks = shown.map(({ value }) => {
    const [x, y] = space.project(along(shareOf(value, space.axes[axis]!)));
    return `M${coordinate(x)},${coordinate(y)}l${coordinate(out[0] * TICK)},${coordinate(out[1] * TICK)}`;
  });
  const line = `M${start.map(coordinate).join(",")}L${end.map(coordinate).join(",")}`;
  const elements = [
    svgElement(document, "path", {
      d: line + marks.join(""),
      stroke: ink,
      fill: "none",
      "stroke-width": 0.9,
    }),
    ...shown.map(({ value, label }) =>
      text(label, space.project(along(shareOf(value, space.axes[axis]!))), TICK + 6, fontSize.tick),
    ),
  ];
  const { label } = space.axes[axis]!;
  if (label !== undefined) {
    const widest = Math.max(...shown.map((tick) => textWidth(tick.label)));
    const beyond = TICK + 14 + Math.abs(out[0]) * widest + Math.abs(out[1]) * fontSize.tick;
    elements.push(text(label, center, beyond, fontSize.label));
  }
  return elements;
}
