// Operands of the matrix product, and what it can do to a sum before it is stored.

/** What a matmul does to its sum before storing it. The `…Gradient` kinds multiply by the derivative, read off the output y. */
export enum Activation {
  identity,
  relu,
  sigmoid,
  tanh,
  reluGradient,
  sigmoidGradient,
  tanhGradient,
}

/** c[m, n] = activation(op(a)·op(b) + bias); op(a) is [m, k] and op(b) is [k, n], row-major as stored or as its transpose. */
export enum MatmulArg {
  m = 2,
  n,
  k,
  a,
  b,
  c,
  /** bit 0: a is stored [k, m]; bit 1: b is stored [n, k] */
  transposed,
  /** [n], optional */
  bias,
  /** an Activation */
  activation,
  /** y[m, n] of the forward pass, for the `…Gradient` activations */
  output,
  /** scratch for packed panels, one part for each lane, 64-byte aligned */
  workspace,
  /** bytes of one lane's part */
  workspaceBytes,
}

export const TRANSPOSE_A = 1;
export const TRANSPOSE_B = 2;
