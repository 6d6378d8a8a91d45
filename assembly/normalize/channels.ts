// Normalization of each channel over all rows (Ioffe & Szegedy 2015): from sums (columns.ts) to statistics and gradients of channels, a few
// hundred numbers that lane 0 makes by itself, and the passes over the rows that use them.

import { BatchNormGradientArg, ChannelAffineArg, ChannelGradientArg, ChannelMeanArg, ChannelVarianceArg } from "../isa/normalize";
import { arg, chunkStart, pointer, storeFirst, storePair, vectorLength } from "../memory";
import { partsOf, totalOf } from "./columns";

/** mean = Σ x / rows */
export function channelMean<T>(i: usize, lane: i32): void {
  if (lane != 0) return;
  const mean = pointer(i, ChannelMeanArg.mean);
  const partials = pointer(i, ChannelMeanArg.partials);
  const rows = arg(i, ChannelMeanArg.rows);
  const channels = arg(i, ChannelMeanArg.channels);
  const by = v128.splat<T>(<T>rows);
  for (let c = 0; c < channels; c += vectorLength<T>()) {
    const at = <usize>c * sizeof<T>();
    const sum = totalOf<T>(partials + at, partsOf(rows), <usize>channels * sizeof<T>());
    storeFirst<T>(mean + at, v128.div<T>(sum, by), channels - c);
  }
}

/** variance = Σ (x − mean)² / rows, inverse = 1 / √(variance + epsilon), factor = gamma · inverse */
export function channelVariance<T>(i: usize, lane: i32): void {
  if (lane != 0) return;
  const variance = pointer(i, ChannelVarianceArg.variance);
  const inverse = pointer(i, ChannelVarianceArg.inverse);
  const factor = pointer(i, ChannelVarianceArg.factor);
  const partials = pointer(i, ChannelVarianceArg.partials);
  const gamma = pointer(i, ChannelVarianceArg.gamma);
  const rows = arg(i, ChannelVarianceArg.rows);
  const channels = arg(i, ChannelVarianceArg.channels);
  const epsilon = <T>load<f64>(pointer(i, ChannelVarianceArg.epsilon));
  const by = v128.splat<T>(<T>rows);
  for (let c = 0; c < channels; c += vectorLength<T>()) {
    const at = <usize>c * sizeof<T>();
    const left = channels - c;
    const v = v128.div<T>(totalOf<T>(partials + at, partsOf(rows), <usize>channels * sizeof<T>()), by);
    const r = inverseOf<T>(v, epsilon);
    storeFirst<T>(variance + at, v, left);
    storeFirst<T>(inverse + at, r, left);
    storeFirst<T>(factor + at, v128.mul<T>(v128.load(gamma + at), r), left);
  }
}

/** 1 / √(variance + epsilon) */
@inline
export function inverseOf<T>(variance: v128, epsilon: T): v128 {
  return v128.div<T>(v128.splat<T>(<T>1), v128.sqrt<T>(v128.add<T>(variance, v128.splat<T>(epsilon))));
}

/** The gradients by gamma and beta, and what the gradient by x needs of them. */
export function channelGradient<T>(i: usize, lane: i32): void {
  if (lane != 0) return;
  const gamma = pointer(i, ChannelGradientArg.gamma);
  const beta = pointer(i, ChannelGradientArg.beta);
  const partials = pointer(i, ChannelGradientArg.partials);
  const inverse = pointer(i, ChannelGradientArg.inverse);
  const k0 = pointer(i, ChannelGradientArg.k0);
  const k1 = pointer(i, ChannelGradientArg.k1);
  const rows = arg(i, ChannelGradientArg.rows);
  const channels = arg(i, ChannelGradientArg.channels);
  const stride = <usize>channels * sizeof<T>();
  const parts = partsOf(rows);
  const products = partials + <usize>parts * stride;
  const by = v128.splat<T>(<T>rows);
  for (let c = 0; c < channels; c += vectorLength<T>()) {
    const at = <usize>c * sizeof<T>();
    const left = channels - c;
    const sum = totalOf<T>(partials + at, parts, stride);
    let product = totalOf<T>(products + at, parts, stride);
    storeFirst<T>(beta + at, sum, left);
    if (inverse) {
      const r = v128.load(inverse + at);
      product = v128.mul<T>(product, r);
      storeFirst<T>(k0 + at, v128.div<T>(sum, by), left);
      storeFirst<T>(k1 + at, v128.div<T>(v128.mul<T>(product, r), by), left);
    }
    storeFirst<T>(gamma + at, product, left);
  }
}

/** out = (x − mean) · factor + shift, along one row of n channels. */
@inline
function affineRow<T>(out: usize, x: usize, mean: usize, factor: usize, shift: usize, n: i32): void {
  const length = vectorLength<T>();
  for (; n >= 2 * length; n -= 2 * length) {
    const d0 = v128.sub<T>(v128.load(x), v128.load(mean)), d1 = v128.sub<T>(v128.load(x, 16), v128.load(mean, 16));
    const p0 = v128.mul<T>(d0, v128.load(factor)), p1 = v128.mul<T>(d1, v128.load(factor, 16));
    storePair(out, v128.add<T>(p0, v128.load(shift)), v128.add<T>(p1, v128.load(shift, 16)));
    out += 32;
    x += 32;
    mean += 32;
    factor += 32;
    shift += 32;
  }
  for (; n > 0; n -= length) {
    const product = v128.mul<T>(v128.sub<T>(v128.load(x), v128.load(mean)), v128.load(factor));
    storeFirst<T>(out, v128.add<T>(product, v128.load(shift)), n);
    out += 16;
    x += 16;
    mean += 16;
    factor += 16;
    shift += 16;
  }
}

/** out = (x − mean) · factor + shift. `out` may be x. */
export function channelAffine<T>(i: usize, lane: i32, lanes: i32): void {
  const mean = pointer(i, ChannelAffineArg.mean);
  const factor = pointer(i, ChannelAffineArg.factor);
  const shift = pointer(i, ChannelAffineArg.shift);
  const channels = arg(i, ChannelAffineArg.channels);
  const rows = arg(i, ChannelAffineArg.rows);
  const stride = <usize>channels * sizeof<T>();
  const from = chunkStart(rows, 1, lane, lanes);
  let out = pointer(i, ChannelAffineArg.out) + <usize>from * stride;
  let x = pointer(i, ChannelAffineArg.x) + <usize>from * stride;
  for (let row = chunkStart(rows, 1, lane + 1, lanes) - from; row > 0; row--) {
    affineRow<T>(out, x, mean, factor, shift, channels);
    out += stride;
    x += stride;
  }
}

/** dx = factor · ((g − k0) − (x − mean) · k1). `out` may be g or x. */
export function batchNormGradient<T>(i: usize, lane: i32, lanes: i32): void {
  const length = vectorLength<T>();
  const mean = pointer(i, BatchNormGradientArg.mean);
  const factor = pointer(i, BatchNormGradientArg.factor);
  const k0 = pointer(i, BatchNormGradientArg.k0);
  const k1 = pointer(i, BatchNormGradientArg.k1);
  const channels = arg(i, BatchNormGradientArg.channels);
  const rows = arg(i, BatchNormGradientArg.rows);
  const from = chunkStart(rows, 1, lane, lanes);
  const start = <usize>from * channels * sizeof<T>();
  let out = pointer(i, BatchNormGradientArg.out) + start;
  let x = pointer(i, BatchNormGradientArg.x) + start;
  let g = pointer(i, BatchNormGradientArg.g) + start;
  for (let row = chunkStart(rows, 1, lane + 1, lanes) - from; row > 0; row--) {
    let n = channels;
    let at: usize = 0;
    for (; n >= 2 * length; n -= 2 * length) {
      const d0 = v128.sub<T>(v128.load(x + at), v128.load(mean + at));
      const d1 = v128.sub<T>(v128.load(x + at, 16), v128.load(mean + at, 16));
      const p0 = v128.mul<T>(d0, v128.load(k1 + at)), p1 = v128.mul<T>(d1, v128.load(k1 + at, 16));
      const e0 = v128.sub<T>(v128.load(g + at), v128.load(k0 + at));
      const e1 = v128.sub<T>(v128.load(g + at, 16), v128.load(k0 + at, 16));
      const f0 = v128.load(factor + at), f1 = v128.load(factor + at, 16);
      storePair(out + at, v128.mul<T>(f0, v128.sub<T>(e0, p0)), v128.mul<T>(f1, v128.sub<T>(e1, p1)));
      at += 32;
    }
    for (; n > 0; n -= length) {
      const product = v128.mul<T>(v128.sub<T>(v128.load(x + at), v128.load(mean + at)), v128.load(k1 + at));
      const difference = v128.sub<T>(v128.load(g + at), v128.load(k0 + at));
      storeFirst<T>(out + at, v128.mul<T>(v128.load(factor + at), v128.sub<T>(difference, product)), n);
      at += 16;
    }
    const stride = <usize>channels * sizeof<T>();
    out += stride;
    x += stride;
    g += stride;
  }
}
