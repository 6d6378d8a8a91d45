// Files appear whole or not at all: written beside their place, flushed to disk, then renamed into it.

import { importNode } from "../node.ts";

let written = 0;

/**
 * Writes a file so that whoever opens `path`, even after a crash, sees either what was there before or all of `content`.
 *
 * @param content - bytes, or text to be written as UTF-8
 * @throws what the file system says; then `path` is as it was, and no temporary file stays behind
 * @example await writeFileAtomic("history.json", JSON.stringify(history));
 */
export async function writeFileAtomic(path: string, content: Uint8Array | string): Promise<void> {
  const { open, rename, rm } = await importNode("node:fs/promises");
  const { basename, dirname, join } = await importNode("node:path");
  // In the same folder, since a rename replaces a file atomically only within one file system.
  const temporary = join(dirname(path), `.${basename(path)}.${globalThis.process.pid}-${written++}.tmp`);
  const file = await open(temporary, "wx");
  try {
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
