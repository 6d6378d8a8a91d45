// What the page's own threads train, and a worker.

import { train } from "./train.js";

const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
const inWorker = new Promise((resolve, reject) => {
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = ({ message }) => reject(new Error(message || "the worker did not start"));
});
globalThis.found = train({ threads: 2 }).then(async (page) => ({ page, worker: await inWorker }));
