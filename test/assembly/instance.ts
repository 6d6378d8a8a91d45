import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { FLAGS } from "../../scripts/merged.js";

export interface Kernels {
  memory: WebAssembly.Memory;
  execute(instruction: number, lane: number, lanes: number): void;
}

/** The compiled kernels on a memory of their own. */
export function instantiate(pages = 256): Kernels {
  const file = process.env.KOBAI_WASM ?? "build/kobai.wasm";
  const memory = new WebAssembly.Memory({ initial: pages, maximum: 65536 });
  // The wide build's code is another where V8 merges it; this leaves the flags on for what the test goes on to compile.
  if (file.includes("wide")) for (const flag of FLAGS) setFlagsFromString(flag);
  const module = new WebAssembly.Module(readFileSync(file));
  const instance = new WebAssembly.Instance(module, {
    env: { memory, abort() {} },
    lanes: { sleep() {}, wake() {} },
  });
  return { memory, execute: instance.exports.execute as Kernels["execute"] };
}
