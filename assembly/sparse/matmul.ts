// The two products of a first layer whose input is mostly zeros: x·W and xᵀ·g. They add the same terms in the same order as matmul,
// leaving out those that are zero, so the bits are the same.

import { finish } from "../gemm/epilogue";
import { SparseMatmulArg, SparseMatmulGradientArg } from "../isa";
import { arg, chunkStart, pointer, storePart, vectorLength } from "../memory";
import { entryBytes } from "./rows";

/** The widest tile, in vectors: with the value and one product, all that sixteen registers hold. */
const WIDEST: i32 = 13;

/** Op.sparseMatmul: lanes split the rows. */
export function sparseMatmul<T>(i: usize, lane: i32, lanes: i32): void {
  const m = arg(i, SparseMatmulArg.m);
  const n = arg(i, SparseMatmulArg.n);
  const b = pointer(i, SparseMatmulArg.b);
  const capacity = <usize>arg(i, SparseMatmulArg.capacity) * entryBytes<T>();
  const bytes = <usize>n * sizeof<T>();
  const from = chunkStart(m, 1, lane, lanes);
  const to = chunkStart(m, 1, lane + 1, lanes);
  for (let row = from; row < to; row++) {
    const first = pointer(i, SparseMatmulArg.entries) + <usize>row * capacity;
    const count = load<i32>(pointer(i, SparseMatmulArg.counts) + ((<usize>row) << 2));
    const c = pointer(i, SparseMatmulArg.c) + <usize>row * bytes;
    for (let column = 0; column < n; ) {
      const width = tileWidth(n - column, vectorLength<T>());
      const at = <usize>column * sizeof<T>();
      sumTile<T>(width, c + at, n - column, b + at, bytes, first, first + <usize>count * entryBytes<T>());
      column += width * vectorLength<T>();
    }
  }
  const c = pointer(i, SparseMatmulArg.c) + <usize>from * bytes;
  const activation = arg(i, SparseMatmulArg.activation);
  finish<T>(activation, c, bytes, to - from, n, pointer(i, SparseMatmulArg.bias), 0, 0);
}

/** Op.sparseMatmulGradient: lanes split the rows of the result, which are the columns of x, so that each has as many entries. */
export function sparseMatmulGradient<T>(i: usize, lane: i32, lanes: i32): void {
  const m = arg(i, SparseMatmulGradientArg.m);
  const n = arg(i, SparseMatmulGradientArg.n);
  const k = arg(i, SparseMatmulGradientArg.k);
  const capacity = <usize>arg(i, SparseMatmulGradientArg.capacity) * entryBytes<T>();
  const bytes = <usize>n * sizeof<T>();
  const kFrom = firstColumn<T>(i, lane, lanes);
  const kTo = firstColumn<T>(i, lane + 1, lanes);
  const c = pointer(i, SparseMatmulGradientArg.c);
  memory.fill(c + <usize>kFrom * bytes, 0, <usize>(kTo - kFrom) * bytes);
  for (let row = 0; row < m; row++) {
    let first = pointer(i, SparseMatmulGradientArg.entries) + <usize>row * capacity;
    const count = load<i32>(pointer(i, SparseMatmulGradientArg.counts) + ((<usize>row) << 2));
    let end = first + <usize>count * entryBytes<T>();
    if (lanes > 1) {
      const all = end;
      first = atColumn<T>(first, all, kFrom);
      end = atColumn<T>(first, all, kTo);
    }
    const g = pointer(i, SparseMatmulGradientArg.g) + <usize>row * bytes;
    for (let column = 0; column < n; ) {
      const width = tileWidth(n - column, vectorLength<T>());
      const at = <usize>column * sizeof<T>();
      addTile<T>(width, c + at, n - column, g + at, bytes, first, end);
      column += width * vectorLength<T>();
    }
  }
  const rows = <usize>kFrom * bytes;
  const output = pointer(i, SparseMatmulGradientArg.output) + rows;
  const activation = arg(i, SparseMatmulGradientArg.activation);
  const bias = pointer(i, SparseMatmulGradientArg.bias);
  finish<T>(activation, c + rows, bytes, kTo - kFrom, n, bias, output, bytes);
}

/** Where a lane's columns begin: the mean over the rows of where that share of a row's entries ends. */
function firstColumn<T>(i: usize, lane: i32, lanes: i32): i32 {
  if (lane == 0) return 0;
  if (lane == lanes) return arg(i, SparseMatmulGradientArg.k);
  const m = arg(i, SparseMatmulGradientArg.m);
  const capacity = <usize>arg(i, SparseMatmulGradientArg.capacity) * entryBytes<T>();
  let row = pointer(i, SparseMatmulGradientArg.entries);
  let sum: i64 = 0;
  for (let r = 0; r < m; r++) {
    const count = load<i32>(pointer(i, SparseMatmulGradientArg.counts) + ((<usize>r) << 2));
    const share = <usize>((<i64>count * lane) / lanes);
    if (count > 0) sum += load<i32>(row + share * entryBytes<T>());
    row += capacity;
  }
  return <i32>(sum / m);
}

/** The first entry whose column is not below `column`; a row's entries are in the order of their columns. */
function atColumn<T>(first: usize, end: usize, column: i32): usize {
  let count = <i32>((end - first) / entryBytes<T>());
  while (count > 0) {
    const half = count >> 1;
    const middle = first + <usize>half * entryBytes<T>();
    if (load<i32>(middle) < column) {
      first = middle + entryBytes<T>();
      count -= half + 1;
    } else {
      count = half;
    }
  }
  return first;
}

/**
 * How many vectors the next tile takes: the rest of a row in equal tiles of at most WIDEST, rounded down to a width that there is a
 * tile of.
 */
function tileWidth(columns: i32, length: i32): i32 {
  const vectors = (columns + length - 1) / length;
  const tiles = (vectors + WIDEST - 1) / WIDEST;
  const even = (vectors + tiles - 1) / tiles;
  return even >= WIDEST ? WIDEST : even >= 10 ? 10 : even == 9 ? 8 : even;
}

function sumTile<T>(width: i32, c: usize, columns: i32, b: usize, stride: usize, entry: usize, end: usize): void {
  switch (width) {
    case 1:
      return sumVectors<T>(1, c, columns, b, stride, entry, end);
    case 2:
      return sumVectors<T>(2, c, columns, b, stride, entry, end);
    case 3:
      return sumVectors<T>(3, c, columns, b, stride, entry, end);
    case 4:
      return sumVectors<T>(4, c, columns, b, stride, entry, end);
    case 5:
      return sumVectors<T>(5, c, columns, b, stride, entry, end);
    case 6:
      return sumVectors<T>(6, c, columns, b, stride, entry, end);
    case 7:
      return sumVectors<T>(7, c, columns, b, stride, entry, end);
    case 8:
      return sumVectors<T>(8, c, columns, b, stride, entry, end);
    case 10:
      return sumVectors<T>(10, c, columns, b, stride, entry, end);
    default:
      return sumVectors<T>(WIDEST, c, columns, b, stride, entry, end);
  }
}

function addTile<T>(width: i32, c: usize, columns: i32, g: usize, stride: usize, entry: usize, end: usize): void {
  switch (width) {
    case 1:
      return addVectors<T>(1, c, columns, g, stride, entry, end);
    case 2:
      return addVectors<T>(2, c, columns, g, stride, entry, end);
    case 3:
      return addVectors<T>(3, c, columns, g, stride, entry, end);
    case 4:
      return addVectors<T>(4, c, columns, g, stride, entry, end);
    case 5:
      return addVectors<T>(5, c, columns, g, stride, entry, end);
    case 6:
      return addVectors<T>(6, c, columns, g, stride, entry, end);
    case 7:
      return addVectors<T>(7, c, columns, g, stride, entry, end);
    case 8:
      return addVectors<T>(8, c, columns, g, stride, entry, end);
    case 10:
      return addVectors<T>(10, c, columns, g, stride, entry, end);
    default:
      return addVectors<T>(WIDEST, c, columns, g, stride, entry, end);
  }
}

// A width is a constant wherever these two are called, so what a narrower tile does not need is not in its code. A row's last
// vector may be in part past its end: `last` is how many of its elements are the row's.

/** c[…] = Σ value·b[column, …] for `width` vectors of one row. */
@inline
function sumVectors<T>(width: i32, c: usize, columns: i32, b: usize, stride: usize, entry: usize, end: usize): void {
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
  for (; entry < end; entry += entryBytes<T>()) {
    const value = v128.load_splat<T>(entry + sizeof<T>());
    const p = b + <usize>load<u32>(entry) * stride;
    s0 = v128.add<T>(s0, v128.mul<T>(value, v128.load(p, 0)));
    if (width > 1) s1 = v128.add<T>(s1, v128.mul<T>(value, v128.load(p, 16)));
    if (width > 2) s2 = v128.add<T>(s2, v128.mul<T>(value, v128.load(p, 32)));
    if (width > 3) s3 = v128.add<T>(s3, v128.mul<T>(value, v128.load(p, 48)));
    if (width > 4) s4 = v128.add<T>(s4, v128.mul<T>(value, v128.load(p, 64)));
    if (width > 5) s5 = v128.add<T>(s5, v128.mul<T>(value, v128.load(p, 80)));
    if (width > 6) s6 = v128.add<T>(s6, v128.mul<T>(value, v128.load(p, 96)));
    if (width > 7) s7 = v128.add<T>(s7, v128.mul<T>(value, v128.load(p, 112)));
    if (width > 8) s8 = v128.add<T>(s8, v128.mul<T>(value, v128.load(p, 128)));
    if (width > 9) s9 = v128.add<T>(s9, v128.mul<T>(value, v128.load(p, 144)));
    if (width > 10) s10 = v128.add<T>(s10, v128.mul<T>(value, v128.load(p, 160)));
    if (width > 11) s11 = v128.add<T>(s11, v128.mul<T>(value, v128.load(p, 176)));
    if (width > 12) s12 = v128.add<T>(s12, v128.mul<T>(value, v128.load(p, 192)));
  }
  const last = columns - (width - 1) * vectorLength<T>();
  put<T>(c + 0, s0, width == 1, last);
  if (width > 1) put<T>(c + 16, s1, width == 2, last);
  if (width > 2) put<T>(c + 32, s2, width == 3, last);
  if (width > 3) put<T>(c + 48, s3, width == 4, last);
  if (width > 4) put<T>(c + 64, s4, width == 5, last);
  if (width > 5) put<T>(c + 80, s5, width == 6, last);
  if (width > 6) put<T>(c + 96, s6, width == 7, last);
  if (width > 7) put<T>(c + 112, s7, width == 8, last);
  if (width > 8) put<T>(c + 128, s8, width == 9, last);
  if (width > 9) put<T>(c + 144, s9, width == 10, last);
  if (width > 10) put<T>(c + 160, s10, width == 11, last);
  if (width > 11) put<T>(c + 176, s11, width == 12, last);
  if (width > 12) put<T>(c + 192, s12, width == 13, last);
}

/** c[column, …] += value·g[…] for `width` vectors, g staying in registers. */
@inline
function addVectors<T>(width: i32, c: usize, columns: i32, g: usize, stride: usize, entry: usize, end: usize): void {
  const zero = v128.splat<T>(<T>0);
  const g0 = width > 0 ? v128.load(g, 0) : zero;
  const g1 = width > 1 ? v128.load(g, 16) : zero;
  const g2 = width > 2 ? v128.load(g, 32) : zero;
  const g3 = width > 3 ? v128.load(g, 48) : zero;
  const g4 = width > 4 ? v128.load(g, 64) : zero;
  const g5 = width > 5 ? v128.load(g, 80) : zero;
  const g6 = width > 6 ? v128.load(g, 96) : zero;
  const g7 = width > 7 ? v128.load(g, 112) : zero;
  const g8 = width > 8 ? v128.load(g, 128) : zero;
  const g9 = width > 9 ? v128.load(g, 144) : zero;
  const g10 = width > 10 ? v128.load(g, 160) : zero;
  const g11 = width > 11 ? v128.load(g, 176) : zero;
  const g12 = width > 12 ? v128.load(g, 192) : zero;
  const last = columns - (width - 1) * vectorLength<T>();
  for (; entry < end; entry += entryBytes<T>()) {
    const value = v128.load_splat<T>(entry + sizeof<T>());
    const p = c + <usize>load<u32>(entry) * stride;
    put<T>(p + 0, v128.add<T>(v128.load(p, 0), v128.mul<T>(value, g0)), width == 1, last);
    if (width > 1) put<T>(p + 16, v128.add<T>(v128.load(p, 16), v128.mul<T>(value, g1)), width == 2, last);
    if (width > 2) put<T>(p + 32, v128.add<T>(v128.load(p, 32), v128.mul<T>(value, g2)), width == 3, last);
    if (width > 3) put<T>(p + 48, v128.add<T>(v128.load(p, 48), v128.mul<T>(value, g3)), width == 4, last);
    if (width > 4) put<T>(p + 64, v128.add<T>(v128.load(p, 64), v128.mul<T>(value, g4)), width == 5, last);
    if (width > 5) put<T>(p + 80, v128.add<T>(v128.load(p, 80), v128.mul<T>(value, g5)), width == 6, last);
    if (width > 6) put<T>(p + 96, v128.add<T>(v128.load(p, 96), v128.mul<T>(value, g6)), width == 7, last);
    if (width > 7) put<T>(p + 112, v128.add<T>(v128.load(p, 112), v128.mul<T>(value, g7)), width == 8, last);
    if (width > 8) put<T>(p + 128, v128.add<T>(v128.load(p, 128), v128.mul<T>(value, g8)), width == 9, last);
    if (width > 9) put<T>(p + 144, v128.add<T>(v128.load(p, 144), v128.mul<T>(value, g9)), width == 10, last);
    if (width > 10) put<T>(p + 160, v128.add<T>(v128.load(p, 160), v128.mul<T>(value, g10)), width == 11, last);
    if (width > 11) put<T>(p + 176, v128.add<T>(v128.load(p, 176), v128.mul<T>(value, g11)), width == 12, last);
    if (width > 12) put<T>(p + 192, v128.add<T>(v128.load(p, 192), v128.mul<T>(value, g12)), width == 13, last);
  }
}

/** Stores a vector, or the first `last` elements of it where it is a tile's last. */
@inline
function put<T>(address: usize, v: v128, isLast: bool, last: i32): void {
  if (!isLast || last >= vectorLength<T>()) v128.store(address, v);
  else storePart<T>(address, v, last);
}
