// How the wasm travels inside the code: as text, sorted by what its bytes mean, so that a page's own compression (gzip, Brotli) finds
// what repeats. In a wasm file little does: two loops that are alike differ in the numbers of their locals. With opcodes and
// operands kept apart, the opcodes of such loops are equal; and a local that is named by how recently it was used, not by its number,
// is mostly a small number. gzip then makes 15 kB of it, half of what it makes of the file in base64. scripts/wasm.js packs, and knows
// wasm's instructions; this side only follows a table.

/** The stream whose numbers name locals by how recently a function used them. */
const LOCALS = 0;
/** The stream that is counted in bytes; the others are counted in numbers of one or more bytes (LEB128). */
const CONSTANTS = 3;
/** From here on, no stream: the token itself names the local, RANK the one used last. */
const RANK = 4;

/**
 * Reads bytes from text: those below 88 are one character from "#" on, the others two, of which the first is one of the two that
 * follow. "!" stands for the backslash, so that no character needs an escape.
 */
function reader(text: string): () => number {
  const codes = new TextEncoder().encode(text);
  let at = 0;
  return () => {
    let code = codes[at++]!;
    let high = 0;
    if (code > 122) {
      high = (code - 122) * 88;
      code = codes[at++]!;
    }
    return high + (code === 33 ? 57 : code - 35);
  };
}

/**
 * The wasm file that `pack` of scripts/wasm.js made these texts of.
 *
 * @param size of the file, in bytes
 * @param table how many kinds of tokens there are; for each its length here, the stream of its operands, their count, its own bytes
 * @param tokens in the order of the file. One of LOCALS without operands and bytes of its own stands where a function begins.
 * @param streams locals, operands of loads and stores, other numbers, constants
 */
export function unpack(
  size: number,
  table: string,
  tokens: string,
  ...streams: string[]
): Uint8Array<ArrayBuffer> {
  const entry = reader(table);
  const kinds = Array.from({ length: entry() }, () => Array.from({ length: entry() }, entry));
  const token = reader(tokens);
  const sources = streams.map(reader);
  const out = new Uint8Array(size);
  let recent: number[] = [];
  // Written for the first run, which is the only one: an interpreter's time goes into calls and allocations.
  for (let to = 0; to < size; ) {
    const kind = kinds[token()]!;
    const stream = kind[0]!;
    for (let i = 2; i < kind.length; i++) out[to++] = kind[i]!;
    if (kind.length === 2 && stream === LOCALS) recent = Array.from({ length: 128 }, (_, local) => local);
    for (let left = kind[1]!; left > 0; ) {
      let byte = stream < RANK ? sources[stream]!() : stream - RANK;
      if (stream === LOCALS || stream >= RANK) {
        let rank = byte;
        byte = recent[rank]!;
        for (; rank > 0; rank--) recent[rank] = recent[rank - 1]!;
        recent[0] = byte;
      }
      out[to++] = byte;
      if (stream === CONSTANTS || byte < 128) left--;
    }
  }
  return out;
}
