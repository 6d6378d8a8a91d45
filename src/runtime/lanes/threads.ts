// How many threads there are to be.

import { MOST_LANES } from "../../../assembly/blocks.ts";
import { OptionError, UnsupportedError } from "../../errors.ts";
import { importNode, isNode } from "../../node.ts";

/** A number of threads, or "auto": as many as the machine has cores, where threads can share memory, else 1. */
export type Threads = number | "auto";

/** @throws OptionError @throws UnsupportedError where more than one is asked for and threads cannot share memory */
export async function threadCount(threads: Threads): Promise<number> {
  if (threads === "auto") return canShareMemory() ? Math.min(await coreCount(), MOST_LANES) : 1;
  if (!(Number.isInteger(threads) && threads >= 1 && threads <= MOST_LANES)) {
    throw new OptionError(
      `init: threads must be a whole number from 1 to ${MOST_LANES}, or "auto"; got ${threads}`,
    );
  }
  if (threads > 1 && !canShareMemory()) {
    throw new UnsupportedError(
      `init: threads: ${threads} needs memory that threads share, which a page has only where its server sends the headers ` +
        "Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp. Send them, or use threads: " +
        '"auto", which is 1 here.',
    );
  }
  return threads;
}

function canShareMemory(): boolean {
  return typeof SharedArrayBuffer === "function" && (isNode || globalThis.crossOriginIsolated);
}

async function coreCount(): Promise<number> {
  if (isNode) return (await importNode("node:os")).availableParallelism();
  return navigator.hardwareConcurrency || 1;
}
