import { options, positive, type Rule, whole } from "../../check.ts";
import type { Schedule } from "../rate.ts";
import { annealed } from "./cosine.ts";
import { required, schedule } from "./schedule.ts";

const share: Rule = [
  (value) => typeof value === "number" && value > 0 && value < 1,
  "a number between 0 and 1",
];
const divisor: Rule = [
  (value) => typeof value === "number" && value >= 1 && Number.isFinite(value),
  "a number of at least 1",
];
const cycle: Rule = whole(2, 2 ** 31 - 1);

/**
 * One cycle: up from max / divide to max, then down to max / divide / divideLast, both along half a cosine (Smith & Topin 2018; the rate of
 * PyTorch's OneCycleLR, which turns at step up·steps − 1 and ends at step steps − 1). It stays at its last rate from then on.
 *
 * @param given max: the highest rate, above 0; steps: of the whole cycle, at least 2; up: the share of the steps that goes up, between 0 and 1,
 *   default 0.3; divide and divideLast: at least 1, default 25 and 10,000. The defaults are PyTorch's.
 * @throws OptionError for options out of their range
 * @example oneCycle({ max: 0.1, steps: 100 })(29); // 0.1
 */
export function oneCycle(given: {
  max: number;
  steps: number;
  up?: number;
  divide?: number;
  divideLast?: number;
}): Schedule {
  const rules = { max: positive, steps: cycle, up: share, divide: divisor, divideLast: divisor };
  const { up = 0.3, divide = 25, divideLast = 1e4, ...rest } = options("oneCycle", given, rules);
  const max = required("oneCycle", "max", rest.max, positive);
  const steps = required("oneCycle", "steps", rest.steps, cycle);
  const last = steps - 1;
  // With few steps or a small share there is none that goes up.
  const top = Math.max(0, up * steps - 1);
  const low = max / divide;
  return schedule("oneCycle", { max, steps, up, divide, divideLast }, (step) =>
    step < top
      ? annealed(low, max, step / top)
      : annealed(max, low / divideLast, Math.min(1, (step - top) / (last - top))),
  );
}
