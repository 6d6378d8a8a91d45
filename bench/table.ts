// Results as columns of text.

import type { Result } from "./harness.ts";

/** @example formatSeconds(0.00033); // "330 µs" */
export function formatSeconds(seconds: number): string {
  const [unit, factor] = (
    [
      ["s", 1],
      ["ms", 1e3],
      ["µs", 1e6],
      ["ns", 1e9],
    ] as const
  ).find(([, scale]) => seconds * scale >= 1) ?? ["ns", 1e9];
  const value = seconds * factor;
  return `${value >= 1000 ? value.toFixed(0) : value.toPrecision(3)} ${unit}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}

function cells(result: Result): string[] {
  const { what, oneLane, wasm, plain, ratio, gflops, ofPeak, medianOfPeak, note, plainNote } = result;
  return [
    what,
    oneLane === undefined ? "" : formatSeconds(oneLane),
    wasm === undefined ? "" : formatSeconds(wasm),
    plain === undefined ? "" : `${plainNote ? "≈ " : ""}${formatSeconds(plain)}`,
    ratio === undefined ? "" : `${ratio.toFixed(ratio < 10 ? 2 : 1)}×`,
    gflops === undefined ? "" : gflops.toFixed(1),
    ofPeak === undefined ? "" : `${percent(medianOfPeak!)} (best ${percent(ofPeak)})`,
    [plainNote && `≈: ${plainNote}`, note].filter(Boolean).join("; "),
  ];
}

const HEAD = ["", "one lane", "wasm", "plain TS", "ratio", "GFLOP/s", "of peak", ""];

/** A group's results under its title; columns that no result fills are left out. */
export function table(title: string, results: readonly Result[]): string {
  const rows = results.map(cells);
  const filled = HEAD.map((_, column) => rows.some((row) => row[column] !== ""));
  const widths = HEAD.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => {
        const isText = column === 0 || column === HEAD.length - 1;
        return isText ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!);
      })
      .filter((_, column) => filled[column])
      .join("  ")
      .trimEnd();
  return [title, line(HEAD), ...rows.map(line), ""].join("\n");
}
