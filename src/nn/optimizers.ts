import { Op } from "../../assembly/isa/index.ts";
import { UpdateArg } from "../../assembly/isa/optimizer.ts";
import { check, fraction, having, name, options, positive, show } from "../check.ts";
import { OptionError } from "../errors.ts";
import { type Instruction, instruction, type Operands } from "../runtime/instructions.ts";
import type { DTypeName } from "../tensor.ts";

/** How parameters follow their gradients. */
export interface Optimizer {
  readonly name: string;
  /** The learning rate; a change takes effect with the next steps. */
  lr: number;
  /** The instruction of one update. */
  readonly op: Op.sgd | Op.momentum | Op.adaGrad | Op.adam;
  /**
   * Writes the instruction's coefficients (assembly/optimizer.ts) for update `t`, counted from 1, into `table` from `at` on: at every
   * step of a training, so it must leave no garbage.
   */
  coefficients(t: number, table: Float64Array, at: number): void;
}

/**
 * Stochastic gradient descent: W ← W − lr·∂L/∂W (book 6.1.2).
 * @param given lr: the learning rate, above 0. Default 0.01, the book's.
 * @throws OptionError
 * @example sgd({ lr: 0.1 }).lr; // 0.1
 */
export function sgd(given?: { lr?: number }): Optimizer {
  const { lr = 0.01 } = options("sgd", given, { lr: positive });
  return {
    name: "sgd",
    lr,
    op: Op.sgd,
    coefficients(_, table, at) {
      table[at] = this.lr;
    },
  };
}

/**
 * Momentum: v ← αv − lr·∂L/∂W; W ← W + v (book 6.1.4).
 * @param given lr: above 0, default 0.01; momentum: α, from 0 to below 1, default 0.9. Both defaults are the book's.
 * @throws OptionError
 * @example momentum({ lr: 0.1, momentum: 0.95 }).lr; // 0.1
 */
export function momentum(given?: { lr?: number; momentum?: number }): Optimizer {
  const { lr = 0.01, momentum = 0.9 } = options("momentum", given, { lr: positive, momentum: fraction });
  return {
    name: "momentum",
    lr,
    op: Op.momentum,
    coefficients(_, table, at) {
      table[at] = this.lr;
      table[at + 1] = momentum;
    },
  };
}

/**
 * AdaGrad: h ← h + (∂L/∂W)²; W ← W − lr·∂L/∂W / (√h + ε) (Duchi et al. 2011; book 6.1.5).
 * @param given lr: above 0, default 0.01; epsilon: above 0, default 1e-7. Both defaults are the book's.
 * @throws OptionError
 * @example adaGrad().lr; // 0.01
 */
export function adaGrad(given?: { lr?: number; epsilon?: number }): Optimizer {
  const { lr = 0.01, epsilon = 1e-7 } = options("adaGrad", given, { lr: positive, epsilon: positive });
  return {
    name: "adaGrad",
    lr,
    op: Op.adaGrad,
    coefficients(_, table, at) {
      table[at] = this.lr;
      table[at + 1] = epsilon;
    },
  };
}

/**
 * Adam, with the bias corrections inside the learning rate: lrₜ = lr·√(1 − β₂ᵗ)/(1 − β₁ᵗ); m ← m + (1 − β₁)(g − m);
 * v ← v + (1 − β₂)(g² − v); W ← W − lrₜ·m / (√v + ε) (Kingma & Ba 2015, end of section 2; book 6.1.6).
 * @param given lr: above 0, default 0.001; beta1 and beta2: from 0 to below 1, default 0.9 and 0.999; epsilon: above 0,
 *   default 1e-7. The defaults are the book's.
 * @throws OptionError
 * @example adam({ lr: 0.0003, beta2: 0.99 }).lr; // 0.0003
 */
export function adam(given?: { lr?: number; beta1?: number; beta2?: number; epsilon?: number }): Optimizer {
  const rules = { lr: positive, beta1: fraction, beta2: fraction, epsilon: positive };
  const { lr = 0.001, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 } = options("adam", given, rules);
  return {
    name: "adam",
    lr,
    op: Op.adam,
    coefficients(t, table, at) {
      table[at] = (this.lr * Math.sqrt(1 - power(beta2, t))) / (1 - power(beta1, t));
      table[at + 1] = 1 - beta1;
      table[at + 2] = 1 - beta2;
      table[at + 3] = epsilon;
    },
  };
}

/** Tensors of state that each instruction keeps for a parameter. */
const slots = { [Op.sgd]: 0, [Op.momentum]: 1, [Op.adaGrad]: 1, [Op.adam]: 2 } as const;

/**
 * How many tensors of state an optimizer, perhaps a user's own, keeps for each parameter.
 *
 * @throws OptionError where it is none
 */
export function slotsOf(call: string, optimizer: Optimizer): number {
  check(call, "optimizer", optimizer, having("coefficients", "an optimizer, such as sgd({ lr: 0.1 })"));
  check(call, "optimizer.name", optimizer.name, name);
  check(call, "optimizer.lr", optimizer.lr, positive);
  if (typeof optimizer.op === "number" && Object.hasOwn(slots, optimizer.op)) return slots[optimizer.op];
  throw new OptionError(
    `${call}: optimizer.op must be that of one of kobai's optimizers, such as sgd().op; got ${show(optimizer.op)}`,
  );
}

/** What an update costs, in nanoseconds for each parameter. */
const costs = { [Op.sgd]: 0.13, [Op.momentum]: 0.17, [Op.adaGrad]: 0.45, [Op.adam]: 0.45 } as const;

/** The instruction that updates `n` parameters. */
export function updateInstruction(
  op: Optimizer["op"],
  dtype: DTypeName,
  n: number,
  operands: Operands<Exclude<UpdateArg, UpdateArg.n>>,
): Instruction {
  return instruction<UpdateArg>(op, dtype, { ...operands, [UpdateArg.n]: n }, costs[op] * n);
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
