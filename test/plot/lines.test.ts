import { describe, expect, it } from "vitest";
import { DataError, OptionError } from "../../src/errors.ts";
import { arange, lines, linspace, scatter } from "../../src/plot/index.ts";
import { tensor } from "../../src/tensor.ts";
import { drawn, linesOf, numbers, scales, ticks } from "./parse.ts";

const x = arange(0, 6, 0.1);

function close(got: readonly number[], expected: readonly number[], digits = 1): void {
  expect(got.length).toBe(expected.length);
  for (const [i, value] of got.entries()) expect(value).toBeCloseTo(expected[i]!, digits);
}

describe("lines", () => {
  it("draws each series where its numbers are, with axes, a legend and a title", async () => {
    const chart = await drawn(
      lines(
        [
          { x, y: Math.sin, label: "sin" },
          { x, y: Math.cos, label: "cos", dashed: true },
        ],
        { title: "sin & cos 三角関数", x: { label: "x" }, y: { label: "値" } },
      ),
    );
    expect(chart.texts).toEqual(expect.arrayContaining(["sin & cos 三角関数", "sin", "cos", "x →", "↑ 値"]));
    const [sin, cos] = linesOf(chart);
    expect([sin!.length, cos!.length]).toEqual([60, 60]);
    const { at, x: width } = scales(chart);
    close(width, [0, 5.9], 2);
    for (const [line, f] of [
      [sin!, Math.sin],
      [cos!, Math.cos],
    ] as const) {
      for (const [i, place] of line.entries()) close(at(place), [x[i]!, f(x[i]!)], 2);
    }
    const dashes = chart.marks("line").map((path) => path.parentElement!.getAttribute("stroke-dasharray"));
    expect(dashes).toEqual([null, "5,3"]);
  });

  it("takes plain numbers, typed arrays and tensors as heights over 0, 1, 2, …", async () => {
    const heights = [3, 1, 2];
    const [plain, ...others] = await Promise.all(
      [heights, new Float64Array(heights), tensor(heights), { y: new Uint8Array(heights) }].map((each) =>
        lines(each).svg(),
      ),
    );
    for (const svg of others) expect(svg).toBe(plain);
    const chart = await drawn(lines(heights));
    expect(ticks(chart, "x")).toEqual([0, 1, 2]);
    expect(linesOf(chart)[0]).toHaveLength(3);
  });

  it("leaves a gap at NaN, null and infinities, and nowhere else", async () => {
    for (const hole of [Number.NaN, null, Number.POSITIVE_INFINITY]) {
      const chart = await drawn(lines([1, 2, hole, 3, 4]));
      const path = chart.marks("line", "path")[0]!.getAttribute("d")!;
      expect(path.match(/M/g)).toHaveLength(2);
      expect(linesOf(chart)[0]).toHaveLength(4);
    }
  });

  it("cuts what leaves the frame at its edge", async () => {
    const chart = await drawn(
      lines({ x: [0, 1, 2, 3], y: [0, 2, 0, 2] }, { y: { domain: [0, 1] }, x: { domain: [0.25, 3] } }),
    );
    const { at } = scales(chart);
    const path = linesOf(chart)[0]!.map(at);
    close(
      path.map(([a]) => a),
      [0.25, 0.5, 1.5, 2, 2.5],
      2,
    );
    close(
      path.map(([, b]) => b),
      [0.5, 1, 1, 0, 1],
      2,
    );
  });

  it("spaces a logarithmic axis by powers, and leaves out what is not above 0", async () => {
    const chart = await drawn(lines([100, 10, 0, 1, -5, 0.1], { y: { type: "log" } }));
    const path = linesOf(chart)[0]!;
    expect(path).toHaveLength(4);
    expect(path[1]![1] - path[0]![1]).toBeCloseTo((path[3]![1] - path[0]![1]) / 3, 3);
    expect(ticks(chart, "y")).toEqual([0.1, 1, 10, 100]);
  });

  it("writes all powers of ten alike, and counts steps by whole numbers", async () => {
    const chart = await drawn(lines({ x: [1, 1e6], y: [1, 2] }, { x: { type: "log" } }));
    const labels = chart.marks("x-axis tick label", "text").map((text) => text.textContent);
    expect(labels).toEqual(["1", "10", "10²", "10³", "10⁴", "10⁵", "10⁶"]);
    expect(ticks(await drawn(lines([5, 6])), "x")).toEqual([0, 1]);
  });

  it("shows the axes of a divergence, 10¹³ wide, with labels that fit", async () => {
    const chart = await drawn(
      scatter({ points: [[-2e13, 1e12]] }, { x: { domain: [-3e13, 3e13] }, y: { domain: [-2e12, 2e12] } }),
    );
    expect(chart.texts).toContain("−2.0×10¹²");
    const { x, y } = scales(chart);
    close(
      x.map((it) => it / 1e13),
      [-3, 3],
      3,
    );
    close(
      y.map((it) => it / 1e12),
      [-2, 2],
      3,
    );
    const places = chart.marks("y-axis tick label", "text").map((text) => numbers(text, "x")[0]!);
    // The longest label, 9 characters of at most 7 pixels, begins inside the figure.
    for (const place of places) expect(place).toBeGreaterThan(9 * 6);
  });

  it("stays small however many points there are, and keeps the highest", async () => {
    const many = Float64Array.from({ length: 200_000 }, (_, i) => Math.sin(i / 1000));
    many[77_777] = 9;
    const chart = await drawn(lines(many));
    expect(chart.svg.length).toBeLessThan(100_000);
    const top = Math.min(...linesOf(chart)[0]!.map(([, y]) => y));
    expect(scales(chart).at([0, top])[1]).toBeCloseTo(9, 1);
  });

  it("gives equal bytes for equal numbers, and neither ids nor styles nor scripts", async () => {
    const make = () => lines([{ y: [1, 2, 3], label: "a" }], { title: "t" }).svg();
    const svg = await make();
    expect(await make()).toBe(svg);
    expect(svg).not.toMatch(/ id=|<style| style=|<script|NaN|undefined|Infinity/);
    expect(svg.match(/font-size="[\d.]+"/g)!.every((size) => Number(size.match(/[\d.]+/)![0]) >= 11)).toBe(
      true,
    );
  });
});

describe("scatter", () => {
  it("draws points that lie on each other once", async () => {
    const steps = Array.from({ length: 5000 }, (_, i) => [0.9 ** i, -(0.9 ** i)]);
    const dots = (await drawn(scatter({ points: steps }))).marks("dot", "circle");
    expect(dots.length).toBeGreaterThan(20);
    expect(dots.length).toBeLessThan(100);
  });

  it("draws the points inside the frame as dots, and lines where asked", async () => {
    const chart = await drawn(
      scatter(
        [
          {
            points: [
              [0, 0],
              [1, 1],
              [9, 9],
            ],
            label: "path",
          },
          { x: [0, 2], y: [0.5, 0.5], line: true, markers: false, dashed: true, color: "gray" },
        ],
        { x: { domain: [-2, 2] }, y: { domain: [-2, 2] }, aspect: "equal" },
      ),
    );
    const { at } = scales(chart);
    const dots = chart.marks("dot", "circle");
    const places = dots.map((dot) => at(numbers(dot, "cx", "cy") as [number, number]));
    close(places.flat(), [0, 0, 1, 1], 3);
    expect(linesOf(chart)).toHaveLength(1);
    const [width, height] = numbers(chart.document.querySelector('[aria-label="frame"]')!, "width", "height");
    expect(width).toBeCloseTo(height!, 6);
  });
});

describe("what lines and scatter refuse", () => {
  const cases: [string, () => unknown, typeof DataError | typeof OptionError, RegExp][] = [
    [
      "x and y of different lengths",
      () => lines({ x: [1, 2], y: [1, 2, 3] }),
      DataError,
      /series 0: x has 2, y has 3/,
    ],
    ["no numbers", () => lines([]), DataError, /lines: series 0: y: is empty/],
    ["something else than numbers", () => lines([1, "2"] as never), DataError, /is not a number but "2"/],
    [
      "nested arrays",
      () => lines({ y: [[1], [2]] as never }),
      DataError,
      /must be one row of numbers; it is \[2, 1\]/,
    ],
    ["only gaps", () => lines([Number.NaN]), DataError, /lines: y: no value is a finite number/],
    [
      "a log axis without a value above 0",
      () => lines([0, -1], { y: { type: "log" } }),
      DataError,
      /no value is above 0/,
    ],
    ["a function without x", () => lines({ y: Math.sin }), DataError, /y is a function, so x must say where/],
    [
      "a function that throws",
      () =>
        lines({
          x: [1, 2],
          y: (at) => {
            if (at > 1) throw new Error("too far");
            return at;
          },
          label: "f",
        }),
      DataError,
      /series "f": the function threw at \(2\): too far/,
    ],
    [
      "a function that returns no number",
      () => lines({ x: [1], y: (() => "1") as never }),
      DataError,
      /returned "1" at \(1\)/,
    ],
    [
      "points that are no pairs",
      () => scatter({ points: [[1, 2], [3]] }),
      DataError,
      /point 1 must be a pair/,
    ],
    ["points and y", () => scatter({ points: [[1, 2]], y: [1] }), DataError, /give one of them/],
    ["a series of nothing", () => lines([{ label: "a" }]), DataError, /series "a": has no y/],
    [
      "a series that is not seen",
      () => lines({ y: [1], line: false }),
      OptionError,
      /neither a line nor markers/,
    ],
    [
      "a reversed range",
      () => lines([1], { x: { domain: [3, -3] } }),
      OptionError,
      /x: domain must be a range \[low, high\].*got \[3, -3\]/,
    ],
    [
      "a log axis from 0",
      () => lines([1], { y: { type: "log", domain: [0, 1] } }),
      OptionError,
      /begins above 0/,
    ],
    [
      "an unknown option",
      () => lines([1], { tilte: "a" } as never),
      OptionError,
      /there is no option "tilte"/,
    ],
    [
      "an unknown option of a series",
      () => lines({ y: [1], colour: "red" } as never),
      OptionError,
      /did you mean color\?/,
    ],
    [
      "an unknown axis type",
      () => lines([1], { x: { type: "time" } as never }),
      OptionError,
      /"linear" or "log"; got "time"/,
    ],
    [
      "a size out of range",
      () => lines([1], { width: 1 }),
      OptionError,
      /width must be a number of pixels from 16/,
    ],
  ];
  it.each(cases)("%s", (_, call, type, message) => {
    expect(call).toThrow(type);
    expect(call).toThrow(message);
  });
});

describe("arange and linspace", () => {
  it("give NumPy's numbers", () => {
    expect(arange(-3, 3, 0.1)).toHaveLength(60);
    expect(arange(1, 2, 0.5)).toEqual([1, 1.5]);
    expect(linspace(-5, 5, 100).at(-1)).toBe(5);
    expect(linspace(0, 1)).toHaveLength(50);
  });

  it("refuse reversed ranges, steps of 0 and counts of 1", () => {
    expect(() => arange(1, 0)).toThrow(OptionError);
    expect(() => arange(0, 1, 0)).toThrow(/a step above 0/);
    expect(() => linspace(0, 1, 1)).toThrow(/count must be a whole number from 2/);
    expect(() => linspace(0, Number.NaN)).toThrow(/stop must be a finite number/);
  });
});
