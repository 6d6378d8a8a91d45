// What runs in the worker, in a page or in Node. scripts/worker-script.js makes one text of it and of all that it imports; it is also a file
// of the package, `kobai/worker/script`, for pages whose policy forbids blobs.

import { importNode, isNode } from "../node.ts";
import type { ToWorker } from "./messages.ts";
import { serve } from "./server.ts";

interface Scope {
  onmessage: ((event: { readonly data: ToWorker }) => void) | null;
  postMessage(message: unknown, transfer: readonly ArrayBuffer[]): void;
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
  scope.onmessage = ({ data }) => receive(data);
}
