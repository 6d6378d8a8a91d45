// What partial sums a sum is made of (assembly/sums.ts).

import { LONGEST_SUM, PARTIAL_TERMS } from "../../assembly/sums.ts";

/**
 * The terms of each partial sum of a sum of `n` terms, from one to before another: all in one, unless it is long. A sum is its partial sums
 * added in float64 from +0, in order, and then rounded; a single one stays as it is.
 *
 * @example
 * partialSums(1025); // [[0, 384], [384, 768], [768, 1025]]
 */
export function partialSums(n: number): (readonly [from: number, to: number])[] {
  const terms = n > LONGEST_SUM ? PARTIAL_TERMS : n;
  const sums: [from: number, to: number][] = [];
  for (let from = 0; from < n; from += terms) sums.push([from, Math.min(n, from + terms)]);
  return sums;
}
