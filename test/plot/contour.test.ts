import { describe, expect, it } from "vitest";
import { DataError, OptionError } from "../../src/errors.ts";
import { contour, linspace } from "../../src/plot/index.ts";
import { tensor } from "../../src/tensor.ts";
import { corners, type Drawn, drawn, linesOf, numbers, scales } from "./parse.ts";

const at = linspace(-10, 10, 81);
const f = (x: number, y: number) => x ** 2 / 20 + y ** 2;

function contours({ document }: Drawn): Element[] {
  return [...document.querySelectorAll('[aria-description^="contour"] path')];
}

describe("contour", () => {
  it("draws lines at the heights, where the function has them", async () => {
    const levels = [1, 2, 4, 8, 16, 32, 64];
    const chart = await drawn(
      contour({ x: at, y: at, z: f }, { levels, x: { label: "x" }, colorLabel: "f" }),
    );
    expect(chart.texts).toEqual(expect.arrayContaining(["x →", "f"]));
    const { at: placed, x, y } = scales(chart);
    expect([...x, ...y].map((it) => Math.round(it * 100) / 100)).toEqual([-10, 10, -10, 10]);
    const lines = contours(chart);
    expect(lines).toHaveLength(levels.length);
    for (const [i, line] of lines.entries()) {
      const places = corners(line.getAttribute("d")!).map(placed);
      expect(places.length).toBeGreaterThan(20);
      // Between two points of the grid the line is straight and f is not.
      for (const [a, b] of places) expect(Math.abs(f(a, b) - levels[i]!)).toBeLessThan(0.3);
    }
  });

  it("follows no border of the grid", async () => {
    const chart = await drawn(contour({ x: [0, 1, 2], y: [0, 1, 2], z: (x) => x }, { levels: [0.5] }));
    const places = corners(contours(chart)[0]!.getAttribute("d")!).map(scales(chart).at);
    for (const [x] of places) expect(x).toBeCloseTo(0.5, 2);
  });

  it("takes tables row by row from the bottom, on grids of any spacing", async () => {
    const z = [
      [0, 0, 0],
      [4, 4, 4],
    ];
    for (const table of [z, tensor(z), z.map((row) => new Float32Array(row))]) {
      const chart = await drawn(contour({ x: [0, 1, 5], y: [10, 20], z: table }, { levels: [1] }));
      const places = corners(contours(chart)[0]!.getAttribute("d")!).map(scales(chart).at);
      for (const [, y] of places) expect(y).toBeCloseTo(12.5, 1);
      expect(Math.max(...places.map(([x]) => x))).toBeCloseTo(5, 1);
    }
  });

  it("fills the bands between them", async () => {
    const chart = await drawn(contour({ x: at, y: at, z: f }, { fill: true, levels: [20, 40, 60, 80] }));
    const bands = chart.marks("bands", "path");
    expect(bands).toHaveLength(5);
    expect(new Set(bands.map((band) => band.getAttribute("fill"))).size).toBe(5);
    const [width, height] = numbers(chart.document.querySelector('[aria-label="frame"]')!, "width", "height");
    const base = corners(bands[0]!.getAttribute("d")!);
    expect(Math.max(...base.map(([x]) => x)) - Math.min(...base.map(([x]) => x))).toBeCloseTo(width!, 0);
    expect(Math.max(...base.map(([, y]) => y)) - Math.min(...base.map(([, y]) => y))).toBeCloseTo(height!, 0);
  });

  it("draws paths over it, with dots on their points", async () => {
    const path = [
      [-7, 2],
      [-3, 1],
      [0, 0],
    ];
    const chart = await drawn(
      contour({ x: at, y: at, z: f }, { color: "gray", series: { points: path, line: true, label: "SGD" } }),
    );
    expect(chart.texts).toContain("SGD");
    expect(chart.marks("dot", "circle")).toHaveLength(3);
    const { at: placed } = scales(chart);
    expect(
      linesOf(chart)
        .at(-1)!
        .map(placed)
        .map((place) => place.map(Math.round)),
    ).toEqual(path.map((place) => place.map((it) => it || 0)));
    // One color says nothing of heights.
    expect(chart.marks("color bar")).toHaveLength(0);
  });

  it("leaves holes where the function has none", async () => {
    const chart = await drawn(
      contour({ x: at, y: at, z: (x, y) => (x > 0 ? Number.NaN : f(x, y)) }, { fill: true, levels: [20] }),
    );
    const right = corners(chart.marks("bands", "path")[0]!.getAttribute("d")!).map(scales(chart).at);
    for (const [x] of right) expect(x - 0).toBeLessThan(10.2);
    expect(chart.svg).not.toMatch(/NaN|Infinity/);
  });

  it("gives equal bytes for equal numbers", async () => {
    const make = () => contour({ x: at, y: at, z: f }, { fill: true }).svg();
    expect(await make()).toBe(await make());
  });

  it("refuses what is no grid", () => {
    expect(() => contour({ z: [[1, 2], [3]] })).toThrow(/z: the nested arrays are ragged/);
    expect(() => contour({ z: [[1, 2]] })).toThrow(/a grid has at least two rows and two columns/);
    expect(() => contour({ z: [1, 2] as never })).toThrow(/must be rows of numbers.*it is \[2\]/);
    expect(() =>
      contour({
        x: [0, 1, 2],
        y: [0, 1],
        z: [
          [1, 2],
          [3, 4],
        ],
      }),
    ).toThrow(/x has 3 and y has 2 elements, but z is \[2, 2\]/);
    expect(() => contour({ x: [0, 1, 1], y: [0, 1], z: f })).toThrow(
      /x: must increase, but element 2 is 1 after 1/,
    );
    expect(() => contour({ x: [1, 0], y: [0, 1], z: f })).toThrow(/must increase/);
    expect(() => contour({ z: f })).toThrow(/z is a function, so x and y must say where/);
    expect(() => contour({ x: [0], y: [0, 1], z: f })).toThrow(/needs at least two/);
    expect(() => contour({ x: [0, 1], y: [0, 1], z: () => Number.NaN })).toThrow(
      /no value is a finite number/,
    );
    expect(() => contour({ x: [0, 1], y: [0, 1], z: (() => null) as never })).toThrow(
      /returned null at \(0, 0\)/,
    );
    expect(() => contour(undefined as never)).toThrow(DataError);
    expect(() => contour({ x: at, y: at, z: f }, { levels: [2, 1] })).toThrow(/levels must increase/);
    expect(() => contour({ x: at, y: at, z: f }, { levels: 0 })).toThrow(OptionError);
    expect(() => contour({ x: at, y: at, z: f }, { fill: 1 as never })).toThrow(/fill must be true or false/);
  });
});
