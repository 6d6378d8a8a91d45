import { describe, expect, it } from "vitest";
import { gradientDescent } from "../../src/numeric/index.ts";
import { tensor } from "../../src/tensor.ts";

const function2 = ([x0, x1]: readonly number[]) => x0! ** 2 + x1! ** 2;

describe("gradientDescent", () => {
  it("finds the minimum of x₀² + x₁² from (−3, 4), as the notebook does", () => {
    const x0 = [-3, 4];
    const { x, history, values, outcome, report } = gradientDescent(function2, x0, { lr: 0.1, steps: 100 });
    // The book: array([-6.11110793e-10, 8.14814391e-10])
    expect(x.map((value) => value.toExponential(8))).toEqual(["-6.11110793e-10", "8.14814391e-10"]);
    expect([history.length, values.length]).toEqual([101, 101]);
    expect(history[0]).toEqual([-3, 4]);
    expect(history[100]).toBe(x);
    expect(history[1]!.map((value) => value.toFixed(9))).toEqual(["-2.400000000", "3.200000000"]);
    expect(outcome).toBe("descended");
    expect(report).toBe("f fell from 25 to 1.037e-18 in 100 steps");
    expect(x0).toEqual([-3, 4]);
  });

  it("reports that lr = 10 blows up", () => {
    const { x, outcome, report } = gradientDescent(function2, [-3, 4], { lr: 10, steps: 100 });
    // The book: array([-2.58983747e+13, -1.29524862e+12])
    expect(x.map((value) => value.toExponential(8))).toEqual(["-2.58983747e+13", "-1.29524862e+12"]);
    expect(outcome).toBe("diverged");
    expect(report).toBe("f rose from 25 to 6.724e+26 in 100 steps; lr 10 is too large: try 1");
  });

  it("reports that lr = 1e-10 stays put", () => {
    const { x, outcome, report } = gradientDescent(function2, [-3, 4], { lr: 1e-10, steps: 100 });
    // The book: array([-2.99999994, 3.99999992])
    expect(x.map((value) => value.toFixed(8))).toEqual(["-2.99999994", "3.99999992"]);
    expect(outcome).toBe("stalled");
    expect(report).toBe("f stayed at 25 for 100 steps; lr 1e-10 is too small: try 1e-8");
  });

  it("ends where f is no longer finite, at the last point where it was", () => {
    const cliff = (x: number) => (Math.abs(x) > 100 ? Number.POSITIVE_INFINITY : x * x);
    const fallen = gradientDescent(cliff, 3, { lr: 2 });
    expect(fallen.outcome).toBe("diverged");
    expect(fallen.history.map(Math.round)).toEqual([3, -9, 27, -81]);
    expect(fallen.x).toBe(fallen.history[3]);
    expect(fallen.report).toBe("step 4 led to a point where f is Infinity; lr 2 is too large: try 0.2");
    const nowhere = gradientDescent(Math.sqrt, -1);
    expect(nowhere).toMatchObject({ x: -1, history: [-1], outcome: "diverged" });
    expect(nowhere.report).toContain("f is NaN at x0");
  });

  it("tells steps that jump across from steps too short, and a flat place from both", () => {
    const across = gradientDescent((x) => x * x, 2, { lr: 1, steps: 10 });
    expect(across).toMatchObject({ outcome: "stalled" });
    expect(across.report).toBe(
      "f stayed at 4 for 10 steps; lr 1 is too large: try 0.1, for the steps jump to the other slope",
    );
    expect(gradientDescent((x) => x * x, 0).report).toBe(
      "f stayed at 0 for 100 steps: x0 is flat, a minimum, a maximum or a saddle",
    );
    expect(gradientDescent((x) => x * x, 1, { steps: 0 })).toMatchObject({
      outcome: "stalled",
      report: "no step was taken",
    });
  });

  it("is not misled by a large constant in f", () => {
    const raised = gradientDescent((x) => 1e9 + x * x, 3, { lr: 0.1 });
    expect(raised.outcome).toBe("descended");
  });

  it("descends over tensors and leaves the start alone", () => {
    const start = tensor([[3, -2]], undefined, "float64");
    const { x } = gradientDescent(({ data }) => data[0]! ** 2 + data[1]! ** 2, start, { lr: 0.1 });
    expect(x.shape).toEqual([1, 2]);
    expect(Math.abs(x.data[0]!)).toBeLessThan(1e-8);
    expect([...start.data]).toEqual([3, -2]);
  });

  it("descends over float32 of any magnitude", () => {
    const { x, report, outcome } = gradientDescent(({ data: [a] }) => (a! - 5000) ** 2, tensor([3000]), {
      lr: 0.1,
    });
    expect(outcome).toBe("descended");
    expect(report).toContain("f fell from 4000000 to");
    expect(x.data[0]).toBeCloseTo(5000, 2);
  });

  it("says where h was lost in the rounding of x", () => {
    expect(gradientDescent((x) => (x - 3e13) ** 2, 2e13, { lr: 0.1 })).toMatchObject({
      outcome: "stalled",
      report:
        "f stayed at 1e+26 for 100 steps; h = 0.0001 is lost in the rounding of x = 20000000000000: try h = 100000000",
    });
    const half = gradientDescent(([x0, x1]) => x0! ** 2 + 0 * x1!, [4, 2e13], { lr: 0.1 });
    expect(half.outcome).toBe("descended");
    expect(half.report).toContain("in 100 steps; h = 0.0001 is lost in the rounding of x = 20000000000000");
    expect(gradientDescent((x) => (x - 3e13) ** 2, 2e13, { lr: 0.1, h: 1e8 }).outcome).toBe("descended");
  });

  it("refuses options out of range", () => {
    for (const lr of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => gradientDescent(function2, [1, 1], { lr })).toThrow(
        `gradientDescent: lr must be a number above 0; got ${lr}`,
      );
    }
    for (const steps of [-1, 1.5]) {
      expect(() => gradientDescent(function2, [1, 1], { steps })).toThrow(
        `gradientDescent: steps must be a whole number of at least 0; got ${steps}`,
      );
    }
    expect(() => gradientDescent(function2, [1, 1], { h: 0 })).toThrow("gradientDescent: h must be");
    expect(() => gradientDescent(() => 0, tensor(Int32Array.of(1)))).toThrow(
      "gradientDescent: x0: it is a Int32Array",
    );
  });

  it("refuses options that there are not, and an f that is none or returns no number", () => {
    expect(() => gradientDescent(function2, [1, 1], 0.1 as never)).toThrow(
      "gradientDescent: options are an object { lr, steps, h }; got 0.1",
    );
    expect(() => gradientDescent(function2, [1, 1], { learningRate: 1 } as never)).toThrow(
      'gradientDescent: there is no option "learningRate"',
    );
    expect(() => gradientDescent("f" as never, [1, 1])).toThrow(
      'gradientDescent: f must be a function; got "f"',
    );
    expect(() => gradientDescent((async () => 1) as never, 1)).toThrow(
      "gradientDescent: f must return a number; it returned a Promise",
    );
    expect(() => gradientDescent(function2, undefined as never)).toThrow(
      "gradientDescent: x0: it holds undefined",
    );
    const failing = () => {
      throw new Error("mine");
    };
    expect(() => gradientDescent(failing, [1, 1])).toThrow("mine");
    // It moves copies.
    expect(gradientDescent(function2, Object.freeze([1, 1]) as number[], { lr: 0.1 }).outcome).toBe(
      "descended",
    );
  });
});
