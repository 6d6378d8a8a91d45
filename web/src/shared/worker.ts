import type { TrainingWorker } from "kobai/worker";
import { start } from "../kobai-file.ts";
import { tensor } from "./tensor.ts";

let started: Promise<TrainingWorker> | undefined;

/** The page's worker: one for all that is trained, and another where that has died. */
export async function trainingWorker(): Promise<TrainingWorker> {
  const last = started;
  const before = await last?.catch(() => undefined);
  // Unless somebody else has found out, too, and started another.
  if (before && !(await answers(before)) && started === last) started = undefined;
  started ??= start().catch((error: unknown) => {
    started = undefined;
    throw error;
  });
  return started;
}

const answers = (worker: TrainingWorker) =>
  worker.dataset({ x: tensor(new Float32Array(1), [1, 1]), t: tensor(new Uint8Array(1)) }).then(
    (data) => {
      data.dispose();
      return true;
    },
    () => false,
  );
