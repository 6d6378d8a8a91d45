import { check } from "../../check.ts";
import { FileError } from "../../io/file-error.ts";
import { locateFile, place } from "../../io/place.ts";
import { importNode } from "../../node.ts";
import type { History } from "../history.ts";
import type { Callback, FitRun } from "./callback.ts";

const remedy = "write down what onEvaluate is told";

/** A line of a log: where the fit stands, and the results of an evaluation, as "data.metric". */
type Row = Readonly<Record<string, unknown>>;

/**
 * Writes a line of JSON for every evaluation, or for every epoch where the fit has no `evaluate`, as soon as it is there:
 * `{ "step": 600, "epoch": 1, "loss": 0.3, "lr": 0.1, "data.loss": 0.31, "data.accuracy": 0.9 }`. `loss` is that of the last step. What
 * the file holds already stays in front.
 *
 * @param path a path, as a string or a `file:` URL
 * @throws OptionError where it is no path @throws FileError from `fit`, what the file system says
 * @throws UnsupportedError from `fit`, in a page, which has no files: there `onEvaluate` is told the same
 * @example
 * ```ts
 * import { crossEntropy, jsonLog, sgd } from "kobai";
 * const options = { loss: crossEntropy(), optimizer: sgd(), epochs: 3, evaluate: { data: test } };
 * await net.fit(train, { ...options, callbacks: [jsonLog("log.jsonl")] });
 * ```
 */
export function jsonLog(path: string | URL): Callback {
  return log("jsonLog", path, { line: (row) => JSON.stringify(row) });
}

/**
 * Writes the same as `jsonLog` as a table: comma-separated values, with a row of names in front where the file is new. Results that are lists
 * are written as JSON.
 *
 * @param path a path, as a string or a `file:` URL
 * @throws OptionError where it is no path @throws FileError from `fit`, what the file system says, or where the file begins with other names
 * @throws UnsupportedError from `fit`, in a page
 * @example
 * ```ts
 * import { crossEntropy, csvLog, sgd } from "kobai";
 * await net.fit(train, { loss: crossEntropy(), optimizer: sgd(), epochs: 3, callbacks: [csvLog("log.csv")] });
 * ```
 */
export function csvLog(path: string | URL): Callback {
  return log("csvLog", path, {
    head: (row) => cells(Object.keys(row)),
    line: (row) => cells(Object.values(row)),
  });
}

/** How rows become lines. */
interface Format {
  /** the line that a file begins with, if there is one */
  head?(row: Row): string;
  line(row: Row): string;
}

const cells = (values: readonly unknown[]) => values.map(cell).join(",");

/** In quotes where it holds what separates cells (RFC 4180). */
function cell(value: unknown): string {
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function log(call: string, path: string | URL, format: Format): Callback {
  check(call, "path", path, place);
  let file = "";
  let isBegun = false;
  const add = async (row: Row) => {
    const { appendFile } = await importNode("node:fs/promises");
    try {
      const before = isBegun ? "" : await begin(file, format.head?.(row));
      await appendFile(file, `${before}${format.line(row)}\n`);
      isBegun = true;
    } catch (cause) {
      throw FileError.from(file, "cannot be written", cause);
    }
  };
  return {
    async onStart() {
      file = await locateFile(call, path, remedy);
      isBegun = false;
    },
    onEvaluate: ({ results }, run) =>
      add({
        ...standing(run),
        ...Object.fromEntries(Object.entries(results).flatMap(([data, of]) => flat(data, of))),
      }),
    onEpoch: (run) => (run.evaluated.length > 0 ? undefined : add(standing(run))),
  };
}

/**
 * What comes before the first line that a fit writes: the head where the file is new; the end of a line that a killed process has begun.
 *
 * @throws FileError where the file begins with another head
 */
async function begin(file: string, head: string | undefined): Promise<string> {
  const { open, stat } = await importNode("node:fs/promises");
  const there = await stat(file).catch(() => undefined);
  if (!there?.isFile() || there.size === 0) return head === undefined ? "" : `${head}\n`;
  const handle = await open(file, "r");
  try {
    const read = async (length: number, at: number) => {
      const { buffer, bytesRead } = await handle.read(new Uint8Array(length), 0, length, at);
      return new TextDecoder().decode(buffer.subarray(0, bytesRead));
    };
    if (head !== undefined) {
      const found = await read(new TextEncoder().encode(head).length + 1, 0);
      // There may be more columns.
      if (!(found.startsWith(head) && /[,\n]$/.test(found))) {
        throw new FileError(file, "begins with other names than this fit has; name another file");
      }
    }
    return (await read(1, there.size - 1)) === "\n" ? "" : "\n";
  } finally {
    await handle.close();
  }
}

/** Results of several outputs, which have their own, as "data.output.metric". */
function flat(data: string, of: object): [string, unknown][] {
  return Object.entries(of).flatMap(([metric, value]): [string, unknown][] =>
    metric === "outputs"
      ? Object.entries(value as object).flatMap(([output, own]) => flat(`${data}.${output}`, own))
      : [[`${data}.${metric}`, value]],
  );
}

function standing({ history, lr }: FitRun): Row {
  const { steps: step, stepsPerEpoch }: History = history;
  return { step, epoch: step / stepsPerEpoch, loss: history.loss.at(-1) ?? null, lr };
}
