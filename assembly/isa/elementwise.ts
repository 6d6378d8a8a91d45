// Operands of the elementwise ops.

/** out[i] = f(a[i], parameter), i < n; `out` may be `a`. */
export enum UnaryArg {
  out = 2,
  a,
  n,
  /** of an op that has one: address of a float64 */
  parameter,
}

/** out[i, j, l] = f(a[…], b[…]) over sizes d0 × d1 × d2, the operands read with element strides (0 repeats along that axis). */
export enum BinaryArg {
  out = 2,
  a,
  b,
  d0,
  d1,
  d2,
  a0,
  a1,
  a2,
  b0,
  b1,
  b2,
}

/** out[i, j] = c[…] ≠ 0 ? a[…] : b[…] over sizes d0 × d1, the operands read as those of BinaryArg. */
export enum WhereArg {
  out = 2,
  c,
  a,
  b,
  d0,
  d1,
  c0,
  c1,
  a0,
  a1,
  b0,
  b1,
}
