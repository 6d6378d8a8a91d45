// Prints the digests of the runtime that runs it, as JSON.

import { digests } from "./digests.js";

console.log(JSON.stringify(await digests()));
