import type { Dataset } from "kobai";
import Papa from "papaparse";
import { tensor } from "../../shared/tensor.ts";
import { isTest, type Prepared, prepared } from "./data.ts";

/** What is wrong with a file: how many rows it has, or classes; or a line. */
export type CsvFault =
  | { readonly kind: "rows"; readonly count: number }
  | { readonly kind: "classes"; readonly count: number; readonly some: string }
  | { readonly kind: "line"; readonly line: number; readonly width: number; readonly text: string };

/** Thrown by `parseCsv`. */
export class CsvError extends Error {
  readonly fault: CsvFault;

  constructor(fault: CsvFault) {
    super(JSON.stringify(fault));
    this.fault = fault;
  }
}

const isNumber = (cell: string) => cell !== "" && Number.isFinite(Number(cell));

/** Rows of numbers whose last is the class, or a word for it, with or without a line of names. */
export function parseCsv(text: string): Prepared {
  const rows = Papa.parse<string[]>(text.replace(/^\ufeff/, ""), { delimitersToGuess: [",", ";", "\t"] })
    .data.map((row, i) => ({ line: i + 1, cells: row.map((cell) => cell.trim()) }))
    .filter(({ cells }) => cells.some((cell) => cell !== ""));
  const isHeading = rows[0]?.cells.slice(0, -1).every((cell) => !isNumber(cell));
  const lines = isHeading ? rows.slice(1) : rows;
  if (lines.length < 4) throw new CsvError({ kind: "rows", count: lines.length });
  const width = Math.max(1, lines[0]!.cells.length - 1);
  for (const { line, cells } of lines) {
    if (cells.length !== width + 1 || cells.at(-1) === "" || !cells.slice(0, -1).every(isNumber))
      throw new CsvError({ kind: "line", line, width, text: cells.join(", ") });
  }
  const samples = lines.map(({ cells }) => cells);
  const names = [...new Set(samples.map((row) => row.at(-1)!))].sort();
  if (names.length < 2 || names.length > 20)
    throw new CsvError({ kind: "classes", count: names.length, some: names.slice(0, 9).join(", ") });
  const columns = Array.from({ length: width }, (_, j) => samples.map((row) => Number(row[j])));
  // Each column from -1 to 1: features of any unit.
  const spans = columns.map((column) => [Math.min(...column), Math.max(...column)] as const);
  const scaled = samples.map((row) =>
    spans.map(([low, high], j) => (high > low ? (2 * (Number(row[j]) - low)) / (high - low) - 1 : 0)),
  );
  const labels = samples.map((row) => names.indexOf(row.at(-1)!));
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
