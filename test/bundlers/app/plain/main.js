// A page that uses nothing of the extension.

import { dense, init, sequential } from "kobai";
import { exp } from "kobai/ops";

globalThis.found = init().then(() => [
  typeof exp,
  ...sequential([dense(1)], { input: [1], seed: 1 }).predict([0]).data,
]);
