import { instantiate, instantiateSync } from "@assemblyscript/loader";
import inlined from "../../build/kobai.wasm";
import { OptionError, UnsupportedError } from "../errors.ts";
import { isNode } from "../node.ts";
import { sleepOn } from "./lanes/sleep.ts";
import { unpack } from "./unpack.ts";

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

/** Where the wasm may come from, for a page that would rather stream the file `kobai/wasm` than use the copy inside the bundle. */
export type WasmSource = BufferSource | WebAssembly.Module | Response | PromiseLike<Response>;

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

/**
 * Compiles and links the kernels to `memory`.
 *
 * @param shared whether the memory is shared with other threads
 * @param build which one is wanted
 * @throws UnsupportedError where WebAssembly's SIMD is missing, or relaxed SIMD for the relaxed build
 * @throws OptionError for a compiled module where the memory is shared; for a source that is not the build that is wanted
 */
export async function loadKernels(
  memory: WebAssembly.Memory,
  { shared, build }: { shared: boolean; build: Build },
  source?: WasmSource,
): Promise<LinkedKernels> {
  const relaxed = build === "relaxed";
  if (!WebAssembly.validate(simdProbe)) {
    throw new UnsupportedError(
      "init: this runtime's WebAssembly has no 128-bit SIMD, which kobai is made of. Use Node 20 or newer, " +
        "Chrome 110, Firefox 115, Safari 16.4 or newer.",
    );
  }
  if (relaxed && !WebAssembly.validate(relaxedProbe)) {
    throw new UnsupportedError(
      "init: relaxed: this runtime's WebAssembly has no relaxed SIMD. Use Node 22 or newer (Node 20 with " +
        "--experimental-wasm-relaxed-simd), Chrome 114 or newer; or leave the option out.",
    );
  }
  const file = await (source ?? inlinedBytes(build));
  const bytes = shared ? await sharing(await bytesOf(file)) : file;
  const code = build === "wide" ? await compiledWide(await bytesOf(bytes)) : bytes;
  // The loader turns an assertion in the wasm into an Error with its text, file and line.
  const imports = { env: { memory }, lanes: { ...sleepOn(memory) } };
  const link = isNode && source === undefined ? compileAndLink : instantiate;
  const { exports, module } = await link<Kernels & Record<string, unknown>>(code, imports);
  if ((exports.relaxed() === 1) !== relaxed) {
    throw new OptionError(
      relaxed
        ? "init: relaxed: true goes with the file kobai/wasm-relaxed; the one given as `wasm` is the plain build"
        : "init: the file given as `wasm` is the relaxed build: say relaxed: true as well, or give kobai/wasm",
    );
  }
  return { kernels: exports, module };
}

// What few programs need is imported when it is asked for, so that a bundler puts it into a file of its own.

async function inlinedBytes(build: Build): Promise<Uint8Array<ArrayBuffer>> {
  if (build === "relaxed") return unpack(...(await import("../../build/kobai-relaxed.wasm")).default);
  if (build === "wide") return unpack(...(await import("../../build/kobai-wide.wasm")).default);
  return unpack(...inlined);
}

async function compiledWide(bytes: BufferSource): Promise<WebAssembly.Module> {
  return (await import("./wide.ts")).compileWide(bytes);
}

async function sharing(bytes: BufferSource): Promise<BufferSource> {
  return (await import("./lanes/shared-memory.ts")).forSharedMemory(bytes);
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

/**
 * As `instantiate`, at once: that asks first whether it was given a Response, for which question alone Node loads all of its fetch (10 ms),
 * and compiles in another thread, where it waits for V8 to have optimized what unpacked the file (7 ms). Compiling itself takes 2 ms.
 */
const compileAndLink: typeof instantiate = async (code, imports) =>
  instantiateSync(code as BufferSource | WebAssembly.Module, imports);
