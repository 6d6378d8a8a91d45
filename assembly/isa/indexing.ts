// Operands of what moves elements, or finds them by index.

/**
 * Copies a box of elements, d0 × … × d4. One side of it is contiguous, the other is walked by element strides, which are signed: `a` where
 * `scatters` is 0, else `out`. The dtype says how wide an element is.
 */
export enum CopyArg {
  out = 2,
  a,
  d0,
  d1,
  d2,
  d3,
  d4,
  s0,
  s1,
  s2,
  s3,
  s4,
  scatters,
}

/** out[i] = value, i < n */
export enum FillArg {
  out = 2,
  n,
  /** address of one element of the dtype */
  value,
}

/**
 * gatherAxis: out[o, j, l] = x[o, indices[j], l], NaN where the index is no whole number from 0 to n − 1.
 * scatterAxis, its gradient: x[o, i, l] = Σ out[o, j, l] over the j with indices[j] = i, j increasing, from +0.
 */
export enum GatherAxisArg {
  /** [outer, count, inner] */
  out = 2,
  /** [outer, n, inner] */
  x,
  /** [count] */
  indices,
  /** the DType of the indices: int32, float32 or float64 */
  source,
  count,
  outer,
  n,
  inner,
}

/** out[i, j] = 1 where j = indices[i], else 0 */
export enum OneHotArg {
  /** [m, depth] */
  out = 2,
  /** [m] */
  indices,
  /** the DType of the indices: int32, float32 or float64 */
  source,
  m,
  depth,
}
