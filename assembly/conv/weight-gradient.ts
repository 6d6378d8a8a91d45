// The gradient of a convolution by its weight [kernelHeight, kernelWidth, channels, outChannels]: the product of the patches, transposed, and the
// output's gradient. Every element is the sum over all output pixels (sample, row, column) in increasing order, zeros of the padding counted;
// long sums are made of partial sums. Lanes split rows or columns of the result, and each makes bands of its own.

import { BLOCK_N_BYTES } from "../gemm/blocking";
import { packB } from "../gemm/pack";
import { PANEL_VECTORS } from "../gemm/vectors";
import { ConvolutionArg, ConvolutionField } from "../isa/conv";
import { arg, chunkStart, pointer, vectorLength } from "../memory";
import { LONGEST_SUM, PARTIAL_TERMS } from "../sums";
import { addPartial, totalsStride } from "../totals";
import { BLOCK_PIXELS, BLOCK_TILES, IN_PLACE_TERMS, TILE_BYTES } from "./blocking";
import { depthwiseWeights } from "./depthwise";
import {
  addressesOfWalk, beginBand, beginWalk, distanceOf, ofInput, panelsAt, Patches, patchesOf, placesAt, planBands, rowsOfBand, runLength,
  segmentsAt,
} from "./patches";
import { tileOfPanel, tileOfTwoPanels } from "./weight-tiles";

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
  if (p.channels == 1 && n == 1) {
    // Depthwise: all channels side by side.
    groupEnd = 1;
    column = chunkStart(groups, 16, lane, lanes);
    columnEnd = chunkStart(groups, 16, lane + 1, lanes);
  } else if (groups >= lanes) {
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
  const addresses = segmentsAt(p);
  const isPacked = rowEnd - row > IN_PLACE_TERMS;
  const strideC = p.outPixelBytes;
  const column = <usize>(group * (arg(geometry, ConvolutionField.outChannels) / groups) + j) * sizeof<T>();
  const c = pointer(i, ConvolutionArg.out) + <usize>row * strideC + column;
  const isDepthwise = p.channels == 1 && groups == arg(geometry, ConvolutionField.outChannels);
  const offset = isDepthwise ? column : <usize>(group * p.channels) * sizeof<T>();
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
      addressesOfWalk(p, addresses, depth);
      let b = p.out + <usize>pixel * strideC + column;
      const first = inPartial == 0;
      if (isDepthwise) depthwiseWeights<T>(p, addresses, b, strideC, c, row, rowEnd, columns, depth, first);
      else {
        if (isPacked) {
          packB<T>(panels, b, strideC, columns, depth);
          b = panels;
        }
        multiply<T>(p, addresses, isPacked, b, strideC, c, strideC, row, rowEnd, columns, depth, first);
      }
      pixel += depth;
      if (long && (pixel == pixels || pixel % PARTIAL_TERMS == 0)) {
        addPartial<T>(totals, c, strideC, rowEnd - row, columns, pixel <= PARTIAL_TERMS, pixel == pixels);
      }
    }
  }
}

/** Rows row…rowEnd of the gradient as tiles of up to four that stand side by side in a patch, at most BLOCK_TILES. Returns the row behind them. */
function tilesOfRows<T>(p: Patches, table: usize, row: i32, rowEnd: i32, c: usize, strideC: usize): i32 {
  const run = runLength<T>(p);
  const end = table + BLOCK_TILES * TILE_BYTES;
  for (; row < rowEnd && table < end; table += TILE_BYTES) {
    const rows = min(min(4, rowEnd - row), run - (row % run));
    store<u32>(table, <u32>distanceOf<T>(p, row));
    store<u32>(table, <u32>c, 4);
    store<i32>(table, rows, 8);
    row += rows;
    c += <usize>rows * strideC;
  }
  if (table < end) store<i32>(table, 0, 8);
  return row;
}

/** c = (or, unless `first`, +=) rows row…rowEnd of the transposed patches whose addresses are given, times b [depth, columns]. */
function multiply<T>(
  p: Patches, addresses: usize, isPacked: bool, b: usize, stepB: usize, c: usize, strideC: usize,
  row: i32, rowEnd: i32, columns: i32, depth: i32, first: bool,
): void {
  const panel = PANEL_VECTORS * vectorLength<T>();
  const panelBytes: usize = 16 * PANEL_VECTORS;
  const panelB = isPacked ? <usize>depth * panelBytes : panelBytes;
  const table = placesAt(p);
  const tableEnd = table + BLOCK_TILES * TILE_BYTES;
  while (row < rowEnd) {
    const next = tilesOfRows<T>(p, table, row, rowEnd, c, strideC);
    // A panel goes over all rows. Of fewer than three, two panels do.
    let second = false;
    for (let j = 0; j < columns; j += panel) {
      const n = columns - j;
      const pairs = !WIDE && !second && n > panel + panel / 2;
      const from = b + <usize>(j / panel) * panelB;
      const offset = <usize>j * sizeof<T>();
      for (let at = table; at < tableEnd; at += TILE_BYTES) {
        const rows = load<i32>(at, 8);
        if (rows == 0) break;
        const a = <usize>load<u32>(at);
        const to = <usize>load<u32>(at, 4) + offset;
        if (WIDE || rows > 2 || !(pairs || second)) {
          tileOfPanel<T>(isPacked, rows, addresses, depth, a, from, stepB, to, strideC, n, first);
        } else if (pairs) {
          tileOfTwoPanels<T>(isPacked, rows, addresses, depth, a, from, stepB, panelB, to, strideC, n, first);
        }
      }
      second = pairs;
    }
    c += <usize>(next - row) * strideC;
    row = next;
  }
}
