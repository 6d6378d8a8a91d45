import { beforeAll, describe, expect, test } from "vitest";
import { fuse } from "../../src/graph/fuse.ts";
import { topologicalOrder } from "../../src/graph/order.ts";
import { input, parameter, type Value } from "../../src/graph/value.ts";
import { init } from "../../src/index.ts";
import {
  add,
  convolve2d,
  gradients,
  identity,
  matmul,
  multiply,
  relu,
  sigmoid,
  softmaxCrossEntropy,
  sum,
  tanh,
} from "../../src/ops.ts";
import type { TypedArray } from "../../src/tensor.ts";
import { evaluate } from "../reference/graph.ts";
import { expectSameBits } from "../same-bits.ts";
import { execute, opNames } from "./execution.ts";
import { elements } from "./op-cases.ts";

beforeAll(() => init());

const [M, K, N] = [7, 9, 5];

/** The ops that `values` come to, leaves aside. */
function fusedOps(...values: Value[]): string[] {
  return topologicalOrder(fuse(values))
    .map(({ operation }) => operation.name)
    .filter((name) => name !== "leaf" && name !== "constant");
}

function given(...leaves: Value[]): Map<Value, TypedArray> {
  return new Map(
    leaves.map((leaf, seed) => [leaf, elements("any", leaf.shape, "float32", { seed, classes: 1 })]),
  );
}

const leaf = (name: string, ...shape: number[]) => input(name, shape, "float32");

/** Asserts that fusion, which `execute` does and `evaluate` does not, changes no bit. */
function expectSame(values: Value[], leaves: Map<Value, TypedArray>): string[] {
  const expected = evaluate(values, leaves);
  const { results, instructions } = execute(values, leaves);
  for (const [i, result] of results.entries()) expectSameBits(result, expected[i]!, `result ${i}`);
  return opNames(instructions);
}

describe("what is fused", () => {
  const x = leaf("x", M, K);
  const w = leaf("w", K, N);
  const b = leaf("b", N);
  const row = leaf("row", 1, N);
  const y = leaf("y", M, N);
  const leaves = given(x, w, b, row, y);

  test.each<[string, Value, string[]]>([
    ["a product alone stays one", matmul(x, w), ["matmul"]],
    ["a bias", add(matmul(x, w), b), ["affine"]],
    ["a bias on the other side", add(b, matmul(x, w)), ["affine"]],
    ["a bias [1, n]", add(matmul(x, w), row), ["affine"]],
    ["an activation", relu(matmul(x, w)), ["affine"]],
    ["a bias and relu", relu(add(matmul(x, w), b)), ["affine"]],
    ["a bias and sigmoid", sigmoid(add(matmul(x, w), b)), ["affine"]],
    ["a bias and tanh", tanh(add(matmul(x, w), b)), ["affine"]],
    ["a bias and nothing", identity(add(matmul(x, w), b)), ["affine"]],
    ["a second bias is an op", add(add(matmul(x, w), b), row), ["affine", "add"]],
    ["a bias after the activation", add(relu(matmul(x, w)), b), ["affine", "add"]],
    ["a second activation", tanh(relu(add(matmul(x, w), b))), ["affine", "tanh"]],
    ["a whole matrix is no bias", add(matmul(x, w), y), ["matmul", "add"]],
    ["a sum of two products", add(matmul(x, w), matmul(x, w)), ["matmul", "matmul", "add"]],
  ])("%s", (_, value, ops) => {
    expect(fusedOps(value)).toEqual(ops);
    expectSame([value], leaves);
  });

  test("a value that is used twice is not fused away", () => {
    const product = matmul(x, w);
    const sumOf = add(product, b);
    expect(fusedOps(multiply(sumOf, product))).toEqual(["matmul", "add", "multiply"]);
    expect(fusedOps(multiply(relu(sumOf), sumOf))).toEqual(["affine", "relu", "multiply"]);
    expectSame([multiply(sumOf, product), multiply(relu(sumOf), sumOf)], leaves);
  });

  test("a value that is asked for is not fused away", () => {
    const product = matmul(x, w);
    const sumOf = add(product, b);
    expect(fusedOps(product, relu(sumOf))).toEqual(["matmul", "add", "relu"]);
    expect(fusedOps(sumOf, relu(sumOf))).toEqual(["affine", "relu"]);
    expectSame([product, sumOf, relu(sumOf)], leaves);
  });

  test("a bias by which a product is broadcast is no bias", () => {
    const column = matmul(leaf("a", M, K), leaf("v", K, 1));
    expect(fusedOps(add(column, b))).toEqual(["matmul", "add"]);
    const single = matmul(leaf("a", 1, K), w);
    expect(fusedOps(add(single, y))).toEqual(["matmul", "add"]);
  });
});

describe.each([
  ["relu", relu, "reluGradient"],
  ["sigmoid", sigmoid, "sigmoidGradient"],
  ["tanh", tanh, "tanhGradient"],
] as const)("a step of a network with %s", (_name, activation, gradientName) => {
  const x = leaf("x", M, K);
  const parameters = [[K, N], [N], [N, N], [N], [N, 3], [3]].map((shape, i) =>
    parameter(`p${i}`, shape, "float32"),
  );
  const [w1, b1, w2, b2, w3, b3] = parameters as [Value, Value, Value, Value, Value, Value];
  const t = input("t", [M], "int32");
  const hidden1 = activation(add(matmul(x, w1), b1));
  const hidden2 = activation(add(matmul(hidden1, w2), b2));
  const loss = softmaxCrossEntropy(add(matmul(hidden2, w3), b3), t);
  const values = [loss, ...gradients(loss, parameters)];
  const leaves = given(x, ...parameters);
  leaves.set(
    t,
    Int32Array.from({ length: M }, (_, i) => i % 3),
  );

  test("takes the fewest instructions, and fusion changes no bit", () => {
    const names = expectSame(values, leaves);
    // Forward: three products with bias and activation, the loss and its mean. Backward: three weights, three biases, and two
    // products with an activation's gradient; none for x.
    const counts = Object.fromEntries(
      [...new Set(names)].map((name) => [name, names.filter((n) => n === name).length]),
    );
    expect(counts).toEqual({ matmul: 8, softmaxCrossEntropy: 1, sum: 4 });
    expect(names).not.toContain(gradientName);
  });

  test("a gradient that is also needed before the activation's own is not fused away", () => {
    const names = expectSame(gradients(loss, [hidden1, w1]), leaves);
    // That of the second layer is fused, the first one's is not.
    expect(names.filter((name) => name === gradientName)).toHaveLength(1);
  });
});

describe("convolutions", () => {
  const x = leaf("x", 2, 5, 6, 3);
  const w = leaf("w", 3, 3, 3, 7);
  const b = leaf("b", 7);
  const g = leaf("g", 2, 5, 6, 7);
  const gray = leaf("image", 2, 5, 7, 1);
  const small = leaf("kernel", 2, 3, 1, 7);
  const leaves = given(x, w, b, g, gray, small);
  const y = convolve2d(x, w, { padding: "same" });

  test.each<[string, Value, string[]]>([
    ["a bias", add(y, b), ["convolve2dFinished"]],
    ["a bias and relu", relu(add(b, y)), ["convolve2dFinished"]],
    ["an activation alone", sigmoid(y), ["convolve2dFinished"]],
    [
      "a bias and tanh, of a product that slides",
      tanh(add(convolve2d(gray, small), b)),
      ["convolve2dFinished"],
    ],
    ["no second activation", tanh(relu(y)), ["convolve2dFinished", "tanh"]],
    ["not what is added to each image", add(y, g), ["convolve2d", "add"]],
  ])("%s", (_, value, ops) => {
    expect(fusedOps(value)).toEqual(ops);
    expectSame([value], leaves);
  });

  test("the activation's gradient of an input gradient, with strides, too", () => {
    for (const stride of [1, 2]) {
      const hidden = relu(x);
      const out = convolve2d(hidden, w, { padding: "same", stride });
      const [upstream] = gradients(sum(multiply(out, out)), [x]);
      expect(fusedOps(upstream!)).toContain("convolve2dInputGradientFinished");
      expectSame([upstream!], leaves);
    }
  });
});
