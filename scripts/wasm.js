// How a .wasm file gets into the code: `import packed from "….wasm"` gives its bytes, packed as texts that compress well:
// src/runtime/unpack.ts says how, and unpacks them. Every bundle of this repository is made with `wasmFiles`.

import { readFileSync, writeFileSync } from "node:fs";
import { CONSTANTS, LOCALS, MEMORY, NUMBERS, operands, STREAMS, twin } from "./instructions.js";

// What a token stands for, beside opcodes with operands in a stream.
const SPLAT = 8;
const FUNCTION = 9;
/** An i32 local that was used last, or before that, or before that. */
const RANK = 10;
const RANKS = 3;

/** Types of locals, by how far they are below 0x7f: i32, i64, f32, f64, v128. */
const I32 = 0;
const F32 = 2;
const F64 = 3;
const TYPES = 5;

/** How many bytes take one character. */
const DIGITS = 87;
/** Of the table: what, count, twin, where its own bytes end, these. */
const COLUMNS = 7;

/** i32.const, and those of its values that are better taken as part of the opcode: 0, 1 and -1. */
const I32_CONST = 0x41;
const usual = [0, 1, 0x7f];

/** Reads a file's numbers and instructions. */
class Reader {
  at = 8;

  constructor(wasm) {
    this.wasm = wasm;
  }

  /** The bytes of a LEB128 number. */
  leb() {
    const start = this.at;
    while (this.wasm[this.at++] & 128);
    return [...this.wasm.subarray(start, this.at)];
  }

  number() {
    return this.leb().reduce((sum, byte, i) => sum + (byte & 127) * 2 ** (7 * i), 0);
  }

  list(item) {
    return Array.from({ length: this.number() }, item);
  }

  /** An instruction: its opcode, what is taken as part of it, and its operands with their stream. */
  instruction() {
    const opcode = this.wasm[this.at++];
    const sub = opcode >= 0xfc ? this.number() : undefined;
    let [stream, count, more = 0] = operands(opcode, sub);
    if (opcode === I32_CONST && usual.includes(this.wasm[this.at])) [count, more] = [0, 1];
    // br_table: a count, and one more label than it says
    if (opcode === 0x0e) count = this.wasm[this.at] + 2;
    const numbers = (length) => Array.from({ length }, () => this.leb()).flat();
    const own = numbers(more);
    const start = this.at;
    if (stream === CONSTANTS) this.at += count;
    else numbers(count);
    return { opcode, sub, own, stream, count, bytes: [...this.wasm.subarray(start, this.at)] };
  }
}

/** The functions of a file, and where they begin and end. */
function functionsOf(wasm) {
  const reader = new Reader(wasm);
  const number = () => reader.number();
  let types = [];
  let typeOf = [];
  const body = (_, index) => {
    const end = number() + reader.at;
    const groups = reader.list(() => ({ count: number(), type: number() }));
    const instructions = [];
    while (reader.at < end) instructions.push(reader.instruction());
    return { parameters: types[typeOf[index]] ?? 0, groups, instructions };
  };
  while (reader.at < wasm.length) {
    const section = wasm[reader.at++];
    const end = number() + reader.at;
    if (section === 1) {
      types = reader.list(() => {
        reader.at++;
        const parameters = reader.list(number).length;
        reader.list(number);
        return parameters;
      });
    } else if (section === 3) typeOf = reader.list(number);
    else if (section === 10) {
      const length = number();
      const start = reader.at;
      return { start, functions: Array.from({ length }, body), end };
    }
    reader.at = end;
  }
  return { start: wasm.length, functions: [], end: wasm.length };
}

/** Collects tokens and the streams of their operands. */
class Texts {
  #kinds = new Map();
  #tokens = [];
  #isSwapped = false;
  streams = Array.from({ length: STREAMS }, () => []);

  /** @param kind what it is, how many operands it has, its own bytes @param twin the kind that it stands for in a swapped function */
  token(kind, twin = kind) {
    const [plain, swapped] = [this.#kind(kind), this.#kind(twin)];
    plain.twin = swapped;
    swapped.twin = plain;
    const named = this.#isSwapped ? swapped : plain;
    named.uses++;
    this.#tokens.push(named);
  }

  #kind(numbers) {
    const key = numbers.join();
    if (!this.#kinds.has(key)) this.#kinds.set(key, { numbers, uses: 0 });
    return this.#kinds.get(key);
  }

  bytes(bytes) {
    for (const byte of bytes) {
      this.token([CONSTANTS, 1]);
      this.streams[CONSTANTS].push(byte);
    }
  }

  /** One body; see `unpack`. */
  function({ parameters, groups, instructions }) {
    const widths = instructions.map(({ opcode, sub }) => twin(opcode, sub)?.isWide);
    const count = (isWide) => widths.filter((each) => each === isWide).length;
    const isSwapped = count(true) > count(false);
    this.#isSwapped = false;
    this.token([FUNCTION, isSwapped ? 2 : 1]);
    this.#isSwapped = isSwapped;
    const types = groups.map(({ type }) => 0x7f - type);
    this.streams[NUMBERS].push(parameters, groups.length);
    for (const [i, group] of groups.entries()) this.streams[NUMBERS].push(group.count, types[i]);

    const classes = [
      new Array(parameters).fill(I32),
      ...groups.map((group, i) => new Array(group.count).fill(types[i])),
    ].flat();
    if (classes.length > 127) throw new Error("scripts/wasm.js: a function has more than 127 locals");
    if (types.some((type) => type >= TYPES))
      throw new Error("scripts/wasm.js: a local is no number or vector");
    const recent = Array.from({ length: TYPES }, (_, type) =>
      [...classes.keys()].filter((local) => classes[local] === type),
    );
    for (const instruction of instructions) {
      if (instruction.stream === LOCALS) this.#local(instruction, classes, recent);
      else this.#instruction(instruction);
    }
  }

  #local({ opcode, bytes: [local] }, classes, recent) {
    const list = recent[classes[local]];
    const rank = list.indexOf(local);
    list.splice(rank, 1);
    list.unshift(local);
    const type = classes[local];
    if (type === I32 && rank < RANKS) {
      this.token([RANK + rank, 1, opcode]);
      return;
    }
    const kind = (type) => [LOCALS + type, 1, opcode];
    this.token(kind(type), kind(type === F32 ? F64 : type === F64 ? F32 : type));
    this.streams[LOCALS + type].push(rank);
  }

  #instruction(instruction) {
    const { opcode, sub, stream, count, bytes } = instruction;
    if (opcode === 0x0e) {
      // br_table's list is copied number by number.
      this.token([stream, 0, opcode]);
      for (let left = count; left > 0; left--) this.token([stream, 1]);
      this.streams[stream].push(...bytes);
      return;
    }
    const isSplat = (width) => bytes.every((byte, i) => byte === bytes[i % width]);
    const widths = this.#isSwapped ? [8, 4] : [4, 8];
    const width = opcode === 0xfd && sub === 12 ? widths.find(isSplat) : undefined;
    const splat = (bytes) => [SPLAT, bytes, ...bytesOf(opcode, sub)];
    if (width) this.token(splat(width), splat(12 - width));
    else this.token(kindOf(instruction), twinOf(instruction));
    this.streams[stream].push(...bytes.slice(0, width));
  }

  end() {
    this.#isSwapped = false;
    this.token([FUNCTION, 3]);
  }

  /** The table of kinds, the tokens, the streams. */
  all() {
    const byUse = [...this.#kinds.values()].sort((a, b) => b.uses - a.uses);
    // Those that take two characters anyway compress better where neighbours are alike.
    const rare = byUse.splice(DIGITS).sort((a, b) => compare(a.numbers, b.numbers));
    const kinds = [...new Set([...byUse, ...rare].flatMap((kind) => [kind, kind.twin]))];
    const index = new Map(kinds.map((kind, i) => [kind, i]));
    const rows = kinds.map((kind, i) => {
      const [what, count, ...own] = kind.numbers;
      return [what, count, 1 + index.get(kind.twin) - i, 4 + own.length, ...own];
    });
    const columns = Array.from({ length: COLUMNS }, (_, column) => rows.map((row) => row[column] ?? 0));
    return [[rows.length, ...columns.flat()], this.#tokens.map((kind) => index.get(kind)), ...this.streams];
  }
}

/** Which of two lists of numbers comes first. */
function compare(a, b) {
  const at = a.findIndex((number, i) => number !== b[i]);
  return at < 0 ? a.length - b.length : a[at] - (b[at] ?? -1);
}

/** An opcode's bytes. */
function bytesOf(opcode, sub) {
  if (sub === undefined) return [opcode];
  return sub < 128 ? [opcode, sub] : [opcode, (sub & 127) | 128, sub >> 7];
}

/** An instruction as a kind of token. */
function kindOf({ opcode, sub, own, stream, count }) {
  return [stream, count, ...bytesOf(opcode, sub), ...own];
}

/** The kind of token for the instruction that does the same with floats of the other width, if there is one. */
function twinOf({ opcode, sub, own, stream, count }) {
  const other = twin(opcode, sub);
  if (!other) return undefined;
  const opcodes = sub === undefined ? { opcode: other.opcode } : { opcode, sub: other.opcode };
  const step = other.isWide ? -1 : 1;
  if (stream === MEMORY && own[0] + step < 0) return undefined;
  return kindOf({
    ...opcodes,
    stream,
    // what is part of a load's or store's opcode is its alignment, as a power of two
    own: stream === MEMORY ? own.map((alignment) => alignment + step) : own,
    count: stream === CONSTANTS ? (other.isWide ? 4 : 8) : count,
  });
}

/** What `unpack` takes. */
export function pack(wasm) {
  const { start, functions, end } = functionsOf(wasm);
  const texts = new Texts();
  texts.bytes(wasm.subarray(0, start));
  for (const each of functions) texts.function(each);
  texts.end();
  texts.bytes(wasm.subarray(end));
  return [wasm.length, ...texts.all().map(text)];
}

/** Bytes as characters, none of which needs an escape: see `reader` in src/runtime/unpack.ts. */
function text(bytes) {
  const digit = (value) => String.fromCharCode(35 + ((value + 62) % 92));
  return bytes
    .map((byte) =>
      byte < DIGITS ? digit(byte) : digit(DIGITS + Math.floor(byte / DIGITS)) + digit(byte % DIGITS),
    )
    .join("");
}

const moduleBeside = (path) => path.replace(/\.wasm$/, ".js");

/** Packs a .wasm file of build/ into a module beside it: it takes a quarter of a second, and dozens of bundles are made of it. */
export function writeModule(path) {
  const packed = pack(readFileSync(path)).map((each) => JSON.stringify(each));
  writeFileSync(moduleBeside(path), `export default [\n${packed.join(",\n")}];\n`);
}

/** The module that stands for a .wasm file of build/. */
export function moduleOf(path) {
  return readFileSync(moduleBeside(path), "utf8");
}

/** The esbuild plugin. */
export const wasmFiles = {
  name: "wasm-files",
  setup({ onLoad }) {
    onLoad({ filter: /\.wasm$/ }, ({ path }) => ({ contents: moduleOf(path) }));
  },
};
