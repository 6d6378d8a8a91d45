import type { Dataset } from "kobai";
import { tensor } from "../../shared/tensor.ts";
import { isTest, type Prepared, prepared } from "./data.ts";

/** Rows of numbers whose last is the class, or a word for it, with or without a line of names. */
export function parseCsv(text: string): Prepared {
  const rows = text
    .split(/\r?\n/)
    .map((line) => line.split(/[,;\t]/).map((cell) => cell.trim()))
    .filter((cells) => cells.length > 1);
  const isHeading = rows[0]?.slice(0, -1).some((cell) => !Number.isFinite(Number(cell)));
  const samples = isHeading ? rows.slice(1) : rows;
  const width = (samples[0]?.length ?? 0) - 1;
  if (samples.length < 4) throw new Error(`${samples.length} < 4`);
  const names = [...new Set(samples.map((row) => row.at(-1)!))].sort();
  for (const [i, row] of samples.entries()) {
    if (
      row.length !== width + 1 ||
      row.slice(0, -1).some((cell) => cell === "" || !Number.isFinite(Number(cell)))
    ) {
      throw new Error(`${i + 1}: ${row.join(", ")}`);
    }
  }
  if (names.length < 2 || names.length > 20)
    throw new Error(`${names.length}: ${names.slice(0, 9).join(", ")}`);
  const columns = Array.from({ length: width }, (_, j) => samples.map((row) => Number(row[j])));
  // Each column from -1 to 1: features of any unit.
  const spans = columns.map((column) => [Math.min(...column), Math.max(...column)] as const);
  const scaled = samples.map((row) =>
    spans.map(([low, high], j) => (high > low ? (2 * (Number(row[j]) - low)) / (high - low) - 1 : 0)),
  );
  const labels = samples.map((row) => names.indexOf(row.at(-1)!));
  if (width === 2) return prepared(scaled.map(([x, y], i) => [x!, y!, labels[i]!] as const));
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
  };
}
