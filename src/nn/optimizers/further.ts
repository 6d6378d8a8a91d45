// Further optimizers, whose instructions are the extension's.

import { ExtensionOp } from "../../../assembly/isa/index.ts";
import { atLeastZero, fraction, options, positive } from "../../check.ts";
import { extension } from "../../runtime/extension.ts";
import { power } from "../powers.ts";
import { realPower } from "../schedules/real.ts";
import { type AdamOptions, adamRules, common, type OptimizerOptions } from "./book.ts";
import { weightDecay } from "./extras.ts";
import { correctedEpsilon, limited } from "./limited.ts";
import { type Extra, type Optimizer, UpdateRule } from "./optimizer.ts";

const nesterovRule = /* @__PURE__ */ new UpdateRule(
  /* @__PURE__ */ extension(ExtensionOp.nesterov),
  ["v"],
  0.25,
);
const rmspropRule = /* @__PURE__ */ new UpdateRule(
  /* @__PURE__ */ extension(ExtensionOp.rmsprop),
  ["v"],
  0.45,
);
const adadeltaRule = /* @__PURE__ */ new UpdateRule(
  /* @__PURE__ */ extension(ExtensionOp.adadelta),
  ["v", "u"],
  0.6,
);
const adamRule = /* @__PURE__ */ new UpdateRule(
  /* @__PURE__ */ extension(ExtensionOp.adam),
  ["m", "v"],
  0.45,
);
const amsgradRule = /* @__PURE__ */ new UpdateRule(
  /* @__PURE__ */ extension(ExtensionOp.amsgrad),
  ["m", "v", "largest"],
  0.5,
);
const nadamRule = /* @__PURE__ */ new UpdateRule(
  /* @__PURE__ */ extension(ExtensionOp.nadam),
  ["m", "v"],
  0.45,
);
const radamRule = /* @__PURE__ */ new UpdateRule(
  /* @__PURE__ */ extension(ExtensionOp.radam),
  ["m", "v"],
  0.45,
);
const adamaxRule = /* @__PURE__ */ new UpdateRule(
  /* @__PURE__ */ extension(ExtensionOp.adamax),
  ["m", "u"],
  0.4,
);
const lionRule = /* @__PURE__ */ new UpdateRule(/* @__PURE__ */ extension(ExtensionOp.lion), ["m"], 0.25);

/**
 * Nesterov's momentum: v ← αv − lr·g; W ← W + (αv − lr·g) (Sutskever et al. 2013, rewritten for the point ahead as in Bengio et al. 2012; the
 * book's code; Keras's, and with a constant rate PyTorch's `nesterov=True`).
 * @param given lr: at least 0, or a schedule, default 0.01; momentum: α, from 0 to below 1, default 0.9. Both are the book's. with: what else to
 *   do, default nothing.
 * @throws OptionError
 * @example nesterov({ lr: 0.1 }).name; // "nesterov"
 */
export function nesterov(given?: OptimizerOptions & { momentum?: number }): Optimizer {
  const {
    lr = 0.01,
    momentum = 0.9,
    ...rest
  } = options("nesterov", given, { ...common, momentum: fraction });
  return {
    name: "nesterov",
    lr,
    ...rest,
    rule: nesterovRule,
    ...limited(["momentum", momentum, fraction]),
    coefficients(_, lr, table, at) {
      table[at] = lr;
      table[at + 1] = momentum;
    },
  };
}

/**
 * RMSProp: v ← v + (1 − ρ)(g² − v); W ← W − lr·g / (√v + ε) (Tieleman & Hinton 2012; PyTorch's RMSprop).
 * @param given lr: at least 0, or a schedule, default 0.01; rho: ρ, from 0 to below 1, default 0.99; epsilon: above 0, default 1e-8. The
 *   defaults are PyTorch's. with: what else to do, default nothing.
 * @throws OptionError
 * @example rmsprop({ lr: 0.001, rho: 0.9 }).lr; // 0.001
 */
export function rmsprop(given?: OptimizerOptions & { rho?: number; epsilon?: number }): Optimizer {
  const rules = { ...common, rho: fraction, epsilon: positive };
  const { lr = 0.01, rho = 0.99, epsilon = 1e-8, ...rest } = options("rmsprop", given, rules);
  return {
    name: "rmsprop",
    lr,
    ...rest,
    rule: rmspropRule,
    ...limited(["epsilon", epsilon, positive]),
    coefficients(_, lr, table, at) {
      table[at] = lr;
      table[at + 1] = 1 - rho;
      table[at + 2] = epsilon;
    },
  };
}

/**
 * AdaDelta: v ← v + (1 − ρ)(g² − v); d = √((u + ε) / (v + ε))·g; u ← u + (1 − ρ)(d² − u); W ← W − lr·d (Zeiler 2012, algorithm 1).
 * @param given lr: at least 0, or a schedule, default 1; rho: ρ, from 0 to below 1, default 0.9; epsilon: above 0, default 1e-6. The defaults
 *   are PyTorch's. with: what else to do, default nothing.
 * @throws OptionError
 * @example adadelta().lr; // 1
 */
export function adadelta(given?: OptimizerOptions & { rho?: number; epsilon?: number }): Optimizer {
  const rules = { ...common, rho: fraction, epsilon: positive };
  const { lr = 1, rho = 0.9, epsilon = 1e-6, ...rest } = options("adadelta", given, rules);
  return {
    name: "adadelta",
    lr,
    ...rest,
    rule: adadeltaRule,
    ...limited(["epsilon", epsilon, positive]),
    coefficients(_, lr, table, at) {
      table[at] = lr;
      table[at + 1] = 1 - rho;
      table[at + 2] = epsilon;
    },
  };
}

/** Writes the coefficients of Adam with ε beside the corrected root. */
function adamCoefficients(
  t: number,
  lr: number,
  { beta1, beta2, epsilon }: Betas,
  table: Float64Array,
  at: number,
): void {
  const correction = Math.sqrt(1 - power(beta2, t));
  table[at] = (lr * correction) / (1 - power(beta1, t));
  table[at + 1] = 1 - beta1;
  table[at + 2] = 1 - beta2;
  table[at + 3] = epsilon * correction;
}

interface Betas {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** Adam's options with PyTorch's defaults. */
function withDefaults({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamOptions): Betas {
  return { beta1, beta2, epsilon };
}

/**
 * AdamW: W ← W·(1 − lr·λ), then Adam's update, with ε beside the corrected root: `adam({ corrected: true })` with decoupled weight decay
 * (Loshchilov & Hutter 2019, algorithm 2; PyTorch's AdamW).
 * @param given lr: at least 0, or a schedule, default 0.001; beta1 and beta2: from 0 to below 1, default 0.9 and 0.999; epsilon: above 0, default
 *   1e-8; weightDecay: λ, at least 0, default 0.01. The defaults are PyTorch's. with: what else to do, default nothing.
 * @throws OptionError
 * @example adamw({ lr: 3e-4, weightDecay: 0.1 }).lr; // 0.0003
 */
export function adamw(given?: AdamOptions & { weightDecay?: number }): Optimizer {
  const chosen = options("adamw", given, { ...adamRules, weightDecay: atLeastZero });
  const { lr = 0.001, weightDecay: rate = 0.01 } = chosen;
  const betas = withDefaults(chosen);
  return {
    name: "adamw",
    lr,
    with: decoupled(chosen.with, rate),
    rule: adamRule,
    ...limited(correctedEpsilon(betas.beta2, betas.epsilon)),
    coefficients: (t, lr, table, at) => adamCoefficients(t, lr, betas, table, at),
  };
}

/** What else to do, decoupled decay among it. */
function decoupled(extras: readonly Extra[] = [], rate: number): readonly Extra[] {
  return rate === 0 ? extras : [...extras, weightDecay(rate, { decoupled: true })];
}

/**
 * AMSGrad: Adam by the largest v so far: v̂ ← max(v̂, v); W ← W − lrₜ·m / (√v̂ + ε·√(1 − β₂ᵗ)) (Reddi et al. 2018; PyTorch's
 * Adam with `amsgrad=True`).
 * @param given as of `adam`, but epsilon: default 1e-8, PyTorch's
 * @throws OptionError
 * @example amsgrad().lr; // 0.001
 */
export function amsgrad(given?: AdamOptions): Optimizer {
  const { lr = 0.001, with: extras, ...betas } = options("amsgrad", given, adamRules);
  const all = withDefaults(betas);
  return {
    name: "amsgrad",
    lr,
    ...(extras && { with: extras }),
    rule: amsgradRule,
    ...limited(correctedEpsilon(all.beta2, all.epsilon)),
    coefficients: (t, lr, table, at) => adamCoefficients(t, lr, all, table, at),
  };
}

/**
 * NAdam, Adam with Nesterov's momentum: μₜ = β₁(1 − ½·0.96^(t·ψ)), m and v as Adam's, W ← W − lr·[(1 − μₜ)·g / (1 − Πμᵢ) +
 * μₜ₊₁·m / (1 − μₜ₊₁·Πμᵢ)] / (√v̂ + ε), Π over i ≤ t, v̂ = v / (1 − β₂ᵗ) (Dozat 2016; PyTorch's NAdam).
 * @param given lr: at least 0, or a schedule, default 0.002; beta1 and beta2: from 0 to below 1, default 0.9 and 0.999; epsilon: above 0, default
 *   1e-8; momentumDecay: ψ, at least 0, default 0.004. The defaults are PyTorch's. with: what else to do, default nothing.
 * @throws OptionError
 * @example nadam().lr; // 0.002
 */
export function nadam(given?: AdamOptions & { momentumDecay?: number }): Optimizer {
  const chosen = options("nadam", given, { ...adamRules, momentumDecay: atLeastZero });
  const { lr = 0.002, momentumDecay = 0.004 } = chosen;
  const betas = withDefaults(chosen);
  const mu = (t: number) => betas.beta1 * (1 - 0.5 * realPower(0.96, t * momentumDecay));
  // Πμᵢ, i ≤ made: gone on with from step to step, and after a cut made again; it is 0 after some thousand steps.
  let product = 1;
  let made = 0;
  const productTo = (t: number) => {
    if (t < made) {
      product = 1;
      made = 0;
    }
    for (; made < t && product > 0; made++) product *= mu(made + 1);
    made = t;
    return product;
  };
  return {
    name: "nadam",
    lr,
    ...(chosen.with && { with: chosen.with }),
    rule: nadamRule,
    ...limited(correctedEpsilon(betas.beta2, betas.epsilon)),
    coefficients(t, lr, table, at) {
      const correction = Math.sqrt(1 - power(betas.beta2, t));
      const until = productTo(t);
      const next = mu(t + 1);
      table[at] = (lr * next * correction) / (1 - until * next);
      table[at + 1] = 1 - betas.beta1;
      table[at + 2] = 1 - betas.beta2;
      table[at + 3] = betas.epsilon * correction;
      table[at + 4] = (lr * (1 - mu(t)) * correction) / (1 - until);
    },
  };
}

/**
 * RAdam: Adam whose first steps, while the mean of squares is of too few to be believed (ρₜ ≤ 5), go by m alone, and whose later ones are
 * rectified: ρ∞ = 2/(1 − β₂) − 1, ρₜ = ρ∞ − 2t·β₂ᵗ/(1 − β₂ᵗ), r = √((ρₜ − 4)(ρₜ − 2)ρ∞ / ((ρ∞ − 4)(ρ∞ − 2)ρₜ)),
 * W ← W − lr·r·m̂·√(1 − β₂ᵗ) / (√v + ε), else W ← W − lr·m̂, with m̂ = m / (1 − β₁ᵗ) (Liu et al. 2020; PyTorch's RAdam).
 * @param given as of `adam`, but epsilon: default 1e-8, PyTorch's
 * @throws OptionError
 * @example radam().lr; // 0.001
 */
export function radam(given?: AdamOptions): Optimizer {
  const { lr = 0.001, with: extras, ...rest } = options("radam", given, adamRules);
  const { beta1, beta2, epsilon } = withDefaults(rest);
  const most = 2 / (1 - beta2) - 1;
  return {
    name: "radam",
    lr,
    ...(extras && { with: extras }),
    rule: radamRule,
    ...limited(["epsilon", epsilon, positive]),
    coefficients(t, lr, table, at) {
      const share = power(beta2, t);
      const length = most - (2 * t * share) / (1 - share);
      const isRectified = length > 5;
      const r = isRectified
        ? Math.sqrt(((length - 4) * (length - 2) * most) / ((most - 4) * (most - 2) * length)) *
          Math.sqrt(1 - share)
        : 1;
      table[at] = (lr * r) / (1 - power(beta1, t));
      table[at + 1] = 1 - beta1;
      table[at + 2] = 1 - beta2;
      table[at + 3] = isRectified ? epsilon : 1;
      table[at + 4] = isRectified ? 1 : 0;
    },
  };
}

/**
 * AdaMax: m as Adam's; u ← max(β₂·u, |g| + ε); W ← W − lr / (1 − β₁ᵗ)·m / u (Kingma & Ba 2015, algorithm 2; PyTorch's Adamax).
 * @param given lr: at least 0, or a schedule, default 0.002; beta1 and beta2: from 0 to below 1, default 0.9 and 0.999; epsilon: above 0, default
 *   1e-8. The defaults are PyTorch's. with: what else to do, default nothing.
 * @throws OptionError
 * @example adamax().lr; // 0.002
 */
export function adamax(given?: AdamOptions): Optimizer {
  const { lr = 0.002, with: extras, ...rest } = options("adamax", given, adamRules);
  const { beta1, beta2, epsilon } = withDefaults(rest);
  return {
    name: "adamax",
    lr,
    ...(extras && { with: extras }),
    rule: adamaxRule,
    ...limited(["beta2", beta2, fraction], ["epsilon", epsilon, positive]),
    coefficients(t, lr, table, at) {
      table[at] = lr / (1 - power(beta1, t));
      table[at + 1] = 1 - beta1;
      table[at + 2] = beta2;
      table[at + 3] = epsilon;
    },
  };
}

/**
 * Lion: W ← W·(1 − lr·λ); W ← W − lr·sign(β₁m + (1 − β₁)g); m ← β₂m + (1 − β₂)g (Chen et al. 2023, algorithm 2; Keras's Lion). It
 * wants a rate three to ten times smaller than Adam's.
 * @param given lr: at least 0, or a schedule, default 0.0001; beta1 and beta2: from 0 to below 1, default 0.9 and 0.99; weightDecay: λ, at
 *   least 0, default 0. The defaults are the paper's. with: what else to do, default nothing.
 * @throws OptionError
 * @example lion({ weightDecay: 0.1 }).lr; // 0.0001
 */
export function lion(
  given?: OptimizerOptions & { beta1?: number; beta2?: number; weightDecay?: number },
): Optimizer {
  const rules = { ...common, beta1: fraction, beta2: fraction, weightDecay: atLeastZero };
  const chosen = options("lion", given, rules);
  const { lr = 1e-4, beta1 = 0.9, beta2 = 0.99, weightDecay: rate = 0 } = chosen;
  return {
    name: "lion",
    lr,
    with: decoupled(chosen.with, rate),
    rule: lionRule,
    coefficients(_, lr, table, at) {
      table[at] = lr;
      table[at + 1] = 1 - beta1;
      table[at + 2] = 1 - beta2;
    },
  };
}
