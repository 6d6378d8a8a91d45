// Matrix multiplication in plain TypeScript: the oracle of the wasm kernels, bit for bit, and the baseline of the benchmarks.

/** Either element type; float32 is rounded after every operation. */
export type Floats = Float32Array | Float64Array;

export interface MatmulOperands<A extends Floats> {
  m: number;
  n: number;
  k: number;
  /** [m, k], or [k, m] with `transposeA` */
  a: A;
  /** [k, n], or [n, k] with `transposeB` */
  b: A;
  transposeA?: boolean;
  transposeB?: boolean;
}

/**
 * op(a)·op(b), [m, n]: each element the sum over k in increasing order from +0, every product and every addition rounded.
 *
 * @example
 * matmul({ m: 1, n: 1, k: 2, a: new Float32Array([1, 2]), b: new Float32Array([3, 4]) }); // Float32Array [11]
 */
export function matmul<A extends Floats>(operands: MatmulOperands<A>): A {
  const { m, n, k, a, b, transposeA = false, transposeB = false } = operands;
  const [rowA, stepA] = transposeA ? [1, m] : [k, 1];
  // Read in rows: i-k-j order walks along b and c.
  const rows = transposeB ? transpose(b, n, k) : b;
  const multiplyRows = a instanceof Float32Array ? multiplyRowsFloat32 : multiplyRowsFloat64;
  const c = new (a.constructor as new (length: number) => A)(m * n);
  for (let i = 0; i < m; i++) {
    for (let l = 0; l < k; l++) multiplyRows(c, i * n, a[i * rowA + l * stepA]!, rows, l * n, n);
  }
  return c;
}

function multiplyRowsFloat32(c: Floats, ci: number, x: number, b: Floats, bi: number, n: number): void {
  for (let j = 0; j < n; j++) c[ci + j] = Math.fround(c[ci + j]! + Math.fround(x * b[bi + j]!));
}

function multiplyRowsFloat64(c: Floats, ci: number, x: number, b: Floats, bi: number, n: number): void {
  for (let j = 0; j < n; j++) c[ci + j] = c[ci + j]! + x * b[bi + j]!;
}

/** [rows, columns] to [columns, rows]. */
function transpose(source: Floats, rows: number, columns: number): Floats {
  const out = source.slice();
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) out[j * rows + i] = source[i * columns + j]!;
  }
  return out;
}
