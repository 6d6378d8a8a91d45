// kobai/worker: networks that train in a worker.

export type {
  InitializerDescription,
  Kinds,
  LayerDescription,
  LossName,
  OptimizerDescription,
} from "../nn/description.ts";
export { startWorker, TrainingWorker, type WorkerOptions } from "./client.ts";
export { WorkerDataset } from "./dataset.ts";
export { type WorkerEvaluateOptions, type WorkerFitOptions, WorkerNetwork } from "./network.ts";
export type { WorkerLike } from "./thread.ts";
