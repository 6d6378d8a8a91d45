// Operands of numerical differentiation, which is in float64.

/**
 * Central differences of the loss by the weight [k, n] or the bias [n] of an affine layer `pre = x·W + b`, which feeds
 * `z = activation(pre)` and then, where `nextWeight` is given, `out = z·nextWeight + …`; else out is pre itself. Moving one parameter
 * moves one column of pre, which adds a multiple of one row of nextWeight to `out`, and only in samples whose input is not zero.
 */
export enum SweepAffineArg {
  /** the elements, row-major, that it is about: from this one on, and before `to`; whatever part of them, none depends on another */
  from = 2,
  to,
  /** float64 [k, n], or [n] for a bias */
  gradient,
  /** address of a SweepField block */
  sweep,
}

/** gradient[i] = central difference of the loss by values[i], the whole program run twice for each. */
export enum SweepElementsArg {
  /** its elements, at the words of SweepAffineArg's */
  from = 2,
  to,
  gradient,
  values,
  /** from the values to the loss */
  program,
  lossCell,
  h,
}
