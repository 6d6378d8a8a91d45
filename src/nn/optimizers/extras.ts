// What an optimizer may do besides its rule. In the order in which it happens, whatever the order of the list: gradients of several steps are
// added up (`accumulate`), they are clipped, the weights decay, the rule moves them, and their moving average follows.

import {
  atLeastZero,
  check,
  flag,
  fraction,
  name,
  options,
  positive,
  type Rule,
  whole,
} from "../../check.ts";
import { OptionError } from "../../errors.ts";
import { extendedUpdate } from "./extended.ts";
import type { Extra } from "./optimizer.ts";

/** What each kind of extra was made of. */
export type ExtraDescription =
  | { readonly kind: "weightDecay"; readonly rate: number; readonly decoupled: boolean }
  | { readonly kind: "clipByValue" | "clipByNorm" | "clipByGlobalNorm"; readonly limit: number }
  | { readonly kind: "accumulate"; readonly steps: number }
  | { readonly kind: "movingAverage"; readonly decay: number }
  | {
      readonly kind: "group";
      readonly of: readonly string[];
      readonly lrMultiplier: number;
      readonly weightDecay?: number;
    }
  | { readonly kind: "frozen"; readonly of: readonly string[] };

function extra(description: ExtraDescription): Extra {
  return { description, update: extendedUpdate };
}

/**
 * Weight decay. As L2: g ← g + λ·W, the gradient of ½λ·ΣW² (PyTorch's `weight_decay` of all but AdamW), which adaptive optimizers divide by
 * their roots like the rest of g; or decoupled from the gradient: W ← W·(1 − lr·λ) before the update (Loshchilov & Hutter 2019; AdamW).
 *
 * It takes all parameters, biases, too; `group("bias", { weightDecay: 0 })` leaves them out.
 * @param rate λ, at least 0 @param given decoupled: default false
 * @throws OptionError for a rate or options out of range
 * @example
 * import { sgd } from "kobai";
 * sgd({ lr: 0.1, with: [weightDecay(1e-4)] }).name; // "sgd"
 * @example
 * import { adam } from "kobai";
 * adam({ with: [weightDecay(0.01, { decoupled: true })] }).name; // "adam"
 */
export function weightDecay(rate: number, given?: { decoupled?: boolean }): Extra {
  check("weightDecay", "rate", rate, atLeastZero);
  const { decoupled = false } = options("weightDecay", given, { decoupled: flag });
  return extra({ kind: "weightDecay", rate, decoupled });
}

/**
 * Keeps each element of a gradient between −limit and limit (PyTorch's `clip_grad_value_`, Keras's `clipvalue`).
 * @param limit above 0
 * @throws OptionError where it is not
 * @example
 * import { sgd } from "kobai";
 * sgd({ with: [clipByValue(0.5)] }).name; // "sgd"
 */
export function clipByValue(limit: number): Extra {
  return extra({ kind: "clipByValue", limit: check("clipByValue", "limit", limit, positive) });
}

/**
 * Shortens the gradient of each parameter whose norm is above a limit: g·min(1, limit / (‖g‖ + 1e-6)) (Keras's `clipnorm`; the formula is that
 * of PyTorch's `clip_grad_norm_`, for each parameter by itself).
 * @param limit above 0
 * @throws OptionError where it is not
 * @example
 * import { sgd } from "kobai";
 * sgd({ with: [clipByNorm(1)] }).name; // "sgd"
 */
export function clipByNorm(limit: number): Extra {
  return extra({ kind: "clipByNorm", limit: check("clipByNorm", "limit", limit, positive) });
}

/**
 * Shortens all gradients alike where the norm of all of them together is above a limit: g·min(1, limit / (‖all g‖ + 1e-6)) (Pascanu et al. 2013;
 * PyTorch's `clip_grad_norm_`, Keras's `global_clipnorm`). Frozen parameters do not count.
 * @param limit above 0
 * @throws OptionError where it is not
 * @example
 * import { adam } from "kobai";
 * adam({ with: [clipByGlobalNorm(1)] }).name; // "adam"
 */
export function clipByGlobalNorm(limit: number): Extra {
  return extra({ kind: "clipByGlobalNorm", limit: check("clipByGlobalNorm", "limit", limit, positive) });
}

/**
 * Makes one update of so many steps, by the mean of their gradients: as if the batch were so many times as large, in less memory. `fit` still
 * counts steps, each a batch; the optimizer's schedule, bias corrections and moving average count updates. Steps that a fit leaves over
 * are kept, and the next fit with the same optimizer goes on with them.
 *
 * A shuffled epoch's last batch may be smaller, and counts as much as the others.
 * @param steps a whole number of at least 1
 * @throws OptionError where it is not
 * @example
 * import { sgd } from "kobai";
 * sgd({ lr: 0.1, with: [accumulate(4)] }).name; // "sgd"
 */
export function accumulate(steps: number): Extra {
  return extra({ kind: "accumulate", steps: check("accumulate", "steps", steps, whole(1, 2 ** 31 - 1)) });
}

/**
 * Keeps a moving average of the weights: A ← W after the first update, A ← A + (1 − decay)·(W − A) after each further one (Polyak &
 * Juditsky 1992; PyTorch's `AveragedModel` with such an average, Keras's `use_ema`). The weights themselves are trained, and measured by
 * `evaluate`, as without it: `averaged(net)` reads the average, and `swapAverage(net)` puts it in the weights' place.
 * @param decay from 0 to below 1, default 0.99, Keras's
 * @throws OptionError where it is not
 * @example
 * import { adam } from "kobai";
 * adam({ with: [movingAverage(0.999)] }).name; // "adam"
 */
export function movingAverage(decay = 0.99): Extra {
  return extra({ kind: "movingAverage", decay: check("movingAverage", "decay", decay, fraction) });
}

const names: Rule = [
  (value) => (Array.isArray(value) ? value.length > 0 && Array.from(value).every(name[0]) : name[0](value)),
  'the name of a layer ("dense1"), of a parameter ("dense1.bias"), of what several layers call one ("bias"), or a list of such',
];

function listOf(call: string, of: string | readonly string[]): readonly string[] {
  check(call, "of", of, names);
  return typeof of === "string" ? [of] : [...of];
}

/**
 * Parameters that follow with another rate, or decay otherwise, than the rest.
 * @param of a layer ("dense1"), a parameter ("dense1.bias"), or what several layers call one ("bias"); or a list of these
 * @param given lrMultiplier: what the optimizer's rate is multiplied by, at least 0, default 1; weightDecay: the λ of these, at least 0,
 *   decoupled where `weightDecay` in the same list is; default that of the rest
 * @throws OptionError for names or options out of range; from `fit`, where there is no such parameter, or two groups have the same
 * @example
 * import { sgd } from "kobai";
 * sgd({ lr: 0.1, with: [group("dense1", { lrMultiplier: 0.1 })] }).name; // "sgd"
 * @example
 * import { adam } from "kobai";
 * adam({ with: [weightDecay(0.01), group("bias", { weightDecay: 0 })] }).name; // "adam"
 */
export function group(
  of: string | readonly string[],
  given: { lrMultiplier?: number; weightDecay?: number },
): Extra {
  const rules = { lrMultiplier: atLeastZero, weightDecay: atLeastZero };
  const { lrMultiplier = 1, weightDecay } = options("group", given, rules);
  return extra({
    kind: "group",
    of: listOf("group", of),
    lrMultiplier,
    ...(weightDecay !== undefined && { weightDecay }),
  });
}

/**
 * Parameters that stay as they are. Their gradients are not computed, nor anything else that only they need: where the first layers are
 * frozen, the backward pass ends before them. A layer all of whose own parameters are frozen does as in inference, also while others are trained:
 * batch normalization goes by its running statistics, which stay as they are (as Keras has it; in PyTorch they move unless the layer is in
 * `eval()`). Dropout has no parameters, and goes on. What is frozen is frozen in a `group`, too.
 * @param of as in `group`
 * @throws OptionError for names that are none; from `fit`, where there is no such parameter, or nothing is left to train
 * @example
 * import { sgd } from "kobai";
 * sgd({ with: [frozen("dense1")] }).name; // "sgd"
 */
export function frozen(...of: readonly string[]): Extra {
  if (of.length === 0) throw new OptionError("frozen: takes the names of layers or parameters");
  return extra({ kind: "frozen", of: listOf("frozen", of) });
}
