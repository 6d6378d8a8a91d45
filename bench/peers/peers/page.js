// The peers in a page: what a page can do more than Node is threads. tfjs and jax-js take as many as there are processors.

import { setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { run } from "./common.js";

const peers = {
  kobai: () => import("./kobai.js"),
  "tfjs-wasm": () => import("./tfjs-wasm.js"),
  "jax-js": () => import("./jax-js.js"),
};

/** Runs one work; for the driver, which calls it in the page. */
globalThis.runWork = async (peer, { data, wasm, ...options }) => {
  setWasmPaths(wasm);
  setThreadsCount(options.threads);
  const readFile = async (file) => (await fetch(`${data}${file}`)).arrayBuffer();
  try {
    return await run((await peers[peer]()).default, { ...options, readFile });
  } catch (error) {
    return { error: error.stack ?? String(error) };
  }
};
