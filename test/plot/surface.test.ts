import { describe, expect, it } from "vitest";
import { DataError, OptionError } from "../../src/errors.ts";
import { arange, linspace, surface, wireframe } from "../../src/plot/index.ts";
import { Space } from "../../src/plot/space.ts";
import { corners, drawn, numbers } from "./parse.ts";

const at = linspace(-5, 5, 21);
const bowl = (x0: number, x1: number) => x0 ** 2 + x1 ** 2;

describe("surface", () => {
  it("draws a mesh for each cell of the grid, the far before the near", async () => {
    const chart = await drawn(
      surface({ x: at, y: at, z: bowl }, { x: { label: "x0" }, y: { label: "x1" }, z: { label: "高さ" } }),
    );
    expect(chart.texts).toEqual(expect.arrayContaining(["x0", "x1", "高さ", "−4", "4", "20", "40"]));
    const meshes = chart.marks("surface", "path").map((path) => corners(path.getAttribute("d")!));
    expect(meshes).toHaveLength(20 * 20);
    expect(meshes.every((mesh) => mesh.length === 4)).toBe(true);
    // Seen from the front, the corner that lies behind is drawn first: (−5, 5), and the one before the eye last: (5, −5).
    const middle = (mesh: [number, number][]) => mesh.reduce((sum, [x]) => sum + x, 0) / 4;
    expect(middle(meshes[0]!)).toBeLessThan(middle(meshes.at(-1)!));
  });

  it("colors by height", async () => {
    const chart = await drawn(
      surface({
        x: [0, 1, 2],
        y: [0, 1],
        z: [
          [0, 0, 9],
          [0, 0, 9],
        ],
      }),
    );
    const colors = chart.marks("surface", "path").map((path) => path.getAttribute("color")!);
    expect(colors).toHaveLength(2);
    // viridis begins with violet; up the slope there is green.
    const [flat, slope] = colors.map((color) =>
      [1, 3, 5].map((i) => Number.parseInt(color.slice(i, i + 2), 16)),
    );
    expect(flat![1]!).toBeLessThan(flat![2]!);
    expect(slope![1]!).toBeGreaterThan(flat![1]!);
  });

  it("draws large grids by fifty meshes a side, the whole of it", async () => {
    const fine = linspace(-5, 5, 100);
    const chart = await drawn(surface({ x: fine, y: fine, z: bowl }));
    expect(chart.marks("surface", "path")).toHaveLength(50 * 50);
    expect(chart.svg.length).toBeLessThan(250_000);
    const span = (svg: typeof chart) => {
      const xs = svg
        .marks("surface", "path")
        .flatMap((path) => corners(path.getAttribute("d")!).map(([x]) => x));
      return [Math.min(...xs), Math.max(...xs)].map(Math.round);
    };
    expect(span(chart)).toEqual(span(await drawn(surface({ x: at, y: at, z: bowl }))));
  });

  it("puts contours on the floor, points and arrows into the same space", async () => {
    const chart = await drawn(
      surface(
        { x: at, y: at, z: bowl },
        {
          floor: [10, 20, 30],
          points: [{ x: 3, y: 4, z: 25, label: "(3, 4)", color: "red" }],
          arrows: [{ x: 3, y: 4, z: 25, u: 1, v: 1, w: 1, label: "∇f" }],
        },
      ),
    );
    expect(chart.texts).toEqual(expect.arrayContaining(["(3, 4)", "∇f"]));
    expect(chart.marks("floor", "path")).toHaveLength(3);
    const [point] = chart.marks("surface", "circle");
    expect(point!.getAttribute("fill")).toBe("red");
    // The arrow begins at the point.
    const arrow = chart.marks("surface", "path").find((path) => path.getAttribute("fill") === "#000000")!;
    const [first, , , , , , last] = corners(arrow.getAttribute("d")!) as [number, number][];
    const [cx, cy] = numbers(point!, "cx", "cy");
    expect((first![0] + last![0]) / 2).toBeCloseTo(cx!, 0);
    expect((first![1] + last![1]) / 2).toBeCloseTo(cy!, 0);
    // What the surface hides shines through.
    expect(chart.marks("traces", "circle")).toHaveLength(1);
  });

  it("hides a point behind a hill, and not one before it", async () => {
    const hill = (x: number, y: number) => 10 * Math.exp(-(x * x + y * y) / 4);
    const order = async (y: number) => {
      const chart = await drawn(
        surface({ x: at, y: at, z: hill }, { azimuth: -90, points: [{ x: 0, y, z: 0.5 }] }),
      );
      const children = [...chart.document.querySelector('[aria-label="surface"]')!.children];
      return children.findIndex((child) => child.tagName === "circle") / children.length;
    };
    expect(await order(4)).toBeLessThan(0.3);
    expect(await order(-4)).toBeGreaterThan(0.7);
  });

  it("leaves holes open, and what is outside of the ranges out", async () => {
    const holed = await drawn(
      surface({ x: at, y: at, z: (a, b) => (a > 0 && b > 0 ? Number.NaN : bowl(a, b)) }),
    );
    expect(holed.marks("surface", "path")).toHaveLength(20 * 20 - 10 * 10);
    expect(holed.svg).not.toMatch(/NaN/);
    const cut = await drawn(surface({ x: at, y: at, z: bowl }, { x: { domain: [0, 5] } }));
    expect(cut.marks("surface", "path")).toHaveLength(10 * 20);
  });

  it("no two texts stand on each other, whatever the view, and long names have room", async () => {
    // Ticks at the very corners, where three axes meet.
    const ends = linspace(-3, 3, 7);
    for (const [azimuth, elevation] of [
      [-60, 30],
      [-60, 10],
      [120, 45],
      [-45, -25],
      [200, 70],
    ] as const) {
      const chart = await drawn(
        surface(
          { x: ends, y: ends, z: bowl },
          { azimuth, elevation, x: { label: "x" }, y: { label: "y" }, z: { label: "function_2(X0, X1)" } },
        ),
      );
      const boxes = chart.marks("axes", "text").map((text) => {
        const width = 6 * text.textContent!.length;
        const anchor = text.getAttribute("text-anchor");
        const [x, y] = numbers(text, "x", "y") as [number, number];
        const left = x - (anchor === "end" ? width : anchor === "middle" ? width / 2 : 0);
        // The name of the upright axis stands on its y, the others around theirs.
        const middle = text.getAttribute("dy") === null ? y - 6 : y;
        return { left, right: left + width, top: middle - 5, bottom: middle + 5 };
      });
      for (const [i, a] of boxes.entries()) {
        for (const b of boxes.slice(i + 1)) {
          const apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
          expect(apart, `${azimuth}, ${elevation}`).toBe(true);
        }
      }
      const shift = Number(
        chart.document
          .querySelector('[aria-label="axes"]')!
          .parentElement!.getAttribute("transform")!
          .match(/[-\d.]+/)![0],
      );
      expect(Math.min(...boxes.map(({ left }) => left)) + shift).toBeGreaterThan(-1);
    }
  });

  it("turns with azimuth and elevation", async () => {
    const [front, side, above] = await Promise.all(
      [{}, { azimuth: 30 }, { elevation: 90 }].map((view) => surface({ x: at, y: at, z: bowl }, view).svg()),
    );
    expect(front).not.toBe(side);
    expect(front).not.toBe(above);
    expect(await surface({ x: at, y: at, z: bowl }).svg()).toBe(front);
  });
});

describe("wireframe", () => {
  it("draws a net in one color", async () => {
    const fine = arange(-3, 3, 0.1);
    const chart = await drawn(wireframe({ x: fine, y: fine, z: bowl }, { title: "x₀² + x₁²" }));
    expect(chart.texts).toEqual(expect.arrayContaining(["x₀² + x₁²", "−3", "0", "2"]));
    expect(chart.marks("surface", "path")).toHaveLength(30 * 30);
    expect(chart.document.querySelector('[aria-label="surface"]')!.getAttribute("stroke")).toBe("#0072b2");
  });
});

describe("a space", () => {
  it("is seen as its azimuth and elevation say", () => {
    const axis = { label: undefined, domain: [0, 1], type: "linear" } as const;
    const size = { width: 200, height: 200 };
    const margins = { x: 0, top: 0, bottom: 0 };
    const front = new Space([axis, axis, axis], { azimuth: -90, elevation: 0 }, size, margins);
    const [left, right] = [front.project(front.box([0, 0, 0])), front.project(front.box([1, 0, 0]))];
    // From the front, x goes to the right, z up, and y into the paper.
    expect(right[0] - left[0]).toBeCloseTo(200, 6);
    expect(right[1]).toBeCloseTo(left[1], 6);
    expect(front.project(front.box([0, 1, 0]))[0]).toBeCloseTo(left[0], 6);
    expect(front.project(front.box([0, 0, 1]))[1]).toBeLessThan(left[1]);
    expect(front.nearness(front.box([0, 0, 0]))).toBeGreaterThan(front.nearness(front.box([0, 1, 0])));
  });
});

describe("what surface and wireframe refuse", () => {
  const grid = { x: at, y: at, z: bowl };
  it.each<[string, () => unknown, typeof DataError | typeof OptionError, RegExp]>([
    [
      "a point without z",
      () => surface(grid, { points: [{ x: 1, y: 2 } as never] }),
      DataError,
      /surface: point 0: z must be a finite number; got undefined/,
    ],
    [
      "an arrow without w",
      () => surface(grid, { arrows: [{ x: 1, y: 2, z: 3, u: 1, v: 1 } as never] }),
      DataError,
      /arrow 0: w must be/,
    ],
    [
      "an elevation beyond 90",
      () => surface(grid, { elevation: 91 }),
      OptionError,
      /degrees from -90 to 90; got 91/,
    ],
    [
      "an azimuth that is no number",
      () => wireframe(grid, { azimuth: Number.NaN }),
      OptionError,
      /azimuth must be a finite number/,
    ],
    [
      "a log axis",
      () => surface(grid, { z: { type: "log" } as never }),
      OptionError,
      /z: there is no option "type"/,
    ],
    [
      "a scheme of a wireframe",
      () => wireframe(grid, { scheme: "viridis" } as never),
      OptionError,
      /no option "scheme"/,
    ],
    ["a ragged table", () => surface({ z: [[1, 2], [1]] }), DataError, /ragged/],
    [
      "a function that throws",
      () =>
        surface({
          x: at,
          y: at,
          z: () => {
            throw new RangeError("out");
          },
        }),
      DataError,
      /threw at \(-5, -5\): out/,
    ],
  ])("%s", (_, call, type, message) => {
    expect(call).toThrow(type);
    expect(call).toThrow(message);
  });
});
