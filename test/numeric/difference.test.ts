import { describe, expect, it } from "vitest";
import { OptionError } from "../../src/errors.ts";
import { numericalDiff, tangentLine } from "../../src/numeric/index.ts";

/** The book's function_1 (4.3.2); its derivative is 0.02x + 0.1. */
const function1 = (x: number) => 0.01 * x ** 2 + 0.1 * x;

describe("numericalDiff", () => {
  it("gives the book's derivatives at 5 and 10, to the digits it prints", () => {
    // Python: (f(5 + h) - f(5 - h)) / (2 * h) with h = 1e-4.
    expect(numericalDiff(function1, 5)).toBe(0.1999999999990898);
    expect(numericalDiff(function1, 10)).toBe(0.2999999999986347);
  });

  it("is off by h² in the middle and by h ahead", () => {
    const cube = (x: number) => x ** 3;
    expect(numericalDiff(cube, 2, { h: 0.1 }) - 12).toBeCloseTo(0.01, 10);
    expect(numericalDiff(cube, 2, { h: 0.1, method: "forward" }) - 12).toBeCloseTo(0.61, 10);
  });

  it("passes on what f says where it is not finite", () => {
    expect(numericalDiff(Math.sqrt, -1)).toBeNaN();
  });

  it("refuses an h that is no step", () => {
    for (const h of [0, -1e-4, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => numericalDiff(function1, 5, { h })).toThrow(
        `numericalDiff: h must be a number above 0, such as the book's 1e-4; got ${h}`,
      );
    }
  });

  it("refuses an h that is lost in the rounding of x, and says which is not", () => {
    const square = (x: number) => x * x;
    expect(numericalDiff(square, 1e9) / 2e9).toBeCloseTo(1, 1);
    for (const method of ["central", "forward"] as const) {
      for (const x of [1e11, -1e13]) expect(() => numericalDiff(square, x, { method })).toThrow(OptionError);
    }
    expect(() => numericalDiff(square, 1e13)).toThrow(
      "numericalDiff: h = 0.0001 is lost in the rounding of x = 10000000000000: try h = 60000000",
    );
    expect(numericalDiff(square, 1e13, { h: 60000000 }) / 2e13).toBeCloseTo(1, 9);
    // The book's example of an h that is too small (4.3.1).
    expect(() => numericalDiff(square, 1, { h: 1e-50 })).toThrow(
      "h = 1e-50 is lost in the rounding of x = 1",
    );
    expect(() => tangentLine(square, 1e13)).toThrow("is lost in the rounding");
    expect(numericalDiff(square, Number.POSITIVE_INFINITY)).toBeNaN();
  });

  it("refuses another method, and an f that returns no number", () => {
    const method = "backward" as "forward";
    expect(() => numericalDiff(function1, 5, { method })).toThrow(
      'numericalDiff: method must be "central" or "forward"; got "backward"',
    );
    expect(() => numericalDiff((() => undefined) as never, 5)).toThrow(
      "numericalDiff: f must return a number; it returned undefined",
    );
    expect(() => numericalDiff((() => null) as never, 5)).toThrow("it returned null");
    expect(() => numericalDiff((() => [1]) as never, 5)).toThrow("it returned [1]");
  });
});

describe("tangentLine", () => {
  it("touches 0.01x² + 0.1x at 5 and at 10", () => {
    for (const [x, slope, intercept] of [
      [5, 0.2, -0.25],
      [10, 0.3, -1],
    ] as const) {
      const line = tangentLine(function1, x);
      expect(line(x)).toBe(function1(x));
      expect(line(0)).toBeCloseTo(intercept, 9);
      expect(line(1) - line(0)).toBeCloseTo(slope, 9);
    }
  });

  it("refuses what is no function, no number, and an f that returns none", () => {
    expect(() => tangentLine(3 as never, 5)).toThrow("tangentLine: f must be a function; got 3");
    expect(() => tangentLine(function1, "5" as never)).toThrow('tangentLine: x must be a number; got "5"');
    expect(() => tangentLine(function1, 5, { h: 0 })).toThrow("tangentLine: h must be a number above 0");
    expect(() => tangentLine(function1, 5)(1n as never)).toThrow("tangentLine: t must be a number; got 1n");
    let calls = 0;
    const third = () => (++calls < 3 ? 1 : undefined);
    expect(() => tangentLine(third as never, 5)).toThrow("tangentLine: f must return a number");
    expect(() => numericalDiff(function1, 5, 1e-4 as never)).toThrow(
      "numericalDiff: options are an object { h, method }; got 0.0001",
    );
    expect(() => numericalDiff(function1, 5, { methd: "forward" } as never)).toThrow("did you mean method?");
  });
});
