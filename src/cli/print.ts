// What the command says: whole lines, of which a terminal obeys nothing, to readers that may have gone.

import { printable } from "../printable.ts";

/**
 * Writes a line to standard output.
 *
 * @throws what the system says where it cannot be written; not where the reader has gone (`kobai train | head`)
 */
export function print(line: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(`${withoutControls(line)}\n`, (error) => {
      if (error && (error as NodeJS.ErrnoException).code !== "EPIPE") reject(outputError(error));
      else resolve();
    });
  });
}

/** Writes a line to standard error. Where that is not possible there is nobody to be told. */
export function complain(line: string): void {
  process.stderr.write(`kobai: ${withoutControls(line)}\n`);
}

/** A line of any length, without what a terminal would obey. */
export function withoutControls(line: string): string {
  return printable(line, Number.POSITIVE_INFINITY);
}

/** Streams tell whoever writes a line that it failed; the event of it would end the process. */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
}

function outputError(cause: Error): Error {
  return Object.assign(new Error(`standard output: ${cause.message}`, { cause }), { syscall: "write" });
}
