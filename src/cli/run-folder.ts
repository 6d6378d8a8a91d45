// The folder that a run's results go into. It is made before training begins, and never one that holds anything.

import { access, constants, mkdir, readdir, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { DataError } from "../errors.ts";

/** The folder of a run. */
export interface RunFolder {
  path: string;
  /** whether it did not exist before */
  isNew: boolean;
}

/**
 * Makes the folder of a run.
 *
 * @param folder - where it should be; by default `runs/` and the time, in the current folder
 * @throws DataError where there is already something, or the folder cannot be made or written to
 */
export async function createRunFolder(folder?: string): Promise<RunFolder> {
  try {
    if (folder === undefined) return { path: await createTimedFolder(new Date()), isNew: true };
    const isNew = (await mkdir(folder, { recursive: true })) !== undefined;
    if ((await readdir(folder)).length > 0) {
      throw new DataError(
        `${folder}: already exists and is not empty; name a new folder, nothing is overwritten`,
      );
    }
    await access(folder, constants.W_OK);
    return { path: folder, isNew };
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    throw new DataError(`${folder ?? "runs"}: cannot be made or written to: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** Takes back a folder that was made for a run, where nothing came into it. */
export async function removeIfEmpty({ path, isNew }: RunFolder): Promise<void> {
  // rmdir refuses a folder that holds anything, which is what we want.
  if (isNew) await rmdir(path).catch(() => {});
}

async function createTimedFolder(now: Date): Promise<string> {
  await mkdir("runs", { recursive: true });
  const name = join("runs", now.toISOString().slice(0, 19).replaceAll(":", "-"));
  for (let attempt = 1; ; attempt++) {
    const folder = attempt === 1 ? name : `${name}-${attempt}`;
    try {
      // Not recursive: it must fail where the folder exists, also if another run made it just now.
      await mkdir(folder);
      return folder;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}
