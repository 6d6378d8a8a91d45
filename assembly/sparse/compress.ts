// Making compressed rows (rows.ts) of dense ones.

import { CompressRowsArg, CountNonZerosArg, DType } from "../isa";
import { arg, chunkStart, pointer } from "../memory";
import { bytesOf, setRow } from "./rows";

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
  const stride = <usize>arg(i, CompressRowsArg.stride);
  const rows = pointer(i, CompressRowsArg.rows);
  const size = bytesOf(source);
  const from = stride ? chunkStart(m, 1, lane, lanes) : lane ? m : 0;
  const to = stride ? chunkStart(m, 1, lane + 1, lanes) : m;
  let data = pointer(i, CompressRowsArg.data) + <usize>from * width * size;
  let out = pointer(i, CompressRowsArg.out) + <usize>from * stride;
  for (let row = from; row < to; row++) {
    let count: i32;
    if (source == DType.uint8) count = compress<u8>(out, data, width);
    else if (source == DType.float32) count = compress<f32>(out, data, width);
    else if (source == DType.float64) count = compress<f64>(out, data, width);
    else count = compress<i32>(out, data, width);
    setRow(rows, row, out, count);
    data += <usize>width * size;
    out += stride ? stride : <usize>count * (2 + size);
  }
}

/** For each set of four elements, as a mask of four bits: which of them are in it, as 16-bit numbers, in order. */
const CHOSEN = memory.data<u64>([
  0x0, 0x0, 0x1, 0x1_0000, 0x2, 0x2_0000, 0x2_0001, 0x2_0001_0000,
  0x3, 0x3_0000, 0x3_0001, 0x3_0001_0000, 0x3_0002, 0x3_0002_0000, 0x3_0002_0001, 0x3_0002_0001_0000,
]);

/**
 * One row; how many of its elements are not zero. How many it will be shows only at the end, so the values are first put where they
 * surely do not get into the way of the columns. Writes within `compressedBytes` of the width (src/train/compressed.ts).
 */
function compress<S>(out: usize, data: usize, width: i32): i32 {
  const size = sizeof<S>();
  const aside = out + (<usize>width << 1) + 8;
  let columns = out;
  let values = aside;
  let column = 0;
  if (size <= 4) {
    // Without a branch: where zeros end, nobody can predict.
    for (; column + 4 <= width; column += 4) {
      const x = size == 1 ? v128.load32_zero(data) : v128.load(data);
      const zero = i64x2.splat(0);
      const isZero = size == 1 ? i8x16.eq(x, zero) : isFloat<S>() ? f32x4.eq(x, zero) : i32x4.eq(x, zero);
      const mask = ~(size == 1 ? i8x16.bitmask(isZero) : i32x4.bitmask(isZero)) & 15;
      const chosen = v128.load64_zero(CHOSEN + (<usize>mask << 3));
      v128.store64_lane(columns, i16x8.add(chosen, i16x8.splat(<i16>column)), 0);
      if (size == 1) {
        v128.store32_lane(values, i8x16.swizzle(x, i8x16.narrow_i16x8_u(chosen, chosen)), 0);
      } else {
        // The bytes of an element: four times its number, and the three that follow.
        const first = i32x4.mul(i32x4.extend_low_i16x8_u(chosen), i32x4.splat(0x04040404));
        v128.store(values, i8x16.swizzle(x, i32x4.add(first, i32x4.splat(0x03020100))));
      }
      const n = <usize>popcnt(mask);
      columns += n << 1;
      values += n * size;
      data += 4 * size;
    }
  }
  for (; column < width; column++) {
    const value = load<S>(data);
    if (value != <S>0) {
      store<u16>(columns, <u16>column);
      store<S>(values, value);
      columns += 2;
      values += size;
    }
    data += size;
  }
  for (let at: usize = 0; at < values - aside; at += 16) v128.store(columns + at, v128.load(aside + at));
  return <i32>((columns - out) >> 1);
}
