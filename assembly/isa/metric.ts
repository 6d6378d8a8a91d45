// Operands of what metrics are made of.

/** Adds a batch's share to `totals`, float64 that last through a data set. */
export enum MetricArg {
  totals = 2,
  /** [m, n] */
  outputs,
  /** int32 [m]; or dtype [m, n] when `oneHot`, with a threshold, and for errors */
  targets,
  oneHot,
  m,
  n,
  /** address of a float64: what outputs that each say yes or no are compared with; optional */
  threshold,
}
