// Reads files of a known size, part by part.

import { importNode } from "../node.ts";
import { allocate } from "./bytes.ts";
import { FileError } from "./file-error.ts";
import { nameOf } from "./place.ts";

/** A file that is open for reading. */
export interface OpenFile {
  readonly path: string;
  readonly size: number;
  /** `length` bytes from `position` on, fewer where the file ends before */
  read(position: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Fills `target` with what stands at `position`. @throws FileError where the file ends before */
  readInto(target: Uint8Array, position: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a file.
 *
 * @throws FileError where it cannot be opened, or is no file: a folder; a device or a pipe, which may go on without end
 */
export async function openFile(path: string): Promise<OpenFile> {
  const { open, stat } = await importNode("node:fs/promises");
  const problem = "cannot be read";
  const attempt = async <T>(promise: Promise<T>): Promise<T> => {
    try {
      return await promise;
    } catch (cause) {
      throw FileError.from(path, problem, cause);
    }
  };
  // Asked before it is opened: to open a pipe is to wait for its writer.
  const found = await attempt(stat(path));
  if (found.isDirectory()) throw new FileError(path, `${problem}: it is a folder`, "EISDIR");
  if (!found.isFile()) throw new FileError(path, `${problem}: it is no file, but a device or a pipe`);
  const handle = await attempt(open(path, "r"));
  const { size } = await handle.stat();
  const fill = async (target: Uint8Array, position: number): Promise<number> => {
    let filled = 0;
    while (filled < target.length) {
      const { bytesRead } = await attempt(
        handle.read(target, filled, Math.min(target.length - filled, LONGEST_READ), position + filled),
      );
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return filled;
  };
  return {
    path,
    size,
    async read(position, length) {
      const target = allocate(nameOf(path), Math.max(0, Math.min(length, size - position)));
      return target.subarray(0, await fill(target, position));
    },
    async readInto(target, position) {
      if ((await fill(target, position)) < target.length) {
        throw new FileError(path, "became shorter while it was read");
      }
    },
    close: () => handle.close(),
  };
}

/** Systems read at most 2 GiB at once. */
const LONGEST_READ = 2 ** 30;
