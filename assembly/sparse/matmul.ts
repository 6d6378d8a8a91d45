// The two products of a first layer whose input is mostly zeros: x·W and xᵀ·g. They add the same terms in the same order as matmul,
// leaving out those that are zero, so the bits are the same.
//
// Both are sums of multiples of rows: c[i, …] = Σ value·b[j, …]. The terms of one c[i, …] are a list of entries, each the address of a
// row of b and a value (rows.ts), and one kernel adds them up with the sum in registers. For x·W a list is a row of x, in
// parts: one for each block of rows of W, which stays in the first-level cache while all rows of x take from it. For xᵀ·g a list is a column
// of x, so the batch is transposed first: reading a list per column costs less than adding every term to c in memory, where each
// of thirteen vectors would be loaded and stored again (measured: 45 instead of 54 µs at [100, 784]ᵀ·[100, 50], 15,000 entries).
// Where sums are long (../sums.ts), c holds a partial sum until it is added to the totals. Zeros that are left out count for where a
// partial sum ends.

import { finish } from "../gemm/epilogue";
import { addProduct } from "../gemm/vectors";
import { DType } from "../isa";
import { SparseMatmulArg, SparseMatmulGradientArg } from "../isa/sparse";
import { arg, chunkStart, pointer, storeFirst, storePair, storePart, vectorLength } from "../memory";
import { addPartial, partialTerms } from "../totals";
import { BLOCK_COLUMNS, EXPAND_SLACK, LISTS_BYTES, LISTS_ROWS, PACKED_ROWS, PANEL_BYTES, WIDE_PANEL_BYTES, WIDE_TAIL_BYTES } from "./blocking";
import { addressOf, bytesOf, columnsOf, countOf, endOf, entryBytes, expand, valuesOf } from "./rows";

/** Op.sparseMatmul: lanes split the rows. */
export function sparseMatmul<T>(i: usize, lane: i32, lanes: i32): void {
  const m = arg(i, SparseMatmulArg.m);
  const n = arg(i, SparseMatmulArg.n);
  const from = chunkStart(m, 1, lane, lanes);
  const to = chunkStart(m, 1, lane + 1, lanes);
  const workspace = pointer(i, SparseMatmulArg.workspace) + <usize>lane * arg(i, SparseMatmulArg.workspaceBytes);
  if (to - from >= PACKED_ROWS) {
    multiply<T>(i, from, to, 0, n, true, workspace);
  } else {
    // In place, each tile of b is elsewhere, and so are the entries' rows.
    let width = 0;
    for (let column = 0; column < n; column += width) {
      width = min(n - column, tileWidth<T>(n - column) * vectorLength<T>());
      multiply<T>(i, from, to, column, column + width, false, workspace);
    }
  }
  const bytes = <usize>n * sizeof<T>();
  const c = pointer(i, SparseMatmulArg.c) + <usize>from * bytes;
  const activation = arg(i, SparseMatmulArg.activation);
  finish<T>(activation, c, bytes, to - from, n, pointer(i, SparseMatmulArg.bias), 0, 0);
}

/**
 * Columns column…limit of rows from…to, with b's tiles copied into panels of a block of its rows, or in place. The scratch is a tile's
 * totals, where sums are long; a panel; where in the lists each row's entries of each block begin and end; and the lists, of as many rows at
 * a time as there is room for.
 */
function multiply<T>(i: usize, from: i32, to: i32, column: i32, limit: i32, packs: bool, totals: usize): void {
  const m = arg(i, SparseMatmulArg.m);
  const n = arg(i, SparseMatmulArg.n);
  const k = arg(i, SparseMatmulArg.k);
  const rows = pointer(i, SparseMatmulArg.rows);
  const source = arg(i, SparseMatmulArg.source);
  const scale = <T>load<f64>(pointer(i, SparseMatmulArg.scale));
  const b = pointer(i, SparseMatmulArg.b) + <usize>column * sizeof<T>();
  const bytes = <usize>n * sizeof<T>();
  const terms = partialTerms(k);
  const blockTerms = packs ? BLOCK_COLUMNS : terms;
  const blocks = (k + blockTerms - 1) / blockTerms;
  const panel = totals + (terms < k ? <usize>min(m, LISTS_ROWS) * 2 * ROW_BYTES : 0);
  const tail = panel + ROW_BYTES * BLOCK_COLUMNS;
  const bounds = tail + TAIL_BYTES;
  const stride = <usize>min(m, LISTS_ROWS) << 2;
  const lists = (bounds + <usize>(blocks + 1) * stride + 15) & ~15;
  const most = <usize>k * entryBytes<T>();
  const full = lists + max(most, min(<usize>LISTS_BYTES, <usize>m * most));
  let c = pointer(i, SparseMatmulArg.c) + <usize>from * bytes + <usize>column * sizeof<T>();
  for (let row = from; row < to; ) {
    let list = lists;
    let count = 0;
    for (; row < to && count < LISTS_ROWS; row++) {
      const entries = countOf(rows, row);
      const end = list + <usize>entries * entryBytes<T>();
      if (end > full) break;
      const head = addressOf(rows, row);
      const columns = columnsOf(rows, row, k);
      const values = valuesOf(rows, row);
      if (packs) expand<T>(source, list, columns, values, entries, panel, BLOCK_COLUMNS - 1, ROW_BYTES, scale);
      else expand<T>(source, list, columns, values, entries, b, -1, <i32>bytes, scale);
      let bound = bounds + (<usize>count << 2);
      store<u32>(bound, <u32>list);
      for (let block = 1; block < blocks; block++) {
        bound += stride;
        const before = block * blockTerms / BLOCK_COLUMNS;
        store<u32>(bound, <u32>(list + endOf(head, before - 1) * entryBytes<T>()));
      }
      store<u32>(bound + stride, <u32>end);
      list = end;
      count++;
    }
    let width = 0;
    for (let j = column; j < limit; j += width * vectorLength<T>()) {
      width = tileWidth<T>(limit - j);
      const at = <usize>(j - column) * sizeof<T>();
      for (let block = 0; block < blocks; block++) {
        const first = block * blockTerms;
        const next = first + blockTerms;
        if (packs) pack(panel, b + at + <usize>first * bytes, bytes, min(BLOCK_COLUMNS, k - first), width);
        const starts = bounds + <usize>block * stride;
        sumTile<T>(width, c + at, bytes, limit - j, first % terms == 0, count, starts, starts + stride, tail);
        if (terms < k && (next % terms == 0 || next >= k)) {
          const columns = min(limit - j, width * vectorLength<T>());
          addPartial<T>(totals, c + at, bytes, count, columns, next <= terms, next >= k);
        }
      }
    }
    c += <usize>count * bytes;
  }
}

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

/** A row of a panel. */
@inline
const ROW_BYTES: i32 = WIDE ? WIDE_PANEL_BYTES : PANEL_BYTES;

@inline
const TAIL_BYTES: i32 = WIDE ? WIDE_TAIL_BYTES : 0;

/** What a row's sums begin with. */
const ZEROS: usize = WIDE ? memory.data(WIDE_PANEL_BYTES) : 0;

/** The widest tile, in vectors: with the value and one product, all that sixteen registers hold; in the wide build what a panel holds. */
@inline
const WIDEST: i32 = ROW_BYTES / 16;

/**
 * The widest tile below that. Between the two, one tile takes longer than the widest itself (V8 11, [100, 784]·[784, n]: 22 µs for 7
 * vectors, 48 for 8 to 12, 36 for 13): so small a loop the engine unrolls, and then has too few registers.
 */
const NARROW: i32 = 7;

/** How many vectors the next tile takes; in the wide build whole pairs. */
function tileWidth<T>(columns: i32): i32 {
  const vectors = (columns + vectorLength<T>() - 1) / vectorLength<T>();
  if (vectors >= WIDEST) return WIDEST;
  if (WIDE) return (vectors + 1) & ~1;
  return vectors > NARROW ? (vectors + 1) / 2 : vectors;
}

/** Copies `width` vectors of each of m rows, `stride` bytes apart, into rows of a panel. May read past a row's end. */
function pack(panel: usize, from: usize, stride: usize, m: i32, width: i32): void {
  for (let row = m; row > 0; row--) {
    if (WIDE) {
      for (let at: usize = 0; at < <usize>width << 4; at += 32) {
        v128.store(panel + at, v128.load(from + at, 16), 16);
        v128.store(panel + at, v128.load(from + at));
      }
    } else {
      for (let at: usize = 0; at < <usize>width << 4; at += 16) v128.store(panel + at, v128.load(from + at));
    }
    panel += ROW_BYTES;
    from += stride;
  }
}

/** sumRows for a width that is a constant in each case; `left` columns are left of the rows. */
function sumTile<T>(
  width: i32, c: usize, stride: usize, left: i32, fresh: bool, count: i32, starts: usize, ends: usize, tail: usize,
): void {
  const last = left - (width - (WIDE ? 2 : 1)) * vectorLength<T>();
  if (WIDE) {
    switch (width) {
      case 2:
        return sumRows2<T>(c, stride, last, fresh, count, starts, ends, tail);
      case 4:
        return sumRows4<T>(c, stride, last, fresh, count, starts, ends, tail);
      case 6:
        return sumRows6<T>(c, stride, last, fresh, count, starts, ends, tail);
      case 8:
        return sumRows8<T>(c, stride, last, fresh, count, starts, ends, tail);
      case 10:
        return sumRows10<T>(c, stride, last, fresh, count, starts, ends, tail);
      case 12:
        return sumRows12<T>(c, stride, last, fresh, count, starts, ends, tail);
      default:
        return sumRows14<T>(c, stride, last, fresh, count, starts, ends, tail);
    }
  } else {
    switch (width) {
      case 1:
        return sumRows<T>(1, c, stride, last, fresh, count, starts, ends, tail);
      case 2:
        return sumRows<T>(2, c, stride, last, fresh, count, starts, ends, tail);
      case 3:
        return sumRows<T>(3, c, stride, last, fresh, count, starts, ends, tail);
      case 4:
        return sumRows<T>(4, c, stride, last, fresh, count, starts, ends, tail);
      case 5:
        return sumRows<T>(5, c, stride, last, fresh, count, starts, ends, tail);
      case 6:
        return sumRows<T>(6, c, stride, last, fresh, count, starts, ends, tail);
      case 7:
        return sumRows<T>(7, c, stride, last, fresh, count, starts, ends, tail);
      default:
        return sumRows<T>(PANEL_BYTES / 16, c, stride, last, fresh, count, starts, ends, tail);
    }
  }
}

// Of the wide build one function for each width: within one, Binaryen finds their loops alike and makes one of them, whose width is a variable.

function sumRows2<T>(
  c: usize, stride: usize, last: i32, fresh: bool, count: i32, starts: usize, ends: usize, tail: usize,
): void {
  sumRows<T>(2, c, stride, last, fresh, count, starts, ends, tail);
}

function sumRows4<T>(
  c: usize, stride: usize, last: i32, fresh: bool, count: i32, starts: usize, ends: usize, tail: usize,
): void {
  sumRows<T>(4, c, stride, last, fresh, count, starts, ends, tail);
}

function sumRows6<T>(
  c: usize, stride: usize, last: i32, fresh: bool, count: i32, starts: usize, ends: usize, tail: usize,
): void {
  sumRows<T>(6, c, stride, last, fresh, count, starts, ends, tail);
}

function sumRows8<T>(
  c: usize, stride: usize, last: i32, fresh: bool, count: i32, starts: usize, ends: usize, tail: usize,
): void {
  sumRows<T>(8, c, stride, last, fresh, count, starts, ends, tail);
}

function sumRows10<T>(
  c: usize, stride: usize, last: i32, fresh: bool, count: i32, starts: usize, ends: usize, tail: usize,
): void {
  sumRows<T>(10, c, stride, last, fresh, count, starts, ends, tail);
}

function sumRows12<T>(
  c: usize, stride: usize, last: i32, fresh: bool, count: i32, starts: usize, ends: usize, tail: usize,
): void {
  sumRows<T>(12, c, stride, last, fresh, count, starts, ends, tail);
}

function sumRows14<T>(
  c: usize, stride: usize, last: i32, fresh: bool, count: i32, starts: usize, ends: usize, tail: usize,
): void {
  sumRows<T>(14, c, stride, last, fresh, count, starts, ends, tail);
}

/**
 * c[r, …] = Σ value·(row of b) over the entries from the r-th address of `starts` to that of `ends`, or c[r, …] plus as much where not
 * `fresh`, for `count` rows of `width` vectors; of the last vector (in the wide build of the last pair), the first `last` elements are
 * stored. What a narrower tile does not need is not in its code.
 */
@inline
function sumRows<T>(
  width: i32, c: usize, stride: usize, last: i32, fresh: bool, count: i32, starts: usize, ends: usize, tail: usize,
): void {
  // A pair that is cut goes by way of memory: of sums that are also used one by one, V8 would take the upper half apart at every entry.
  const isCut = WIDE && last < 2 * vectorLength<T>();
  for (; count > 0; count--) {
    let list = <usize>load<u32>(starts);
    const end = <usize>load<u32>(ends);
    if (fresh || list < end) {
      let s0 = v128.splat<T>(<T>0);
      let s1 = v128.splat<T>(<T>0);
      let s2 = v128.splat<T>(<T>0);
      let s3 = v128.splat<T>(<T>0);
      let s4 = v128.splat<T>(<T>0);
      let s5 = v128.splat<T>(<T>0);
      let s6 = v128.splat<T>(<T>0);
      let s7 = v128.splat<T>(<T>0);
      let s8 = v128.splat<T>(<T>0);
      let s9 = v128.splat<T>(<T>0);
      let s10 = v128.splat<T>(<T>0);
      let s11 = v128.splat<T>(<T>0);
      let s12 = v128.splat<T>(<T>0);
      let s13 = v128.splat<T>(<T>0);
      if (WIDE) {
        // Without a branch, in whose two ways V8 would have to find the same pairs.
        const from = fresh ? ZEROS : c;
        s0 = v128.load(from); s1 = v128.load(from, 16);
        if (width > 2) { s2 = v128.load(from, 32); s3 = v128.load(from, 48); }
        if (width > 4) { s4 = v128.load(from, 64); s5 = v128.load(from, 80); }
        if (width > 6) { s6 = v128.load(from, 96); s7 = v128.load(from, 112); }
        if (width > 8) { s8 = v128.load(from, 128); s9 = v128.load(from, 144); }
        if (width > 10) { s10 = v128.load(from, 160); s11 = v128.load(from, 176); }
        if (width > 12) { s12 = v128.load(from, 192); s13 = v128.load(from, 208); }
      } else if (!fresh) {
        s0 = v128.load(c);
        if (width > 1) s1 = v128.load(c, 16);
        if (width > 2) s2 = v128.load(c, 32);
        if (width > 3) s3 = v128.load(c, 48);
        if (width > 4) s4 = v128.load(c, 64);
        if (width > 5) s5 = v128.load(c, 80);
        if (width > 6) s6 = v128.load(c, 96);
        if (width > 7) s7 = v128.load(c, 112);
        if (width > 8) s8 = v128.load(c, 128);
        if (width > 9) s9 = v128.load(c, 144);
        if (width > 10) s10 = v128.load(c, 160);
        if (width > 11) s11 = v128.load(c, 176);
        if (width > 12) s12 = v128.load(c, 192);
      }
      for (; list < end; list += entryBytes<T>()) {
        const value = v128.load_splat<T>(list + sizeof<T>());
        const p = <usize>load<u32>(list);
        s0 = addProduct<T>(s0, value, v128.load(p));
        if (width > 1) s1 = addProduct<T>(s1, value, v128.load(p, 16));
        if (width > 2) s2 = addProduct<T>(s2, value, v128.load(p, 32));
        if (width > 3) s3 = addProduct<T>(s3, value, v128.load(p, 48));
        if (width > 4) s4 = addProduct<T>(s4, value, v128.load(p, 64));
        if (width > 5) s5 = addProduct<T>(s5, value, v128.load(p, 80));
        if (width > 6) s6 = addProduct<T>(s6, value, v128.load(p, 96));
        if (width > 7) s7 = addProduct<T>(s7, value, v128.load(p, 112));
        if (width > 8) s8 = addProduct<T>(s8, value, v128.load(p, 128));
        if (width > 9) s9 = addProduct<T>(s9, value, v128.load(p, 144));
        if (width > 10) s10 = addProduct<T>(s10, value, v128.load(p, 160));
        if (width > 11) s11 = addProduct<T>(s11, value, v128.load(p, 176));
        if (width > 12) s12 = addProduct<T>(s12, value, v128.load(p, 192));
        if (width > 13) s13 = addProduct<T>(s13, value, v128.load(p, 208));
      }
      if (WIDE) {
        const lastPair = isCut ? tail : c + (width - 2) * 16;
        if (width == 2) storePair(lastPair, s0, s1);
        else storePair(c, s0, s1);
        if (width == 4) storePair(lastPair, s2, s3);
        else if (width > 4) { v128.store(c, s3, 48); v128.store(c, s2, 32); }
        if (width == 6) storePair(lastPair, s4, s5);
        else if (width > 6) { v128.store(c, s5, 80); v128.store(c, s4, 64); }
        if (width == 8) storePair(lastPair, s6, s7);
        else if (width > 8) { v128.store(c, s7, 112); v128.store(c, s6, 96); }
        if (width == 10) storePair(lastPair, s8, s9);
        else if (width > 10) { v128.store(c, s9, 144); v128.store(c, s8, 128); }
        if (width == 12) storePair(lastPair, s10, s11);
        else if (width > 12) { v128.store(c, s11, 176); v128.store(c, s10, 160); }
        if (width == 14) storePair(lastPair, s12, s13);
        if (isCut) {
          const to = c + (width - 2) * 16;
          storeFirst<T>(to, v128.load(tail), last);
          if (last > vectorLength<T>()) storePart<T>(to + 16, v128.load(tail, 16), last - vectorLength<T>());
        }
      } else {
        storeFirst<T>(c, s0, width == 1 ? last : vectorLength<T>());
        if (width > 1) storeFirst<T>(c + 16, s1, width == 2 ? last : vectorLength<T>());
        if (width > 2) storeFirst<T>(c + 32, s2, width == 3 ? last : vectorLength<T>());
        if (width > 3) storeFirst<T>(c + 48, s3, width == 4 ? last : vectorLength<T>());
        if (width > 4) storeFirst<T>(c + 64, s4, width == 5 ? last : vectorLength<T>());
        if (width > 5) storeFirst<T>(c + 80, s5, width == 6 ? last : vectorLength<T>());
        if (width > 6) storeFirst<T>(c + 96, s6, width == 7 ? last : vectorLength<T>());
        if (width > 7) v128.store(c + 112, s7);
        if (width > 8) v128.store(c + 128, s8);
        if (width > 9) v128.store(c + 144, s9);
        if (width > 10) v128.store(c + 160, s10);
        if (width > 11) v128.store(c + 176, s11);
        if (width > 12) storeFirst<T>(c + 192, s12, width == 13 ? last : vectorLength<T>());
      }
    }
    c += stride;
    starts += 4;
    ends += 4;
  }
}
