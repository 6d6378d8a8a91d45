import { RandomArg } from "../isa/random";
import { arg, chunkStart, pointer, storeFirst } from "../memory";
import { wordsOf } from "./uniform";

/**
 * randomBernoulli: out[i] = value with the probability given, else +0: value where word_i ≥ min(⌊(1 − probability)·2^32⌋, 2^32 − 1). One word for each
 * element: the probability is right to 2^−32, and a mask costs half of what uniform variates do.
 */
export function randomBernoulli<T>(i: usize, lane: i32, lanes: i32): void {
  const n = arg(i, RandomArg.n);
  const out = pointer(i, RandomArg.out);
  const below = i32x4.splat(<u32>min((1.0 - load<f64>(pointer(i, RandomArg.a))) * 4294967296.0, 4294967295.0));
  const number = load<f64>(pointer(i, RandomArg.b));
  const value = sizeof<T>() == 8 ? f64x2.splat(number) : f32x4.splat(<f32>number);
  const unit = 64 / <i32>sizeof<T>(); // a multiple of 4: no block is split
  const end = chunkStart(n, unit, lane + 1, lanes);
  for (let j = chunkStart(n, unit, lane, lanes); j < end; j += 4) {
    const kept = v128.ge<u32>(wordsOf(i, j >>> 2), below);
    const address = out + <usize>j * sizeof<T>();
    if (sizeof<T>() == 8) {
      storeFirst<T>(address, v128.and(v128.shuffle<u32>(kept, kept, 0, 0, 1, 1), value), end - j);
      if (end - j > 2) {
        storeFirst<T>(address + 16, v128.and(v128.shuffle<u32>(kept, kept, 2, 2, 3, 3), value), end - j - 2);
      }
    } else {
      storeFirst<T>(address, v128.and(kept, value), end - j);
    }
  }
}
