// Philox4x32-10: a random number is a function of a key and a counter, without state (Salmon, Moraes, Dror & Shaw, "Parallel
// random numbers: as easy as 1, 2, 3", SC 2011). A run resumes at any step, and lanes draw side by side, to the same bits.
//
//     key     = (seedLow, seedHigh)
//     counter = (block, stream, time, purpose)
//
// block    which four words of the sequence: variate i takes its words from block i/4 (one word each) or i/2 (two words each)
// stream   which of several sequences of one purpose: a parameter's number for init; 0 where there is but one
// time     the step, or the epoch for shuffle; 0 for init
// purpose  a Purpose

/** The four words of a block, as u32x4. */
export function philox(block: u32, stream: u32, time: u32, purpose: u32, seedLow: u32, seedHigh: u32): v128 {
  // a round is (c0, c1, c2, c3) → (high(M1·c2) ^ c1 ^ k0, low(M1·c2), high(M0·c0) ^ c3 ^ k1, low(M0·c0)), and the key grows
  // by W; even and odd hold c0, c2 and c1, c3 in their first two lanes
  const multipliers = i32x4(0xd2511f53, 0xcd9e8d57, 0, 0);
  const weyl = i32x4(0x9e3779b9, 0xbb67ae85, 0, 0);
  let even = i32x4.replace_lane(i32x4.splat(block), 1, time);
  let odd = i32x4.replace_lane(i32x4.splat(stream), 1, purpose);
  let key = i32x4.replace_lane(i32x4.splat(seedLow), 1, seedHigh);
  for (let round = 0; round < 10; round++) {
    const products = i64x2.extmul_low_i32x4_u(even, multipliers);
    even = v128.xor(v128.xor(v128.shuffle<u32>(products, products, 3, 1, 3, 1), odd), key);
    odd = v128.shuffle<u32>(products, products, 2, 0, 2, 0);
    key = v128.add<u32>(key, weyl);
  }
  return v128.shuffle<u32>(even, odd, 0, 4, 1, 5);
}
