import "../globals.ts";
import { HEAP_BASE } from "../../assembly/blocks.ts";
import { anything, flag, oneOf, options as optionsOf, type Rule } from "../check.ts";
import { OptionError, StateError, UnsupportedError } from "../errors.ts";
import { importNode, isNode } from "../node.ts";
import { Heap, type HeapReport } from "./heap.ts";
import { Lanes } from "./lanes/lanes.ts";
import { type Threads, threadCount, threadsRule } from "./lanes/threads.ts";
import { checkSupport, type Kernels, loadKernels } from "./wasm.ts";
import type { WasmSource } from "./wasm-source.ts";

const PAGE = 65536;
const INITIAL_PAGES = 32;
/** All that 32-bit addresses reach. */
const MAX_PAGES = 65536;

/** Options of `init`. */
export interface InitOptions {
  /**
   * How many threads compute, the calling one included: from 1 (the default) to 64, or "auto": as many as the machine has cores, and 1
   * where threads cannot be had, as in a page that is not cross-origin isolated. The results do not depend on it.
   */
  threads?: Threads;
  /**
   * Whether matmul may use fused multiply-add, which is faster, and gives other bits on processors without it and than the default.
   * Default: false.
   */
  relaxed?: boolean;
  /**
   * Whether to take kernels whose pairs of 128-bit operations V8 merges into 256-bit ones: nearly twice as fast for large products, with the
   * same bits. For Node 24 and 26 on x64 processors with AVX2: it is an experiment of V8, behind a flag which is on only while the
   * kernels are compiled. "auto": where it can be had. Goes neither with `relaxed` nor with `wasm` or `extension`. Default: false.
   */
  wide?: boolean | "auto";
  /** How far linear memory may grow, in bytes. Default and most: 4 GiB, all that wasm's addresses reach. */
  maxMemory?: number;
  /** The wasm file, for pages that stream it (`fetch("…/kobai.wasm")`; with `relaxed`, kobai-relaxed.wasm). Default: the copy inside this module. */
  wasm?: WasmSource;
  /**
   * The wasm file with the kernels of all but dense networks, likewise (kobai-extension.wasm; with `relaxed`, kobai-extension-relaxed.wasm), for
   * pages that import something that needs it. Default: the copy inside.
   */
  extension?: WasmSource;
}

/** What `init` has set up. */
export interface EngineInfo {
  /** threads that compute, the calling one included */
  readonly threads: number;
  /** whether matmul uses fused multiply-add where the processor has it */
  readonly relaxed: boolean;
  /** whether V8 has merged the kernels' pairs of 128-bit operations into 256-bit ones */
  readonly wide: boolean;
  /** how far linear memory may grow, in bytes */
  readonly maxMemory: number;
}

/** The compiled kernels and the memory they work on: one of each in a JavaScript realm. */
export interface Engine {
  readonly kernels: Kernels;
  readonly heap: Heap;
  /** what runs programs */
  readonly lanes: Lanes;
}

interface Started extends Engine {
  /** as `init` has set it up; threads may have been closed since */
  readonly info: EngineInfo;
  /** what threads: "auto" came to, if it was asked for */
  readonly auto: number | undefined;
}

const memoryRule: Rule = [
  (value) => typeof value === "number" && value >= INITIAL_PAGES * PAGE && value <= MAX_PAGES * PAGE,
  `from ${INITIAL_PAGES * PAGE} (2 MiB) to ${MAX_PAGES * PAGE} (4 GiB)`,
];
/** `wasm` and `extension` are checked where they are used. */
const rules = {
  threads: threadsRule,
  relaxed: flag,
  wide: oneOf(true, false, "auto"),
  maxMemory: memoryRule,
  wasm: anything,
  extension: anything,
};

let current: Started | undefined;
let starting: Promise<Started> | undefined;

/**
 * Compiles the kernels and starts the threads: once, before anything else of kobai runs. Later calls return at once. A page that imports parts
 * of kobai on demand imports them before: it links the kernels of what is imported by then.
 *
 * Threads end with the process or page, or with `close()`; they keep no process alive. A page has more than one only where its server
 * sends `Cross-Origin-Opener-Policy: same-origin` and `Cross-Origin-Embedder-Policy: require-corp`.
 *
 * @returns what there is now: how many threads, and which build
 * @throws UnsupportedError where WebAssembly or its SIMD is missing or a page's policy forbids it, `relaxed` is asked for where relaxed
 *   SIMD is missing, `wide` where V8 cannot merge vectors, or threads > 1 is asked for where threads cannot share memory or a page refuses them
 * @throws OptionError where `threads` is not from 1 to 64 or "auto", `maxMemory` is less than 2 MiB or more than 4 GiB, or `wasm` is
 *   compiled already and there are several threads, cannot be had, is something else, or not the build that `relaxed` says; where
 *   `relaxed` is asked for in a bundle or a page without `wasm`, or `wide` together with `relaxed` or `wasm`
 * @throws StateError where an earlier call asked for something else
 * @throws ThreadError where a thread does not start
 * @example
 * ```ts
 * import { init } from "kobai";
 * await init(); // or init({ threads: "auto" })
 * ```
 */
export async function init(given?: InitOptions): Promise<EngineInfo> {
  const options = optionsOf("init", given, rules);
  const isFirst = starting === undefined;
  starting ??= start(options).catch((error: unknown) => {
    starting = undefined;
    throw error;
  });
  const first = await starting;
  if (!isFirst) await checkSame(options, first);
  return engineInfo();
}

async function start({
  threads = 1,
  relaxed = false,
  wide = false,
  maxMemory = MAX_PAGES * PAGE,
  ...files
}: InitOptions): Promise<Started> {
  for (const [name, given] of Object.entries({ relaxed, ...files })) {
    if (!wide || !given) continue;
    throw new OptionError(
      `init: wide has a build of its own, and does not go with ${name}: leave one of them out`,
    );
  }
  checkSupport(relaxed);
  const pages = Math.floor(maxMemory / PAGE);
  const count = await threadCount(threads);
  const shared = count > 1;
  const memory = new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: pages, shared });
  const build = relaxed ? "relaxed" : (await takesWide(wide)) ? "wide" : "plain";
  const { kernels, modules } = await loadKernels(memory, { shared, build }, files);
  const lanes = new Lanes(kernels, memory);
  if (shared) {
    await lanes.start(count, modules).catch((error: unknown) => {
      // Lane 0 goes on alone.
      if (threads !== "auto") throw error;
    });
  }
  const heap = new Heap(memory, HEAP_BASE, pages * PAGE);
  const info = { threads: lanes.count, relaxed, wide: build === "wide", maxMemory: pages * PAGE };
  current = { kernels, heap, lanes, info, auto: threads === "auto" ? lanes.count : undefined };
  return current;
}

/** @throws UnsupportedError where the wide build is asked for and cannot be had */
async function takesWide(wide: boolean | "auto"): Promise<boolean> {
  if (!wide) return false;
  const missing = await missingForWide();
  if (missing === undefined || wide === "auto") return missing === undefined;
  throw new UnsupportedError(`init: wide needs ${missing}. Leave the option out, or say "auto".`);
}

/** What the wide build needs and does not find, in words that follow "wide needs". */
async function missingForWide(): Promise<string | undefined> {
  if (!isNode) return "Node: no page can ask its V8 for merged vectors";
  const build = await importNode("kobai/wide").catch(() => undefined);
  return build ? build.whatIsMissing() : "kobai as it is installed: that build is not part of a bundle";
}

/** @throws StateError where `options` ask for something else than there is */
async function checkSame(
  { threads, relaxed, wide = "auto", maxMemory }: InitOptions,
  { info, auto }: Started,
): Promise<void> {
  // "auto" is what it was before; asked for the first time it is as many as could be.
  const known = threads === "auto" ? auto : undefined;
  const asked = {
    threads: known ?? (await threadCount(threads ?? info.threads)),
    relaxed: relaxed ?? info.relaxed,
    wide: wide === "auto" ? info.wide : wide,
    maxMemory: maxMemory === undefined ? info.maxMemory : Math.floor(maxMemory / PAGE) * PAGE,
  };
  for (const name of ["threads", "relaxed", "wide", "maxMemory"] as const) {
    if (asked[name] === info[name]) continue;
    throw new StateError(
      `init: ${name} is ${info[name]} since the first call, and cannot become ${asked[name]}: ` +
        "give the options to the first call alone, or use a worker",
    );
  }
}

/**
 * What `init` has set up, and what is left of it: the threads that compute now.
 *
 * @throws StateError before `init()`
 * @example engineInfo().threads; // 1
 */
export function engineInfo(): EngineInfo {
  const { lanes, info } = started();
  return { ...info, threads: lanes.count };
}

/**
 * Ends the threads of `init({ threads })`, for whoever does not want them to wait for more work. Everything else stays and goes on with
 * the calling thread alone. Does nothing where there is one thread, or before `init()`.
 *
 * @example await close();
 */
export async function close(): Promise<void> {
  await current?.lanes.close();
}

function started(): Started {
  if (!current) throw new StateError("kobai is not ready: call `await init()` once before anything else");
  return current;
}

/** The engine, for whatever needs it. @throws StateError before `init()` has finished */
export function engine(): Engine {
  return started();
}

/**
 * Bytes of linear memory held, and by whom.
 *
 * @throws StateError before `init()`
 * @example Object.values(memoryReport().owners).reduce((sum, bytes) => sum + bytes, 0) === memoryReport().held; // true
 */
export function memoryReport(): HeapReport {
  return engine().heap.report();
}
