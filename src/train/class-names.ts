// What the classes of a network's outputs are called.

import { check } from "../check.ts";
import { size } from "../tensor.ts";
import type { Core } from "./core.ts";

/** The names of one output's classes, from class 0; of one output that says yes or no, [no, yes]. */
export type ClassNames = readonly string[];

/**
 * Copies, one for each output.
 *
 * @param given as a caller gives them
 * @throws OptionError where they are no names, or not as many as the output has classes
 */
export function classNamesOf(
  call: string,
  { face, outputs }: Core,
  given: unknown,
): (ClassNames | undefined)[] {
  return face.classNames(call, given).map((names, i) => {
    if (names === undefined) return undefined;
    const count = Math.max(2, size(outputs[i]!.shape));
    const isNames = (value: unknown) =>
      Array.isArray(value) && value.length === count && value.every((name) => typeof name === "string");
    const own = check(call, "classNames", names, [isNames, `a list of ${count} names`]);
    return Object.freeze([...(own as ClassNames)]);
  });
}
