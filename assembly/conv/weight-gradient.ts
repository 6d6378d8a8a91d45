// The gradient of a convolution by its weight [kernelHeight, kernelWidth, channels, outChannels]: the product of the patches, transposed, and the
// output's gradient. Every element is the sum over all output pixels (sample, row, column) in increasing order, zeros of the padding counted;
// long sums are made of partial sums. Lanes split rows or columns of the result, and each makes bands of its own.

import { BLOCK_N_BYTES } from "../gemm/blocking";
import { packB } from "../gemm/pack";
import { ConvolutionArg, ConvolutionField } from "../isa/conv";
import { arg, chunkStart, pointer } from "../memory";
import { LONGEST_SUM, PARTIAL_TERMS } from "../sums";
import { addPartial, totalsStride } from "../totals";
import { BLOCK_PIXELS } from "./blocking";
import {
  beginBand, beginWalk, distanceOf, ofInput, panelsAt, Patches, patchesOf, planBands, rowsOfBand, runLength, segmentsAt, segmentsOfWalk,
} from "./patches";
import { stripByColumns, stripByRows } from "./strips";

export function convolveWeightGradient<T>(i: usize, lane: i32, lanes: i32): void {
  const geometry = pointer(i, ConvolutionArg.geometry);
  const p = patchesOf(i, lane);
  ofInput<T>(p, pointer(i, ConvolutionArg.source), geometry);
  const outChannels = arg(geometry, ConvolutionField.outChannels);
  p.out = pointer(i, ConvolutionArg.weight);
  p.outPixelBytes = <usize>outChannels * sizeof<T>();
  p.outRowBytes = <usize>p.columns * p.outPixelBytes;
  p.outSampleBytes = <usize>p.rows * p.outRowBytes;
  planBands(p, i32.MAX_VALUE);

  const groups = arg(geometry, ConvolutionField.groups);
  const m = p.tapsY * p.tapsX * p.channels;
  const n = outChannels / groups;
  let group = 0, groupEnd = groups, row = 0, rowEnd = m, column = 0, columnEnd = n;
  if (groups >= lanes) {
    group = chunkStart(groups, 1, lane, lanes);
    groupEnd = chunkStart(groups, 1, lane + 1, lanes);
  } else {
    const rowUnits = (m + 3) / 4, columnUnits = (n + 7) / 8;
    const byRows = <i64>((rowUnits + lanes - 1) / lanes) * 4 * n;
    const byColumns = <i64>((columnUnits + lanes - 1) / lanes) * 8 * m;
    if (byRows <= byColumns) {
      row = chunkStart(m, 4, lane, lanes);
      rowEnd = chunkStart(m, 4, lane + 1, lanes);
    } else {
      column = chunkStart(n, 8, lane, lanes);
      columnEnd = chunkStart(n, 8, lane + 1, lanes);
    }
  }
  if (row == rowEnd || column == columnEnd) return;
  const blockN: i32 = min(columnEnd - column, BLOCK_N_BYTES / sizeof<T>());
  let rows = rowEnd - row;
  if (arg(geometry, ConvolutionField.batch) * p.rows * p.columns > LONGEST_SUM) {
    rows = <i32>(<usize>arg(geometry, ConvolutionField.totalsBytes) / totalsStride(blockN));
  }
  for (; group < groupEnd; group++) {
    for (let j = column; j < columnEnd; j += blockN) {
      for (let r = row; r < rowEnd; r += rows) {
        part<T>(i, p, group, r, min(rowEnd, r + rows), j, min(blockN, columnEnd - j));
      }
    }
  }
}

/** Rows row…rowEnd and columns j… of a group of the gradient. */
function part<T>(i: usize, p: Patches, group: i32, row: i32, rowEnd: i32, j: i32, columns: i32): void {
  const geometry = pointer(i, ConvolutionArg.geometry);
  const groups = arg(geometry, ConvolutionField.groups);
  const panels = panelsAt(p);
  const totals = panels + <usize>arg(geometry, ConvolutionField.panelBytes);
  const table = segmentsAt(p);
  const strideC = p.outPixelBytes;
  const column = <usize>(group * (arg(geometry, ConvolutionField.outChannels) / groups) + j) * sizeof<T>();
  const c = pointer(i, ConvolutionArg.out) + <usize>row * strideC + column;
  const offset = <usize>(group * p.channels) * sizeof<T>();
  const end = arg(geometry, ConvolutionField.batch) * p.rows;
  const pixels = end * p.columns;
  const long = pixels > LONGEST_SUM;
  let pixel = 0;
  for (let at = 0; at < end; ) {
    const count = rowsOfBand(p, at, end);
    beginBand(p, at, count);
    beginWalk(p, offset);
    at += count;
    while (pixel < at * p.columns) {
      const partial = long ? PARTIAL_TERMS : pixels;
      const inPartial = pixel % partial;
      const depth = min(min(BLOCK_PIXELS, partial - inPartial), at * p.columns - pixel);
      const tableEnd = segmentsOfWalk(p, table, depth);
      packB<T>(panels, p.out + <usize>pixel * strideC + column, strideC, columns, depth);
      multiply<T>(p, table, tableEnd, panels, c, strideC, row, rowEnd, columns, depth, inPartial == 0);
      pixel += depth;
      if (long && (pixel == pixels || pixel % PARTIAL_TERMS == 0)) {
        addPartial<T>(totals, c, strideC, rowEnd - row, columns, pixel <= PARTIAL_TERMS, pixel == pixels);
      }
    }
  }
}

/** c = (or, unless `first`, +=) rows row…rowEnd of the transposed patches in the table, times the panels. */
function multiply<T>(
  p: Patches, table: usize, tableEnd: usize, panels: usize, c: usize, strideC: usize,
  row: i32, rowEnd: i32, columns: i32, depth: i32, first: bool,
): void {
  const isContiguous = p.pixelStep == sizeof<T>();
  const run = runLength<T>(p);
  while (row < rowEnd) {
    // Where patches follow each other element by element, any four rows go together; else four elements that are side by side.
    let rows = min(4, rowEnd - row);
    if (!isContiguous) rows = min(rows, run - (row % run));
    const c1 = rows > 1 ? c + strideC : c;
    const c2 = rows > 2 ? c1 + strideC : c1;
    const c3 = rows > 3 ? c2 + strideC : c2;
    const a0 = distanceOf<T>(p, row);
    if (isContiguous) {
      const a1 = rows > 1 ? distanceOf<T>(p, row + 1) : a0;
      const a2 = rows > 2 ? distanceOf<T>(p, row + 2) : a1;
      const a3 = rows > 3 ? distanceOf<T>(p, row + 3) : a2;
      stripByRows<T>(a0, a1, a2, a3, table, tableEnd, panels, c, c1, c2, c3, columns, depth, first);
    } else {
      stripByColumns<T>(a0, p.pixelStep, table, tableEnd, panels, c, c1, c2, c3, columns, depth, first);
    }
    row += rows;
    c += <usize>rows * strideC;
  }
}
