import { startWorker, type TrainingWorker } from "kobai/worker";

let started: Promise<TrainingWorker> | undefined;

/** The page's worker: one for all that is trained. */
export function trainingWorker(): Promise<TrainingWorker> {
  started ??= startWorker({ threads: "auto" }).catch((error: unknown) => {
    started = undefined;
    throw error;
  });
  return started;
}
