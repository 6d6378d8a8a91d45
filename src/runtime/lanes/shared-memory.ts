// The wasm is compiled for a memory of one thread. Nothing in its code depends on that: what a memory is like stands in one place, the
// flags of the memory that the module imports. Setting one bit there gives the module for a shared memory, so there is one file for
// both.
//
// What is read here (https://webassembly.github.io/spec/core/binary/modules.html): a module is a magic number and a version, 4 bytes
// each, then sections. A section is an id, its size, and its content; that of the imports (id 2) is a count and so many imports: the
// name of a module, the name of an item, a kind, and what the kind needs. Sizes, counts and indices are LEB128: 7 bits a byte, the
// lowest first, the top bit set on all bytes but the last.

const IMPORTS = 2;
enum Kind {
  function,
  table,
  memory,
  global,
}
/** Flags of a memory. */
const HAS_MAXIMUM = 1;
const IS_SHARED = 2;

/**
 * The same module for a shared memory.
 *
 * @returns a copy; where there is no memory to import the copy is as it was, for the compiler to judge
 */
export function forSharedMemory(source: BufferSource): Uint8Array<ArrayBuffer> {
  const bytes = copyOf(source);
  const at = memoryFlags(bytes);
  // A shared memory must say how large it may become.
  if (at !== undefined && bytes[at] === HAS_MAXIMUM) bytes[at] = HAS_MAXIMUM | IS_SHARED;
  return bytes;
}

function copyOf(source: BufferSource): Uint8Array<ArrayBuffer> {
  return ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength).slice()
    : new Uint8Array(source).slice();
}

/** Where the flags of the imported memory are. */
function memoryFlags(bytes: Uint8Array): number | undefined {
  let at = 8;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  const skipName = () => {
    const length = number();
    at += length;
  };
  const skipLimits = () => {
    const flags = number();
    number();
    if (flags & HAS_MAXIMUM) number();
  };
  while (at < bytes.length) {
    const id = number();
    const length = number();
    const end = at + length;
    if (id === IMPORTS) {
      for (let left = number(); left > 0; left--) {
        skipName();
        skipName();
        const kind: Kind = number();
        if (kind === Kind.memory) return at;
        if (kind === Kind.function) number();
        else if (kind === Kind.table) {
          number();
          skipLimits();
        } else at += 2;
      }
    }
    at = end;
  }
  return undefined;
}
