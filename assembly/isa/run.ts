// Operands of a run's bookkeeping.

/** recordLoss: losses[step − firstStep] = loss, and stops the run where it is not finite. */
export enum RecordLossArg {
  loss = 2,
  state,
}

/** out (float64 scalar) += a (scalar of dtype) · weight */
export enum AccumulateArg {
  out = 2,
  a,
  weight,
}
