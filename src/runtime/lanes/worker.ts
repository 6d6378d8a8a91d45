// The thread of a lane: compiled kernels on the shared memory, serving lane 0 without ever leaving wasm.

import { LaneState } from "../../../assembly/blocks.ts";
import { messageOf } from "../../check.ts";
import { UnsupportedError } from "../../errors.ts";
import { importNode, isNode } from "../../node.ts";
import type { KernelModules } from "../wasm.ts";

/** What a lane's thread is given. */
export interface LaneTask {
  readonly lane: number;
  readonly modules: KernelModules;
  readonly memory: WebAssembly.Memory;
  /** address of the lane's line */
  readonly line: number;
}

/** A lane's thread, in Node (Bun, Deno) or in a browser. */
export interface LaneThread {
  /** Resolves when it serves, rejects where it ends before or takes too long. */
  readonly ready: Promise<void>;
  /** Lets the process end while the thread serves. */
  unref(): void;
  /** Ends the thread, whatever it is doing; resolves when it has ended. */
  terminate(): Promise<unknown>;
}

/** How long a thread may take to start, in seconds. */
const PATIENCE = 30;

// Text, not a file of its own: it must be found by every bundler, in every page and in every test runner.
const work = `
function work({ lane, modules, memory, line }, ready) {
  const abort = () => { throw new Error("an assertion of the kernels failed"); };
  const words = new Int32Array(memory.buffer);
  const lanes = {
    sleep: (at, value, ms) => Atomics.wait(words, at >> 2, value, ms) != "timed-out",
    wake: (at) => void Atomics.notify(words, at >> 2),
  };
  const env = { memory, abort };
  const extension = modules.extension ? new WebAssembly.Instance(modules.extension, { env }).exports : { execute: abort };
  const { serve } = new WebAssembly.Instance(modules.core, { env, lanes, extension }).exports;
  ready();
  try {
    serve(lane);
  } catch (error) {
    Atomics.store(words, line >> 2, ${LaneState.failed});
    lanes.wake(line);
    throw error;
  }
}`;
// As an argument: a script that has a line with `require` is taken for a CommonJS module by tools that look at the package.
const nodeScript = `${work}
(({ parentPort, workerData }) => {
  work(workerData, () => parentPort.postMessage("ready"));
})(require("node:worker_threads"));`;
const browserScript = `${work}
onmessage = ({ data }) => work(data, () => postMessage("ready"));`;

/** What a page's lanes are started from, where not from that text. */
let script: readonly [address: string, options?: WorkerOptions] | undefined;

/** Has lanes started from a script that calls `serveLane`: a page's policy may let files in, and no text. */
export function startLanesFrom(...given: NonNullable<typeof script>): void {
  script = given;
}

/**
 * Starts a lane's thread.
 *
 * @param ended called when the thread ends, whenever and for whatever reason
 */
export async function startThread(task: LaneTask, ended: (reason: string) => void): Promise<LaneThread> {
  const thread = await (isNode ? startInNode(task, ended) : startInBrowser(task, ended));
  return { ...thread, ready: inTime(thread.ready) };
}

async function inTime(ready: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setInterval> | undefined;
  const late = new Promise<never>((_, reject) => {
    // By the second: one long timer has run out when a process that was stopped meanwhile goes on.
    let seconds = 0;
    timer = setInterval(() => {
      if (++seconds === PATIENCE) reject(new Error(`no answer in ${PATIENCE} s`));
    }, 1000);
  });
  await Promise.race([ready, late]).finally(() => clearInterval(timer));
}

async function startInNode(task: LaneTask, ended: (reason: string) => void): Promise<LaneThread> {
  const { Worker } = await importNode("node:worker_threads");
  // Without the options that this process was started with: they are meant for its own code.
  const worker = new Worker(nodeScript, { eval: true, workerData: task, execArgv: [] });
  const ready = new Promise<void>((resolve, reject) => {
    const end = (reason: string) => {
      ended(reason);
      reject(new Error(reason));
    };
    worker.once("message", () => resolve());
    worker.once("error", (error) => end(String(error)));
    worker.once("exit", () => end("its thread ended"));
  });
  return { ready, unref: () => worker.unref(), terminate: () => worker.terminate() };
}

async function startInBrowser(task: LaneTask, ended: (reason: string) => void): Promise<LaneThread> {
  const [url, options] = script ?? [URL.createObjectURL(new Blob([browserScript]))];
  let worker: Worker;
  try {
    worker = new Worker(url, options);
  } catch (error) {
    // Where a page has trusted types, an address must be made by a policy of its own.
    throw refused("leave `require-trusted-types-for 'script'` out of", `: ${messageOf(error)}`);
  }
  const ready = new Promise<void>((resolve, reject) => {
    worker.onmessage = () => resolve();
    worker.onerror = ({ message }) => {
      ended(message);
      // A script that was not let in fails without a word.
      reject(message ? new Error(message) : refused("allow `worker-src blob:` in"));
    };
    worker.postMessage(task);
  }).finally(() => URL.revokeObjectURL(url));
  return { ready, unref() {}, terminate: async () => worker.terminate() };
}

function refused(remedy: string, reason = ""): UnsupportedError {
  return new UnsupportedError(
    `init: threads: the page refuses their script${reason}. To have more than one ${remedy} its ` +
      'Content-Security-Policy, or use threads: "auto".',
  );
}
