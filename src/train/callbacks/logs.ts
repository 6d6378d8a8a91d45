import { check, isObject, isWhole, type Rule } from "../../check.ts";
import { locateFile, place } from "../../io/place.ts";
import type { History } from "../history.ts";
import type { Callback, FitRun } from "./callback.ts";
import { addLine, cutBack, endOf, type Place } from "./log-file.ts";
import { type Memory, onlyRemembering } from "./memory.ts";
import { kept, leave, take } from "./remembering.ts";

const remedy = "write down what onEvaluate is told";

/** A line of a log: where the fit stands, and the results of an evaluation, as "data.metric". */
type Row = Readonly<Record<string, unknown>> & { readonly step: number };

/**
 * Writes a line of JSON for every evaluation, or for every epoch where the fit has no `evaluate`, as soon as it is there:
 * `{ "step": 600, "epoch": 1, "loss": 0.3, "lr": 0.1, "data.loss": 0.31, "data.accuracy": 0.9 }`. `loss` is that of the last step. What
 * the file holds already stays in front.
 *
 * Checkpoints know how far the file was written: a run that was cut, and goes on by `from`, cuts it back to there, so that it has each step once,
 * as the file of a run that was not cut. Where the file does not end there as the checkpoint knows it, since it was moved, shortened or replaced
 * meanwhile, nothing of it is dropped, and lines are added at its end.
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
  return log("jsonLog", path, { row: /^{"step":(\d+),/, line: (row) => JSON.stringify(row) });
}

/**
 * Writes the same as `jsonLog` as a table: comma-separated values, with a row of names in front where the file is new. Results that are lists
 * are written as JSON. A run that goes on cuts it back as `jsonLog` does.
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
    row: /^(\d+),/,
    head: (row) => cells(Object.keys(row)),
    line: (row) => cells(Object.values(row)),
  });
}

/** How rows become lines. */
interface Format {
  /** what a line begins with: its step */
  readonly row: RegExp;
  /** the line that a file begins with, if there is one */
  head?(row: Row): string;
  line(row: Row): string;
}

/** What a log remembers: where its file ends, and the step of the last line that it has written, or −1. */
type Line = Place & { readonly step: number };

const cells = (values: readonly unknown[]) => values.map(cell).join(",");

/** In quotes where it holds what separates cells (RFC 4180). */
function cell(value: unknown): string {
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const isLine: Rule = [
  (value) =>
    value === null ||
    (isObject(value) &&
      isWhole(value.step, -1) &&
      [value.end, value.length, value.crc32].every((each) => isWhole(each, 0))),
  "where its file ended",
];

/** Whether lines behind one of a step may be cut off: those that the run had written before it was cut, step after step. */
function isGoingOn(behind: string, { row, head }: Format, after: number): boolean {
  const lines = behind.split("\n");
  // A process may be killed while it writes.
  const unfinished = lines.pop()!;
  if (unfinished !== "" && !/^({|\d|step,)/.test(unfinished)) return false;
  let last = after;
  return lines.every((line, i) => {
    if (i === 0 && (line === "" || (head && line.startsWith("step,epoch,loss,lr")))) return true;
    const step = Number(row.exec(line)?.[1] ?? Number.NaN);
    const isNext = step > last;
    last = step;
    return isNext;
  });
}

function log(call: string, path: string | URL, format: Format): Callback {
  check(call, "path", path, place);
  let file = "";
  /** undefined of what is no file */
  let last: Line | undefined;
  let isBegun = false;
  const add = async (row: Row) => {
    const { step } = row;
    // A run that was cut at its end is measured there once more.
    if (step === last?.step) return;
    const added = await addLine(file, format.line(row), isBegun ? undefined : { head: format.head?.(row) });
    isBegun = true;
    last = added && { step, ...added };
  };
  const own: Memory = {
    name: call,
    get value() {
      return last ? { ...last } : null;
    },
    async onStart({ net }) {
      const before = kept<Line | null>(net, own, isLine);
      file = await locateFile(call, path, remedy);
      isBegun = false;
      const line = before?.value;
      last = line ? await cutBack(file, line, (behind) => isGoingOn(behind, format, line.step)) : undefined;
      const end = last ?? (await endOf(file));
      last = end && { step: -1, ...end };
      take(net, own, before);
    },
    onEvaluate: ({ results }, run) =>
      add({
        ...standing(run),
        ...Object.fromEntries(Object.entries(results).flatMap(([data, of]) => flat(data, of))),
      }),
    onEpoch: (run) => (run.evaluated.length > 0 ? undefined : add(standing(run))),
    onEnd: ({ net }) => leave(net, own),
  };
  return onlyRemembering(own);
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
