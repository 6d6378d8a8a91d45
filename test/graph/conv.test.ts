// What the table of ops does not say of convolutions: bad operands, how lanes share them, and what they are of: a matmul over patches.

import { beforeAll, describe, expect, test } from "vitest";
import { ConvolutionArg } from "../../assembly/isa/conv.ts";
import { ExtensionOp, Word } from "../../assembly/isa/index.ts";
import { input, type Value } from "../../src/graph/value.ts";
import { init, OptionError, ShapeError } from "../../src/index.ts";
import {
  convolve2d,
  convolveTranspose2d,
  gradients,
  matmul,
  multiply,
  relu,
  reshape,
  sum,
} from "../../src/ops.ts";
import type { TypedArray } from "../../src/tensor.ts";
import { evaluate } from "../reference/graph.ts";
import { expectSameBits } from "../same-bits.ts";
import { execute } from "./execution.ts";
import { elements } from "./op-cases.ts";

beforeAll(() => init());

const floats = (...shape: number[]) => input("floats", shape, "float32");
const doubles = (...shape: number[]) => input("doubles", shape, "float64");

const given = (...leaves: Value[]) =>
  new Map<Value, TypedArray>(
    leaves.map((leaf, seed) => [
      leaf,
      elements("any", leaf.shape, leaf.dtype as "float32", { seed, classes: 1 }),
    ]),
  );

describe("operands that do not go together", () => {
  test.each<[message: string, apply: () => Value]>([
    [
      "convolve2d: x must be [batch, height, width, channels]; x is [28, 28, 1]; reshape it: an axis of 1 stands for channels that it has not",
      () => convolve2d(floats(28, 28, 1), floats(3, 3, 1, 16)),
    ],
    [
      "convolve2d: w must be [height, width, channels / groups, output channels]; x is [2, 28, 28, 1], w is [9, 16]",
      () => convolve2d(floats(2, 28, 28, 1), floats(9, 16)),
    ],
    [
      "convolve2d: channels differ: x is [2, 8, 8, 3], w is [3, 3, 4, 16]; x has 3, w, [height, width, channels / groups, output channels], takes 4",
      () => convolve2d(floats(2, 8, 8, 3), floats(3, 3, 4, 16)),
    ],
    [
      "convolve2d: channels differ: x is [2, 8, 8, 6], w is [3, 3, 2, 16]; x has 6, w, [height, width, channels / groups, output channels], takes 4, 2 groups of 2",
      () => convolve2d(floats(2, 8, 8, 6), floats(3, 3, 2, 16), { groups: 2 }),
    ],
    [
      "convolve2d: output channels cannot be parted in groups: x is [2, 8, 8, 6], w is [3, 3, 2, 16]; 16 must be a multiple of groups (3)",
      () => convolve2d(floats(2, 8, 8, 6), floats(3, 3, 2, 16), { groups: 3 }),
    ],
    [
      'convolve2d: kernel 5×5 is larger than its input 4×4; use padding: "same" or a smaller kernel',
      () => convolve2d(floats(2, 4, 4, 1), floats(5, 5, 1, 2)),
    ],
    [
      'convolve2d: kernel 3×2, which reaches over 7×4, is larger than its input 4×9 with padding [[1,1],[1,1]]; use padding: "same" or a smaller kernel',
      () => convolve2d(floats(2, 4, 9, 1), floats(3, 2, 1, 2), { dilation: 3, padding: 1 }),
    ],
    [
      "convolveTranspose2d: channels differ: x is [2, 8, 8, 3], w is [3, 3, 3, 16]; x has 3, w, [height, width, output channels / groups, channels], takes 16",
      () => convolveTranspose2d(floats(2, 8, 8, 3), floats(3, 3, 3, 16)),
    ],
    [
      "convolveTranspose2d: channels cannot be parted in groups: x is [2, 8, 8, 3], w is [3, 3, 1, 3]; 3 must be a multiple of groups (2)",
      () => convolveTranspose2d(floats(2, 8, 8, 3), floats(3, 3, 1, 3), { groups: 2 }),
    ],
    [
      "convolveTranspose2d: nothing is left of the result: x is [1, 1, 1, 1], w is [2, 2, 1, 1], of which the padding cuts off [[1,1],[1,1]]; use less padding",
      () => convolveTranspose2d(floats(1, 1, 1, 1), floats(2, 2, 1, 1), { padding: 1 }),
    ],
  ])("%s", (message, apply) => {
    expect(apply).toThrow(ShapeError);
    expect(apply).toThrow(message);
  });

  test.each<[message: string, apply: () => Value]>([
    [
      "convolve2d: stride must be a whole number of at least 1, or two: [rows, columns]; got 0",
      () => convolve2d(floats(1, 2, 2, 1), floats(1, 1, 1, 1), { stride: 0 }),
    ],
    [
      'convolve2d: padding must be "same", "valid", a whole number of at least 0, [rows, columns] or [[above, below], [left, right]]; got "full"',
      () => convolve2d(floats(1, 2, 2, 1), floats(1, 1, 1, 1), { padding: "full" as "same" }),
    ],
    [
      "convolve2d: groups must be a whole number of at least 1; got 1.5",
      () => convolve2d(floats(1, 2, 2, 1), floats(1, 1, 1, 1), { groups: 1.5 }),
    ],
    [
      "convolve2d: padding must be at most 65535; got 65536",
      () =>
        convolve2d(floats(1, 2, 2, 1), floats(1, 1, 1, 1), {
          padding: [
            [0, 65536],
            [0, 0],
          ],
          stride: 65535,
        }),
    ],
    [
      "convolveTranspose2d: stride must be at most 65535; got 2147483648",
      () => convolveTranspose2d(floats(1, 1, 1, 1), floats(1, 1, 1, 1), { stride: 2 ** 31 }),
    ],
    [
      "convolve2d: dtypes differ: float32, float64; all operands must be of one dtype",
      () => convolve2d(floats(1, 2, 2, 1), doubles(1, 1, 1, 1)),
    ],
    [
      "convolveTranspose2d: outputPadding must be smaller than the stride; got [0, 2], the stride is [2, 2]",
      () => convolveTranspose2d(floats(1, 2, 2, 1), floats(2, 2, 1, 1), { stride: 2, outputPadding: [0, 2] }),
    ],
  ])("%s", (message, apply) => {
    expect(apply).toThrow(OptionError);
    expect(apply).toThrow(message);
  });
});

test("a convolution that leaves nothing of the image over is a matmul", () => {
  const [x, w] = [floats(3, 4, 5, 6), floats(4, 5, 6, 7)];
  const leaves = given(x, w);
  const { results } = execute([convolve2d(x, w), matmul(reshape(x, [3, 120]), reshape(w, [120, 7]))], leaves);
  expectSameBits(results[0]!, results[1]!, "a kernel of the image's size");
});

describe.each([2, 3, 5, 8])("%d lanes", (lanes) => {
  test.each<[string, number[], number[], Parameters<typeof convolve2d>[2]]>([
    ["more lanes than rows", [1, 3, 3, 2], [3, 3, 2, 4], {}],
    ["a first layer", [3, 14, 14, 1], [3, 3, 1, 16], { padding: "same" }],
    ["long sums", [4, 17, 18, 130], [3, 3, 130, 5], { padding: "same" }],
    ["strides", [2, 9, 10, 5], [3, 3, 5, 4], { padding: 1, stride: 2 }],
    ["groups", [2, 9, 10, 6], [3, 3, 2, 9], { groups: 3 }],
    ["depthwise", [2, 30, 20, 40], [3, 3, 1, 40], { groups: 40, padding: "same" }],
  ])("%s: the bits of the reference", (_, image, kernel, options) => {
    const [x, w] = [floats(...image), floats(...kernel)];
    const y = relu(convolve2d(x, w, options));
    const leaves = given(x, w);
    const values = [y, ...gradients(sum(multiply(y, y)), [x, w])];
    const expected = evaluate(values, leaves);
    const { results } = execute(values, leaves, lanes);
    for (const [i, result] of results.entries()) expectSameBits(result, expected[i]!, `result ${i}`);
  });
});

test("scratch does not grow with the batch", () => {
  const bytes = (batch: number) => {
    const [x, w] = [floats(batch, 20, 20, 8), floats(3, 3, 8, 8)];
    const values = gradients(sum(convolve2d(x, w, { padding: "same" })), [x, w]);
    const { instructions } = execute(values, given(x, w));
    const convolutions = instructions.filter(({ [Word.op]: op }) => ExtensionOp[op!]?.startsWith("convolve"));
    return convolutions.map((words) => words[ConvolutionArg.workspaceBytes]);
  };
  expect(bytes(40)).toHaveLength(2);
  expect(bytes(40)).toEqual(bytes(400));
});
