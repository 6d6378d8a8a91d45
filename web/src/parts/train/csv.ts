// Rows of numbers whose last is the class, or a word for it, with or without a line of names.

import { dsvFormat } from "d3-dsv";
import type { Dataset } from "kobai";
import { tensor } from "../../shared/tensor.ts";
import { ToldError } from "../../shared/told-error.ts";
import { isTest, type Prepared, prepared } from "./data.ts";

/** As many as a page can show and a reader can wait for. */
const [MOST_ROWS, MOST_CLASSES] = [100_000, 20];
const LEAST_ROWS = 4;

/** @throws ToldError where it cannot be used */
export function readCsv(bytes: ArrayBuffer): Prepared {
  let text = "\0";
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    // Said below, as of bytes that are no text.
  }
  if (text.includes("\0")) {
    throw new ToldError({
      en: "This file is no text in UTF-8: save the table as “CSV UTF-8”.",
      ja: "UTF-8 のテキストではありません。表を「CSV UTF-8」で保存してください。",
    });
  }
  return parse(text);
}

interface Row {
  /** in the file, from 1 */
  readonly line: number;
  readonly cells: readonly string[];
}

function rowsOf(text: string): Row[] {
  const [first = ""] = text.trimStart().split(/[\r\n]/, 1);
  const unquoted = first.replace(/"[^"]*"/g, "");
  const separator = ["\t", ";"].find((each) => unquoted.includes(each)) ?? ",";
  return dsvFormat(separator)
    .parseRows(text)
    .map((cells, i) => ({ line: i + 1, cells: cells.map((cell) => decimal(cell.trim(), separator)) }))
    .filter(({ cells }) => cells.some((cell) => cell !== ""));
}

/** Where no comma separates, one may stand for the point. */
const decimal = (cell: string, separator: string) =>
  separator !== "," && /^[-+]?\d*,\d+(e[-+]?\d+)?$/i.test(cell) ? cell.replace(",", ".") : cell;

const isNumber = (cell: string) => cell !== "" && Number.isFinite(Number(cell));

function parse(text: string): Prepared {
  const rows = rowsOf(text);
  const [heading] = rows;
  const width = (heading?.cells.length ?? 0) - 1;
  // Names are all words: a first row with a value that is missing is a row.
  const isHeading = width > 0 && !heading!.cells.slice(0, -1).some(isNumber);
  const samples = isHeading ? rows.slice(1) : rows;
  check(samples, width);
  const names = [...new Set(samples.map(({ cells }) => cells.at(-1)!))].sort();
  checkClasses(names);
  const index = new Map(names.map((name, i) => [name, i]));
  const labels = samples.map(({ cells }) => index.get(cells.at(-1)!)!);
  const scaled = scale(samples.map(({ cells }) => cells.slice(0, -1).map(Number)));
  if (width === 2) return { ...prepared(scaled.map(([x, y], i) => [x!, y!, labels[i]!] as const)), names };
  const pick = (keep: (i: number) => boolean): Dataset => {
    const chosen = scaled.flatMap((row, i) => (keep(i) ? [[row, labels[i]!] as const] : []));
    return {
      x: tensor(Float32Array.from(chosen.flatMap(([row]) => row)), [chosen.length, width]),
      t: tensor(Uint8Array.from(chosen, ([, label]) => label)),
      classes: names.length,
    };
  };
  return {
    train: pick((i) => !isTest(i, samples.length)),
    test: pick((i) => samples.length < 40 || isTest(i, samples.length)),
    classes: names.length,
    input: [width],
    names,
  };
}

function check(samples: readonly Row[], width: number): void {
  const { length } = samples;
  if (length < LEAST_ROWS) {
    throw new ToldError({
      en: `This file has ${length} rows of data: at least ${LEAST_ROWS} rows are needed.`,
      ja: `データが ${length} 行しかありません。${LEAST_ROWS} 行以上必要です。`,
    });
  }
  if (length > MOST_ROWS) {
    throw new ToldError({
      en: `This file has ${length.toLocaleString("en")} rows: at most ${MOST_ROWS.toLocaleString("en")} are taken.`,
      ja: `${length.toLocaleString("ja")} 行あります。${MOST_ROWS.toLocaleString("ja")} 行までです。`,
    });
  }
  if (width < 1) {
    throw new ToldError({
      en: "This file has no columns of numbers: commas, semicolons or tabs separate them, and the last is the class.",
      ja: "数値の列がありません。コンマ、セミコロンまたはタブで区切り、最後の列をクラスにしてください。",
    });
  }
  const wrong = samples.find(
    ({ cells }) => cells.length !== width + 1 || cells.at(-1) === "" || !cells.slice(0, -1).every(isNumber),
  );
  if (!wrong) return;
  const shown = wrong.cells.join(", ").slice(0, 100);
  throw new ToldError({
    en: `This is no row of ${width} numbers and a class, in line ${wrong.line}: ${shown}`,
    ja: `${width} 個の数値とクラスの行ではありません。${wrong.line} 行目: ${shown}`,
  });
}

function checkClasses(names: readonly string[]): void {
  if (names.length < 2) {
    throw new ToldError({
      en: `There is only one class in the last column: ${names[0]!.slice(0, 50)}`,
      ja: `最後の列にクラスが 1 つしかありません: ${names[0]!.slice(0, 50)}`,
    });
  }
  if (names.length > MOST_CLASSES) {
    throw new ToldError({
      en: `The last column has ${names.length} classes: at most ${MOST_CLASSES} are taken. Is it the class?`,
      ja: `最後の列に ${names.length} 個のクラスがあります。${MOST_CLASSES} 個までです。クラスの列ですか。`,
    });
  }
}

/** Each column from -1 to 1: features of any unit. */
function scale(rows: readonly (readonly number[])[]): number[][] {
  const low = [...rows[0]!];
  const high = [...rows[0]!];
  for (const row of rows) {
    for (const [j, value] of row.entries()) {
      low[j] = Math.min(low[j]!, value);
      high[j] = Math.max(high[j]!, value);
    }
  }
  return rows.map((row) =>
    row.map((value, j) => {
      const [least, most] = [low[j]!, high[j]!];
      // Halves, whose difference is finite whatever they are.
      return most > least ? (2 * (value / 2 - least / 2)) / (most / 2 - least / 2) - 1 : 0;
    }),
  );
}
