// Operands of what fetches a step's data, and looks at it.

/** out[i, :] = data[rows(i), :] as dtype, times scale; rows(i) is indices[offset + i], or offset + i where indices is absent. */
export enum GatherArg {
  out = 2,
  /** [·, width], of the type `source` */
  data,
  /** a DType */
  source,
  m,
  width,
  /** uint32, optional */
  indices,
  /** address of the RunField block */
  state,
  /** offset = (step modulo stepsPerEpoch) · stride; 0 for a stride makes it 0 */
  stepsPerEpoch,
  stride,
  /** address of a float64; 1 for integers */
  scale,
}

/** out (float64) = 0 where all n elements of `a` are finite, else NaN. */
export enum CheckFiniteArg {
  out = 2,
  a,
  n,
}
