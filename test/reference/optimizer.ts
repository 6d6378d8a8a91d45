// The optimizers' updates (assembly/optimizer.ts) in plain TypeScript.

import { precisionOf } from "./elementwise.ts";
import type { Floats } from "./matmul.ts";

/** A parameter with its gradient and the optimizer's own tensors, all of one length; `w` and the state are changed in place. */
export interface UpdateOperands {
  readonly w: Floats;
  readonly g: Floats;
  readonly s1: Floats;
  readonly s2: Floats;
  /** those of assembly/optimizer.ts, of this step */
  readonly coefficients: Float64Array;
}

function rounded({ w, coefficients }: UpdateOperands) {
  const { round } = precisionOf(w);
  return { round, c: Array.from(coefficients, round) as [number, number, number, number] };
}

/** w ← w − lr·g */
function sgd(operands: UpdateOperands): void {
  const { w, g } = operands;
  const { round, c } = rounded(operands);
  const [lr] = c;
  for (let i = 0; i < w.length; i++) w[i] = w[i]! - round(lr * g[i]!);
}

/** v ← αv − lr·g; w ← w + v */
function momentum(operands: UpdateOperands): void {
  const { w, g, s1: v } = operands;
  const { round, c } = rounded(operands);
  const [lr, alpha] = c;
  for (let i = 0; i < w.length; i++) {
    v[i] = round(alpha * v[i]!) - round(lr * g[i]!);
    w[i] = w[i]! + v[i]!;
  }
}

/** h ← h + g²; w ← w − (lr·g) / (√h + ε) */
function adaGrad(operands: UpdateOperands): void {
  const { w, g, s1: h } = operands;
  const { round, c } = rounded(operands);
  const [lr, epsilon] = c;
  for (let i = 0; i < w.length; i++) {
    h[i] = h[i]! + round(g[i]! * g[i]!);
    w[i] = w[i]! - round(round(lr * g[i]!) / round(round(Math.sqrt(h[i]!)) + epsilon));
  }
}

/** m ← m + (1−β₁)(g − m); v ← v + (1−β₂)(g² − v); w ← w − (lrₜ·m) / (√v + ε) */
function adam(operands: UpdateOperands): void {
  const { w, g, s1: m, s2: v } = operands;
  const { round, c } = rounded(operands);
  const [lr, rest1, rest2, epsilon] = c;
  for (let i = 0; i < w.length; i++) {
    m[i] = m[i]! + round(rest1 * round(g[i]! - m[i]!));
    v[i] = v[i]! + round(rest2 * round(round(g[i]! * g[i]!) - v[i]!));
    w[i] = w[i]! - round(round(lr * m[i]!) / round(round(Math.sqrt(v[i]!)) + epsilon));
  }
}

/** By the optimizer's name. */
export const updates: Readonly<Record<string, (operands: UpdateOperands) => void>> = {
  sgd,
  momentum,
  adaGrad,
  adam,
};
