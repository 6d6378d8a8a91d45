// Normalization within a sample, over its positions and the channels of a group (Wu & He 2018); with one position and one group it is layer
// normalization (Ba et al. 2016). Lanes split samples. A group's sum is made of its channels' sums over the positions (columns.ts), added as
// a row is (rowSum).

import { GroupNormArg, GroupNormGradientArg } from "../isa/normalize";
import { ExtensionOp } from "../isa";
import { arg, chunkStart, pointer, storeFirst, storePair, vectorLength } from "../memory";
import { rowSum } from "../reduce/sum";
import { inverseOf } from "./channels";
import { columns, partsOf, totalOf } from "./columns";

/** Adds up a sample's partial sums of channels in place: [channels] at the beginning of [parts, channels]. */
function addUp<T>(partials: usize, parts: i32, channels: i32): void {
  if (parts == 1) return;
  const stride = <usize>channels * sizeof<T>();
  for (let c = 0; c < channels; c += vectorLength<T>()) {
    const at = partials + <usize>c * sizeof<T>();
    storeFirst<T>(at, totalOf<T>(at, parts, stride), channels - c);
  }
}

function fill<T>(out: usize, value: T, n: i32): void {
  const v = v128.splat<T>(value);
  for (; n > 0; n -= vectorLength<T>()) {
    storeFirst<T>(out, v, n);
    out += 16;
  }
}

/** x̂ = (x − mean) · inverse, kept where there is a place for it, and y = x̂ · gamma + beta: n channels of one position. */
@inline
function normalizeRow<T>(
  isKept: bool, out: usize, normalized: usize, x: usize, mean: usize, inverse: usize, gamma: usize, beta: usize, n: i32,
): void {
  const length = vectorLength<T>();
  let at: usize = 0;
  for (; n >= 2 * length; n -= 2 * length) {
    const d0 = v128.sub<T>(v128.load(x + at), v128.load(mean + at));
    const d1 = v128.sub<T>(v128.load(x + at, 16), v128.load(mean + at, 16));
    const v0 = v128.mul<T>(d0, v128.load(inverse + at)), v1 = v128.mul<T>(d1, v128.load(inverse + at, 16));
    if (isKept) storePair(normalized + at, v0, v1);
    const p0 = v128.mul<T>(v0, v128.load(gamma + at)), p1 = v128.mul<T>(v1, v128.load(gamma + at, 16));
    storePair(out + at, v128.add<T>(p0, v128.load(beta + at)), v128.add<T>(p1, v128.load(beta + at, 16)));
    at += 32;
  }
  for (; n > 0; n -= length) {
    const v = v128.mul<T>(v128.sub<T>(v128.load(x + at), v128.load(mean + at)), v128.load(inverse + at));
    if (isKept) storeFirst<T>(normalized + at, v, n);
    storeFirst<T>(out + at, v128.add<T>(v128.mul<T>(v, v128.load(gamma + at)), v128.load(beta + at)), n);
    at += 16;
  }
}

export function groupNorm<T>(i: usize, lane: i32, lanes: i32): void {
  const samples = arg(i, GroupNormArg.samples);
  const positions = arg(i, GroupNormArg.positions);
  const channels = arg(i, GroupNormArg.channels);
  const groups = arg(i, GroupNormArg.groups);
  const gamma = pointer(i, GroupNormArg.gamma);
  const beta = pointer(i, GroupNormArg.beta);
  const epsilon = <T>load<f64>(pointer(i, GroupNormArg.epsilon));
  const size = channels / groups;
  const groupBytes = <usize>size * sizeof<T>();
  const rowBytes = <usize>channels * sizeof<T>();
  const bytes = <usize>positions * rowBytes;
  const count = <T>positions * <T>size;
  const parts = partsOf(positions);
  const sums = pointer(i, GroupNormArg.workspace) + <usize>lane * arg(i, GroupNormArg.workspaceBytes);
  const mean = sums + <usize>parts * rowBytes;
  const inverse = mean + rowBytes;
  const end = chunkStart(samples, 1, lane + 1, lanes);
  for (let sample = chunkStart(samples, 1, lane, lanes); sample < end; sample++) {
    let x = pointer(i, GroupNormArg.x) + <usize>sample * bytes;
    // The sums of one position are its elements.
    let sum = x;
    if (positions > 1) {
      columns<T>(ExtensionOp.columnSums, sums, x, 0, 0, positions, channels, 0, 1);
      addUp<T>(sums, parts, channels);
      sum = sums;
    }
    for (let group: usize = 0; group < <usize>groups; group++) {
      const at = group * groupBytes;
      fill<T>(mean + at, <T>(rowSum<T>(sum + at, size) / count), size);
    }
    columns<T>(ExtensionOp.columnSquares, sums, x, 0, mean, positions, channels, 0, 1);
    addUp<T>(sums, parts, channels);
    const inverses = pointer(i, GroupNormArg.inverse) + <usize>sample * groups * sizeof<T>();
    for (let group: usize = 0; group < <usize>groups; group++) {
      const at = group * groupBytes;
      const variance = <T>(rowSum<T>(sums + at, size) / count);
      const r = v128.extract_lane<T>(inverseOf<T>(v128.splat<T>(variance), epsilon), 0);
      store<T>(inverses + group * sizeof<T>(), r);
      fill<T>(inverse + at, r, size);
    }
    let out = pointer(i, GroupNormArg.out) + <usize>sample * bytes;
    let normalized = pointer(i, GroupNormArg.normalized);
    const isKept = normalized != 0;
    normalized += <usize>sample * bytes;
    for (let position = 0; position < positions; position++) {
      if (isKept) normalizeRow<T>(true, out, normalized, x, mean, inverse, gamma, beta, channels);
      else normalizeRow<T>(false, out, 0, x, mean, inverse, gamma, beta, channels);
      x += rowBytes;
      out += rowBytes;
      normalized += rowBytes;
    }
  }
}

/** Sums of g and of g·x̂ over a sample's positions times gamma, the former at `sums` and the latter at `products`. */
function weighedSums<T>(
  sums: usize, products: usize, g: usize, normalized: usize, gamma: usize, positions: i32, channels: i32,
): void {
  const parts = partsOf(positions);
  if (positions > 1) {
    columns<T>(ExtensionOp.columnProducts, sums, normalized, g, 0, positions, channels, 0, 1);
    addUp<T>(sums, parts, channels);
    addUp<T>(products, parts, channels);
  }
  for (let n = channels; n > 0; n -= vectorLength<T>()) {
    const factor = v128.load(gamma);
    const isOne = positions == 1;
    const sum = isOne ? v128.load(g) : v128.load(sums);
    const product = isOne ? v128.mul<T>(v128.load(g), v128.load(normalized)) : v128.load(products);
    storeFirst<T>(sums, v128.mul<T>(sum, factor), n);
    storeFirst<T>(products, v128.mul<T>(product, factor), n);
    sums += 16;
    products += 16;
    g += 16;
    normalized += 16;
    gamma += 16;
  }
}

/** dx = inverse · ((g·gamma − k0) − x̂ · k1): n channels of one position. */
@inline
function gradientRow<T>(
  out: usize, g: usize, normalized: usize, gamma: usize, inverse: usize, k0: usize, k1: usize, n: i32,
): void {
  const length = vectorLength<T>();
  let at: usize = 0;
  for (; n >= 2 * length; n -= 2 * length) {
    const w0 = v128.mul<T>(v128.load(g + at), v128.load(gamma + at));
    const w1 = v128.mul<T>(v128.load(g + at, 16), v128.load(gamma + at, 16));
    const d0 = v128.sub<T>(w0, v128.load(k0 + at)), d1 = v128.sub<T>(w1, v128.load(k0 + at, 16));
    const p0 = v128.mul<T>(v128.load(normalized + at), v128.load(k1 + at));
    const p1 = v128.mul<T>(v128.load(normalized + at, 16), v128.load(k1 + at, 16));
    const r0 = v128.load(inverse + at), r1 = v128.load(inverse + at, 16);
    storePair(out + at, v128.mul<T>(r0, v128.sub<T>(d0, p0)), v128.mul<T>(r1, v128.sub<T>(d1, p1)));
    at += 32;
  }
  for (; n > 0; n -= length) {
    const arriving = v128.sub<T>(v128.mul<T>(v128.load(g + at), v128.load(gamma + at)), v128.load(k0 + at));
    const away = v128.mul<T>(v128.load(normalized + at), v128.load(k1 + at));
    storeFirst<T>(out + at, v128.mul<T>(v128.load(inverse + at), v128.sub<T>(arriving, away)), n);
    at += 16;
  }
}

/** The gradient by x, k0 and k1 being the means over a sample's group of g·gamma and of g·gamma·x̂. */
export function groupNormGradient<T>(i: usize, lane: i32, lanes: i32): void {
  const samples = arg(i, GroupNormGradientArg.samples);
  const positions = arg(i, GroupNormGradientArg.positions);
  const channels = arg(i, GroupNormGradientArg.channels);
  const groups = arg(i, GroupNormGradientArg.groups);
  const gamma = pointer(i, GroupNormGradientArg.gamma);
  const size = channels / groups;
  const groupBytes = <usize>size * sizeof<T>();
  const rowBytes = <usize>channels * sizeof<T>();
  const bytes = <usize>positions * rowBytes;
  const count = <T>positions * <T>size;
  const sums = pointer(i, GroupNormGradientArg.workspace) + <usize>lane * arg(i, GroupNormGradientArg.workspaceBytes);
  const products = sums + <usize>partsOf(positions) * rowBytes;
  const inverse = products + <usize>partsOf(positions) * rowBytes;
  const end = chunkStart(samples, 1, lane + 1, lanes);
  for (let sample = chunkStart(samples, 1, lane, lanes); sample < end; sample++) {
    let normalized = pointer(i, GroupNormGradientArg.normalized) + <usize>sample * bytes;
    let g = pointer(i, GroupNormGradientArg.g) + <usize>sample * bytes;
    weighedSums<T>(sums, products, g, normalized, gamma, positions, channels);
    const inverses = pointer(i, GroupNormGradientArg.inverse) + <usize>sample * groups * sizeof<T>();
    for (let group: usize = 0; group < <usize>groups; group++) {
      const at = group * groupBytes;
      fill<T>(sums + at, <T>(rowSum<T>(sums + at, size) / count), size);
      fill<T>(products + at, <T>(rowSum<T>(products + at, size) / count), size);
      fill<T>(inverse + at, load<T>(inverses + group * sizeof<T>()), size);
    }
    let out = pointer(i, GroupNormGradientArg.out) + <usize>sample * bytes;
    for (let position = 0; position < positions; position++) {
      gradientRow<T>(out, g, normalized, gamma, inverse, sums, products, channels);
      g += rowBytes;
      normalized += rowBytes;
      out += rowBytes;
    }
  }
}
