// The wide build: V8 can merge two neighbouring operations on vectors of 128 bits into one of 256 when it compiles wasm. It is an
// experiment behind a flag of V8, read when a function is optimized. So everything is optimized at once, while the flag is on, and
// then the flag is as it was: no other module of the process is compiled with it, and threads that get the module get this code.

import extension from "../../build/kobai-extension-wide.wasm";
import wasm from "../../build/kobai-wide.wasm";
import { importNode } from "../node.ts";
import { forSharedMemory } from "./lanes/shared-memory.ts";
import { unpack } from "./unpack.ts";

/** The versions that this has been tried with: what a flag of an experiment does in another, nobody knows. */
const VERSIONS = [24, 26];

/** Merge pairs. */
const MERGE = "experimental-wasm-revectorize";
/**
 * Optimize all functions at once, instead of each when it has run for a while. Without what Liftoff counts there is nothing to go by for
 * V8's inlining, which ends the process then (V8 14); Binaryen has inlined what pays.
 */
const NOT_WHILE_COMPILING = ["liftoff", "wasm-lazy-compilation", "wasm-inlining"];

/** How much faster the probe must be when it is merged; it is twice as fast where a processor has 256-bit units. */
const FASTER = 1.4;
/** The fewest and the most times that the probe is run in either form, of which the fastest counts: other programs may disturb some. */
const LEAST_RUNS = 5;
const MOST_RUNS = 3000;
/** After so many runs, a pause: what disturbs them, in the other half of the core perhaps, may last longer than they do. */
const RUNS_AT_ONCE = 100;
const PAUSE_MS = 10;
const TURNS = 5000;

type SetFlags = typeof import("node:v8").setFlagsFromString;

/**
 * What the wide build needs and does not find in this process, in words that follow "wide needs"; undefined where it has all of it.
 *
 * @internal
 */
export async function whatIsMissing(): Promise<string | undefined> {
  const lacks = whatRuntimeLacks(process);
  if (lacks) return lacks;
  return (await isFaster((await importNode("node:v8")).setFlagsFromString))
    ? undefined
    : "a processor with 256-bit vectors (AVX2): here a loop is not faster when V8 has been told to merge its vectors";
}

const packed = { wasm, extension };

/**
 * Compiles the wide build of a module, with pairs merged, where nothing is missing.
 *
 * @param shared whether the memory is shared with other threads
 * @internal
 */
export async function compileWide(module: keyof typeof packed, shared: boolean): Promise<WebAssembly.Module> {
  const bytes = unpack(...packed[module]);
  const { setFlagsFromString } = await importNode("node:v8");
  return compile(shared ? forSharedMemory(bytes) : bytes, setFlagsFromString, true);
}

function whatRuntimeLacks({ arch, versions }: Pick<NodeJS.Process, "arch" | "versions">): string | undefined {
  const others = ["bun", "deno"].filter((name) => name in versions);
  const version = Number.parseInt(versions.node, 10);
  if (others.length > 0) return `Node ${VERSIONS.join(" or ")}; this is ${others[0]}`;
  if (!VERSIONS.includes(version)) return `Node ${VERSIONS.join(" or ")}; this is Node ${versions.node}`;
  if (arch !== "x64") return `an x64 processor; this is ${arch}`;
  return undefined;
}

/** Compiles a module to its end. @param merges whether pairs are merged */
function compile(bytes: Uint8Array<ArrayBuffer>, setFlags: SetFlags, merges: boolean): WebAssembly.Module {
  const flags = NOT_WHILE_COMPILING.map((name) => ({ set: `--no-${name}`, reset: `--${name}` }));
  if (merges) flags.push({ set: `--${MERGE}`, reset: `--no-${MERGE}` });
  // Whoever has started Node with a flag wants to keep it.
  const own = flags.filter(({ set }) => !process.execArgv.includes(set));
  for (const { set } of own) setFlags(set);
  try {
    return new WebAssembly.Module(bytes);
  } finally {
    for (const { reset } of own) setFlags(reset);
  }
}

/** Whether a loop is much faster when its pairs are merged. */
async function isFaster(setFlags: SetFlags): Promise<boolean> {
  const [plain, merged] = [false, true].map((merges) => {
    const { exports } = new WebAssembly.Instance(compile(probe(merges), setFlags, merges));
    const run = exports.run as (turns: number) => void;
    return () => {
      const start = performance.now();
      run(TURNS);
      return performance.now() - start;
    };
  }) as [() => number, () => number];
  let [slow, fast] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let runs = 1; runs <= MOST_RUNS; runs++) {
    slow = Math.min(slow, plain());
    fast = Math.min(fast, merged());
    if (runs >= LEAST_RUNS && slow > FASTER * fast) return true;
    if (runs % RUNS_AT_ONCE === 0) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return false;
}

/** Vectors of the probe: so many independent additions that their latency does not show, in either form. */
const VECTORS = 12;

/**
 * A module of one function run(turns), which adds `turns` to each of VECTORS vectors so many times, and then stores them: V8 looks for pairs
 * from neighbouring stores backwards.
 *
 * @param merged a byte that nobody reads: V8 compiles a module once and takes it again for the same bytes, whatever its flags are by then
 */
function probe(merged: boolean): Uint8Array<ArrayBuffer> {
  const section = (id: number, ...content: number[]) => [id, content.length, ...content];
  const [turns, step, first] = [0, 1, 2];
  const [get, set] = [0x20, 0x21];
  const add = [0xfd, 0xae, 1];
  const vectors = Array.from({ length: VECTORS }, (_, i) => first + i);
  const code = [
    // v128 locals: the step, the sums
    ...[1, VECTORS + 1, 0x7b],
    // step = i32x4.splat(turns)
    ...[get, turns, 0xfd, 17, set, step],
    // loop
    ...[0x03, 0x40],
    ...vectors.flatMap((v) => [get, v, get, step, ...add, set, v]),
    // turns -= 1, and again where that is not 0
    ...[get, turns, 0x41, 1, 0x6b, 0x22, turns, 0x0d, 0, 0x0b],
    // v128.store at 0, 16, …; the upper one of each pair first
    ...[...vectors].reverse().flatMap((v) => [0x41, 0, get, v, 0xfd, 11, 4, ...leb(16 * (v - first))]),
    0x0b,
  ];
  return Uint8Array.of(
    ...[0, 97, 115, 109, 1, 0, 0, 0],
    ...section(0, 1, 0x77, Number(merged)),
    ...section(1, 1, 0x60, 1, 0x7f, 0),
    ...section(3, 1, 0),
    ...section(5, 1, 0, 1),
    ...section(7, 1, 3, 0x72, 0x75, 0x6e, 0, 0),
    ...[10, ...leb(code.length + 1 + leb(code.length).length), 1, ...leb(code.length), ...code],
  );
}

/** A number in LEB128. */
function leb(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(value >> 7)];
}
