// Operands of losses.

/**
 * rowLosses[i] = −Σ t·log softmax(x) of row i; gradient = (softmax(x)·Σt − t) / m, that of the rows' mean, in the same pass.
 */
export enum SoftmaxCrossEntropyArg {
  /** [m] */
  rowLosses = 2,
  /** [m, n]; scratch where not to `differentiate` */
  gradient,
  /** x [m, n] */
  logits,
  /** int32 [m], or dtype [m, n] when `oneHot` */
  labels,
  oneHot,
  m,
  n,
  /** 1 where the gradient is wanted, else 0 */
  differentiate,
}

/**
 * Losses of elements: rowLosses[i] = ½·Σ (y − t)² of row i, gradient = (y − t) / m; or rowLosses[i] = Σ (log(1 + eʸ) − y·t) / n,
 * gradient = (σ(y) − t) / (m·n). The gradient is that of the rows' mean, in the same pass.
 */
export enum ElementLossArg {
  /** [m] */
  rowLosses = 2,
  /** [m, n]; scratch where not to `differentiate` */
  gradient,
  y,
  t,
  m,
  n,
  /** 1 where the gradient is wanted, else 0 */
  differentiate,
}
