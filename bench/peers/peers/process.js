// Runs one work of a JavaScript peer in a process of its own, which prints one line of JSON: what the work gave, or { cannot } or { error }.
// Arguments: WORK --data DIR [--threads N] [--wide] [--budget SECONDS] [--steps N]

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { run } from "./common.js";

/** @param load gives the peer's module */
export async function answer(load, args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      data: { type: "string" },
      threads: { type: "string", default: "1" },
      wide: { type: "boolean", default: false },
      budget: { type: "string", default: "8" },
      steps: { type: "string", default: "0" },
    },
  });
  const options = {
    name: positionals[0],
    threads: Number(values.threads),
    wide: values.wide,
    budget: Number(values.budget),
    steps: Number(values.steps),
    async readFile(file) {
      const { buffer, byteOffset, byteLength } = await readFile(join(values.data, file));
      return buffer.slice(byteOffset, byteOffset + byteLength);
    },
  };
  let result;
  try {
    result = await run((await load()).default, options);
  } catch (error) {
    result = { error: error.stack ?? String(error) };
  }
  process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
}
