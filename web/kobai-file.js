// Builds src/kobai-file.ts.

import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { smallLoader } from "../scripts/loader.js";
import { inside } from "../scripts/texts.js";
import { wasmFiles } from "../scripts/wasm.js";
import { digest, small } from "./small.js";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The text of the worker's script that the client has inside for pages that have no file of it. */
const withoutText = {
  name: "without-text",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\?text$/ }, ({ path }) => ({ path, namespace: "text" }));
    onLoad({ filter: /.*/, namespace: "text" }, () => ({ contents: 'export default "";' }));
  },
};

/** SHA-256 where the page has none of its own, as over plain http: a file of its own, which other pages do not load. */
const digestApart = {
  name: "digest-apart",
  setup({ onResolve, onLoad }) {
    const library = "@noble/hashes/sha2.js";
    const license =
      "SHA-256 of @noble/hashes, MIT License, Copyright (c) 2022 Paul Miller (https://paulmillr.com)";
    onResolve({ filter: /^@noble\/hashes\/sha2\.js$/ }, ({ namespace }) =>
      namespace === "digest" ? { path: inside[library] } : { path: "later", namespace: "digest" },
    );
    onResolve({ filter: /^sha256$/ }, ({ path }) => ({ path, namespace: "digest" }));
    onLoad({ filter: /.*/, namespace: "digest" }, ({ path }) => ({
      contents:
        path === "later"
          ? 'export const sha256 = async (data) => (await import("sha256")).sha256(data);'
          : `/*! ${license} */ export { sha256 } from ${JSON.stringify(library)};`,
    }));
  },
};

/** @returns the file's name, which is another when what is in it is, and what is in it; files that it loads */
export async function kobaiFile() {
  const { outputFiles } = await build({
    entryPoints: [here("src/kobai-file.ts")],
    bundle: true,
    splitting: true,
    outdir: "chunks",
    chunkNames: "[name]-[hash]",
    write: false,
    format: "esm",
    platform: "browser",
    target: "es2022",
    external: ["node:*"],
    alias: {
      "kobai/worker": here("../src/worker/index.ts"),
      "@assemblyscript/loader": inside["@assemblyscript/loader"],
    },
    plugins: [withoutText, digestApart, wasmFiles, smallLoader],
    minify: true,
    legalComments: "inline",
    logLevel: "warning",
  });
  const [entry, ...others] = outputFiles;
  const code = textsLast(await small(entry.text));
  const files = others.map(({ path, text }) => ({ name: basename(path), code: text }));
  return { name: `kobai-${digest(code).slice(0, 8)}.js`, code, files };
}

/** Long texts, which are the wasm, behind all code: a compressor finds more where that is in one piece. */
function textsLast(code) {
  const texts = [];
  const rest = code.replace(/"(?:[^"\\]|\\.){3000,}"/g, (text) => `longText${texts.push(text)}()`);
  return rest + texts.map((text, i) => `function longText${i + 1}(){return${text}}\n`).join("");
}
