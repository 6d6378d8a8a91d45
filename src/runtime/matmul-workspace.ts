import { BLOCK_K, BLOCK_M, BLOCK_N_BYTES, IN_PLACE_ROWS } from "../../assembly/gemm/blocking.ts";
import { TRANSPOSE_A, TRANSPOSE_B } from "../../assembly/isa/gemm.ts";
import {
  BLOCK_COLUMNS,
  EXPAND_SLACK,
  LISTS_BYTES,
  LISTS_ROWS,
  WIDE_PANEL_BYTES,
  WIDE_TAIL_BYTES,
} from "../../assembly/sparse/blocking.ts";
import { LONGEST_SUM, PARTIAL_TERMS, TOTALS_BYTES } from "../../assembly/sums.ts";
import { roundUp } from "./heap.ts";

/** Bytes of the totals of long sums, [rows, columns] of float64, in rows of whole vectors of float32. */
function totalsBytes(rows: number, columns: number): number {
  return 8 * rows * roundUp(columns, 4);
}

/**
 * How much scratch one lane of a matmul needs for its packed panels and the totals of long sums, in bytes: a bound that holds for any
 * number of lanes and does not grow beyond one block however large the matrices are.
 *
 * @param m rows of the result
 * @param n columns of the result
 * @param k length of the sums
 * @param elementBytes 4 or 8
 * @param transposed TRANSPOSE_A, TRANSPOSE_B, both or 0; when absent, the bound holds for all of them
 * @returns a multiple of 64, 0 where it needs none: `workspaceBytes` of the instruction, whose `workspace` holds as much for
 *   each lane
 *
 * @example
 * matmulWorkspaceBytes(100, 50, 784, 4, 0); // 102400
 */
export function matmulWorkspaceBytes(
  m: number,
  n: number,
  k: number,
  elementBytes: 4 | 8,
  transposed?: number,
): number {
  const columns = Math.min(n, BLOCK_N_BYTES / elementBytes);
  const totals = k > LONGEST_SUM ? Math.min(TOTALS_BYTES, totalsBytes(m, columns)) : 0;
  const mayTransposeA = transposed === undefined || (transposed & TRANSPOSE_A) !== 0;
  if (transposed !== undefined) {
    const inPlace = m <= IN_PLACE_ROWS && (transposed & TRANSPOSE_B) === 0;
    const columnOfTransposed = n === 1 && mayTransposeA;
    if (inPlace || columnOfTransposed) return roundUp(totals);
  }
  const depth = Math.min(roundUp(k, 4), BLOCK_K);
  // Panels of `a` are packed in whole cache lines: a block has all its rows, whatever m is.
  const rows = mayTransposeA ? BLOCK_M : 0;
  // The wide build's panels of b, which are the widest, end with a cache line.
  return roundUp(totals + depth * (roundUp(columns, 64 / elementBytes) + rows) * elementBytes);
}

/**
 * How much scratch one lane of a product of compressed rows needs, in bytes: lists of the entries of some rows, where their blocks end, a
 * panel of the right factor, and a tile's totals where sums are long.
 *
 * @returns a multiple of 64
 * @example
 * sparseWorkspaceBytes(100, 784, 4); // 659200
 */
export function sparseWorkspaceBytes(m: number, k: number, elementBytes: 4 | 8): number {
  const row = 2 * k * elementBytes;
  const lists = Math.max(row, Math.min(LISTS_BYTES, m * row));
  const bounds = 4 * (Math.ceil(k / BLOCK_COLUMNS) + 1) * Math.min(m, LISTS_ROWS) + 16;
  const totals = k > LONGEST_SUM ? 2 * WIDE_PANEL_BYTES * Math.min(m, LISTS_ROWS) : 0;
  return roundUp(totals + BLOCK_COLUMNS * WIDE_PANEL_BYTES + WIDE_TAIL_BYTES + bounds + lists + EXPAND_SLACK);
}

/**
 * The same of its gradient [k, n] by the right factor, of m compressed rows: lists of entries, where they begin and end, how many entries of
 * each row are done, a panel of g, the entries of a row, and totals where sums are long.
 *
 * @returns a multiple of 64
 * @example
 * sparseGradientWorkspaceBytes(100, 50, 784, 4); // 662720
 */
export function sparseGradientWorkspaceBytes(m: number, n: number, k: number, elementBytes: 4 | 8): number {
  const long = m > LONGEST_SUM;
  const terms = long ? PARTIAL_TERMS : m;
  const listBytes = 2 * terms * elementBytes;
  const lists = Math.min(k, Math.max(1, Math.floor(LISTS_BYTES / listBytes)));
  const row = 2 * k * elementBytes + EXPAND_SLACK;
  const totals = long ? totalsBytes(lists, n) : 0;
  return roundUp(
    lists * (listBytes + 8) + 4 * m + WIDE_PANEL_BYTES * terms + row + totals + WIDE_TAIL_BYTES + 32,
  );
}
