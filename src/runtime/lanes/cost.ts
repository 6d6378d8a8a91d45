// Which instructions are shared among the lanes: those that are worth it. Loaded where there are several lanes.

import { SweepField, SweepLoss } from "../../../assembly/blocks.ts";
import {
  BinaryArg,
  CompressRowsArg,
  DType,
  ElementLossArg,
  GatherArg,
  GatherRowsArg,
  MatmulArg,
  MOST_MICROSECONDS,
  Op,
  SHARED_SHIFT,
  SoftmaxArg,
  SoftmaxCrossEntropyArg,
  SparseMatmulArg,
  SparseMatmulGradientArg,
  SumArg,
  SweepAffineArg,
  UnaryArg,
  UpdateArg,
  Word,
} from "../../../assembly/isa.ts";

type Words = ArrayLike<number>;
/** Reads the 32-bit words at an address. */
export type Read = (address: number) => Words;
type Cost = (words: Words, read: Read) => number;

const unary =
  (perElement: number): Cost =>
  (words) =>
    perElement * words[UnaryArg.n]!;
const binary: Cost = (words) => 0.13 * words[BinaryArg.d0]! * words[BinaryArg.d1]! * words[BinaryArg.d2]!;
/** An op along rows, m and n being the words of its sizes: so much a row, and so much an element. */
const rows =
  (m: number, n: number, perRow: number, perElement: number): Cost =>
  (words) =>
    words[m]! * (perRow + perElement * words[n]!);
const update =
  (perElement: number): Cost =>
  (words) =>
    perElement * words[UpdateArg.n]!;
/** A product of compressed rows, of whose elements one in five is not zero. */
const sparse =
  (m: number, n: number, k: number): Cost =>
  (words) =>
    0.01 * words[m]! * words[k]! * words[n]!;

/**
 * About how long each op takes in float32 on one lane, in nanoseconds (measured, on the same machine); in float64 twice as long. What is
 * not here lane 0 does alone.
 */
const costs: Partial<Record<Op, Cost>> = {
  [Op.matmul]: (words) => (words[MatmulArg.m]! * words[MatmulArg.n]! * words[MatmulArg.k]!) / 29,
  [Op.relu]: unary(0.15),
  [Op.sigmoid]: unary(1.8),
  [Op.tanh]: unary(1.8),
  [Op.exp]: unary(0.85),
  [Op.log]: unary(1.3),
  [Op.sqrt]: unary(0.32),
  [Op.scale]: unary(0.11),
  [Op.add]: binary,
  [Op.subtract]: binary,
  [Op.multiply]: binary,
  [Op.divide]: binary,
  [Op.reluGradient]: binary,
  [Op.sigmoidGradient]: binary,
  [Op.tanhGradient]: binary,
  [Op.sum]: (words) => 0.15 * words[SumArg.outer]! * words[SumArg.n]! * words[SumArg.inner]!,
  [Op.softmax]: rows(SoftmaxArg.m, SoftmaxArg.n, 10, 1.1),
  [Op.logSoftmax]: rows(SoftmaxArg.m, SoftmaxArg.n, 22, 1.9),
  [Op.softmaxGradient]: rows(SoftmaxArg.m, SoftmaxArg.n, 8, 0.42),
  [Op.logSoftmaxGradient]: rows(SoftmaxArg.m, SoftmaxArg.n, 5, 1.1),
  [Op.softmaxCrossEntropy]: rows(SoftmaxCrossEntropyArg.m, SoftmaxCrossEntropyArg.n, 23, 1.3),
  [Op.sumSquaredError]: rows(ElementLossArg.m, ElementLossArg.n, 8, 0.46),
  [Op.binaryCrossEntropy]: rows(ElementLossArg.m, ElementLossArg.n, 12, 4.5),
  [Op.gather]: (words) => words[GatherArg.m]! * (5 + 0.065 * words[GatherArg.width]!),
  [Op.gatherRows]: (words) => 70 * words[GatherRowsArg.m]!,
  // Rows right behind each other have no places of their own.
  [Op.compressRows]: (words) =>
    words[CompressRowsArg.stride] ? 0.25 * words[CompressRowsArg.m]! * words[CompressRowsArg.width]! : 0,
  [Op.sparseMatmul]: sparse(SparseMatmulArg.m, SparseMatmulArg.n, SparseMatmulArg.k),
  [Op.sparseMatmulGradient]: sparse(
    SparseMatmulGradientArg.m,
    SparseMatmulGradientArg.n,
    SparseMatmulGradientArg.k,
  ),
  [Op.sgd]: update(0.13),
  [Op.momentum]: update(0.17),
  [Op.adaGrad]: update(0.45),
  [Op.adam]: update(0.45),
  [Op.sweepAffine]: (words, read) =>
    (words[SweepAffineArg.to]! - words[SweepAffineArg.from]!) * sweep(read(words[SweepAffineArg.sweep]!)),
};

/**
 * Of one weight: a row of the loss for every sample, where no input is zero. A program has one set of buffers, so that lane 0 runs it
 * alone.
 */
function sweep(fields: Words): number {
  if (fields[SweepField.loss] === SweepLoss.program) return 0;
  return 3 * fields[SweepField.m]! * fields[SweepField.p]!;
}

/** An instruction's op, also when it is marked as shared. */
export function opOf(words: Words): Op {
  return words[Word.op]! & (2 ** SHARED_SHIFT - 1);
}

/** About how many microseconds an instruction takes on one lane; 0 where lane 0 does it alone. */
export function cost(words: Words, read: Read): number {
  const nanoseconds = costs[opOf(words)]?.(words, read) ?? 0;
  return (words[Word.dtype] === DType.float64 ? 2 * nanoseconds : nanoseconds) / 1000;
}

/**
 * What an instruction's op becomes when it is loaded (Word.op): from a microsecond on it is shared. Offering parts to lanes that are
 * awake and taking their answers costs 0.1 to 0.2 µs (measured: AMD Zen 5, two lanes), and data then lies in another core's cache.
 */
export function sharedOp(op: Op, microseconds: number): number {
  return op + Math.min(Math.floor(microseconds), MOST_MICROSECONDS) * 2 ** SHARED_SHIFT;
}

/** Marks those of a program's loaded instructions that the lanes share; about how many microseconds the longest takes on one lane. */
export function markShared(instructions: readonly Uint32Array[], read: Read): number {
  let longest = 0;
  for (const words of instructions) {
    const microseconds = cost(words, read);
    words[Word.op] = sharedOp(words[Word.op]!, microseconds);
    longest = Math.max(longest, microseconds);
  }
  return longest;
}
