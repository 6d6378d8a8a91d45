// Metrics beside scikit-learn's (test/fixtures/metrics.py).

import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import {
  type Average,
  binaryAccuracy,
  binaryCrossEntropy,
  confusionMatrix,
  crossEntropy,
  f1,
  init,
  type Loss,
  layer,
  type Metric,
  type MetricName,
  type MetricResult,
  mae,
  meanSquaredError,
  mse,
  precision,
  r2,
  recall,
  rmse,
  rocAuc,
  sequential,
  tensor,
  topK,
} from "../../../src/index.ts";

beforeAll(() => init());

interface Case {
  readonly outputs: number;
  readonly threshold?: number;
  readonly y: readonly number[];
  readonly yOf: number;
  readonly t: readonly number[];
  readonly tOf?: number;
  readonly expected: Readonly<Record<string, MetricResult | Readonly<Record<string, MetricResult>>>>;
}

const cases = JSON.parse(readFileSync("test/fixtures/metrics.json", "utf8")) as Record<
  "classes" | "binary" | "values",
  readonly Case[]
>;

/** What a network measures whose outputs are those of the case. */
async function measure(
  { outputs, y, yOf, t, tOf = 1 }: Case,
  dtype: "float32" | "float64",
  loss: Loss,
  metrics: readonly (MetricName | Metric)[],
) {
  using net = sequential([layer("same", (x) => x)], { input: [outputs], dtype });
  const n = y.length / outputs;
  const fractions = (numbers: readonly number[], of: number) => numbers.map((number) => number / of);
  const data = {
    x: tensor(fractions(y, yOf), [n, outputs], "float64"),
    t: tensor(fractions(t, tOf), t.length === n ? [n] : [n, outputs], "float64"),
  };
  return await net.evaluate(data, { loss, metrics });
}

/** Asserts that two results differ by 1e-12 at most. */
function expectNear(actual: unknown, expected: unknown, what: string): void {
  if (typeof expected === "number") {
    expect(Math.abs((actual as number) - expected), `${what}: ${actual}, expected ${expected}`).toBeLessThan(
      1e-12,
    );
    return;
  }
  const [list, others] = [actual as readonly unknown[], expected as readonly unknown[]];
  expect(list.length, what).toBe(others.length);
  for (const [i, each] of others.entries()) expectNear(list[i], each, `${what}[${i}]`);
}

const makers = { precision, recall, f1, rocAuc };

/** The metrics that have an average, one for each that is expected, and what each should be. */
function averages(expected: Case["expected"], options: object): [Metric, MetricResult][] {
  return Object.entries(makers).flatMap(([of, make]) =>
    Object.entries((expected[of] ?? {}) as Record<Average, MetricResult>).map(
      ([average, value]): [Metric, MetricResult] => [
        make({ average: average as Average, name: `${of} ${average}`, ...(of === "rocAuc" ? {} : options) }),
        value,
      ],
    ),
  );
}

async function expectEach(
  given: Case,
  dtype: "float32" | "float64",
  loss: Loss,
  metrics: readonly [MetricName | Metric, MetricResult][],
) {
  const measured = await measure(
    given,
    dtype,
    loss,
    metrics.map(([metric]) => metric),
  );
  for (const [metric, value] of metrics) {
    const name = typeof metric === "string" ? metric : metric.name;
    expectNear(measured[name], value, name);
  }
  return measured;
}

describe("classes", () => {
  test.each(cases.classes)("$outputs, from scores", async (given) => {
    const { expected } = given;
    await expectEach(given, "float64", crossEntropy(), [
      ["accuracy", expected.accuracy as number],
      [confusionMatrix(), expected.confusionMatrix as number[][]],
      ...(expected.topK as number[]).map((value, i): [Metric, number] => [topK(i + 1), value]),
      ...averages(expected, {}),
    ]);
  });

  test("defaults are the means over the classes, and of two class 1 for the curve", async () => {
    const [ten, , two] = cases.classes as [Case, Case, Case];
    const measured = await measure(ten, "float64", crossEntropy(), [precision(), recall(), f1(), rocAuc()]);
    for (const name of ["precision", "recall", "f1", "rocAuc"]) {
      expectNear(measured[name], (ten.expected[name] as { macro: number }).macro, name);
    }
    const { rocAuc: area } = await measure(two, "float64", crossEntropy(), [rocAuc()]);
    expectNear(area, (two.expected.rocAuc as { binary: number }).binary, "rocAuc");
  });
});

describe.each(["float32", "float64"] as const)("in %s", (dtype) => {
  test.each(cases.binary)("$outputs that say yes or no above $threshold", async (given) => {
    const { expected, outputs } = given;
    const threshold = given.threshold!;
    await expectEach(given, dtype, binaryCrossEntropy(), [
      [binaryAccuracy({ threshold }), expected.binaryAccuracy as number],
      ...(outputs === 1
        ? ([[confusionMatrix({ threshold }), expected.confusionMatrix as number[][]]] as const)
        : []),
      ...averages(expected, { threshold }),
    ] as [Metric, MetricResult][]);
  });

  test("the defaults where one output says yes or no are those of yes", async () => {
    const given = cases.binary[0]!;
    const threshold = given.threshold!;
    const measured = await measure(given, dtype, binaryCrossEntropy(), [
      precision({ threshold }),
      recall({ threshold }),
      f1({ threshold }),
      rocAuc(),
    ]);
    for (const name of ["precision", "recall", "f1", "rocAuc"]) {
      expectNear(measured[name], (given.expected[name] as { binary: number }).binary, name);
    }
  });

  test.each(cases.values)("errors of $outputs outputs", async (given) => {
    const { mae: absolute, mse: squared, rmse: root, r2: determination } = given.expected;
    await expectEach(given, dtype, meanSquaredError(), [
      [mae(), absolute as number],
      [mse(), squared as number],
      [rmse(), root as number],
      [r2(), determination as number],
    ]);
  });
});
