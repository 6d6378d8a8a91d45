// CRC-32, as in zlib, gzip and PNG: a checksum against damage, not against intent. Whatever changes within 32 bits in a row changes it.

/** Bytes that are taken at once (Intel's "slicing by 8"). */
const SLICES = 8;
const POLYNOMIAL = 0xedb88320;

let tables: Int32Array | undefined;

/** Of each byte what it does to the checksum; then the same of the byte with one, two, … bytes behind it. */
function makeTables(): Int32Array {
  const made = new Int32Array(SLICES * 256);
  for (let byte = 0; byte < 256; byte++) {
    let c = byte;
    for (let bit = 0; bit < 8; bit++) c = (c >>> 1) ^ (c & 1 ? POLYNOMIAL : 0);
    made[byte] = c;
  }
  for (let i = 256; i < made.length; i++) made[i] = (made[i - 256]! >>> 8) ^ made[made[i - 256]! & 255]!;
  return made;
}

/**
 * The checksum of bytes.
 *
 * @param before that of what comes before them, default that of nothing
 * @example crc32(new TextEncoder().encode("123456789")); // 0xcbf43926
 */
export function crc32(bytes: Uint8Array, before = 0): number {
  tables ??= makeTables();
  const table = tables;
  const { buffer, byteOffset, length } = bytes;
  let c = ~before;
  const add = (from: number, to: number) => {
    for (let i = from; i < to; i++) c = (c >>> 8) ^ table[(c ^ bytes[i]!) & 255]!;
  };
  // Words lie at multiples of four.
  const first = Math.min(length, -byteOffset & 3);
  const pairs = (length - first) >> 3;
  const words = new Int32Array(buffer, byteOffset + (pairs > 0 ? first : -(byteOffset & 3)), 2 * pairs);
  add(0, first);
  for (let i = 0; i < words.length; i += 2) {
    const a = c ^ words[i]!;
    const b = words[i + 1]!;
    c =
      table[0x700 | (a & 255)]! ^
      table[0x600 | ((a >>> 8) & 255)]! ^
      table[0x500 | ((a >>> 16) & 255)]! ^
      table[0x400 | (a >>> 24)]! ^
      table[0x300 | (b & 255)]! ^
      table[0x200 | ((b >>> 8) & 255)]! ^
      table[0x100 | ((b >>> 16) & 255)]! ^
      table[b >>> 24]!;
  }
  add(first + 8 * pairs, length);
  return ~c >>> 0;
}
