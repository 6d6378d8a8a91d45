import { fraction, options } from "../../check.ts";
import { type Rate, rateAt, rateRule, type Schedule } from "../rate.ts";
import { required, steps as stepsRule } from "./schedule.ts";

/**
 * A straight line up to a rate, before any schedule or one rate: (factor + (1 − factor)·step / steps)·first for step < steps, `first` being the
 * rate that comes next; then `to`, whose steps count from there (PyTorch's LinearLR, and SequentialLR of it and another; Goyal et al. 2017).
 *
 * @param given steps: of the line; to: a number of at least 0, or a schedule; factor: of the first update, from 0 to below 1, default 0, as
 *   Transformers' `get_linear_schedule_with_warmup` has it (PyTorch's LinearLR: 1/3)
 * @throws OptionError for options out of their range
 * @example warmUp({ steps: 10, to: 0.5 })(5); // 0.25
 * @example
 * import { cosine } from "kobai";
 * warmUp({ steps: 10, to: cosine({ from: 0.5, steps: 100 }) })(60); // 0.25
 */
export function warmUp(given: { steps: number; to: Rate; factor?: number }): Schedule {
  const rules = { steps: stepsRule, to: rateRule, factor: fraction };
  const { factor = 0, ...rest } = options("warmUp", given, rules);
  const steps = required("warmUp", "steps", rest.steps, stepsRule);
  const to = required("warmUp", "to", rest.to, rateRule);
  const schedule: Schedule = (step, state) =>
    step < steps
      ? (factor + ((1 - factor) * step) / steps) * rateAt(to, 0, state)
      : rateAt(to, step - steps, state);
  if (typeof to === "number")
    return Object.assign(schedule, { description: { kind: "warmUp", steps, to, factor } });
  const { description, next } = to;
  return Object.assign(
    schedule,
    // What cannot be described within cannot be described around it.
    description && { description: { kind: "warmUp", steps, to: description, factor } },
    next && { next },
  );
}
