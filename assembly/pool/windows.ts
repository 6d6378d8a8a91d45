// Pooling: what is done with each window of each sample (PoolArg), window by window along the rows of the result. Forward, lanes split the
// rows of all results; backward the samples, since windows of one sample may overlap.

import { Divisor, PoolArg } from "../isa/pool";
import { ExtensionOp } from "../isa";
import { arg, chunkStart, pointer } from "../memory";
import { maximum, spreadMaximum } from "./max";
import { spread, total } from "./sum";

/** `op`, `marks` and `overlaps` are constants at every call. */
@inline
function eachWindow<T>(op: i32, marks: bool, overlaps: bool, i: usize, lane: i32, lanes: i32): void {
  const isForward = op == ExtensionOp.maxPool || op == ExtensionOp.sumPool;
  const out = pointer(i, PoolArg.out);
  const a = pointer(i, PoolArg.a);
  const image = isForward ? a : out;
  const result = isForward ? out : a;
  const places = pointer(i, PoolArg.places);
  const samples = arg(i, PoolArg.samples);
  const height = arg(i, PoolArg.height);
  const width = arg(i, PoolArg.width);
  const channels = arg(i, PoolArg.channels);
  const outHeight = arg(i, PoolArg.outHeight);
  const outWidth = arg(i, PoolArg.outWidth);
  const windowHeight = arg(i, PoolArg.windowHeight);
  const windowWidth = arg(i, PoolArg.windowWidth);
  const strideY = strideOf(i, 16);
  const strideX = strideOf(i, 0);
  const paddingY = paddingOf(i, 16);
  const paddingX = paddingOf(i, 0);
  const bytes = <usize>channels * sizeof<T>();
  const rowBytes = <usize>width * bytes;

  const fills = !isForward && (overlaps || !covers(i));

  const unit = isForward ? 1 : outHeight;
  const from = chunkStart(samples * outHeight, unit, lane, lanes);
  const to = chunkStart(samples * outHeight, unit, lane + 1, lanes);
  for (let row = from; row < to; row++) {
    const sample = row / outHeight;
    const y = row % outHeight;
    const first = image + <usize>sample * height * rowBytes;
    if (fills && y == 0) memory.fill(first, 0, <usize>height * rowBytes);
    const top = y * strideY - paddingY;
    const cutTop = max(0, -top);
    const windowRows = min(windowHeight, height - top) - cutTop;
    for (let x = 0; x < outWidth; x++) {
      const left = x * strideX - paddingX;
      const cutLeft = max(0, -left);
      const windowColumns = min(windowWidth, width - left) - cutLeft;
      const at = first + <usize>(top + cutTop) * rowBytes + <usize>(left + cutLeft) * bytes;
      const offset = (<usize>row * outWidth + x) * bytes;
      if (op == ExtensionOp.maxPool || op == ExtensionOp.maxPoolGradient) {
        const place = cutTop * windowWidth + cutLeft;
        if (op == ExtensionOp.maxPool) {
          maximum<T>(marks, result + offset, places + offset, at, rowBytes, channels, windowRows, windowColumns, place, windowWidth);
        } else {
          spreadMaximum<T>(overlaps, at, rowBytes, result + offset, places + offset, channels, windowRows, windowColumns, place, windowWidth);
        }
      } else {
        let divisor = 1;
        if (<i32>places == Divisor.elements) divisor = windowRows * windowColumns;
        else if (<i32>places == Divisor.size) divisor = windowHeight * windowWidth;
        if (op == ExtensionOp.sumPool) total<T>(result + offset, at, rowBytes, channels, windowRows, windowColumns, <T>divisor);
        else spread<T>(overlaps, at, rowBytes, result + offset, channels, windowRows, windowColumns, <T>divisor);
      }
    }
  }
}

@inline
function strideOf(i: usize, shift: i32): i32 {
  return (arg(i, PoolArg.stride) >>> shift) & 0xffff;
}

@inline
function paddingOf(i: usize, shift: i32): i32 {
  return (arg(i, PoolArg.padding) >>> shift) & 0xffff;
}

/** Whether an element may lie in several windows. */
function overlap(i: usize): bool {
  return strideOf(i, 16) < arg(i, PoolArg.windowHeight) || strideOf(i, 0) < arg(i, PoolArg.windowWidth);
}

/** Whether windows that do not overlap leave no element out. */
function covers(i: usize): bool {
  return (
    arg(i, PoolArg.outHeight) * arg(i, PoolArg.windowHeight) - paddingOf(i, 16) >= arg(i, PoolArg.height) &&
    arg(i, PoolArg.outWidth) * arg(i, PoolArg.windowWidth) - paddingOf(i, 0) >= arg(i, PoolArg.width) &&
    (arg(i, PoolArg.outHeight) == 1 || strideOf(i, 16) == arg(i, PoolArg.windowHeight)) &&
    (arg(i, PoolArg.outWidth) == 1 || strideOf(i, 0) == arg(i, PoolArg.windowWidth))
  );
}

/** The maximum of each window. */
export function maxPool<T>(i: usize, lane: i32, lanes: i32): void {
  if (pointer(i, PoolArg.places)) eachWindow<T>(ExtensionOp.maxPool, true, false, i, lane, lanes);
  else eachWindow<T>(ExtensionOp.maxPool, false, false, i, lane, lanes);
}

/** What arrives at a window goes to where its maximum stood. */
export function maxPoolGradient<T>(i: usize, lane: i32, lanes: i32): void {
  if (overlap(i)) eachWindow<T>(ExtensionOp.maxPoolGradient, false, true, i, lane, lanes);
  else eachWindow<T>(ExtensionOp.maxPoolGradient, false, false, i, lane, lanes);
}

/** The sum of each window, divided. */
export function sumPool<T>(i: usize, lane: i32, lanes: i32): void {
  eachWindow<T>(ExtensionOp.sumPool, false, false, i, lane, lanes);
}

/** What arrives at a window, divided, goes to each of its elements. */
export function sumPoolGradient<T>(i: usize, lane: i32, lanes: i32): void {
  if (overlap(i)) eachWindow<T>(ExtensionOp.sumPoolGradient, false, true, i, lane, lanes);
  else eachWindow<T>(ExtensionOp.sumPoolGradient, false, false, i, lane, lanes);
}
