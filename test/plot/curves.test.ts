import { DOMParser } from "linkedom";
import { describe, expect, it } from "vitest";
import { type Curves, lossAndAccuracyFigure } from "../../src/plot/curves.ts";

function history(steps: number): Curves {
  return {
    loss: Array.from({ length: steps }, (_, i) => 2 / (1 + i / 10) + (i % 7) / 20),
    stepsPerEpoch: 600,
    evaluations: [0, 600, 1200].map((step) => ({
      step,
      results: { train: { accuracy: 0.1 + step / 2000 }, test: { accuracy: 0.09 + step / 2000 } },
    })),
  };
}

function texts(svg: string): string[] {
  return [...new DOMParser().parseFromString(svg, "image/svg+xml").querySelectorAll("text")].map(
    (text) => text.textContent ?? "",
  );
}

/** The coordinates that a path visits. */
function points(path: string): [number, number][] {
  return [...path.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
}

const drawn = (...given: Parameters<typeof lossAndAccuracyFigure>) => lossAndAccuracyFigure(...given).svg();

describe("lossAndAccuracyFigure", () => {
  it("is one standalone SVG file, without ids, scripts or style sheets", async () => {
    const svg = await drawn(history(1200));
    expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(svg).toMatch(/<\/svg>\n$/);
    expect(svg.match(/<svg/g)).toHaveLength(1);
    expect(svg).not.toMatch(/ id=|<style|<script|NaN|undefined|Infinity/);
    expect(svg).toMatch(/<rect [^>]*fill="white"/);
  });

  it("is the same for the same history", async () => {
    expect(await drawn(history(1200))).toBe(await drawn(history(1200)));
  });

  it("names its axes, its lines and what they ended at", async () => {
    const found = texts(await drawn(history(1200), "784-50-10 & <relu>"));
    expect(found).toEqual(
      expect.arrayContaining([
        "784-50-10 & <relu>",
        "step →",
        "↑ loss",
        "each step",
        "moving mean",
        "epoch →",
        "↑ accuracy",
        "train 0.7000",
        "test 0.6900",
      ]),
    );
  });

  it("leaves out accuracies that were not measured, also read back from JSON", async () => {
    const run = history(1200);
    const losses = run.evaluations.map(({ step }) => ({ step, results: { test: { accuracy: Number.NaN } } }));
    const only = { ...run, evaluations: losses };
    for (const curves of [only, JSON.parse(JSON.stringify(only))]) {
      const svg = await drawn(curves);
      expect(svg).not.toMatch(/NaN|null/);
      expect(texts(svg)).not.toContain("↑ accuracy");
    }
    const some = { ...run, evaluations: [...losses.slice(0, 1), ...run.evaluations.slice(1)] };
    expect(texts(await drawn(some))).toContain("test 0.6900");
  });

  it("escapes a title", async () => {
    expect(await drawn(history(10), "a & <b>")).toContain("a &amp; &lt;b&gt;");
  });

  it("draws the accuracies where they belong", async () => {
    const svg = await drawn({
      loss: [1],
      stepsPerEpoch: 10,
      evaluations: [0, 10, 20].map((step) => ({ step, results: { test: { accuracy: step / 20 } } })),
    });
    const lines = [...svg.matchAll(/aria-label="line"><path d="([^"]*)"/g)].map(([, d]) =>
      points(d as string),
    );
    const line = lines.filter(({ length }) => length === 3)[0];
    expect(line).toBeDefined();
    const [[x0, y0], [x1, y1], [x2, y2]] = line as [[number, number], [number, number], [number, number]];
    expect(x1 - x0).toBeCloseTo(x2 - x1, 6);
    expect(y0 - y1).toBeCloseTo(y1 - y2, 6);
    expect(y0 - y2).toBeGreaterThan(200);
  });

  it("counts the steps that lie between two losses of a long run", async () => {
    const found = texts(await drawn({ ...history(1000), lossEvery: 4 }));
    expect(found).toEqual(expect.arrayContaining(["4,000"]));
    expect(texts(await drawn(history(1000)))).not.toContain("4,000");
  });

  it("stays small however long the run was", async () => {
    expect((await drawn(history(200_000))).length).toBeLessThan(60_000);
  });

  it("leaves out what there is not", async () => {
    const nothing = await drawn({ loss: [], stepsPerEpoch: 600, evaluations: [] });
    expect(texts(nothing)).not.toContain("↑ accuracy");
    expect(nothing).not.toMatch(/NaN|undefined|Infinity/);
    const diverged = await drawn({
      loss: [2, 50, Number.NaN, Number.POSITIVE_INFINITY],
      stepsPerEpoch: 1,
      evaluations: [{ step: 0, results: { test: { accuracy: 0.1 } } }],
    });
    expect(diverged).not.toMatch(/NaN|undefined|Infinity/);
    expect(texts(diverged)).toContain("test 0.1000");
  });
});
