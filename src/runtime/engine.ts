import "../globals.ts";
import { anything, flag, options as optionsOf, type Rule } from "../check.ts";
import { StateError, UnsupportedError } from "../errors.ts";
import { Heap, type HeapReport } from "./heap.ts";
import { Lanes } from "./lanes/lanes.ts";
import { type Threads, threadCount, threadsRule } from "./lanes/threads.ts";
import { type Kernels, loadKernels } from "./wasm.ts";
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
  /** How far linear memory may grow, in bytes. Default and most: 4 GiB, all that wasm's addresses reach. */
  maxMemory?: number;
  /** The wasm file, for pages that stream it (`fetch("…/kobai.wasm")`; with `relaxed`, kobai-relaxed.wasm). Default: the copy inside this module. */
  wasm?: WasmSource;
}

/** What `init` has set up. */
export interface EngineInfo {
  /** threads that compute, the calling one included */
  readonly threads: number;
  /** whether matmul uses fused multiply-add where the processor has it */
  readonly relaxed: boolean;
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
/** `wasm` is checked where it is used. */
const rules = { threads: threadsRule, relaxed: flag, maxMemory: memoryRule, wasm: anything };

let current: Started | undefined;
let starting: Promise<Started> | undefined;

/**
 * Compiles the kernels and starts the threads: once, before anything else of kobai runs. Later calls return at once.
 *
 * Threads end with the process or page, or with `close()`; they keep no process alive. A page has more than one only where its server
 * sends `Cross-Origin-Opener-Policy: same-origin` and `Cross-Origin-Embedder-Policy: require-corp`.
 *
 * @returns what there is now: how many threads, and which build
 * @throws UnsupportedError where WebAssembly or its SIMD is missing or a page's policy forbids it, `relaxed` is asked for where relaxed
 *   SIMD is missing, or threads > 1 is asked for where threads cannot share memory or a page refuses them
 * @throws OptionError where `threads` is not from 1 to 64 or "auto", `maxMemory` is less than 2 MiB or more than 4 GiB, or `wasm` is
 *   compiled already and there are several threads, cannot be had, is something else, or not the build that `relaxed` says; where
 *   `relaxed` is asked for in a bundle or a page without `wasm`
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
  maxMemory = MAX_PAGES * PAGE,
  wasm,
}: InitOptions): Promise<Started> {
  if (typeof WebAssembly !== "object") {
    throw new UnsupportedError(
      "init: this runtime has no WebAssembly. Use Node 20 or newer, or a current browser.",
    );
  }
  const pages = Math.floor(maxMemory / PAGE);
  const count = await threadCount(threads);
  const shared = count > 1;
  const memory = new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: pages, shared });
  const { kernels, module } = await loadKernels(memory, { shared, relaxed }, wasm);
  const lanes = new Lanes(kernels, memory);
  if (shared) {
    await lanes.start(count, module).catch((error: unknown) => {
      // Lane 0 goes on alone.
      if (threads !== "auto") throw error;
    });
  }
  const heap = new Heap(memory, kernels.heapBase(), pages * PAGE);
  const info = { threads: lanes.count, relaxed, maxMemory: pages * PAGE };
  current = { kernels, heap, lanes, info, auto: threads === "auto" ? lanes.count : undefined };
  return current;
}

/** @throws StateError where `options` ask for something else than there is */
async function checkSame(
  { threads, relaxed, maxMemory }: InitOptions,
  { info, auto }: Started,
): Promise<void> {
  // "auto" is what it was before; asked for the first time it is as many as could be.
  const known = threads === "auto" ? auto : undefined;
  const asked = {
    threads: known ?? (await threadCount(threads ?? info.threads)),
    relaxed: relaxed ?? info.relaxed,
    maxMemory: maxMemory === undefined ? info.maxMemory : Math.floor(maxMemory / PAGE) * PAGE,
  };
  for (const name of ["threads", "relaxed", "maxMemory"] as const) {
    if (asked[name] === info[name]) continue;
    throw new StateError(
      `init: ${name} is ${info[name]} since the first call, and cannot become ${asked[name]}: ` +
        "give the options to the first call alone, or use a worker, which has a kobai of its own",
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
