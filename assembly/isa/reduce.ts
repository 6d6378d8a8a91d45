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
