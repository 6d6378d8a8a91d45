// kobai/worker: networks that train in a worker.

export { startWorker, TrainingWorker, type WorkerOptions } from "./client.ts";
export { WorkerDataset } from "./dataset.ts";
export type {
  ExtraDescription,
  InitializerDescription,
  Kinds,
  LayerDescription,
  LossName,
  OptimizerDescription,
  ScheduleDescription,
  WeightsDescription,
} from "./description.ts";
export { type WorkerEvaluateOptions, type WorkerFitOptions, WorkerNetwork } from "./network.ts";
export type { WorkerLike } from "./thread.ts";
