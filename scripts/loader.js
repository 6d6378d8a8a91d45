// @assemblyscript/loader travels inside the package, without what it has for the objects of AssemblyScript's runtime: strings, arrays and
// classes that are passed to a module and back. kobai's wasm is built without that runtime (`--runtime stub`), so nothing of it works there.

import { readFileSync } from "node:fs";

/** Where the loader gives a module's exports the functions that make and read such objects. */
const first = "  const __new = exports.__new || F_NO_EXPORT_RUNTIME;";
const behind = "  // Pull basic exports to extendedExports";

function withoutObjects(loader) {
  const [start, end] = [loader.indexOf(first), loader.indexOf(behind)];
  if (start < 0 || end < start)
    throw new Error("scripts/loader.js does not know this @assemblyscript/loader");
  return loader.slice(0, start) + loader.slice(end);
}

/** The esbuild plugin. */
export const smallLoader = {
  name: "assemblyscript-loader",
  setup({ onLoad }) {
    const filter = /@assemblyscript[/\\]loader[/\\]index\.js$/;
    onLoad({ filter }, ({ path }) => ({ contents: withoutObjects(readFileSync(path, "utf8")) }));
  },
};
