// Inputs that are mostly zeros (MNIST: 81 %), held without them as compressed rows. Of each row first stand how many entries it has up to
// the end of each block of BLOCK_COLUMNS columns but the last (uint16), then the columns of its elements that are not zero (uint16), in order;
// and elsewhere, in a data set right behind them, their values in the data's own type. A table says where each row lies (CompressedRow).
// Kernels read them in place: a data set's rows, those of a batch chosen from it, or those just compressed.

import { firstRow } from "../data/gather";
import { DType } from "../isa";
import { CompressedRow, COMPRESSED_ROW_BYTES, GatherRowsArg } from "../isa/sparse";
import { arg, chunkStart, pointer } from "../memory";
import { BLOCK_COLUMNS } from "./blocking";

/** Bytes of an entry, what a product reads: the address of a row of its right factor, and a value in its own alignment. */
@inline
export function entryBytes<T>(): usize {
  return 2 * sizeof<T>();
}

/** How many blocks of columns a row of `width` elements has. */
@inline
export function blocksOf(width: i32): i32 {
  return (width + BLOCK_COLUMNS - 1) / BLOCK_COLUMNS;
}

/** Bytes of what stands before the columns of a row of `width` elements. */
@inline
export function headBytes(width: i32): usize {
  return <usize>(blocksOf(width) - 1) << 1;
}

/** How many entries the row at `head` has up to the end of a block of columns, which is not the last. */
@inline
export function endOf(head: usize, block: i32): usize {
  return load<u16>(head + (<usize>block << 1));
}

@inline
function field(rows: usize, row: i32, which: CompressedRow): i32 {
  return load<i32>(rows + <usize>row * COMPRESSED_ROW_BYTES + (<usize>which << 2));
}

/** Where a row begins. */
@inline
export function addressOf(rows: usize, row: i32): usize {
  return <usize>(<u32>field(rows, row, CompressedRow.address));
}

/** Where the columns of a row of `width` elements begin. */
@inline
export function columnsOf(rows: usize, row: i32, width: i32): usize {
  return addressOf(rows, row) + headBytes(width);
}

@inline
export function countOf(rows: usize, row: i32): i32 {
  return field(rows, row, CompressedRow.count);
}

@inline
export function valuesOf(rows: usize, row: i32): usize {
  return <usize>(<u32>field(rows, row, CompressedRow.values));
}

@inline
export function setRow(rows: usize, row: i32, address: usize, count: i32, values: usize): void {
  const to = rows + <usize>row * COMPRESSED_ROW_BYTES;
  store<u32>(to + (<usize>CompressedRow.address << 2), <u32>address);
  store<i32>(to + (<usize>CompressedRow.count << 2), count);
  store<u32>(to + (<usize>CompressedRow.values << 2), <u32>values);
}

/** Bytes of an element of a type. */
@inline
export function bytesOf(type: i32): usize {
  return type == DType.uint8 ? 1 : type == DType.float64 ? 8 : 4;
}

/** Op.gatherRows: the batch's rows are those of the data set, found in its table. */
export function gatherRows(i: usize, lane: i32, lanes: i32): void {
  const m = arg(i, GatherRowsArg.m);
  const rows = pointer(i, GatherRowsArg.rows);
  const dataset = pointer(i, GatherRowsArg.dataset);
  const indices = pointer(i, GatherRowsArg.indices);
  const bytes = bytesOf(arg(i, GatherRowsArg.source));
  const offset = firstRow(
    pointer(i, GatherRowsArg.state),
    arg(i, GatherRowsArg.stepsPerEpoch),
    arg(i, GatherRowsArg.stride),
  );
  const from = chunkStart(m, 1, lane, lanes);
  const to = chunkStart(m, 1, lane + 1, lanes);
  for (let row = from; row < to; row++) {
    const index = indices ? load<i32>(indices + (<usize>(offset + row) << 2)) : <i32>offset + row;
    setRow(rows, row, addressOf(dataset, index), countOf(dataset, index), valuesOf(dataset, index));
  }
  // Rows lie anywhere in a large data set. Touching all of them here, and after all of the table, lets the memory answer many requests at
  // once, which takes a third of the time of meeting its delay row by row. The sum is written down, so that it is computed at all.
  let touched: u32 = 0;
  for (let row = from; row < to; row++) {
    const end = valuesOf(rows, row) + <usize>countOf(rows, row) * bytes;
    for (let p = addressOf(rows, row); p < end; p += 64) touched += load<u8>(p);
  }
  store<u32>(rows + <usize>m * COMPRESSED_ROW_BYTES, touched);
}

/** Four values as float32. */
@inline
function four<S>(values: usize): v128 {
  if (sizeof<S>() == 1) {
    const words = i16x8.extend_low_i8x16_u(v128.load32_zero(values));
    return f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(words));
  }
  if (sizeof<S>() == 8) {
    const high = f32x4.demote_f64x2_zero(v128.load(values, 16));
    return i64x2.shuffle(f32x4.demote_f64x2_zero(v128.load(values)), high, 0, 2);
  }
  return isFloat<S>() ? v128.load(values) : f32x4.convert_i32x4_s(v128.load(values));
}

/** Four entries. */
@inline
function entries<S>(to: usize, columns: usize, values: usize, b: v128, mask: v128, stride: v128, scale: v128): void {
  const rows = i32x4.extend_low_i16x8_u(v128.and(v128.load64_zero(columns), mask));
  const addresses = i32x4.add(b, i32x4.mul(rows, stride));
  const scaled = f32x4.mul(four<S>(values), scale);
  v128.store(to, i32x4.shuffle(addresses, scaled, 0, 4, 1, 5));
  v128.store(to, i32x4.shuffle(addresses, scaled, 2, 6, 3, 7), 16);
}

function expandOf<T, S>(
  to: usize, columns: usize, values: usize, count: i32, b: usize, mask: i32, stride: i32, scale: T,
): void {
  if (sizeof<T>() == 4) {
    // Eight at a time, and past the end by up to seven, which nobody reads.
    const first = i32x4.splat(<i32>b);
    const masks = i16x8.splat(<i16>mask);
    const step = i32x4.splat(stride);
    const factor = f32x4.splat(<f32>scale);
    for (let left = count; left > 0; left -= 8) {
      entries<S>(to, columns, values, first, masks, step, factor);
      entries<S>(to + 32, columns + 8, values + 4 * sizeof<S>(), first, masks, step, factor);
      columns += 16;
      values += 8 * sizeof<S>();
      to += 64;
    }
  } else {
    for (let left = count; left > 0; left--) {
      store<u32>(to, <u32>b + (<u32>load<u16>(columns) & mask) * stride);
      store<T>(to + sizeof<T>(), <T>(<T>load<S>(values) * scale));
      columns += 2;
      values += sizeof<S>();
      to += entryBytes<T>();
    }
  }
}

/**
 * Columns and values of a compressed row as entries: column j stands for the row of b at b + (j & mask)·stride, and values are taken times
 * `scale`. Writes up to 64 bytes past the last.
 */
export function expand<T>(
  source: i32, to: usize, columns: usize, values: usize, count: i32, b: usize, mask: i32, stride: i32, scale: T,
): void {
  if (source == DType.uint8) expandOf<T, u8>(to, columns, values, count, b, mask, stride, scale);
  else if (source == DType.float32) expandOf<T, f32>(to, columns, values, count, b, mask, stride, scale);
  else if (source == DType.float64) expandOf<T, f64>(to, columns, values, count, b, mask, stride, scale);
  else expandOf<T, i32>(to, columns, values, count, b, mask, stride, scale);
}
