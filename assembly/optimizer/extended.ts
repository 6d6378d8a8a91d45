// Updates with everything around them, in one pass: gradients are scaled and given the decay, the rule moves the weights, and their moving
// average follows. Two vectors at a time in every build, which shares the loop's own instructions between them.

import { Coefficient, ExtendedUpdateArg, Phase, UpdateArg } from "../isa/optimizer";
import { arg, chunkStart, pointer, storePair } from "../memory";
import { phaseOf } from "./gradients";
import { coefficientAt, scaledStep, towards, velocity } from "./updates";

/** The rules: constants at compile time. */
const SGD = 0;
const MOMENTUM = 1;
const NESTEROV = 2;
const ADAGRAD = 3;
const RMSPROP = 4;
const ADADELTA = 5;
const ADAM = 6;
const AMSGRAD = 7;
const NADAM = 8;
const RADAM = 9;
const ADAMAX = 10;
const LION = 11;

/** A coefficient of this step, in every place of a vector. */
@inline
function coefficient<T>(i: usize, index: i32): v128 {
  return v128.load_splat<T>(coefficientAt<T>(pointer(i, UpdateArg.state), arg(i, ExtendedUpdateArg.row), index));
}

/** g·scale + decay·w */
@inline
function conditioned<T>(g: v128, w: v128, scale: v128, decay: v128): v128 {
  return v128.add<T>(v128.mul<T>(g, scale), v128.mul<T>(decay, w));
}

/** The sign of x times `size`: 0 where x is 0, NaN where it is NaN. */
@inline
function signed<T>(x: v128, size: v128): v128 {
  const zero = v128.splat<T>(<T>0);
  const up = v128.and(size, v128.gt<T>(x, zero));
  const down = v128.and(size, v128.lt<T>(x, zero));
  return v128.or(v128.sub<T>(up, down), v128.ne<T>(x, x));
}

/** √((u + ε) / (v + ε))·g */
@inline
function ratio<T>(u: v128, v: v128, epsilon: v128, g: v128): v128 {
  return v128.mul<T>(v128.sqrt<T>(v128.div<T>(v128.add<T>(u, epsilon), v128.add<T>(v, epsilon))), g);
}

/** max(β₂·u, |g| + ε) */
@inline
function largest<T>(u: v128, g: v128, beta2: v128, epsilon: v128): v128 {
  return v128.pmax<T>(v128.mul<T>(beta2, u), v128.add<T>(v128.abs<T>(g), epsilon));
}

/**
 * Before the rule: g ← g·scale + decay·w; w ← w·keep. After it: average ← average + share·(w − average). The rules, c₀ being
 * the learning rate with whatever it takes in:
 *
 * SGD: w ← w − c₀g. MOMENTUM: v ← c₁v − c₀g; w ← w + v. NESTEROV: v ← c₁v − c₀g; w ← w + (c₁v − c₀g).
 * ADAGRAD: h ← h + g²; w ← w − c₀g / (√h + c₁). RMSPROP: v ← v + c₁(g² − v); w ← w − c₀g / (√v + c₂).
 * ADADELTA: v ← v + c₁(g² − v); d = √((u + c₂)/(v + c₂))·g; u ← u + c₁(d² − u); w ← w − c₀d.
 * From here on m ← m + c₁(g − m), and but for ADAMAX and LION v ← v + c₂(g² − v).
 * ADAM: w ← w − c₀m / (√v + c₃). AMSGRAD: x ← max(x, v); w ← w − c₀m / (√x + c₃). NADAM: w ← w − (c₄g + c₀m) / (√v + c₃).
 * RADAM: w ← w − c₀m / (c₄√v + c₃). ADAMAX: u ← max(c₂u, |g| + c₃); w ← w − c₀m / u.
 * LION, m being the one before: w ← w − c₀·sign(m + c₁(g − m)); m ← m + c₂(g − m).
 */
@inline
function update<T>(rule: i32, i: usize, lane: i32, lanes: i32): void {
  if (phaseOf<T>(pointer(i, UpdateArg.state)) != Phase.last) return;
  const w = pointer(i, UpdateArg.w);
  const g = pointer(i, UpdateArg.g);
  const s1 = pointer(i, UpdateArg.s1);
  const s2 = pointer(i, UpdateArg.s2);
  const s3 = pointer(i, UpdateArg.s3);
  const n = arg(i, UpdateArg.n);
  const c0 = coefficient<T>(i, 0), c1 = coefficient<T>(i, 1), c2 = coefficient<T>(i, 2), c3 = coefficient<T>(i, 3);
  const c4 = coefficient<T>(i, 4);
  const factor = pointer(i, ExtendedUpdateArg.scale);
  const scale = factor ? v128.load_splat<T>(factor) : coefficient<T>(i, Coefficient.scale);
  const decay = coefficient<T>(i, Coefficient.decay);
  const keep = coefficient<T>(i, Coefficient.keep);
  const average = pointer(i, ExtendedUpdateArg.average);
  const share = coefficient<T>(i, Coefficient.average);
  const end = <usize>chunkStart(n, 64, lane + 1, lanes) * sizeof<T>();
  for (let p = <usize>chunkStart(n, 64, lane, lanes) * sizeof<T>(); p < end; p += 32) {
    let w0 = v128.load(w + p);
    let w1 = v128.load(w + p, 16);
    const g0 = conditioned<T>(v128.load(g + p), w0, scale, decay);
    const g1 = conditioned<T>(v128.load(g + p, 16), w1, scale, decay);
    w0 = v128.mul<T>(w0, keep);
    w1 = v128.mul<T>(w1, keep);
    if (rule == SGD) {
      w0 = v128.sub<T>(w0, v128.mul<T>(c0, g0));
      w1 = v128.sub<T>(w1, v128.mul<T>(c0, g1));
    } else if (rule == MOMENTUM || rule == NESTEROV) {
      let v0 = velocity<T>(v128.load(s1 + p), g0, c0, c1);
      let v1 = velocity<T>(v128.load(s1 + p, 16), g1, c0, c1);
      storePair(s1 + p, v0, v1);
      if (rule == NESTEROV) {
        v0 = velocity<T>(v0, g0, c0, c1);
        v1 = velocity<T>(v1, g1, c0, c1);
      }
      w0 = v128.add<T>(w0, v0);
      w1 = v128.add<T>(w1, v1);
    } else if (rule == ADAGRAD || rule == RMSPROP || rule == ADADELTA) {
      let v0 = v128.load(s1 + p);
      let v1 = v128.load(s1 + p, 16);
      v0 = rule == ADAGRAD ? v128.add<T>(v0, v128.mul<T>(g0, g0)) : towards<T>(v0, v128.mul<T>(g0, g0), c1);
      v1 = rule == ADAGRAD ? v128.add<T>(v1, v128.mul<T>(g1, g1)) : towards<T>(v1, v128.mul<T>(g1, g1), c1);
      storePair(s1 + p, v0, v1);
      if (rule == ADADELTA) {
        let u0 = v128.load(s2 + p);
        let u1 = v128.load(s2 + p, 16);
        const d0 = ratio<T>(u0, v0, c2, g0);
        const d1 = ratio<T>(u1, v1, c2, g1);
        u0 = towards<T>(u0, v128.mul<T>(d0, d0), c1);
        u1 = towards<T>(u1, v128.mul<T>(d1, d1), c1);
        storePair(s2 + p, u0, u1);
        w0 = v128.sub<T>(w0, v128.mul<T>(c0, d0));
        w1 = v128.sub<T>(w1, v128.mul<T>(c0, d1));
      } else {
        const epsilon = rule == ADAGRAD ? c1 : c2;
        w0 = v128.sub<T>(w0, scaledStep<T>(c0, g0, v0, epsilon));
        w1 = v128.sub<T>(w1, scaledStep<T>(c0, g1, v1, epsilon));
      }
    } else if (rule == LION) {
      let m0 = v128.load(s1 + p);
      let m1 = v128.load(s1 + p, 16);
      w0 = v128.sub<T>(w0, signed<T>(towards<T>(m0, g0, c1), c0));
      w1 = v128.sub<T>(w1, signed<T>(towards<T>(m1, g1, c1), c0));
      m0 = towards<T>(m0, g0, c2);
      m1 = towards<T>(m1, g1, c2);
      storePair(s1 + p, m0, m1);
    } else {
      let m0 = v128.load(s1 + p);
      let m1 = v128.load(s1 + p, 16);
      let v0 = v128.load(s2 + p);
      let v1 = v128.load(s2 + p, 16);
      m0 = towards<T>(m0, g0, c1);
      m1 = towards<T>(m1, g1, c1);
      v0 = rule == ADAMAX ? largest<T>(v0, g0, c2, c3) : towards<T>(v0, v128.mul<T>(g0, g0), c2);
      v1 = rule == ADAMAX ? largest<T>(v1, g1, c2, c3) : towards<T>(v1, v128.mul<T>(g1, g1), c2);
      storePair(s1 + p, m0, m1);
      storePair(s2 + p, v0, v1);
      if (rule == AMSGRAD) {
        v0 = v128.pmax<T>(v128.load(s3 + p), v0);
        v1 = v128.pmax<T>(v128.load(s3 + p, 16), v1);
        storePair(s3 + p, v0, v1);
      }
      const step0 = adaptive<T>(rule, g0, m0, v0, c0, c3, c4);
      const step1 = adaptive<T>(rule, g1, m1, v1, c0, c3, c4);
      w0 = v128.sub<T>(w0, step0);
      w1 = v128.sub<T>(w1, step1);
    }
    storePair(w + p, w0, w1);
    if (average) {
      const a0 = towards<T>(v128.load(average + p), w0, share);
      const a1 = towards<T>(v128.load(average + p, 16), w1, share);
      storePair(average + p, a0, a1);
    }
  }
}

/** The step of Adam and its kin. */
@inline
function adaptive<T>(rule: i32, g: v128, m: v128, v: v128, c0: v128, c3: v128, c4: v128): v128 {
  if (rule == ADAMAX) return v128.div<T>(v128.mul<T>(c0, m), v);
  if (rule == NADAM) {
    const sum = v128.add<T>(v128.mul<T>(c4, g), v128.mul<T>(c0, m));
    return v128.div<T>(sum, v128.add<T>(v128.sqrt<T>(v), c3));
  }
  if (rule == RADAM) {
    return v128.div<T>(v128.mul<T>(c0, m), v128.add<T>(v128.mul<T>(c4, v128.sqrt<T>(v)), c3));
  }
  return scaledStep<T>(c0, m, v, c3);
}

export function sgd<T>(i: usize, lane: i32, lanes: i32): void {
  update<T>(SGD, i, lane, lanes);
}

export function momentum<T>(i: usize, lane: i32, lanes: i32): void {
  update<T>(MOMENTUM, i, lane, lanes);
}

export function nesterov<T>(i: usize, lane: i32, lanes: i32): void {
  update<T>(NESTEROV, i, lane, lanes);
}

export function adaGrad<T>(i: usize, lane: i32, lanes: i32): void {
  update<T>(ADAGRAD, i, lane, lanes);
}

export function rmsprop<T>(i: usize, lane: i32, lanes: i32): void {
  update<T>(RMSPROP, i, lane, lanes);
}

export function adadelta<T>(i: usize, lane: i32, lanes: i32): void {
  update<T>(ADADELTA, i, lane, lanes);
}

export function adam<T>(i: usize, lane: i32, lanes: i32): void {
  update<T>(ADAM, i, lane, lanes);
}

export function amsgrad<T>(i: usize, lane: i32, lanes: i32): void {
  update<T>(AMSGRAD, i, lane, lanes);
}

export function nadam<T>(i: usize, lane: i32, lanes: i32): void {
  update<T>(NADAM, i, lane, lanes);
}

export function radam<T>(i: usize, lane: i32, lanes: i32): void {
  update<T>(RADAM, i, lane, lanes);
}

export function adamax<T>(i: usize, lane: i32, lanes: i32): void {
  update<T>(ADAMAX, i, lane, lanes);
}

export function lion<T>(i: usize, lane: i32, lanes: i32): void {
  update<T>(LION, i, lane, lanes);
}
