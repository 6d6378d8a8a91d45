// The two products of a first layer whose input is mostly zeros: x·W and xᵀ·g. They add the same terms in the same order as matmul,
// leaving out those that are zero, so the bits are the same.
//
// Both are sums of multiples of rows: c[i, …] = Σ value·b[j, …]. The terms of one c[i, …] are a list of entries, each the address of a
// row of b and a value (rows.ts), and one kernel adds them up with the sum in registers. For x·W a list is a row of x. For xᵀ·g it is a
// column of x, so the batch is transposed first: reading a list per column costs less than adding every term to c in memory, where each
// of thirteen vectors would be loaded and stored again (measured: 45 instead of 54 µs at [100, 784]ᵀ·[100, 50], 15,000 entries).

import { finish } from "../gemm/epilogue";
import { addProduct, storeFirst } from "../gemm/vectors";
import { DType, SparseMatmulArg, SparseMatmulGradientArg } from "../isa";
import { arg, chunkStart, pointer, vectorLength } from "../memory";
import { EXPAND_SLACK, LISTS_BYTES, PACKED_ROWS, PANEL_BYTES } from "./blocking";
import { addressOf, countOf, entryBytes, expand } from "./rows";

/** Op.sparseMatmul: lanes split the rows. */
export function sparseMatmul<T>(i: usize, lane: i32, lanes: i32): void {
  const m = arg(i, SparseMatmulArg.m);
  const n = arg(i, SparseMatmulArg.n);
  const rows = pointer(i, SparseMatmulArg.rows);
  const source = arg(i, SparseMatmulArg.source);
  const scale = <T>load<f64>(pointer(i, SparseMatmulArg.scale));
  const b = pointer(i, SparseMatmulArg.b);
  const k = arg(i, SparseMatmulArg.k);
  const list = pointer(i, SparseMatmulArg.workspace) + <usize>lane * arg(i, SparseMatmulArg.workspaceBytes);
  const panel = list + <usize>k * entryBytes<T>() + EXPAND_SLACK;
  const bytes = <usize>n * sizeof<T>();
  const from = chunkStart(m, 1, lane, lanes);
  const to = chunkStart(m, 1, lane + 1, lanes);
  const first = pointer(i, SparseMatmulArg.c) + <usize>from * bytes;
  // The tiles of a wide b lie far apart, which no cache likes.
  const packs = n > WIDEST * vectorLength<T>() && to - from >= PACKED_ROWS;
  let width = 0;
  for (let column = 0; column < n; column += width * vectorLength<T>()) {
    width = tileWidth<T>(n - column);
    const at = <usize>column * sizeof<T>();
    if (packs) pack(panel, b + at, bytes, k, width);
    const right = packs ? panel : b + at;
    const stride = packs ? <usize>PANEL_BYTES : bytes;
    let c = first + at;
    for (let row = from; row < to; row++) {
      const count = countOf(rows, row);
      expand<T>(source, list, addressOf(rows, row), count, right, <i32>stride, scale);
      sumTile<T>(width, c, n - column, list, list + <usize>count * entryBytes<T>());
      c += bytes;
    }
  }
  const activation = arg(i, SparseMatmulArg.activation);
  finish<T>(activation, first, bytes, to - from, n, pointer(i, SparseMatmulArg.bias), 0, 0);
}

/**
 * Op.sparseMatmulGradient: lanes split the rows of the result, which are the columns of x, so that each has as many entries. A lane's
 * scratch is the lists, each with room for m entries, as many at a time as LISTS_BYTES hold; how many entries of each row are done; a
 * panel of g; and where each list ends.
 */
export function sparseMatmulGradient<T>(i: usize, lane: i32, lanes: i32): void {
  const m = arg(i, SparseMatmulGradientArg.m);
  const n = arg(i, SparseMatmulGradientArg.n);
  const k = arg(i, SparseMatmulGradientArg.k);
  const rows = pointer(i, SparseMatmulGradientArg.rows);
  const bytes = <usize>n * sizeof<T>();
  const listBytes = <usize>m * entryBytes<T>();
  const from = firstColumn(i, lane, lanes);
  const to = firstColumn(i, lane + 1, lanes);
  const lists = min(k, max(1, <i32>(<usize>LISTS_BYTES / listBytes)));
  const workspace = <usize>lane * arg(i, SparseMatmulGradientArg.workspaceBytes);
  const scratch = pointer(i, SparseMatmulGradientArg.workspace) + workspace;
  const g = pointer(i, SparseMatmulGradientArg.g);
  const done = scratch + <usize>lists * listBytes;
  const panel = done + ((<usize>m * 4 + 15) & ~15);
  const ends = panel + <usize>m * PANEL_BYTES;
  for (let row = 0; row < m; row++) {
    store<i32>(done + (<usize>row << 2), from == 0 ? 0 : below(addressOf(rows, row), countOf(rows, row), from));
  }
  const first = pointer(i, SparseMatmulGradientArg.c) + <usize>from * bytes;
  for (let column = from; column < to; column += lists) {
    const limit = min(to, column + lists);
    transpose<T>(i, column, limit, limit == k, scratch, listBytes, done, panel, ends);
    let width = 0;
    for (let j = 0; j < n; j += width * vectorLength<T>()) {
      width = tileWidth<T>(n - j);
      const at = <usize>j * sizeof<T>();
      pack(panel, g + at, bytes, m, width);
      let c = first + <usize>(column - from) * bytes + at;
      let list = scratch;
      for (let end = ends; end < ends + (<usize>(limit - column) << 2); end += 4) {
        sumTile<T>(width, c, n - j, list, <usize>load<u32>(end));
        list += listBytes;
        c += bytes;
      }
    }
  }
  const output = pointer(i, SparseMatmulGradientArg.output) + <usize>from * bytes;
  const activation = arg(i, SparseMatmulGradientArg.activation);
  finish<T>(activation, first, bytes, to - from, n, pointer(i, SparseMatmulGradientArg.bias), output, bytes);
}

/** Where a lane's columns begin: the mean over the rows of where that share of a row's entries ends. */
function firstColumn(i: usize, lane: i32, lanes: i32): i32 {
  if (lane == 0) return 0;
  if (lane == lanes) return arg(i, SparseMatmulGradientArg.k);
  const m = arg(i, SparseMatmulGradientArg.m);
  const rows = pointer(i, SparseMatmulGradientArg.rows);
  let sum: i64 = 0;
  for (let row = 0; row < m; row++) {
    const count = countOf(rows, row);
    const share = <usize>((<i64>count * lane) / lanes);
    if (count > 0) sum += load<u16>(addressOf(rows, row) + (share << 1));
  }
  return <i32>(sum / m);
}

/** Makes the lists of columns column…limit out of rows of `panel`; a row's entries have been used up to `done`. */
function transpose<T>(
  i: usize, column: i32, limit: i32, isLast: bool, lists: usize, listBytes: usize, done: usize, panel: usize, ends: usize,
): void {
  const m = arg(i, SparseMatmulGradientArg.m);
  const rows = pointer(i, SparseMatmulGradientArg.rows);
  const source = arg(i, SparseMatmulGradientArg.source);
  const scale = <T>load<f64>(pointer(i, SparseMatmulGradientArg.scale));
  for (let j: usize = 0; j < <usize>(limit - column); j++) store<u32>(ends + (j << 2), <u32>(lists + j * listBytes));
  // The end of column 0's list would stand here.
  const base = ends - (<usize>column << 2);
  let g = panel;
  for (let row = 0; row < m; row++) {
    const address = addressOf(rows, row);
    const count = countOf(rows, row);
    const at = done + (<usize>row << 2);
    const next = load<i32>(at);
    const stop = isLast ? count : below(address, count, limit);
    store<i32>(at, stop);
    const columns = address + (<usize>next << 1);
    const values = address + (<usize>count << 1);
    if (source == DType.uint8) scatter<T, u8>(columns, values + next, stop - next, g, scale, base);
    else if (source == DType.float32) scatter<T, f32>(columns, values + (<usize>next << 2), stop - next, g, scale, base);
    else if (source == DType.float64) scatter<T, f64>(columns, values + (<usize>next << 3), stop - next, g, scale, base);
    else scatter<T, i32>(columns, values + (<usize>next << 2), stop - next, g, scale, base);
    g += PANEL_BYTES;
  }
}

/** Appends one row's entries to the lists of their columns. */
function scatter<T, S>(columns: usize, values: usize, count: i32, g: usize, scale: T, ends: usize): void {
  for (; count > 0; count--) {
    const end = ends + (<usize>load<u16>(columns) << 2);
    const to = <usize>load<u32>(end);
    store<u32>(to, <u32>g);
    store<T>(to + sizeof<T>(), <T>(<T>load<S>(values) * scale));
    store<u32>(end, <u32>(to + entryBytes<T>()));
    columns += 2;
    values += sizeof<S>();
  }
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

/** The widest tile, in vectors: with the value and one product, all that sixteen registers hold. */
const WIDEST: i32 = PANEL_BYTES / 16;

/**
 * The widest tile below that. Between the two, one tile takes longer than the widest itself (V8 11, [100, 784]·[784, n]: 22 µs for 7
 * vectors, 48 for 8 to 12, 36 for 13): so small a loop the engine unrolls, and then has too few registers.
 */
const NARROW: i32 = 7;

/** How many vectors the next tile takes. */
function tileWidth<T>(columns: i32): i32 {
  const vectors = (columns + vectorLength<T>() - 1) / vectorLength<T>();
  if (vectors >= WIDEST) return WIDEST;
  return vectors > NARROW ? (vectors + 1) / 2 : vectors;
}

/** Copies `width` vectors of each of m rows, `stride` bytes apart, into rows of a panel. May read past a row's end. */
function pack(panel: usize, from: usize, stride: usize, m: i32, width: i32): void {
  for (let row = m; row > 0; row--) {
    for (let at: usize = 0; at < <usize>width << 4; at += 16) v128.store(panel + at, v128.load(from + at));
    panel += PANEL_BYTES;
    from += stride;
  }
}

/** sumVectors for a width that is a constant in each case; `left` columns are left of the row. */
function sumTile<T>(width: i32, c: usize, left: i32, list: usize, end: usize): void {
  const last = left - (width - 1) * vectorLength<T>();
  switch (width) {
    case 1:
      return sumVectors<T>(1, c, last, list, end);
    case 2:
      return sumVectors<T>(2, c, last, list, end);
    case 3:
      return sumVectors<T>(3, c, last, list, end);
    case 4:
      return sumVectors<T>(4, c, last, list, end);
    case 5:
      return sumVectors<T>(5, c, last, list, end);
    case 6:
      return sumVectors<T>(6, c, last, list, end);
    case 7:
      return sumVectors<T>(7, c, last, list, end);
    default:
      return sumVectors<T>(WIDEST, c, last, list, end);
  }
}

/**
 * c[…] = Σ value·(row of b) over the entries from `list` to `end`, for `width` vectors; of the last of them, the first `last` elements are
 * stored. What a narrower tile does not need is not in its code.
 */
@inline
function sumVectors<T>(width: i32, c: usize, last: i32, list: usize, end: usize): void {
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
  }
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
