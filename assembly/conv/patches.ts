// A convolution is a product whose left factor has a row for each output pixel: its patch, the elements of the input that the kernel
// lies over, in the order of (kernel row, kernel column, channel). Patches are never copied. With channels last, the elements under one row
// of the kernel stand side by side in the input, so that a patch is some segments of it, as many as the kernel has rows, and the next
// pixel's patch is the same segments further on. Where patches reach beyond the input's edge, bands of it are copied into
// scratch with zeros around them.
//
// All three products see the input so: the output's (product.ts), the input gradient's, which is a product over patches of
// the output's gradient, and the weight gradient's (weight-gradient.ts), whose left factor is the patches transposed.

import { ConvolutionArg, ConvolutionField } from "../isa/conv";
import { arg, pointer } from "../memory";
import { BAND_SLACK, HEADER_BYTES, PLACE_BYTES, PLACES_BYTES, SEGMENT_BYTES, SEGMENTS_BYTES } from "./blocking";

/** What a lane knows of the patches it works on; it lies in its scratch. Distances are bytes. */
@unmanaged
export class Patches {
  /** [batch, height, width, channels], of which patches are made */
  source: usize;
  sampleBytes: usize;
  rowBytes: usize;
  pixelBytes: usize;
  height: i32;
  width: i32;

  /** of the kernel */
  tapsY: i32;
  tapsX: i32;
  /** elements of a pixel that belong to a patch: the channels of a group */
  channels: i32;
  /** source pixels from one tap to the next */
  stepY: i32;
  stepX: i32;
  /** source pixels from one patch to the next */
  strideY: i32;
  strideX: i32;
  /** the source pixel under the first tap of the first patch; negative ones lie in the padding */
  top: i32;
  left: i32;

  /** patches of a sample */
  rows: i32;
  columns: i32;

  /** where what belongs to a patch lies: the pixels of the output */
  out: usize;
  outSampleBytes: usize;
  outRowBytes: usize;
  outPixelBytes: usize;

  /** scratch for a band with its padding, and how much there is */
  band: usize;
  bandBytes: usize;
  /** whether patches reach beyond the source's edge */
  isPadded: bool;
  /** the most rows of patches, not of one sample alone if there are more than in one, that a band holds */
  bandRows: i32;

  // Of the present band: where its first patch begins, and what belongs to it, and the distances between patches and between taps.
  base: usize;
  baseTo: usize;
  sampleStep: usize;
  rowStep: usize;
  pixelStep: usize;
  tapRowStep: usize;
  tapPixelStep: usize;

  // A walk along its patches: the present one, its place in its row, and where rows and samples began.
  at: usize;
  to: usize;
  column: i32;
  row: i32;
  rowAt: usize;
  rowTo: usize;
  sampleAt: usize;
  sampleTo: usize;
}

/** Those of an instruction's lane, at the beginning of its scratch. */
export function patchesOf(i: usize, lane: i32): Patches {
  const p = changetype<Patches>(pointer(i, ConvolutionArg.workspace) + <usize>lane * <usize>arg(i, ConvolutionArg.workspaceBytes));
  p.bandBytes = arg(pointer(i, ConvolutionArg.geometry), ConvolutionField.bandBytes);
  p.band = placesAt(p) + PLACES_BYTES;
  return p;
}

/** Where the table of segments lies. */
@inline
export function segmentsAt(p: Patches): usize {
  return changetype<usize>(p) + HEADER_BYTES;
}

/** Where the table of places lies. */
@inline
export function placesAt(p: Patches): usize {
  return segmentsAt(p) + SEGMENTS_BYTES;
}

/** Where scratch for packed panels lies; the totals of long sums come behind them. */
@inline
export function panelsAt(p: Patches): usize {
  return p.band + p.bandBytes;
}

/** Patches of the input, as the kernel goes over it. */
export function ofInput<T>(p: Patches, source: usize, geometry: usize): void {
  const channels = arg(geometry, ConvolutionField.channels);
  layOut<T>(p, source, arg(geometry, ConvolutionField.height), arg(geometry, ConvolutionField.width), channels);
  p.tapsY = arg(geometry, ConvolutionField.kernelHeight);
  p.tapsX = arg(geometry, ConvolutionField.kernelWidth);
  p.channels = channels / arg(geometry, ConvolutionField.groups);
  p.stepY = arg(geometry, ConvolutionField.dilationY);
  p.stepX = arg(geometry, ConvolutionField.dilationX);
  p.strideY = arg(geometry, ConvolutionField.strideY);
  p.strideX = arg(geometry, ConvolutionField.strideX);
  p.top = -arg(geometry, ConvolutionField.top);
  p.left = -arg(geometry, ConvolutionField.left);
  p.rows = arg(geometry, ConvolutionField.outHeight);
  p.columns = arg(geometry, ConvolutionField.outWidth);
}

/** Where the source lies: [batch, height, width, channels]. */
export function layOut<T>(p: Patches, source: usize, height: i32, width: i32, channels: i32): void {
  p.source = source;
  p.pixelBytes = <usize>channels * sizeof<T>();
  p.rowBytes = <usize>width * p.pixelBytes;
  p.sampleBytes = <usize>height * p.rowBytes;
  p.height = height;
  p.width = width;
}

/** Source rows under the taps of one patch. */
@inline
function span(taps: i32, step: i32): i32 {
  return (taps - 1) * step + 1;
}

/** Decides how bands are made, once all else is known; `mostPixels` is a further limit to what one of them holds. */
export function planBands(p: Patches, mostPixels: i32): void {
  if (p.tapsY == 0 || p.tapsX == 0) {
    p.isPadded = false;
    p.bandRows = i32.MAX_VALUE;
    return;
  }
  const spanY = span(p.tapsY, p.stepY);
  const spanX = span(p.tapsX, p.stepX);
  const bottom = p.top + (p.rows - 1) * p.strideY + spanY;
  const right = p.left + (p.columns - 1) * p.strideX + spanX;
  p.isPadded = p.top < 0 || p.left < 0 || bottom > p.height || right > p.width;
  let rows = max(1, mostPixels / p.columns);
  if (p.isPadded) {
    const rowBytes = bandRowBytes(p);
    const sampleBytes = bandSampleBytes(p);
    const room = p.bandBytes - BAND_SLACK;
    const samples = <i32>(room / sampleBytes);
    const ofOne = (<i32>(room / rowBytes) - spanY) / p.strideY + 1;
    rows = min(rows, samples > 0 ? samples * p.rows : max(1, ofOne));
  }
  p.bandRows = rows;
}

/** Bytes of a row of the source with its padding. */
@inline
function bandRowBytes(p: Patches): usize {
  return <usize>((p.columns - 1) * p.strideX + span(p.tapsX, p.stepX)) * p.pixelBytes;
}

@inline
function bandSampleBytes(p: Patches): usize {
  return <usize>((p.rows - 1) * p.strideY + span(p.tapsY, p.stepY)) * bandRowBytes(p);
}

/** How many rows of patches, of all samples' `row`…`end`, the next band takes: whole samples, or a part of one. */
export function rowsOfBand(p: Patches, row: i32, end: i32): i32 {
  const inSample = row % p.rows;
  const most = min(p.bandRows, end - row);
  if (inSample > 0 || most < p.rows) return min(most, p.rows - inSample);
  return most - (most % p.rows);
}

/** Makes the band of `count` rows of patches from `row` on the present one, and begins a walk along it. */
export function beginBand(p: Patches, row: i32, count: i32): void {
  const sample = row / p.rows;
  const inSample = row % p.rows;
  const firstRow = p.top + inSample * p.strideY;
  const from = p.source + <usize>sample * p.sampleBytes;
  if (p.isPadded) {
    const rowBytes = bandRowBytes(p);
    const height = (min(count, p.rows) - 1) * p.strideY + span(p.tapsY, p.stepY);
    p.base = p.band;
    p.sampleStep = <usize>height * rowBytes;
    p.rowStep = <usize>p.strideY * rowBytes;
    p.tapRowStep = <usize>p.stepY * rowBytes;
    let to = p.band;
    for (let samples = (count + p.rows - 1) / p.rows, s = 0; s < samples; s++) {
      to = padSample(p, to, from + <usize>s * p.sampleBytes, firstRow, height);
    }
  } else {
    p.base = from + <usize>firstRow * p.rowBytes + <usize>p.left * p.pixelBytes;
    p.sampleStep = p.sampleBytes;
    p.rowStep = <usize>p.strideY * p.rowBytes;
    p.tapRowStep = <usize>p.stepY * p.rowBytes;
  }
  p.pixelStep = <usize>p.strideX * p.pixelBytes;
  p.tapPixelStep = <usize>p.stepX * p.pixelBytes;
  p.baseTo = p.out + <usize>sample * p.outSampleBytes + <usize>inSample * p.outRowBytes;
  beginWalk(p, 0);
}

/** Begins a walk along the present band, at elements `offset` bytes from the beginning of a pixel. */
export function beginWalk(p: Patches, offset: usize): void {
  p.column = 0;
  p.row = 0;
  p.at = p.rowAt = p.sampleAt = p.base + offset;
  p.to = p.rowTo = p.sampleTo = p.baseTo;
}

/** Goes on by `count` patches, no more than are left in the row. */
export function advance(p: Patches, count: i32): void {
  const column = p.column + count;
  if (column < p.columns) {
    p.column = column;
    p.at += <usize>count * p.pixelStep;
    p.to += <usize>count * p.outPixelBytes;
    return;
  }
  p.column = 0;
  if (++p.row < p.rows) {
    p.rowAt += p.rowStep;
    p.rowTo += p.outRowBytes;
  } else {
    p.row = 0;
    p.rowAt = p.sampleAt = p.sampleAt + p.sampleStep;
    p.rowTo = p.sampleTo = p.sampleTo + p.outSampleBytes;
  }
  p.at = p.rowAt;
  p.to = p.rowTo;
}

/** Copies rows `row`…`row + height` of a sample, with zeros where there is none, and returns where they end. */
function padSample(p: Patches, to: usize, from: usize, row: i32, height: i32): usize {
  const rowBytes = bandRowBytes(p);
  const before = min(<usize>max(0, -p.left) * p.pixelBytes, rowBytes);
  const first = <usize>max(0, p.left) * p.pixelBytes;
  const inside = first < p.rowBytes ? min(p.rowBytes - first, rowBytes - before) : 0;
  for (const end = row + height; row < end; row++) {
    const rowEnd = to + rowBytes;
    if (row < 0 || row >= p.height) zeros(to, rowBytes);
    else {
      zeros(to, before);
      copy(to + before, from + <usize>row * p.rowBytes + first, inside);
      zeros(to + before + inside, rowBytes - before - inside);
    }
    to = rowEnd;
  }
  return to;
}

// Both write past an end, by less than a vector, what is written over next. Rows are too short for memory.copy, which is a call.

@inline
function copy(to: usize, from: usize, bytes: usize): void {
  for (const end = to + bytes; to < end; to += 16) {
    v128.store(to, v128.load(from));
    from += 16;
  }
}

@inline
function zeros(to: usize, bytes: usize): void {
  for (const end = to + bytes; to < end; to += 16) v128.store(to, v128.splat<i32>(0));
}

/** How many elements of a patch stand side by side in the source. */
@inline
export function runLength<T>(p: Patches): i32 {
  const isWhole = p.stepX == 1 && <usize>p.channels * sizeof<T>() == p.pixelBytes;
  return isWhole ? p.tapsX * p.channels : p.channels;
}

/** Where element `term` of a patch lies, from the patch's beginning. */
export function distanceOf<T>(p: Patches, term: i32): usize {
  const tap = term / p.channels;
  const row = tap / p.tapsX;
  const inPixel = <usize>(term - tap * p.channels) * sizeof<T>();
  return <usize>row * p.tapRowStep + <usize>(tap - row * p.tapsX) * p.tapPixelStep + inPixel;
}

/** Elements `term`…`term + depth` of a patch as segments: distances from its beginning, and lengths. Returns the table's end. */
export function segmentsOfPatch<T>(p: Patches, table: usize, term: i32, depth: i32): usize {
  const run = runLength<T>(p);
  if (depth == 0) return table;
  for (let left = run - (term % run); depth > 0; left = run) {
    const steps = min(left, depth);
    store<u32>(table, <u32>distanceOf<T>(p, term));
    store<i32>(table, steps, 4);
    table += SEGMENT_BYTES;
    term += steps;
    depth -= steps;
  }
  return table;
}

/** Writes down where the next `pixels` patches of the walk begin. */
export function addressesOfWalk(p: Patches, table: usize, pixels: i32): void {
  while (pixels > 0) {
    const count = min(pixels, p.columns - p.column);
    let at = p.at;
    for (const end = table + (<usize>count << 2); table < end; table += 4) {
      store<u32>(table, <u32>at);
      at += p.pixelStep;
    }
    pixels -= count;
    advance(p, count);
  }
}

/** The next `pixels` patches of the walk as places, what belongs to them `offset` bytes on. Returns the table's end. */
export function placesOfWalk(p: Patches, table: usize, pixels: i32, offset: usize): usize {
  const step = p.pixelStep, stepTo = p.outPixelBytes;
  while (pixels > 0) {
    const count = min(pixels, p.columns - p.column);
    let at = p.at, to = p.to + offset;
    for (const end = table + <usize>count * PLACE_BYTES; table < end; table += PLACE_BYTES) {
      putPlace(table, at, to);
      at += step;
      to += stepTo;
    }
    pixels -= count;
    advance(p, count);
  }
  return table;
}

@inline
export function putPlace(at: usize, distance: usize, c: usize): void {
  store<u32>(at, <u32>distance);
  store<u32>(at, <u32>c, 4);
}

/** Repeats the last place of a table until it is a whole number of tiles of `rows`. Returns where it ends. */
export function fillPlaces(table: usize, end: usize, rows: i32): usize {
  const tile = <usize>rows * PLACE_BYTES;
  const whole = table + ((end - table + tile - 1) / tile) * tile;
  for (; end < whole; end += PLACE_BYTES) store<u64>(end, load<u64>(end - PLACE_BYTES));
  return whole;
}
