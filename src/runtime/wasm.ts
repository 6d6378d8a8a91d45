import { instantiate } from "@assemblyscript/loader";
import inlined from "../../build/kobai.wasm";
import { OptionError, UnsupportedError } from "../errors.ts";
import { forSharedMemory } from "./lanes/shared-memory.ts";
import { sleepOn } from "./lanes/sleep.ts";

/** What assembly/index.ts exports. */
export interface Kernels {
  /** Runs the program at an address, as lane 0; returns a Status. */
  run(program: number): number;
  /** Runs the one instruction at an address, or a lane's part of it; returns a Status. */
  execute(instruction: number, lane: number, lanes: number): number;
  /** Does what lane 0 offers; does not return. */
  serve(lane: number): never;
  /** Where the lanes' block lies: lines of LanesField and LaneField. */
  lanesBlock(): number;
  /** Where the heap may begin. */
  heapBase(): number;
}

/** Where the wasm may come from, for a page that would rather stream the file `kobai/wasm` than use the copy inside the bundle. */
export type WasmSource = BufferSource | WebAssembly.Module | Response | PromiseLike<Response>;

/** A module that only a runtime with SIMD accepts: one function, `i8x16.splat` of a constant, dropped. */
const simdProbe = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0],
  ...[10, 9, 1, 7, 0, 65, 0, 253, 15, 26, 11],
);

/** The kernels, linked to a memory, and the module that other threads link to it. */
export interface LinkedKernels {
  readonly kernels: Kernels;
  readonly module: WebAssembly.Module;
}

/**
 * Compiles and links the kernels to `memory`.
 *
 * @param shared whether the memory is shared with other threads
 * @throws UnsupportedError where WebAssembly's SIMD is missing
 * @throws OptionError for a compiled module where the memory is shared
 */
export async function loadKernels(
  memory: WebAssembly.Memory,
  shared: boolean,
  source: WasmSource = inlined,
): Promise<LinkedKernels> {
  if (!WebAssembly.validate(simdProbe)) {
    throw new UnsupportedError(
      "init: this runtime's WebAssembly has no 128-bit SIMD, which kobai is made of. Use Node 20 or newer, " +
        "Chrome 110, Firefox 115, Safari 16.4 or newer.",
    );
  }
  const code = shared ? forSharedMemory(await bytesOf(await source)) : source;
  // The loader turns an assertion in the wasm into an Error with its text, file and line.
  const imports = { env: { memory }, lanes: { ...sleepOn(memory) } };
  const { exports, module } = await instantiate<Kernels & Record<string, unknown>>(code, imports);
  return { kernels: exports, module };
}

async function bytesOf(source: Awaited<WasmSource>): Promise<BufferSource> {
  if (source instanceof WebAssembly.Module) {
    throw new OptionError(
      "init: a compiled WebAssembly.Module works on the memory of one thread; for more pass the wasm's bytes or its Response",
    );
  }
  // Asked of the source, not of its class: Node loads its fetch when Response is first named.
  return "arrayBuffer" in source ? source.arrayBuffer() : source;
}
