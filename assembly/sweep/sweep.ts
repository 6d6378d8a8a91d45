// Numerical differentiation of a whole network: the central difference (L(w + h) − L(w − h)) / 2h of the true loss by every
// parameter, in float64, evaluating again only what a parameter moves. The two sides are the two places of a vector: (+h, −h).

import { SweepField, SweepLoss } from "../blocks";
import { Activation } from "../isa/gemm";
import { SweepAffineArg, SweepElementsArg } from "../isa/sweep";
import { exp } from "../math/exp";
import { log } from "../math/log";
import { sigmoid } from "../math/sigmoid";
import { tanh } from "../math/tanh";
import { arg, chunkStart, pointer, STEP_BYTES, storePair } from "../memory";
import { run } from "../program";
import { rowMax } from "../softmax/softmax";

/** (h, −h) */
@inline
function bothSides(h: f64): v128 {
  return f64x2.replace_lane(f64x2.splat(h), 1, -h);
}

/** v[0] − v[1] */
@inline
function difference(v: v128): f64 {
  return f64x2.extract_lane(v, 0) - f64x2.extract_lane(v, 1);
}

@inline
function activate(activation: i32, v: v128): v128 {
  switch (activation) {
    case Activation.relu:
      return f64x2.pmax(v, f64x2.splat(0));
    case Activation.sigmoid:
      return sigmoid<f64>(v);
    case Activation.tanh:
      return tanh<f64>(v);
    default:
      return v;
  }
}

/** Op.sweepElements: any parameter of any network, by running what depends on it twice for each of its elements. */
export function sweepElements(i: usize, lane: i32): void {
  // The program's buffers are one set, so one lane does it all.
  if (lane != 0) return;
  const gradient = pointer(i, SweepElementsArg.gradient);
  const values = pointer(i, SweepElementsArg.values);
  const program = pointer(i, SweepElementsArg.program);
  const lossCell = pointer(i, SweepElementsArg.lossCell);
  const h = load<f64>(pointer(i, SweepElementsArg.h));
  const end = pointer(i, SweepElementsArg.to) << 3;
  for (let at = pointer(i, SweepElementsArg.from) << 3; at < end; at += 8) {
    const value = load<f64>(values + at);
    store<f64>(values + at, value + h);
    run(program);
    const above = load<f64>(lossCell);
    store<f64>(values + at, value - h);
    run(program);
    store<f64>(values + at, value);
    store<f64>(gradient + at, (above - load<f64>(lossCell)) / (2 * h));
  }
}

// A lane's scratch: the samples whose input is not zero and those inputs, the row of a unit matrix, then a copy of `out`: for the
// cross-entropies minus each row's maximum, so that exponentials do not overflow, and after it the exponentials; then how far each sample
// moves and what its exponentials add up to, a vector each of both sides, and one more that pairs may reach.
// sweepScratchBytes (src/train/sweep.ts) adds it up.

/** Op.sweepAffine: the weight or the bias of an affine layer. Lanes split rows, or the columns of one row, such as a bias is. */
export function sweepAffine(i: usize, lane: i32, lanes: i32): void {
  const sweep = pointer(i, SweepAffineArg.sweep);
  const gradient = pointer(i, SweepAffineArg.gradient);
  const m = arg(sweep, SweepField.m);
  const k = arg(sweep, SweepField.k);
  const n = arg(sweep, SweepField.n);
  const from = arg(i, SweepAffineArg.from);
  const to = arg(i, SweepAffineArg.to);
  const x = pointer(sweep, SweepField.x);
  const rows = pointer(sweep, SweepField.scratch) + <usize>lane * arg(sweep, SweepField.scratchBytes);
  const inputs = rows + ((<usize>m) << 3);
  const asProgram = arg(sweep, SweepField.loss) == SweepLoss.program;
  if (asProgram && lane != 0) return;
  const parts = asProgram ? 1 : lanes;
  copyOut(sweep, base(sweep, rows));

  const firstRow = from / n;
  const endRow = (to + n - 1) / n;
  const byColumns = endRow - firstRow == 1;
  const share = byColumns ? lane : 0;
  const shares = byColumns ? parts : 1;
  // Lanes take turns, since neighbouring rows have about as much to do: some inputs are zero in nearly every sample.
  for (let row = byColumns ? firstRow : firstRow + lane; row < endRow; row += byColumns ? 1 : parts) {
    // A bias is a weight of one row whose input is 1 in every sample.
    let count = 0;
    for (let s = 0; s < m; s++) {
      const input = x ? load<f64>(x + ((<usize>s * k + row) << 3)) : 1;
      if (input == 0) continue;
      store<i32>(rows + ((<usize>count) << 2), s);
      store<f64>(inputs + ((<usize>count) << 3), input);
      count++;
    }
    const first = max(from - row * n, 0);
    const columns = min(to - row * n, n) - first;
    const end = first + chunkStart(columns, 1, share + 1, shares);
    for (let column = first + chunkStart(columns, 1, share, shares); column < end; column++) {
      const slope = asProgram
        ? slopeOfProgram(sweep, rows, count, column)
        : slopeOfLoss(sweep, rows, count, column);
      store<f64>(gradient + ((<usize>row * n + column) << 3), slope);
    }
  }
}

/** Where a lane's copy of `out` lies. */
@inline
function base(sweep: usize, scratch: usize): usize {
  const m = <usize>arg(sweep, SweepField.m);
  const p = <usize>arg(sweep, SweepField.p);
  return scratch + ((2 * m + p + (p & 1)) << 3);
}

/** Copies `out`: for the cross-entropies each row minus its maximum, and then the exponentials of those. */
function copyOut(sweep: usize, to: usize): void {
  const m = arg(sweep, SweepField.m);
  const p = arg(sweep, SweepField.p);
  const out = pointer(sweep, SweepField.out);
  const loss = arg(sweep, SweepField.loss);
  const shifts = loss == SweepLoss.crossEntropyLabels || loss == SweepLoss.crossEntropyRows;
  for (let s = 0; s < m; s++) {
    const row = (<usize>s * p) << 3;
    const shift = shifts ? rowMax<f64>(out + row, p) : 0;
    for (let j: usize = 0; j < (<usize>p) << 3; j += 8) {
      store<f64>(to + row + j, load<f64>(out + row + j) - shift);
    }
  }
  if (!shifts) return;
  const bytes = (<usize>m * p) << 3;
  let at: usize = 0;
  for (; at + 8 < bytes; at += 16) v128.store(to + bytes + at, exp<f64>(v128.load(to + at)));
  if (at < bytes) v128.store_lane<f64>(to + bytes + at, exp<f64>(v128.load64_splat(to + at)), 0);
}

/** The row of nextWeight along which moving `column` moves `out`: a row of the unit matrix where there is no next layer. */
function direction(sweep: usize, scratch: usize, column: i32): usize {
  const p = arg(sweep, SweepField.p);
  const next = pointer(sweep, SweepField.nextWeight);
  if (next) return next + ((<usize>column * p) << 3);
  const unit = scratch + ((2 * <usize>arg(sweep, SweepField.m)) << 3);
  memory.fill(unit, 0, (<usize>p) << 3);
  store<f64>(unit + ((<usize>column) << 3), 1);
  return unit;
}

/** How far z moves in sample s, on both sides, when the parameter above `column` moves by (h, −h) and its input is `input`. */
@inline
function moved(sweep: usize, s: i32, column: i32, input: f64): v128 {
  const at = (<usize>s * arg(sweep, SweepField.n) + column) << 3;
  const h = load<f64>(pointer(sweep, SweepField.h));
  const pre = v128.load64_splat(pointer(sweep, SweepField.pre) + at);
  const z = v128.load64_splat(pointer(sweep, SweepField.z) + at);
  const both = f64x2.add(pre, f64x2.mul(bothSides(h), f64x2.splat(input)));
  return f64x2.sub(activate(arg(sweep, SweepField.activation), both), z);
}

/** The central difference where the loss is a mean over rows: only the moved samples' rows count. */
function slopeOfLoss(sweep: usize, rows: usize, count: i32, column: i32): f64 {
  const m = arg(sweep, SweepField.m);
  const p = arg(sweep, SweepField.p);
  const loss = arg(sweep, SweepField.loss);
  const targets = pointer(sweep, SweepField.targets);
  const inputs = rows + ((<usize>m) << 3);
  const shifted = base(sweep, rows);
  const along = direction(sweep, rows, column);
  const exponentials = shifted + ((<usize>m * p) << 3);
  const moves = exponentials + ((<usize>(m * p + (m * p & 1))) << 3);
  const sums = moves + ((<usize>(m + 1)) << 4);
  for (let r: usize = 0; r < <usize>count; r++) {
    const move = moved(sweep, load<i32>(rows + (r << 2)), column, load<f64>(inputs + (r << 3)));
    v128.store(moves + (r << 4), move);
  }
  let total: f64 = 0;
  if (loss == SweepLoss.sumSquaredError) {
    for (let r: usize = 0; r < <usize>count; r++) {
      const at = (<usize>load<i32>(rows + (r << 2)) * p) << 3;
      total += squaredErrorOfRow(shifted + at, along, v128.load(moves + (r << 4)), p, targets + at);
    }
  } else {
    sumMoved(sums, moves, rows, count, shifted, exponentials, along, p);
    logarithms(sums, count);
    for (let r: usize = 0; r < <usize>count; r++) {
      const s = <usize>load<i32>(rows + (r << 2));
      const at = (s * p) << 3;
      const move = v128.load(moves + (r << 4));
      const logSum = v128.load(sums + (r << 4));
      total += loss == SweepLoss.crossEntropyLabels
        ? crossEntropyOfLabel(logSum, along, move, load<i32>(targets + (s << 2)))
        : crossEntropyOfRow(logSum, shifted + at, along, move, p, targets + at);
    }
  }
  return total / (<f64>m * 2 * load<f64>(pointer(sweep, SweepField.h)));
}

/** Each moved row's sum of exponentials, on both sides. */
function sumMoved(
  sums: usize, moves: usize, rows: usize, count: i32, shifted: usize, exponentials: usize, along: usize, p: i32,
): void {
  const longest = largestMagnitude(along, p);
  for (let r = 0; r < count; r++) {
    const at = (<usize>load<i32>(rows + ((<usize>r) << 2)) * p) << 3;
    const move = v128.load(moves);
    if (!isShort(move, longest)) {
      v128.store(sums, sumOfExponentials(shifted + at, along, move, p));
    } else if (WIDE && r + 1 < count && isShort(v128.load(moves, 16), longest)) {
      const next = (<usize>load<i32>(rows + ((<usize>r) << 2), 4) * p) << 3;
      sumTwoMoved(sums, exponentials + at, exponentials + next, along, moves, p);
      r++;
      moves += 16;
      sums += 16;
    } else {
      v128.store(sums, sumOfMovedExponentials(exponentials + at, along, move, p));
    }
    moves += 16;
    sums += 16;
  }
}

/** sumOfMovedExponentials of two rows side by side. */
function sumTwoMoved(sums: usize, first: usize, second: usize, along: usize, moves: usize, p: i32): void {
  const move0 = v128.load(moves), move1 = v128.load(moves, 16);
  let total0 = f64x2.splat(0), total1 = total0;
  for (let j: usize = 0; j < (<usize>p) << 3; j += 8) {
    const a = v128.load64_splat(along + j);
    const e0 = v128.load64_splat(first + j), e1 = v128.load64_splat(second + j);
    const factor0 = shortExpm1(f64x2.mul(move0, a)), factor1 = shortExpm1(f64x2.mul(move1, a));
    total0 = f64x2.add(total0, f64x2.add(e0, f64x2.mul(e0, factor0)));
    total1 = f64x2.add(total1, f64x2.add(e1, f64x2.mul(e1, factor1)));
  }
  storePair(sums, total0, total1);
}

/** The logarithms of `count` vectors in their place; in the wide build maybe of one more behind them. */
function logarithms(sums: usize, count: i32): void {
  for (const end = sums + ((<usize>count) << 4); sums < end; sums += STEP_BYTES) {
    if (WIDE) storePair(sums, log<f64>(v128.load(sums)), log<f64>(v128.load(sums, 16)));
    else v128.store(sums, log<f64>(v128.load(sums)));
  }
}

@inline
function isShort(move: v128, longest: f64): bool {
  return max(abs(f64x2.extract_lane(move, 0)), abs(f64x2.extract_lane(move, 1))) * longest <= SHORT;
}

/** How far a step may be for the series of expm1. */
@inline
const SHORT: f64 = 0.0009765625; // 2^−10

/** The largest of |v| over n elements. */
function largestMagnitude(v: usize, n: i32): f64 {
  let largest: f64 = 0;
  for (let j: usize = 0; j < (<usize>n) << 3; j += 8) largest = max(largest, abs(load<f64>(v + j)));
  return largest;
}

/**
 * e^d − 1 for |d| ≤ SHORT: the first five terms of its series. What is left out is below d⁶/720 < 2^−69, far less than the rounding
 * of e^v·e^d.
 */
@inline
function shortExpm1(d: v128): v128 {
  let q = f64x2.add(f64x2.mul(d, f64x2.splat(1.0 / 120)), f64x2.splat(1.0 / 24));
  q = f64x2.add(f64x2.mul(q, d), f64x2.splat(1.0 / 6));
  q = f64x2.add(f64x2.mul(q, d), f64x2.splat(0.5));
  return f64x2.add(d, f64x2.mul(f64x2.mul(d, d), q));
}

/** Σ e^(v + move·along), from the e^v, where move·along is short: no exponential left to compute. */
function sumOfMovedExponentials(exponentials: usize, along: usize, move: v128, p: i32): v128 {
  let total = f64x2.splat(0);
  for (let j: usize = 0; j < (<usize>p) << 3; j += 8) {
    const e = v128.load64_splat(exponentials + j);
    const factor = shortExpm1(f64x2.mul(move, v128.load64_splat(along + j)));
    total = f64x2.add(total, f64x2.add(e, f64x2.mul(e, factor)));
  }
  return total;
}

/** Σ e^(v + move·along) of any length. */
function sumOfExponentials(v: usize, along: usize, move: v128, p: i32): v128 {
  let total = f64x2.splat(0);
  for (let j: usize = 0; j < (<usize>p) << 3; j += 8) {
    const moved = f64x2.add(v128.load64_splat(v + j), f64x2.mul(move, v128.load64_splat(along + j)));
    total = f64x2.add(total, exp<f64>(moved));
  }
  return total;
}

/** One row's loss at v + move·along, above minus below: log Σ e^v − v_t, given the logarithms. */
@inline
function crossEntropyOfLabel(logSum: v128, along: usize, move: v128, label: i32): f64 {
  const atLabel = f64x2.mul(move, v128.load64_splat(along + ((<usize>label) << 3)));
  return difference(f64x2.sub(logSum, atLabel));
}

/** The same for a distribution t: Σt·log Σ e^v − Σ t·v. */
function crossEntropyOfRow(logSum: v128, out: usize, along: usize, move: v128, p: i32, t: usize): f64 {
  let weight = f64x2.splat(0);
  let atTargets = f64x2.splat(0);
  for (let j: usize = 0; j < (<usize>p) << 3; j += 8) {
    const v = f64x2.add(v128.load64_splat(out + j), f64x2.mul(move, v128.load64_splat(along + j)));
    const target = v128.load64_splat(t + j);
    weight = f64x2.add(weight, target);
    atTargets = f64x2.add(atTargets, f64x2.mul(target, v));
  }
  return difference(f64x2.sub(f64x2.mul(weight, logSum), atTargets));
}

/** One row's ½·Σ (v − t)², above minus below. */
function squaredErrorOfRow(out: usize, along: usize, move: v128, p: i32, t: usize): f64 {
  let total = f64x2.splat(0);
  for (let j: usize = 0; j < (<usize>p) << 3; j += 8) {
    const v = f64x2.add(v128.load64_splat(out + j), f64x2.mul(move, v128.load64_splat(along + j)));
    const error = f64x2.sub(v, v128.load64_splat(t + j));
    total = f64x2.add(total, f64x2.mul(error, error));
  }
  return 0.5 * difference(total);
}

/** The central difference where a program leads from `out` to the loss: it runs once for each side, with the moved rows of `out`. */
function slopeOfProgram(sweep: usize, rows: usize, count: i32, column: i32): f64 {
  const h = load<f64>(pointer(sweep, SweepField.h));
  const above = lossOfSide(sweep, rows, count, column, 0);
  const below = lossOfSide(sweep, rows, count, column, 1);
  const bytes = (<usize>arg(sweep, SweepField.p)) << 3;
  const original = base(sweep, rows);
  const out = pointer(sweep, SweepField.out);
  for (let r = 0; r < count; r++) {
    const row = <usize>load<i32>(rows + ((<usize>r) << 2)) * bytes;
    memory.copy(out + row, original + row, bytes);
  }
  return (above - below) / (2 * h);
}

function lossOfSide(sweep: usize, rows: usize, count: i32, column: i32, side: i32): f64 {
  const m = arg(sweep, SweepField.m);
  const bytes = (<usize>arg(sweep, SweepField.p)) << 3;
  const inputs = rows + ((<usize>m) << 3);
  const original = base(sweep, rows);
  const out = pointer(sweep, SweepField.out);
  const along = direction(sweep, rows, column);
  for (let r = 0; r < count; r++) {
    const s = load<i32>(rows + ((<usize>r) << 2));
    const both = moved(sweep, s, column, load<f64>(inputs + ((<usize>r) << 3)));
    const move = side == 0 ? f64x2.extract_lane(both, 0) : f64x2.extract_lane(both, 1);
    const row = <usize>s * bytes;
    for (let j: usize = 0; j < bytes; j += 8) {
      store<f64>(out + row + j, load<f64>(original + row + j) + move * load<f64>(along + j));
    }
  }
  run(pointer(sweep, SweepField.program));
  return load<f64>(pointer(sweep, SweepField.lossCell));
}
