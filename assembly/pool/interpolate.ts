// Linear interpolation along an axis: out[outer, n·factor, inner] of a[outer, n, inner]; and the way back (InterpolateArg). Element i of the longer
// axis lies at p(i) = (i + ½) / factor − ½ of the shorter one, between 0 and n − 1, and takes 1 − |p(i) − r| of its element r where that is
// above 0: of the two that it lies between. That weight is a quotient of whole numbers, rounded once. Each element is a sum from +0, in the
// order of those that it is made of. Lanes split the rows of the result.

import { ExtensionOp } from "../isa";
import { InterpolateArg } from "../isa/pool";
import { arg, chunkStart, pointer, storeFirst, storePair, vectorLength } from "../memory";

/** 2·factor·p(i) */
@inline
function placeOf(i: i32, factor: i32, n: i32): i32 {
  return max(0, min(2 * factor * (n - 1), 2 * i + 1 - factor));
}

/** What element `i` of the longer axis takes of element `r` of the shorter one. */
@inline
function weightOf<T>(i: i32, r: i32, factor: i32, n: i32): T {
  const unit = 2 * factor;
  const part = unit - abs<i32>(placeOf(i, factor, n) - unit * r);
  return <T>part / <T>unit;
}

/** out += weight · a: `n` elements. */
@inline
function addRow<T>(out: usize, a: usize, weight: T, n: i32): void {
  const length = vectorLength<T>();
  const w = v128.splat<T>(weight);
  for (; n >= 2 * length; n -= 2 * length) {
    const p0 = v128.mul<T>(w, v128.load(a)), p1 = v128.mul<T>(w, v128.load(a, 16));
    storePair(out, v128.add<T>(v128.load(out), p0), v128.add<T>(v128.load(out, 16), p1));
    out += 32;
    a += 32;
  }
  for (; n > 0; n -= length) {
    storeFirst<T>(out, v128.add<T>(v128.load(out), v128.mul<T>(w, v128.load(a))), n);
    out += 16;
    a += 16;
  }
}

/** `op` is a constant at every call. */
@inline
function eachRow<T>(op: i32, i: usize, lane: i32, lanes: i32): void {
  const isForward = op == ExtensionOp.interpolate;
  const n = arg(i, InterpolateArg.n);
  const inner = arg(i, InterpolateArg.inner);
  const factor = arg(i, InterpolateArg.factor);
  const targets = isForward ? n * factor : n;
  const sources = isForward ? n : n * factor;
  const bytes = <usize>inner * sizeof<T>();
  const from = chunkStart(arg(i, InterpolateArg.outer) * targets, 1, lane, lanes);
  const to = chunkStart(arg(i, InterpolateArg.outer) * targets, 1, lane + 1, lanes);
  let out = pointer(i, InterpolateArg.out) + <usize>from * bytes;
  memory.fill(out, 0, <usize>(to - from) * bytes);
  for (let row = from; row < to; row++) {
    const target = row % targets;
    let first = 0;
    let end = 0;
    if (isForward) {
      const place = placeOf(target, factor, n);
      first = place / (2 * factor);
      end = first + (place % (2 * factor) == 0 ? 1 : 2);
    } else {
      first = max(0, (target - 1) * factor + (factor + 1) / 2);
      end = min(sources, (target + 1) * factor + factor / 2);
    }
    let a = pointer(i, InterpolateArg.a) + (<usize>(row / targets) * sources + first) * bytes;
    for (let source = first; source < end; source++) {
      const weight = isForward ? weightOf<T>(target, source, factor, n) : weightOf<T>(source, target, factor, n);
      addRow<T>(out, a, weight, inner);
      a += bytes;
    }
    out += bytes;
  }
}

/** The values between. */
export function interpolate<T>(i: usize, lane: i32, lanes: i32): void {
  eachRow<T>(ExtensionOp.interpolate, i, lane, lanes);
}

/** What arrives at them goes to what they were made of. */
export function interpolateGradient<T>(i: usize, lane: i32, lanes: i32): void {
  eachRow<T>(ExtensionOp.interpolateGradient, i, lane, lanes);
}
