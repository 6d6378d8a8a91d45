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
  const { length } = bytes;
  let c = ~before;
  let i = 0;
  for (; i + SLICES <= length; i += SLICES) {
    c ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    c =
      table[0x700 | (c & 255)]! ^
      table[0x600 | ((c >>> 8) & 255)]! ^
      table[0x500 | ((c >>> 16) & 255)]! ^
      table[0x400 | (c >>> 24)]! ^
      table[0x300 | bytes[i + 4]!]! ^
      table[0x200 | bytes[i + 5]!]! ^
      table[0x100 | bytes[i + 6]!]! ^
      table[bytes[i + 7]!]!;
  }
  for (; i < length; i++) c = (c >>> 8) ^ table[(c ^ bytes[i]!) & 255]!;
  return ~c >>> 0;
}
