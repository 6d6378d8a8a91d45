// Matrix multiplication in plain TypeScript: the oracle of the wasm kernels, bit for bit, and the baseline of the benchmarks.

import { partialSums } from "./partial-sums.ts";

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
 * op(a)·op(b), [m, n]: each element the sum over k in increasing order from +0, every product and every addition rounded; long sums
 * are made of such partial sums.
 *
 * @example
 * matmul({ m: 1, n: 1, k: 2, a: new Float32Array([1, 2]), b: new Float32Array([3, 4]) }); // Float32Array [11]
 */
export function matmul<A extends Floats>(operands: MatmulOperands<A>): A {
  const { m, n, k, a, b, transposeA = false, transposeB = false } = operands;
  const [rowA, stepA] = transposeA ? [1, m] : [k, 1];
  // Read in rows: i-k-j order walks along b and c.
  const rows = transposeB ? transpose(b, n, k) : b;
  const addRow = a instanceof Float32Array ? addRowFloat32 : addRowFloat64;
  const addFourRows = a instanceof Float32Array ? addFourRowsFloat32 : addFourRowsFloat64;
  const floats = (length: number) => new (a.constructor as new (length: number) => A)(length);
  const c = floats(m * n);
  const x = floats(k);
  const partial = floats(n);
  const totals = new Float64Array(n);
  for (let i = 0; i < m; i++) {
    for (let l = 0; l < k; l++) x[l] = a[i * rowA + l * stepA]!;
    totals.fill(0);
    for (const [from, to] of partialSums(k)) {
      partial.fill(0);
      let l = from;
      for (; l + 4 <= to; l += 4) addFourRows(partial, x, rows, l, n);
      for (; l < to; l++) addRow(partial, x, rows, l, n);
      for (let j = 0; j < n; j++) totals[j] = totals[j]! + partial[j]!;
    }
    c.set(totals, i * n);
  }
  return c;
}

/** Adds x[l]·b[l, :] to c[n]. */
function addRowFloat32(c: Floats, x: Floats, b: Floats, l: number, n: number): void {
  const x0 = x[l]!;
  const b0 = l * n;
  for (let j = 0; j < n; j++) c[j] = Math.fround(c[j]! + Math.fround(x0 * b[b0 + j]!));
}

/** The same for rows l to l + 3, one after the other at each element: c is read and written once, which halves the time. */
function addFourRowsFloat32(c: Floats, x: Floats, b: Floats, l: number, n: number): void {
  const [x0, x1, x2, x3] = [x[l]!, x[l + 1]!, x[l + 2]!, x[l + 3]!];
  const b0 = l * n;
  const [b1, b2, b3] = [b0 + n, b0 + 2 * n, b0 + 3 * n];
  for (let j = 0; j < n; j++) {
    let s = c[j]!;
    s = Math.fround(s + Math.fround(x0 * b[b0 + j]!));
    s = Math.fround(s + Math.fround(x1 * b[b1 + j]!));
    s = Math.fround(s + Math.fround(x2 * b[b2 + j]!));
    c[j] = Math.fround(s + Math.fround(x3 * b[b3 + j]!));
  }
}

function addRowFloat64(c: Floats, x: Floats, b: Floats, l: number, n: number): void {
  const x0 = x[l]!;
  const b0 = l * n;
  for (let j = 0; j < n; j++) c[j] = c[j]! + x0 * b[b0 + j]!;
}

function addFourRowsFloat64(c: Floats, x: Floats, b: Floats, l: number, n: number): void {
  const [x0, x1, x2, x3] = [x[l]!, x[l + 1]!, x[l + 2]!, x[l + 3]!];
  const b0 = l * n;
  const [b1, b2, b3] = [b0 + n, b0 + 2 * n, b0 + 3 * n];
  for (let j = 0; j < n; j++) {
    const s = c[j]! + x0 * b[b0 + j]! + x1 * b[b1 + j]! + x2 * b[b2 + j]!;
    c[j] = s + x3 * b[b3 + j]!;
  }
}

/** [rows, columns] to [columns, rows]. */
function transpose(source: Floats, rows: number, columns: number): Floats {
  const out = source.slice();
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) out[j * rows + i] = source[i * columns + j]!;
  }
  return out;
}
