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
  return log("jsonLog", path, (row) => JSON.stringify(row));
}

/**
 * Writes the same as `jsonLog` as a table: comma-separated values, with a row of names in front where the file is new. Results that are lists
 * are written as JSON.
 *
 * @param path a path, as a string or a `file:` URL
 * @throws OptionError where it is no path @throws FileError from `fit`, what the file system says
 * @throws UnsupportedError from `fit`, in a page
 * @example
 * ```ts
 * import { crossEntropy, csvLog, sgd } from "kobai";
 * await net.fit(train, { loss: crossEntropy(), optimizer: sgd(), epochs: 3, callbacks: [csvLog("log.csv")] });
 * ```
 */
export function csvLog(path: string | URL): Callback {
  return log("csvLog", path, (row, isFirst) => {
    const lines = [Object.values(row).map(cell).join(",")];
    if (isFirst) lines.unshift(Object.keys(row).map(cell).join(","));
    return lines.join("\n");
  });
}

/** In quotes where it holds what separates cells (RFC 4180). */
function cell(value: unknown): string {
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function log(call: string, path: string | URL, format: (row: Row, isFirst: boolean) => string): Callback {
  check(call, "path", path, place);
  let file = "";
  const add = async (row: Row) => {
    const { appendFile, stat } = await importNode("node:fs/promises");
    try {
      const there = await stat(file).catch(() => undefined);
      await appendFile(file, `${format(row, !there?.size)}\n`);
    } catch (cause) {
      throw FileError.from(file, "cannot be written", cause);
    }
  };
  return {
    async onStart() {
      file = await locateFile(call, path, remedy);
    },
    onEvaluate: ({ results }, run) =>
      add({
        ...standing(run),
        ...Object.fromEntries(Object.entries(results).flatMap(([data, of]) => flat(data, of))),
      }),
    onEpoch: (run) => (run.evaluated.length > 0 ? undefined : add(standing(run))),
  };
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
