// The gradient of a convolution by its weight [kernelHeight, kernelWidth, channels, outChannels]: the product of the patches, transposed, and the
// output's gradient. Every element is the sum over all output pixels (sample, row, column) in increasing order, zeros of the padding counted;
// long sums are made of partial sums. Lanes split rows or columns of the result, and each makes bands of its own.

import { BLOCK_N_BYTES } from "../gemm/blocking";
import { packB } from "../gemm/pack";
import { ConvolutionArg, ConvolutionField } from "../isa/conv";
import { arg, chunkStart, pointer } from "../memory";
import { LONGEST_SUM, PARTIAL_TERMS } from "../sums";
import { addPartial, totalsStride } from "../totals";
import { BLOCK_PIXELS, BLOCK_PLACES, PLACE_BYTES } from "./blocking";
import {
  beginBand, beginWalk, distanceOf, fillPlaces, ofInput, panelsAt, Patches, patchesOf, placesAt, planBands, putPlace, rowsOfBand, runLength,
  segmentsAt, segmentsOfWalk,
} from "./patches";
import { fivesByColumns, fivesByRows, foursByColumns, foursByRows } from "./tiles";

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
  // Where patches follow each other element by element, any rows go together; else those that are side by side in a patch.
  const isContiguous = p.pixelStep == sizeof<T>();
  const run = runLength<T>(p);
  const places = placesAt(p);
  while (row < rowEnd) {
    const end = isContiguous ? rowEnd : min(rowEnd, row + run - (row % run));
    const rows = min(end - row, BLOCK_PLACES);
    const fives = WIDE ? 0 : fivesOf(rows);
    let at = places;
    for (const rowsEnd = row + rows; row < rowsEnd; row++) {
      putPlace(at, distanceOf<T>(p, row), c);
      at += PLACE_BYTES;
      c += strideC;
    }
    const middle = places + <usize>fives * 5 * PLACE_BYTES;
    const placesEnd = fillPlaces(middle, at, 4);
    if (isContiguous) {
      if (fives > 0) fivesByRows<T>(places, middle, table, tableEnd, panels, columns, depth, first);
      foursByRows<T>(middle, placesEnd, table, tableEnd, panels, columns, depth, first, 0, false);
    } else {
      const step = p.pixelStep;
      if (fives > 0) fivesByColumns<T>(places, middle, step, table, tableEnd, panels, columns, depth, first);
      foursByColumns<T>(middle, placesEnd, step, table, tableEnd, panels, columns, depth, first);
    }
  }
}

/** How many tiles of five rows leave fours alone: none, or 1 to 3 where there are rows enough. */
function fivesOf(rows: i32): i32 {
  const rest = rows % 4;
  return rows >= 5 * rest ? rest : 0;
}
