// kobai: networks that train in WebAssembly. What `import … from "kobai"` gives.

export type { Dataset } from "./data/dataset.ts";
export * from "./errors.ts";
export type { Shape, Value } from "./graph/value.ts";
export type { Distribution, Initializer } from "./nn/distributions.ts";
export {
  bernoulli,
  constant,
  he,
  normal,
  uniform,
  xavier,
  zeros,
} from "./nn/initializers.ts";
export * from "./nn/layers/activations.ts";
export * from "./nn/layers/conv.ts";
export * from "./nn/layers/dense.ts";
export * from "./nn/layers/dropout.ts";
export { type Layer, layer, type Scope, type State } from "./nn/layers/layer.ts";
export * from "./nn/layers/normalize.ts";
export * from "./nn/layers/pool.ts";
export * from "./nn/layers/residual.ts";
export * from "./nn/layers/shape.ts";
export * from "./nn/layers/upsample.ts";
export {
  binaryCrossEntropy,
  crossEntropy,
  type Loss,
  loss,
  meanSquaredError,
  sumSquaredError,
} from "./nn/losses.ts";
export * from "./nn/optimizers/index.ts";
export type { Rate, Schedule, ScheduleDescription, ScheduleState } from "./nn/rate.ts";
export * from "./nn/schedules/index.ts";
export {
  close,
  type EngineInfo,
  engineInfo,
  type InitOptions,
  init,
  memoryReport,
} from "./runtime/engine.ts";
export type { HeapReport } from "./runtime/heap.ts";
export type { Threads } from "./runtime/lanes/threads.ts";
export type { WasmSource } from "./runtime/wasm-source.ts";
export {
  type DTypeName,
  type NestedArray,
  type NumericArray,
  type Tensor,
  type TensorLike,
  type TypedArray,
  tensor,
} from "./tensor.ts";
export { averaged, swapAverage } from "./train/averages.ts";
export type { Callback, FitRun } from "./train/callbacks/callback.ts";
export {
  type EarlyStopping,
  type EarlyStoppingOptions,
  earlyStopping,
} from "./train/callbacks/early-stopping.ts";
export type { Json } from "./train/callbacks/json.ts";
export { csvLog, jsonLog } from "./train/callbacks/logs.ts";
export { type Pausable, pausable } from "./train/callbacks/pausable.ts";
export { saveBest, saveEvery } from "./train/callbacks/saving.ts";
export { type StatefulCallback, stateful } from "./train/callbacks/stateful.ts";
export type { Best, WatchOptions } from "./train/callbacks/watch.ts";
export { checkpoint, load, restore, save } from "./train/checkpoint/index.ts";
export type { Evaluation } from "./train/evaluate.ts";
export type { FitOptions } from "./train/fit-options.ts";
export {
  type Checkable,
  type GradientCheck,
  type GradientCheckOptions,
  gradientCheck,
  type ParameterCheck,
} from "./train/gradient-check.ts";
export type { EvaluationRecord, History, Progress } from "./train/history.ts";
export {
  type FoundLearningRate,
  findLearningRate,
  type LearningRateOptions,
} from "./train/learning-rate.ts";
export type { NetworkOptions } from "./train/make.ts";
export type { Average, Averaged } from "./train/metrics/classes.ts";
export {
  binaryAccuracy,
  type ClassMetricOptions,
  confusionMatrix,
  f1,
  precision,
  recall,
  topK,
} from "./train/metrics/classification.ts";
export type { Metric, MetricName, MetricResult, ResultsOf } from "./train/metrics/metric.ts";
export { metric } from "./train/metrics/own.ts";
export { mae, mse, r2, rmse } from "./train/metrics/regression.ts";
export { rocAuc } from "./train/metrics/roc-auc.ts";
export { type Apply, type ModelOptions, model } from "./train/model/index.ts";
export { Network } from "./train/network.ts";
export type { GradientMethod, Sampling } from "./train/programs.ts";
export { type SequentialOptions, sequential } from "./train/sequential.ts";
export type {
  Named,
  NamedEvaluation,
  NamedInputs,
  NamedLosses,
  Signature,
  Single,
} from "./train/signature.ts";
export { type TrainStepOptions, trainStep } from "./train/train-step.ts";
export type { NamedTensors } from "./train/variables.ts";
export { classWeights, sampleWeights, type Weights } from "./train/weights.ts";
