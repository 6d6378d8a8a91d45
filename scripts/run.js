// Runs a TypeScript file of this repository: node scripts/run.js bench/main.ts [arguments]

import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { build } from "esbuild";
import { texts } from "./texts.js";
import { wasmFiles } from "./wasm.js";

const [entry, ...args] = process.argv.slice(2);
if (!entry) {
  console.error("usage: node scripts/run.js FILE.ts [arguments]");
  process.exit(2);
}
mkdirSync("build/scripts", { recursive: true });
// One's own: the same script may run twice at a time.
const outfile = join("build/scripts", `${basename(entry, ".ts")}-${process.pid}.js`);
await build({
  entryPoints: [entry],
  outfile,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  packages: "external",
  plugins: [wasmFiles, texts],
  logLevel: "warning",
  // Of modules that only declare types.
  logOverride: { "ignored-bare-import": "silent" },
});
process.exitCode = spawnSync(process.execPath, [outfile, ...args], { stdio: "inherit" }).status ?? 1;
rmSync(outfile);
