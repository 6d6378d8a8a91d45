import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import {
  gradientDescent,
  numericalGradient,
  numericalGradientRows,
  partialDerivative,
} from "../../src/numeric/index.ts";
import { type Tensor, tensor } from "../../src/tensor.ts";

/** The book's function_2: x₀² + x₁². */
const function2 = (x: ArrayLike<number>) => x[0]! ** 2 + x[1]! ** 2;
const sumOfSquares = ({ data }: Tensor) => Array.from(data).reduce((sum, x) => sum + x * x, 0);
const float64 = (data: number[], shape: number[]) => tensor(data, shape, "float64");

describe("numericalGradient", () => {
  it("gives the notebook's gradients of x₀² + x₁², bit for bit", () => {
    // NumPy 2, the notebook's cell: array([6., 8.]), array([0., 4.]), array([6., 0.]) with all digits.
    expect(numericalGradient(function2, [3, 4])).toEqual([6.00000000000378, 7.999999999999119]);
    expect(numericalGradient(function2, [0, 2])).toEqual([0, 4.000000000004]);
    expect(numericalGradient(function2, [3, 0])).toEqual([6.000000000012662, 0]);
  });

  it("returns the form it was given", () => {
    expect(numericalGradient((x) => x * x, 3)).toBeCloseTo(6, 9);
    const typed = numericalGradient(function2, Float64Array.of(3, 4));
    expect(typed).toBeInstanceOf(Float64Array);
    expect([...typed].map(Math.round)).toEqual([6, 8]);
    const cube = float64([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2]);
    const { shape, dtype, data } = numericalGradient(sumOfSquares, cube);
    expect([shape, dtype]).toEqual([[2, 2, 2], "float64"]);
    expect([...data].map(Math.round)).toEqual([2, 4, 6, 8, 10, 12, 14, 16]);
    const nested = numericalGradient(([w, b]) => w![0]! * w![1]! + b![0]!, [[3, 4], [5]]);
    expect(nested.map((row) => row.map((g) => Math.round(g)))).toEqual([[4, 3], [1]]);
    expect(numericalGradient(() => 1, [])).toEqual([]);
    const scalar = numericalGradient(sumOfSquares, float64([3], []));
    expect(scalar.shape).toEqual([]);
    expect(scalar.data[0]).toBeCloseTo(6, 9);
  });

  it("moves x itself, so that f may look at it from outside", () => {
    const weights = [0.1, 0.7];
    expect(numericalGradient(() => function2(weights), weights).map((g) => g.toFixed(6))).toEqual([
      "0.200000",
      "1.400000",
    ]);
  });

  it("restores x exactly, also when f throws", () => {
    const awkward = [0.1, 1 / 3, -0, 1e-320];
    const x = [...awkward];
    numericalGradient(function2, x);
    expect(x).toEqual(awkward);
    expect(Object.is(x[2], -0)).toBe(true);
    let calls = 0;
    const failing = () => {
      if (++calls === 4) throw new Error("no more");
      return 0;
    };
    expect(() => numericalGradient(failing, x)).toThrow("no more");
    expect(x).toEqual(awkward);
  });

  it("refuses an f that makes x longer or shorter", () => {
    const pushing = (x: number[]) => x.push(1);
    const popping = (x: number[][]) => x[1]!.pop() ?? 0;
    const message = "f changed the length of x from 2 to 3; f may look at x, and must leave it as it is";
    expect(() => numericalGradient(pushing, [3, 4])).toThrow(`numericalGradient: ${message}`);
    expect(() => partialDerivative(pushing, [3, 4], 0)).toThrow(`partialDerivative: ${message}`);
    expect(() => numericalGradientRows(pushing as never, [[3, 4]])).toThrow(message);
    expect(() => gradientDescent(pushing, [3, 4])).toThrow("gradientDescent: f changed the length of x");
    expect(() => partialDerivative(popping, [[1], [2, 3]], 2)).toThrow("from 2 to 1");
    expect(() => numericalGradient(popping, [[1], [2, 3, 4, 5, 6]])).toThrow("changed the length of x");
    const growing = (x: number[][]) => x.push([1]);
    expect(() => numericalGradient(growing, [[1], [2]])).toThrow("from 2 to 6");
    expect(() => partialDerivative(growing, [[1], [2]], 1)).toThrow("from 2 to 4");
  });

  it("divides by the distance that float32 points really have", () => {
    const x = tensor([3, 4]);
    const { data, dtype } = numericalGradient(sumOfSquares, x);
    expect(dtype).toBe("float32");
    // x + h is off by up to 1.2e-7, which would be off by a thousandth of h, and of the gradient, if 2h were the divisor.
    expect(data[0]).toBeCloseTo(6, 5);
    expect(data[1]).toBeCloseTo(8, 5);
  });

  it("moves a float32 coordinate to its neighbours where x ± h rounds back to x", () => {
    for (const x of [1000, 2048, 5000, -4096, 1e6, -1e9, 1e15]) {
      const point = Float32Array.of(x);
      const [gradient] = numericalGradient(([v]) => v! ** 2, point);
      expect(gradient! / (2 * x)).toBeCloseTo(1, 4);
      expect([...point]).toEqual([Math.fround(x)]);
    }
    expect(numericalGradient(([v]) => 3 * v!, Float32Array.of(1), { h: 1e-12 })).toEqual(Float32Array.of(3));
    expect(
      numericalGradient(([v]) => v!, Float32Array.of(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY)),
    ).toEqual(Float32Array.of(Number.NaN, Number.NaN));
  });

  it("refuses an h that is lost in the rounding of float64", () => {
    const message = "h = 0.0001 is lost in the rounding of x = 10000000000000: try h = 60000000";
    for (const x of [[1, 1e13], Float64Array.of(1e13), float64([1e13], [1])]) {
      expect(() => numericalGradient(() => 0, x as number[])).toThrow(`numericalGradient: ${message}`);
    }
    expect(() => numericalGradient(() => 0, 1e13)).toThrow(`numericalGradient: ${message}`);
    expect(() => partialDerivative(() => 0, [1, 1e13], 1)).toThrow(`partialDerivative: ${message}`);
    expect(() => numericalGradientRows(() => 0, [[1e13]])).toThrow(message);
    expect(numericalGradient((x) => x * x, 1e13, { h: 6e7 }) / 2e13).toBeCloseTo(1, 9);
  });

  it("refuses integers, other things than numbers, and an f that returns none", () => {
    expect(() => numericalGradient(sumOfSquares, tensor(Int32Array.of(3, 4)))).toThrow(
      "numericalGradient: x: it is a Int32Array, which cannot hold x + h for a small h; use Float64Array or plain numbers",
    );
    expect(() => numericalGradient(() => 0, ["3"] as never)).toThrow(
      'numericalGradient: x: it holds "3"; it must be numbers in arrays, or a tensor',
    );
    expect(() => numericalGradient(() => 0, [1, [2]] as never)).toThrow("mixes numbers with other things");
    expect(() => numericalGradient((() => "1") as never, [1])).toThrow(
      'numericalGradient: f must return a number; it returned "1"',
    );
    expect(() => numericalGradient(function2, [3, 4], { h: 0 })).toThrow("numericalGradient: h must be");
  });
});

describe("what is given", () => {
  it("may come from another realm: its own memory is moved", () => {
    const x = runInNewContext("Float32Array.of(3, 4)") as Float32Array;
    const gradient = numericalGradient(() => x[0]! ** 2 + x[1]! ** 2, x);
    expect(gradient).toBeInstanceOf(Float32Array);
    expect(gradient[0]).toBeCloseTo(6, 2);
    expect(gradient[1]).toBeCloseTo(8, 2);
    expect([...x]).toEqual([3, 4]);
  });

  it("is refused where it is no point, in words", () => {
    const own: unknown[] = [1];
    own[0] = own;
    const transferred = Float64Array.of(1);
    structuredClone(transferred.buffer, { transfer: [transferred.buffer] });
    const points: [unknown, string][] = [
      [undefined, "x: it holds undefined"],
      [null, "x: it holds null"],
      [own, "x: its arrays are nested deeper than 32 levels, or hold themselves"],
      [new Array(2), "x: it holds undefined"],
      [Object.assign(new Array(2), { 1: 3 }), "x: an array of it mixes numbers with other things"],
      [{ shape: [3], dtype: "float64", data: Float64Array.of(1) }, "x: its shape [3] has 3 elements"],
      [{ x: 1 }, "x: must be a tensor"],
      [new DataView(new ArrayBuffer(8)), "x: it is a DataView"],
      [transferred, "x: the memory of its Float64Array is gone; it was transferred"],
      [Object.freeze([1, 2]), "x: it is frozen, so its numbers cannot be moved; give a copy"],
      [[Object.freeze([1, 2])], "x: it is frozen"],
    ];
    for (const [x, message] of points) {
      expect(() => numericalGradient(() => 0, x as number[])).toThrow(`numericalGradient: ${message}`);
      expect(() => partialDerivative(() => 0, x as number[], 0)).toThrow(`partialDerivative: ${message}`);
    }
    expect(() => numericalGradientRows(() => 0, undefined as never)).toThrow(
      "numericalGradientRows: X: it holds undefined",
    );
    expect(() => numericalGradientRows(() => 0, { shape: [2], dtype: "float64" } as never)).toThrow(
      "numericalGradientRows: X: must be a tensor",
    );
  });

  it("is checked: f, h, options and the index", () => {
    const calls: Record<string, (f: unknown, options: unknown) => unknown> = {
      numericalGradient: (f, options) => numericalGradient(f as () => number, [1], options as object),
      partialDerivative: (f, options) => partialDerivative(f as () => number, [1], 0, options as object),
      numericalGradientRows: (f, options) =>
        numericalGradientRows(f as () => number, [[1]], options as object),
    };
    for (const [name, call] of Object.entries(calls)) {
      expect(() => call(3, {})).toThrow(`${name}: f must be a function; got 3`);
      expect(() => call(() => 0, 1e-4)).toThrow(`${name}: options are an object { h }; got 0.0001`);
      expect(() => call(() => 0, null)).toThrow(`${name}: options are an object { h }; got null`);
      expect(() => call(() => 0, { step: 1 })).toThrow(`${name}: there is no option "step"; there are h`);
      expect(() => call(() => 0, { h: "1" })).toThrow(`${name}: h must be a number above 0`);
    }
    expect(() => partialDerivative(() => 0, [1], 5n as never)).toThrow(
      "partialDerivative: index 5n is none of x",
    );
  });

  it("is an f whose error passes, and which must return numbers", () => {
    const bare = Object.create(null);
    const wrong: [unknown, string][] = [
      [Promise.resolve(1), "it returned a Promise, so it is async, which it must not be"],
      [undefined, "it returned undefined"],
      [5n, "it returned 5n"],
      [Symbol("s"), "it returned Symbol(s)"],
      [bare, "it returned an object"],
    ];
    for (const [value, message] of wrong) {
      const x = [1];
      expect(() => numericalGradient((() => value) as never, x)).toThrow(
        `numericalGradient: f must return a number; ${message}`,
      );
      expect(x).toEqual([1]);
    }
    expect(numericalGradient(() => Number.NaN, [1])).toEqual([Number.NaN]);
  });
});

describe("partialDerivative", () => {
  it("gives the book's answers: 6 and 8 at (3, 4)", () => {
    expect(partialDerivative(function2, [3, 4], 0)).toBe(6.00000000000378);
    expect(partialDerivative(function2, [3, 4], 1)).toBe(7.999999999999119);
  });

  it("counts in row-major order, and restores x when f throws", () => {
    const x = float64([1, 2, 3, 4], [2, 2]);
    expect(partialDerivative(sumOfSquares, x, 2)).toBeCloseTo(6, 9);
    const failing = () => {
      throw new Error("no");
    };
    expect(() => partialDerivative(failing, x, 2)).toThrow("no");
    expect([...x.data]).toEqual([1, 2, 3, 4]);
  });

  it("refuses a coordinate that there is not", () => {
    for (const index of [2, -1, 0.5]) {
      expect(() => partialDerivative(function2, [3, 4], index)).toThrow(
        `partialDerivative: index ${index} is none of x, which has 2 elements, numbered from 0`,
      );
    }
  });
});

describe("numericalGradientRows", () => {
  const axis = Array.from({ length: 18 }, (_, i) => -2 + 0.25 * i);
  const X = axis.flatMap(() => axis);
  const Y = axis.flatMap((y) => axis.map(() => y));

  it("agrees on both notebooks' grids: points in columns, and in rows", () => {
    const sum = (x: readonly number[]) => x.reduce((total, value) => total + value * value, 0);
    const columns = numericalGradientRows(sum, [X, Y]);
    const rows = numericalGradientRows(
      function2,
      X.map((x, i) => [x, Y[i]!]),
    );
    expect(rows.length).toBe(324);
    rows.forEach(([gx, gy], i) => {
      expect(gx).toBeCloseTo(2 * X[i]!, 9);
      expect(gy).toBeCloseTo(2 * Y[i]!, 9);
      expect(columns[0]![i]).toBeCloseTo(gx!, 6);
      expect(columns[1]![i]).toBeCloseTo(gy!, 6);
    });
  });

  it("takes tensors row by row, and restores them", () => {
    const points = float64([3, 4, 0, 2], [2, 2]);
    const result = numericalGradientRows(({ data }) => function2(data), points);
    expect([...result.data].map(Math.round)).toEqual([6, 8, 0, 4]);
    expect(result.shape).toEqual([2, 2]);
    expect([...points.data]).toEqual([3, 4, 0, 2]);
  });

  it("takes a single point as one", () => {
    const single = numericalGradientRows(({ data }) => function2(data), float64([3, 4], [2]));
    expect([...single.data].map(Math.round)).toEqual([6, 8]);
    expect(numericalGradientRows(function2, [3, 4]).map(Math.round)).toEqual([6, 8]);
    expect(numericalGradientRows(function2, Float64Array.of(3, 4)).map(Math.round)).toEqual(
      Float64Array.of(6, 8),
    );
  });

  it("refuses a tensor without axes", () => {
    expect(() => numericalGradientRows(sumOfSquares, float64([1], []))).toThrow(
      "numericalGradientRows: X is a scalar; its first axis must count the points",
    );
  });
});
