// Lines between points: cut where they leave the frame, and without the points that nobody could see.

import { type Axis, isDrawable } from "./axes.ts";
import type { Frame } from "./frame.ts";

/** A point, or [NaN, NaN] for a gap. */
type Place = [number, number];

const GAP: Place = [Number.NaN, Number.NaN];

/** Where a value lies on an axis, from 0 to 1 inside its range. */
export function position(value: number, { domain: [low, high], type }: Axis): number {
  if (!isDrawable(value, type)) return Number.NaN;
  if (type === "log") return Math.log(value / low) / Math.log(high / low);
  return (value - low) / (high - low);
}

function placeOf(share: number, { domain: [low, high], type }: Axis): number {
  return type === "log" ? low * (high / low) ** share : low + share * (high - low);
}

/**
 * The line through points, as much of it as lies inside the frame (Liang and Barsky, 1984). The frame has no clipping path of its own:
 * those are found by ids, which could be taken in the page that shows the figure.
 */
export function clipLine(xs: readonly number[], ys: readonly number[], x: Axis, y: Axis): Place[] {
  const line: Place[] = [];
  let joined = false;
  for (let i = 0; i < xs.length; i++) {
    const to: Place = [position(xs[i]!, x), position(ys[i]!, y)];
    const from: Place = i === 0 ? GAP : [position(xs[i - 1]!, x), position(ys[i - 1]!, y)];
    const part = isGap(to) ? undefined : isGap(from) ? insidePoint(to) : clipSegment(from, to);
    if (!part) {
      if (joined) line.push(GAP);
      joined = false;
      continue;
    }
    const place = (share: number): Place => {
      if (share === 1) return [xs[i]!, ys[i]!];
      if (share === 0) return [xs[i - 1]!, ys[i - 1]!];
      return [
        placeOf(from[0] + share * (to[0] - from[0]), x),
        placeOf(from[1] + share * (to[1] - from[1]), y),
      ];
    };
    const [start, end] = part;
    if (!joined || start > 0) {
      if (joined) line.push(GAP);
      if (start < 1) line.push(place(start));
    }
    line.push(place(end));
    joined = end === 1;
    if (!joined) line.push(GAP);
  }
  return line;
}

function isGap([x, y]: Place): boolean {
  return Number.isNaN(x) || Number.isNaN(y);
}

function insidePoint([x, y]: Place): [number, number] | undefined {
  return x >= 0 && x <= 1 && y >= 0 && y <= 1 ? [1, 1] : undefined;
}

/** Which share of a segment lies inside the unit square. */
function clipSegment([x0, y0]: Place, [x1, y1]: Place): [number, number] | undefined {
  let [start, end] = [0, 1];
  for (const [from, step] of [
    [x0, x1 - x0],
    [y0, y1 - y0],
  ] as const) {
    if (step === 0) {
      if (from < 0 || from > 1) return undefined;
      continue;
    }
    const [a, b] = [-from / step, (1 - from) / step];
    start = Math.max(start, Math.min(a, b));
    end = Math.min(end, Math.max(a, b));
  }
  return start <= end ? [start, end] : undefined;
}

/** Lines of fewer points are drawn as they are. */
const MANY = 2000;

/**
 * A long line without what would be drawn over itself: of points one after the other in one column, half a pixel wide, the first, the
 * last, the lowest and the highest stay.
 */
export function thinned(line: readonly Place[], x: Axis, frame: Frame): readonly Place[] {
  if (line.length <= MANY) return line;
  const column = ([at]: Place) => Math.round(position(at, x) * frame.width * 2);
  const kept: Place[] = [];
  for (let i = 0; i < line.length; ) {
    let [last, lowest, highest] = [i, i, i];
    while (last + 1 < line.length && column(line[last + 1]!) === column(line[i]!)) {
      last++;
      if (line[last]![1] < line[lowest]![1]) lowest = last;
      if (line[last]![1] > line[highest]![1]) highest = last;
    }
    const indices = [...new Set([i, lowest, highest, last])].sort((a, b) => a - b);
    kept.push(...indices.map((index) => line[index]!));
    i = last + 1;
  }
  return kept;
}
