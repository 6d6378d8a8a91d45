// What `kobai train --checkpoint-every` writes down again and again, and `kobai train --resume` goes on from: the network, where its training
// stands, the run's settings and its history so far, in one file.

import { join } from "node:path";
import { isObject, isWhole, positive } from "../check.ts";
import { DataError } from "../errors.ts";
import type { History, Network } from "../index.ts";
import { load } from "../index.ts";
import { loadSafetensors } from "../io/index.ts";
import { write } from "../train/checkpoint/write.ts";
import { insideOf } from "../train/network.ts";
import { activations, dtypes, type OptimizerName, optimizers } from "./settings.ts";
import type { Run } from "./training.ts";

export const CHECKPOINT = "checkpoint.safetensors";

/** Where it stands in the file's metadata. */
const KEY = "kobai train";

/** What a run has done so far, and what it was told. */
interface Standing {
  readonly run: Run;
  readonly history: History;
}

export function checkpointOf(net: Network, run: Run, history: History): Uint8Array {
  const standing: Standing = { run, history };
  return write("kobai train", insideOf(net), { [KEY]: JSON.stringify(standing) });
}

/** A run that was cut. */
export interface Cut extends Standing {
  /** its network, as it was */
  network(): Promise<Network>;
}

/**
 * Reads the checkpoint of a run's folder.
 *
 * @throws DataError, FileError where there is none, or it is no such file
 */
export async function readCut(folder: string): Promise<Cut> {
  const path = join(folder, CHECKPOINT);
  const { metadata } = await loadSafetensors(path);
  const standing: unknown = parsed(metadata[KEY]);
  if (!isObject(standing) || !isRun(standing.run) || !isHistory(standing.history)) {
    throw new DataError(`${path}: is no checkpoint of kobai train --checkpoint-every`);
  }
  return { run: standing.run, history: standing.history, network: () => load(path) };
}

function parsed(json: string | undefined): unknown {
  try {
    return JSON.parse(json ?? "null");
  } catch {
    return undefined;
  }
}

/** As far as it is used: the rest is shown, or the network's own. */
function isRun(value: unknown): value is Run {
  return (
    isObject(value) &&
    isObject(value.init) &&
    Array.isArray(value.hidden) &&
    activations.includes(value.activation as Run["activation"]) &&
    dtypes.includes(value.dtype as Run["dtype"]) &&
    ["undefined", "boolean"].includes(typeof value.shuffle) &&
    optimizers.includes(value.optimizer as OptimizerName) &&
    [value.batch, value.steps, value.stepsPerEpoch].every((count) => isWhole(count, 1)) &&
    [value.seed, value.samples].every((count) => isWhole(count, 0)) &&
    positive[0](value.lr)
  );
}

function isHistory(value: unknown): value is History {
  return (
    isObject(value) &&
    [value.steps, value.stepsPerEpoch, value.lossEvery, value.seconds].every(Number.isFinite) &&
    Array.isArray(value.loss) &&
    Array.isArray(value.evaluations) &&
    value.evaluations.every((each) => isObject(each) && Number.isFinite(each.step) && isObject(each.results))
  );
}

/** The history of a run that was cut, and went on from there. */
export function joined(before: History | undefined, after: History): History {
  if (!before) return after;
  const lossEvery = Math.max(before.lossEvery, after.lossEvery);
  const loss: number[] = [];
  for (let step = 0; step < after.steps; step += lossEvery) {
    const [from, part] = step < after.from ? [0, before] : [after.from, after];
    const value = part.loss[Math.round((step - from) / part.lossEvery)];
    if (value !== undefined) loss.push(value);
  }
  // A run that was cut behind its last step is measured at its end once more.
  const first = after.evaluations[0]?.step ?? Number.POSITIVE_INFINITY;
  return {
    ...after,
    from: 0,
    loss,
    lossEvery,
    evaluations: [...before.evaluations.filter(({ step }) => step < first), ...after.evaluations],
    seconds: before.seconds + after.seconds,
  };
}
