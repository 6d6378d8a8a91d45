// The files of a run: each is tried, whatever becomes of the others.

import { mkdtemp, readdir, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { writeFileAtomic } from "../io/atomic.ts";
import { FileError } from "../io/file-error.ts";
import type { RunFolder } from "./run-folder.ts";

type Content = string | Uint8Array;

/** A file to be written. Its content is made when its turn comes. */
export interface Result {
  readonly name: string;
  content(): Content | Promise<Content>;
}

/** A file of which it turns out when its turn comes whether there is anything to write. */
export interface PossibleResult {
  readonly name: string;
  content(): Content | undefined | Promise<Content | undefined>;
}

/** What became of them. */
export interface Written {
  readonly paths: readonly string[];
  readonly failures: readonly unknown[];
}

/** How long a write under way is waited for when the rest is given up. */
const PATIENCE_MS = 100;

/** Writes the files of a run into its folder. */
export class ResultWriter {
  readonly #folder: RunFolder;
  #current: Promise<unknown> = Promise.resolve();
  #givenUp = false;

  constructor(folder: RunFolder) {
    this.#folder = folder;
  }

  /**
   * Writes the first file, which must not be lost: what the folder does not take goes into one for temporary files. Then writes the
   * others. Where something has appeared in the folder that has the name of one of them (the results of another run, say), all of
   * them get a number.
   */
  async write([first, ...others]: readonly [Result, ...PossibleResult[]]): Promise<Written> {
    const paths: string[] = [];
    const failures: unknown[] = [];
    let content: Content | undefined;
    let folder: string | undefined;
    let number = 1;
    try {
      content = await first.content();
      folder = await this.#now(this.#folder.make());
      const names = [first, ...others].map(({ name }) => name);
      number = await this.#claim(folder, names, content);
      paths.push(join(folder, numbered(first.name, number)));
    } catch (error) {
      failures.push(error);
      if (content !== undefined && !this.#givenUp)
        await this.#rescue(first.name, content, { paths, failures });
    }
    for (const { name, content } of folder === undefined ? [] : others) {
      if (this.#givenUp) break;
      const path = join(folder as string, numbered(name, number));
      try {
        const made = await content();
        if (made === undefined) continue;
        await this.#write(path, made);
        paths.push(path);
      } catch (error) {
        failures.push(error);
      }
    }
    await this.#folder.tidy();
    await this.#folder.removeIfEmpty();
    return { paths, failures };
  }

  /** Writes a file in the place of the one of that name. */
  async replace(name: string, content: Content): Promise<void> {
    const folder = await this.#now(this.#folder.make());
    if (!this.#givenUp) await this.#now(writeFileAtomic(join(folder, name), content));
  }

  /** Gives up what is not written yet, before the process ends, and takes back what was begun. */
  async giveUp(): Promise<void> {
    this.#givenUp = true;
    await Promise.race([this.#current.catch(() => {}), delay(PATIENCE_MS)]);
    await this.#folder.removeTemporaries();
    await this.#folder.removeIfEmpty();
  }

  /** Writes the first file under the first number that none of the names has; that number. */
  async #claim(folder: string, names: readonly string[], content: Content): Promise<number> {
    const [name] = names as [string];
    for (let number = 1; ; number++) {
      const there = await readdir(folder);
      if (names.some((each) => there.includes(numbered(each, number)))) continue;
      try {
        await this.#write(join(folder, numbered(name, number)), content);
        return number;
      } catch (error) {
        // Another run was faster.
        if (!(error instanceof FileError && error.code === "EEXIST")) throw error;
      }
    }
  }

  async #rescue(name: string, content: Content, written: { paths: string[]; failures: unknown[] }) {
    let folder: string | undefined;
    try {
      folder = await mkdtemp(join(tmpdir(), "kobai-"));
      const path = join(folder, name);
      await this.#write(path, content);
      written.paths.push(path);
    } catch (error) {
      written.failures.push(error);
      if (folder !== undefined) await rmdir(folder).catch(() => {});
    }
  }

  async #write(path: string, content: Content): Promise<void> {
    if (this.#givenUp) throw new FileError(path, "not written: the run was given up");
    await this.#now(writeFileAtomic(path, content, { overwrite: false }));
  }

  #now<T>(work: Promise<T>): Promise<T> {
    this.#current = work;
    return work;
  }
}

/** "weights-2.safetensors" */
function numbered(name: string, number: number): string {
  if (number === 1) return name;
  const extension = extname(name);
  return `${name.slice(0, name.length - extension.length)}-${number}${extension}`;
}
