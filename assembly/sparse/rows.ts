// Inputs that are mostly zeros (MNIST: 81 %), held as compressed rows: the data set's once, in its own type, and each batch's as entries
// of a column and a value, which the forward pass and the weight gradient both read.

import { CompressRowsArg, CountNonZerosArg, DType, GatherRowsArg } from "../isa";
import { firstRow } from "../gather";
import { arg, chunkStart, pointer } from "../memory";

/** Bytes of an entry: the column as 32 bits, and the value in its own alignment. */
@inline
export function entryBytes<T>(): usize {
  return 2 * sizeof<T>();
}

/** Op.countNonZeros */
export function countNonZeros(i: usize, lane: i32): void {
  if (lane != 0) return;
  const data = pointer(i, CountNonZerosArg.data);
  const source = arg(i, CountNonZerosArg.source);
  const rows = arg(i, CountNonZerosArg.rows);
  const width = arg(i, CountNonZerosArg.width);
  const starts = pointer(i, CountNonZerosArg.starts);
  let total: u32 = 0;
  let most: u32 = 0;
  for (let row = 0; row < rows; row++) {
    store<u32>(starts + ((<usize>row) << 2), total);
    const first = <usize>row * width;
    let count: u32;
    if (source == DType.uint8) count = countRow<u8>(data, first, width);
    else if (source == DType.float32) count = countRow<f32>(data, first, width);
    else if (source == DType.float64) count = countRow<f64>(data, first, width);
    else count = countRow<i32>(data, first, width);
    total += count;
    most = max(most, count);
  }
  store<u32>(starts + ((<usize>rows) << 2), total);
  store<u32>(starts + ((<usize>rows + 1) << 2), most);
}

function countRow<S>(data: usize, first: usize, width: i32): u32 {
  let count: u32 = 0;
  let p = data + first * sizeof<S>();
  const end = p + <usize>width * sizeof<S>();
  if (sizeof<S>() == 1) {
    for (; p + 16 <= end; p += 16) {
      count += 16 - popcnt(i8x16.bitmask(i8x16.eq(v128.load(p), i8x16.splat(0))));
    }
  }
  for (; p < end; p += sizeof<S>()) {
    if (load<S>(p) != <S>0) count++;
  }
  return count;
}

/** Op.compressRows */
export function compressRows(i: usize, lane: i32): void {
  if (lane != 0) return;
  const data = pointer(i, CompressRowsArg.data);
  const source = arg(i, CompressRowsArg.source);
  const elements = <usize>arg(i, CompressRowsArg.rows) * arg(i, CompressRowsArg.width);
  const width = arg(i, CompressRowsArg.width);
  const columns = pointer(i, CompressRowsArg.columns);
  const values = pointer(i, CompressRowsArg.values);
  if (source == DType.uint8) compressBytes(data, elements, width, columns, values);
  else if (source == DType.float32) compress<f32>(data, elements, width, columns, values);
  else if (source == DType.float64) compress<f64>(data, elements, width, columns, values);
  else compress<i32>(data, elements, width, columns, values);
}

/** Rows follow each other without a gap in what is read and in what is written, so all of them are one run. */
function compress<S>(data: usize, elements: usize, width: i32, columns: usize, values: usize): void {
  let column: i32 = 0;
  for (let e: usize = 0; e < elements; e++) {
    const value = load<S>(data + e * sizeof<S>());
    if (value != <S>0) {
      store<u16>(columns, <u16>column);
      store<S>(values, value);
      columns += 2;
      values += sizeof<S>();
    }
    if (++column == width) column = 0;
  }
}

/** The same for bytes, passing over sixteen zeros at a time where a row has as many left. */
function compressBytes(data: usize, elements: usize, width: i32, columns: usize, values: usize): void {
  let column: i32 = 0;
  for (let e: usize = 0; e < elements; ) {
    if (column + 16 <= width && !v128.any_true(v128.load(data + e))) {
      e += 16;
      column += 16;
    } else {
      const value = load<u8>(data + e);
      if (value) {
        store<u16>(columns, <u16>column);
        store<u8>(values, value);
        columns += 2;
        values++;
      }
      e++;
      column++;
    }
    if (column == width) column = 0;
  }
}

/** Op.gatherRows: T is the dtype of the network. */
export function gatherRows<T>(i: usize, lane: i32, lanes: i32): void {
  const m = arg(i, GatherRowsArg.m);
  const source = arg(i, GatherRowsArg.source);
  const capacity = <usize>arg(i, GatherRowsArg.capacity) * entryBytes<T>();
  const indices = pointer(i, GatherRowsArg.indices);
  const starts = pointer(i, GatherRowsArg.starts);
  const columns = pointer(i, GatherRowsArg.columns);
  const values = pointer(i, GatherRowsArg.values);
  const counts = pointer(i, GatherRowsArg.counts);
  const scale = <T>load<f64>(pointer(i, GatherRowsArg.scale));
  const offset = firstRow(
    pointer(i, GatherRowsArg.state),
    arg(i, GatherRowsArg.stepsPerEpoch),
    arg(i, GatherRowsArg.stride),
  );
  const valueBytes: usize = source == DType.uint8 ? 1 : source == DType.float64 ? 8 : 4;
  const first = chunkStart(m, 1, lane, lanes);
  const last = chunkStart(m, 1, lane + 1, lanes);
  // Rows lie anywhere in a large data set. Touching all of them first lets the memory answer many requests at once, which takes
  // half the time of meeting its delay row by row. The sum goes where an entry will overwrite it, so that it is computed at all.
  let touched: u32 = 0;
  for (let row = first; row < last; row++) {
    const place = starts + (<usize>(indices ? load<u32>(indices + (<usize>(offset + row) << 2)) : offset + row) << 2);
    const from = <usize>load<u32>(place);
    const to = <usize>load<u32>(place + 4);
    touched += touch(columns + (from << 1), columns + (to << 1));
    touched += touch(values + from * valueBytes, values + to * valueBytes);
  }
  if (first < last) store<u32>(pointer(i, GatherRowsArg.entries) + <usize>first * capacity, touched);
  for (let row = first; row < last; row++) {
    const index = indices ? load<u32>(indices + (<usize>(offset + row) << 2)) : offset + row;
    const start = <usize>load<u32>(starts + (<usize>index << 2));
    const count = <i32>(load<u32>(starts + ((<usize>index + 1) << 2)) - <u32>start);
    store<i32>(counts + ((<usize>row) << 2), count);
    const to = pointer(i, GatherRowsArg.entries) + <usize>row * capacity;
    const from = columns + (start << 1);
    if (source == DType.uint8) fetch<T, u8>(to, from, values + start, count, scale);
    else if (source == DType.float32) fetch<T, f32>(to, from, values + (start << 2), count, scale);
    else if (source == DType.float64) fetch<T, f64>(to, from, values + (start << 3), count, scale);
    else fetch<T, i32>(to, from, values + (start << 2), count, scale);
  }
}

/** Reads a byte of each cache line. */
@inline
function touch(from: usize, to: usize): u32 {
  let sum: u32 = 0;
  for (; from < to; from += 64) sum += load<u8>(from);
  return sum;
}

/** Four entries of float32 from four columns and four integer values. */
@inline
function pairs(to: usize, columns: v128, integers: v128, factor: v128): void {
  const values = f32x4.mul(f32x4.convert_i32x4_s(integers), factor);
  v128.store(to, i32x4.shuffle(columns, values, 0, 4, 1, 5));
  v128.store(to, i32x4.shuffle(columns, values, 2, 6, 3, 7), 16);
}

/** The entries of one row. Bytes to float32, the usual case, go eight at a time. */
function fetch<T, S>(to: usize, columns: usize, values: usize, count: i32, scale: T): void {
  let left = count;
  if (sizeof<T>() == 4 && sizeof<S>() == 1) {
    const factor = v128.splat<T>(scale);
    for (; left >= 8; left -= 8) {
      const column = v128.load(columns);
      const value = v128.load64_zero(values);
      const words = i16x8.extend_low_i8x16_u(value);
      pairs(to, i32x4.extend_low_i16x8_u(column), i32x4.extend_low_i16x8_u(words), factor);
      pairs(to + 32, i32x4.extend_high_i16x8_u(column), i32x4.extend_high_i16x8_u(words), factor);
      columns += 16;
      values += 8;
      to += 64;
    }
  }
  for (; left > 0; left--) {
    store<u32>(to, load<u16>(columns));
    store<T>(to + sizeof<T>(), <T>(<T>load<S>(values) * scale));
    columns += 2;
    values += sizeof<S>();
    to += entryBytes<T>();
  }
}
