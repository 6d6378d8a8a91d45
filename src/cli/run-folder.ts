// The folder that a run's results go into. Before training begins it is only looked at; it is made when there is something to put into
// it, so that a run that ends before leaves nothing behind, however it ends. Nothing in it is ever overwritten.

import { accessSync, constants, lstatSync, readdirSync, statSync } from "node:fs";
import { mkdir, readdir, rm, rmdir, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { isTemporary } from "../io/atomic.ts";
import { FileError } from "../io/file-error.ts";

const RUNS = "runs";
const NOT_MADE = "cannot be made or written to";
/** A folder of a run in there: its time, and a number where there were several in that second. */
const timedFolder = /^\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}(-\d+)?$/;
/** After this time nobody is about to put something into a folder that is empty. */
const STALE_MILLISECONDS = 60 * 60 * 1000;

/** The folder of a run. */
export class RunFolder {
  /** as it was asked for; otherwise it is called by the time */
  readonly #asked: string | undefined;
  readonly #time = new Date();
  /** temporary files of runs that were killed, and when each was last written */
  readonly #left: ReadonlyMap<string, number>;
  /** where the folder is, and the first of the folders that were made for it */
  #made: { readonly path: string; readonly first: string | undefined } | undefined;

  /**
   * Looks whether the folder can be made and written to, as far as that can be seen.
   *
   * @param asked - where it should be; by default `runs/` and the time, in the current folder
   * @param given - resumed: whether it is that of a run that goes on, which has something in it
   * @throws FileError where there is already something, or the folder cannot be made or written to
   */
  constructor(asked?: string, { resumed = false } = {}) {
    this.#asked = asked;
    const path = asked ?? RUNS;
    try {
      const names = look(path);
      if (asked !== undefined && !resumed && !names.every(isTemporary)) {
        throw new FileError(
          path,
          "already exists and is not empty; name a new folder, nothing is overwritten",
        );
      }
      const left = asked === undefined ? [] : names.filter(isTemporary);
      this.#left = new Map(left.map((name) => [name, statSync(join(path, name)).mtimeMs]));
    } catch (cause) {
      throw FileError.from(path, NOT_MADE, cause);
    }
  }

  /**
   * Makes the folder, if it is not there.
   *
   * @returns its path
   * @throws FileError where that is not possible any more
   */
  async make(): Promise<string> {
    if (this.#made) return this.#made.path;
    try {
      this.#made =
        this.#asked === undefined ? await makeTimedFolder(this.#time) : await makeFolder(this.#asked);
      return this.#made.path;
    } catch (cause) {
      throw FileError.from(this.#asked ?? RUNS, NOT_MADE, cause);
    }
  }

  /** Removes what killed runs have left: here, or, where folders are called by the time, in those beside this one. */
  async tidy(): Promise<void> {
    const { path } = this.#made ?? {};
    if (path === undefined) return;
    for (const [name, time] of this.#left) await removeUnchanged(join(path, name), time);
    if (this.#asked === undefined) await tidyRuns(RUNS);
  }

  /** Removes the temporary files of a write that was given up. */
  async removeTemporaries(): Promise<void> {
    const { path } = this.#made ?? {};
    if (path === undefined) return;
    for (const name of await readdir(path).catch(() => [])) {
      if (isTemporary(name) && !this.#left.has(name)) await rm(join(path, name), { force: true });
    }
  }

  /** Removes the folder, and those that were made for it, where nothing came into them. */
  async removeIfEmpty(): Promise<void> {
    if (!this.#made) return;
    // rmdir refuses a folder that holds anything, which is what we want.
    for (const each of madeFolders(this.#made.path, this.#made.first)) await rmdir(each).catch(() => {});
  }
}

async function makeFolder(path: string) {
  return { path, first: await mkdir(path, { recursive: true }) };
}

async function makeTimedFolder(time: Date) {
  const first = await mkdir(RUNS, { recursive: true });
  const name = join(RUNS, time.toISOString().slice(0, 19).replaceAll(":", "-"));
  for (let attempt = 1; ; attempt++) {
    const path = attempt === 1 ? name : `${name}-${attempt}`;
    try {
      // Not recursive: it must fail where the folder exists, also if another run made it just now.
      await mkdir(path);
      return { path, first: first ?? path };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}

/** The folders from `path` up to `first`, which was the first to be made for it; none where that is undefined. */
function madeFolders(path: string, first: string | undefined): string[] {
  const folders: string[] = [];
  if (first === undefined) return folders;
  for (let at = path; ; at = dirname(at)) {
    folders.push(at);
    if (resolve(at) === resolve(first) || at === dirname(at)) return folders;
  }
}

/**
 * What a folder holds; nothing where it is still to be made. Making it to see whether that is possible would be in the way of other runs
 * that look at the same time.
 *
 * @throws what the system says where it, or the nearest folder above it that is there, cannot be written to
 */
function look(path: string): string[] {
  for (let at = path; ; at = dirname(at)) {
    try {
      const names = readdirSync(at);
      accessSync(at, constants.W_OK);
      return at === path ? names : [];
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // A link to nothing is there, and no folder.
      const isMissing = code === "ENOENT" && lstatSync(at, { throwIfNoEntry: false }) === undefined;
      if (!isMissing || at === dirname(at)) throw error;
    }
  }
}

/** Removes a temporary file if nobody has written it since. */
async function removeUnchanged(path: string, time: number): Promise<void> {
  try {
    if ((await stat(path)).mtimeMs === time) await rm(path);
  } catch {
    // Somebody else has.
  }
}

/** Removes folders in which a run was killed before its first file was whole. */
async function tidyRuns(runs: string): Promise<void> {
  for (const name of await readdir(runs).catch(() => [])) {
    const path = join(runs, name);
    if (!timedFolder.test(name)) continue;
    try {
      const names = await readdir(path);
      const { mtimeMs } = await stat(path);
      if (!names.every(isTemporary) || Date.now() - mtimeMs < STALE_MILLISECONDS) continue;
      for (const each of names) await rm(join(path, each), { force: true });
      await rmdir(path);
    } catch {
      // Somebody else's, or somebody else was faster.
    }
  }
}
