// Files that grow by lines, and are cut back to a line that they held.

import type { FileHandle } from "node:fs/promises";
import { crc32 } from "../../io/crc32.ts";
import { FileError } from "../../io/file-error.ts";
import { importNode } from "../../node.ts";

/** A place in a file, and by what it is known again. */
export interface Place {
  /** bytes of the file up to there */
  readonly end: number;
  /** so many of them, right before it, have that checksum */
  readonly length: number;
  readonly crc32: number;
}

/** Bytes by which the end of a file is known again. */
const KNOWN = 1024;

/** Where a file ends, which need not be there yet; undefined of a device or a pipe. @throws FileError what the file system says */
export async function endOf(file: string): Promise<Place | undefined> {
  const { open, stat } = await importNode("node:fs/promises");
  const there = await stat(file).catch(() => undefined);
  if (!there) return { end: 0, length: 0, crc32: crc32(new Uint8Array()) };
  if (!there.isFile()) return undefined;
  try {
    const handle = await open(file, "r");
    try {
      const length = Math.min(there.size, KNOWN);
      return { end: there.size, length, crc32: crc32(await read(handle, length, there.size - length)) };
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw FileError.from(file, "cannot be read", cause);
  }
}

/**
 * Adds a line to a file.
 *
 * @param first given for the first line that a run writes: with the head that the file begins with, if it has one
 * @returns where the line lies; undefined in a device or a pipe
 * @throws FileError what the file system says, or where the file begins with another head
 */
export async function addLine(
  file: string,
  line: string,
  first?: { head: string | undefined },
): Promise<Place | undefined> {
  const { open } = await importNode("node:fs/promises");
  try {
    const before = first ? await beginning(file, first.head) : "";
    const bytes = new TextEncoder().encode(`${line}\n`);
    const handle = await open(file, "a");
    try {
      // In one piece, as far as the system can.
      await handle.appendFile(`${before}${line}\n`);
      const there = await handle.stat();
      return there.isFile() ? { end: there.size, length: bytes.length, crc32: crc32(bytes) } : undefined;
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw FileError.from(file, "cannot be written", cause);
  }
}

/**
 * Cuts a file back to a place.
 *
 * @param isOwn whether what is behind it may be cut off
 * @returns the place; undefined where the file has no such, or something else behind it, and stays as it is
 */
export async function cutBack<T extends Place>(
  file: string,
  at: T,
  isOwn: (behind: string) => boolean,
): Promise<T | undefined> {
  const { open, stat } = await importNode("node:fs/promises");
  const { end, length } = at;
  try {
    // Asked before it is opened: to open a pipe is to wait for its reader.
    const there = await stat(file).catch(() => undefined);
    if (!there?.isFile() || there.size < end || length > end) return undefined;
    const handle = await open(file, "r+");
    try {
      const found = await read(handle, length, end - length);
      if (crc32(found) !== at.crc32) return undefined;
      if (there.size === end) return at;
      if (!isOwn(new TextDecoder().decode(await read(handle, there.size - end, end)))) return undefined;
      await handle.truncate(end);
      return at;
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw FileError.from(file, "cannot be written", cause);
  }
}

/**
 * What comes before the first line that a fit writes: the head where the file is new; the end of a line that a killed process has begun.
 *
 * @throws FileError where the file begins with another head
 */
async function beginning(file: string, head: string | undefined): Promise<string> {
  const { open, stat } = await importNode("node:fs/promises");
  const there = await stat(file).catch(() => undefined);
  if (!there?.isFile() || there.size === 0) return head === undefined ? "" : `${head}\n`;
  const handle = await open(file, "r");
  try {
    if (head !== undefined) {
      const found = new TextDecoder().decode(
        await read(handle, new TextEncoder().encode(head).length + 1, 0),
      );
      // There may be more columns.
      if (!(found.startsWith(head) && /[,\n]$/.test(found))) {
        throw new FileError(file, "begins with other names than this fit has; name another file");
      }
    }
    return (await read(handle, 1, there.size - 1))[0] === NEW_LINE ? "" : "\n";
  } finally {
    await handle.close();
  }
}

const NEW_LINE = 10;

async function read(handle: FileHandle, length: number, at: number): Promise<Uint8Array> {
  const { buffer, bytesRead } = await handle.read(new Uint8Array(length), 0, length, at);
  return buffer.subarray(0, bytesRead);
}
