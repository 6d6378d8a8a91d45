// Operands of sums and means.

/** out[i, l] = Σ_j a[i, j, l] over sizes outer × n × inner, divided by `divisor` (1 for a sum, n for a mean). */
export enum SumArg {
  out = 2,
  a,
  outer,
  n,
  inner,
  divisor,
}

/** out[i, l] = the largest or smallest of a[i, j, l] over j; of argmax, int32: the first j where it stands. */
export enum ExtremeArg {
  out = 2,
  a,
  outer,
  n,
  inner,
}
