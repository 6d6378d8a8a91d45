// The thread that is a worker, in a page or in Node, answers its client.

import { importNode, isNode } from "../node.ts";
import { serveLane } from "../runtime/lanes/serve-lane.ts";
import { type LaneTask, startLanesFrom } from "../runtime/lanes/worker.ts";
import type { ToWorker } from "./messages.ts";
import { serve } from "./server.ts";

/** Of a page's worker. */
interface Scope {
  readonly location: Location;
  onmessage: ((event: { readonly data: ToWorker | LaneTask }) => void) | null;
  postMessage(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  importScripts(): void;
}

/** Answers whoever has started this thread, from now on. */
export function serveScope(): void {
  if (isNode) {
    void importNode("node:worker_threads").then(({ parentPort }) => {
      parentPort?.on(
        "message",
        serve((message, transfer) => parentPort.postMessage(message, [...transfer])),
      );
    });
    return;
  }
  const scope = globalThis as unknown as Scope;
  const receive = serve((message, transfer) => scope.postMessage(message, transfer));
  const { protocol, href } = scope.location;
  // A policy that has let a file in lets it in again, and no text: the threads of the lanes run the same file.
  if (!["blob:", "data:"].includes(protocol))
    startLanesFrom(href, { type: isModule(scope) ? "module" : "classic" });
  scope.onmessage = ({ data }) => {
    if ("lane" in data) serveLane(data, () => scope.postMessage("ready"));
    else receive(data);
  };
}

/** Only a classic script can import others by a call. */
function isModule(scope: Scope): boolean {
  try {
    scope.importScripts();
    return false;
  } catch {
    return true;
  }
}
