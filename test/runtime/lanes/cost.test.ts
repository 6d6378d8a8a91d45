import { expect, it } from "vitest";
import { SweepField, SweepLoss } from "../../../assembly/blocks.ts";
import { DType, MatmulArg, Op, SweepAffineArg, UnaryArg, Word } from "../../../assembly/isa.ts";
import { instruction } from "../../../src/runtime/instructions.ts";
import { cost, sharedOp } from "../../../src/runtime/lanes/cost.ts";
import { named } from "../../named.ts";

const none = () => [];
const matmul = (size: number, dtype: "float32" | "float64") =>
  instruction<MatmulArg>(
    Op.matmul,
    dtype,
    named(MatmulArg, {
      ...{ m: size, n: size, k: size, a: 0, b: 0, c: 0, transposed: 0, bias: 0 },
      ...{ activation: 0, output: 0, workspace: 0, workspaceBytes: 0 },
    }),
  );

it("grows with the work, twice as fast in float64", () => {
  expect(cost(matmul(64, "float32"), none)).toBe(8 * cost(matmul(32, "float32"), none));
  expect(cost(matmul(64, "float64"), none)).toBe(2 * cost(matmul(64, "float32"), none));
});

it("shares what is large and leaves what is small to lane 0", () => {
  expect(cost(matmul(256, "float32"), none)).toBeGreaterThan(1);
  expect(cost(matmul(16, "float32"), none)).toBeLessThan(1);
  const relu = (n: number) =>
    instruction<UnaryArg>(Op.relu, "float32", named(UnaryArg, { out: 0, a: 0, n, factor: 0 }));
  expect(cost(relu(100), none)).toBeLessThan(1);
  expect(cost(relu(100_000), none)).toBeGreaterThan(1);
});

it("is 0 for what only lane 0 does, however large", () => {
  const alone = [
    ...[Op.accuracy, Op.sampleIndices, Op.shuffleIndices, Op.countNonZeros, Op.checkFinite],
    ...[Op.sweepElements, Op.recordLoss, Op.accumulate],
  ];
  const words = new Uint32Array(16).fill(2 ** 20);
  words[Word.dtype] = DType.float64;
  for (const op of alone) {
    words[Word.op] = op;
    expect(cost(words, none), Op[op]).toBe(0);
  }
});

it("of a sweep depends on what follows: a program belongs to lane 0", () => {
  const words = new Uint32Array(16).fill(64);
  words[Word.op] = Op.sweepAffine;
  words[SweepAffineArg.from] = 36;
  const fields = new Int32Array(32).fill(100);
  const read = () => fields;
  fields[SweepField.loss] = SweepLoss.crossEntropyLabels;
  const ofPart = cost(words, read);
  expect(ofPart).toBeGreaterThan(1);
  words[SweepAffineArg.from] = 8;
  expect(cost(words, read)).toBe(2 * ofPart);
  fields[SweepField.loss] = SweepLoss.program;
  expect(cost(words, read)).toBe(0);
});

it("goes into the upper half of an instruction's op, from a microsecond on", () => {
  expect(sharedOp(Op.sum, 0)).toBe(Op.sum);
  expect(sharedOp(Op.sum, 0.99)).toBe(Op.sum);
  expect(sharedOp(Op.sum, 1)).toBe(Op.sum + 0x10000);
  expect(sharedOp(Op.sum, 1e9)).toBe(Op.sum + 0xffff0000);
});
