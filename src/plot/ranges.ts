// Coordinates, as NumPy makes them.

import { OptionError } from "../errors.ts";
import { checkCount } from "./arguments.ts";

/**
 * Numbers from `start` up to, not including, `stop`: start + i·step.
 *
 * @throws OptionError where the step is not above 0, or the range is not finite or reversed
 * @example
 * import { arange } from "kobai/plot";
 * arange(0, 1, 0.25); // [0,0.25,0.5,0.75]
 */
export function arange(start: number, stop: number, step = 1): number[] {
  const count = Math.ceil((stop - start) / step);
  if (!(step > 0 && count >= 0 && Number.isFinite(count))) {
    throw new OptionError(
      `arange: needs start ≤ stop and a step above 0; got start ${start}, stop ${stop}, step ${step}`,
    );
  }
  return Array.from({ length: count }, (_, i) => start + i * step);
}

/**
 * `count` numbers from `start` to `stop`, both included, at equal distances.
 *
 * @param count a whole number of at least 2, default 50
 * @throws OptionError for another count, or ends that are not finite
 * @example
 * import { linspace } from "kobai/plot";
 * linspace(-5, 5, 5); // [-5,-2.5,0,2.5,5]
 */
export function linspace(start: number, stop: number, count = 50): number[] {
  checkCount("linspace: count", count, 2);
  if (!(Number.isFinite(start) && Number.isFinite(stop))) {
    throw new OptionError(`linspace: start and stop must be finite; got ${start} and ${stop}`);
  }
  return Array.from({ length: count }, (_, i) =>
    i === count - 1 ? stop : start + ((stop - start) * i) / (count - 1),
  );
}
