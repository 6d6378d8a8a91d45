import { check, inType, positive, type Rule } from "../../check.ts";
import { checkNumbers, type Optimizer } from "./optimizer.ts";

/** What an optimizer's instruction computes with besides the rate, as messages name it. */
type Number = readonly [name: string, value: number, rule: Rule];

/** What has an optimizer's numbers checked once more where a network's dtype is known. */
export const limited = (...numbers: readonly Number[]): Pick<Optimizer, typeof checkNumbers> => ({
  [checkNumbers](call, dtype) {
    for (const [name, value, rule] of numbers) check(call, `optimizer.${name}`, value, inType(dtype, rule));
  },
});

/** ε beside the corrected root of Adam and its kin, which is smallest in the first update. */
export const correctedEpsilon = (beta2: number, epsilon: number): Number => [
  "epsilon·√(1 − beta2)",
  epsilon * Math.sqrt(1 - beta2),
  positive,
];
