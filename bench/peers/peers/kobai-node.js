// The same for kobai, whose sources are bundled with this file before it runs: works 3 and 7 look at parts of it that it does not export.

import { answer } from "./process.js";

await answer(() => import("./kobai.js"), process.argv.slice(2));
