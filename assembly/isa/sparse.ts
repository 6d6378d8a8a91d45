// Operands of what works on inputs that are mostly zeros: compressed rows hold the elements that are not zero (assembly/sparse/rows.ts).
// Their table has a CompressedRow for each.

/** word indices */
export enum CompressedRow {
  address,
  /** how many elements of the row are not zero */
  count,
  /** address of their values */
  values,
}

export const COMPRESSED_ROW_BYTES = 12;

/** out (uint32) = how many elements of data [rows, width] are not zero. */
export enum CountNonZerosArg {
  out = 2,
  data,
  /** a DType */
  source,
  rows,
  width,
}

/** Compresses data [m, width]. */
export enum CompressRowsArg {
  /** table of m rows, written */
  rows = 2,
  /** where they come to lie */
  out,
  /** bytes from one to the next; 0: one right behind the other */
  stride,
  data,
  /** a DType */
  source,
  m,
  width,
  /** optional, for floating-point data: [m] of its type, 0 where all of a row's elements are finite, else NaN */
  finite,
}

/** The table of a batch of compressed rows, chosen from those of a data set as by GatherArg. */
export enum GatherRowsArg {
  /** table of m rows, and one more row of scratch */
  rows = 2,
  /** table of the data set's */
  dataset,
  /** a DType: that of the values */
  source,
  m,
  indices,
  state,
  stepsPerEpoch,
  stride,
}

/** c[m, n] = activation(x·b + bias), x compressed rows; the same sums as matmul's, without the terms that are zero. */
export enum SparseMatmulArg {
  m = 2,
  n,
  k,
  /** table of x's rows */
  rows,
  /** a DType: that of their values */
  source,
  /** address of a float64: what values are multiplied by; 1 for integers that are to stay as they are */
  scale,
  /** [k, n] */
  b,
  c,
  /** [n], optional */
  bias,
  /** an Activation: identity, relu, sigmoid or tanh */
  activation,
  /** scratch, one part for each lane, 64-byte aligned */
  workspace,
  /** bytes of one lane's part */
  workspaceBytes,
}

/** c[k, n] = activation(xᵀ·g + bias), x [m, k] as compressed rows. */
export enum SparseMatmulGradientArg {
  m = 2,
  n,
  k,
  rows,
  source,
  scale,
  /** [m, n] */
  g,
  c,
  /** [n], optional */
  bias,
  /** an Activation: a weight that is itself an activation's output has the activation's gradient here */
  activation,
  /** [k, n], for the `…Gradient` activations */
  output,
  /** scratch, one part for each lane, 64-byte aligned */
  workspace,
  /** bytes of one lane's part */
  workspaceBytes,
}
