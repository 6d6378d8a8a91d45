// @assemblyscript/loader travels inside the package, without what it has for the objects of AssemblyScript's runtime: strings, arrays and
// classes that are passed to a module and back. kobai's wasm is built without that runtime (`--runtime stub`) and exports functions only.

import { readFileSync } from "node:fs";

/** What is replaced: from where, to before what, by what. */
const cuts = [
  // a decoder, which some test runners' pages lack, for texts that are longer than an assertion's; and a polyfill
  ["const utf16 = ", "/** Gets a string from memory", ""],
  [
    "  if (len <= STRING_SMALLSIZE)",
    "/** Prepares the base module",
    "  return String.fromCharCode(...wtf16);\n}\n\n",
  ],
  // what kobai's wasm does not import: of the standard library's imports it has the assertions' alone
  ["  env.trace = env.trace ||", "  return extendedExports;", ""],
  // the functions that make and read such objects
  ["  const memory = exports.memory;", "  // Demangle exports", ""],
  // exports of classes and namespaces, functions that may be called with fewer arguments, globals that are mutable
  [
    '  const setArgumentsLength = exports["__argumentsLength"]',
    "export default {",
    "  return Object.assign(extendedExports, exports);\n}\n\n",
  ],
];

function withoutObjects(loader) {
  return cuts.reduce((text, [from, to, by]) => {
    const [start, end] = [text.indexOf(from), text.indexOf(to)];
    if (start < 0 || end < start)
      throw new Error("scripts/loader.js does not know this @assemblyscript/loader");
    return text.slice(0, start) + by + text.slice(end);
  }, loader);
}

/** The esbuild plugin. */
export const smallLoader = {
  name: "assemblyscript-loader",
  setup({ onLoad }) {
    const filter = /@assemblyscript[/\\]loader[/\\]index\.js$/;
    onLoad({ filter }, ({ path }) => ({ contents: withoutObjects(readFileSync(path, "utf8")) }));
  },
};
