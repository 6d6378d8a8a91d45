// How a .wasm file gets into the code: `import packed from "….wasm"` gives its bytes, packed as texts that compress well:
// src/runtime/unpack.ts says how, and unpacks them. Every bundle of this repository is made with `wasmFiles`.

import { readFileSync } from "node:fs";

const LOCALS = 0;
const MEMORY = 1;
const NUMBERS = 2;
const CONSTANTS = 3;
/** No stream, but the locals used last: their tokens say which. */
const RANK = 4;
const RANKS = 3;

/**
 * The operands of an opcode, as a stream and how many of it: LEB128 numbers, but bytes of CONSTANTS. Before them, how many numbers are
 * better taken as part of the opcode: they have few values, each of which goes with some opcodes.
 */
function operands(opcode, sub) {
  const none = [NUMBERS, 0];
  switch (opcode) {
    case 0x02: // block, loop, if: their types
    case 0x03:
    case 0x04:
    case 0x0c: // br, br_if: how far out
    case 0x0d:
      return [NUMBERS, 0, 1];
    case 0x10: // call
    case 0x3f: // memory.size, memory.grow
    case 0x40:
    case 0x41: // i32.const, i64.const
    case 0x42:
      return [NUMBERS, 1];
    case 0x0e: // br_table: a list, copied by itself
      return none;
    case 0x43: // f32.const
      return [CONSTANTS, 4];
    case 0x44: // f64.const
      return [CONSTANTS, 8];
    case 0xfc:
      if (sub === 10) return [NUMBERS, 2]; // memory.copy
      if (sub === 11) return [NUMBERS, 1]; // memory.fill
      if (sub < 8) return none; // saturating truncations
      break;
    case 0xfd:
      if (sub <= 11 || sub === 92 || sub === 93) return [MEMORY, 1, 1]; // loads, stores: the alignment
      if (sub === 12 || sub === 13) return [CONSTANTS, 16]; // v128.const, i8x16.shuffle
      if (sub >= 21 && sub <= 34) return [NUMBERS, 1]; // lanes
      if (sub >= 84 && sub <= 91) return [MEMORY, 2, 1]; // loads and stores of lanes
      return none;
    case 0xfe:
      return sub === 3 ? [NUMBERS, 1] : [MEMORY, 1, 1]; // atomics; the fence
  }
  if (opcode >= 0x20 && opcode <= 0x22) return [LOCALS, 1];
  if (opcode >= 0x28 && opcode <= 0x3e) return [MEMORY, 1, 1];
  const plain = opcode <= 0x01 || opcode === 0x05 || opcode === 0x0b || opcode === 0x0f;
  if (plain || opcode === 0x1a || opcode === 0x1b || (opcode >= 0x45 && opcode <= 0xc4)) return none;
  throw new Error(`scripts/wasm.js does not know the opcode 0x${opcode.toString(16)} ${sub ?? ""}`);
}

/** What `unpack` takes. */
export function pack(wasm) {
  const kinds = new Map();
  const tokens = [];
  const streams = [[], [], [], []];
  let at = 8;
  /** The bytes of the number at `at`, and past it. */
  const number = () => {
    const start = at;
    while (wasm[at++] & 128);
    return wasm.subarray(start, at);
  };
  const value = (leb) => leb.reduce((sum, byte, i) => sum + (byte & 127) * 2 ** (7 * i), 0);
  const token = (own, stream, count) => {
    const key = [own.length + 2, stream, count, ...own].join();
    const kind = kinds.get(key) ?? { key, uses: 0 };
    kind.uses++;
    kinds.set(key, kind);
    tokens.push(kind);
  };
  const copyByte = () => {
    token([], CONSTANTS, 1);
    streams[CONSTANTS].push(wasm[at++]);
  };
  const copyNumber = () => {
    token([], NUMBERS, 1);
    const leb = number();
    streams[NUMBERS].push(...leb);
    return value(leb);
  };

  let recent;
  const copyInstruction = () => {
    const start = at;
    const opcode = wasm[at++];
    const sub = opcode >= 0xfc ? value(number()) : undefined;
    const [stream, count, more = 0] = operands(opcode, sub);
    for (let left = more; left > 0; left--) number();
    const own = wasm.subarray(start, at);
    if (stream === LOCALS) {
      const [local, ...high] = number();
      if (high.length > 0) throw new Error("scripts/wasm.js: a function has more than 128 locals");
      const rank = recent.indexOf(local);
      recent.splice(rank, 1);
      recent.unshift(local);
      if (rank < RANKS) token(own, RANK + rank, 1);
      else {
        token(own, LOCALS, 1);
        streams[LOCALS].push(rank);
      }
      return;
    }
    token(own, stream, count);
    // br_table: a count, and one more label than it says
    if (opcode === 0x0e) for (let left = copyNumber(); left >= 0; left--) copyNumber();
    for (let left = count; left > 0; left--) {
      if (stream === CONSTANTS) streams[stream].push(wasm[at++]);
      else streams[stream].push(...number());
    }
  };

  for (at = 0; at < 8; ) copyByte();
  while (at < wasm.length) {
    const section = wasm[at];
    copyByte();
    const bytes = copyNumber();
    const end = at + bytes;
    if (section === 10) {
      for (let functions = copyNumber(); functions > 0; functions--) {
        token([], LOCALS, 0);
        recent = Array.from({ length: 128 }, (_, local) => local);
        const bodyBytes = copyNumber();
        const bodyEnd = at + bodyBytes;
        for (let groups = copyNumber(); groups > 0; groups--) {
          copyNumber();
          copyNumber();
        }
        while (at < bodyEnd) copyInstruction();
      }
    }
    while (at < end) copyByte();
  }
  const byUse = [...kinds.values()].sort((a, b) => b.uses - a.uses);
  byUse.forEach((kind, index) => {
    kind.index = index;
  });
  const table = [byUse.length, ...byUse.flatMap(({ key }) => key.split(",").map(Number))];
  return [wasm.length, ...[table, tokens.map(({ index }) => index), ...streams].map(text)];
}

/** Bytes as characters, none of which needs an escape. */
function text(bytes) {
  const digit = (value) => String.fromCharCode(value + 35 === 92 ? 33 : value + 35);
  return bytes
    .map((byte) => (byte < 88 ? digit(byte) : digit(87 + Math.floor(byte / 88)) + digit(byte % 88)))
    .join("");
}

/** The module that stands for a .wasm file of build/. */
export function moduleOf(path) {
  const packed = pack(readFileSync(path)).map((each) => JSON.stringify(each));
  return `export default [\n${packed.join(",\n")}];\n`;
}

/** The esbuild plugin. */
export const wasmFiles = {
  name: "wasm-files",
  setup({ onLoad }) {
    onLoad({ filter: /\.wasm$/ }, ({ path }) => ({ contents: moduleOf(path) }));
  },
};
