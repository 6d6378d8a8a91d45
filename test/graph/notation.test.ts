import { describe, expect, it } from "vitest";
import { gradients } from "../../src/graph/autodiff.ts";
import { type Formula, formula, name, signOf, standInsFor, written } from "../../src/graph/notation.ts";
import { input, type Value } from "../../src/graph/value.ts";
import * as ops from "../../src/ops.ts";

const symbols = new Map([["N", 9973]]);
const a = input("a", [2, 3], "float64");
const b = input("b", [2, 3], "float64");
const w = input("w", [3, 4], "float64");
const names = new Map<Value, Formula>([
  [a, name("a")],
  [b, name("b")],
  [w, name("w")],
]);
const text = (value: Value) => formula(value, names, symbols).text;

describe("a value as a formula", () => {
  const { add, subtract, multiply, divide } = ops;
  it.each<[string, Value]>([
    ["a + b", add(a, b)],
    ["a − b", subtract(a, b)],
    ["a − (b + a)", subtract(a, add(b, a))],
    ["a × b", multiply(a, b)],
    ["(a + b) × (a − b)", multiply(add(a, b), subtract(a, b))],
    ["a / b", divide(a, b)],
    ["a × b / (a × b)", divide(multiply(a, b), multiply(a, b))],
    ["a·w", ops.matmul(a, w)],
    ["aᵀ·b", ops.matmul(a, b, { transposeA: true })],
    ["(a + b)ᵀ·b", ops.matmul(add(a, b), b, { transposeA: true })],
    ["a·bᵀ", ops.matmul(a, b, { transposeB: true })],
    ["−a", ops.scale(a, -1)],
    ["−(a + b)", ops.scale(add(a, b), -1)],
    ["0.5 × a", ops.scale(a, 0.5)],
    ["−0.3333 × a", ops.scale(a, -1 / 3)],
    ["1/N × a", ops.scale(a, 1 / 9973)],
    ["−1/2N × a", ops.scale(a, -1 / (2 * 9973))],
    ["2N × a", ops.scale(a, 2 * 9973)],
    ["Σ a", ops.sum(a)],
    ["Σ (a + b)", ops.sum(add(a, b), { axis: 0 })],
    ["mean(a)", ops.mean(a)],
    ["exp(−a)", ops.exp(ops.scale(a, -1))],
    ["log(a)", ops.log(a)],
    ["√a", ops.sqrt(a)],
    ["√(a + b)", ops.sqrt(add(a, b))],
    ["ReLU(a)", ops.relu(a)],
    ["softmax(a)", ops.softmax(a)],
    ["log softmax(a)", ops.logSoftmax(a)],
    ["reshape(a)", ops.reshape(a, [3, 2])],
    ["broadcast(a)", ops.broadcastTo(a, [5, 2, 3])],
    ["½Σ(y − t)²(a, b)", ops.sumSquaredError(a, b)],
    ["1 + a", add(ops.constant(1, "float64"), a)],
    ["a", multiply(ops.constant(1, "float64"), a)],
  ])("%s", (expected, value) => {
    expect(text(value)).toBe(expected);
  });

  it("is not its own name", () => {
    const named = new Map(names);
    const sum = ops.add(a, b);
    named.set(sum, name("s"));
    expect(formula(sum, named, symbols).text).toBe("s");
    expect(formula(sum, named, symbols, "s").text).toBe("a + b");
    expect(formula(ops.multiply(sum, sum), named, symbols).text).toBe("s × s");
  });
});

describe("the engine's gradients as formulas", () => {
  /** ∂L/∂x of one op, where g arrives at it. */
  function derivative(f: (x: Value) => Value): string {
    const y = f(a);
    const g = input("g", y.shape, y.dtype);
    const [dx, dy] = gradients(ops.sum(ops.multiply(y, g)), [a, y]) as [Value, Value];
    const known = new Map<Value, Formula>([...names, [y, name("y")], [dy, name("g")]]);
    return formula(dx, known, symbols).text;
  }

  it.each<[string, (x: Value) => Value]>([
    ["g", (x) => ops.add(x, b)],
    ["−g", (x) => ops.subtract(b, x)],
    ["g × b", (x) => ops.multiply(x, b)],
    ["g / b", (x) => ops.divide(x, b)],
    ["−g × y / a", (x) => ops.divide(b, x)],
    ["g·wᵀ", (x) => ops.matmul(x, w)],
    ["b·gᵀ", (x) => ops.matmul(x, b, { transposeA: true })],
    ["g × (y > 0)", ops.relu],
    ["g × y × (1 − y)", ops.sigmoid],
    ["g × (1 − y²)", ops.tanh],
    ["g × y", ops.exp],
    ["g / a", ops.log],
    ["0.5 × g / y", ops.sqrt],
    ["broadcast(g)", (x) => ops.sum(x)],
    ["broadcast(0.1667 × g)", (x) => ops.mean(x)],
    ["y × (g − Σ g × y)", ops.softmax],
    ["g − exp(y) × Σ g", ops.logSoftmax],
    ["reshape(g)", (x) => ops.reshape(x, [6])],
    ["Σ g", (x) => ops.broadcastTo(x, [5, 2, 3])],
    ["3 × g", (x) => ops.scale(x, 3)],
  ])("%s", (expected, f) => {
    expect(derivative(f)).toBe(expected);
  });

  it("has the losses' own, by what they are the mean of", () => {
    const x = input("x", [9973, 3], "float32");
    const t = input("t", [9973], "int32");
    const of = (loss: Value, value: Value, target: Value) => {
      const [dx] = gradients(loss, [value]) as [Value];
      const known = new Map<Value, Formula>([
        [value, name("x")],
        [target, name("t")],
      ]);
      return formula(dx, known, symbols).text;
    };
    expect(of(ops.softmaxCrossEntropy(x, t), x, t)).toBe("(softmax(x) − t) / N");
    expect(of(ops.sumSquaredError(a, b), a, b)).toBe("(x − t) / 2");
    expect(of(ops.binaryCrossEntropy(a, b), a, b)).toBe("(sigmoid(x) − t) / 6");
    const one = input("x", [1, 3], "float32");
    const row = input("t", [1, 3], "float32");
    expect(of(ops.softmaxCrossEntropy(one, row), one, row)).toBe("softmax(x) − t");
  });
});

describe("lengths", () => {
  it("are written by their symbols", () => {
    const [n, m] = [9973, 9967];
    const both = new Map([
      ["N", n],
      ["M", m],
    ]);
    expect([7, 0, n, 2 * n, n * m, 3 * n * n].map((length) => written(length, both))).toEqual([
      7,
      0,
      "N",
      "2N",
      "N·M",
      "3N·N",
    ]);
  });

  it("have stand-ins of which no other is a multiple, as long as there are some", () => {
    expect(standInsFor(["N"], [784])).toEqual(new Map([["N", 9973]]));
    expect(standInsFor(["N"], [784, 2 * 9973])).toEqual(new Map([["N", 9967]]));
    expect(
      standInsFor(
        Array.from({ length: 13 }, (_, i) => `s${i}`),
        [],
      ),
    ).toBeUndefined();
  });
});

it("signs are the book's, with an op's factor", () => {
  const sign = ({ node }: Value) => signOf(node, symbols);
  expect(
    [ops.add(a, b), ops.matmul(a, w), ops.relu(a), ops.sum(a), ops.mean(a), ops.exp(a)].map(sign),
  ).toEqual(["+", "dot", "ReLU", "Σ", "mean", "exp"]);
  expect([-1, 0.25, 1 / 9973, -9973].map((factor) => sign(ops.scale(a, factor)))).toEqual([
    "× −1",
    "× 0.25",
    "× 1/N",
    "× −N",
  ]);
});
