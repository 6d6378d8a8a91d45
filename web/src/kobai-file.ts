// kobai as one file of the page, which kobai-file.js makes: the client, which the page imports, and what runs in the worker, which is started from
// the same file. So the host's policy needs to let in no script but files, and what both have in common is loaded once.

import { startWorker, type TrainingWorker } from "kobai/worker";
import { serveScope } from "../../src/worker/scope.ts";

if (typeof document === "undefined") serveScope();

/** A worker with as many threads as there can be. */
export function start(): Promise<TrainingWorker> {
  return startWorker({
    threads: "auto",
    worker: () => new Worker(import.meta.url, { type: "module" }),
  });
}
