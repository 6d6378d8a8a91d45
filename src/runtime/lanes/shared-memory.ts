// The wasm is compiled for a memory of one thread. Nothing in its code depends on that: what a memory is like stands in one place, the
// flags of the memory that the module imports. Setting one bit there gives the module for a shared memory, so there is one file for
// both.

import type { WasmBytes } from "../wasm-source.ts";

/** How the import begins (https://webassembly.github.io/spec/core/binary/modules.html): two names, each after its length, and that it is a memory. */
const IMPORT = Array.from("\x03env\x06memory\x02", (character) => character.charCodeAt(0));
/** Flags of a memory, which come next. */
const HAS_MAXIMUM = 1;
const IS_SHARED = 2;

/**
 * The same module for a shared memory.
 *
 * @returns a copy; where there is no memory to import the copy is as it was, for the compiler to judge
 */
export function forSharedMemory(source: WasmBytes): Uint8Array<ArrayBuffer> {
  const bytes = copyOf(source);
  const start = bytes.findIndex(
    (byte, i) => byte === IMPORT[0] && IMPORT.every((each, j) => bytes[i + j] === each),
  );
  const at = start + IMPORT.length;
  // A shared memory must say how large it may become.
  if (start >= 0 && bytes[at] === HAS_MAXIMUM) bytes[at] = HAS_MAXIMUM | IS_SHARED;
  return bytes;
}

function copyOf(source: WasmBytes): Uint8Array<ArrayBuffer> {
  return ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength).slice()
    : new Uint8Array(source).slice();
}
