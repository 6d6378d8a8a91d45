// Operands of random numbers, and what they are for.

/** What a random number is for: part of the generator's key, so that no two purposes share a sequence. */
export enum Purpose {
  init = 1,
  shuffle,
  sample,
  dropout,
  split,
}

/**
 * n variates into `out`, keyed by (seed, purpose, stream, step); `a` and `b` address float64 parameters: low and high, mean and std, or
 * probability and value.
 */
export enum RandomArg {
  out = 2,
  n,
  /** address of the RunField block: seed and step */
  state,
  purpose,
  stream,
  a,
  b,
}

/**
 * `sampleIndices`: m indices below n, drawn with replacement for this step.
 * `shuffleIndices`: at the first step of an epoch, a fresh permutation of 0…n−1 into `out` (n elements, uint32).
 */
export enum IndicesArg {
  /** uint32 [m] or [n] */
  out = 2,
  /** address of the RunField block: seed and step */
  state,
  n,
  /** sampleIndices: how many; shuffleIndices: steps of one epoch */
  m,
}
