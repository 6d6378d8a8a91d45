import { beforeAll, describe, expect, test } from "vitest";
import { Op, Word } from "../../assembly/isa/index.ts";
import { ElementLossArg, SoftmaxCrossEntropyArg } from "../../assembly/isa/loss.ts";
import { input, type Value } from "../../src/graph/value.ts";
import { init } from "../../src/index.ts";
import {
  gradients,
  logSoftmax,
  multiply,
  scale,
  softmax,
  softmaxCrossEntropy,
  sum,
  sumSquaredError,
} from "../../src/ops.ts";
import { formatShape, size, type TypedArray } from "../../src/tensor.ts";
import { binaryKinds, unaryKinds } from "../reference/elementwise.ts";
import { evaluate } from "../reference/graph.ts";
import { expectSameBits } from "../same-bits.ts";
import { build } from "./build-case.ts";
import { execute } from "./execution.ts";
import { checkGradients } from "./gradient-check.ts";
import { cases, opNamed } from "./op-cases.ts";

const losses = new Set<number>([Op.softmaxCrossEntropy, Op.sumSquaredError]);

beforeAll(() => init());

describe.each(cases)("$name", (use) => {
  test.each(["float32", "float64"] as const)("%s: value and gradients have the reference's bits", (dtype) => {
    for (const shapes of use.shapes) {
      const { y, loss, floats, given } = build(use, shapes, dtype, false);
      // A loss has a shorter way where the gradient arriving at it is 1.
      const direct = y.shape.length === 0 ? gradients(y, floats) : [];
      const values = [y, loss, ...gradients(loss, floats), ...direct];
      const expected = evaluate(values, given);
      for (const lanes of [1, 3]) {
        const { results } = execute(values, given, lanes);
        const what = `${shapes.map(formatShape).join(" and ")}, ${lanes} lanes, result`;
        for (const [i, result] of results.entries()) expectSameBits(result, expected[i]!, `${what} ${i}`);
        // On its own a loss is computed without its gradient.
        expectSameBits(execute([y], given, lanes).results[0]!, expected[0]!, `${what} on its own`);
      }
    }
  });

  test("gradients agree with differences", () => {
    for (const shapes of use.shapes) {
      if (shapes.some((shape) => size(shape) > 120) || use.smooth?.(shapes) === false) continue;
      const { loss, floats, given } = build(use, shapes, "float64", true);
      checkGradients(loss, floats, given, shapes.map(formatShape).join(" and "));
    }
  });
});

test("a loss makes its gradient only where somebody wants it", () => {
  const [x, labels] = [input("x", [2, 3], "float32"), input("labels", [2], "int32")];
  const given = new Map<Value, TypedArray>([
    [x, Float32Array.of(1, 2, 3, 4, 5, 6)],
    [labels, Int32Array.of(0, 2)],
  ]);
  for (const [loss, { differentiate }] of [
    [softmaxCrossEntropy(x, labels), SoftmaxCrossEntropyArg],
    [sumSquaredError(x, scale(x, 2)), ElementLossArg],
  ] as const) {
    const wanted = (...values: Value[]) =>
      execute(values, given)
        .instructions.filter(({ [Word.op]: op }) => losses.has(op!))
        .map((words) => words[differentiate]);
    expect(wanted(loss)).toEqual([0]);
    expect(wanted(...gradients(loss, [x]))).toEqual([1]);
    expect(wanted(multiply(loss, gradients(loss, [x])[0]!))).toEqual([1]);
  }
});

describe("special values", () => {
  // biome-ignore format: a table
  const special = [
    0, 1, 0.5, 2, 1e-3, 3, 100, 2 ** -149, 2 ** -126, 2 ** -1022, 5e-324, 3.4e38, 1.7e308, Infinity,
  ].flatMap((x) => [x, -x]);
  special.push(Number.NaN);

  function bothTypes(
    check: (of: (values: readonly number[]) => TypedArray, dtype: "float32" | "float64") => void,
  ) {
    check((values) => Float32Array.from(values), "float32");
    check((values) => Float64Array.from(values), "float64");
  }

  const byThree = (x: Value) => scale(x, -3);
  test.each([...Object.keys(unaryKinds), byThree.name])("one operand: %s", (name) => {
    const op = opNamed(name) ?? byThree;
    bothTypes((of, dtype) => {
      const x = input("x", [special.length], dtype);
      const y = op(x);
      const values = [y, ...gradients(sum(y), [x])];
      const given = new Map([[x, of(special)]]);
      const expected = evaluate(values, given);
      const { results } = execute(values, given);
      for (const [i, result] of results.entries())
        expectSameBits(result, expected[i]!, `${dtype} result ${i}`);
    });
  });

  test.each(Object.keys(binaryKinds).filter(opNamed))("two operands: every pair, %s", (name) => {
    const op = opNamed(name)!;
    bothTypes((of, dtype) => {
      const [a, b] = [input("a", [special.length, 1], dtype), input("b", [special.length], dtype)];
      const given = new Map([a, b].map((value) => [value, of(special)]));
      const [expected] = evaluate([op(a, b)], given);
      expectSameBits(execute([op(a, b)], given).results[0]!, expected!, dtype);
    });
  });

  test("rows of softmax", () => {
    const rows = [
      [1, -Infinity, 2, 0, 0],
      [1, Infinity, 2, 0, 0],
      [-Infinity, -Infinity, -Infinity, -Infinity, -Infinity],
      [1, Number.NaN, 2, 0, 0],
      [Number.NaN, 1, 2, 0, 0],
      [1e30, -1e30, 1e30, 0, 1],
      [-0, 0, -0, 0, -0],
      [-1e3, -2e3, -1e3, -1001, -1002],
    ];
    bothTypes((of, dtype) => {
      const x = input("x", [rows.length, 5], dtype);
      const t = input("t", [rows.length], "int32");
      const given = new Map<Value, TypedArray>([
        [x, of(rows.flat())],
        [t, Int32Array.from(rows, (_, row) => row % 5)],
      ]);
      const loss = softmaxCrossEntropy(x, t);
      const values = [softmax(x), logSoftmax(x), loss, ...gradients(loss, [x])];
      const expected = evaluate(values, given);
      const { results } = execute(values, given);
      for (const [i, result] of results.entries())
        expectSameBits(result, expected[i]!, `${dtype} result ${i}`);
      // A large shift neither overflows nor loses the row.
      expect(Array.from(results[0]!.slice(35, 40)).reduce((s, y) => s + y)).toBeCloseTo(1, 6);
    });
  });
});
