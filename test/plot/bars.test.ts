import { describe, expect, it } from "vitest";
import { DataError, OptionError } from "../../src/errors.ts";
import { tensor } from "../../src/index.ts";
import { bars, histogram, histogramGrid } from "../../src/plot/index.ts";
import { type Drawn, drawn, numbers, scales, ticks } from "./parse.ts";

/** How high each bar stands, in the units of the axis. */
function heights(chart: Drawn): number[] {
  const { at } = scales(chart);
  return chart.marks("rect", "rect").map((rect) => {
    const [y, height] = numbers(rect, "y", "height") as [number, number];
    return at([0, y])[1] - at([0, y + height])[1];
  });
}

describe("bars", () => {
  it("draws a bar for each value, as high as it is, above its label", async () => {
    const values = [0.9, 0.6, 0.3];
    const chart = await drawn(
      bars(["SGD", "モメンタム", "Adam"], values, { y: { label: "精度", domain: [0, 1] } }),
    );
    expect(chart.texts).toEqual(expect.arrayContaining(["SGD", "モメンタム", "Adam", "↑ 精度"]));
    const found = chart.marks("rect", "rect");
    const pixels = found.map((rect) => numbers(rect, "height")[0]!);
    expect(pixels[1]! / pixels[0]!).toBeCloseTo(0.6 / 0.9, 3);
    expect(pixels[2]! / pixels[0]!).toBeCloseTo(0.3 / 0.9, 3);
    expect(ticks(chart, "y")).toContain(0);
  });

  it("puts rows side by side, in different colors and with a legend", async () => {
    const chart = await drawn(
      bars(
        ["a", "b"],
        [
          { values: [1, 2], label: "train" },
          { values: [3, 4], label: "test" },
        ],
      ),
    );
    expect(chart.texts).toEqual(expect.arrayContaining(["train", "test"]));
    const rects = chart.marks("rect", "rect");
    expect(rects).toHaveLength(4);
    const spans = rects
      .map((rect) => numbers(rect, "x", "width") as [number, number])
      .sort((a, b) => a[0] - b[0]);
    for (let i = 1; i < 4; i++)
      expect(spans[i]![0]).toBeGreaterThanOrEqual(spans[i - 1]![0] + spans[i - 1]![1] - 0.01);
  });

  it("lets labels that are too long go down aslant, inside the figure", async () => {
    const labels = ["AffineLayer", "ソフトマックス関数", "Rectified linear unit"];
    const chart = await drawn(bars(labels, [1, 2, 3], { width: 240, height: 200 }));
    const texts = chart.marks("x-axis tick label", "text");
    for (const [i, text] of texts.entries()) {
      expect(text.getAttribute("transform")).toMatch(/^rotate\(-30 /);
      expect(numbers(text, "x")[0]! - 0.87 * 5 * labels[i]!.length).toBeGreaterThan(0);
    }
    const short = await drawn(bars(["a", "b"], [1, 2]));
    expect(short.marks("x-axis tick label", "text")[0]!.getAttribute("transform")).toBeNull();
  });

  it("hangs negative values from a line at 0", async () => {
    const chart = await drawn(bars(["a", "b"], [-1, 2]));
    expect(chart.marks("rule", "line")).toHaveLength(1);
    const [[top], [bottom]] = chart.marks("rect", "rect").map((rect) => numbers(rect, "y")) as [
      number[],
      number[],
    ];
    expect(top!).toBeGreaterThan(bottom!);
  });

  it("refuses values without labels, and what is not finite", () => {
    expect(() => bars(["a"], [1, 2])).toThrow(/labels has 1, values has 2/);
    expect(() => bars(["a"], [Number.NaN])).toThrow(/bars: values: element 0 is NaN/);
    expect(() => bars(["a"], [{ values: [1], label: "x", colour: "red" } as never])).toThrow(
      /did you mean color/,
    );
    expect(() => bars([1] as never, [1])).toThrow(/labels must be an array of strings/);
    expect(() => bars(["a"], [1], { aspect: "equal" } as never)).toThrow(OptionError);
  });
});

describe("histogram", () => {
  it("counts how many values fall into each bin, the last with both its ends", async () => {
    const chart = await drawn(histogram([0, 0.1, 0.3, 0.5, 0.9, 1], { bins: 4, x: { label: "値" } }));
    const counts = heights(chart).map(Math.round);
    expect(counts).toEqual([2, 1, 1, 2]);
    expect(chart.texts).toContain("値 →");
    const { x } = scales(chart);
    expect(x[0]).toBeCloseTo(0, 6);
    expect(x[1]).toBeCloseTo(1, 6);
  });

  it("does not count what is outside of its range", async () => {
    const chart = await drawn(histogram([-5, 0.5, 0.6, 7], { bins: 2, x: { domain: [0, 1] } }));
    expect(heights(chart).map(Math.round)).toEqual([0, 2]);
  });

  it("draws several rows through each other", async () => {
    const chart = await drawn(
      histogram(
        [
          { values: [1, 2], label: "a" },
          { values: [1, 1], label: "b" },
        ],
        { bins: 2 },
      ),
    );
    expect(chart.marks("rect", "rect")).toHaveLength(4);
    expect(chart.texts).toEqual(expect.arrayContaining(["a", "b"]));
  });

  it("refuses what cannot be counted", () => {
    expect(() => histogram([])).toThrow(/is empty/);
    expect(() => histogram([1, Number.POSITIVE_INFINITY])).toThrow(/element 1 is Infinity/);
    expect(() => histogram([1], { bins: 0 })).toThrow(/bins must be a whole number from 1 to 1000/);
    expect(() => histogram([{ values: ["a"] } as never])).toThrow(DataError);
  });
});

describe("histogramGrid", () => {
  it("takes tensors of any shape, as histogram does", async () => {
    const values = [0.1, 0.2, 0.2, 0.4, 0.5, 0.9];
    const ofShape = (...shape: number[]) => tensor(values, shape, "float64");
    const svg = await histogram(values).svg();
    expect(await histogram(ofShape(2, 3)).svg()).toBe(svg);
    expect(await histogram([{ values: ofShape(1, 3, 2) }]).svg()).toBe(svg);
    const grid = await histogramGrid([{ label: "1-layer", values }]).svg();
    expect(await histogramGrid([{ label: "1-layer", values: ofShape(3, 2) }]).svg()).toBe(grid);
    expect(() => histogram({ ...ofShape(6), shape: [7] })).toThrow(/its shape \[7\] has 7 elements/);
  });

  it("draws a panel for each row, on equal axes", async () => {
    const rows = [0, 1, 2].map((i) => ({ label: `${i + 1}-layer`, values: [i, i + 0.5, 2] }));
    const chart = await drawn(histogramGrid(rows, { bins: 5, title: "Activations" }));
    expect(chart.texts).toEqual(expect.arrayContaining(["Activations", "1-layer", "2-layer", "3-layer"]));
    expect(chart.marks("rect", "rect")).toHaveLength(15);
    const labels = chart.marks("x-axis tick label", "text").map((text) => text.textContent);
    expect(labels.slice(0, labels.length / 3)).toEqual(labels.slice(-labels.length / 3));
  });

  it("refuses columns of none", () => {
    expect(() => histogramGrid([{ values: [1] }], { columns: 0 })).toThrow(
      /columns must be a whole number of at least 1/,
    );
  });
});
