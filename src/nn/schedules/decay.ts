import { atLeastZero, options, positive, type Rule } from "../../check.ts";
import { OptionError } from "../../errors.ts";
import { power } from "../powers.ts";
import type { Schedule } from "../rate.ts";
import { realPower } from "./real.ts";
import { required, schedule, steps } from "./schedule.ts";

const factor: Rule = [(value) => positive[0](value) && (value as number) <= 1, "a number above 0, at most 1"];
const milestones: Rule = [
  (value) =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((at, i) => steps[0](at) && (i === 0 || at > value[i - 1])),
  "a list of steps in increasing order, such as [1000, 2000]",
];

/**
 * A rate that falls in steps: from·γᵏ, k = ⌊step / every⌋, or k = how many of the steps `at` have been reached (PyTorch's StepLR and
 * MultiStepLR).
 *
 * @param given from: the rate of the first update, above 0; `every` so many steps, or `at` these steps: one of the two; gamma: what the rate
 *   is multiplied by, above 0 and at most 1, default 0.1 (PyTorch's)
 * @throws OptionError for options out of their range
 * @example stepDecay({ from: 1, every: 100, gamma: 0.5 })(250); // 0.25
 * @example stepDecay({ from: 1, at: [100, 400], gamma: 0.5 })(399); // 0.5
 */
export function stepDecay(given: {
  from: number;
  every?: number;
  at?: readonly number[];
  gamma?: number;
}): Schedule {
  const rules = { from: positive, every: steps, at: milestones, gamma: factor };
  const { every, at, gamma = 0.1, ...rest } = options("stepDecay", given, rules);
  const from = required("stepDecay", "from", rest.from, positive);
  if ((every === undefined) === (at === undefined)) {
    throw new OptionError("stepDecay: give either every or at");
  }
  const times = at?.slice();
  return schedule("stepDecay", { from, gamma, ...(times ? { at: times } : { every }) }, (step) => {
    const reached = times ? times.filter((time) => time <= step).length : Math.floor(step / every!);
    return from * power(gamma, reached);
  });
}

/**
 * from·γ^(step / every): with `every` 1 PyTorch's ExponentialLR, else Keras's ExponentialDecay.
 *
 * @param given from: the rate of the first update, above 0; gamma: above 0 and at most 1; every: in how many steps the rate is multiplied by
 *   gamma once, default 1
 * @throws OptionError for options out of their range
 * @example exponential({ from: 1, gamma: 0.5 })(3); // 0.125
 */
export function exponential(given: { from: number; gamma: number; every?: number }): Schedule {
  const rules = { from: positive, gamma: factor, every: steps };
  const { every = 1, ...rest } = options("exponential", given, rules);
  const from = required("exponential", "from", rest.from, positive);
  const gamma = required("exponential", "gamma", rest.gamma, factor);
  return schedule("exponential", { from, gamma, every }, (step) => from * realPower(gamma, step / every));
}

/**
 * to + (from − to)·(1 − step / steps)^power, and `to` from then on (PyTorch's PolynomialLR, Keras's PolynomialDecay).
 *
 * @param given from: the rate of the first update, above 0; steps: how many until `to` is reached; to: at least 0, default 0; power: above 0,
 *   default 1 (both libraries'): a straight line
 * @throws OptionError for options out of their range
 * @example polynomial({ from: 1, steps: 100, power: 2 })(50); // 0.25
 */
export function polynomial(given: { from: number; steps: number; to?: number; power?: number }): Schedule {
  const rules = { from: positive, steps, to: atLeastZero, power: positive };
  const { to = 0, power: exponent = 1, ...rest } = options("polynomial", given, rules);
  const from = required("polynomial", "from", rest.from, positive);
  const count = required("polynomial", "steps", rest.steps, steps);
  return schedule("polynomial", { from, steps: count, to, power: exponent }, (step) => {
    const left = 1 - Math.min(step, count) / count;
    return to + (from - to) * realPower(left, exponent);
  });
}
