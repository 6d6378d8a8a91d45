import { check, type Rule, whole } from "../../check.ts";
import type { Schedule } from "../rate.ts";

/** The function, with what it was made of. */
export function schedule(kind: string, options: object, rate: (step: number) => number): Schedule {
  return Object.assign(rate, { description: { kind, ...options } });
}

/** A number of steps. */
export const steps: Rule = whole(1, 2 ** 31 - 1);

/** @throws OptionError where an option that has no default is missing */
export function required<T>(call: string, name: string, value: T | undefined, rule: Rule): T {
  return check(call, name, value as T, rule);
}
