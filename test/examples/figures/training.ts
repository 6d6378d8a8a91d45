// What must be in the figures of trainings.

import { expect } from "vitest";
import { mnist, takeBatch } from "../../../src/data/index.ts";
import { numbers, panels, parsed } from "../../plot/parse.ts";
import { type Check, charted } from "./charts.ts";

/** @param steps of the trainings that take 100 and 10,000 by default */
export const training = (steps: number): Record<string, Check> => ({
  "mnist-101": async (svg) => {
    const [, label] = takeBatch((await mnist()).train, 101, 102);
    expect(parsed(svg).texts).toEqual([`label ${label.data[0]}`]);
    const [image, ...others] = parsed(svg).document.querySelectorAll("image");
    expect(others).toEqual([]);
    expect(numbers(image!, "width", "height")).toEqual([280, 280]);
  },
  "numerical-training-5": (svg) => {
    const { dots, lines, texts } = charted(parsed(svg));
    expect(texts).toEqual(expect.arrayContaining(["5 iterations, batch 2", "iteration →", "↑ loss"]));
    expect([dots.length, lines[0]!.length]).toEqual([5, 5]);
    // A network that knows nothing guesses one of ten.
    expect(lines[0]![0]![1]).toBeCloseTo(Math.log(10), 1);
  },
  "numerical-training-100": (svg) => {
    const { lines, texts } = charted(parsed(svg));
    expect(texts).toContain(`${steps} iterations, batch 100`);
    expect(lines[0]).toHaveLength(steps);
    for (const [, loss] of lines[0]!) expect(loss).toBeCloseTo(Math.log(10), 1);
  },
  "network-of-any-shape": (svg) => {
    const { lines, texts } = charted(parsed(svg));
    expect(texts).toContain("cross entropy error");
    const losses = lines[0]!.map(([, y]) => y);
    expect(losses).toHaveLength(500);
    expect(losses).toEqual([...losses].sort((a, b) => b - a));
    expect(losses.at(-1)!).toBeLessThan(0.1);
  },
  "backpropagation-training": (svg) => {
    const [loss, accuracy] = panels(parsed(svg)).map(charted);
    expect(loss!.texts).toEqual(expect.arrayContaining(["step →", "↑ loss", "each step", "moving mean"]));
    expect(loss!.lines.at(-1)).toHaveLength(steps);
    expect(accuracy!.texts).toEqual(expect.arrayContaining(["epoch →", "↑ accuracy"]));
    expect(accuracy!.texts.some((text) => text.startsWith("train 0."))).toBe(true);
    // Before the first step and at the end, on both data sets; in 10,000 steps also after each epoch.
    expect(accuracy!.dots).toHaveLength(4);
    expect(accuracy!.ranges[1]).toEqual([0, 1]);
  },
  "first-layer-weights": (svg) => {
    expect(parsed(svg).document.querySelectorAll("image")).toHaveLength(50);
    expect(parsed(svg).texts).toContain("W1");
  },
  "activation-histograms": (svg) => {
    expect(parsed(svg).texts).toEqual(expect.arrayContaining(["dense1", "relu1", "dense2"]));
    expect(panels(parsed(svg))).toHaveLength(3);
  },
  "confusion-matrix": (svg) => {
    const counts = parsed(svg).marks("cells", "text");
    expect(parsed(svg).marks("cells", "rect")).toHaveLength(100);
    expect(counts.reduce((sum, { textContent }) => sum + Number(textContent), 0)).toBe(10_000);
  },
  misclassified: (svg) => {
    expect(parsed(svg).document.querySelectorAll("image")).toHaveLength(30);
    expect(parsed(svg).texts.filter((text) => /^\d → \d$/.test(text))).toHaveLength(30);
  },
});
