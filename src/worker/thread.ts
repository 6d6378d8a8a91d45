// How a worker is started: from the text of its script, in Node and in a page, or by a function of the user's.

import { check, messageOf, property, type Rule } from "../check.ts";
import { UnsupportedError } from "../errors.ts";
import { importNode, isNode } from "../node.ts";
import type { FromWorker, ToWorker } from "./messages.ts";
import script from "./script.ts?text";

/** What a page's Worker and one of `node:worker_threads` have in common. */
export interface WorkerLike {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  terminate(): unknown;
}

/** A worker that was started. */
export interface Thread {
  post(message: ToWorker, transfer: ArrayBuffer[]): void;
  /** Whether the process waits for it, where it is Node's. */
  holdProcess(held: boolean): void;
  terminate(): Promise<void>;
}

/** Whoever listens to a thread. */
export interface Listener {
  receive(message: FromWorker): void;
  /** It has ended, or was never let in; called once. */
  ended(reason: Error): void;
}

/** Of Node's. */
interface Emitter extends WorkerLike {
  on(event: string, listener: (value: never) => void): unknown;
  ref(): void;
  unref(): void;
}

/** Of a page's. */
interface PageWorker extends WorkerLike {
  onmessage: unknown;
  onmessageerror: unknown;
  onerror: unknown;
}

const workerRule: Rule = [
  (value) => ["postMessage", "terminate"].every((name) => typeof property(value, name) === "function"),
  "a Worker, of a page or of node:worker_threads, or a promise of one",
];

/**
 * Starts a worker and listens to it.
 *
 * @param factory the user's own; what it throws is the caller's to handle @throws OptionError where it gives no worker
 */
export async function startThread(
  listener: Listener,
  factory: (() => WorkerLike | Promise<WorkerLike>) | undefined,
): Promise<Thread> {
  const worker = factory
    ? check("startWorker", "what worker() gives", await factory(), workerRule)
    : await (isNode ? inNode : inPage)();
  const isEmitter = "on" in worker;
  if (isEmitter) listenInNode(worker as Emitter, listener);
  else listenInPage(worker as PageWorker, listener, factory === undefined);
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    holdProcess: (held) => {
      if (isEmitter) (worker as Emitter)[held ? "ref" : "unref"]();
    },
    terminate: async () => void (await worker.terminate()),
  };
}

async function inNode(): Promise<WorkerLike> {
  const { Worker } = await importNode("node:worker_threads");
  // Without the options that this process was started with: they are meant for its own code.
  return new Worker(script, { eval: true, execArgv: [] }) as WorkerLike;
}

function inPage(): WorkerLike {
  if (typeof Worker !== "function") {
    throw new UnsupportedError("startWorker: there are no workers here: a ServiceWorker cannot start any");
  }
  const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  try {
    return new Worker(url);
  } catch (error) {
    // Where a page has trusted types, an address must be made by a policy of its own.
    throw refused(`: ${messageOf(error)}`);
  } finally {
    // It is fetched by the time a worker has begun to run, and a worker that is not let in needs it no more.
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  }
}

function listenInNode(worker: Emitter, { receive, ended }: Listener): void {
  worker.on("message", receive);
  worker.on("messageerror", ended);
  worker.on("error", ended);
  worker.on("exit", () => ended(new Error("it has ended")));
}

function listenInPage(worker: PageWorker, { receive, ended }: Listener, isOurs: boolean): void {
  worker.onmessage = ({ data }: { data: FromWorker }) => receive(data);
  worker.onmessageerror = () => ended(new Error("a message could not be read"));
  worker.onerror = ({ message }: { message?: string }) => {
    if (message) ended(new Error(message));
    // A script that was not let in, or was not found, fails without a word.
    else ended(isOurs ? refused() : new Error("its script could not be loaded: is its address right?"));
  };
}

function refused(reason = ""): UnsupportedError {
  return new UnsupportedError(
    `startWorker: the page refuses the worker's script${reason}. Allow \`worker-src blob:\` in its Content-Security-Policy, or serve ` +
      'the file kobai/worker/script and give startWorker({ worker: () => new Worker("its address") })',
  );
}
