// xᵀ·g of an x that is mostly zeros. A list is a column of x, so the batch is transposed first: reading a list per column costs less than adding
// every term to c in memory, where each of thirteen vectors would be loaded and stored again (measured: 45 instead of 54 µs at
// [100, 784]ᵀ·[100, 50], 15,000 entries).

import { finish } from "../gemm/epilogue";
import { SparseMatmulGradientArg } from "../isa/sparse";
import { arg, pointer, vectorLength } from "../memory";
import { addPartial, partialTerms } from "../totals";
import { EXPAND_SLACK, LISTS_BYTES } from "./blocking";
import { bytesOf, columnsOf, countOf, entryBytes, expand, valuesOf } from "./rows";
import { pack, ROW_BYTES, sumTile, TAIL_BYTES, tileWidth } from "./sum-rows";

/**
 * Op.sparseMatmulGradient: lanes split the rows of the result, which are the columns of x, so that each has as many entries. A lane's
 * scratch is the lists, each with room for the entries of a partial sum, as many at a time as LISTS_BYTES hold; how many entries of each row
 * are done; a panel of g; where each list begins and ends; the entries of one row; and the totals, where sums are long.
 */
export function sparseMatmulGradient<T>(i: usize, lane: i32, lanes: i32): void {
  const m = arg(i, SparseMatmulGradientArg.m);
  const n = arg(i, SparseMatmulGradientArg.n);
  const k = arg(i, SparseMatmulGradientArg.k);
  const rows = pointer(i, SparseMatmulGradientArg.rows);
  const bytes = <usize>n * sizeof<T>();
  const terms = partialTerms(m);
  const listBytes = <usize>terms * entryBytes<T>();
  const from = firstColumn(i, lane, lanes);
  const to = firstColumn(i, lane + 1, lanes);
  const lists = min(k, max(1, <i32>(<usize>LISTS_BYTES / listBytes)));
  const workspace = <usize>lane * arg(i, SparseMatmulGradientArg.workspaceBytes);
  const scratch = pointer(i, SparseMatmulGradientArg.workspace) + workspace;
  const g = pointer(i, SparseMatmulGradientArg.g);
  const done = scratch + <usize>lists * listBytes;
  const panel = done + ((<usize>m * 4 + 15) & ~15);
  const tail = panel + <usize>terms * ROW_BYTES;
  const starts = tail + TAIL_BYTES;
  const ends = starts + (<usize>lists << 2);
  const list = (ends + (<usize>lists << 2) + 15) & ~15;
  const totals = list + <usize>k * entryBytes<T>() + EXPAND_SLACK;
  for (let row = 0; row < m; row++) {
    store<i32>(done + (<usize>row << 2), from == 0 ? 0 : below(columnsOf(rows, row, k), countOf(rows, row), from));
  }
  const first = pointer(i, SparseMatmulGradientArg.c) + <usize>from * bytes;
  for (let column = from; column < to; column += lists) {
    const limit = min(to, column + lists);
    const c = first + <usize>(column - from) * bytes;
    for (let j: usize = 0; j < <usize>(limit - column); j++) store<u32>(starts + (j << 2), <u32>(scratch + j * listBytes));
    for (let row = 0; row < m; row += terms) {
      const count = min(terms, m - row);
      memory.copy(ends, starts, <usize>(limit - column) << 2);
      transpose<T>(i, row, count, column, limit, list, done, panel, ends);
      let width = 0;
      for (let j = 0; j < n; j += width * vectorLength<T>()) {
        width = tileWidth<T>(n - j);
        const at = <usize>j * sizeof<T>();
        pack(panel, g + <usize>row * bytes + at, bytes, count, width);
        sumTile<T>(width, c + at, bytes, n - j, true, limit - column, starts, ends, tail);
      }
      if (terms < m) addPartial<T>(totals, c, bytes, limit - column, n, row == 0, row + count == m);
    }
  }
  const output = pointer(i, SparseMatmulGradientArg.output) + <usize>from * bytes;
  const activation = arg(i, SparseMatmulGradientArg.activation);
  finish<T>(activation, first, bytes, to - from, n, pointer(i, SparseMatmulGradientArg.bias), output, bytes);
}

/** Where a lane's columns begin: the mean over the rows of where that share of a row's entries ends. */
function firstColumn(i: usize, lane: i32, lanes: i32): i32 {
  if (lane == 0) return 0;
  const k = arg(i, SparseMatmulGradientArg.k);
  if (lane == lanes) return k;
  const m = arg(i, SparseMatmulGradientArg.m);
  const rows = pointer(i, SparseMatmulGradientArg.rows);
  let sum: i64 = 0;
  for (let row = 0; row < m; row++) {
    const count = countOf(rows, row);
    const share = <usize>((<i64>count * lane) / lanes);
    if (count > 0) sum += load<u16>(columnsOf(rows, row, k) + (share << 1));
  }
  return <i32>(sum / m);
}

/**
 * Makes the lists of columns column…limit of `count` rows from `first` on, from where they begin to `ends`, out of rows of `panel`; a row's
 * entries have been used up to `done`. `list` is room for those of one row.
 */
function transpose<T>(
  i: usize, first: i32, count: i32, column: i32, limit: i32, list: usize, done: usize, panel: usize, ends: usize,
): void {
  const k = arg(i, SparseMatmulGradientArg.k);
  const rows = pointer(i, SparseMatmulGradientArg.rows);
  const source = arg(i, SparseMatmulGradientArg.source);
  const scale = <T>load<f64>(pointer(i, SparseMatmulGradientArg.scale));
  // The end of column 0's list would stand here.
  const base = ends - (<usize>column << 2);
  for (let row = first; row < first + count; row++) {
    const columns = columnsOf(rows, row, k);
    const entries = countOf(rows, row);
    const at = done + (<usize>row << 2);
    const next = load<i32>(at);
    const stop = limit == k ? entries : below(columns, entries, limit);
    store<i32>(at, stop);
    const values = valuesOf(rows, row) + <usize>next * bytesOf(source);
    // The row's part of each list is the same row of g.
    expand<T>(source, list, columns + (<usize>next << 1), values, stop - next, panel, 0, 0, scale);
    scatter<T>(columns + (<usize>next << 1), list, stop - next, base);
    panel += ROW_BYTES;
  }
}

/** Appends one row's entries to the lists of their columns. */
function scatter<T>(columns: usize, list: usize, count: i32, ends: usize): void {
  for (; count > 1; count -= 2) {
    append<T>(ends + (<usize>load<u16>(columns) << 2), list);
    append<T>(ends + (<usize>load<u16>(columns, 2) << 2), list + entryBytes<T>());
    columns += 4;
    list += 2 * entryBytes<T>();
  }
  if (count) append<T>(ends + (<usize>load<u16>(columns) << 2), list);
}

/** Appends an entry to the list that ends where the word at `end` says. */
@inline
function append<T>(end: usize, entry: usize): void {
  const to = <usize>load<u32>(end);
  if (sizeof<T>() == 4) store<u64>(to, load<u64>(entry));
  else v128.store(to, v128.load(entry));
  store<u32>(end, <u32>(to + entryBytes<T>()));
}

/** How many of a row's columns, which are in order, are below `column`. */
function below(columns: usize, count: i32, column: i32): i32 {
  const last = i16x8.splat(<i16>(column - 1));
  for (let at = 0; at < count; at += 8) {
    const bits = i16x8.bitmask(i16x8.le_u(v128.load(columns + (<usize>at << 1)), last));
    if (bits != 0xff) return min(count, at + <i32>ctz(~bits));
  }
  return count;
}
