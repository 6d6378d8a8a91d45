// The rows of a batch, out of a data set that stays in its own type (GatherArg).

import { RunField } from "../blocks";
import { GatherArg } from "../isa/data";
import { DType } from "../isa";
import { arg, chunkStart, dtypeOf, pointer } from "../memory";

/** out[row, :] = data[rows(row), :]·scale */
export function gather<T>(i: usize, lane: i32, lanes: i32): void {
  const out = pointer(i, GatherArg.out);
  const data = pointer(i, GatherArg.data);
  const source = arg(i, GatherArg.source);
  const m = arg(i, GatherArg.m);
  const width = arg(i, GatherArg.width);
  const indices = pointer(i, GatherArg.indices);
  const scale = <T>load<f64>(pointer(i, GatherArg.scale));
  const state = pointer(i, GatherArg.state);
  const first = firstRow(state, arg(i, GatherArg.stepsPerEpoch), arg(i, GatherArg.stride));
  const sourceBytes = <usize>width << (source == DType.uint8 ? 0 : source == DType.float64 ? 3 : 2);
  for (let row = chunkStart(m, 1, lane, lanes); row < chunkStart(m, 1, lane + 1, lanes); row++) {
    const index = indices ? load<u32>(indices + (<usize>(first + row) << 2)) : first + row;
    const from = data + <usize>index * sourceBytes;
    const to = out + <usize>row * width * sizeof<T>();
    if (source == DType.uint8) fromBytes<T>(to, from, width, v128.splat<T>(scale));
    else if (source == dtypeOf(i) && scale == 1) memory.copy(to, from, sourceBytes);
    else if (source == DType.float32) convert<T, f32>(to, from, width, scale);
    else if (source == DType.float64) convert<T, f64>(to, from, width, scale);
    else convert<T, i32>(to, from, width, scale);
  }
}

/** The first row of this step's batch: its position in the epoch × stride. */
@inline
export function firstRow(state: usize, stepsPerEpoch: i32, stride: i32): u32 {
  if (stride == 0) return 0;
  return (placeOf(state) % <u32>stepsPerEpoch) * stride;
}

/** Where a step stands in the sequence of epochs, in steps. */
@inline
export function placeOf(state: usize): u32 {
  return <u32>(arg(state, RunField.step) - arg(state, RunField.ahead));
}

/** Sixteen bytes at a time while a row lasts, then four: a row may end anywhere. The scale is applied on the way. */
function fromBytes<T>(out: usize, a: usize, n: i32, factor: v128): void {
  let j = 0;
  for (; j + 16 <= n; j += 16) {
    const bytes = v128.load(a + j);
    const low = i16x8.extend_low_i8x16_u(bytes);
    const high = i16x8.extend_high_i8x16_u(bytes);
    const o = out + <usize>j * sizeof<T>();
    four<T>(o, i32x4.extend_low_i16x8_u(low), factor);
    four<T>(o + 4 * sizeof<T>(), i32x4.extend_high_i16x8_u(low), factor);
    four<T>(o + 8 * sizeof<T>(), i32x4.extend_low_i16x8_u(high), factor);
    four<T>(o + 12 * sizeof<T>(), i32x4.extend_high_i16x8_u(high), factor);
  }
  for (; j < n; j++) store<T>(out + <usize>j * sizeof<T>(), scaled<T>(<T>load<u8>(a + j), factor));
}

@inline
function four<T>(out: usize, words: v128, factor: v128): void {
  if (sizeof<T>() == 8) {
    const high = i32x4.shuffle(words, words, 2, 3, 2, 3);
    v128.store(out, f64x2.mul(f64x2.convert_low_i32x4_s(words), factor));
    v128.store(out, f64x2.mul(f64x2.convert_low_i32x4_s(high), factor), 16);
  } else if (isFloat<T>()) {
    v128.store(out, f32x4.mul(f32x4.convert_i32x4_s(words), factor));
  } else {
    v128.store(out, words);
  }
}

@inline
function scaled<T>(value: T, factor: v128): T {
  if (!isFloat<T>()) return value;
  return <T>(value * v128.extract_lane<T>(factor, 0));
}

function convert<T, S>(out: usize, a: usize, n: i32, factor: T): void {
  for (let j = 0; j < n; j++) {
    store<T>(out + <usize>j * sizeof<T>(), <T>(<T>load<S>(a + <usize>j * sizeof<S>()) * factor));
  }
}
