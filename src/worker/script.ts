// What runs in the worker, in a page or in Node. scripts/texts.js makes one text of it and of all that it imports; it is also a file of the
// package, `kobai/worker/script`, for pages whose policy forbids blobs.

import { serveScope } from "./scope.ts";

serveScope();
