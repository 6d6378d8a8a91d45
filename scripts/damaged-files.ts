// Reads damaged files until one is believed that should not be, or fails in a way of its own. By default 120,000 of them:
// node scripts/run.js scripts/damaged-files.ts [files] [seed]

import { damageFiles } from "../test/fuzz/damaged-files.ts";

const [files = 120_000, seed = 1] = process.argv.slice(2).map(Number);
console.log(`${files} damaged files, seed ${seed}`);
for (const [kind, { taken, refused }] of Object.entries(await damageFiles(files, seed))) {
  console.log(`${kind.padEnd(12)} taken ${taken}, refused ${refused}`);
}
