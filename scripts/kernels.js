// Compiles the kernels: two modules, each in three builds, into build/.

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import binaryen from "binaryen";
import { build } from "esbuild";
import { putConstantsInMemory } from "./constants.js";
import { writeModule } from "./wasm.js";

const { outputFiles } = await build({
  entryPoints: ["assembly/blocks.ts"],
  format: "esm",
  write: false,
});
const { EXTENSION_DATA, HEAP_BASE, LANES_BLOCK } = await import(
  `data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`
);

/** Bytes in front of a module's own data, for the constants of the wide build. */
const TABLE_BYTES = 4096;

// At address 0 there is nothing: it means that something is absent.
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

/** Where compiled kernels are kept, by what they were made of: it takes a minute, and most changes are not theirs. */
const CACHE = "node_modules/.cache/kobai";

/** A digest of all that the kernels are made of. */
function digest() {
  const sources = readdirSync("assembly", { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join("assembly", name));
  const tools = ["asconfig.json", "scripts/kernels.js", "scripts/constants.js", "package-lock.json"];
  const hash = createHash("sha256");
  for (const file of [...sources.sort(), ...tools]) hash.update(`${file}\n`).update(readFileSync(file));
  return hash.digest("hex").slice(0, 16);
}

/** Both modules, in all builds. */
export async function compileKernels() {
  mkdirSync("build", { recursive: true });
  const cache = join(CACHE, digest());
  await Promise.all(
    modules.flatMap((module) =>
      [
        ["plain", module.name],
        ["relaxed", `${module.name}-relaxed`],
        ["wide", `${module.name}-wide`],
      ].map(async ([target, name]) => {
        await compile(cache, module, target, name);
        writeModule(join("build", `${name}.wasm`));
      }),
    ),
  );
}

async function compile(cache, { entry, begin, end }, target, name) {
  const [wat, wasm] = ["wat", "wasm"].map((ending) => `${name}.${ending}`);
  const [text, file] = [join("build", wat), join("build", wasm)];
  if (existsSync(join(cache, wasm))) {
    copyFileSync(join(cache, wat), text);
    copyFileSync(join(cache, wasm), file);
    return;
  }
  const files = ["--outFile", file, "--textFile", text];
  await run("asc", entry, "--target", target, ...files, "--memoryBase", begin + TABLE_BYTES);
  if (target === "wide") putConstantsInMemory(name, begin);
  checkData(file, begin, end);
  mkdirSync(cache, { recursive: true });
  // The wasm last, and whole: where it is, all is.
  for (const [from, kept] of [
    [text, wat],
    [file, wasm],
  ]) {
    const unfinished = join(cache, `${kept}.${process.pid}`);
    copyFileSync(from, unfinished);
    renameSync(unfinished, join(cache, kept));
  }
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
