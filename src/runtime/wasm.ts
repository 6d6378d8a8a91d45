import { instantiate, instantiateSync } from "@assemblyscript/loader";
import inlined from "../../build/kobai.wasm";
import { OptionError, UnsupportedError } from "../errors.ts";
import { importNode, isNode } from "../node.ts";
import { forSharedMemory } from "./lanes/shared-memory.ts";
import { sleepOn } from "./lanes/sleep.ts";
import { unpack } from "./unpack.ts";
import { messageOf, type WasmBytes, type WasmSource, wasmOf } from "./wasm-source.ts";

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
  /** Whether products are added with one rounding where the processor can: 1 or 0. */
  relaxed(): number;
}

/** Of the three builds of the kernels: the plain one, the one with fused multiply-add, the one whose pairs V8 merges. */
export type Build = "plain" | "relaxed" | "wide";

/** A module that only a runtime with SIMD accepts: one function, `i8x16.splat` of a constant, dropped. */
const simdProbe = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0],
  ...[10, 9, 1, 7, 0, 65, 0, 253, 15, 26, 11],
);

/** The same with relaxed SIMD: `f32x4.relaxed_madd` of three constants, dropped. */
const relaxedProbe = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0],
  ...[10, 20, 1, 18, 0, 65, 0, 253, 15, 65, 0, 253, 15, 65, 0, 253, 15, 253, 133, 2, 26, 11],
);

/** The kernels, linked to a memory, and the module that other threads link to it. */
export interface LinkedKernels {
  readonly kernels: Kernels;
  readonly module: WebAssembly.Module;
}

/** @throws UnsupportedError where WebAssembly's SIMD is missing, or its relaxed SIMD where that is wanted */
export function checkSupport(relaxed: boolean): void {
  if (typeof WebAssembly !== "object" || !WebAssembly.validate(simdProbe)) {
    throw new UnsupportedError(
      "init: this runtime has no WebAssembly with SIMD. Use Node 20, Chrome 110, Firefox 115, Safari 16.4 or newer.",
    );
  }
  if (relaxed && !WebAssembly.validate(relaxedProbe)) {
    throw new UnsupportedError(
      "init: relaxed: this runtime has no WebAssembly with relaxed SIMD. Use Node 22 (Node 20 with --experimental-wasm-relaxed-simd), " +
        "Chrome 114 or newer, or leave the option out.",
    );
  }
}

/**
 * Compiles and links the kernels to `memory`, where `checkSupport` has passed.
 *
 * @param shared whether the memory is shared with other threads
 * @param build which one is wanted; the wide one where nothing is missing that it needs
 * @throws UnsupportedError where a page's policy forbids WebAssembly
 * @throws OptionError for a source that is not the build that is wanted, or that cannot be had; for a compiled module where the memory is
 *   shared; where the relaxed build is wanted and has to be given
 */
export async function loadKernels(
  memory: WebAssembly.Memory,
  { shared, build }: { shared: boolean; build: Build },
  source?: WasmSource,
): Promise<LinkedKernels> {
  const relaxed = build === "relaxed";
  const code =
    build === "wide"
      ? await (await importNode("kobai/wide")).compileWide(shared)
      : await codeOf(relaxed, shared, source);
  // The loader turns an assertion in the wasm into an Error with its text, file and line.
  const imports = { env: { memory }, lanes: { ...sleepOn(memory) } };
  const link = isNode && source === undefined ? compileAndLink : instantiate;
  let linked: LinkedKernels;
  let isRelaxed: boolean;
  try {
    const { exports, module } = await link<Kernels & Record<string, unknown>>(code, imports);
    linked = { kernels: exports, module };
    isRelaxed = exports.relaxed() === 1;
  } catch (error) {
    throw explained(error, source !== undefined);
  }
  if (isRelaxed !== relaxed) {
    const [build, file] = [isRelaxed ? "relaxed" : "plain", relaxed ? "wasm-relaxed" : "wasm"];
    throw new OptionError(
      `init: the file given as \`wasm\` is the ${build} build: say relaxed: ${isRelaxed}, or give kobai/${file}`,
    );
  }
  return linked;
}

async function codeOf(relaxed: boolean, shared: boolean, source: WasmSource | undefined) {
  const file =
    source !== undefined ? await wasmOf(source, shared) : relaxed ? await relaxedBytes() : unpack(...inlined);
  return shared ? forSharedMemory(file as WasmBytes) : file;
}

/** Not part of a bundle: few want it, and it is as large as all the rest. */
async function relaxedBytes(): Promise<WasmBytes> {
  try {
    return (await importNode("kobai/relaxed")).default;
  } catch {
    throw new OptionError(
      'init: relaxed: that build is not part of a bundle: `import wasm from "kobai/relaxed"` and give it, ' +
        "init({ relaxed: true, wasm }), or fetch kobai/wasm-relaxed",
    );
  }
}

/** Why the kernels could not be compiled and linked. */
function explained(error: unknown, isGiven: boolean): unknown {
  try {
    // Valid, as `checkSupport` found out.
    new WebAssembly.Module(simdProbe);
  } catch {
    return new UnsupportedError(
      "init: this page's Content-Security-Policy forbids WebAssembly: allow 'wasm-unsafe-eval' in its script-src",
    );
  }
  if (!isGiven) return error;
  return new OptionError(`init: wasm: what was given is not kobai's file: ${messageOf(error)}`);
}

/**
 * As `instantiate`, at once: that asks first whether it was given a Response, for which question alone Node loads all of its fetch (10 ms),
 * and compiles in another thread, where it waits for V8 to have optimized what unpacked the file (7 ms). Compiling itself takes 2 ms.
 */
const compileAndLink: typeof instantiate = async (code, imports) =>
  instantiateSync(code as WasmBytes | WebAssembly.Module, imports);
