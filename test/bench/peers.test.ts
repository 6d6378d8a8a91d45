import { describe, expect, test } from "vitest";
import { contenders } from "../../bench/peers/contenders.ts";
import { type Outcome, problem } from "../../bench/peers/outcome.ts";
import { ratios, type Standing, table, timesAs } from "../../bench/peers/report.ts";

const [kobai, numpy, jax] = ["kobai", "NumPy, 1 thread", "jax-js"].map(
  (name) => contenders.find((contender) => contender.name === name)!,
);

describe("an answer is checked before its time counts", () => {
  const good: Outcome = { seconds: 1, losses: [2.31, 2.29], lastLoss: 0.1, accuracy: 0.97 };

  test("losses that agree to a thousandth are right", () => {
    expect(problem("book", { ...good, losses: [2.3101, 2.2901] }, good)).toBeUndefined();
  });

  test("another loss, too few of them, none, and NaN are wrong", () => {
    expect(problem("book", { ...good, losses: [2.31, 2.33] }, good)).toBe(
      "loss of step 2 is 2.33, elsewhere 2.29",
    );
    expect(problem("book", { ...good, losses: [2.31] }, good)).toBe("gives 1 numbers, not 2");
    expect(problem("book", { seconds: 1 }, good)).toBe("gives no numbers, not 2");
    expect(problem("book", { ...good, losses: [2.31, Number.NaN] }, good)).toMatch(/step 2 is NaN/);
  });

  test("a whole run must reach its accuracy, a sample of one need not", () => {
    expect(problem("book", { ...good, accuracy: 0.91 }, good)).toBe("reaches an accuracy of 0.91 only");
    expect(problem("book", { ...good, accuracy: 0.91, sample: "100 of 10000 steps" }, good)).toBeUndefined();
  });

  test("who trains in a way of its own must have learnt, even in a sample", () => {
    const own: Outcome = { seconds: 1, ownWay: true, sample: "100 of 10000 steps" };
    expect(problem("book", { ...own, losses: [0.1], accuracy: 0.87 }, good)).toBeUndefined();
    expect(problem("book", { ...own, losses: [0.1], accuracy: 0.098 }, good)).toBe(
      "reaches an accuracy of 0.098 only",
    );
    expect(problem("xor", { ...own, lastLoss: 1e-4 }, good)).toBeUndefined();
    expect(problem("xor", { ...own, lastLoss: 0.125 }, good)).toBe("ends at a loss of 0.125");
    expect(problem("xor", { ...own, lastLoss: Number.NaN }, good)).toBe("ends at a loss of NaN");
  });

  test("a product whose sum is another is wrong", () => {
    const product = {
      what: "64³",
      dtype: "float64",
      flops: 2 * 64 ** 3,
      seconds: 1e-5,
      check: 12.5,
    } as const;
    expect(problem("matmul", { cases: [product] }, { cases: [product] })).toBeUndefined();
    expect(problem("matmul", { cases: [{ ...product, check: 12.6 }] }, { cases: [product] })).toMatch(
      /64³ in float64 sums to 12.6/,
    );
  });

  test("an error is told by its first line", () => {
    expect(problem("book", { error: "Error: no memory\n    at f" }, good)).toBe("Error: no memory");
  });
});

describe("the tables", () => {
  const standings: Standing[] = [
    { contender: jax!, rounds: [38, 80, 40], seconds: 40, sample: "300 of 10000 steps" },
    { contender: kobai!, rounds: [1.5, 4, 1.4], seconds: 1.5, accuracy: 0.9712 },
    { contender: numpy!, cannot: "no numpy" },
  ];
  const result = { work: "book", title: "1. The book's run", standings } as const;

  test("the fastest come first, and what cannot is said", () => {
    expect(table(result).split("\n")).toEqual([
      "1. The book's run",
      "                     time  of kobai's",
      "kobai              1.50 s       1.00×  test accuracy 0.9712",
      "jax-js           ≈ 40.0 s       25.3×  ≈: from 300 of 10000 steps",
      "NumPy, 1 thread                        cannot: no numpy",
      "",
    ]);
  });

  test("kobai is compared with the fastest of each kind, round by round", () => {
    expect(ratios([result])).toMatch(/kobai {2}none {2}0\.04× of jax-js/);
    const [other, own] = standings as [Standing, Standing];
    expect(timesAs(own, other)).toBeCloseTo(1.5 / 38);
  });

  test("works without times, like bytes, are compared with nobody's", () => {
    const bytes = { gzip: 40_000, brotli: 35_000 };
    expect(ratios([{ work: "bundle", title: "7.", standings: [{ contender: kobai!, bytes }] }])).toBe("");
  });
});
