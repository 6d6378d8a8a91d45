import { describe, expect, test } from "vitest";
import { assignOffsets, type Interval } from "../../src/graph/arena.ts";

function interval(start: number, end: number, bytes: number): Interval {
  return { start, end, bytes, offset: -1 };
}

/** Bytes that live at one time, at most: no arena can be smaller. */
function mostAlive(intervals: readonly Interval[]): number {
  const times = intervals.map(({ start }) => start);
  const alive = (time: number) =>
    intervals
      .filter(({ start, end }) => start <= time && time <= end)
      .reduce((total, { bytes }) => total + bytes, 0);
  return Math.max(0, ...times.map(alive));
}

function overlap(a: Interval, b: Interval): boolean {
  const inTime = a.start <= b.end && b.start <= a.end;
  return inTime && a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
}

describe("assignOffsets", () => {
  test("nothing takes no room", () => {
    expect(assignOffsets([])).toBe(0);
  });

  test("values whose lives do not meet share memory; end and start at one instruction do meet", () => {
    const apart = [interval(0, 1, 64), interval(2, 3, 64)];
    expect(assignOffsets(apart)).toBe(64);
    expect(apart.map(({ offset }) => offset)).toEqual([0, 0]);
    const meeting = [interval(0, 2, 64), interval(2, 3, 64)];
    expect(assignOffsets(meeting)).toBe(128);
  });

  test("a gap between two that live is used", () => {
    const [low, gone, high, late] = [
      interval(0, 9, 256),
      interval(0, 2, 192),
      interval(0, 9, 128),
      interval(3, 9, 64),
    ] as const;
    expect(assignOffsets([low, gone, high, late])).toBe(576);
    expect(late.offset).toBe(256);
  });

  test("random lives never overlap, and the arena is no larger than it looks", () => {
    let state = 1;
    const below = (n: number) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * n);
    };
    for (let round = 0; round < 300; round++) {
      const intervals = Array.from({ length: 1 + below(40) }, () => {
        const start = below(30);
        return interval(start, start + below(12), 64 * (1 + below(20)));
      });
      const total = assignOffsets(intervals);
      expect(total).toBe(Math.max(...intervals.map(({ offset, bytes }) => offset + bytes)));
      expect(total).toBeGreaterThanOrEqual(mostAlive(intervals));
      expect(intervals.filter(({ offset }) => offset < 0)).toEqual([]);
      expect(intervals.filter((a, i) => intervals.slice(i + 1).some((b) => overlap(a, b)))).toEqual([]);
    }
  });
});
