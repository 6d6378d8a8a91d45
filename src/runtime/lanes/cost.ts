// Which instructions are shared among the lanes: those that are worth it.

import {
  BinaryArg,
  DType,
  GatherArg,
  GatherRowsArg,
  MatmulArg,
  Op,
  SoftmaxArg,
  SoftmaxCrossEntropyArg,
  SparseMatmulArg,
  SparseMatmulGradientArg,
  SumArg,
  SumSquaredErrorArg,
  SweepAffineArg,
  SweepField,
  SweepLoss,
  UnaryArg,
  UpdateArg,
  Word,
} from "../../../assembly/isa.ts";

/**
 * From so many nanoseconds on one lane an instruction is shared. TODO measured
 */
export const WORTH_SHARING = 4000;

type Words = ArrayLike<number>;
/** Reads the 32-bit words at an address. */
type Read = (address: number) => Words;
type Cost = (words: Words, read: Read) => number;

const unary =
  (perElement: number): Cost =>
  (words) =>
    perElement * words[UnaryArg.n]!;
const binary: Cost = (words) => 0.2 * words[BinaryArg.d0]! * words[BinaryArg.d1]! * words[BinaryArg.d2]!;
const alongRows =
  (perElement: number): Cost =>
  (words) =>
    perElement * words[SoftmaxArg.m]! * words[SoftmaxArg.n]!;
const update =
  (perElement: number): Cost =>
  (words) =>
    perElement * words[UpdateArg.n]!;

/**
 * About how long each op takes in float32 on one lane, in nanoseconds (measured TODO); twice that in float64. What is not here
 * lane 0 does alone.
 */
const costs: Partial<Record<Op, Cost>> = {
  [Op.matmul]: (words) => (words[MatmulArg.m]! * words[MatmulArg.n]! * words[MatmulArg.k]!) / 25,
  [Op.relu]: unary(0.1),
  [Op.sigmoid]: unary(1),
  [Op.tanh]: unary(1),
  [Op.exp]: unary(0.8),
  [Op.log]: unary(0.8),
  [Op.sqrt]: unary(0.3),
  [Op.scale]: unary(0.1),
  [Op.add]: binary,
  [Op.subtract]: binary,
  [Op.multiply]: binary,
  [Op.divide]: binary,
  [Op.reluGradient]: binary,
  [Op.sigmoidGradient]: binary,
  [Op.tanhGradient]: binary,
  [Op.sum]: (words) => 0.2 * words[SumArg.outer]! * words[SumArg.n]! * words[SumArg.inner]!,
  [Op.softmax]: alongRows(2),
  [Op.logSoftmax]: alongRows(2),
  [Op.softmaxGradient]: alongRows(0.5),
  [Op.logSoftmaxGradient]: alongRows(2),
  [Op.softmaxCrossEntropy]: (words) =>
    3 * words[SoftmaxCrossEntropyArg.m]! * words[SoftmaxCrossEntropyArg.n]!,
  [Op.sumSquaredError]: (words) => words[SumSquaredErrorArg.m]! * words[SumSquaredErrorArg.n]!,
  [Op.gather]: (words) => 0.3 * words[GatherArg.m]! * words[GatherArg.width]!,
  [Op.gatherRows]: (words) => 0.5 * words[GatherRowsArg.m]! * words[GatherRowsArg.capacity]!,
  [Op.sparseMatmul]: (words) =>
    0.05 * words[SparseMatmulArg.m]! * words[SparseMatmulArg.capacity]! * words[SparseMatmulArg.n]!,
  [Op.sparseMatmulGradient]: (words) =>
    0.05 *
    words[SparseMatmulGradientArg.m]! *
    words[SparseMatmulGradientArg.capacity]! *
    words[SparseMatmulGradientArg.n]!,
  [Op.sgd]: update(0.2),
  [Op.momentum]: update(0.3),
  [Op.adaGrad]: update(0.6),
  [Op.adam]: update(1),
  [Op.sweepAffine]: (words, read) => sweep(read(words[SweepAffineArg.sweep]!)),
};

/** One row of the loss for every weight and every sample; a program is one, and belongs to lane 0. */
function sweep(fields: Words): number {
  if (fields[SweepField.loss] === SweepLoss.program) return 0;
  const { m, k, n, p } = SweepField;
  return 2 * fields[m]! * fields[k]! * fields[n]! * fields[p]!;
}

/** About how many nanoseconds an instruction takes on one lane; 0 where lane 0 does it alone. */
export function cost(words: Words, read: Read): number {
  const perFloat32 = costs[words[Word.op] as Op]?.(words, read) ?? 0;
  return words[Word.dtype] === DType.float64 ? 2 * perFloat32 : perFloat32;
}
