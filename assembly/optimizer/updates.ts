// Optimizer updates: one instruction over all parameters of a network, which lie contiguous, with their gradients and state in
// the same order (UpdateArg). A step's coefficients come from its row of the run's table, computed on the TypeScript side.

import { RunField } from "../blocks";
import { COEFFICIENTS, UpdateArg } from "../isa/optimizer";
import { arg, chunkStart, pointer, STEP_BYTES, storePair } from "../memory";

/** Stores a vector, and in the wide build the one behind it. */
@inline
export function storeStep(address: usize, low: v128, high: v128): void {
  if (WIDE) storePair(address, low, high);
  else v128.store(address, low);
}

/** Where coefficient `index` of this step lies, in one of its rows. */
@inline
export function coefficientAt<T>(run: usize, row: i32, index: i32): usize {
  const at = (arg(run, RunField.step) - arg(run, RunField.firstStep)) * arg(run, RunField.rows) + row;
  return pointer(run, RunField.coefficients) + <usize>(at * COEFFICIENTS + index) * sizeof<T>();
}

/** A coefficient of this step, from the first row, in every place of a vector: read so, V8 does not make it anew in the loop. */
@inline
function coefficient<T>(i: usize, index: i32): v128 {
  return v128.load_splat<T>(coefficientAt<T>(pointer(i, UpdateArg.state), 0, index));
}

// The regions are padded to whole 64 bytes, and the padding of all of them starts as zeros, so the loops run in whole vectors.

/**
 * w ← w − lr·g (book 6.1.2). Coefficients: lr. Where g is zero, bit for bit, w stays as it is, so it is neither read nor written: in a
 * first layer these are the weights of inputs that were zero in the whole batch.
 */
export function sgd<T>(i: usize, lane: i32, lanes: i32): void {
  const w = pointer(i, UpdateArg.w);
  const g = pointer(i, UpdateArg.g);
  const n = arg(i, UpdateArg.n);
  const lr = coefficient<T>(i, 0);
  const end = <usize>chunkStart(n, 64, lane + 1, lanes) * sizeof<T>();
  for (let p = <usize>chunkStart(n, 64, lane, lanes) * sizeof<T>(); p < end; p += 64) {
    const g0 = v128.load(g + p), g1 = v128.load(g + p, 16), g2 = v128.load(g + p, 32), g3 = v128.load(g + p, 48);
    if (!v128.any_true(v128.or(v128.or(g0, g1), v128.or(g2, g3)))) continue;
    if (WIDE) {
      const w0 = v128.load(w + p), w1 = v128.load(w + p, 16), w2 = v128.load(w + p, 32), w3 = v128.load(w + p, 48);
      v128.store(w + p, v128.sub<T>(w3, v128.mul<T>(lr, g3)), 48);
      v128.store(w + p, v128.sub<T>(w2, v128.mul<T>(lr, g2)), 32);
      v128.store(w + p, v128.sub<T>(w1, v128.mul<T>(lr, g1)), 16);
      v128.store(w + p, v128.sub<T>(w0, v128.mul<T>(lr, g0)));
      continue;
    }
    v128.store(w + p, v128.sub<T>(v128.load(w + p), v128.mul<T>(lr, g0)));
    v128.store(w + p, v128.sub<T>(v128.load(w + p, 16), v128.mul<T>(lr, g1)), 16);
    v128.store(w + p, v128.sub<T>(v128.load(w + p, 32), v128.mul<T>(lr, g2)), 32);
    v128.store(w + p, v128.sub<T>(v128.load(w + p, 48), v128.mul<T>(lr, g3)), 48);
  }
}

/** v ← αv − lr·g; w ← w + v (book 6.1.4). s1 is v. Coefficients: lr, α. */
export function momentum<T>(i: usize, lane: i32, lanes: i32): void {
  const w = pointer(i, UpdateArg.w);
  const g = pointer(i, UpdateArg.g);
  const s1 = pointer(i, UpdateArg.s1);
  const n = arg(i, UpdateArg.n);
  const lr = coefficient<T>(i, 0);
  const alpha = coefficient<T>(i, 1);
  const end = <usize>chunkStart(n, 64, lane + 1, lanes) * sizeof<T>();
  for (let p = <usize>chunkStart(n, 64, lane, lanes) * sizeof<T>(); p < end; p += STEP_BYTES) {
    const v0 = velocity<T>(v128.load(s1 + p), v128.load(g + p), lr, alpha);
    const v1 = WIDE ? velocity<T>(v128.load(s1 + p, 16), v128.load(g + p, 16), lr, alpha) : v0;
    storeStep(s1 + p, v0, v1);
    const w0 = v128.add<T>(v128.load(w + p), v0);
    const w1 = WIDE ? v128.add<T>(v128.load(w + p, 16), v1) : w0;
    storeStep(w + p, w0, w1);
  }
}

@inline
export function velocity<T>(v: v128, g: v128, lr: v128, alpha: v128): v128 {
  return v128.sub<T>(v128.mul<T>(alpha, v), v128.mul<T>(lr, g));
}

/** h ← h + g²; w ← w − (lr·g) / (√h + ε) (book 6.1.5). s1 is h. Coefficients: lr, ε. */
export function adaGrad<T>(i: usize, lane: i32, lanes: i32): void {
  const w = pointer(i, UpdateArg.w);
  const g = pointer(i, UpdateArg.g);
  const s1 = pointer(i, UpdateArg.s1);
  const n = arg(i, UpdateArg.n);
  const lr = coefficient<T>(i, 0);
  const epsilon = coefficient<T>(i, 1);
  const end = <usize>chunkStart(n, 64, lane + 1, lanes) * sizeof<T>();
  for (let p = <usize>chunkStart(n, 64, lane, lanes) * sizeof<T>(); p < end; p += STEP_BYTES) {
    const g0 = v128.load(g + p);
    const g1 = WIDE ? v128.load(g + p, 16) : g0;
    const h0 = v128.add<T>(v128.load(s1 + p), v128.mul<T>(g0, g0));
    const h1 = WIDE ? v128.add<T>(v128.load(s1 + p, 16), v128.mul<T>(g1, g1)) : h0;
    storeStep(s1 + p, h0, h1);
    const w0 = v128.sub<T>(v128.load(w + p), scaledStep<T>(lr, g0, h0, epsilon));
    const w1 = WIDE ? v128.sub<T>(v128.load(w + p, 16), scaledStep<T>(lr, g1, h1, epsilon)) : w0;
    storeStep(w + p, w0, w1);
  }
}

/** (lr·m) / (√v + ε) */
@inline
export function scaledStep<T>(lr: v128, m: v128, v: v128, epsilon: v128): v128 {
  return v128.div<T>(v128.mul<T>(lr, m), v128.add<T>(v128.sqrt<T>(v), epsilon));
}

/**
 * m ← m + (1−β₁)(g − m); v ← v + (1−β₂)(g² − v); w ← w − (lrₜ·m) / (√v + ε), lrₜ = lr·√(1−β₂ᵗ)/(1−β₁ᵗ)
 * (book 6.1.6; Kingma & Ba 2015, end of section 2). s1 is m, s2 is v. Coefficients: lrₜ, 1−β₁, 1−β₂, ε.
 */
export function adam<T>(i: usize, lane: i32, lanes: i32): void {
  const w = pointer(i, UpdateArg.w);
  const g = pointer(i, UpdateArg.g);
  const s1 = pointer(i, UpdateArg.s1);
  const s2 = pointer(i, UpdateArg.s2);
  const n = arg(i, UpdateArg.n);
  const lr = coefficient<T>(i, 0);
  const beta1 = coefficient<T>(i, 1);
  const beta2 = coefficient<T>(i, 2);
  const epsilon = coefficient<T>(i, 3);
  const end = <usize>chunkStart(n, 64, lane + 1, lanes) * sizeof<T>();
  for (let p = <usize>chunkStart(n, 64, lane, lanes) * sizeof<T>(); p < end; p += STEP_BYTES) {
    const g0 = v128.load(g + p);
    const g1 = WIDE ? v128.load(g + p, 16) : g0;
    let m0 = v128.load(s1 + p);
    let m1 = WIDE ? v128.load(s1 + p, 16) : m0;
    let v0 = v128.load(s2 + p);
    let v1 = WIDE ? v128.load(s2 + p, 16) : v0;
    m0 = towards<T>(m0, g0, beta1);
    m1 = towards<T>(m1, g1, beta1);
    v0 = towards<T>(v0, v128.mul<T>(g0, g0), beta2);
    v1 = towards<T>(v1, v128.mul<T>(g1, g1), beta2);
    storeStep(s1 + p, m0, m1);
    storeStep(s2 + p, v0, v1);
    const w0 = v128.sub<T>(v128.load(w + p), scaledStep<T>(lr, m0, v0, epsilon));
    const w1 = WIDE ? v128.sub<T>(v128.load(w + p, 16), scaledStep<T>(lr, m1, v1, epsilon)) : w0;
    storeStep(w + p, w0, w1);
  }
}

/** x + share·(y − x) */
@inline
export function towards<T>(x: v128, y: v128, share: v128): v128 {
  return v128.add<T>(x, v128.mul<T>(share, v128.sub<T>(y, x)));
}
