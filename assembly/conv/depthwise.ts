// Convolutions of each channel by a kernel of its own, as many groups as channels: with channels last, they are elementwise along a pixel, tap by
// tap. The same sums in the same order as in product.ts and weight-gradient.ts. (Channels with several filters take the way of all groups.)

import { finish } from "../gemm/epilogue";
import { addProduct } from "../gemm/vectors";
import { ConvolutionArg } from "../isa/conv";
import { arg, pointer, storeFirst, vectorLength } from "../memory";
import { BLOCK_PLACES, PLACE_BYTES, SEGMENT_BYTES } from "./blocking";
import { Factor, tapOf } from "./factor";
import { beginWalk, distanceOf, fillPlaces, Patches, placesAt, placesOfWalk, segmentsAt } from "./patches";

/** Patches of the present band times the factor, whose rows are vectors of channels. */
export function depthwiseOfBand<T>(i: usize, p: Patches, factor: Factor, pixels: i32): void {
  const places = placesAt(p);
  const taps = segmentsAt(p);
  const tapsEnd = tableOfTaps<T>(p, factor, taps);
  const channels = factor.groups;
  const strideC = p.outPixelBytes;
  const isDense = p.outRowBytes == <usize>p.columns * strideC && p.outSampleBytes == <usize>p.rows * p.outRowBytes;
  const activation = arg(i, ConvolutionArg.activation);
  const bias = pointer(i, ConvolutionArg.bias);
  const toOutput = pointer(i, ConvolutionArg.output) - pointer(i, ConvolutionArg.out);
  beginWalk(p, 0);
  for (let pixel = 0; pixel < pixels; pixel += BLOCK_PLACES) {
    const rows = min(BLOCK_PLACES, pixels - pixel);
    const placesEnd = fillPlaces(places, placesOfWalk(p, places, rows, 0), 4);
    for (let at = places; at < placesEnd; at += 4 * PLACE_BYTES) fourPixels<T>(at, taps, tapsEnd, channels);
    const step = isDense ? rows : 1;
    for (let r = 0; r < rows; r += step) {
      const c = <usize>load<u32>(places + <usize>r * PLACE_BYTES, 4);
      finish<T>(activation, c, strideC, step, channels, bias, c + toOutput, strideC);
    }
  }
}

/** For each tap its distance from a patch's beginning, and where its weights lie. Returns the table's end. */
function tableOfTaps<T>(p: Patches, factor: Factor, table: usize): usize {
  const taps = p.tapsY * p.tapsX;
  for (let tap = 0; tap < taps; tap++) {
    store<u32>(table, <u32>distanceOf<T>(p, tap));
    store<u32>(table, <u32>tapOf(factor, tap), 4);
    table += SEGMENT_BYTES;
  }
  return table;
}

/** Four places, all channels. */
function fourPixels<T>(places: usize, taps: usize, tapsEnd: usize, channels: i32): void {
  let a0 = <usize>load<u32>(places), c0 = <usize>load<u32>(places, 4);
  let a1 = <usize>load<u32>(places, 8), c1 = <usize>load<u32>(places, 12);
  let a2 = <usize>load<u32>(places, 16), c2 = <usize>load<u32>(places, 20);
  let a3 = <usize>load<u32>(places, 24), c3 = <usize>load<u32>(places, 28);
  for (let offset: usize = 0; channels > 0; channels -= vectorLength<T>()) {
    let s0 = v128.splat<T>(<T>0), s1 = s0, s2 = s0, s3 = s0;
    for (let tap = taps; tap < tapsEnd; tap += SEGMENT_BYTES) {
      const at = <usize>load<u32>(tap);
      const b = v128.load(<usize>load<u32>(tap, 4) + offset);
      s0 = addProduct<T>(s0, v128.load(a0 + at), b);
      s1 = addProduct<T>(s1, v128.load(a1 + at), b);
      s2 = addProduct<T>(s2, v128.load(a2 + at), b);
      s3 = addProduct<T>(s3, v128.load(a3 + at), b);
    }
    storeFirst<T>(c0, s0, channels);
    storeFirst<T>(c1, s1, channels);
    storeFirst<T>(c2, s2, channels);
    storeFirst<T>(c3, s3, channels);
    offset += 16;
    a0 += 16; a1 += 16; a2 += 16; a3 += 16;
    c0 += 16; c1 += 16; c2 += 16; c3 += 16;
  }
}

/**
 * c[taps, channels] = (or, unless `first`, +=) for each of the taps tap…end and each channel the sum over patches, whose addresses are given, of
 * their element times that of b [depth, channels], rows of b and of c `stride` apart.
 */
export function depthwiseWeights<T>(
  p: Patches, addresses: usize, b: usize, stride: usize, c: usize,
  tap: i32, end: i32, channels: i32, depth: i32, first: bool,
): void {
  for (const last = end - 1; tap < end; tap += 4) {
    const t1 = min(tap + 1, last), t2 = min(tap + 2, last), t3 = min(tap + 3, last);
    fourTaps<T>(
      distanceOf<T>(p, tap), distanceOf<T>(p, t1), distanceOf<T>(p, t2), distanceOf<T>(p, t3), addresses, b, stride,
      c, c + <usize>(t1 - tap) * stride, c + <usize>(t2 - tap) * stride, c + <usize>(t3 - tap) * stride, channels, depth, first,
    );
    c += 4 * stride;
  }
}

/** Four rows of c; where there are fewer, the last one comes again. */
function fourTaps<T>(
  a0: usize, a1: usize, a2: usize, a3: usize, addresses: usize, b: usize, strideB: usize,
  c0: usize, c1: usize, c2: usize, c3: usize, channels: i32, depth: i32, first: bool,
): void {
  for (; channels > 0; channels -= vectorLength<T>()) {
    let s0 = v128.splat<T>(<T>0), s1 = s0, s2 = s0, s3 = s0;
    if (!first) {
      s0 = v128.load(c0);
      s1 = v128.load(c1);
      s2 = v128.load(c2);
      s3 = v128.load(c3);
    }
    let q = b;
    const end = addresses + (<usize>depth << 2);
    for (let step = addresses; step < end; step += 4) {
      const at = <usize>load<u32>(step);
      const y = v128.load(q);
      s0 = addProduct<T>(s0, v128.load(at + a0), y);
      s1 = addProduct<T>(s1, v128.load(at + a1), y);
      s2 = addProduct<T>(s2, v128.load(at + a2), y);
      s3 = addProduct<T>(s3, v128.load(at + a3), y);
      q += strideB;
    }
    storeFirst<T>(c0, s0, channels);
    storeFirst<T>(c1, s1, channels);
    storeFirst<T>(c2, s2, channels);
    storeFirst<T>(c3, s3, channels);
    b += 16;
    a0 += 16; a1 += 16; a2 += 16; a3 += 16;
    c0 += 16; c1 += 16; c2 += 16; c3 += 16;
  }
}
