// The ops on symbolic values: what layers and losses are written with. `import … from "kobai/ops"`.

export { gradients } from "./graph/autodiff.ts";
export { add, divide, multiply, subtract } from "./graph/ops/binary.ts";
export { broadcastTo } from "./graph/ops/broadcast.ts";
export {
  convolve2d,
  convolveTranspose2d,
  type TransposedConvolutionOptions,
} from "./graph/ops/conv.ts";
export type { ConvolutionOptions, Padding } from "./graph/ops/conv-geometry.ts";
export { binaryCrossEntropy, softmaxCrossEntropy, sumSquaredError } from "./graph/ops/loss.ts";
export { type MatmulOptions, matmul } from "./graph/ops/matmul.ts";
export { reshape } from "./graph/ops/reshape.ts";
export { logSoftmax, softmax } from "./graph/ops/softmax.ts";
export { mean, type SumOptions, sum } from "./graph/ops/sum.ts";
export { abs, exp, identity, log, relu, scale, sigmoid, sqrt, tanh } from "./graph/ops/unary.ts";
export { constant, type Shape, type Value } from "./graph/value.ts";
