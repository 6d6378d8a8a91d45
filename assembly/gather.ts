// The rows of a batch, out of a data set that stays in its own type (GatherArg).

import { DType, GatherArg, RunField } from "./isa";
import { arg, chunkStart, dtypeOf, pointer, vectorLength } from "./memory";
import { storeUpTo } from "./softmax";

/** out[row, :] = data[rows(row), :]·scale */
export function gather<T>(i: usize, lane: i32, lanes: i32): void {
  const out = pointer(i, GatherArg.out);
  const data = pointer(i, GatherArg.data);
  const source = arg(i, GatherArg.source);
  const m = arg(i, GatherArg.m);
  const width = arg(i, GatherArg.width);
  const indices = pointer(i, GatherArg.indices);
  const scale = pointer(i, GatherArg.scale);
  const first = firstRow(i);
  const sourceBytes = <usize>width << (source == DType.uint8 ? 0 : source == DType.float64 ? 3 : 2);
  for (let row = chunkStart(m, 1, lane, lanes); row < chunkStart(m, 1, lane + 1, lanes); row++) {
    const index = indices ? load<u32>(indices + (<usize>(first + row) << 2)) : first + row;
    const from = data + <usize>index * sourceBytes;
    const to = out + <usize>row * width * sizeof<T>();
    if (source == dtypeOf(i)) memory.copy(to, from, sourceBytes);
    else if (source == DType.uint8) fromBytes<T>(to, from, width);
    else if (source == DType.float32) convert<T, f32>(to, from, width);
    else if (source == DType.float64) convert<T, f64>(to, from, width);
    else convert<T, i32>(to, from, width);
    if (isFloat<T>() && scale) scaleRow<T>(to, width, <T>load<f64>(scale));
  }
}

/** The first row of this step's batch: position in the epoch × stride. */
function firstRow(i: usize): u32 {
  const stride = arg(i, GatherArg.stride);
  if (stride == 0) return 0;
  const step = load<u32>(pointer(i, GatherArg.state) + (RunField.step << 2));
  return (step % <u32>arg(i, GatherArg.stepsPerEpoch)) * stride;
}

/** Four bytes become a vector (two in float64) at a time; a row may end anywhere. */
function fromBytes<T>(out: usize, a: usize, n: i32): void {
  for (let j = 0; j < n; j += 4) {
    const words = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(a + j)));
    const o = out + <usize>j * sizeof<T>();
    if (sizeof<T>() == 8) {
      storeUpTo<f64>(o, f64x2.convert_low_i32x4_s(words), n - j);
      if (n - j > 2) {
        const high = i32x4.shuffle(words, words, 2, 3, 2, 3);
        storeUpTo<f64>(o + 16, f64x2.convert_low_i32x4_s(high), n - j - 2);
      }
    } else {
      storeUpTo<f32>(o, isFloat<T>() ? f32x4.convert_i32x4_s(words) : words, n - j);
    }
  }
}

function convert<T, S>(out: usize, a: usize, n: i32): void {
  for (let j = 0; j < n; j++) store<T>(out + <usize>j * sizeof<T>(), <T>load<S>(a + <usize>j * sizeof<S>()));
}

function scaleRow<T>(out: usize, n: i32, factor: T): void {
  const by = v128.splat<T>(factor);
  for (let j = 0; j < n; j += vectorLength<T>()) {
    const o = out + <usize>j * sizeof<T>();
    storeUpTo<T>(o, v128.mul<T>(v128.load(o), by), n - j);
  }
}
