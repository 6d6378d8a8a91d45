// Making compressed rows (rows.ts) of dense ones.

import { DType } from "../isa";
import { CompressRowsArg, CountNonZerosArg } from "../isa/sparse";
import { arg, chunkStart, pointer, vectorLength } from "../memory";
import { combine2, combine4 } from "../reduce/sum";
import { BLOCK_COLUMNS, MOST_COLUMNS } from "./blocking";
import { bytesOf, headBytes, setRow } from "./rows";

/** Op.countNonZeros */
export function countNonZeros(i: usize, lane: i32): void {
  if (lane != 0) return;
  const data = pointer(i, CountNonZerosArg.data);
  const source = arg(i, CountNonZerosArg.source);
  const n = <usize>arg(i, CountNonZerosArg.rows) * arg(i, CountNonZerosArg.width);
  let count: u32;
  if (source == DType.uint8) count = countIn<u8>(data, n);
  else if (source == DType.float32) count = countIn<f32>(data, n);
  else if (source == DType.float64) count = countIn<f64>(data, n);
  else count = countIn<i32>(data, n);
  store<u32>(pointer(i, CountNonZerosArg.out), count);
}

function countIn<S>(p: usize, n: usize): u32 {
  const end = p + n * sizeof<S>();
  let count: u32 = 0;
  if (sizeof<S>() == 1) {
    for (; p + 16 <= end; p += 16) count += 16 - popcnt(i8x16.bitmask(i8x16.eq(v128.load(p), i8x16.splat(0))));
  }
  for (; p < end; p += sizeof<S>()) {
    if (load<S>(p) != <S>0) count++;
  }
  return count;
}

/** Op.compressRows: lanes split the rows where each has a place of its own. */
export function compressRows(i: usize, lane: i32, lanes: i32): void {
  const source = arg(i, CompressRowsArg.source);
  const m = arg(i, CompressRowsArg.m);
  const width = arg(i, CompressRowsArg.width);
  assert(width <= MOST_COLUMNS, "compressed rows are too wide");
  const stride = <usize>arg(i, CompressRowsArg.stride);
  const rows = pointer(i, CompressRowsArg.rows);
  const size = bytesOf(source);
  const finite = pointer(i, CompressRowsArg.finite);
  const from = stride ? chunkStart(m, 1, lane, lanes) : lane ? m : 0;
  const to = stride ? chunkStart(m, 1, lane + 1, lanes) : m;
  let data = pointer(i, CompressRowsArg.data) + <usize>from * width * size;
  let out = pointer(i, CompressRowsArg.out) + <usize>from * stride;
  for (let row = from; row < to; row++) {
    // How many entries there will be shows only at the end: until then the values lie where they surely are not in the columns' way.
    let values = out + headBytes(width) + (<usize>width << 1) + 8;
    let count: i32;
    if (source == DType.uint8) count = compress<u8>(out, values, data, width);
    else if (source == DType.float32) count = compress<f32>(out, values, data, width);
    else if (source == DType.float64) count = compress<f64>(out, values, data, width);
    else count = compress<i32>(out, values, data, width);
    if (finite) {
      const mark = finite + <usize>row * size;
      if (size == 4) store<f32>(mark, timesZero<f32>(values, count));
      else store<f64>(mark, timesZero<f64>(values, count));
    }
    let next = out + stride;
    if (!stride) {
      const behind = out + headBytes(width) + (<usize>count << 1);
      memory.copy(behind, values, <usize>count * size);
      values = behind;
      next = behind + <usize>count * size;
    }
    setRow(rows, row, out, count, values);
    data += <usize>width * size;
    out = next;
  }
}

/** For each set of four elements, as a mask of four bits: which of them are in it, as 16-bit numbers, in order. */
const CHOSEN = memory.data<u64>([
  0x0, 0x0, 0x1, 0x1_0000, 0x2, 0x2_0000, 0x2_0001, 0x2_0001_0000,
  0x3, 0x3_0000, 0x3_0001, 0x3_0001_0000, 0x3_0002, 0x3_0002_0000, 0x3_0002_0001, 0x3_0002_0001_0000,
]);

/** The same as the bytes of 32-bit elements. */
const CHOSEN_BYTES = memory.data<u64>([
  0x0, 0x0, 0x3020100, 0x0, 0x7060504, 0x0, 0x7060504_03020100, 0x0,
  0xb0a0908, 0x0, 0xb0a0908_03020100, 0x0, 0xb0a0908_07060504, 0x0, 0x7060504_03020100, 0xb0a0908,
  0xf0e0d0c, 0x0, 0xf0e0d0c_03020100, 0x0, 0xf0e0d0c_07060504, 0x0, 0x7060504_03020100, 0xf0e0d0c,
  0xf0e0d0c_0b0a0908, 0x0, 0xb0a0908_03020100, 0xf0e0d0c, 0xb0a0908_07060504, 0xf0e0d0c, 0x7060504_03020100, 0xf0e0d0c_0b0a0908,
]);

/** Elements that are looked at together before they are looked at one by one: rows begin and end with many zeros. */
const RUN: i32 = 32;

/** Whether a run's bytes are all zero. */
@inline
function isZeroRun<S>(data: usize): bool {
  let any = v128.load(data);
  for (let at: usize = 16; at < <usize>RUN * sizeof<S>(); at += 16) any = v128.or(any, v128.load(data + at));
  return !v128.any_true(any);
}

/**
 * One row; how many of its elements are not zero. Writes up to 8 bytes behind the last column, 16 behind the last value; to floating-point
 * values zeros, so that vectors of them may be added up.
 */
function compress<S>(out: usize, values: usize, data: usize, width: i32): i32 {
  const size = sizeof<S>();
  const first = out + headBytes(width);
  let columns = first;
  for (let column = 0; column < width; ) {
    if (column > 0) {
      store<u16>(out, <u16>((columns - first) >> 1));
      out += 2;
    }
    const limit = min(width, column + BLOCK_COLUMNS);
    if (size <= 4) {
      const zero = i64x2.splat(0);
      while (column + 4 <= limit) {
        let left = limit - column;
        if (left >= RUN) {
          left = RUN;
          if (isZeroRun<S>(data)) {
            column += RUN;
            data += <usize>RUN * size;
            continue;
          }
        }
        // Without a branch: where zeros end, nobody can predict.
        let number = i16x8.splat(<i16>column);
        column += left & ~3;
        for (; left >= 4; left -= 4) {
          const x = size == 1 ? v128.load32_zero(data) : v128.load(data);
          // ne, which is true of NaN: it is kept, and found.
          const isSet = size == 1 ? i8x16.ne(x, zero) : isFloat<S>() ? f32x4.ne(x, zero) : i32x4.ne(x, zero);
          const mask = <usize>(size == 1 ? i8x16.bitmask(isSet) : i32x4.bitmask(isSet));
          const chosen = v128.load64_zero(mask << 3, CHOSEN);
          v128.store64_lane(columns, i16x8.add(chosen, number), 0);
          if (size == 1) v128.store32_lane(values, i8x16.swizzle(x, i8x16.narrow_i16x8_u(chosen, chosen)), 0);
          else v128.store(values, i8x16.swizzle(x, v128.load(mask << 4, CHOSEN_BYTES)));
          number = i16x8.add(number, i16x8.splat(4));
          const n = <usize>popcnt(<u32>mask);
          columns += n << 1;
          values += n * size;
          data += 4 * size;
        }
      }
    }
    for (; column < limit; column++) {
      const value = load<S>(data);
      if (value != <S>0) {
        store<u16>(columns, <u16>column);
        store<S>(values, value);
        columns += 2;
        values += size;
      }
      data += size;
    }
  }
  if (isFloat<S>()) v128.store(values, i64x2.splat(0));
  return <i32>((columns - first) >> 1);
}

/** The sum of floating-point numbers, times 0: NaN where one of them is not finite. Behind the last stand zeros. */
function timesZero<S>(values: usize, count: i32): S {
  const zero = i64x2.splat(0);
  let sum = zero;
  for (; count > 0; count -= vectorLength<S>()) {
    sum = v128.add<S>(sum, v128.mul<S>(v128.load(values), zero));
    values += 16;
  }
  return sizeof<S>() == 4 ? <S>combine4(sum) : <S>combine2(sum, zero);
}
