// How many threads there are to be.

import { MOST_LANES } from "../../../assembly/blocks.ts";
import { isWhole, type Rule } from "../../check.ts";
import { UnsupportedError } from "../../errors.ts";
import { importNode, isNode } from "../../node.ts";

/** A number of threads, or "auto": as many as the machine has cores, where threads can share memory, else 1. */
export type Threads = number | "auto";

export const threadsRule: Rule = [
  (value) => value === "auto" || isWhole(value, 1, MOST_LANES),
  `a whole number from 1 to ${MOST_LANES}, or "auto"`,
];

/**
 * How many there are to be, as far as that can be known before one is started.
 *
 * @throws UnsupportedError where more than one is asked for and there can be none
 */
export async function threadCount(threads: Threads): Promise<number> {
  const missing = whatIsMissing();
  if (threads === "auto") return missing ? 1 : Math.min(await coreCount(), MOST_LANES);
  if (threads > 1 && missing) {
    throw new UnsupportedError(`init: threads: ${threads} needs ${missing}, or use threads: "auto".`);
  }
  return threads;
}

/** What more than one thread needs and there is not here, and what to do. */
function whatIsMissing(): string | undefined {
  if (!isNode && typeof Worker !== "function") {
    return "workers, which a ServiceWorker cannot start. Use kobai in a page or in a worker of a page";
  }
  if (typeof SharedArrayBuffer !== "function" || !(isNode || globalThis.crossOriginIsolated)) {
    return (
      "shared memory, which a page has only where its server sends the headers " +
      "Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp. Send them"
    );
  }
  return undefined;
}

async function coreCount(): Promise<number> {
  if (isNode) return (await importNode("node:os")).availableParallelism();
  return navigator.hardwareConcurrency || 1;
}
