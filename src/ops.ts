// The ops on symbolic values: what layers and losses are written with. `import … from "kobai/ops"`.

export { gradients } from "./graph/autodiff.ts";
export * from "./graph/ops/elementwise.ts";
export { binaryCrossEntropy, softmaxCrossEntropy, sumSquaredError } from "./graph/ops/loss.ts";
export { type MatmulOptions, matmul } from "./graph/ops/matmul.ts";
export { broadcastTo, mean, type SumOptions, sum } from "./graph/ops/reduce.ts";
export { reshape } from "./graph/ops/reshape.ts";
export { logSoftmax, softmax } from "./graph/ops/softmax.ts";
export { constant, type Shape, type Value } from "./graph/value.ts";
