// What each module costs a page that trains: by how many bytes of gzip the page would be less without the module's text, the module's own
// size, minified but for white space, and its name. `node scripts/run.js scripts/page-size.ts`, of src/ as it is and the wasm in build/. The
// costs add up to less than the page, since what several modules have in common costs none of them.

import { resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build, type Plugin, transform } from "esbuild";
import { page } from "../bench/page-bundle.ts";
import { wasmFiles } from "./wasm.js";

/** From src/ esbuild does not see, as it does from dist/, that the page needs nothing of the extension. */
const withoutExtension: Plugin = {
  name: "without-extension",
  setup({ onLoad }) {
    onLoad({ filter: /kobai-extension\.wasm$/ }, () => ({ contents: "export default [];" }));
  },
};

const { outputFiles } = await build({
  stdin: { contents: page, resolveDir: resolve("bench"), loader: "js" },
  alias: { kobai: resolve("src/index.ts") },
  external: ["node:*"],
  plugins: [withoutExtension, wasmFiles],
  bundle: true,
  minifySyntax: true,
  minifyIdentifiers: true,
  format: "esm",
  platform: "browser",
  write: false,
  logLevel: "error",
});
// esbuild writes a comment with its path before each module.
const modules = outputFiles[0]!.text.split(/^(?=\/\/ \S+\.\w+$)/m);

async function gzip(texts: readonly string[]): Promise<number> {
  const { code } = await transform(texts.join(""), { minifyWhitespace: true });
  return gzipSync(code, { level: 9 }).length;
}

const all = await gzip(modules);
const rows = await Promise.all(
  modules.map(async (module) => ({
    cost: all - (await gzip(modules.filter((each) => each !== module))),
    size: Buffer.byteLength(module),
    name: /^\/\/ (\S+)\n/.exec(module)?.[1] ?? "(esbuild)",
  })),
);
for (const { cost, size, name } of rows.sort((a, b) => b.cost - a.cost)) {
  console.log(`${String(cost).padStart(6)}  ${String(size).padStart(6)}  ${name}`);
}
console.log(`${String(all).padStart(6)}          all`);
