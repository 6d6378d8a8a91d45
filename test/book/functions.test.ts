import { runInNewContext } from "node:vm";
import { beforeAll, describe, expect, it } from "vitest";
import {
  crossEntropyError,
  identity,
  meanSquaredError,
  relu,
  sigmoid,
  softmax,
  step,
  sumSquaredError,
} from "../../src/book/index.ts";
import { init, type Tensor, tensor } from "../../src/index.ts";

beforeAll(() => init());

const round = ({ data }: Tensor, digits = 8) => Array.from(data, (value) => Number(value.toFixed(digits)));

describe("activations", () => {
  it("step: 0 below 0, 1 from 0 on, as the notebook's", () => {
    expect(step([-1, -0.001, -0, 0, 2]).data).toEqual(Float64Array.of(0, 0, 1, 1, 1));
    expect(step(0)).toBe(1);
  });

  it("sigmoid and relu: the book's values (3.2.4, 3.2.7)", () => {
    expect(round(sigmoid([-1, 1, 2]))).toEqual([0.26894142, 0.73105858, 0.88079708]);
    expect(sigmoid(0)).toBe(0.5);
    expect(relu([-1.5, 0, 2.5]).data).toEqual(Float64Array.of(0, 0, 2.5));
    expect(relu(-3)).toBe(0);
  });

  it("keep the shape, whatever it is, and the type: float64 unless float32 came in", () => {
    const cube = [[[1, -2]], [[-3, 4]]];
    for (const f of [step, sigmoid, relu, identity, softmax]) {
      expect(f(cube)).toMatchObject({ shape: [2, 1, 2], dtype: "float64" });
      expect(f(Float32Array.of(1, -2))).toMatchObject({ shape: [2], dtype: "float32" });
      expect(f(Uint8Array.of(1, 2))).toMatchObject({ shape: [2], dtype: "float64" });
    }
  });

  it("identity gives a copy", () => {
    const x = tensor(Float64Array.of(1, 2));
    const y = identity(x);
    expect(y).toEqual(x);
    expect(y.data).not.toBe(x.data);
  });

  it("refuse what is no tensor, and what holds nothing", () => {
    expect(() => relu("1" as never)).toThrow(
      'relu: x: must be a tensor, a typed array or nested arrays of numbers; got "1"',
    );
    expect(() => sigmoid(null as never)).toThrow("got null");
    expect(() => softmax([])).toThrow("softmax: x [0] holds no elements");
  });

  it("refuse tensors that are not what they say", () => {
    const data = Float64Array.of(1, 2);
    for (const f of [step, sigmoid, relu, identity, softmax]) {
      expect(() => f({ shape: [3], dtype: "float64", data })).toThrow(
        "x: its shape [3] has 3 elements, but its data has 2",
      );
      expect(() => f({ shape: [2], dtype: "float32", data })).toThrow(
        'x: its dtype is "float32", but its data is a Float64Array',
      );
    }
  });

  it("take arrays of another realm and of other types", () => {
    const [foreign, clamped] = runInNewContext("[Float32Array.of(1, -2), Uint8ClampedArray.of(1, 2)]");
    expect(relu(foreign)).toMatchObject({ dtype: "float32", data: Float32Array.of(1, 0) });
    expect(relu(clamped)).toMatchObject({ dtype: "float64", data: Float64Array.of(1, 2) });
    expect(relu(BigInt64Array.of(-1n, 2n)).data).toEqual(Float64Array.of(0, 2));
  });

  it("step leaves NaN what it is", () => {
    expect(step(Number.NaN)).toBeNaN();
  });
});

describe("softmax", () => {
  it("gives the book's values, and sums to 1 (3.5)", () => {
    const y = softmax([0.3, 2.9, 4]);
    expect(round(y)).toEqual([0.01821127, 0.24519181, 0.73659691]);
    expect(Array.from(y.data).reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 15);
  });

  it("does not overflow", () => {
    expect(round(softmax([1010, 1000, 990]))).toEqual([0.9999546, 0.0000454, 0]);
  });

  it("runs along the rows of a batch, and of any leading axes", () => {
    const row = softmax([0.3, 2.9, 4]).data;
    const other = softmax([1, 0, 2]).data;
    expect(
      softmax([
        [0.3, 2.9, 4],
        [1, 0, 2],
      ]).data,
    ).toEqual(Float64Array.of(...row, ...other));
    expect(softmax([[[0.3, 2.9, 4]], [[1, 0, 2]]])).toMatchObject({
      shape: [2, 1, 3],
      data: Float64Array.of(...row, ...other),
    });
  });

  it("refuses a number", () => {
    expect(() => softmax(1)).toThrow("softmax: x is a scalar; it must have an axis to run along");
  });
});

// The y, t and t_dummy of 4.2.1.
const y = [0.1, 0.05, 0.6, 0, 0.05, 0.1, 0, 0.1, 0, 0];
const t = [0, 0, 1, 0, 0, 0, 0, 0, 0, 0];
const tDummy = [0, 1, 0, 0, 0, 0, 0, 0, 0, 0];

describe("squared errors", () => {
  it("sumSquaredError: 0.0975 and 0.6475", () => {
    expect(sumSquaredError(y, t)).toBeCloseTo(0.0975, 15);
    expect(sumSquaredError(y, tDummy)).toBeCloseTo(0.6475, 15);
    expect(sumSquaredError([y, y], [t, tDummy])).toBeCloseTo(0.745, 15);
  });

  it("meanSquaredError: each row's half sum, as the notebook defines it", () => {
    expect(round(meanSquaredError(y, t), 12)).toEqual([0.0975]);
    expect(meanSquaredError([y, y], [t, tDummy])).toMatchObject({ shape: [2] });
    expect(round(meanSquaredError([y, y], [t, tDummy]), 12)).toEqual([0.0975, 0.6475]);
    expect(round(meanSquaredError([y, y], t), 12)).toEqual([0.0975, 0.0975]);
  });

  it("refuse shapes that differ", () => {
    expect(() => sumSquaredError(y, [1, 2])).toThrow(
      "sumSquaredError: y is [10], t is [2]; both must be of one shape",
    );
    expect(() => meanSquaredError([y], [1, 2])).toThrow("meanSquaredError: y is [1, 10], t is [2]");
    expect(() => meanSquaredError(1, 1)).toThrow("meanSquaredError: y is a scalar");
  });
});

describe("crossEntropyError", () => {
  it("gives the book's 0.5108 and 2.9957, with 1e-7 inside the logarithm", () => {
    expect(crossEntropyError(y, t)).toBeCloseTo(0.510825457099338, 15);
    expect(crossEntropyError(y, tDummy)).toBeCloseTo(2.9957302735559908, 14);
  });

  it("takes labels for one-hot rows, one sample or a batch, to the same bits", () => {
    expect(crossEntropyError(y, 2)).toBe(crossEntropyError(y, t));
    const oneHot = crossEntropyError([y, y], [t, tDummy]);
    expect(crossEntropyError([y, y], [2, 1])).toBe(oneHot);
    expect(crossEntropyError([y, y], Uint8Array.of(2, 1))).toBe(oneHot);
    expect(oneHot).toBeCloseTo((0.510825457099338 + 2.9957302735559908) / 2, 14);
  });

  it("tells labels from rows by shape where there is one class only", () => {
    expect(crossEntropyError([[0.5], [0.5]], [0, 0])).toBeCloseTo(-Math.log(0.5 + 1e-7), 15);
    expect(crossEntropyError([[0.5], [0.5]], [[0], [0]])).toBeCloseTo(0, 15);
  });

  it("gives each sample's own", () => {
    const each = crossEntropyError([y, y], [2, 1], { reduction: "none" });
    expect(each.shape).toEqual([2]);
    expect(round(each, 12)).toEqual([0.510825457099, 2.995730273556]);
  });

  it("takes the logarithm as it is with epsilon 0, and zeros without a label do no harm", () => {
    expect(crossEntropyError([0.6, 0.4, 0], [1, 0, 0], { epsilon: 0 })).toBeCloseTo(-Math.log(0.6), 15);
    expect(crossEntropyError([1, 0], 1, { epsilon: 0 })).toBe(Number.POSITIVE_INFINITY);
    expect(crossEntropyError([1, 0], 1)).toBeCloseTo(-Math.log(1e-7), 13);
  });

  it("takes any distribution for t", () => {
    const expected = -(0.25 * Math.log(0.5 + 1e-7) + 0.75 * Math.log(0.5 + 1e-7));
    expect(crossEntropyError([0.5, 0.5], [0.25, 0.75])).toBeCloseTo(expected, 15);
  });

  it("sums where asked", () => {
    const sum = crossEntropyError([y, y], [2, 1], { reduction: "sum" });
    expect(sum).toBeCloseTo(0.510825457099338 + 2.9957302735559908, 14);
  });

  it("refuses options that there are not", () => {
    const refused: [unknown, string][] = [
      [{ reduction: "max" }, 'crossEntropyError: reduction must be "mean" or "sum" or "none"; got "max"'],
      [{ eps: 1e-7 }, 'crossEntropyError: there is no option "eps"'],
      [{ epsilon: -1 }, "crossEntropyError: epsilon must be a number of at least 0; got -1"],
      ["sum", 'crossEntropyError: options are an object { epsilon, reduction }; got "sum"'],
      [null, "got null"],
    ];
    for (const [options, message] of refused) {
      expect(() => crossEntropyError(y, t, options as { reduction: "sum" })).toThrow(message);
    }
  });

  it("takes rows in y's shape, not in any of as many elements", () => {
    expect(crossEntropyError([y], t)).toBe(crossEntropyError(y, [t]));
    expect(crossEntropyError([y, y], Float64Array.of(...t, ...tDummy))).toBe(
      crossEntropyError([y, y], [t, tDummy]),
    );
    expect(() =>
      crossEntropyError(
        [
          [1, 0, 0],
          [0, 1, 0],
        ],
        [
          [1, 0],
          [0, 0],
          [1, 0],
        ],
      ),
    ).toThrow(
      "crossEntropyError: y is [2, 3], t is [3, 2]; t must be one-hot rows of y's shape, or labels [2]",
    );
  });

  it("refuses targets of neither form, and labels that are no class", () => {
    expect(() => crossEntropyError(y, [1, 0])).toThrow(
      "crossEntropyError: y is [10], t is [2]; t must be one-hot rows of y's shape, or labels [1]",
    );
    expect(() => crossEntropyError([y, y], [2, 10])).toThrow(
      "crossEntropyError: label 10 of sample 1 is out of range; y has 10 classes, so labels are whole numbers from 0 to 9",
    );
    expect(() => crossEntropyError([y, y], [2, 0.5])).toThrow("label 0.5 of sample 1");
    expect(() => crossEntropyError(0.5, 0)).toThrow("crossEntropyError: y is a scalar");
  });
});
