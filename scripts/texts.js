// How a script with all that it imports gets into the code as a text, to start a worker from: `import script from "….ts?text"`. Every bundle
// of this repository that holds a worker is made with `texts`.

import { relative, resolve } from "node:path";
import { build } from "esbuild";
import { smallLoader } from "./loader.js";
import { wasmFiles } from "./wasm.js";

/** Small libraries that travel inside, so that kobai's core and its files have no dependencies. */
export const inside = {
  "@assemblyscript/loader": resolve("node_modules/@assemblyscript/loader/index.js"),
  "@noble/hashes/sha2.js": resolve("node_modules/@noble/hashes/sha2.js"),
};

/** The text of a script and of what it imports: a classic script, which Node and pages take from a text, and which is a module as well. */
export async function textOf(path) {
  const { outputFiles } = await build({
    entryPoints: [path],
    bundle: true,
    write: false,
    format: "iife",
    platform: "neutral",
    target: ["es2022", "node20"],
    external: ["node:*"],
    alias: inside,
    plugins: [wasmFiles, smallLoader],
    minify: true,
    legalComments: "inline",
    logLevel: "warning",
  });
  return outputFiles[0].text;
}

async function smaller(path) {
  const { minify } = await import("terser");
  const { code } = await minify(await textOf(path), { ecma: 2020, format: { comments: /^!/ } });
  return code;
}

/** By path, the promises of `smallTextOf`. */
const small = new Map();

/**
 * The same for the package, smaller by what terser's names of variables let compressors find: 3 % of what a page loads. It takes seconds, so
 * each once.
 */
export function smallTextOf(path) {
  const whole = resolve(path);
  if (!small.has(whole)) small.set(whole, smaller(whole));
  return small.get(whole);
}

/** The module that stands for a script. */
export async function moduleOfText(path, text = textOf) {
  return `export default ${JSON.stringify(await text(path))};\n`;
}

/** The esbuild plugin. */
const plugin = (text) => ({
  name: "texts",
  setup({ onResolve, onLoad }) {
    // Relative to here: esbuild writes the path of such a module into what it makes.
    onResolve({ filter: /\?text$/ }, ({ path, resolveDir }) => ({
      path: relative(".", resolve(resolveDir, path.slice(0, -"?text".length))),
      namespace: "text",
    }));
    onLoad({ filter: /.*/, namespace: "text" }, async ({ path }) => ({
      contents: await moduleOfText(resolve(path), text),
    }));
  },
});

export const texts = plugin(textOf);
export const smallTexts = plugin(smallTextOf);
