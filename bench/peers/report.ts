// Results as tables: of each work, who took how long, and how that compares with kobai on one thread.

import { median } from "../harness.ts";
import type { Peak } from "../peak.ts";
import { formatSeconds } from "../table.ts";
import type { Contender } from "./contenders.ts";
import type { Product, WorkName } from "./outcome.ts";

/** What is known of a contender's way with a work. */
export interface Standing {
  readonly contender: Contender;
  /** of each round, and their median */
  readonly rounds?: readonly number[];
  readonly seconds?: number;
  /** medians too */
  readonly products?: readonly Product[];
  readonly bytes?: { readonly gzip: number; readonly brotli: number };
  readonly sample?: string;
  readonly accuracy?: number;
  readonly note?: string;
  readonly cannot?: string;
  readonly wrong?: string;
}

export interface WorkResult {
  readonly work: WorkName;
  readonly title: string;
  /** when it was measured, in how many rounds of how many seconds, and what one core could do meanwhile, in GFLOP/s */
  readonly date?: string;
  readonly rounds?: number;
  readonly budget?: number;
  readonly peak?: Peak;
  readonly standings: readonly Standing[];
}

/** Lines of columns, the first and the last to the left. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => [...row[column]!].length)));
  const aligned = (cell: string, column: number) => {
    const space = " ".repeat(widths[column]! - [...cell].length);
    return column === 0 || column === widths.length - 1 ? cell + space : space + cell;
  };
  return rows.map((row) => row.map(aligned).join("  ").trimEnd()).join("\n");
}

/** One's time over another's: the median over the rounds, in each of which both met the same machine, whose speed drifts. */
export function timesAs(one: Standing, other: Standing): number {
  return median(one.rounds!.map((seconds, round) => seconds / other.rounds![round]!));
}

const times = (ratio: number) => `${ratio.toFixed(ratio < 10 ? 2 : ratio < 100 ? 1 : 0)}×`;

/** The fastest first; those that could not last. */
export function byTime(standings: readonly Standing[]): Standing[] {
  return standings.toSorted((a, b) => (a.seconds ?? Infinity) - (b.seconds ?? Infinity));
}

function remark({ sample, accuracy, note, cannot, wrong }: Standing): string {
  const parts = [
    wrong && `wrong: ${wrong}`,
    cannot && `cannot: ${cannot}`,
    sample && `≈: from ${sample}`,
    accuracy !== undefined && `test accuracy ${accuracy.toFixed(4)}`,
    note,
  ];
  return parts.filter(Boolean).join("; ");
}

/** A work's table. */
export function table({ title, standings }: WorkResult): string {
  if (standings.some(({ bytes }) => bytes)) return bytesTable(title, standings);
  if (standings.some(({ products }) => products)) return productTable(title, standings);
  const kobai = standings.find(({ contender }) => contender.name === "kobai");
  const rows = byTime(standings).map((standing) => [
    standing.contender.name,
    standing.seconds === undefined ? "" : `${standing.sample ? "≈ " : ""}${formatSeconds(standing.seconds)}`,
    standing.rounds && kobai?.rounds ? times(timesAs(standing, kobai)) : "",
    remark(standing),
  ]);
  return `${title}\n${columns([["", "time", "of kobai's", ""], ...rows])}\n`;
}

function bytesTable(title: string, standings: readonly Standing[]): string {
  const rows = standings
    .toSorted((a, b) => (a.bytes?.gzip ?? Infinity) - (b.bytes?.gzip ?? Infinity))
    .map((standing) => {
      const { contender, bytes } = standing;
      const kB = (n: number | undefined) => (n === undefined ? "" : `${(n / 1000).toFixed(1)} kB`);
      return [contender.name, kB(bytes?.gzip), kB(bytes?.brotli), remark(standing)];
    });
  return `${title}\n${columns([["", "gzip", "brotli", ""], ...rows])}\n`;
}

/** GFLOP/s of each contender, a line a product. */
function productTable(title: string, standings: readonly Standing[]): string {
  const able = standings.filter(({ products }) => products);
  const lines = able[0]!.products!.map(({ what, dtype, flops }) => [
    `${dtype} ${what}`,
    ...able.map(({ products }) => {
      const one = products!.find((product) => product.what === what && product.dtype === dtype);
      return one ? (flops / one.seconds / 1e9).toFixed(1) : "";
    }),
    "",
  ]);
  const rest = standings.filter(({ products }) => !products).map((s) => `${s.contender.name}: ${remark(s)}`);
  const head = ["GFLOP/s", ...able.map(({ contender }) => contender.name), ""];
  return [title, columns([head, ...lines]), ...rest, ""].join("\n");
}

/** kobai's best time beside the best of the others, for one thread and for all. */
export function ratios(results: readonly WorkResult[]): string {
  const rows = results.flatMap(({ title, standings }) => {
    const timed = standings.filter(({ seconds, wrong }) => seconds !== undefined && !wrong);
    const best = (kind: Contender["kind"]) =>
      byTime(timed).find(({ contender, note }) => contender.kind === kind && !note?.includes("own way"));
    const [native, script] = [best("native"), best("javascript")];
    return timed
      .filter(({ contender }) => contender.kind === "kobai")
      .map((own) => {
        const against = (other: Standing | undefined) =>
          other ? `${times(timesAs(own, other))} of ${other.contender.name}` : "none";
        return [title.slice(0, 40), own.contender.name, against(native), against(script), ""];
      });
  });
  if (rows.length === 0) return "";
  return `kobai's time over that of the fastest native and of the fastest JavaScript peer\n${columns(rows)}\n`;
}
