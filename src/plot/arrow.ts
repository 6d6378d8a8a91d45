// Arrows: the outline of one, and what of it lies inside a frame.

import type { Frame } from "./frame.ts";

type Place = readonly [number, number];

const HEAD_LENGTH = 8;
const HEAD_WIDTH = 6.5;

/**
 * The outline of an arrow from one place to another. Where it is too short for a head of full size the head shrinks with it; where it is
 * shorter than two pixels it is a dot, so that one still sees that something is there.
 */
export function arrowOutline([x0, y0]: Place, [x1, y1]: Place, thickness = 1.5): Place[] {
  const length = Math.hypot(x1 - x0, y1 - y0);
  if (length < 2) return diamond(x0, y0, thickness);
  const [dx, dy] = [(x1 - x0) / length, (y1 - y0) / length];
  const size = Math.max(0.5, Math.min(1, length / (1.5 * HEAD_LENGTH))) * Math.sqrt(thickness / 1.5);
  const neck = Math.max(0, length - HEAD_LENGTH * size);
  const half = (thickness / 2) * Math.max(0.5, Math.min(1, size));
  const wing = (HEAD_WIDTH / 2) * size;
  const at = (along: number, across: number): Place => [
    x0 + along * dx - across * dy,
    y0 + along * dy + across * dx,
  ];
  return [
    at(0, half),
    at(neck, half),
    at(neck, wing),
    [x1, y1],
    at(neck, -wing),
    at(neck, -half),
    at(0, -half),
  ];
}

function diamond(x: number, y: number, radius: number): Place[] {
  return [
    [x - radius, y],
    [x, y - radius],
    [x + radius, y],
    [x, y + radius],
  ];
}

/** A polygon cut at the edges of a frame (Sutherland and Hodgman, 1974). */
export function clipPolygon(polygon: readonly Place[], { left, top, width, height }: Frame): Place[] {
  let points = [...polygon];
  const edges: [axis: 0 | 1, limit: number, sign: 1 | -1][] = [
    [0, left, 1],
    [0, left + width, -1],
    [1, top, 1],
    [1, top + height, -1],
  ];
  for (const [axis, limit, sign] of edges) {
    const inside = (point: Place) => sign * (point[axis] - limit) >= 0;
    points = points.flatMap((point, i) => {
      const before = points.at(i - 1)!;
      const share = (limit - before[axis]) / (point[axis] - before[axis]);
      const crossing: Place = [
        before[0] + share * (point[0] - before[0]),
        before[1] + share * (point[1] - before[1]),
      ];
      if (inside(point)) return inside(before) ? [point] : [crossing, point];
      return inside(before) ? [crossing] : [];
    });
  }
  return points;
}

/** A closed path, each corner by its distance from the one before, to a tenth of a pixel: surfaces have thousands of them. */
export function polygonPath(polygon: readonly Place[]): string {
  if (polygon.length < 3) return "";
  const tenths = polygon.map((place) => place.map((value) => Math.round(value * 10)) as [number, number]);
  const [first, ...rest] = tenths as [[number, number], ...[number, number][]];
  const pair = (x: number, y: number) => `${x / 10}${y < 0 ? "" : ","}${y / 10}`;
  const steps = rest.map(([x, y], i) => {
    const step = pair(x - tenths[i]![0], y - tenths[i]![1]);
    return i === 0 || step.startsWith("-") ? step : ` ${step}`;
  });
  return `M${pair(...first)}l${steps.join("")}Z`;
}
