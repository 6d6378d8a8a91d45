import { Op } from "../../assembly/isa.ts";
import { OptionError } from "../errors.ts";

/** How parameters follow their gradients. */
export interface Optimizer {
  readonly name: string;
  readonly lr: number;
  /** The instruction of one update. */
  readonly op: Op.sgd | Op.momentum | Op.adaGrad | Op.adam;
  /** Tensors of state for each parameter. */
  readonly slots: 0 | 1 | 2;
  /**
   * Writes the instruction's coefficients (assembly/optimizer.ts) for update `t`, counted from 1, into `table` from `at` on: at every
   * step of a training, so it must leave no garbage.
   */
  coefficients(t: number, table: Float64Array, at: number): void;
}

/**
 * Stochastic gradient descent: W ← W − lr·∂L/∂W (book 6.1.2).
 * @param options lr: the learning rate, above 0. Default 0.01, the book's.
 * @throws OptionError
 * @example sgd({ lr: 0.1 }).lr; // 0.1
 */
export function sgd({ lr = 0.01 }: { lr?: number } = {}): Optimizer {
  check("sgd", { lr });
  return { name: "sgd", lr, op: Op.sgd, slots: 0, coefficients: constant(lr) };
}

/**
 * Momentum: v ← αv − lr·∂L/∂W; W ← W + v (book 6.1.4).
 * @param options lr: above 0, default 0.01; momentum: α, from 0 to below 1, default 0.9. Both defaults are the book's.
 * @throws OptionError
 * @example momentum({ lr: 0.1, momentum: 0.95 }).lr; // 0.1
 */
export function momentum({ lr = 0.01, momentum = 0.9 }: { lr?: number; momentum?: number } = {}): Optimizer {
  check("momentum", { lr }, { momentum });
  return { name: "momentum", lr, op: Op.momentum, slots: 1, coefficients: constant(lr, momentum) };
}

/**
 * AdaGrad: h ← h + (∂L/∂W)²; W ← W − lr·∂L/∂W / (√h + ε) (Duchi et al. 2011; book 6.1.5).
 * @param options lr: above 0, default 0.01; epsilon: above 0, default 1e-7. Both defaults are the book's.
 * @throws OptionError
 * @example adaGrad().lr; // 0.01
 */
export function adaGrad({ lr = 0.01, epsilon = 1e-7 }: { lr?: number; epsilon?: number } = {}): Optimizer {
  check("adaGrad", { lr, epsilon });
  return { name: "adaGrad", lr, op: Op.adaGrad, slots: 1, coefficients: constant(lr, epsilon) };
}

/**
 * Adam, with the bias corrections inside the learning rate: lrₜ = lr·√(1 − β₂ᵗ)/(1 − β₁ᵗ); m ← m + (1 − β₁)(g − m);
 * v ← v + (1 − β₂)(g² − v); W ← W − lrₜ·m / (√v + ε) (Kingma & Ba 2015, end of section 2; book 6.1.6).
 * @param options lr: above 0, default 0.001; beta1 and beta2: from 0 to below 1, default 0.9 and 0.999; epsilon: above 0,
 *   default 1e-7. The defaults are the book's.
 * @throws OptionError
 * @example adam({ lr: 0.0003, beta2: 0.99 }).lr; // 0.0003
 */
export function adam({
  lr = 0.001,
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = 1e-7,
}: {
  lr?: number;
  beta1?: number;
  beta2?: number;
  epsilon?: number;
} = {}): Optimizer {
  check("adam", { lr, epsilon }, { beta1, beta2 });
  return {
    name: "adam",
    lr,
    op: Op.adam,
    slots: 2,
    coefficients(t, table, at) {
      table[at] = (lr * Math.sqrt(1 - power(beta2, t))) / (1 - power(beta1, t));
      table[at + 1] = 1 - beta1;
      table[at + 2] = 1 - beta2;
      table[at + 3] = epsilon;
    },
  };
}

/** Coefficients that are the same at every update. */
function constant(...row: readonly number[]): Optimizer["coefficients"] {
  return (_, table, at) => {
    for (let i = 0; i < row.length; i++) table[at + i] = row[i]!;
  };
}

function check(name: string, positive: Record<string, number>, fractions: Record<string, number> = {}): void {
  for (const [option, value] of Object.entries(positive)) {
    if (!(value > 0 && Number.isFinite(value)))
      throw new OptionError(`${name}: ${option} must be a number above 0; got ${value}`);
  }
  for (const [option, value] of Object.entries(fractions)) {
    if (!(value >= 0 && value < 1))
      throw new OptionError(`${name}: ${option} must be from 0 to below 1; got ${value}`);
  }
}

/** xⁿ by squaring, for a whole n: multiplications only, since the bits of `Math.pow` are the engine's own affair. */
function power(x: number, n: number): number {
  let result = 1;
  let square = x;
  for (let rest = n; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}
