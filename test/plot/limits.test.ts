// What figures refuse, since it would be drawn as something else or as nothing: numbers beyond all measure, other words for colors, more
// than a picture can show.

import { describe, expect, it } from "vitest";
import { DataError, OptionError } from "../../src/errors.ts";
import {
  activationHistograms,
  arange,
  bars,
  confusionMatrix,
  contour,
  firstLayerWeights,
  histogram,
  image,
  imageGrid,
  lines,
  linspace,
  lossAndAccuracyFigure,
  quiver,
  scatter,
  surface,
  wireframe,
} from "../../src/plot/index.ts";
import { drawn } from "./parse.ts";

const table = [
  [1, 2],
  [3, 4],
];
const huge = [
  [-1e308, 1],
  [1, 1e308],
];

describe("numbers that cannot be reckoned with", () => {
  it.each([
    ["lines", () => lines([-1e308, 1e308])],
    ["lines of one number", () => lines([1e308])],
    ["lines of next to nothing", () => lines([0, 5e-324])],
    ["a logarithmic axis", () => lines([1e-160, 1], { y: { type: "log" } })],
    ["a histogram", () => histogram([-1e308, 1e308])],
    ["a contour", () => contour({ z: huge })],
    ["a surface", () => surface({ z: huge })],
    [
      "an arrow in space",
      () => surface({ z: table }, { arrows: [{ x: 1e308, y: 0, z: 0, u: 1e308, v: 0, w: 0 }] }),
    ],
    ["an image", () => image(huge)],
    ["a quiver", () => quiver({ x: [0], y: [0], u: [1e308], v: [0] })],
  ])("%s", (_, make) => {
    expect(make).toThrow(DataError);
    expect(make).toThrow(/goes from .* to .*; (figures show|a logarithmic axis shows)/);
  });

  it("ranges", () => {
    expect(() => lines([1], { y: { domain: [-1e308, 1e308] } })).toThrow(
      /up to 1e300 and 1e-300 or more apart/,
    );
    expect(() => lines([1], { y: { type: "log", domain: [1e-160, 1] } })).toThrow(OptionError);
    expect(() => arange(0, 1e12)).toThrow(/at most 1000000/);
    expect(() => arange(0n as never, 1)).toThrow(/got start 0n/);
    expect(() => linspace(-1e308, 1e308)).toThrow(OptionError);
  });

  it("an arrow whose scale leads out of all measure is left out", async () => {
    const { svg } = await drawn(quiver({ x: [0, 1], y: [0, 1], u: [1, 1], v: [1, 1] }, { scale: 1e308 }));
    expect(svg).not.toMatch(/NaN|Infinity/);
  });
});

describe("other words for colors", () => {
  it.each([
    ["a series", (color: string) => lines({ y: [1, 2], color })],
    ["a row", (color: string) => bars(["a"], [{ values: [1], color }])],
    ["contours", (color: string) => contour({ z: table }, { color })],
    ["arrows", (color: string) => quiver({ x: [0], y: [0], u: [1], v: [1] }, { color })],
    ["a wireframe", (color: string) => wireframe({ z: table }, { color })],
    ["a point", (color: string) => surface({ z: table }, { points: [{ x: 0, y: 0, z: 1, color }] })],
  ])("of %s", (_, make) => {
    for (const color of ["bleu", "length", "#12345", "", "url(#a)"]) {
      expect(() => make(color)).toThrow(/color must be a CSS color/);
    }
    for (const color of ["Teal", "#09f", "#0072b280", "rgb(0, 114, 178)", "oklch(60% 0.2 120)"]) make(color);
  });
});

describe("more than a picture can show", () => {
  it("bars, arrows, and pictures that are too high", () => {
    const many = linspace(0, 1, 1001);
    expect(() => bars(many.map(String), many)).toThrow(/1001 bars are more/);
    expect(() => quiver({ x: many, y: many, field: () => [1, 1] })).toThrow(/1002001 arrows are more/);
    expect(() => image(many.map((value) => [value]))).toThrow(
      /higher than 10000; give width, or another shape/,
    );
  });

  it("a grid is no wider than its pictures, however many columns there may be", async () => {
    const { document } = await drawn(imageGrid([table, table], { columns: 50 }));
    expect(Number(document.querySelector("svg")!.getAttribute("width"))).toBeLessThan(200);
  });

  it("a table of one number everywhere is drawn, however large that is", async () => {
    const { svg } = await drawn(image([[1e20, 1e20]], { colorBar: true }));
    expect(svg).not.toMatch(/NaN/);
  });
});

describe("what is something else", () => {
  it("rows of one class, numbers and files that are no pictures", () => {
    expect(() => confusionMatrix([0, 1], [[0.2], [0.9]])).toThrow(/y: is \[2, 1\], rows of one class/);
    expect(() => image(5 as never)).toThrow(DataError);
    // The head of a PNG file of no size.
    const empty = [137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 0, 0, 0, 0, 0, 0];
    expect(() => image(new Uint8Array(empty))).toThrow(/png file says that it is 0 by 0 pixels/);
  });

  it("what is no network, and no history", () => {
    expect(() => firstLayerWeights({} as never)).toThrow(/takes a network; got an object/);
    expect(() => activationHistograms(undefined as never, [1])).toThrow(/takes a network; got undefined/);
    expect(() => lossAndAccuracyFigure({ loss: [1] } as never)).toThrow(/history must be what fit returned/);
  });

  it("options that bars do not have, and names that points do not have", () => {
    expect(() => bars(["a"], [1], { x: { domain: [0, 1] } as never })).toThrow(/no option "domain"/);
    const point = { x: 0, y: 0, z: 1, lable: "a" };
    expect(() => surface({ z: table }, { points: [point] })).toThrow(/no option "lable"/);
    expect(() => surface({ z: table }, { elevation: 1n as never })).toThrow(/elevation must be/);
  });
});

describe("what would not be seen", () => {
  it("a point between gaps is a dot", async () => {
    const { marks } = await drawn(lines([1, Number.NaN, 2, 3, Number.NaN, 4]));
    expect(marks("dot", "circle")).toHaveLength(2);
    expect((await drawn(lines([1]))).marks("dot", "circle")).toHaveLength(1);
    expect((await drawn(scatter([1]))).marks("dot", "circle")).toHaveLength(1);
  });

  it("an infinite height is a hole of a contour", async () => {
    const bandsOf = async (hole: number) => {
      const z = [
        [1, hole, 2],
        [1, 2, 3],
      ];
      return (await drawn(contour({ z }, { fill: true }))).svg;
    };
    expect(await bandsOf(Number.POSITIVE_INFINITY)).toBe(await bandsOf(Number.NaN));
  });

  it("losses below zero are inside the frame", async () => {
    const { texts, svg } = await drawn(
      lossAndAccuracyFigure({ loss: [-1, -2, 1e308], stepsPerEpoch: 1, evaluations: [] }),
    );
    expect(texts).toContain("−2.0");
    expect(svg).not.toMatch(/NaN|Infinity/);
  });

  it("a loss that JSON made null is a gap, not zero", async () => {
    const svgOf = (gap: number | null) =>
      lossAndAccuracyFigure({ loss: [3, gap as number, 2], stepsPerEpoch: 1, evaluations: [] }).svg();
    expect(await svgOf(null)).toBe(await svgOf(Number.NaN));
  });

  it("space is never smaller than its ticks need", async () => {
    const { document } = await drawn(surface({ z: table }, { width: 16, height: 16 }));
    const [width, height] = ["width", "height"].map((name) =>
      Number(document.querySelector("svg")!.getAttribute(name)),
    );
    expect(width).toBeGreaterThanOrEqual(200);
    expect(height).toBeGreaterThanOrEqual(144);
  });
});
