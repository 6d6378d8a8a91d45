// What scripts/wasm.js has to know of WebAssembly's instructions: the operands of each, and which differ in the width of their floats only.

/**
 * The streams that operands are kept in. LOCALS are five of them, one for each type. CONSTANTS are bytes, the others numbers (LEB128).
 */
export const LOCALS = 0;
export const MEMORY = 5;
export const NUMBERS = 6;
export const CONSTANTS = 7;
export const STREAMS = 8;

/**
 * The operands of an opcode: their stream, and how many. Before them, how many numbers are better taken as part of the opcode: they have
 * few values, each of which goes with some opcodes.
 */
export function operands(opcode, sub) {
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

/** From ranges of opcodes that are alike but for the width of a float: the first for float32, the first for float64, how many. */
function twins(ranges) {
  const pairs = ranges.flatMap(([narrow, wide, count]) =>
    Array.from({ length: count }, (_, i) => [narrow + i, wide + i]),
  );
  return new Map([
    ...pairs.map(([narrow, wide]) => [narrow, { opcode: wide, isWide: false }]),
    ...pairs.map(([narrow, wide]) => [wide, { opcode: narrow, isWide: true }]),
  ]);
}

const floats = twins([
  [0x2a, 0x2b, 1], // load
  [0x38, 0x39, 1], // store
  [0x43, 0x44, 1], // const
  [0x5b, 0x61, 6], // comparisons
  [0x8b, 0x99, 14], // arithmetic
]);

/** Behind 0xfd: lanes of 32 and of 64 bits. */
const vectors = twins([
  [9, 10, 1], // load and splat
  [19, 20, 1], // splat
  [31, 33, 1], // lanes
  [32, 34, 1],
  [65, 71, 6], // comparisons
  [86, 87, 1], // load and store a lane
  [90, 91, 1],
  [92, 93, 1], // load with zeros
  [171, 203, 1], // shifts of integers
  [173, 205, 1],
  [174, 206, 1], // integers added, subtracted
  [177, 209, 1],
  [224, 236, 12], // arithmetic
]);

/** The opcode that does the same with floats of the other width, and whether `opcode` is for the wide; undefined where there is none. */
export function twin(opcode, sub) {
  if (opcode === 0xfd) return vectors.get(sub);
  return sub === undefined ? floats.get(opcode) : undefined;
}
