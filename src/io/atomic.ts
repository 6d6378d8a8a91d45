// Files appear whole or not at all: written beside their place, flushed to disk, then moved into it.

import type { Stats } from "node:fs";
import { importNode } from "../node.ts";
import { FileError } from "./file-error.ts";

/** After this time without a write, nobody is writing a temporary file any more: its process was killed. */
const STALE_MILLISECONDS = 60 * 60 * 1000;

/** How `writeFileAtomic` treats what is there. */
export interface WriteOptions {
  /** whether the file may replace another; default true. Where not, a file that appears while this one is written stays as well. */
  readonly overwrite?: boolean;
}

/**
 * Writes a file so that whoever opens `path`, even after a crash, sees either what was there before or all of `content`.
 *
 * A link stays a link: the file that it leads to is replaced. A file that is replaced leaves its mode, and as far as the system allows
 * its owner, to the new one. A device or a pipe is written into. Temporary files of the same name that killed processes left behind are
 * removed once they are an hour old. Of several calls for one path that nobody waited for, the last one's content stays.
 *
 * @param content - bytes, or text to be written as UTF-8
 * @throws FileError with the system's `code`; then `path` is as it was, and no temporary file stays behind. Its code is "EEXIST" where
 *   something is there that must not be overwritten, even a link to nothing.
 * @example await writeFileAtomic("history.json", JSON.stringify(history));
 */
export async function writeFileAtomic(
  path: string,
  content: Uint8Array | string,
  { overwrite = true }: WriteOptions = {},
): Promise<void> {
  try {
    if (overwrite) await inTurn(path, () => replace(path, content));
    else await create(path, content);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST" && !overwrite) {
      throw new FileError(path, "already exists, and nothing is overwritten", "EEXIST", cause);
    }
    throw FileError.from(path, "cannot be written", cause);
  }
}

/** The last of the writes under way, by path. */
const underWay = new Map<string, Promise<void>>();

/** Writes after those of this path that were begun before: else which of them came last would be chance. */
async function inTurn(path: string, write: () => Promise<void>): Promise<void> {
  const own = (underWay.get(path) ?? Promise.resolve()).then(write, write);
  underWay.set(path, own);
  try {
    await own;
  } finally {
    if (underWay.get(path) === own) underWay.delete(path);
  }
}

/** Whether a file of this name is what a killed `writeFileAtomic` left behind. */
export function isTemporary(name: string): boolean {
  return /^\..*\.[0-9a-f]{24}\.tmp$/s.test(name);
}

async function replace(path: string, content: Uint8Array | string): Promise<void> {
  const { access, constants, rename, stat, writeFile } = await importNode("node:fs/promises");
  const before = await ifThere(stat(path));
  if (before?.isDirectory()) throw new FileError(path, "is a folder, and no file can replace it", "EISDIR");
  // Nobody sees half of what goes through a device or a pipe; and a file in place of /dev/null would be a surprise.
  if (before !== undefined && !before.isFile()) return writeFile(path, content);
  // A rename asks for the folder's permission only.
  if (before !== undefined) await access(path, constants.W_OK);
  const target = await followLinks(path);
  await viaTemporary(target, content, before, (temporary) => rename(temporary, target));
}

async function create(path: string, content: Uint8Array | string): Promise<void> {
  const { link, lstat, open, rename, rm } = await importNode("node:fs/promises");
  // Before the work of writing; what appears later is seen by link, which fails where anything has the name.
  if ((await ifThere(lstat(path))) !== undefined) throw new FileError(path, "already exists", "EEXIST");
  await viaTemporary(path, content, undefined, async (temporary) => {
    try {
      await link(temporary, path);
      await rm(temporary);
    } catch (error) {
      if (!hasNoLinks(error)) throw error;
      // The name is taken by an empty file, which only we have made and may replace.
      await (await open(path, "wx")).close();
      await rename(temporary, path).catch(async (failure: unknown) => {
        await rm(path, { force: true });
        throw failure;
      });
    }
  });
}

/** Whether the file system is one that has no second names for files, as FAT. */
function hasNoLinks(error: unknown): boolean {
  return ["EPERM", "ENOSYS", "ENOTSUP", "EOPNOTSUPP"].includes((error as NodeJS.ErrnoException).code ?? "");
}

async function viaTemporary(
  path: string,
  content: Uint8Array | string,
  before: Stats | undefined,
  move: (temporary: string) => Promise<void>,
): Promise<void> {
  const { open, rm } = await importNode("node:fs/promises");
  const { basename, dirname, join } = await importNode("node:path");
  const folder = dirname(path);
  // In the same folder, since a rename replaces a file atomically only within one file system. The name is random: a process number
  // and a count come again, in a container at every start. It begins with some of the file's, all of which may be too long.
  const prefix = `.${[...basename(path)].slice(0, 40).join("")}.`;
  const temporary = join(folder, `${prefix}${randomDigits()}.tmp`);
  const file = await open(temporary, "wx", before === undefined ? 0o666 : 0o600);
  try {
    try {
      await file.writeFile(content);
      if (before !== undefined) {
        // Only the superuser may give files away. The mode comes after, since a new owner takes bits of it away.
        await file.chown(before.uid, before.gid).catch(() => {});
        await file.chmod(before.mode & 0o777);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await move(temporary);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(folder);
  await removeStale(folder, prefix);
}

/** Where a chain of links ends, whether or not a file is there: one that goes round has been refused by stat. */
async function followLinks(path: string): Promise<string> {
  const { readlink, realpath } = await importNode("node:fs/promises");
  const { dirname, resolve } = await importNode("node:path");
  for (let end = path; ; ) {
    const next = await readlink(end).catch(() => undefined);
    if (next === undefined) return end;
    // A link's ".." is that of the folder it lies in, whatever link led there.
    end = resolve(await realpath(dirname(end)), next);
  }
}

/** A file's name is on disk when its folder is. Not every system can flush a folder; the file itself is safe then, too. */
async function syncFolder(folder: string): Promise<void> {
  const { open } = await importNode("node:fs/promises");
  try {
    const handle = await open(folder, "r");
    await handle.sync().finally(() => handle.close());
  } catch {
    // Windows
  }
}

async function removeStale(folder: string, prefix: string): Promise<void> {
  const { readdir, rm, stat } = await importNode("node:fs/promises");
  const { join } = await importNode("node:path");
  try {
    for (const name of await readdir(folder)) {
      if (!name.startsWith(prefix) || !isTemporary(name)) continue;
      const { mtimeMs } = await stat(join(folder, name));
      if (Date.now() - mtimeMs > STALE_MILLISECONDS) await rm(join(folder, name));
    }
  } catch {
    // The file is written; what else lies in its folder is no reason to say that it is not.
  }
}

function randomDigits(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}

async function ifThere<T>(stats: Promise<T>): Promise<T | undefined> {
  try {
    return await stats;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
