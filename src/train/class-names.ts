// What the classes of a network's outputs are called.

import { OptionError } from "../errors.ts";
import { size } from "../tensor.ts";
import type { Port } from "./core.ts";

/** The names of one output's classes, from class 0; of one output that says yes or no, [no, yes]. */
export type ClassNames = readonly string[];

/** @param names of all outputs @throws OptionError where there are not as many as the output has classes */
export function checkClassNames(
  call: string,
  outputs: readonly Port[],
  names: readonly (ClassNames | undefined)[],
): void {
  for (const [i, { name, shape }] of outputs.entries()) {
    const own = names[i];
    const n = size(shape);
    if (!own || own.length === n || (n === 1 && own.length === 2)) continue;
    const of = outputs.length > 1 ? `.${name}` : "";
    throw new OptionError(
      `${call}: classNames${of} has ${own.length} names, but the output has ${n === 1 ? "one element, for no and yes" : `${n} classes`}`,
    );
  }
}
