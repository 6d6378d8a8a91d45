// The two convolutions that are products over patches: the output's, and the input gradient's. As in gemm/index.ts, every element is the sum
// over k in increasing order, k = (kernel row, kernel column, channel), zeros of the padding counted; long sums are made of partial sums.
//
// The input gradient: the element of the input at (y, x) has been under those taps that the strides lead over it, and what flows back
// through them is in the patch of the output's gradient that lies around it: a convolution with the kernel turned around. Its k is (output row,
// output column, output channel), increasing. With strides, input pixels are of several kinds, by their remainders: each is a convolution
// of stride 1 with some of the taps, and those alone are its terms.

import { BLOCK_K, BLOCK_N_BYTES, WIDE_BLOCK_K, WIDE_PARTIAL_STEPS } from "../gemm/blocking";
import { finish } from "../gemm/epilogue";
import { ConvolutionArg, ConvolutionField } from "../isa/conv";
import { Activation } from "../isa/gemm";
import { arg, chunkStart, pointer } from "../memory";
import { LONGEST_SUM, PARTIAL_TERMS } from "../sums";
import { addPartial, totalsStride } from "../totals";
import { BLOCK_PLACES, PLACE_BYTES } from "./blocking";
import { depthwiseOfBand } from "./depthwise";
import { Factor, packFactor } from "./factor";
import {
  advance, beginBand, beginWalk, fillPlaces, layOut, ofInput, panelsAt, Patches, patchesOf, placesAt, placesOfWalk, planBands, rowsOfBand,
  runLength, segmentsAt, segmentsOfPatch,
} from "./patches";
import { slide } from "./slide";
import { tiles } from "./tiles";

/** One axis of an input gradient, for those input pixels that have one remainder by the stride. */
@unmanaged
class Kind {
  /** how many pixels there are */
  pixels: i32;
  /** how many taps lead over them */
  taps: i32;
  /** the last of them, and how many lie between two */
  last: i32;
  step: i32;
  /** the output that the last one brings to the first pixel, and how many lie between two */
  first: i32;
  distance: i32;
}

/** They lie behind the patches. */
const FACTOR_AT: usize = 192;
const KIND_Y_AT: usize = 256;
const KIND_X_AT: usize = 288;

export function convolve<T>(i: usize, lane: i32, lanes: i32): void {
  const geometry = pointer(i, ConvolutionArg.geometry);
  const p = patchesOf(i, lane);
  ofInput<T>(p, pointer(i, ConvolutionArg.source), geometry);
  const outChannels = arg(geometry, ConvolutionField.outChannels);
  p.out = pointer(i, ConvolutionArg.out);
  p.outPixelBytes = <usize>outChannels * sizeof<T>();
  p.outRowBytes = <usize>p.columns * p.outPixelBytes;
  p.outSampleBytes = <usize>p.rows * p.outRowBytes;

  const factor = changetype<Factor>(changetype<usize>(p) + FACTOR_AT);
  factor.weight = pointer(i, ConvolutionArg.weight);
  factor.stride = p.outPixelBytes;
  factor.groups = arg(geometry, ConvolutionField.groups);
  factor.columns = outChannels / factor.groups;
  factor.isTurned = false;
  product<T>(i, p, factor, lane, lanes);
}

export function convolveInputGradient<T>(i: usize, lane: i32, lanes: i32): void {
  const geometry = pointer(i, ConvolutionArg.geometry);
  const p = patchesOf(i, lane);
  const outChannels = arg(geometry, ConvolutionField.outChannels);
  const outHeight = arg(geometry, ConvolutionField.outHeight);
  const outWidth = arg(geometry, ConvolutionField.outWidth);
  layOut<T>(p, pointer(i, ConvolutionArg.source), outHeight, outWidth, outChannels);
  const groups = arg(geometry, ConvolutionField.groups);
  p.channels = outChannels / groups;
  p.strideY = 1;
  p.strideX = 1;

  const out = pointer(i, ConvolutionArg.out);
  const channels = arg(geometry, ConvolutionField.channels);
  const height = arg(geometry, ConvolutionField.height);
  const width = arg(geometry, ConvolutionField.width);
  const strideY = arg(geometry, ConvolutionField.strideY);
  const strideX = arg(geometry, ConvolutionField.strideX);
  const pixelBytes = <usize>channels * sizeof<T>();
  p.outPixelBytes = <usize>strideX * pixelBytes;
  p.outRowBytes = <usize>(strideY * width) * pixelBytes;
  p.outSampleBytes = <usize>height * <usize>width * pixelBytes;

  const factor = changetype<Factor>(changetype<usize>(p) + FACTOR_AT);
  factor.weight = pointer(i, ConvolutionArg.weight);
  factor.stride = <usize>outChannels * sizeof<T>();
  factor.groups = groups;
  factor.columns = channels / groups;
  factor.isTurned = true;
  factor.kernelWidth = arg(geometry, ConvolutionField.kernelWidth);

  const ofY = changetype<Kind>(changetype<usize>(p) + KIND_Y_AT);
  const ofX = changetype<Kind>(changetype<usize>(p) + KIND_X_AT);
  const kernelHeight = arg(geometry, ConvolutionField.kernelHeight);
  for (let y = 0; y < min(strideY, height); y++) {
    const top = arg(geometry, ConvolutionField.top);
    findKind(ofY, y, height, kernelHeight, strideY, arg(geometry, ConvolutionField.dilationY), top);
    for (let x = 0; x < min(strideX, width); x++) {
      const left = arg(geometry, ConvolutionField.left);
      findKind(ofX, x, width, factor.kernelWidth, strideX, arg(geometry, ConvolutionField.dilationX), left);
      p.out = out + <usize>(y * width + x) * pixelBytes;
      p.rows = ofY.pixels;
      p.columns = ofX.pixels;
      p.tapsY = ofY.taps;
      p.tapsX = ofX.taps;
      p.stepY = ofY.distance;
      p.stepX = ofX.distance;
      p.top = ofY.first;
      p.left = ofX.first;
      factor.tapsX = ofX.taps;
      factor.lastY = ofY.last;
      factor.lastX = ofX.last;
      factor.stepY = ofY.step;
      factor.stepX = ofX.step;
      product<T>(i, p, factor, lane, lanes);
    }
  }
}

/** Pixels `remainder`, `remainder` + stride, … below `size`: a tap t lies over them where (remainder + padding − t·dilation) is a multiple of stride. */
function findKind(
  kind: Kind, remainder: i32, size: i32, kernel: i32, stride: i32, dilation: i32, padding: i32,
): void {
  let taps = 0, first = 0, second = 0, last = 0;
  for (let t = 0; t < kernel; t++) {
    if ((remainder + padding - t * dilation) % stride != 0) continue;
    if (taps == 0) first = t;
    if (taps == 1) second = t;
    last = t;
    taps++;
  }
  const step = taps > 1 ? second - first : 1;
  kind.pixels = (size - remainder + stride - 1) / stride;
  kind.taps = taps;
  kind.last = last;
  kind.step = step;
  kind.first = (remainder + padding - last * dilation) / stride;
  kind.distance = taps > 1 ? (step * dilation) / stride : 1;
}

/** Rows of patches times the factor: this lane's part. */
function product<T>(i: usize, p: Patches, factor: Factor, lane: i32, lanes: i32): void {
  const geometry = pointer(i, ConvolutionArg.geometry);
  const rows = arg(geometry, ConvolutionField.batch) * p.rows;
  let row = chunkStart(rows, 1, lane, lanes);
  const end = chunkStart(rows, 1, lane + 1, lanes);
  const terms = p.tapsY * p.tapsX * p.channels;
  const blockN: i32 = min(factor.columns, BLOCK_N_BYTES / sizeof<T>());
  let mostPixels: i32 = i32.MAX_VALUE;
  if (terms > LONGEST_SUM) {
    mostPixels = <i32>(<usize>arg(geometry, ConvolutionField.totalsBytes) / totalsStride(blockN));
  }
  planBands(p, mostPixels);
  // Where the factor is packed as a whole, it is once.
  const isWhole = factor.groups == 1 && blockN == factor.columns && terms <= blockOf(terms);
  let isPacked = false;
  const isDepthwise = p.channels == 1 && factor.columns == 1 && terms > 0 && terms <= LONGEST_SUM;
  while (row < end) {
    const count = rowsOfBand(p, row, end);
    beginBand(p, row, count);
    row += count;
    if (isDepthwise) {
      depthwiseOfBand<T>(i, p, factor, count * p.columns);
      continue;
    }
    for (let group = 0; group < factor.groups; group++) {
      for (let j = 0; j < factor.columns; j += blockN) {
        const columns = min(blockN, factor.columns - j);
        bandTimes<T>(i, p, factor, count * p.columns, group, j, columns, isPacked);
      }
    }
    isPacked = isWhole;
  }
}

/** How many terms a pass sums: as many passes as needed, of nearly the same size; or partial sums, which are two passes in the wide build. */
@inline
function blockOf(terms: i32): i32 {
  if (terms > LONGEST_SUM) return WIDE ? WIDE_PARTIAL_STEPS : PARTIAL_TERMS;
  const most: i32 = WIDE ? WIDE_BLOCK_K : BLOCK_K;
  const blocks = (terms + most - 1) / most;
  return blocks > 0 ? ((terms + blocks - 1) / blocks + 3) & ~3 : 0;
}

/** Patches of the present band times columns j… of a group's factor. */
function bandTimes<T>(
  i: usize, p: Patches, factor: Factor, pixels: i32, group: i32, j: i32, columns: i32, isPacked: bool,
): void {
  const geometry = pointer(i, ConvolutionArg.geometry);
  const panels = panelsAt(p);
  const totals = panels + <usize>arg(geometry, ConvolutionField.panelBytes);
  const table = segmentsAt(p);
  const terms = p.tapsY * p.tapsX * p.channels;
  const long = terms > LONGEST_SUM;
  const block = blockOf(terms);
  const offset = <usize>(group * p.channels) * sizeof<T>();
  const offsetC = <usize>(group * factor.columns + j) * sizeof<T>();
  const activation = arg(i, ConvolutionArg.activation);
  let bias = pointer(i, ConvolutionArg.bias);
  if (bias) bias += offsetC;
  // From an element of out to that of the forward pass' output, for the gradient of its activation.
  const toOutput = pointer(i, ConvolutionArg.output) - pointer(i, ConvolutionArg.out);
  const strideC = p.outPixelBytes;
  const isDense = p.outRowBytes == <usize>p.columns * strideC && p.outSampleBytes == <usize>p.rows * p.outRowBytes;
  // What tiles do before they store.
  const isRelu = activation == Activation.relu;
  const finishesAtOnce = !long && terms > 0 && (isRelu || activation == Activation.identity);
  const slides = !WIDE && isDense && finishesAtOnce && p.pixelStep == sizeof<T>() && runLength<T>(p) > 1;
  const places = placesAt(p);
  let l = 0;
  do {
    const depth = min(block, terms - l);
    const first = long ? l % PARTIAL_TERMS == 0 : l == 0;
    const last = l + depth == terms;
    const endsPartial = long && (last || (l + depth) % PARTIAL_TERMS == 0);
    if (!isPacked) packFactor<T>(p, factor, panels, group, j, columns, l, depth);
    const tableEnd = segmentsOfPatch<T>(p, table, l, depth);
    beginWalk(p, offset);
    if (slides) {
      slideBand<T>(p, pixels, tableEnd, offsetC, columns, depth, first, last ? bias : 0, last && isRelu);
      l += depth;
      continue;
    }
    for (let pixel = 0; pixel < pixels; pixel += BLOCK_PLACES) {
      const rows = min(BLOCK_PLACES, pixels - pixel);
      const placesEnd = placesOfWalk(p, places, rows, offsetC);
      if (depth > 0) {
        const fours = fillPlaces(places, placesEnd, 4);
        const now = last && finishesAtOnce;
        tiles<T>(places, fours, table, tableEnd, panels, columns, depth, first, now ? bias : 0, now && isRelu);
      } else {
        for (let at = places; at < placesEnd; at += PLACE_BYTES) {
          memory.fill(<usize>load<u32>(at, 4), 0, <usize>columns * sizeof<T>());
        }
      }
      if (!endsPartial && (!last || finishesAtOnce)) continue;
      // All rows together, or where they do not lie side by side one by one.
      const step = isDense ? rows : 1;
      for (let r = 0; r < rows; r += step) {
        const c = <usize>load<u32>(places + <usize>r * PLACE_BYTES, 4);
        if (endsPartial) {
          const at = totals + <usize>(pixel + r) * totalsStride(columns);
          addPartial<T>(at, c, strideC, step, columns, l < PARTIAL_TERMS, last);
        }
        if (last) finish<T>(activation, c, strideC, step, columns, bias, c + toOutput, strideC);
      }
    }
    l += depth;
  } while (l < terms);
}

/**
 * Patches of the present band that follow each other element by element: of each row of them whole fours, and what is left over of several rows
 * together.
 */
function slideBand<T>(
  p: Patches, pixels: i32, tableEnd: usize, offsetC: usize, columns: i32, depth: i32, first: bool, bias: usize, isRelu: bool,
): void {
  const table = segmentsAt(p);
  const panels = panelsAt(p);
  const places = placesAt(p);
  const fours = p.columns & ~3;
  let placesEnd = places;
  for (; pixels > 0; pixels -= p.columns) {
    const to = p.to + offsetC;
    slide<T>(p.at, fours, table, tableEnd, panels, to, p.outPixelBytes, columns, depth, first, bias, isRelu);
    advance(p, fours);
    if (fours == p.columns) continue;
    placesEnd = placesOfWalk(p, placesEnd, p.columns - fours, offsetC);
    if (placesEnd > places + (BLOCK_PLACES - 4) * PLACE_BYTES || pixels == p.columns) {
      const end = fillPlaces(places, placesEnd, 4);
      tiles<T>(places, end, table, tableEnd, panels, columns, depth, first, bias, isRelu);
      placesEnd = places;
    }
  }
}
