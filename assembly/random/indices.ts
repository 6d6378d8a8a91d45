import { RunField } from "../blocks";
import { placeOf } from "../data/gather";
import { IndicesArg, Purpose } from "../isa/random";
import { arg, pointer } from "../memory";
import { philox } from "./philox";

/**
 * A random word as an index below n: the high half of word·n. An index is likelier than another by at most one part in
 * 2^32 / n, which no training run can notice; in exchange every index costs one word, so draw j is a function of j.
 */
@inline
function below(word: u32, n: i32): i32 {
  return <i32>((<u64>word * <u64>(<u32>n)) >> 32);
}

@inline
function block(state: usize, index: i32, time: u32, purpose: u32): v128 {
  return philox(index, 0, time, purpose, arg(state, RunField.seedLow), arg(state, RunField.seedHigh));
}

/** sampleIndices: m indices below n, with replacement, for the step that `state` stands at. One lane does it. */
export function sampleIndices(i: usize, lane: i32, _lanes: i32): void {
  if (lane != 0) return;
  const out = pointer(i, IndicesArg.out);
  const state = pointer(i, IndicesArg.state);
  const n = arg(i, IndicesArg.n);
  const m = arg(i, IndicesArg.m);
  const step = arg(state, RunField.step);
  for (let j = 0; j < m; j += 4) {
    const words = block(state, j >>> 2, step, Purpose.sample);
    const to = out + (<usize>j << 2);
    store<i32>(to, below(i32x4.extract_lane(words, 0), n));
    if (j + 1 < m) store<i32>(to, below(i32x4.extract_lane(words, 1), n), 4);
    if (j + 2 < m) store<i32>(to, below(i32x4.extract_lane(words, 2), n), 8);
    if (j + 3 < m) store<i32>(to, below(i32x4.extract_lane(words, 3), n), 12);
  }
}

/**
 * shuffleIndices: at the first of the m steps of an epoch, a permutation of 0…n−1 (Fisher–Yates from the top; position j swaps
 * with one below j + 1, by word j of the epoch's sequence). At any other step it does nothing. One lane does it.
 */
export function shuffleIndices(i: usize, lane: i32, _lanes: i32): void {
  if (lane != 0) return;
  const out = pointer(i, IndicesArg.out);
  const state = pointer(i, IndicesArg.state);
  const n = arg(i, IndicesArg.n);
  const stepsPerEpoch = <u32>arg(i, IndicesArg.m);
  const place = placeOf(state);
  if (place % stepsPerEpoch != 0) return;
  const epoch = <u32>arg(state, RunField.epoch) + place / stepsPerEpoch;

  for (let j = 0; j < n; j++) store<i32>(out + (<usize>j << 2), j);
  let words = i32x4.splat(0);
  for (let j = (n - 1) | 3; j > 0; j--) {
    if ((j & 3) == 3) words = block(state, j >>> 2, epoch, Purpose.shuffle);
    const word = i32x4.extract_lane(words, 3);
    words = v128.shuffle<i32>(words, words, 3, 0, 1, 2); // the word of j − 1 comes next
    if (j >= n) continue;
    const here = out + (<usize>j << 2);
    const there = out + (<usize>below(word, j + 1) << 2);
    const index = load<i32>(here);
    store<i32>(here, load<i32>(there));
    store<i32>(there, index);
  }
}
