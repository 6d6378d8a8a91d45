// What runs in the worker, in a page or in Node. scripts/texts.js makes one text of it and of all that it imports; it is also a file of the
// package, `kobai/worker/script`, for pages whose policy forbids blobs.

import { importNode, isNode } from "../node.ts";
import { serveLane } from "../runtime/lanes/serve-lane.ts";
import { type LaneTask, startLanesFrom } from "../runtime/lanes/worker.ts";
import type { ToWorker } from "./messages.ts";
import { serve } from "./server.ts";

interface Scope {
  readonly location: Location;
  onmessage: ((event: { readonly data: ToWorker | LaneTask }) => void) | null;
  postMessage(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  importScripts(): void;
}

if (isNode) {
  void importNode("node:worker_threads").then(({ parentPort }) => {
    parentPort?.on(
      "message",
      serve((message, transfer) => parentPort.postMessage(message, [...transfer])),
    );
  });
} else {
  const scope = globalThis as unknown as Scope;
  const receive = serve((message, transfer) => scope.postMessage(message, transfer));
  const { protocol, href } = scope.location;
  // A file is let in once more: the lanes' threads run it, too.
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
