import { describe, expect, it } from "vitest";
import { DataError, OptionError } from "../../src/errors.ts";
import { clipPolygon } from "../../src/plot/arrow.ts";
import { arange, quiver } from "../../src/plot/index.ts";
import { corners, drawn, type Place, scales } from "./parse.ts";

const at = arange(-2, 2.25, 0.25);
const descent = (x0: number, x1: number) => [-2 * x0, -2 * x1];

/** Where an arrow begins (the middle of its end) and where its tip is. */
function ends(path: Element): [Place, Place] | undefined {
  const outline = corners(path.getAttribute("d")!);
  if (outline.length !== 7) return undefined;
  const [a, , , tip, , , b] = outline as [Place, Place, Place, Place, Place, Place, Place];
  return [[(a[0] + b[0]) / 2, (a[1] + b[1]) / 2], tip];
}

describe("quiver", () => {
  it("draws an arrow for each point, that begins there and points where its numbers say", async () => {
    const chart = await drawn(
      quiver({ x: at, y: at, field: descent }, { x: { label: "x0" }, y: { label: "x1" } }),
    );
    expect(chart.texts).toEqual(expect.arrayContaining(["x0 →", "↑ x1"]));
    const arrows = chart.marks("arrows", "path");
    expect(arrows).toHaveLength(17 * 17);
    const { at: placed } = scales(chart);
    const [first] = arrows;
    const [tail, tip] = ends(first!)!.map(placed) as [Place, Place];
    expect(tail[0]).toBeCloseTo(-2, 1);
    expect(tail[1]).toBeCloseTo(-2, 1);
    // −∇f at (−2, −2) is (4, 4): to the right and upwards alike.
    expect(tip[0] - tail[0]).toBeGreaterThan(0.1);
    expect(tip[0] - tail[0]).toBeCloseTo(tip[1] - tail[1], 1);
    // At the minimum the arrow has no length: a dot of four corners.
    expect(corners(arrows[8 * 17 + 8]!.getAttribute("d")!)).toHaveLength(4);
  });

  it("lengths are in proportion, none longer than the arrows are apart", async () => {
    const chart = await drawn(
      quiver({ x: [0, 1, 2], y: [0, 0, 0], u: [1, 2, 4], v: [0, 0, 0] }, { x: { domain: [-3, 9] } }),
    );
    const lengths = chart.marks("arrows", "path").map((path) => {
      const [tail, tip] = ends(path)!;
      return tip[0] - tail[0];
    });
    expect(lengths[1]! / lengths[0]!).toBeCloseTo(2, 1);
    expect(lengths[2]! / lengths[0]!).toBeCloseTo(4, 1);
  });

  it("scale: 1 reaches to (x + u, y + v)", async () => {
    const chart = await drawn(
      quiver({ x: [1], y: [1], u: [2], v: [3] }, { scale: 1, x: { domain: [0, 5] }, y: { domain: [0, 5] } }),
    );
    const tip = scales(chart).at(ends(chart.marks("arrows", "path")[0]!)![1]);
    expect(tip[0]).toBeCloseTo(3, 1);
    expect(tip[1]).toBeCloseTo(4, 1);
  });

  it("colors by length with a color bar, from light to dark", async () => {
    const chart = await drawn(
      quiver(
        { x: [0, 1], y: [0, 1], u: [1, 16], v: [0, 0] },
        { scheme: "reds", colorDomain: [0, 16], colorLabel: "長さ" },
      ),
    );
    expect(chart.texts).toEqual(expect.arrayContaining(["長さ", "0", "16"]));
    const [weak, strong] = chart.marks("arrows", "path").map((path) => path.getAttribute("fill")!);
    expect(strong).toBe("#67000d");
    expect(Number.parseInt(weak!.slice(3, 5), 16)).toBeGreaterThan(0x60);
  });

  it("draws the arrows that begin inside the axes' ranges, and leaves out NaN", async () => {
    const x = [0, 1, 2, 9];
    const chart = await drawn(
      quiver({ x, y: [0, 0, 0, 0], u: [1, Number.NaN, 1, 1], v: [1, 1, 1, 1] }, { x: { domain: [-1, 3] } }),
    );
    expect(chart.marks("arrows", "path")).toHaveLength(2);
  });

  it("cuts arrows at the frame", () => {
    const square: Place[] = [
      [-5, 2],
      [5, 2],
      [5, 4],
      [-5, 4],
    ];
    expect(clipPolygon(square, { left: 0, top: 0, width: 10, height: 10 })).toEqual(
      expect.arrayContaining([
        [0, 2],
        [5, 2],
        [5, 4],
        [0, 4],
      ]),
    );
    expect(clipPolygon(square, { left: 0, top: 0, width: 10, height: 1 })).toEqual([]);
  });

  it("refuses what is no field", () => {
    expect(() => quiver({ x: [1], y: [1, 2], u: [1], v: [1] })).toThrow(/x has 1, y has 2, u has 1, v has 1/);
    expect(() => quiver({ x: [1], y: [1] } as never)).toThrow(/needs u and v/);
    expect(() => quiver([1] as never)).toThrow(DataError);
    expect(() => quiver({ x: [1], y: [1], field: () => [1] })).toThrow(
      /returned \[1\] at \(1, 1\); it must return \[u, v\]/,
    );
    expect(() =>
      quiver({
        x: [1],
        y: [1],
        field: () => {
          throw new Error("no");
        },
      }),
    ).toThrow(/threw at \(1, 1\): no/);
    expect(() => quiver({ x: [Number.NaN], y: [1], u: [1], v: [1] })).toThrow(/quiver: x: element 0 is NaN/);
    expect(() => quiver({ x: [1], y: [1], u: [1], v: [1] }, { scale: 0 })).toThrow(
      /scale must be a number above 0/,
    );
    expect(() => quiver({ x: [1], y: [1], u: [1], v: [1] }, { x: { type: "log" } as never })).toThrow(
      OptionError,
    );
    expect(() => quiver({ x: [1], y: [1], u: [1], v: [1] }, { scheme: "jet" as never })).toThrow(
      /"viridis" or .*got "jet"/,
    );
    expect(() => quiver({ x: [1], y: [1], u: [1], v: [1] }, { colorDomain: [16, 0] })).toThrow(
      /the smaller first/,
    );
  });
});
