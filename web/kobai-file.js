// Builds src/kobai-file.ts.

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

/** @returns the file's name, which is another when what is in it is, and what is in it */
export async function kobaiFile() {
  const { outputFiles } = await build({
    entryPoints: [here("src/kobai-file.ts")],
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
    target: "es2022",
    external: ["node:*"],
    alias: { "kobai/worker": here("../src/worker/index.ts"), ...inside },
    plugins: [withoutText, wasmFiles, smallLoader],
    minify: true,
    legalComments: "inline",
    logLevel: "warning",
  });
  const code = textsLast(await small(outputFiles[0].text));
  return { name: `kobai-${digest(code).slice(0, 8)}.js`, code };
}

/** Long texts, which are the wasm, behind all code: a compressor finds more where that is in one piece. */
function textsLast(code) {
  const texts = [];
  const rest = code.replace(/"(?:[^"\\]|\\.){3000,}"/g, (text) => `longText${texts.push(text)}()`);
  return rest + texts.map((text, i) => `function longText${i + 1}(){return${text}}\n`).join("");
}
