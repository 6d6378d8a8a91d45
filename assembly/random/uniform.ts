import { RunField } from "../blocks";
import { RandomArg } from "../isa/random";
import { arg, chunkStart, pointer } from "../memory";
import { philox } from "./philox";

/** The four words of a block of the instruction's sequence. */
@inline
export function wordsOf(i: usize, block: i32): v128 {
  const state = pointer(i, RandomArg.state);
  return philox(
    block,
    arg(i, RandomArg.stream),
    arg(state, RunField.step),
    arg(i, RandomArg.purpose),
    arg(state, RunField.seedLow),
    arg(state, RunField.seedHigh),
  );
}

/**
 * Variates 2·pair and 2·pair + 1, uniform in the open interval (0, 1), as f64x2: (k + ½)·2^−52 with k from the upper 26 bits
 * of two words each. Every such number is exact, and u is as likely as 1 − u. (With 53 bits, k + ½ would round up to 1.)
 */
@inline
export function uniformPair(i: usize, pair: i32): v128 {
  const words = v128.shr<u32>(wordsOf(i, pair), 6);
  const high = f64x2.convert_low_i32x4_u(v128.shuffle<u32>(words, words, 0, 2, 0, 2));
  const low = f64x2.convert_low_i32x4_u(v128.shuffle<u32>(words, words, 1, 3, 1, 3));
  const k = f64x2.add(f64x2.mul(high, f64x2.splat(67108864)), low); // 2^26
  return f64x2.mul(f64x2.add(k, f64x2.splat(0.5)), f64x2.splat(2.220446049250313e-16)); // 2^−52
}

/**
 * randomUniform: out[i] = low + (high − low)·u_i, computed in float64 and rounded to T, so that a float32 and a float64 network
 * start alike. Rounding can make it `low` or `high` itself.
 */
export function randomUniform<T>(i: usize, lane: i32, lanes: i32): void {
  const n = arg(i, RandomArg.n);
  const out = pointer(i, RandomArg.out);
  const low = load<f64>(pointer(i, RandomArg.a));
  const width = load<f64>(pointer(i, RandomArg.b)) - low;
  const unit = 64 / <i32>sizeof<T>(); // even: no pair is split
  const end = chunkStart(n, unit, lane + 1, lanes);
  for (let j = chunkStart(n, unit, lane, lanes); j < end; j += 2) {
    const u = uniformPair(i, j >>> 1);
    const address = out + <usize>j * sizeof<T>();
    store<T>(address, <T>(low + width * f64x2.extract_lane(u, 0)));
    if (j + 1 < end) store<T>(address + sizeof<T>(), <T>(low + width * f64x2.extract_lane(u, 1)));
  }
}
