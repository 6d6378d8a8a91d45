// Matrix multiplication, float32 and float64: c[m, n] = activation(op(a)·op(b) + bias).
//
// The loops are Goto's (Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", 2008): a block of b, BLOCK_K
// by BLOCK_N_BYTES, is packed once and stays in the second-level cache while strips of four rows of a, which stay in the first, pass
// over it. Every element of c is the sum over k in increasing order, each product and each addition rounded: later blocks
// of k go on from what is stored in c. So the result does not depend on the blocking, on the number of lanes or on the shape.
// Where the sums are long (sums.ts), a block of k is a partial sum, and c holds it until it is added to the totals in the workspace.

import { MatmulArg, TRANSPOSE_A, TRANSPOSE_B } from "../isa/gemm";
import { arg, chunkStart, pointer } from "../memory";
import { LONGEST_SUM, PARTIAL_TERMS, TOTALS_BYTES } from "../sums";
import { addPartial, totalsStride } from "../totals";
import { BLOCK_K, BLOCK_M, BLOCK_N_BYTES, CROWDED_STRIDE, IN_PLACE_ROWS, PACK_A_COLUMNS, SINGLE_ROWS, WIDE_BLOCK_K, WIDE_PARTIAL_STEPS } from "./blocking";
import { finish } from "./epilogue";
import { multiplyBlock } from "./kernels";
import { packB, packTransposedA, packTransposedB } from "./pack";
import { row as multiplyRow } from "./row";

/** The matmul instruction at `i`: this lane's part of the rows, or of the columns where that divides the work better. */
export function matmul<T>(i: usize, lane: i32, lanes: i32): void {
  const m = arg(i, MatmulArg.m);
  const n = arg(i, MatmulArg.n);
  let row = 0, rowEnd = m, column = 0, columnEnd = n;
  if (lanes > 1) {
    const rowUnits = (m + 3) / 4, columnUnits = (n + 15) / 16;
    const byRows = <i64>((rowUnits + lanes - 1) / lanes) * 4 * n;
    const byColumns = <i64>((columnUnits + lanes - 1) / lanes) * 16 * m;
    if (byRows <= byColumns) {
      row = chunkStart(m, 4, lane, lanes);
      rowEnd = chunkStart(m, 4, lane + 1, lanes);
    } else {
      column = chunkStart(n, 16, lane, lanes);
      columnEnd = chunkStart(n, 16, lane + 1, lanes);
    }
  }
  if (column == columnEnd) return;
  let rows = m;
  if (arg(i, MatmulArg.k) > LONGEST_SUM) {
    const columns = min(columnEnd - column, BLOCK_N_BYTES / sizeof<T>());
    rows = (TOTALS_BYTES / <i32>totalsStride(columns)) & -BLOCK_M;
  }
  for (; row < rowEnd; row += rows) part<T>(i, lane, row, min(rowEnd, row + rows), column, columnEnd);
}

/** Rows row…rowEnd and columns column…columnEnd of c. */
function part<T>(i: usize, lane: i32, row: i32, rowEnd: i32, column: i32, columnEnd: i32): void {
  const size = sizeof<T>();
  const n = arg(i, MatmulArg.n);
  const k = arg(i, MatmulArg.k);
  const transposed = arg(i, MatmulArg.transposed);
  const transposeA = (transposed & TRANSPOSE_A) != 0;
  const transposeB = (transposed & TRANSPOSE_B) != 0;
  const rowBytes = <usize>n * size;
  // Bytes between rows of a and b as stored.
  const strideA = <usize>(transposeA ? arg(i, MatmulArg.m) : k) * size;
  const strideB = transposeB ? <usize>k * size : rowBytes;
  const a = pointer(i, MatmulArg.a);
  const b = pointer(i, MatmulArg.b);
  const c = pointer(i, MatmulArg.c);
  const bias = pointer(i, MatmulArg.bias);
  const output = pointer(i, MatmulArg.output);
  const activation = arg(i, MatmulArg.activation);
  const totals = pointer(i, MatmulArg.workspace) + <usize>lane * arg(i, MatmulArg.workspaceBytes);
  const long = k > LONGEST_SUM;

  if (transposeA && n == 1) {
    // A column whose left factor is stored by columns is a row of the transposed product, with that factor read in place.
    const rows = rowEnd - row;
    const columnC = c + <usize>row * size;
    const depth = long ? PARTIAL_TERMS : k;
    for (let l = 0; l < k; l += depth) {
      const left = k - l;
      const from = a + <usize>l * strideA + <usize>row * size;
      multiplyRow<T>(b + <usize>l * size, size, from, strideA, columnC, rows, min(depth, left), true);
      if (long) addPartial<T>(totals, columnC, 0, 1, rows, l == 0, left <= depth);
    }
    finish<T>(activation, columnC, size, rows, 1, bias, output + <usize>row * size, size);
    return;
  }

  const inPlace = !transposeB && rowEnd - row <= IN_PLACE_ROWS;
  // As many blocks of k as needed, of nearly the same size; or partial sums, which are two blocks in the wide build.
  const most: i32 = WIDE ? WIDE_BLOCK_K : BLOCK_K;
  const blocks = (k + most - 1) / most;
  const partial: i32 = WIDE ? WIDE_PARTIAL_STEPS : PARTIAL_TERMS;
  const blockK = long ? partial : ((k + blocks - 1) / blocks + 3) & ~3;
  const blockN: i32 = BLOCK_N_BYTES / sizeof<T>();
  const totalsBytes = long ? <usize>(rowEnd - row) * totalsStride(min(blockN, columnEnd - column)) : 0;
  const workspace = totals + totalsBytes;
  for (let j = column; j < columnEnd; j += blockN) {
    const columns = min(blockN, columnEnd - j);
    const offset = <usize>j * size;
    const paysPacking = columns >= PACK_A_COLUMNS || strideA % CROWDED_STRIDE == 0;
    const packA = transposeA && !inPlace && paysPacking;
    const panelsB = packA ? workspace + <usize>blockK * BLOCK_M * size : workspace;
    for (let l = 0; l < k; l += blockK) {
      const depth = min(blockK, k - l);
      const first = long ? l % PARTIAL_TERMS == 0 : l == 0;
      const last = l + depth == k;
      const endsPartial = long && (last || (l + depth) % PARTIAL_TERMS == 0);
      let blockB = transposeB ? b + <usize>j * strideB + <usize>l * size : b + <usize>l * strideB + offset;
      if (!inPlace) {
        if (transposeB) packTransposedB<T>(panelsB, blockB, strideB, columns, depth);
        else packB<T>(panelsB, blockB, strideB, columns, depth);
        blockB = panelsB;
      }
      for (let r = row; r < rowEnd; r += BLOCK_M) {
        const rows = min(BLOCK_M, rowEnd - r);
        const blockC = c + <usize>r * rowBytes + offset;
        let blockA = transposeA ? a + <usize>l * strideA + <usize>r * size : a + <usize>r * strideA + <usize>l * size;
        if (inPlace && rows <= SINGLE_ROWS) {
          const stepA: usize = transposeA ? strideA : size;
          const nextA: usize = transposeA ? size : strideA;
          for (let s: usize = 0; s < <usize>rows; s++) {
            const rowC = blockC + s * rowBytes;
            multiplyRow<T>(blockA + s * nextA, stepA, blockB, strideB, rowC, columns, depth, first);
          }
        } else {
          let stepA = strideA;
          let stripA: usize = transposeA ? 4 * size : 4 * strideA;
          if (packA) {
            packTransposedA<T>(workspace, blockA, strideA, rows, depth);
            blockA = workspace;
            stepA = 4 * size;
            stripA = <usize>depth * 4 * size;
          }
          multiplyBlock<T>(
            !transposeA, !inPlace,
            blockA, stepA, stripA, blockB, strideB, blockC, rowBytes,
            rows, columns, depth, first,
          );
        }
        if (endsPartial) {
          const at = totals + <usize>(r - row) * totalsStride(columns);
          addPartial<T>(at, blockC, rowBytes, rows, columns, l < PARTIAL_TERMS, last);
        }
        if (last) {
          const blockBias = bias ? bias + offset : 0;
          const blockOutput = output + <usize>r * rowBytes + offset;
          finish<T>(activation, blockC, rowBytes, rows, columns, blockBias, blockOutput, rowBytes);
        }
      }
    }
  }
}
