// The instruction set: the one place where the kernels (AssemblyScript) and their callers (TypeScript) agree on opcodes, operand order and
// dtype codes. Both compilers read these files, so they hold nothing but enums and integer constants: here what all instructions have
// in common, in a file for each family the operands of its own.
//
// An instruction is sixteen 32-bit words: the opcode, the dtype, up to thirteen operands, each an unsigned integer, a size or a pointer, and
// what it costs. The `…Arg` enums give an operand's word index. Sizes count elements, pointers are byte addresses; a pointer of 0 means
// "absent" where the comment says optional.

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

export enum Word {
  /** an Op */
  op,
  dtype,
  /** about how many nanoseconds the instruction takes on one lane, where lanes share it; else 0 */
  nanoseconds = 15,
}

/** From this on an instruction is shared: offering parts to lanes that are awake and taking their answers costs 100 to 200 ns. */
export const SHARED_NANOSECONDS = 1000;

/** What an opcode is shifted by to get its family. */
export const FAMILY_SHIFT = 8;

/** The families of instructions: each has a folder of kernels with a `dispatch` of its own, and a file of operands here. */
export enum Family {
  gemm,
  elementwise,
  reduce,
  softmax,
  loss,
  random,
  data,
  sparse,
  optimizer,
  sweep,
  run,
}

/** The opcodes of the core's kernels, by families. */
export enum Op {
  matmul = 0x000,

  // one operand (UnaryArg)
  relu = 0x100,
  sigmoid,
  tanh,
  exp,
  log,
  sqrt,
  scale,
  // two operands (BinaryArg)
  add,
  subtract,
  multiply,
  divide,
  reluGradient,
  sigmoidGradient,
  tanhGradient,

  sum = 0x200,

  softmax = 0x300,
  logSoftmax,
  softmaxGradient,
  logSoftmaxGradient,

  softmaxCrossEntropy = 0x400,
  sumSquaredError,
  binaryCrossEntropy,
  accuracy,

  randomUniform = 0x500,
  randomNormal,
  sampleIndices,
  shuffleIndices,

  gather = 0x600,
  checkFinite,

  countNonZeros = 0x700,
  compressRows,
  gatherRows,
  sparseMatmul,
  sparseMatmulGradient,

  sgd = 0x800,
  momentum,
  adaGrad,
  adam,

  sweepAffine = 0x900,
  sweepElements,

  recordLoss = 0xa00,
  accumulate,
}

// The extension is a module of its own (assembly/extension.ts), for what a network of dense layers does without: a page that uses nothing of
// it does not load it. TypeScript names its opcodes by `extension` only (src/runtime/extension.ts), which has `init` link the module.

/** From this opcode on it is the extension that has the kernels. */
export const FIRST_EXTENSION_OP = 0x1000;

/** The extension's families: folders may be the core's, with a dispatch of their own, `extension.ts`. */
export enum ExtensionFamily {
  elementwise = 0x10,
  random = 0x11,
  pool = 0x12,
  normalize = 0x13,
  conv = 0x14,
  reduce = 0x15,
  indexing = 0x16,
  metric = 0x18,
  optimizer = 0x19,
}

/** The opcodes of the extension's kernels, by families. */
export enum ExtensionOp {
  // one operand (UnaryArg)
  abs = 0x1000,
  powerWhole,
  powerReal,
  // two operands (BinaryArg)
  absGradient,
  maximum,
  minimum,
  greater,
  greaterEqual,
  less,
  lessEqual,
  equal,
  notEqual,
  // three (WhereArg)
  where,

  randomBernoulli = 0x1100,

  maxPool = 0x1200,
  maxPoolGradient,
  sumPool,
  sumPoolGradient,
  // along one axis (InterpolateArg)
  interpolate,
  interpolateGradient,

  columnSums = 0x1300,
  columnSquares,
  columnProducts,
  channelMean,
  channelVariance,
  channelGradient,
  channelAffine,
  batchNormGradient,
  groupNorm,
  groupNormGradient,

  convolve = 0x1400,
  convolveInputGradient,
  convolveWeightGradient,

  max = 0x1500,
  min,
  argmax,

  copy = 0x1600,
  fill,
  gatherAxis,
  scatterAxis,
  oneHot,

  // what metrics are made of (MetricArg)
  countConfusion = 0x1800,
  countRanks,
  collectScores,
  addErrors,

  // gradients before an update
  addGradients = 0x1900,
  clipGradients,
  squares,
  clipScale,
  // updates with everything around them (UpdateArg)
  sgd,
  momentum,
  nesterov,
  adaGrad,
  rmsprop,
  adadelta,
  adam,
  amsgrad,
  nadam,
  radam,
  adamax,
  lion,
}
