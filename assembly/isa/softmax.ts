// Operands of softmax along rows and its kin.

/** softmax and logSoftmax: out[m, n] from a[m, n], along rows. Their gradients: out from y[m, n] and the gradient g[m, n]. */
export enum SoftmaxArg {
  out = 2,
  a,
  m,
  n,
  /** the gradient arriving at y, for the `…Gradient` opcodes (where `a` is y) */
  g,
}
