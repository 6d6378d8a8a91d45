// The optimizers that users name, and what these may do besides.

export { type AdamOptions, adaGrad, adam, momentum, type OptimizerOptions, sgd } from "./book.ts";
export {
  accumulate,
  clipByGlobalNorm,
  clipByNorm,
  clipByValue,
  frozen,
  group,
  movingAverage,
  weightDecay,
} from "./extras.ts";
export { adadelta, adamax, adamw, amsgrad, lion, nadam, nesterov, radam, rmsprop } from "./further.ts";
export type { Extra, Optimizer, UpdateRule } from "./optimizer.ts";
