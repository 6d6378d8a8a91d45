import { beforeAll, describe, expect, test } from "vitest";
import { constant, input, parameter, type Value } from "../../src/graph/value.ts";
import { init, memoryReport } from "../../src/index.ts";
import { add, broadcastTo, exp, gradients, matmul, multiply, reshape, scale, sum } from "../../src/ops.ts";
import type { TypedArray } from "../../src/tensor.ts";
import { evaluate } from "../reference/graph.ts";
import { expectSameBits } from "../same-bits.ts";
import { execute, opNames } from "./execution.ts";

beforeAll(() => init());

const x = input("x", [2, 3], "float32");
const w = parameter("w", [3], "float32");
const given = new Map<Value, TypedArray>([
  [x, Float32Array.of(1, 2, 3, 4, 5, 6)],
  [w, Float32Array.of(0.1, -0, 7)],
]);

/** The results of a plan, which must be the reference's. */
function planned(...values: Value[]) {
  const expected = evaluate(values, given);
  const execution = execute(values, given);
  for (const [i, result] of execution.results.entries()) expectSameBits(result, expected[i]!, `output ${i}`);
  return execution;
}

describe("outputs that lie elsewhere already are copied", () => {
  test("a value that is asked for twice", () => {
    const y = exp(x);
    const { instructions, results } = planned(y, y, y);
    expect(opNames(instructions).filter((name) => name === "exp")).toHaveLength(1);
    expect(results).toHaveLength(3);
  });

  test("a parameter, alone and twice", () => {
    planned(w);
    planned(w, exp(w), w);
  });

  test("a view of a leaf, and a view of a value that is an output itself", () => {
    planned(reshape(x, [6]));
    planned(reshape(reshape(x, [3, 2]), [6]), x);
    const y = exp(x);
    planned(y, reshape(y, [3, 2]));
    planned(reshape(y, [3, 2]), y);
  });

  test("a constant, and the zero gradient of what a loss does not depend on", () => {
    planned(constant(-0, "float32"), broadcastTo(constant(2.5, "float32"), [5]));
    const [byX, byW] = gradients(sum(exp(x)), [x, w]);
    planned(byX!, byW!);
    expect([...planned(byW!).results[0]!]).toEqual([0, 0, 0]);
    // Both gradients are the same value: each has a place of its own.
    planned(...gradients(sum(add(x, w)), [x, x, w]));
  });
});

describe("the arena", () => {
  test("a chain of elementwise ops works in place", () => {
    const chain = exp(scale(multiply(scale(exp(x), 0.5), x), -1));
    expect(planned(chain).arenaBytes).toBe(64);
  });

  test("an op in place waits for the last use of its operand", () => {
    const y = exp(x);
    const z = scale(y, 2);
    planned(add(multiply(z, z), y), sum(z));
    planned(add(scale(reshape(y, [6]), 2), reshape(scale(y, 3), [6])));
  });

  test("an operand that is repeated is not overwritten", () => {
    const y = exp(w);
    planned(add(add(x, y), y));
    // Both take 64 bytes: the size in elements is what counts.
    planned(exp(add(x, y)));
    planned(exp(multiply(sum(x), reshape(x, [6]))));
    const scalar = sum(x);
    planned(multiply(scalar, x), add(w, scalar));
  });

  test("what an output was made of does not share its place", () => {
    const y = exp(x);
    const z = scale(y, 3);
    planned(z, sum(y));
    planned(y, z, scale(z, 2));
  });

  test("memory is given back", () => {
    const { held } = memoryReport();
    planned(matmul(x, reshape(exp(x), [3, 2])));
    expect(memoryReport().held).toBe(held);
  });
});

test("a constant's sign and type count", () => {
  const tiny = 1 + 2 ** -40;
  const wide = input("wide", [1], "float64");
  const values = [
    scale(wide, tiny),
    add(wide, constant(tiny, "float64")),
    scale(x, tiny),
    scale(x, -0),
    scale(x, 0),
  ];
  const leaves = new Map<Value, TypedArray>([...given, [wide, Float64Array.of(3)]]);
  const expected = evaluate(values, leaves);
  const { results } = execute(values, leaves);
  for (const [i, result] of results.entries()) expectSameBits(result, expected[i]!, `output ${i}`);
  expect(results[0]![0]).toBe(3 * tiny);
  expect(results[3]![0]).toBe(-0);
});
