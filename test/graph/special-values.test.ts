// What ops give where there is no one right answer: NaN, the signs of zeros, ties, indices that are out of range. In wasm and in the
// reference alike.

import { beforeAll, describe, expect, test } from "vitest";
import { input, type Value } from "../../src/graph/value.ts";
import { init } from "../../src/index.ts";
import * as ops from "../../src/ops.ts";
import type { TypedArray } from "../../src/tensor.ts";
import { evaluate } from "../reference/graph.ts";
import { expectSameBits } from "../same-bits.ts";
import { execute } from "./execution.ts";

beforeAll(() => init());

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
/** Longer than two vectors, so that every loop has its turn. */
const LENGTH = 21;

/** Values of a graph over leaves of these elements, each repeated to fill vectors. */
function run(
  make: (...leaves: Value[]) => readonly Value[],
  ...data: readonly (readonly number[])[]
): number[][] {
  const repeated = data.map((row) =>
    Float32Array.from({ length: row.length * LENGTH }, (_, i) => row[i % row.length]!),
  );
  const leaves = repeated.map((row, i) => input(`leaf ${i}`, [row.length], "float32"));
  const given = new Map<Value, TypedArray>(leaves.map((leaf, i) => [leaf, repeated[i]!]));
  const values = make(...leaves);
  const { results } = execute(values, given);
  for (const [i, expected] of evaluate(values, given).entries()) {
    expectSameBits(results[i]!, expected, `result ${i}`);
  }
  return results.map((result) => [...result.subarray(0, result.length / LENGTH)]);
}

/** y and the gradient of Σ y by each leaf. */
const withGradients =
  (op: (...leaves: Value[]) => Value) =>
  (...leaves: Value[]) => {
    const y = op(...leaves);
    return [y, ...ops.gradients(ops.sum(y), leaves)];
  };

test("maximum and minimum: NaN where either is, +0 above −0, and of a tie all of the gradient to the first", () => {
  const [a, b] = [
    [1, nan, 1, 0, -0, 2, -inf],
    [nan, 1, 1, -0, 0, 3, 5],
  ];
  expect(run(withGradients(ops.maximum), a!, b!)).toEqual([
    [nan, nan, 1, 0, 0, 3, 5],
    [0, 0, 1, 1, 1, 0, 0],
    [1, 1, 0, 0, 0, 1, 1],
  ]);
  expect(run(withGradients(ops.minimum), a!, b!)).toEqual([
    [nan, nan, 1, -0, -0, 2, -inf],
    [0, 0, 1, 1, 1, 1, 1],
    [1, 1, 0, 0, 0, 0, 0],
  ]);
});

test("comparisons: 0 for NaN, but for notEqual; −0 equals 0", () => {
  const [a, b] = [
    [1, 2, 1, nan, nan, 0],
    [2, 1, 1, 1, nan, -0],
  ];
  const compare = (x: Value, y: Value) =>
    [ops.greater, ops.greaterEqual, ops.less, ops.lessEqual, ops.equal, ops.notEqual].map((f) => f(x, y));
  expect(run(compare, a!, b!)).toEqual([
    [0, 1, 0, 0, 0, 0],
    [0, 1, 1, 0, 0, 1],
    [1, 0, 0, 0, 0, 0],
    [1, 0, 1, 0, 0, 1],
    [0, 0, 1, 0, 0, 1],
    [1, 1, 0, 1, 1, 0],
  ]);
});

test("where: NaN is not 0; what is not taken shows nowhere, its NaN neither", () => {
  const condition = [0, -0, nan, 1, 0];
  const [y, , da, db] = run(
    withGradients(ops.where),
    condition,
    [nan, nan, 1, -0, inf],
    [1, -0, nan, nan, 2],
  );
  expect(y).toEqual([1, -0, 1, -0, 2]);
  expect(da).toEqual([0, 0, 1, 1, 0]);
  expect(db).toEqual([1, 1, 0, 0, 1]);
});

describe("power", () => {
  const x = [0, -0, 1, -1, 2, -2, inf, -inf, nan];
  test.each([
    [0, [1, 1, 1, 1, 1, 1, 1, 1, 1]],
    [1, x],
    [2, [0, 0, 1, 1, 4, 4, inf, inf, nan]],
    [3, [0, -0, 1, -1, 8, -8, inf, -inf, nan]],
    [-1, [inf, -inf, 1, -1, 0.5, -0.5, 0, -0, nan]],
    [-2, [inf, inf, 1, 1, 0.25, 0.25, 0, 0, nan]],
    [0.5, [0, 0, 1, nan, Math.fround(Math.SQRT2), nan, inf, nan, nan]],
    [-0.5, [inf, inf, 1, nan, Math.fround(Math.SQRT1_2), nan, 0, nan, nan]],
  ])("of %d", (exponent, expected) => {
    expect(run((leaf) => [ops.power(leaf, exponent)], x)).toEqual([expected]);
  });

  test("of a whole number has the bits of products", () => {
    const random = Array.from({ length: 30 }, (_, i) => Math.fround(Math.sin(i)));
    const [square, cube] = run((leaf) => [ops.power(leaf, 2), ops.power(leaf, 3)], random);
    expect(square).toEqual(random.map((v) => Math.fround(v * v)));
    expect(cube).toEqual(random.map((v) => Math.fround(v * Math.fround(v * v))));
  });

  test.each([1024, 1023.5, -1023.5, -1024])("has a gradient at %d, the end of what there is", (exponent) => {
    const x = [1, Math.fround(1.0001), Math.fround(0.9999)];
    const [y, dx] = run(
      withGradients((leaf) => ops.power(leaf, exponent)),
      x,
    );
    for (const [i, v] of x.entries()) {
      expect(y![i]! / v ** exponent).toBeCloseTo(1, 3);
      expect(dx![i]! / (exponent * v ** (exponent - 1))).toBeCloseTo(1, 3);
    }
  });

  test("of any other, in float32, is within 1 ULP", () => {
    const random = Array.from({ length: 300 }, (_, i) => Math.fround(1.07 ** (i - 150)));
    const [y] = run((leaf) => [ops.power(leaf, 2.5)], random);
    for (const [i, v] of random.entries()) {
      const exact = v ** 2.5;
      expect(Math.abs(y![i]! - exact) / exact).toBeLessThan(2 ** -23);
    }
  });
});

test("max, min and argmax: NaN where there is one, the first of a tie; gradients in equal parts", () => {
  const rows = (leaf: Value, columns: number) => ops.reshape(leaf, [leaf.shape[0]! / columns, columns]);
  const of = (f: (x: Value) => Value, columns: number) => (leaf: Value) => f(rows(leaf, columns));
  const x = [1, 3, 3, 0, /**/ nan, 1, 2, nan, /**/ -0, 0, -0, 0, /**/ -inf, -inf, -inf, -inf];
  expect(run(withGradients(of((v) => ops.max(v, { axis: 1 }), 4)), x)).toEqual([
    [3, nan, 0, -inf],
    [0, 0.5, 0.5, 0, 0, 0, 0, 0, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25],
  ]);
  expect(run((leaf) => [ops.min(rows(leaf, 4), { axis: 1 })], x)).toEqual([[0, nan, -0, -inf]]);
  expect(run((leaf) => [ops.argmax(rows(leaf, 4))], x)).toEqual([[1, 0, 0, 0]]);
  expect(run((leaf) => [ops.argmax(rows(leaf, 4), { keepAxis: true })], x)).toEqual([[1, 0, 0, 0]]);
});

test("clip: the gradient passes at the bounds, and not beyond", () => {
  const [y, dx] = run(
    withGradients((leaf) => ops.clip(leaf, -1, 2)),
    [-2, -1, 0, 2, 3, nan],
  );
  expect(y).toEqual([-1, -1, 0, 2, 2, nan]);
  expect(dx!.slice(0, 5)).toEqual([0, 1, 1, 1, 0]);
});

describe("indices", () => {
  const x = input("x", [3, 2], "float32");
  const indices = input("indices", [5], "int32");
  const given = new Map<Value, TypedArray>([
    [x, Float32Array.of(1, 2, 3, 4, 5, 6)],
    [indices, Int32Array.of(2, -1, 0, 3, 2)],
  ]);

  test("that are out of range give NaN, and get no gradient", () => {
    const y = ops.gather(x, indices);
    const weights = ops.where(ops.equal(y, y), y, ops.constant(0, "float32"));
    const values = [y, ...ops.gradients(ops.sum(ops.multiply(y, weights)), [x])];
    const { results } = execute(values, given);
    expect([...results[0]!]).toEqual([5, 6, nan, nan, 1, 2, nan, nan, 5, 6]);
    for (const [i, expected] of evaluate(values, given).entries())
      expectSameBits(results[i]!, expected, `${i}`);
  });

  test("that are out of range have rows of zeros", () => {
    expect([...execute([ops.oneHot(indices, 3)], given).results[0]!]).toEqual([
      0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1,
    ]);
  });

  test.each(["float32", "float64"] as const)("of %s that are no whole numbers are out of range", (dtype) => {
    const table = input("table", [3, 2], dtype);
    const words = input("words", [9], dtype);
    const [Floats, all] = [
      dtype === "float32" ? Float32Array : Float64Array,
      [2, 1.5, -0, nan, -1, 3, inf, -inf, 2 ** 32],
    ];
    const own = new Map<Value, TypedArray>([
      [table, Floats.of(1, 2, 3, 4, 5, 6)],
      [words, Floats.from(all)],
    ]);
    const [rows, ones] = [ops.gather(table, words), ops.oneHot(words, 3)];
    const values = [
      rows,
      ones,
      ...ops.gradients(ops.sum(ops.where(ops.equal(rows, rows), rows, ops.constant(0, dtype))), [
        table,
        words,
      ]),
    ];
    for (const lanes of [1, 2, 3]) {
      const { results } = execute(values, own, lanes);
      const none = Array.from({ length: 6 }, () => [nan, nan]);
      expect([...results[0]!]).toEqual([5, 6, nan, nan, 1, 2, ...none.flat()]);
      expect([...results[1]!]).toEqual([0, 0, 1, 0, 0, 0, 1, 0, 0, ...none.flatMap(() => [0, 0, 0])]);
      expect(results[1]).toBeInstanceOf(Floats);
      expect([...results[2]!]).toEqual([1, 1, 0, 0, 1, 1]);
      expect([...results[3]!]).toEqual(all.map(() => 0));
      for (const [i, expected] of evaluate(values, own).entries())
        expectSameBits(results[i]!, expected, `${i}`);
    }
  });

  test("are moved as other elements are", () => {
    const matrix = input("matrix", [2, 3], "int32");
    const elements = Int32Array.of(1, -2, 3, 2 ** 31 - 1, 5, -(2 ** 31));
    const values = [
      ops.permute(matrix),
      ops.slice(matrix, [0, 1], [], [1, 2]),
      ops.concatenate([matrix, matrix], { axis: 1 }),
      ops.stack([matrix, matrix]),
    ];
    const results = execute(values, new Map([[matrix, elements]])).results;
    for (const [i, expected] of evaluate(values, new Map([[matrix, elements]])).entries()) {
      expectSameBits(results[i]!, expected, `${i}`);
    }
    expect([...results[0]!]).toEqual([1, 2 ** 31 - 1, -2, 5, 3, -(2 ** 31)]);
  });
});

test("no gradient passes comparisons, argmax and one-hot rows", () => {
  const x = input("x", [2, 3], "float32");
  const given = new Map([[x, Float32Array.of(1, 2, 3, 6, 5, 4)]]);
  const flat = [ops.greater(x, ops.constant(2, "float32")), ops.oneHot(ops.argmax(x), 3)];
  for (const y of flat) {
    expect([...execute(ops.gradients(ops.sum(y), [x]), given).results[0]!]).toEqual([0, 0, 0, 0, 0, 0]);
  }
});

test("what moves nothing is no instruction", () => {
  const x = input("x", [2, 1, 3], "float32");
  expect(ops.permute(x, [0, 1, 2])).toBe(x);
  expect(ops.slice(x, [])).toBe(x);
  expect(ops.pad(x, [])).toBe(x);
  expect(ops.concatenate([x])).toBe(x);
  expect(ops.permute(x, [1, 0, 2]).node.operation.name).toBe("reshape");
});
