// How near the losses' kernels come to the numbers that they stand for. Their bits: test/graph/ops.test.ts.

import { beforeAll, expect, test } from "vitest";
import { binaryCrossEntropy } from "../../src/graph/ops/loss.ts";
import type { Value } from "../../src/graph/value.ts";
import { init, tensor } from "../../src/index.ts";
import { evaluate } from "../../src/runtime/eager.ts";

beforeAll(() => init());

/** Each sample's loss, before the mean. */
const rowLosses = (x: Value, t: Value) => binaryCrossEntropy(x, t).node.outputs[2]!;

// exp, log, a product, a quotient: each of a few halves of ULP.
test.each([
  ["float32", 2 ** -23, 87],
  ["float64", 2 ** -52, 708],
] as const)("binary cross-entropy in %s is right to 3 ULP, however small it is", (dtype, ulp, least) => {
  const n = 4000;
  const scores = Array.from({ length: n }, (_, i) => ((i % 2 ? least : 20) * (i + 1)) / n);
  const of = (x: number[], t: number) =>
    evaluate(rowLosses, tensor(x, [n, 1], dtype), tensor(new Array(n).fill(t), [n, 1], dtype)).data;
  // A score of the wrong sign is off by the rounding of its own size only.
  const right = of(
    scores.map((x) => -x),
    0,
  );
  const wrong = of(scores, 0);
  const rightOnes = of(scores, 1);
  for (const [i, x] of tensor(scores, [n], dtype).data.entries()) {
    const exact = Math.log1p(Math.exp(-x));
    expect(Math.abs(right[i]! - exact) / exact, `score ${-x}`).toBeLessThan(3 * ulp);
    expect(Math.abs(wrong[i]! - (x + exact)) / (x + exact), `score ${x}`).toBeLessThan(2 * ulp);
    expect(rightOnes[i], `score ${x} of a 1`).toBe(right[i]);
  }
});
