// How the wasm travels inside the code: as text, sorted by what its bytes mean, so that a page's own compression (gzip, Brotli) finds
// what repeats. In a wasm file little does: two loops that are alike differ in the numbers of their locals, and a kernel's float32 and
// float64 instance in their opcodes. So
//
// - opcodes and operands are kept apart: the opcodes of such loops are equal;
// - a local is named by how recently it was used among those of its type, which is mostly a small number;
// - opcodes for floats of either width are twins: where a function is one for float64, each stands for the other.
//
// gzip then makes 17 kB of it, half of what it makes of the file in base64. scripts/wasm.js packs, and knows wasm's instructions; this
// side only follows a table.

// The streams: ranks of locals, one of each type; from MEMORY on the operands of loads and stores, other numbers, constants.
const MEMORY = 5;
const NUMBERS = 6;
/** The stream that is counted in bytes; the others are counted in numbers of one or more bytes (LEB128). */
const CONSTANTS = 7;
/** No stream, but a vector constant that repeats its first bytes. */
const SPLAT = 8;
/** A body begins, as plain (1) or as one for float64 (2); or the last has ended (3). */
const FUNCTION = 9;
/** From here on the token itself names a local of the first type, i32. */
const RANK = 10;
/** Of the table. */
const COLUMNS = 7;

/** Reads bytes from text: one digit each, or from 87 on two, of which the first is above 87. Digits count from "a", past "~" from "#". */
function reader(text: string): () => number {
  // The pages of Jest have no encoder, which is faster.
  const codes =
    typeof TextEncoder === "function"
      ? new TextEncoder().encode(text)
      : Uint8Array.from(text, (character) => character.charCodeAt(0));
  let at = 0;
  return () => {
    const digit = (codes[at++]! - 5) % 92;
    return digit < 87 ? digit : (digit - 87) * 87 + ((codes[at++]! - 5) % 92);
  };
}

/**
 * The wasm file that `pack` of scripts/wasm.js made these texts of.
 *
 * @param size of the file, in bytes
 * @param table how many kinds of tokens there are, and columns: what each is, how many operands it has, its twin (0 the one before, 1 itself,
 *   2 the one behind), where in its row its own bytes end, and these
 * @param tokens in the order of the file
 * @param streams see above
 */
export function unpack(
  size: number,
  table: string,
  tokens: string,
  ...streams: string[]
): Uint8Array<ArrayBuffer> {
  const entry = reader(table);
  const rows = entry();
  const columns = Array.from({ length: COLUMNS }, () => Array.from({ length: rows }, entry));
  const kinds = Array.from({ length: rows }, (_, row) => columns.map((column) => column[row]!));
  const swapped = kinds.map(([, , twin], row) => kinds[row + twin! - 1]!);
  const token = reader(tokens);
  const sources = streams.map(reader);
  const number = sources[NUMBERS]!;
  const out = new Uint8Array(size);
  let meanings = kinds;
  let body = 0;
  let locals: number[][] = [];
  let integers: number[] = [];
  // Written for the first run, which is the only one: an interpreter's time goes into calls and allocations.
  for (let to = 0; to < size; ) {
    const kind = meanings[token()]!;
    const what = kind[0]!;
    const count = kind[1]!;
    for (let i = 4, end = kind[3]!; i < end; i++) out[to++] = kind[i]!;
    if (count === 0) continue;
    if (what >= RANK) {
      let rank = what - RANK;
      const local = integers[rank]!;
      for (; rank > 0; rank--) integers[rank] = integers[rank - 1]!;
      integers[0] = local;
      out[to++] = local;
    } else if (what < MEMORY) {
      const recent = locals[what]!;
      let rank = sources[what]!();
      const local = recent[rank]!;
      for (; rank > 0; rank--) recent[rank] = recent[rank - 1]!;
      recent[0] = local;
      out[to++] = local;
    } else if (what === FUNCTION) {
      // The size of a body stands before it, and is known when it has ended.
      if (body > 0) to += insertSize(out, body, to);
      body = to;
      if (count === 3) continue;
      meanings = count === 2 ? swapped : kinds;
      locals = [[], [], [], [], []];
      integers = locals[0]!;
      let local = 0;
      for (let parameters = number(); parameters > 0; parameters--) integers.push(local++);
      let groups = number();
      out[to++] = groups;
      for (; groups > 0; groups--) {
        let left = number();
        const type = number();
        out[to++] = left;
        out[to++] = 127 - type;
        for (; left > 0; left--) locals[type]!.push(local++);
      }
    } else {
      const source = sources[what === SPLAT ? CONSTANTS : what]!;
      for (let left = count; left > 0; ) {
        const byte = source();
        out[to++] = byte;
        if (what >= CONSTANTS || byte < 128) left--;
      }
      if (what === SPLAT) for (let left = 16 - count; left > 0; left--, to++) out[to] = out[to - count]!;
    }
  }
  return out;
}

/** Moves a body to make room for its size, in LEB128, before it; returns how far. */
function insertSize(out: Uint8Array, start: number, end: number): number {
  const bytes: number[] = [];
  let rest = end - start;
  for (; rest > 127; rest >>= 7) bytes.push((rest & 127) | 128);
  bytes.push(rest);
  out.copyWithin(start + bytes.length, start, end);
  out.set(bytes, start);
  return bytes.length;
}
