// What is done with gradients before an update: those of several steps added up, and how much they have to shrink to be short enough.

import { AddGradientsArg, ClipGradientsArg, ClipScaleArg, Coefficient, Phase, SquaresArg } from "../isa/optimizer";
import { arg, chunkStart, pointer, STEP_BYTES } from "../memory";
import { combine2, combine4, firstOf } from "../reduce/sum";
import { PARTIAL_TERMS } from "../sums";
import { partialTerms } from "../totals";
import { coefficientAt, storeStep } from "./updates";

/** The phase of this step. */
@inline
export function phaseOf<T>(run: usize): i32 {
  return <i32>load<T>(coefficientAt<T>(run, 0, Coefficient.phase));
}

/** sum = g in the first phase, else sum + g. */
export function addGradients<T>(i: usize, lane: i32, lanes: i32): void {
  const sum = pointer(i, AddGradientsArg.sum);
  const g = pointer(i, AddGradientsArg.g);
  const n = arg(i, AddGradientsArg.n);
  const phase = phaseOf<T>(pointer(i, AddGradientsArg.state));
  const begin = <usize>chunkStart(n, 64, lane, lanes) * sizeof<T>();
  const end = <usize>chunkStart(n, 64, lane + 1, lanes) * sizeof<T>();
  if (phase == Phase.first) {
    for (let p = begin; p < end; p += STEP_BYTES) {
      storeStep(sum + p, v128.load(g + p), v128.load(g + p, WIDE ? 16 : 0));
    }
    return;
  }
  for (let p = begin; p < end; p += STEP_BYTES) {
    const s0 = v128.add<T>(v128.load(sum + p), v128.load(g + p));
    const s1 = WIDE ? v128.add<T>(v128.load(sum + p, 16), v128.load(g + p, 16)) : s0;
    storeStep(sum + p, s0, s1);
  }
}

/** g = its elements times scale, kept between −limit and limit; a NaN stays one. */
export function clipGradients<T>(i: usize, lane: i32, lanes: i32): void {
  if (phaseOf<T>(pointer(i, ClipGradientsArg.state)) != Phase.last) return;
  const g = pointer(i, ClipGradientsArg.g);
  const n = arg(i, ClipGradientsArg.n);
  const scale = v128.load_splat<T>(pointer(i, ClipGradientsArg.scale));
  const limit = v128.load_splat<T>(pointer(i, ClipGradientsArg.limit));
  const end = <usize>chunkStart(n, 64, lane + 1, lanes) * sizeof<T>();
  for (let p = <usize>chunkStart(n, 64, lane, lanes) * sizeof<T>(); p < end; p += STEP_BYTES) {
    const g0 = within<T>(v128.mul<T>(v128.load(g + p), scale), limit);
    const g1 = WIDE ? within<T>(v128.mul<T>(v128.load(g + p, 16), scale), limit) : g0;
    storeStep(g + p, g0, g1);
  }
}

/**
 * x with its size cut to a limit; its sign stays. (A lower limit, made of the upper one by v128.neg, is lost in float64 where V8 13.6, Node 24,
 * merges pairs.)
 */
@inline
function within<T>(x: v128, limit: v128): v128 {
  const sign = v128.splat<T>(<T>-0.0);
  return v128.bitselect(x, v128.pmin<T>(v128.abs<T>(x), limit), sign);
}

/** The partial sums of the squares of one parameter's gradient; lanes split them. */
export function squares<T>(i: usize, lane: i32, lanes: i32): void {
  if (phaseOf<T>(pointer(i, SquaresArg.state)) != Phase.last) return;
  const out = pointer(i, SquaresArg.out);
  const a = pointer(i, SquaresArg.a);
  const n = arg(i, SquaresArg.n);
  const terms = partialTerms(n);
  const count = (n + terms - 1) / terms;
  const to = chunkStart(count, 8, lane + 1, lanes);
  let part = chunkStart(count, 8, lane, lanes);
  // Two at a time: the additions of one do not wait for those of the other.
  for (; part + 2 < to; part += 2) {
    twoSums<T>(out + (<usize>part << 3), a + <usize>(part * PARTIAL_TERMS) * sizeof<T>());
  }
  for (; part < to; part++) {
    const first = part * terms;
    store<f64>(out + (<usize>part << 3), <f64>sumOfSquares<T>(a + <usize>first * sizeof<T>(), min(terms, n - first)));
  }
}

@inline
function square<T>(v: v128): v128 {
  return v128.mul<T>(v, v);
}

/** The sum of n squares, in the order of rowSum's eight sums. */
function sumOfSquares<T>(a: usize, n: i32): T {
  if (sizeof<T>() == 4) {
    let low = f32x4.splat(0);
    let high = f32x4.splat(0);
    let left = n;
    for (; left >= 8; left -= 8) {
      low = f32x4.add(low, square<T>(v128.load(a)));
      high = f32x4.add(high, square<T>(v128.load(a, 16)));
      a += 32;
    }
    if (left > 0) {
      low = f32x4.add(low, square<T>(firstOf<T>(v128.load(a), left)));
      high = f32x4.add(high, square<T>(firstOf<T>(v128.load(a, 16), left - 4)));
    }
    return <T>combine4(f32x4.add(low, high));
  } else {
    let p01 = f64x2.splat(0), p23 = p01, p45 = p01, p67 = p01;
    let left = n;
    for (; left >= 8; left -= 8) {
      p01 = f64x2.add(p01, square<T>(v128.load(a)));
      p23 = f64x2.add(p23, square<T>(v128.load(a, 16)));
      p45 = f64x2.add(p45, square<T>(v128.load(a, 32)));
      p67 = f64x2.add(p67, square<T>(v128.load(a, 48)));
      a += 64;
    }
    if (left > 0) {
      p01 = f64x2.add(p01, square<T>(firstOf<T>(v128.load(a), left)));
      p23 = f64x2.add(p23, square<T>(firstOf<T>(v128.load(a, 16), left - 2)));
      p45 = f64x2.add(p45, square<T>(firstOf<T>(v128.load(a, 32), left - 4)));
      p67 = f64x2.add(p67, square<T>(firstOf<T>(v128.load(a, 48), left - 6)));
    }
    return <T>combine2(f64x2.add(p01, p45), f64x2.add(p23, p67));
  }
}

/** The sums of two whole partial sums, one behind the other. */
@inline
function twoSums<T>(out: usize, a: usize): void {
  if (sizeof<T>() == 8) {
    store<f64>(out, <f64>sumOfSquares<T>(a, PARTIAL_TERMS));
    store<f64>(out, <f64>sumOfSquares<T>(a + PARTIAL_TERMS * 8, PARTIAL_TERMS), 8);
    return;
  }
  let low0 = f32x4.splat(0), high0 = low0, low1 = low0, high1 = low0;
  for (let left = PARTIAL_TERMS; left > 0; left -= 8) {
    low0 = f32x4.add(low0, square<T>(v128.load(a)));
    high0 = f32x4.add(high0, square<T>(v128.load(a, 16)));
    low1 = f32x4.add(low1, square<T>(v128.load(a, PARTIAL_TERMS * 4)));
    high1 = f32x4.add(high1, square<T>(v128.load(a, PARTIAL_TERMS * 4 + 16)));
    a += 32;
  }
  store<f64>(out, <f64>combine4(f32x4.add(low0, high0)));
  store<f64>(out, <f64>combine4(f32x4.add(low1, high1)), 8);
}

/** What gradients are multiplied by so that their norm is within a limit: as PyTorch's clip_grad_norm_ has it. */
export function clipScale<T>(i: usize, lane: i32): void {
  if (lane != 0) return;
  const share = load<f64>(pointer(i, ClipScaleArg.share));
  const limit = load<f64>(pointer(i, ClipScaleArg.limit));
  let p = pointer(i, ClipScaleArg.squares);
  let total: f64 = 0;
  for (let left = arg(i, ClipScaleArg.n); left > 0; left--) {
    total += load<f64>(p);
    p += 8;
  }
  const factor = limit / (sqrt<f64>(total) * share + 1e-6);
  store<T>(pointer(i, ClipScaleArg.out), <T>(share * min<f64>(1, factor)));
}
