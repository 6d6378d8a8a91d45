// What must be in the figures of optimizers.

import { expect } from "vitest";
import { type Place, panels, parsed } from "../../plot/parse.ts";
import { attributes, type Check, charted, expectAt } from "./charts.ts";

/** A path alone on ±10 that ends somewhere. */
function expectPath(steps: number, end: Place): Check {
  return (svg) => {
    const { dots, ranges } = charted(parsed(svg));
    expect(ranges).toEqual([
      [-10, 10],
      [-10, 10],
    ]);
    expect(dots).toHaveLength(steps);
    expect(Math.hypot(dots.at(-1)![0] - end[0], dots.at(-1)![1] - end[1])).toBeLessThan(0.1);
  };
}

export const optimizers: Record<string, Check> = {
  "optimizers-surface": (svg) => {
    const chart = parsed(svg);
    expect(chart.marks("surface", "path")).toHaveLength(50 * 50);
    expect(chart.marks("floor", "path").length).toBeGreaterThan(5);
    expect(chart.texts).toEqual(expect.arrayContaining(["x", "y", "z", "−10", "100"]));
  },
  "optimizers-field": (svg) => {
    const { chart, ranges, texts } = charted(parsed(svg));
    expect(ranges).toEqual([
      [-0.5, 0.5],
      [-0.5, 0.5],
    ]);
    // The color bar.
    expect(texts).toEqual(expect.arrayContaining(["0", "8", "16"]));
    const arrows = chart.marks("arrows", "path");
    expect(arrows).toHaveLength(11 * 11);
    expect(new Set(attributes(arrows, "fill")).size).toBeGreaterThan(5);
  },
  sgd: (svg) => {
    const { dots, lines, ranges, chart } = charted(parsed(svg));
    expect(ranges).toEqual([
      [-10, 10],
      [-10, 10],
    ]);
    expect([dots.length, lines[0]!.length]).toEqual([30, 30]);
    expect(chart.svg).toContain('fill="red"');
    // Each step shrinks x to 0.905 of it, and turns y to −0.9 of it.
    const path = Array.from({ length: 30 }, (_, i) => [-7 * 0.905 ** (i + 1), 2 * (-0.9) ** (i + 1)]);
    expectAt(dots, path, ranges);
  },
  "momentum-30": expectPath(30, [3.02, 0.24]),
  // Of its 1,000 points those that can be told apart.
  "momentum-1000": expectPath(152, [0, 0]),
  "adagrad-30": expectPath(30, [-0.1, 0]),
  "adagrad-10000": (svg) => {
    const { dots, ranges } = charted(parsed(svg));
    expect(ranges[0]).toEqual([-10, 10]);
    // Most of the 10,000 points lie on each other, and are drawn once.
    expect(dots.length).toBeGreaterThan(20);
    expect(dots.length).toBeLessThan(200);
    expectAt([dots.at(-1)!], [[0, 0]], ranges);
  },
  "adam-30": expectPath(30, [0.2, 0.3]),
  "optimizers-side-by-side": (svg) => {
    const charts = panels(parsed(svg)).map(charted);
    expect(charts.map(({ texts }) => texts.find((text) => /^\p{L}+$/u.test(text)))).toEqual([
      "SGD",
      "Momentum",
      "AdaGrad",
      "Adam",
    ]);
    for (const { dots, ranges, chart } of charts) {
      expect(ranges).toEqual([
        [-10, 10],
        [-10, 10],
      ]);
      expect(dots).toHaveLength(31);
      expectAt([dots[0]!], [[-7, 2]], ranges);
      expect(chart.document.querySelectorAll('[aria-description^="contour "]')).toHaveLength(8);
    }
  },
  "optimizers-together": (svg) => {
    const { dots, texts, chart } = charted(parsed(svg));
    expect(texts).toEqual(expect.arrayContaining(["SGD", "Momentum", "AdaGrad", "Adam"]));
    expect(dots).toHaveLength(4 * 31);
    expect(chart.document.querySelectorAll('[aria-description^="contour "]')).toHaveLength(8);
  },
  "optimizers-mnist": (svg) => {
    const { ranges, texts } = charted(parsed(svg));
    expect(texts).toEqual(
      expect.arrayContaining(["SGD", "Momentum", "AdaGrad", "Adam", "iteration →", "↑ loss"]),
    );
    expect(ranges[1]).toEqual([0, 1]);
  },
};
