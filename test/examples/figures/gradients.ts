// What must be in the figures of gradients and of descents.

import { expect } from "vitest";
import { corners, type Drawn, numbers, type Place, parsed, scales } from "../../plot/parse.ts";
import { attributes, type Check, charted, expectAt, expectPoints } from "./charts.ts";

/** Arrows point to the middle of the frame. */
function expectDownhill(chart: Drawn) {
  const { at } = scales(chart);
  const arrows = arrowsOf(chart);
  expect(arrows.length).toBeGreaterThan(250);
  for (const arrow of arrows) {
    const outline = corners(arrow.getAttribute("d")!).map(at);
    if (outline.length !== 7) continue; // cut at the frame
    const [a, , , tip, , , b] = outline as Place[];
    const tail = [(a![0] + b![0]) / 2, (a![1] + b![1]) / 2] as const;
    expect(Math.hypot(...tip!)).toBeLessThan(Math.hypot(...tail));
    const turn = tip![0] * tail[1] - tip![1] * tail[0];
    expect(Math.abs(turn) / Math.hypot(...tail) ** 2).toBeLessThan(0.05);
  }
}

/** Arrows that have a head. */
const arrowsOf = (chart: Drawn) =>
  chart.marks("arrows", "path").filter((path) => corners(path.getAttribute("d")!).length >= 5);

/** The path of a descent on x₀² + x₁², whose gradient is 2x. */
const descent = (lr: number, steps: number) =>
  Array.from({ length: steps + 1 }, (_, i) => [-3, 4].map((x) => x * (1 - 2 * lr) ** i));

export const gradients: Record<string, Check> = {
  wireframe: (svg) => {
    const chart = parsed(svg);
    expect(chart.marks("surface", "path").length).toBeGreaterThan(29 ** 2);
    expect(chart.texts).toEqual(expect.arrayContaining(["x0", "x1", "f(x)", "−3", "2", "15"]));
    expect(attributes(chart.marks("surface", "path"), "color").every((color) => color === null)).toBe(true);
  },
  surface: (svg) => {
    const chart = parsed(svg);
    expect(chart.marks("surface", "path")).toHaveLength(50 * 50);
    expect(chart.texts).toEqual(expect.arrayContaining(["X0", "X1", "function_2(X0, X1)", "50"]));
    expect(new Set(attributes(chart.marks("surface", "path"), "color")).size).toBeGreaterThan(100);
  },
  "surface-gradient": (svg) => {
    const chart = parsed(svg);
    expect(chart.texts).toEqual(expect.arrayContaining(["Point (3, 4)", "Gradient", "f(X0, X1)"]));
    expect(attributes(chart.marks("surface", "circle"), "fill")).toEqual(["red"]);
    const [arrow, ...others] = chart.marks("surface", 'path[fill="blue"]');
    expect(others).toEqual([]);
    // It begins at the point.
    const [cx, cy] = numbers(chart.marks("surface", "circle")[0]!, "cx", "cy") as Place;
    const from = corners(arrow!.getAttribute("d")!)[0]!;
    expect(Math.hypot(from[0] - cx, from[1] - cy)).toBeLessThan(3);
  },
  "gradient-field": (svg) => {
    const { chart, ranges, texts } = charted(parsed(svg));
    expect(ranges).toEqual([
      [-2, 2],
      [-2, 2],
    ]);
    expect(texts).toEqual(expect.arrayContaining(["x0 →", "↑ x1"]));
    expect(chart.marks("arrows", "path")).toHaveLength(17 * 17);
    expect(chart.svg).toContain('fill="#666666"');
    expectDownhill(chart);
  },
  "gradient-field-wide": (svg) => {
    const { chart, texts } = charted(parsed(svg));
    expect(texts).toContain("gradient");
    expect(chart.marks("arrows", "path")).toHaveLength(20 * 20);
    expectDownhill(chart);
  },
  descent: (svg) => {
    const { dots, lines, ranges, texts, chart } = charted(parsed(svg));
    expect(ranges).toEqual([
      [-3.5, 3.5],
      [-4.5, 4.5],
    ]);
    expect(texts).toEqual(expect.arrayContaining(["X0 →", "↑ X1"]));
    expectPoints(dots, descent(0.1, 19), ranges);
    expectAt(
      lines.flat(),
      [
        [-3.5, 0],
        [3.5, 0],
        [0, -4.5],
        [0, 4.5],
      ],
      ranges,
    );
    expect(chart.svg.match(/stroke-dasharray/g)).toHaveLength(2);
  },
  "descent-lr-10": (svg) => {
    const { dots, ranges } = charted(parsed(svg));
    expect(ranges).toEqual([
      [-3e13, 3e13],
      [-2e12, 2e12],
    ]);
    // Most steps are at the origin of such axes; where the last ones go, rounding decides, as in NumPy.
    const end = [-2.58983747e13, -1.29524862e12];
    expectAt([dots[0]!, dots.at(-1)!], [[0, 0], end], ranges);
  },
  "descent-lr-1e-10": (svg) => {
    const { dots, ranges } = charted(parsed(svg));
    expectPoints(dots, new Array(100).fill([-3, 4]), ranges);
  },
  "descent-points": (svg) => {
    const { dots, ranges, lines } = charted(parsed(svg));
    expectPoints(dots, descent(0.1, 19), ranges);
    expect(lines).toEqual([]);
  },
  "descent-100": (svg) => {
    const { dots, ranges } = charted(parsed(svg));
    expect(ranges).toEqual([
      [-5, 5],
      [-5, 5],
    ]);
    expectPoints(dots, descent(0.1, 100).slice(1), ranges);
  },
};
