// Runs one work of a JavaScript peer in a process of its own: node node.js PEER WORK --data DIR [--threads N] [--budget S] [--steps N]
// It prints one line of JSON: what the work gave, or { cannot } or { error }.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { run } from "./common.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: "string" },
    threads: { type: "string", default: "1" },
    budget: { type: "string", default: "8" },
    steps: { type: "string", default: "0" },
  },
});
const [peer, name] = positionals;
const options = {
  name,
  threads: Number(values.threads),
  budget: Number(values.budget),
  steps: Number(values.steps),
  async readFile(file) {
    const { buffer, byteOffset, byteLength } = await readFile(join(values.data, file));
    return buffer.slice(byteOffset, byteOffset + byteLength);
  },
};
let result;
try {
  const { default: contender } = await import(`./${peer}.js`);
  result = await run(contender, options);
} catch (error) {
  result = { error: error.stack ?? String(error) };
}
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
