// x·W of an x that is mostly zeros, a first layer's input. As its gradient (gradient.ts) it adds the same terms in the same order as matmul,
// leaving out those that are zero, so the bits are the same. A list of entries is a row of x, in parts: one for each block of rows of W,
// which stays in the first-level cache while all rows of x take from it.
//
// Where sums are long (../sums.ts), c holds a partial sum until it is added to the totals. Zeros that are left out count for where a
// partial sum ends.

import { finish } from "../gemm/epilogue";
import { SparseMatmulArg } from "../isa/sparse";
import { arg, chunkStart, pointer, vectorLength } from "../memory";
import { addPartial, partialTerms } from "../totals";
import { BLOCK_COLUMNS, LISTS_BYTES, LISTS_ROWS, PACKED_ROWS } from "./blocking";
import { addressOf, columnsOf, countOf, endOf, entryBytes, expand, valuesOf } from "./rows";
import { pack, ROW_BYTES, sumTile, TAIL_BYTES, tileWidth } from "./sum-rows";

/** Op.sparseMatmul: lanes split the rows. */
export function sparseMatmul<T>(i: usize, lane: i32, lanes: i32): void {
  const m = arg(i, SparseMatmulArg.m);
  const n = arg(i, SparseMatmulArg.n);
  const from = chunkStart(m, 1, lane, lanes);
  const to = chunkStart(m, 1, lane + 1, lanes);
  const workspace = pointer(i, SparseMatmulArg.workspace) + <usize>lane * arg(i, SparseMatmulArg.workspaceBytes);
  if (to - from >= PACKED_ROWS) {
    multiply<T>(i, from, to, 0, n, true, workspace);
  } else {
    // In place, each tile of b is elsewhere, and so are the entries' rows.
    let width = 0;
    for (let column = 0; column < n; column += width) {
      width = min(n - column, tileWidth<T>(n - column) * vectorLength<T>());
      multiply<T>(i, from, to, column, column + width, false, workspace);
    }
  }
  const bytes = <usize>n * sizeof<T>();
  const c = pointer(i, SparseMatmulArg.c) + <usize>from * bytes;
  const activation = arg(i, SparseMatmulArg.activation);
  finish<T>(activation, c, bytes, to - from, n, pointer(i, SparseMatmulArg.bias), 0, 0);
}

/**
 * Columns column…limit of rows from…to, with b's tiles copied into panels of a block of its rows, or in place. The scratch is a tile's
 * totals, where sums are long; a panel; where in the lists each row's entries of each block begin and end; and the lists, of as many rows at
 * a time as there is room for.
 */
function multiply<T>(i: usize, from: i32, to: i32, column: i32, limit: i32, packs: bool, totals: usize): void {
  const m = arg(i, SparseMatmulArg.m);
  const n = arg(i, SparseMatmulArg.n);
  const k = arg(i, SparseMatmulArg.k);
  const rows = pointer(i, SparseMatmulArg.rows);
  const source = arg(i, SparseMatmulArg.source);
  const scale = <T>load<f64>(pointer(i, SparseMatmulArg.scale));
  const b = pointer(i, SparseMatmulArg.b) + <usize>column * sizeof<T>();
  const bytes = <usize>n * sizeof<T>();
  const terms = partialTerms(k);
  const blockTerms = packs ? BLOCK_COLUMNS : terms;
  const blocks = (k + blockTerms - 1) / blockTerms;
  const panel = totals + (terms < k ? <usize>min(m, LISTS_ROWS) * 2 * ROW_BYTES : 0);
  const tail = panel + ROW_BYTES * BLOCK_COLUMNS;
  const bounds = tail + TAIL_BYTES;
  const stride = <usize>min(m, LISTS_ROWS) << 2;
  const lists = (bounds + <usize>(blocks + 1) * stride + 15) & ~15;
  const most = <usize>k * entryBytes<T>();
  const full = lists + max(most, min(<usize>LISTS_BYTES, <usize>m * most));
  let c = pointer(i, SparseMatmulArg.c) + <usize>from * bytes + <usize>column * sizeof<T>();
  for (let row = from; row < to; ) {
    let list = lists;
    let count = 0;
    for (; row < to && count < LISTS_ROWS; row++) {
      const entries = countOf(rows, row);
      const end = list + <usize>entries * entryBytes<T>();
      if (end > full) break;
      const head = addressOf(rows, row);
      const columns = columnsOf(rows, row, k);
      const values = valuesOf(rows, row);
      if (packs) expand<T>(source, list, columns, values, entries, panel, BLOCK_COLUMNS - 1, ROW_BYTES, scale);
      else expand<T>(source, list, columns, values, entries, b, -1, <i32>bytes, scale);
      let bound = bounds + (<usize>count << 2);
      store<u32>(bound, <u32>list);
      for (let block = 1; block < blocks; block++) {
        bound += stride;
        const before = block * blockTerms / BLOCK_COLUMNS;
        store<u32>(bound, <u32>(list + endOf(head, before - 1) * entryBytes<T>()));
      }
      store<u32>(bound + stride, <u32>end);
      list = end;
      count++;
    }
    let width = 0;
    for (let j = column; j < limit; j += width * vectorLength<T>()) {
      width = tileWidth<T>(limit - j);
      const at = <usize>(j - column) * sizeof<T>();
      for (let block = 0; block < blocks; block++) {
        const first = block * blockTerms;
        const next = first + blockTerms;
        if (packs) pack(panel, b + at + <usize>first * bytes, bytes, min(BLOCK_COLUMNS, k - first), width);
        const starts = bounds + <usize>block * stride;
        sumTile<T>(width, c + at, bytes, limit - j, first % terms == 0, count, starts, starts + stride, tail);
        if (terms < k && (next % terms == 0 || next >= k)) {
          const columns = min(limit - j, width * vectorLength<T>());
          addPartial<T>(totals, c + at, bytes, count, columns, next <= terms, next >= k);
        }
      }
    }
    c += <usize>count * bytes;
  }
}
