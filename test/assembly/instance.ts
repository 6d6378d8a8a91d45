import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { FLAGS } from "../../scripts/merged.js";

export interface Kernels {
  memory: WebAssembly.Memory;
  execute(instruction: number, lane: number, lanes: number): void;
}

/** The compiled kernels, the extension's with them, on a memory of their own. */
export function instantiate(pages = 256): Kernels {
  const build = process.env.KOBAI_BUILD ?? "";
  const memory = new WebAssembly.Memory({ initial: pages, maximum: 65536 });
  // The wide build's code is another where V8 merges it; this leaves the flags on for what the test goes on to compile.
  if (build === "-wide") for (const flag of FLAGS) setFlagsFromString(flag);
  const link = (name: string, imports: WebAssembly.Imports) => {
    const module = new WebAssembly.Module(readFileSync(`build/${name}${build}.wasm`));
    return new WebAssembly.Instance(module, { env: { memory, abort() {} }, ...imports }).exports;
  };
  const extension = link("kobai-extension", {});
  const { execute } = link("kobai", { lanes: { sleep() {}, wake() {} }, extension });
  return { memory, execute: execute as Kernels["execute"] };
}
