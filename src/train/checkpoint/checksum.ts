// By what a checkpoint that was damaged is known: the format itself has no checksum, and weights may be any numbers.

import { show } from "../../check.ts";
import { DataError } from "../../errors.ts";
import { bytesOf } from "../../io/bytes.ts";
import { crc32 } from "../../io/crc32.ts";
import type { Safetensors } from "../../io/safetensors.ts";
import type { Tensor } from "../../tensor.ts";

/** Where it stands in a file's metadata. */
export const CHECKSUM = "kobai crc32";

/**
 * The CRC-32 of a file's other metadata, names and texts in the order of the names, and of its tensors' bytes as they lie in the file; in eight
 * hexadecimal digits.
 */
export function checksumOf(
  metadata: Readonly<Record<string, string>>,
  tensors: Readonly<Record<string, Tensor>>,
): string {
  const texts = Object.entries(metadata)
    .filter(([name]) => name !== CHECKSUM)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const first = crc32(new TextEncoder().encode(JSON.stringify(texts)));
  const all = Object.values(tensors).reduce((before, { data }) => crc32(bytesOf(data), before), first);
  return all.toString(16).padStart(8, "0");
}

/**
 * Files without one, of others or of before there was one, are taken as they are.
 *
 * @throws DataError where the file is not what was written
 */
export function checkChecksum(file: string, { metadata, tensors }: Safetensors): void {
  const written = Object.hasOwn(metadata, CHECKSUM) ? metadata[CHECKSUM]! : undefined;
  if (written === undefined) return;
  const found = checksumOf(metadata, tensors);
  if (written === found) return;
  throw new DataError(
    `${file}: is damaged: its CRC-32 is ${found}, but it was written with ${show(written)}; ` +
      `take a copy, or, if it was changed on purpose, leave ${JSON.stringify(CHECKSUM)} out of its metadata`,
  );
}
