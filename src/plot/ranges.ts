// Coordinates, as NumPy makes them.

import { check, finite, show, whole } from "../check.ts";
import { OptionError } from "../errors.ts";

const MOST = 1_000_000;

/**
 * Numbers from `start` up to, not including, `stop`: start + i·step.
 *
 * @throws OptionError where the step is not above 0, the range is not finite or reversed, or it would be more than 1,000,000 numbers
 * @example
 * import { arange } from "kobai/plot";
 * arange(0, 1, 0.25); // [0,0.25,0.5,0.75]
 */
export function arange(start: number, stop: number, step = 1): number[] {
  const isRange = [start, stop, step].every(Number.isFinite) && start <= stop && step > 0;
  const count = isRange ? Math.ceil((stop - start) / step) : 0;
  if (!isRange) {
    throw new OptionError(
      `arange: needs start ≤ stop and a step above 0; got start ${show(start)}, stop ${show(stop)}, step ${show(step)}`,
    );
  }
  if (count > MOST) throw new OptionError(`arange: would be ${count} numbers; at most ${MOST}`);
  return Array.from({ length: count }, (_, i) => start + i * step);
}

/**
 * `count` numbers from `start` to `stop`, both included, at equal distances.
 *
 * @param count a whole number of at least 2, default 50
 * @throws OptionError for another count, or ends that are not finite, or too far apart for their distance to be
 * @example
 * import { linspace } from "kobai/plot";
 * linspace(-5, 5, 5); // [-5,-2.5,0,2.5,5]
 */
export function linspace(start: number, stop: number, count = 50): number[] {
  check("linspace", "count", count, whole(2, MOST));
  check("linspace", "start", start, finite);
  check("linspace", "stop", stop, finite);
  check("linspace", "stop - start", stop - start, finite);
  return Array.from({ length: count }, (_, i) =>
    i === count - 1 ? stop : start + ((stop - start) * i) / (count - 1),
  );
}
