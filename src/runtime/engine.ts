import { OptionError, StateError, UnsupportedError } from "../errors.ts";
import { Heap, type HeapReport } from "./heap.ts";
import { type Kernels, loadKernels, type WasmSource } from "./wasm.ts";

const PAGE = 65536;
const INITIAL_PAGES = 32;
/** All that 32-bit addresses reach. */
const MAX_PAGES = 65536;

/** Options of `init`. */
export interface InitOptions {
  /** How far linear memory may grow, in bytes. Default and most: 4 GiB, all that wasm's addresses reach. */
  maxMemory?: number;
  /** The wasm file, for pages that stream it (`fetch("…/kobai.wasm")`). Default: the copy inside this module. */
  wasm?: WasmSource;
}

/** The compiled kernels and the memory they work on: one of each in a JavaScript realm. */
export interface Engine {
  readonly kernels: Kernels;
  readonly heap: Heap;
}

let current: Engine | undefined;
let starting: Promise<void> | undefined;

/**
 * Compiles the kernels: once, before anything else of kobai runs. Later calls return at once.
 *
 * @throws UnsupportedError where WebAssembly or its SIMD is missing
 * @throws OptionError where `maxMemory` is less than 2 MiB or more than 4 GiB
 * @example
 * ```ts
 * import { init } from "kobai";
 * await init();
 * ```
 */
export function init(options: InitOptions = {}): Promise<void> {
  starting ??= start(options).catch((error: unknown) => {
    starting = undefined;
    throw error;
  });
  return starting;
}

async function start({ maxMemory = MAX_PAGES * PAGE, wasm }: InitOptions): Promise<void> {
  if (typeof WebAssembly !== "object") {
    throw new UnsupportedError(
      "init: this runtime has no WebAssembly. Use Node 20 or newer, or a current browser.",
    );
  }
  const pages = Math.floor(maxMemory / PAGE);
  if (!(pages >= INITIAL_PAGES && pages <= MAX_PAGES)) {
    throw new OptionError(
      `init: maxMemory must be from ${INITIAL_PAGES * PAGE} (2 MiB) to ${MAX_PAGES * PAGE} (4 GiB); got ${maxMemory}`,
    );
  }
  const memory = new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: pages });
  const kernels = await loadKernels(memory, wasm);
  current = { kernels, heap: new Heap(memory, kernels.heapBase(), pages * PAGE) };
}

/** The engine, for whatever needs it. @throws StateError before `init()` has finished */
export function engine(): Engine {
  if (!current) throw new StateError("kobai is not ready: call `await init()` once before anything else");
  return current;
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
