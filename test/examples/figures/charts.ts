// Charts read back from their files, in the units of their axes.

import { expect } from "vitest";
import { type Drawn, linesOf, numbers, type Place, scales } from "../../plot/parse.ts";

/** What must be in a figure, whose file is given. */
export type Check = (svg: string) => void | Promise<void>;

/** What a chart shows, in the units of its axes. */
export function charted(chart: Drawn) {
  const { at, x, y } = scales(chart);
  return {
    chart,
    texts: chart.texts,
    ranges: [x, y].map((range) => range.map(rounded)),
    lines: linesOf(chart).map((line) => line.map(at)),
    dots: chart.marks("dot", "circle").map((dot) => at(numbers(dot, "cx", "cy") as Place)),
  };
}

/** To four digits: coordinates are told to a hundredth of a pixel. */
function rounded(value: number): number {
  return Number(value.toPrecision(4)) || 0;
}

/** Whether points lie on a curve, to a thousandth of what the chart shows. */
export function expectOn(f: (x: number) => number, line: readonly Place[], [low, high]: readonly number[]) {
  for (const [x, y] of line) expect(Math.abs(y - f(x)) / (high! - low!)).toBeLessThan(2e-3);
}

export function expectAt(
  points: readonly Place[],
  expected: readonly (readonly number[])[],
  [xs, ys]: number[][],
) {
  expect(points).toHaveLength(expected.length);
  for (const [i, [x, y]] of points.entries()) {
    expect(Math.abs(x - expected[i]![0]!) / (xs![1]! - xs![0]!)).toBeLessThan(1e-3);
    expect(Math.abs(y - expected[i]![1]!) / (ys![1]! - ys![0]!)).toBeLessThan(1e-3);
  }
}

/** Points that are the expected ones, in their order; those that lie on an earlier one are drawn once. */
export function expectPoints(
  dots: readonly Place[],
  expected: readonly (readonly number[])[],
  [xs, ys]: number[][],
) {
  const isAt = ([x, y]: Place, [a, b]: readonly number[]) =>
    Math.hypot((x - a!) / (xs![1]! - xs![0]!), (y - b!) / (ys![1]! - ys![0]!)) < 3e-3;
  expect(dots.length).toBeLessThanOrEqual(expected.length);
  const order = dots.map((dot) => expected.findIndex((point) => isAt(dot, point)));
  expect(order[0]).toBe(0);
  expect(order).toEqual([...order].sort((a, b) => a - b));
  for (const point of expected) expect(dots.some((dot) => isAt(dot, point))).toBe(true);
}

export const attributes = (elements: Element[], name: string) =>
  elements.map((each) => each.getAttribute(name));
