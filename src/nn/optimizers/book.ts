// The optimizers of the book's chapter 6: their instructions are the core's.

import { Op } from "../../../assembly/isa/index.ts";
import { flag, fraction, options, positive } from "../../check.ts";
import { power } from "../powers.ts";
import { type Rate, rateRule } from "../rate.ts";
import { correctedEpsilon, limited } from "./limited.ts";
import { type Extra, extrasRule, type Optimizer, UpdateRule } from "./optimizer.ts";

/** What every optimizer takes. */
export interface OptimizerOptions {
  /** the learning rate: a number of at least 0, or a schedule */
  lr?: Rate;
  /** what else to do, such as `[weightDecay(1e-4), clipByGlobalNorm(1)]` */
  with?: readonly Extra[];
}

export const common = { lr: rateRule, with: extrasRule };

const sgdRule = /* @__PURE__ */ new UpdateRule(Op.sgd, [], 0.13);
const momentumRule = /* @__PURE__ */ new UpdateRule(Op.momentum, ["v"], 0.17);
const adaGradRule = /* @__PURE__ */ new UpdateRule(Op.adaGrad, ["h"], 0.45);
const adamRule = /* @__PURE__ */ new UpdateRule(Op.adam, ["m", "v"], 0.45);

/**
 * Stochastic gradient descent: W ← W − lr·∂L/∂W (book 6.1.2).
 * @param given lr: the learning rate, at least 0, or a schedule. Default 0.01, the book's. with: what else to do, default nothing.
 * @throws OptionError
 * @example sgd({ lr: 0.1 }).lr; // 0.1
 */
export function sgd(given?: OptimizerOptions): Optimizer {
  const { lr = 0.01, ...rest } = options("sgd", given, common);
  return {
    name: "sgd",
    lr,
    ...rest,
    rule: sgdRule,
    coefficients(_, lr, table, at) {
      table[at] = lr;
    },
  };
}

/**
 * Momentum: v ← αv − lr·∂L/∂W; W ← W + v (book 6.1.4).
 *
 * The rate is part of v: where a schedule lowers it, v still has what the higher rates gave (Sutskever et al. 2013; PyTorch, which multiplies
 * the sum of gradients by the rate, is the same as long as the rate is).
 * @param given lr: at least 0, or a schedule, default 0.01; momentum: α, from 0 to below 1, default 0.9. Both defaults are the book's. with: what
 *   else to do, default nothing.
 * @throws OptionError
 * @example momentum({ lr: 0.1, momentum: 0.95 }).lr; // 0.1
 */
export function momentum(given?: OptimizerOptions & { momentum?: number }): Optimizer {
  const {
    lr = 0.01,
    momentum = 0.9,
    ...rest
  } = options("momentum", given, { ...common, momentum: fraction });
  return {
    name: "momentum",
    lr,
    ...rest,
    rule: momentumRule,
    ...limited(["momentum", momentum, fraction]),
    coefficients(_, lr, table, at) {
      table[at] = lr;
      table[at + 1] = momentum;
    },
  };
}

/**
 * AdaGrad: h ← h + (∂L/∂W)²; W ← W − lr·∂L/∂W / (√h + ε) (Duchi et al. 2011; book 6.1.5).
 * @param given lr: at least 0, or a schedule, default 0.01; epsilon: above 0, default 1e-7. Both defaults are the book's. with: what else to do,
 *   default nothing.
 * @throws OptionError
 * @example adaGrad().lr; // 0.01
 */
export function adaGrad(given?: OptimizerOptions & { epsilon?: number }): Optimizer {
  const { lr = 0.01, epsilon = 1e-7, ...rest } = options("adaGrad", given, { ...common, epsilon: positive });
  return {
    name: "adaGrad",
    lr,
    ...rest,
    rule: adaGradRule,
    ...limited(["epsilon", epsilon, positive]),
    coefficients(_, lr, table, at) {
      table[at] = lr;
      table[at + 1] = epsilon;
    },
  };
}

/** What Adam and its kin take. */
export interface AdamOptions extends OptimizerOptions {
  /** of the mean of gradients: from 0 to below 1, default 0.9 */
  beta1?: number;
  /** of the mean of their squares: likewise, default 0.999 */
  beta2?: number;
  /** above 0 */
  epsilon?: number;
}

/** Made by a call that is marked as pure, not by `...common`, which bundlers would keep for a page that does not use Adam. */
export const adamRules = /* @__PURE__ */ Object.assign({}, common, {
  beta1: fraction,
  beta2: fraction,
  epsilon: positive,
});

/**
 * Adam, with the bias corrections inside the learning rate: lrₜ = lr·√(1 − β₂ᵗ)/(1 − β₁ᵗ); m ← m + (1 − β₁)(g − m);
 * v ← v + (1 − β₂)(g² − v); W ← W − lrₜ·m / (√v + ε) (Kingma & Ba 2015, end of section 2; book 6.1.6; so Keras).
 *
 * There ε stands beside √v, which the correction has still to enlarge. In the paper's algorithm 1, and in PyTorch, it stands beside the
 * corrected √v̂ = √(v / (1 − β₂ᵗ)): `corrected: true` does that, W ← W − lrₜ·m / (√v + ε·√(1 − β₂ᵗ)).
 * @param given lr: at least 0, or a schedule, default 0.001; beta1 and beta2: from 0 to below 1, default 0.9 and 0.999; epsilon: above 0,
 *   default 1e-7; corrected: whether ε stands beside the corrected root, default false. The defaults are the book's. with: what else to do,
 *   default nothing.
 * @throws OptionError
 * @example adam({ lr: 0.0003, beta2: 0.99 }).lr; // 0.0003
 * @example adam({ corrected: true, epsilon: 1e-8 }).name; // "adam"
 */
export function adam(given?: AdamOptions & { corrected?: boolean }): Optimizer {
  const chosen = options("adam", given, { ...adamRules, corrected: flag });
  const { lr = 0.001, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7, corrected = false, ...rest } = chosen;
  return {
    name: "adam",
    lr,
    ...rest,
    rule: adamRule,
    ...limited(corrected ? correctedEpsilon(beta2, epsilon) : ["epsilon", epsilon, positive]),
    coefficients(t, lr, table, at) {
      const correction = Math.sqrt(1 - power(beta2, t));
      table[at] = (lr * correction) / (1 - power(beta1, t));
      table[at + 1] = 1 - beta1;
      table[at + 2] = 1 - beta2;
      table[at + 3] = corrected ? epsilon * correction : epsilon;
    },
  };
}
