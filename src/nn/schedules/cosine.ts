import { atLeastZero, options, positive } from "../../check.ts";
import type { Schedule } from "../rate.ts";
import { cosPi } from "./real.ts";
import { required, schedule, steps } from "./schedule.ts";

/**
 * Half a cosine from one rate to another: to + ½(from − to)·(1 + cos(π·step / steps)), and `to` from then on. With `restart` it begins again
 * after each period instead (Loshchilov & Hutter 2017, SGDR, eq. 5; PyTorch's CosineAnnealingLR and CosineAnnealingWarmRestarts).
 *
 * @param given from: the rate of the first update, above 0; steps: of the (first) period; to: at least 0, default 0 (PyTorch's); restart: how
 *   many times as long as the one before each next period is, a whole number of at least 1; default: no restarts
 * @throws OptionError for options out of their range
 * @example cosine({ from: 0.1, steps: 1000 })(500); // 0.05
 * @example cosine({ from: 0.1, steps: 1000, restart: 2 })(3000); // 0.1
 */
export function cosine(given: { from: number; steps: number; to?: number; restart?: number }): Schedule {
  const {
    to = 0,
    restart,
    ...rest
  } = options("cosine", given, {
    from: positive,
    steps,
    to: atLeastZero,
    restart: steps,
  });
  const from = required("cosine", "from", rest.from, positive);
  const first = required("cosine", "steps", rest.steps, steps);
  const description = { from, steps: first, to, ...(restart !== undefined && { restart }) };
  return schedule("cosine", description, (step) => annealed(from, to, share(step, first, restart)));
}

/** Which share of its period has passed, from 0 to 1. */
function share(step: number, first: number, restart: number | undefined): number {
  if (restart === undefined) return Math.min(step, first) / first;
  if (restart === 1) return (step % first) / first;
  let [begin, length] = [0, first];
  while (step - begin >= length) {
    begin += length;
    length *= restart;
  }
  return (step - begin) / length;
}

/** Half a cosine: `from` where `share` is 0, `to` where it is 1. */
export function annealed(from: number, to: number, share: number): number {
  return to + 0.5 * (from - to) * (1 + cosPi(share));
}
