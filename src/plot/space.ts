// Space on paper: the projection of three axes.

import type { Axis } from "./axes.ts";

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

/** Where a value lies on its axis: from −½ to ½ inside its range. */
export function shareOf(value: number, { domain: [low, high] }: Axis): number {
  return (value - low) / (high - low) - 0.5;
}
