import { instantiate, instantiateSync } from "@assemblyscript/loader";
import inlined from "../../build/kobai.wasm";
import { UnsupportedError } from "../errors.ts";
import { isNode } from "../node.ts";

/** What assembly/index.ts exports. */
export interface Kernels {
  /** Runs the program at an address; returns a Status. */
  run(program: number, lane: number, lanes: number): number;
  /** Runs the one instruction at an address; returns a Status. */
  execute(instruction: number, lane: number, lanes: number): number;
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

/**
 * Compiles and links the kernels to `memory`.
 * @throws UnsupportedError where WebAssembly or its SIMD is missing
 */
export async function loadKernels(
  memory: WebAssembly.Memory,
  source?: WasmSource,
): Promise<Kernels> {
  if (!WebAssembly.validate(simdProbe)) {
    throw new UnsupportedError(
      "init: this runtime's WebAssembly has no 128-bit SIMD, which kobai is made of. Use Node 20 or newer, " +
        "Chrome 110, Firefox 115, Safari 16.4 or newer.",
    );
  }
  // The loader turns an assertion in the wasm into an Error with its text, file and line.
  const link = isNode && source === undefined ? compileAndLink : instantiate;
  const { exports } = await link<Kernels & Record<string, unknown>>(source ?? inlined(), { env: { memory } });
  return exports;
}

/** As `instantiate`, which asks first whether it was given a Response: for that question alone Node loads all of its fetch, 10 ms. */
const compileAndLink: typeof instantiate = async (bytes, imports) =>
  instantiateSync(await WebAssembly.compile(bytes as BufferSource), imports);
