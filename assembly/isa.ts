// The instruction set: the one place where the kernels (AssemblyScript) and their callers (TypeScript) agree on opcodes,
// operand order and dtype codes. Both compilers read this file, so it holds nothing but enums and integer constants.
//
// An instruction is sixteen 32-bit words: the opcode, the dtype, and up to fourteen operands, each an unsigned integer, a size
// or a pointer. The `…Arg` enums give an operand's word index. Sizes count elements, pointers are byte addresses; a pointer
// of 0 means "absent" where the comment says optional.

/** Bytes of one instruction. */
export const INSTRUCTION_BYTES = 64;

/** Every heap block and buffer starts on such a boundary, and its size is rounded up to it, so vectors may read past an end. */
export const ALIGNMENT = 64;

export enum DType {
  float32,
  float64,
  uint8,
  int32,
}

/** What a matmul does to its sum before storing it. The `…Gradient` kinds multiply by the derivative, read off the output y. */
export enum Activation {
  identity,
  relu,
  sigmoid,
  tanh,
  reluGradient,
  sigmoidGradient,
  tanhGradient,
}

export enum Op {
  matmul,
  // elementwise, one operand (UnaryArg)
  relu,
  sigmoid,
  tanh,
  exp,
  log,
  sqrt,
  scale,
  // elementwise, two operands (BinaryArg)
  add,
  subtract,
  multiply,
  divide,
  reluGradient,
  sigmoidGradient,
  tanhGradient,
  // along an axis
  sum,
  softmax,
  logSoftmax,
  softmaxGradient,
  logSoftmaxGradient,
  // losses and metrics
  softmaxCrossEntropy,
  sumSquaredError,
  binaryCrossEntropy,
  accuracy,
  // what other metrics are made of (MetricArg)
  countConfusion,
  countRanks,
  collectScores,
  addErrors,
  // random numbers
  randomUniform,
  randomNormal,
  sampleIndices,
  shuffleIndices,
  // the data of a step
  gather,
  checkFinite,
  // inputs that are mostly zeros, as compressed rows
  countNonZeros,
  compressRows,
  gatherRows,
  sparseMatmul,
  sparseMatmulGradient,
  // optimizers (UpdateArg)
  sgd,
  momentum,
  adaGrad,
  adam,
  // numerical differentiation (float64)
  sweepAffine,
  sweepElements,
  // bookkeeping
  recordLoss,
  accumulate,
}

export enum Word {
  /** an Op; above it, by SHARED_SHIFT, about how many microseconds the instruction takes on one lane where lanes share it, else 0 */
  op,
  dtype,
}
export const SHARED_SHIFT = 16;
export const MOST_MICROSECONDS = 0xffff;

/** c[m, n] = activation(op(a)·op(b) + bias); op(a) is [m, k] and op(b) is [k, n], row-major as stored or as its transpose. */
export enum MatmulArg {
  m = 2,
  n,
  k,
  a,
  b,
  c,
  /** bit 0: a is stored [k, m]; bit 1: b is stored [n, k] */
  transposed,
  /** [n], optional */
  bias,
  /** an Activation */
  activation,
  /** y[m, n] of the forward pass, for the `…Gradient` activations */
  output,
  /** scratch for packed panels, one part for each lane, 64-byte aligned */
  workspace,
  /** bytes of one lane's part */
  workspaceBytes,
}
export const TRANSPOSE_A = 1;
export const TRANSPOSE_B = 2;

/** out[i] = f(a[i]), i < n; `out` may be `a`. */
export enum UnaryArg {
  out = 2,
  a,
  n,
  /** `scale`: address of a float64 */
  factor,
}

/** out[i, j, l] = f(a[…], b[…]) over sizes d0 × d1 × d2, the operands read with element strides (0 repeats along that axis). */
export enum BinaryArg {
  out = 2,
  a,
  b,
  d0,
  d1,
  d2,
  a0,
  a1,
  a2,
  b0,
  b1,
  b2,
}

/** out[i, l] = Σ_j a[i, j, l] over sizes outer × n × inner, divided by `divisor` (1 for a sum, n for a mean). */
export enum SumArg {
  out = 2,
  a,
  outer,
  n,
  inner,
  divisor,
}

/** softmax and logSoftmax: out[m, n] from a[m, n], along rows. Their gradients: out from y[m, n] and the gradient g[m, n]. */
export enum SoftmaxArg {
  out = 2,
  a,
  m,
  n,
  /** the gradient arriving at y, for the `…Gradient` opcodes (where `a` is y) */
  g,
}

/**
 * rowLosses[i] = −Σ t·log softmax(x) of row i; gradient = (softmax(x)·Σt − t) / m, that of the rows' mean, in the same pass.
 */
export enum SoftmaxCrossEntropyArg {
  /** [m] */
  rowLosses = 2,
  /** [m, n]; scratch where not to `differentiate` */
  gradient,
  /** x [m, n] */
  logits,
  /** int32 [m], or dtype [m, n] when `oneHot` */
  labels,
  oneHot,
  m,
  n,
  /** 1 where the gradient is wanted, else 0 */
  differentiate,
}

/**
 * Losses of elements: rowLosses[i] = ½·Σ (y − t)² of row i, gradient = (y − t) / m; or rowLosses[i] = Σ (log(1 + eʸ) − y·t) / n,
 * gradient = (σ(y) − t) / (m·n). The gradient is that of the rows' mean, in the same pass.
 */
export enum ElementLossArg {
  /** [m] */
  rowLosses = 2,
  /** [m, n]; scratch where not to `differentiate` */
  gradient,
  y,
  t,
  m,
  n,
  /** 1 where the gradient is wanted, else 0 */
  differentiate,
}

/** Adds a batch's share to `totals`, float64 that last through a data set. */
export enum MetricArg {
  totals = 2,
  /** [m, n] */
  outputs,
  /** int32 [m]; or dtype [m, n] when `oneHot`, with a threshold, and for errors */
  targets,
  oneHot,
  m,
  n,
  /** address of a float64: what outputs that each say yes or no are compared with; optional */
  threshold,
}

/** n variates into `out`, keyed by (seed, purpose, stream); `a` and `b` address float64 parameters: low and high, or mean and std. */
export enum RandomArg {
  out = 2,
  n,
  seedLow,
  seedHigh,
  purpose,
  stream,
  a,
  b,
}

/** What a random number is for: part of the generator's key, so that no two purposes share a sequence. */
export enum Purpose {
  init = 1,
  shuffle,
  sample,
  dropout,
}

/**
 * `sampleIndices`: m indices below n, drawn with replacement for this step.
 * `shuffleIndices`: at the first step of an epoch, a fresh permutation of 0…n−1 into `out` (n elements, uint32).
 */
export enum IndicesArg {
  /** uint32 [m] or [n] */
  out = 2,
  /** address of the RunField block: seed and step */
  state,
  n,
  /** sampleIndices: how many; shuffleIndices: steps of one epoch */
  m,
}

/** out[i, :] = data[rows(i), :] as dtype, times scale; rows(i) is indices[offset + i], or offset + i where indices is absent. */
export enum GatherArg {
  out = 2,
  /** [·, width], of the type `source` */
  data,
  /** a DType */
  source,
  m,
  width,
  /** uint32, optional */
  indices,
  /** address of the RunField block */
  state,
  /** offset = (step modulo stepsPerEpoch) · stride; 0 for a stride makes it 0 */
  stepsPerEpoch,
  stride,
  /** address of a float64; 1 for integers */
  scale,
}

/** out (float64) = 0 where all n elements of `a` are finite, else NaN. */
export enum CheckFiniteArg {
  out = 2,
  a,
  n,
}

// Compressed rows hold the elements that are not zero (assembly/sparse/rows.ts). Their table has a CompressedRow for each.

/** word indices */
export enum CompressedRow {
  address,
  /** how many elements of the row are not zero */
  count,
  /** address of their values */
  values,
}
export const COMPRESSED_ROW_BYTES = 12;

/** out (uint32) = how many elements of data [rows, width] are not zero. */
export enum CountNonZerosArg {
  out = 2,
  data,
  /** a DType */
  source,
  rows,
  width,
}

/** Compresses data [m, width]. */
export enum CompressRowsArg {
  /** table of m rows, written */
  rows = 2,
  /** where they come to lie */
  out,
  /** bytes from one to the next; 0: one right behind the other */
  stride,
  data,
  /** a DType */
  source,
  m,
  width,
  /** optional, for floating-point data: [m] of its type, 0 where all of a row's elements are finite, else NaN */
  finite,
}

/** The table of a batch of compressed rows, chosen from those of a data set as by GatherArg. */
export enum GatherRowsArg {
  /** table of m rows, and one more row of scratch */
  rows = 2,
  /** table of the data set's */
  dataset,
  /** a DType: that of the values */
  source,
  m,
  indices,
  state,
  stepsPerEpoch,
  stride,
}

/** c[m, n] = activation(x·b + bias), x compressed rows; the same sums as matmul's, without the terms that are zero. */
export enum SparseMatmulArg {
  m = 2,
  n,
  k,
  /** table of x's rows */
  rows,
  /** a DType: that of their values */
  source,
  /** address of a float64: what values are multiplied by; 1 for integers that are to stay as they are */
  scale,
  /** [k, n] */
  b,
  c,
  /** [n], optional */
  bias,
  /** an Activation: identity, relu, sigmoid or tanh */
  activation,
  /** scratch, one part for each lane, 64-byte aligned */
  workspace,
  /** bytes of one lane's part */
  workspaceBytes,
}

/** c[k, n] = activation(xᵀ·g + bias), x [m, k] as compressed rows. */
export enum SparseMatmulGradientArg {
  m = 2,
  n,
  k,
  rows,
  source,
  scale,
  /** [m, n] */
  g,
  c,
  /** [n], optional */
  bias,
  /** an Activation: a weight that is itself an activation's output has the activation's gradient here */
  activation,
  /** [k, n], for the `…Gradient` activations */
  output,
  /** scratch, one part for each lane, 64-byte aligned */
  workspace,
  /** bytes of one lane's part */
  workspaceBytes,
}

/** w and g are [n]; s1 and s2 are the optimizer's own [n] each; coefficients come from this step's row of RunField.coefficients. */
export enum UpdateArg {
  w = 2,
  g,
  n,
  s1,
  s2,
  /** address of the RunField block */
  state,
}

/** recordLoss: losses[step − firstStep] = loss, and stops the run where it is not finite. */
export enum RecordLossArg {
  loss = 2,
  state,
}

/** out (float64 scalar) += a (scalar of dtype) · weight */
export enum AccumulateArg {
  out = 2,
  a,
  weight,
}

/**
 * Central differences of the loss by the weight [k, n] or the bias [n] of an affine layer `pre = x·W + b`, which feeds
 * `z = activation(pre)` and then, where `nextWeight` is given, `out = z·nextWeight + …`; else out is pre itself. Moving one parameter
 * moves one column of pre, which adds a multiple of one row of nextWeight to `out`, and only in samples whose input is not zero.
 */
export enum SweepAffineArg {
  /** the elements, row-major, that it is about: from this one on, and before `to`; whatever part of them, none depends on another */
  from = 2,
  to,
  /** float64 [k, n], or [n] for a bias */
  gradient,
  /** address of a SweepField block */
  sweep,
}

/** gradient[i] = central difference of the loss by values[i], the whole program run twice for each. */
export enum SweepElementsArg {
  /** its elements, at the words of SweepAffineArg's */
  from = 2,
  to,
  gradient,
  values,
  /** from the values to the loss */
  program,
  lossCell,
  h,
}
