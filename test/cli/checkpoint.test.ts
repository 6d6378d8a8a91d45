import { expect, it } from "vitest";
import { joined } from "../../src/cli/checkpoint.ts";
import type { History } from "../../src/index.ts";

const history = (from: number, steps: number, every = 1, evaluations: number[] = []): History => ({
  from,
  steps,
  stepsPerEpoch: 5,
  loss: Array.from({ length: Math.ceil((steps - from) / every) }, (_, i) => from + i * every),
  lossEvery: every,
  evaluations: evaluations.map((step) => ({ step, epoch: step / 5, results: {} })),
  ended: "completed",
  seconds: steps - from,
});

it("a run's history is that of its parts", () => {
  const whole = joined(history(0, 7, 1, [0, 5]), history(7, 12, 1, [10, 12]));
  expect(whole).toEqual(history(0, 12, 1, [0, 5, 10, 12]));
});

it("a run that was cut at its end is measured once", () => {
  expect(joined(history(0, 7, 1, [0, 5, 7]), history(7, 7, 1, [7]))).toEqual(history(0, 7, 1, [0, 5, 7]));
});

it("where one part has fewer losses, so has the whole", () => {
  expect(joined(history(0, 8, 4), history(8, 14))).toEqual(history(0, 14, 4));
  expect(joined(history(0, 8), history(8, 16, 4))).toEqual(history(0, 16, 4));
});
