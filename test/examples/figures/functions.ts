// What must be in the figures of functions, perceptrons, losses and derivatives.

import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { type Place, panels, parsed } from "../../plot/parse.ts";
import { attributes, type Check, charted, expectAt, expectOn } from "./charts.ts";

const bowl = (x: number) => 0.01 * x ** 2 + 0.1 * x;

export const functions: Record<string, Check> = {
  "sin-cos": (svg) => {
    const { lines, ranges, texts } = charted(parsed(svg));
    expect(texts).toEqual(expect.arrayContaining(["sin & cos", "sin", "cos", "x →", "↑ y"]));
    expect(lines.map((line) => line.length)).toEqual([60, 60]);
    expect(ranges[0]).toEqual([0, 5.9]);
    expectOn(Math.sin, lines[0]!, [-1, 1]);
    expectOn(Math.cos, lines[1]!, [-1, 1]);
  },
  penguins: (svg) => {
    const file = readFileSync("examples/figures/penguins.jpeg").toString("base64");
    expect(svg).toContain(`data:image/jpeg;base64,${file}`);
  },
  perceptron: (svg) => {
    const { lines, ranges } = charted(parsed(svg));
    expect(ranges).toEqual([
      [0, 199],
      [-0.2, 1.2],
    ]);
    const heights = lines[0]!.map(([, y]) => Math.round(y * 1000) / 1000 || 0);
    expect(heights).toHaveLength(200);
    const step = heights.indexOf(1);
    expect(step).toBeGreaterThan(50);
    expect(heights).toEqual(heights.map((_, i) => (i < step ? 0 : 1)));
  },
  activations: (svg) => {
    const { lines, ranges, texts, chart } = charted(parsed(svg));
    expect(texts).toEqual(expect.arrayContaining(["sigmoid", "ReLU", "perceptron"]));
    expect(ranges[1]).toEqual([-0.2, 1.2]);
    const [sigmoid, relu, step] = lines as [Place[], Place[], Place[]];
    expect([sigmoid.length, step.length]).toEqual([200, 200]);
    // ReLU leaves the frame.
    expect(relu.at(-1)![1]).toBeCloseTo(1.2, 2);
    expect(attributes(chart.marks("line", "path").slice(-1), "stroke-dasharray")).toEqual([null]);
    expect(chart.svg.match(/stroke-dasharray/g)).toHaveLength(2); // the line, and its sample in the legend
    // All three are of one weighted sum: where the sigmoid passes ½, the step steps and ReLU leaves 0.
    const half = sigmoid.findIndex(([, y]) => y >= 0.5);
    expect(step.findIndex(([, y]) => y > 0.5)).toBe(half);
    expect(relu[half]![1]).toBeGreaterThanOrEqual(-1e-3);
    expect(relu[half + 10]![1]).toBeGreaterThan(0.05);
  },
  "four-layer-network": (svg) => {
    const { lines, ranges } = charted(parsed(svg));
    expect(lines.map((line) => line.length)).toEqual([200]);
    expect(ranges[0]).toEqual([0, 199]);
    const heights = lines[0]!.map(([, y]) => y);
    // Behind the last bias of −7 there is little left, and it grows with the inputs.
    expect(heights[0]!).toBeGreaterThan(1 / (1 + Math.exp(7)) - 1e-6);
    expect(heights.at(-1)!).toBeLessThan(1 / (1 + Math.exp(6)));
    expect(heights.at(-1)!).toBeGreaterThan(heights[0]!);
  },
  "softmax-network": (svg) => {
    const { lines, texts } = charted(parsed(svg));
    expect(texts).toEqual(expect.arrayContaining(["Softmax", "y0", "y1", "y2", "y3", "y4"]));
    expect(lines.map((line) => line.length)).toEqual([200, 200, 200, 200, 200]);
    for (const i of [0, 100, 199]) {
      expect(lines.reduce((sum, line) => sum + line[i]![1], 0)).toBeCloseTo(1, 3);
    }
  },
  log: (svg) => {
    const { lines, ranges } = charted(parsed(svg));
    expect(ranges).toEqual([
      [0, 1],
      [-5, 0],
    ]);
    expectOn(Math.log, lines[0]!.slice(1), [-5, 0]);
    expect(lines[0]!.length).toBeGreaterThanOrEqual(100);
  },
  losses: (svg) => {
    const [squared, entropy] = panels(parsed(svg)).map(charted);
    expect(squared!.texts).toEqual(
      expect.arrayContaining(["mean squared", "probability of the right class →"]),
    );
    expect(entropy!.texts).toEqual(
      expect.arrayContaining(["cross entropy", "probability of the right class →"]),
    );
    expect([squared, entropy].map((it) => it!.lines[0]!.length)).toEqual([200, 200]);
    expectOn((p) => (1 - p) ** 2, squared!.lines[0]!, [0, 1]);
    expectOn((p) => -Math.log(p + 1e-7), entropy!.lines[0]!.slice(1), [0, 16]);
  },
  tangent: (svg) => {
    const { lines, ranges, texts, chart } = charted(parsed(svg));
    expect(ranges).toEqual([
      [0, 20],
      [-1, 6],
    ]);
    expect(texts).toEqual(expect.arrayContaining(["tangent at 5", "x →", "↑ f(x)"]));
    expectOn(bowl, lines[0]!, [-1, 6]);
    expectOn((x) => 0.2 * x - 0.25, lines[1]!, [-1, 6]);
    expect(lines.slice(0, 2).map((line) => line.length)).toEqual([200, 200]);
    expectAt(
      lines.slice(2).flat(),
      [
        [5, -1],
        [5, 0.75],
        [0, 0.75],
        [5, 0.75],
      ],
      ranges,
    );
    expect(chart.svg.match(/stroke="gray"[^>]*|[^<]*stroke="gray"/g)!.length).toBe(2);
    expect(chart.svg.match(/stroke-dasharray/g)).toHaveLength(2);
  },
  "numerical-derivative": (svg) => {
    const { lines, ranges, texts } = charted(parsed(svg));
    expect(texts).toEqual(expect.arrayContaining(["y = 0.01x² + 0.1x", "numerical diff"]));
    expect(ranges[0]).toEqual([-50, 49]);
    expect(lines.map((line) => line.length)).toEqual([100, 100]);
    expectOn(bowl, lines[0]!, [0, 30]);
    expectOn((x) => 0.02 * x + 0.1, lines[1]!, [0, 30]);
  },
};
