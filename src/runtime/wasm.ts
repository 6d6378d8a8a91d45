import { instantiate, instantiateSync } from "@assemblyscript/loader";
import inlined from "../../build/kobai.wasm";
import { messageOf } from "../check.ts";
import { OptionError, StateError, UnsupportedError } from "../errors.ts";
import { importNode, isNode } from "../node.ts";
import { forSharedMemory } from "./lanes/shared-memory.ts";
import { sleepOn } from "./lanes/sleep.ts";
import { unpack } from "./unpack.ts";
import { type WasmBytes, type WasmSource, wasmOf } from "./wasm-source.ts";

/** What assembly/index.ts exports. */
export interface Kernels {
  /** Runs the program at an address, as lane 0; returns a Status. */
  run(program: number): number;
  /** Runs the one instruction at an address, or a lane's part of it; returns a Status. */
  execute(instruction: number, lane: number, lanes: number): number;
  /** Does what lane 0 offers; does not return. */
  serve(lane: number): never;
}

/** One of the two modules of kernels: the core or the extension. */
export interface KernelFile {
  readonly packed: Parameters<typeof unpack>;
  /** the option of `init` that gives it, and what kobai/relaxed and kobai/wide call it */
  readonly option: "wasm" | "extension";
  /** the plain build's below kobai/; the relaxed one's ends in "-relaxed" */
  readonly path: string;
  /**
   * what it exports to say whether its products are added with one rounding where the processor can, 1 or 0: a name of its own, so that
   * neither module passes for the other
   */
  readonly isRelaxed: string;
}

const core: KernelFile = { packed: inlined, option: "wasm", path: "wasm", isRelaxed: "relaxed" };

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

/** What threads link to the memory. */
export interface KernelModules {
  readonly core: WebAssembly.Module;
  /** where there is one */
  readonly extension?: WebAssembly.Module | undefined;
}

/** The kernels, linked to a memory. */
export interface LinkedKernels {
  readonly kernels: Kernels;
  readonly modules: KernelModules;
}

export interface LinkOptions {
  /** whether the memory is shared with other threads */
  readonly shared: boolean;
  /** which one is wanted; the wide one where nothing is missing that it needs */
  readonly build: Build;
  /** where the file comes from, if not from here */
  readonly source?: WasmSource | undefined;
}

/** The extension, linked to a memory. */
export interface LinkedExtension {
  /** Runs the one instruction at an address, or a lane's part of it. */
  execute(this: void, instruction: number, lane: number, lanes: number): void;
  /** where the memory is shared */
  readonly module?: WebAssembly.Module;
}

type LinkExtension = (memory: WebAssembly.Memory, options: LinkOptions) => Promise<LinkedExtension>;

/** Where nothing needs the extension. But a page may import some of its code when kobai runs already. */
let linkExtension: LinkExtension = async (_, { source }) => {
  if (source !== undefined) {
    throw new OptionError("init: extension: nothing that is imported needs it; leave it out");
  }
  return {
    execute() {
      throw new StateError("kernels are missing: import what uses them before init() is called");
    },
  };
};

/** Has the extension linked from now on: see extension.ts. */
export function useExtension(link: LinkExtension): void {
  linkExtension = link;
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
      "init: relaxed: this runtime has no WebAssembly with relaxed SIMD. Use Node 22, " +
        "Chrome 114 or newer, or leave the option out.",
    );
  }
}

/**
 * Compiles and links the kernels to `memory`, where `checkSupport` has passed.
 *
 * @throws as linkFile does, and OptionError for an extension where nothing uses it
 */
export async function loadKernels(
  memory: WebAssembly.Memory,
  options: Omit<LinkOptions, "source">,
  { wasm, extension }: { readonly wasm?: WasmSource; readonly extension?: WasmSource } = {},
): Promise<LinkedKernels> {
  const own = { ...options, source: wasm };
  const [code, extended] = await Promise.all([
    codeOf(core, own),
    linkExtension(memory, { ...options, source: extension }),
  ]);
  const imports = { lanes: { ...sleepOn(memory) }, extension: { execute: extended.execute } };
  const { exports, module } = await link<Kernels>(core, code, memory, own, imports);
  return { kernels: exports, modules: { core: module, extension: extended.module } };
}

/**
 * Compiles a module that needs nothing but the memory, and links it.
 *
 * @throws UnsupportedError where a page's policy forbids WebAssembly
 * @throws OptionError for a source that is not the file and the build that is wanted, or that cannot be had; for a compiled module where the
 *   memory is shared; where the relaxed build is wanted and has to be given
 */
export async function linkFile<Exports>(
  file: KernelFile,
  memory: WebAssembly.Memory,
  options: LinkOptions,
): Promise<Linked<Exports>> {
  return link<Exports>(file, await codeOf(file, options), memory, options);
}

interface Linked<Exports> {
  readonly exports: Exports;
  readonly module: WebAssembly.Module;
}

async function link<Exports>(
  file: KernelFile,
  code: Awaited<ReturnType<typeof codeOf>>,
  memory: WebAssembly.Memory,
  { build, source }: LinkOptions,
  imports?: WebAssembly.Imports,
): Promise<Linked<Exports>> {
  const relaxed = build === "relaxed";
  let linked: Linked<Record<string, unknown>>;
  let isRelaxed: boolean;
  try {
    // The loader turns an assertion in the wasm into an Error with its text, file and line.
    const compile = isNode && source === undefined ? compileAndLink : instantiate;
    linked = await compile(code, { env: { memory }, ...imports });
    isRelaxed = (linked.exports[file.isRelaxed] as () => number)() === 1;
  } catch (error) {
    throw explained(error, source !== undefined && file);
  }
  if (isRelaxed !== relaxed) {
    const [build, path] = [isRelaxed ? "relaxed" : "plain", relaxed ? `${file.path}-relaxed` : file.path];
    throw new OptionError(
      `init: the file given as \`${file.option}\` is the ${build} build: say relaxed: ${isRelaxed}, or give kobai/${path}`,
    );
  }
  return linked as Linked<Exports & Record<string, unknown>>;
}

async function codeOf(file: KernelFile, { shared, build, source }: LinkOptions) {
  if (build === "wide") return (await importNode("kobai/wide")).compileWide(file.option, shared);
  const code =
    source !== undefined
      ? await wasmOf(source, shared, file)
      : build === "relaxed"
        ? await relaxedBytes(file)
        : unpack(...file.packed);
  return shared ? forSharedMemory(code as WasmBytes) : code;
}

/** Not part of a bundle: few want it, and it is as large as all the rest. */
async function relaxedBytes({ option, path }: KernelFile): Promise<WasmBytes> {
  try {
    return (await importNode("kobai/relaxed"))[option];
  } catch {
    throw new OptionError(
      `init: relaxed: that build is not part of a bundle: \`import { ${option} } from "kobai/relaxed"\` and give it, ` +
        `init({ relaxed: true, ${option} }), or fetch kobai/${path}-relaxed`,
    );
  }
}

/** Why a file could not be compiled and linked. @param given the file, if it was given */
function explained(error: unknown, given: KernelFile | false): unknown {
  try {
    // Valid, as `checkSupport` found out.
    new WebAssembly.Module(simdProbe);
  } catch {
    return new UnsupportedError(
      "init: this page's Content-Security-Policy forbids WebAssembly: allow 'wasm-unsafe-eval' in its script-src",
    );
  }
  if (!given) return error;
  return new OptionError(`init: ${given.option}: what was given is not kobai's file: ${messageOf(error)}`);
}

/**
 * As `instantiate`, at once: that asks first whether it was given a Response, for which question alone Node loads all of its fetch (10 ms),
 * and compiles in another thread, where it waits for V8 to have optimized what unpacked the file (7 ms). Compiling itself takes 2 ms.
 */
const compileAndLink: typeof instantiate = async (code, imports) =>
  instantiateSync(code as WasmBytes | WebAssembly.Module, imports);
