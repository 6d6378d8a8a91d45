// Compiles the kernels: two modules, each in three builds, into build/.

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import binaryen from "binaryen";
import { build } from "esbuild";
import { putConstantsInMemory } from "./constants.js";

const { outputFiles } = await build({
  entryPoints: ["assembly/blocks.ts"],
  format: "esm",
  write: false,
});
const { EXTENSION_DATA, HEAP_BASE, LANES_BLOCK } = await import(
  `data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`
);

/** Bytes before a module's own data, for the constants of the wide build; in front of the core's also what no address may be. */
const TABLE_BYTES = 4096;

const modules = [
  { name: "kobai", entry: "assembly/index.ts", begin: 64, end: LANES_BLOCK },
  { name: "kobai-extension", entry: "assembly/extension.ts", begin: EXTENSION_DATA, end: HEAP_BASE },
];

/** Runs a command of a package. */
export function run(command, ...args) {
  return new Promise((resolve, reject) => {
    const ended = (code) =>
      code === 0 ? resolve() : reject(new Error(`${command} ${args.join(" ")} failed`));
    spawn("npx", [command, ...args], { stdio: "inherit" })
      .on("error", reject)
      .on("close", ended);
  });
}

/** Both modules, in all builds. */
export async function compileKernels() {
  await Promise.all(
    modules.flatMap((module) =>
      [
        ["plain", module.name],
        ["relaxed", `${module.name}-relaxed`],
        ["wide", `${module.name}-wide`],
      ].map((each) => compile(module, ...each)),
    ),
  );
}

async function compile({ entry, begin, end }, target, name) {
  const [wasm, wat] = ["wasm", "wat"].map((ending) => `build/${name}.${ending}`);
  const files = ["--outFile", wasm, "--textFile", wat];
  // Below 1024 there are no data: so much Binaryen wants to be able to add to an address.
  await run("asc", entry, "--target", target, ...files, "--memoryBase", begin + TABLE_BYTES);
  if (target === "wide") putConstantsInMemory(name, begin);
  checkData(wasm, begin, end);
}

/** Nothing of a module's data may lie where other things do. */
function checkData(file, begin, end) {
  const module = binaryen.readBinary(readFileSync(file));
  for (let i = module.getNumDataSegments() - 1; i >= 0; i--) {
    const { offset, data } = module.getDataSegmentInfo(module.getDataSegmentByIndex(i));
    if (offset >= begin && offset + data.byteLength <= end) continue;
    throw new Error(
      `${file} has data up to ${offset + data.byteLength}, outside of ${begin} to ${end} (assembly/blocks.ts)`,
    );
  }
  module.dispose();
}
