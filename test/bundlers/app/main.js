// What the page's own threads train, a worker that uses kobai, and kobai's own.

import { startWorker } from "kobai/worker";
import { train, trainIn } from "./train.js";

const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
const inWorker = new Promise((resolve, reject) => {
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = ({ message }) => reject(new Error(message || "the worker did not start"));
});
globalThis.found = train({ threads: 2 }).then(async (page) => ({
  page,
  worker: await inWorker,
  client: await trainIn(await startWorker({ threads: 2 })),
}));
