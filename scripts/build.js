// Builds the package: assembly/ by asc, src/ by esbuild, declarations by tsc.

import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import { compileKernels, run } from "./kernels.js";
import { smallLoader } from "./loader.js";
import { inside, smallTextOf, smallTexts } from "./texts.js";
import { wasmFiles } from "./wasm.js";

rmSync("dist", { recursive: true, force: true });
await compileKernels();
await build({
  entryPoints: {
    // The wasm in a file of its own, which bundlers put before what imports it: gzip looks back 32 KiB only, and 100 KiB of text in the
    // middle of a bundle would part its code in two.
    "inlined-wasm": "build/kobai.wasm",
    "inlined-extension": "build/kobai-extension.wasm",
    index: "src/index.ts",
    relaxed: "src/relaxed.ts",
    wide: "src/runtime/wide.ts",
    ops: "src/ops.ts",
    data: "src/data/index.ts",
    numeric: "src/numeric/index.ts",
    book: "src/book/index.ts",
    io: "src/io/index.ts",
    plot: "src/plot/index.ts",
    cli: "src/cli/main.ts",
    worker: "src/worker/index.ts",
  },
  outdir: "dist",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "neutral",
  target: ["es2022", "node20"],
  packages: "external",
  external: ["node:*"],
  alias: inside,
  plugins: [wasmFiles, smallLoader, smallTexts],
  chunkNames: "chunks/[name]-[hash]",
  minifySyntax: true,
  sourcemap: true,
  // The maps hold their sources, which are no files of the package: names of a scheme of their own lead nobody to look for them.
  sourceRoot: "kobai:///",
  logLevel: "warning",
});
mkdirSync("dist/worker");
writeFileSync("dist/worker/script.js", await smallTextOf("src/worker/script.ts"));
await run("tsc", "-p", "tsconfig.build.json");
for (const name of ["kobai", "kobai-relaxed", "kobai-extension", "kobai-extension-relaxed"]) {
  copyFileSync(`build/${name}.wasm`, `dist/${name}.wasm`);
}
// The playground, where it is installed: what is made small there takes seconds, and is kept for the tests, each of which builds it.
if (existsSync("web/node_modules")) execFileSync(process.execPath, ["web/build.js"], { stdio: "inherit" });
