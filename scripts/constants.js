// The wide build's vector constants come from memory. V8 puts one of 256 bits together from two halves wherever it is used, in loops as well,
// with seven instructions; loading a number into all places of a vector is one, and what was loaded stays in a register, or on the stack. So
// each constant that repeats one number is loaded where its function begins, from a table in front of the module's own data.

import { readFileSync, writeFileSync } from "node:fs";
import binaryen from "binaryen";

const CONSTANT = /v128\.const i32x4 (0x[0-9a-f]{8}) (0x[0-9a-f]{8}) (0x[0-9a-f]{8}) (0x[0-9a-f]{8})/g;
/** These take one instruction. */
const CHEAP = ["0x00000000", "0xffffffff"];

/** The bytes of 32-bit words, as the text format writes them. */
function escaped(words) {
  const bytes = new Uint8Array(Uint32Array.from(words, Number).buffer);
  return [...bytes].map((byte) => `\\${byte.toString(16).padStart(2, "0")}`).join("");
}

/** The table: where each constant lies. */
class Table {
  #places = new Map();

  /** @param begin its address */
  constructor(begin) {
    this.end = begin;
  }

  /** The address of a number of one or two words, at a multiple of its size. */
  place(words) {
    const key = words.join();
    if (!this.#places.has(key)) {
      const size = 4 * words.length;
      const at = (this.end + size - 1) & -size;
      this.#places.set(key, { at, words });
      this.end = at + size;
    }
    return this.#places.get(key).at;
  }

  segments() {
    return [...this.#places.values()]
      .map(({ at, words }) => ` (data (i32.const ${at}) "${escaped(words)}")\n`)
      .join("");
  }
}

/** A function's text with its constants in locals. */
function inLocals(text, table) {
  const locals = new Map();
  const local = (constant, a, b, c, d) => {
    const isSplat = a === c && b === d;
    if (!isSplat || (a === b && CHEAP.includes(a))) return constant;
    const words = a === b ? [a] : [a, b];
    const name = `$constant${table.place(words)}`;
    locals.set(name, words);
    return `local.get ${name}`;
  };
  const body = text.replace(CONSTANT, local);
  const declared = [...locals.keys()].map((name) => `  (local ${name} v128)\n`);
  const loads = [...locals].map(
    ([name, words]) =>
      `  i32.const ${table.place(words)}\n  v128.load${32 * words.length}_splat\n  local.set ${name}\n`,
  );
  const head = /^ \(func .*\n(?: {2}\(local .*\n)*/.exec(body)[0];
  return head + declared.join("") + loads.join("") + body.slice(head.length);
}

/** A module's text with its constants in memory, from the address `begin` on. */
function withTable(wat, begin) {
  const table = new Table(begin);
  const parts = wat.split(/^(?= \(func )/m);
  const [before, ...functions] = parts;
  const text = functions.map((each) => inLocals(each, table)).join("");
  const own = Math.min(
    ...[...before.matchAll(/^ \(data \$\S+ \(i32\.const (\d+)\)/gm)].map(([, at]) => Number(at)),
  );
  if (table.end > own) {
    throw new Error(`scripts/constants.js: ${table.end} bytes of constants reach into the data at ${own}`);
  }
  return before + table.segments() + text;
}

/** Rewrites build/NAME.wat and build/NAME.wasm. */
export function putConstantsInMemory(name, begin) {
  const text = withTable(readFileSync(`build/${name}.wat`, "utf8"), begin);
  const module = binaryen.parseText(text);
  module.setFeatures(binaryen.Features.All);
  if (!module.validate())
    throw new Error(`scripts/constants.js: build/${name}.wat does not validate any more`);
  writeFileSync(`build/${name}.wat`, text);
  writeFileSync(`build/${name}.wasm`, module.emitBinary());
  module.dispose();
}
