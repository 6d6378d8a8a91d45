import { expect } from "vitest";
import type { Value } from "../../src/graph/value.ts";
import { gradients } from "../../src/ops.ts";
import type { TypedArray } from "../../src/tensor.ts";
import { evaluate } from "../reference/graph.ts";

const H = 1e-3;
const MOST = 1e-7;

/**
 * Asserts that the gradients of a float64 loss agree with central differences, both computed by the reference: at each element within
 * 1e-7 of the largest gradient of its tensor. The difference is that of five points, (f(x−2h) − 8f(x−h) + 8f(x+h) − f(x+2h)) / 12h,
 * whose error is of fourth order. Elements must be further than 2h from any kink.
 */
export function checkGradients(
  loss: Value,
  by: readonly Value[],
  given: ReadonlyMap<Value, TypedArray>,
  what: string,
): void {
  const analytic = evaluate(gradients(loss, by), given);
  for (const [index, value] of by.entries()) {
    const x = given.get(value)! as Float64Array;
    const expected = analytic[index]!;
    const largest = Math.max(1e-3, ...expected.map(Math.abs));
    for (let i = 0; i < x.length; i++) {
      const at = (offset: number): number => {
        const moved = x.slice();
        moved[i] = x[i]! + offset;
        return evaluate([loss], new Map(given).set(value, moved))[0]![0]!;
      };
      const difference = (at(-2 * H) - 8 * at(-H) + 8 * at(H) - at(2 * H)) / (12 * H);
      if (Math.abs(difference - expected[i]!) / largest < MOST) continue;
      expect.fail(`${what}: gradient ${index}, element ${i}: ${expected[i]} and ${difference}`);
    }
  }
}
