// How kernels read their operands, split their work and handle the end of a row.

import { SHARED_NANOSECONDS, Word } from "./isa";

/** The operand at word `index` of the instruction at `i`: a size. */
@inline
export function arg(i: usize, index: i32): i32 {
  return load<i32>(i + ((<usize>index) << 2));
}

/** The operand at word `index` of the instruction at `i`: an address, or 0. */
@inline
export function pointer(i: usize, index: i32): usize {
  return <usize>load<u32>(i + ((<usize>index) << 2));
}

@inline
export function opcode(i: usize): i32 {
  return load<i32>(i + ((<usize>Word.op) << 2));
}

/** What a family does with an opcode that it has no kernel for. */
export function unknownOpcode(): void {
  assert(false, "unknown opcode");
}

/** About how many nanoseconds the instruction at `i` takes on one lane, where lanes share it; else 0. */
@inline
export function nanosecondsOf(i: usize): u32 {
  return load<u32>(i + ((<usize>Word.nanoseconds) << 2));
}

/** Whether lanes share the instruction at `i`. */
@inline
export function isShared(i: usize): bool {
  return nanosecondsOf(i) >= <u32>SHARED_NANOSECONDS;
}

@inline
export function dtypeOf(i: usize): i32 {
  return load<i32>(i + ((<usize>Word.dtype) << 2));
}

/** Elements of one 128-bit vector of T. */
@inline
export function vectorLength<T>(): i32 {
  return 16 / sizeof<T>();
}

/**
 * Where a lane's part of `n` elements begins; the next lane's beginning is its end. Parts are multiples of `unit` (but for the
 * last), so that no two lanes write into one vector.
 */
@inline
export function chunkStart(n: i32, unit: i32, lane: i32, lanes: i32): i32 {
  if (lanes == 1) return lane == 0 ? 0 : n;
  const units = (n + unit - 1) / unit;
  return min(n, <i32>((<i64>units * lane) / lanes) * unit);
}

/** Stores the first `count` elements of `v`, fewer than a vector holds. */
@inline
export function storePart<T>(address: usize, v: v128, count: i32): void {
  if (sizeof<T>() == 8) {
    v128.store_lane<f64>(address, v, 0);
  } else {
    if (count & 2) {
      v128.store_lane<f64>(address, v, 0);
      if (count & 1) v128.store_lane<f32>(address, v, 2, 8);
    } else {
      v128.store_lane<f32>(address, v, 0);
    }
  }
}

/** Stores the first `count` elements of `v`, all of them if there are that many. */
@inline
export function storeFirst<T>(address: usize, v: v128, count: i32): void {
  if (count >= vectorLength<T>()) v128.store(address, v);
  else storePart<T>(address, v, count);
}

/** Bytes that an optimizer's loop goes on by: a vector, or in the wide build a pair. */
@inline
export const STEP_BYTES: usize = WIDE ? 32 : 16;

/**
 * Stores two vectors side by side, the upper one first: where V8 merges them (the wide build), it stores the lower one by itself as well if
 * that comes first, in case that the upper one traps.
 */
@inline
export function storePair(address: usize, low: v128, high: v128): void {
  v128.store(address, high, 16);
  v128.store(address, low);
}
