import { KobaiError } from "../errors.ts";
import { nameOf } from "./place.ts";

/**
 * A file that cannot be read or written.
 * @example
 * ```ts
 * import { FileError, loadSafetensors } from "kobai/io";
 * const error = await loadSafetensors("there is none.safetensors").catch((each) => each);
 * error instanceof FileError; // true
 * error.code; // "ENOENT"
 * ```
 */
export class FileError extends KobaiError {
  override name = "FileError";
  readonly path: string;
  /** the system's name of what went wrong, as "ENOENT", "EEXIST" or "ENOSPC"; undefined where the system did not complain */
  readonly code: string | undefined;

  constructor(path: string, problem: string, code?: string, cause?: unknown) {
    super(`${nameOf(path)}: ${problem}`, cause === undefined ? undefined : { cause });
    this.path = path;
    this.code = code;
  }

  /** What the system said of `path`, as "cannot be read: ENOENT: no such file or directory". */
  static from(path: string, problem: string, cause: unknown): FileError {
    if (cause instanceof FileError) return cause;
    const { code, message } = cause as NodeJS.ErrnoException;
    // Node goes on with the name of the call and the path, which nobody has made fit for a terminal.
    return new FileError(path, `${problem}: ${String(message).split(",", 1)}`, code, cause);
  }
}
