// The ops on symbolic values: what layers and losses are written with. `import … from "kobai/ops"`.

export { gradients } from "./graph/autodiff.ts";
export type { Axes } from "./graph/ops/axes.ts";
export * from "./graph/ops/comparison.ts";
export { concatenate, stack } from "./graph/ops/concatenate.ts";
export {
  convolve2d,
  convolveTranspose2d,
  type TransposedConvolutionOptions,
} from "./graph/ops/conv.ts";
export type { ConvolutionOptions, Padding, Pair } from "./graph/ops/conv-geometry.ts";
export * from "./graph/ops/elementwise.ts";
export { gather, oneHot } from "./graph/ops/gather.ts";
export { binaryCrossEntropy, softmaxCrossEntropy, sumSquaredError } from "./graph/ops/loss.ts";
export { type MatmulOptions, matmul } from "./graph/ops/matmul.ts";
export {
  type BatchNorm,
  batchNorm,
  channelAffine,
  groupNorm,
  layerNorm,
  type NormOptions,
} from "./graph/ops/normalize.ts";
export { permute } from "./graph/ops/permute.ts";
export {
  type AveragePoolOptions,
  avgPool1d,
  avgPool2d,
  globalAvgPool1d,
  globalAvgPool2d,
  globalMaxPool1d,
  globalMaxPool2d,
  type LineAveragePoolOptions,
  type LinePoolOptions,
  maxPool1d,
  maxPool2d,
  type PoolOptions,
} from "./graph/ops/pool.ts";
export { broadcastTo, mean, type SumOptions, sum } from "./graph/ops/reduce.ts";
export { reshape } from "./graph/ops/reshape.ts";
export { pad, slice } from "./graph/ops/slice.ts";
export { logSoftmax, softmax } from "./graph/ops/softmax.ts";
export * from "./graph/ops/statistics.ts";
export {
  type LineUpsampleOptions,
  type UpsampleOptions,
  upsample1d,
  upsample2d,
} from "./graph/ops/upsample.ts";
export { constant, type Shape, type Value } from "./graph/value.ts";
