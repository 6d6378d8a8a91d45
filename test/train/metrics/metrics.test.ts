import { beforeAll, describe, expect, it, test } from "vitest";
import {
  binaryAccuracy,
  binaryCrossEntropy,
  confusionMatrix,
  crossEntropy,
  type EvaluationRecord,
  f1,
  init,
  type Loss,
  layer,
  type Metric,
  type MetricName,
  mae,
  meanSquaredError,
  memoryReport,
  metric,
  mse,
  type Network,
  OptionError,
  precision,
  r2,
  recall,
  rmse,
  rocAuc,
  sequential,
  sgd,
  sigmoid,
  softmax,
  sumSquaredError,
  type Tensor,
  tensor,
  topK,
} from "../../../src/index.ts";
import { mean, multiply, scale, subtract, sum } from "../../../src/ops.ts";
import { blobs } from "../blobs.ts";
import { expectError, expectRejection, make } from "../expect-error.ts";

beforeAll(() => init());

/** A network whose outputs are its inputs. */
const same = (outputs: number, ...more: Parameters<typeof sequential>[0]): Network =>
  sequential([layer("same", (x) => x), ...more], { input: [outputs] });

/** What is measured of outputs and targets. */
async function measure<const M extends readonly (MetricName | Metric)[]>(
  outputs: number[][],
  t: Tensor,
  loss: Loss,
  metrics: M,
  ...more: Parameters<typeof sequential>[0]
) {
  using net = same(outputs[0]!.length, ...more);
  return await net.evaluate({ x: tensor(outputs), t }, { loss, metrics });
}

const three = [
  [3, 2, 1],
  [1, 3, 2],
  [1, 2, 3],
  [9, 8, 7],
];
const labels = tensor(new Uint8Array([0, 1, 1, 2]));

describe("metrics of classes", () => {
  it("are typed by their names", async () => {
    const results = await measure(three, labels, crossEntropy(), [
      "loss",
      topK(2),
      topK(3, { name: "any" }),
      confusionMatrix(),
      f1({ average: "perClass", name: "each" }),
    ]);
    const top: number = results.top2;
    const table: number[][] = results.confusionMatrix;
    const each: number[] = results.each;
    expect(top).toBe(3 / 4);
    expect(results.any).toBe(1);
    expect(table).toEqual([
      [1, 0, 0],
      [0, 1, 1],
      [1, 0, 0],
    ]);
    expect(each).toEqual([2 / 3, 2 / 3, 0]);
    expect(results.accuracy).toBeNaN();
    expect(results.loss).toBeGreaterThan(0);
    expect(Object.keys(results)).toEqual(["loss", "accuracy", "top2", "any", "confusionMatrix", "each"]);
  });

  it("take rows as labels", async () => {
    const rows = tensor([
      [1, 0, 0],
      [0, 1, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]);
    const metrics = [topK(1), topK(2), confusionMatrix(), rocAuc(), recall()] as const;
    const [byRows, byLabels] = [rows, labels].map((t) => measure(three, t, crossEntropy(), metrics));
    expect(await byRows).toEqual(await byLabels);
  });

  it("give 0 where there is nothing to divide by, in the mean, too", async () => {
    const t = tensor(new Uint8Array([0, 0, 0, 0]));
    const asked = [precision(), recall(), f1(), precision({ average: "perClass", name: "each" })] as const;
    const results = await measure(three, t, crossEntropy(), asked);
    expect(results).toMatchObject({ precision: 1 / 3, recall: 1 / 6, each: [1, 0, 0] });
    expect(results.f1).toBeCloseTo(2 / 9, 15);
  });

  it("the areas under curves are those of probabilities: of scores their softmax", async () => {
    // As scores class 0 is larger for the second sample, as a probability for the first.
    const scores = [
      [1, -3, 0],
      [2, 2, 0],
      [0, 0, 3],
    ];
    const t = tensor(new Uint8Array([0, 1, 2]));
    const asked = [rocAuc({ average: "perClass" })] as const;
    const [fromScores, fromSoftmax] = await Promise.all([
      measure(scores, t, crossEntropy(), asked),
      measure(scores, t, crossEntropy(), asked, softmax()),
    ]);
    expect(fromScores.rocAuc).toEqual([1, 1, 1]);
    expect(fromSoftmax.rocAuc).toEqual([1, 1, 1]);
  });

  it("an area is NaN where all or none of the samples are of the class", async () => {
    const t = tensor(new Uint8Array([0, 1, 1, 0]));
    const asked = [rocAuc({ average: "perClass" }), rocAuc({ name: "mean" })] as const;
    const { rocAuc: each, mean: macro } = await measure(three, t, crossEntropy(), asked);
    expect(each.map(Number.isNaN)).toEqual([false, false, true]);
    expect(macro).toBeNaN();
  });
});

describe("metrics of yes or no", () => {
  const t = tensor(new Uint8Array([0, 0, 1, 1]));

  it("compare scores with 0 and probabilities with ½, unless told otherwise", async () => {
    const scores = [[-1], [0.25], [0.75], [2]];
    const asked = ["accuracy", binaryAccuracy(), confusionMatrix(), recall()] as const;
    const loss = binaryCrossEntropy();
    const results = await measure(scores, t, loss, asked);
    expect(results).toMatchObject({ accuracy: 0.75, binaryAccuracy: 0.75, recall: 1 });
    expect(results.confusionMatrix).toEqual([
      [1, 1],
      [0, 2],
    ]);
    expect(await measure(scores, t, loss, asked, sigmoid())).toEqual(results);
    const above = [binaryAccuracy({ threshold: 0.5 }), recall({ threshold: 0.8 })] as const;
    expect(await measure(scores, t, loss, above)).toMatchObject({ binaryAccuracy: 1, recall: 0.5 });
  });

  it("an area counts equal outputs half, and is NaN where an output is", async () => {
    const loss = binaryCrossEntropy();
    const area = async (outputs: number[]) =>
      (
        await measure(
          outputs.map((y) => [y]),
          t,
          loss,
          [rocAuc()],
        )
      ).rocAuc;
    expect(await area([0, 1, 1, 2])).toBe(3.5 / 4);
    expect(await area([1, 1, 1, 1])).toBe(0.5);
    expect(await area([3, 2, 1, 0])).toBe(0);
    using net = sequential([layer("infinite", (x) => subtract(scale(x, 1e38), scale(x, 1e38)))], {
      input: [1],
    });
    const x = tensor([[1e10], [1], [1], [1]]);
    expect((await net.evaluate({ x, t }, { loss, metrics: [rocAuc()] })).rocAuc).toBeNaN();
  });

  it("where no output of any sample says yes is NaN, whatever the average", async () => {
    const none = tensor([[0, 0], [0, 0]]); // biome-ignore format: rows
    for (const average of ["macro", "micro", "weighted"] as const) {
      const results = await measure([[1, 2], [3, 4]], none, binaryCrossEntropy(), [rocAuc({ average })]); // biome-ignore format: rows
      expect(results.rocAuc, average).toBeNaN();
    }
  });

  it("of one output its average makes no difference to the area", async () => {
    const loss = binaryCrossEntropy();
    const outputs = [[0], [1], [1], [2]];
    for (const average of ["binary", "macro", "micro", "weighted"] as const) {
      expect((await measure(outputs, t, loss, [rocAuc({ average })])).rocAuc, average).toBe(3.5 / 4);
    }
    expect((await measure(outputs, t, loss, [rocAuc({ average: "perClass" })])).rocAuc).toEqual([3.5 / 4]);
  });
});

describe("metrics of values", () => {
  const values = async (y: number[][], t: number[][]) =>
    measure(y, tensor(t), meanSquaredError(), [mae(), mse(), rmse(), r2()]);

  it("are over all outputs and samples", async () => {
    const results = await values([[1, 2], [3, 4]], [[1, 4], [0, 4]]); // biome-ignore format: rows
    expect(results).toMatchObject({ mae: 5 / 4, mse: 13 / 4, rmse: Math.sqrt(13 / 4) });
    // The second output's targets do not vary, and it is wrong.
    expect(results.r2).toBe((1 - 9 / 0.5 + 0) / 2);
  });

  it("R² loses nothing where targets are large beside what they vary by", async () => {
    using net = sequential([layer("same", (x) => x)], { input: [1], dtype: "float64" });
    const near = [3, -1, 0, 2, -4, 1, 0.5];
    const rows = (far: number, more: number) =>
      tensor(
        Float64Array.from(near, (value, i) => far + value + (i % 2) * more),
        [near.length, 1],
      );
    const measured = async (far: number) => {
      const set = { x: rows(far, 1), t: rows(far, 0) };
      return (await net.evaluate(set, { loss: meanSquaredError(), metrics: [r2()] })).r2;
    };
    const expected = await measured(0);
    for (const far of [2 ** 20, -(2 ** 30), 2 ** 40]) {
      expect(Math.abs((await measured(far)) - expected)).toBeLessThan(1e-14);
    }
  });

  it("R² of targets that do not vary is 1 where outputs are right, else 0; of one sample NaN", async () => {
    expect((await values([[1], [1]], [[1], [1]])).r2).toBe(1);
    expect((await values([[1], [2]], [[1], [1]])).r2).toBe(0);
    expect((await values([[1]], [[1]])).r2).toBeNaN();
  });

  it("can be had of probabilities, too", async () => {
    const results = await measure([[0.5], [1]], tensor([[1], [0]]), binaryCrossEntropy(), [mse()]);
    expect(results.mse).toBe(0.625);
  });
});

describe("a metric of one's own", () => {
  const bias = metric("bias", (y, t) => mean(subtract(y, t)));

  it("is the mean over all samples, also where parts are of different sizes", async () => {
    const n = 1207;
    const x = Array.from({ length: n }, (_, i) => [i % 7, i % 11]);
    const expected = x.flat().reduce((total, each) => total + each - 1, 0) / (2 * n);
    const results = await measure(x, tensor(x.map(() => [1, 1])), meanSquaredError(), [bias]);
    expect(results.bias).toBeCloseTo(expected, 6);
  });

  it("sees labels as integers", async () => {
    const square = metric("square", (y, t) => {
      expect(t.dtype).toBe("int32");
      return mean(multiply(y, y));
    });
    expect((await measure([[1, 2], [3, 4]], tensor(new Uint8Array([0, 1])), crossEntropy(), [square])).square).toBe(7.5); // biome-ignore format: short
  });

  it("is refused where it is no mean over samples, or makes no scalar", async () => {
    const total = metric("total", (y, t) => sum(subtract(y, t)));
    const run = (asked: Metric) => measure([[1], [2]], tensor([[1], [1]]), meanSquaredError(), [asked]);
    await expect(run(total)).rejects.toThrow(
      /^evaluate: total of 4 samples is .* must be a mean over samples/,
    );
    const rows = metric("rows", (y) => y);
    await expect(run(rows)).rejects.toThrow(/^rows: .* it must be a scalar: take its sum or mean$/);
    const none = metric("none", (() => undefined) as never);
    await expect(run(none)).rejects.toThrow(/^none: what its function returns/);
  });
});

describe("evaluate refuses", () => {
  const refused = (metrics: readonly unknown[], loss: Loss, outputs: number, message: string) =>
    expectRejection(
      measure(
        [new Array(outputs).fill(1)],
        loss.targets === "classes" ? tensor(new Uint8Array([0])) : tensor([new Array(outputs).fill(1)]),
        loss,
        metrics as Metric[],
      ),
      OptionError,
      message,
    );
  test.each<[readonly unknown[], Loss, number, string]>([
    [[topK(4)], crossEntropy(), 3, "top4: k is 4, but the network has only 3 classes"],
    [
      [rmse(), "accuracy", rmse()],
      binaryCrossEntropy(),
      1,
      'evaluate: metrics must be a list of "loss", "accuracy" and metrics such as topK(5), of different names ({ name }); got an array of 3',
    ],
    [
      [topK(2), metric("top2", (y) => mean(y))],
      crossEntropy(),
      3,
      'evaluate: metrics must be a list of "loss", "accuracy" and metrics such as topK(5), of different names ({ name }); got an array of 2',
    ],
    [
      [mae()],
      crossEntropy(),
      3,
      'evaluate: metrics has "mae", for targets that are values or binary; those of crossEntropy are classes: leave it out, or give a loss of such targets',
    ],
    [
      [f1()],
      sumSquaredError(),
      3,
      'evaluate: metrics has "f1", for targets that are classes or binary; those of sumSquaredError are values: leave it out, or give a loss of such targets',
    ],
    [
      [topK(1)],
      binaryCrossEntropy(),
      3,
      'evaluate: metrics has "top1", for targets that are classes; those of binaryCrossEntropy are binary: leave it out, or give a loss of such targets',
    ],
    [
      [confusionMatrix()],
      binaryCrossEntropy(),
      3,
      'confusionMatrix: the network\'s 3 outputs each say yes or no, so that there is no one matrix; ask for precision and recall with { average: "perClass" }',
    ],
    ...([precision, recall, f1, confusionMatrix] as (typeof f1)[]).map(
      (make): [readonly unknown[], Loss, number, string] => [
        [make({ threshold: 0.5 })],
        crossEntropy(),
        3,
        `${make.name}: threshold is of outputs that each say yes or no; of classes the largest output counts: leave it out`,
      ],
    ),
    ...[precision, recall, f1, rocAuc].map((make): [readonly unknown[], Loss, number, string] => [
      [make({ average: "binary" })],
      crossEntropy(),
      3,
      `${make.name}: average is "binary", that of class 1 of two, but there are 3 classes; use "macro", "micro", "weighted" or "perClass"`,
    ]),
    [
      [rocAuc({ average: "binary" })],
      binaryCrossEntropy(),
      2,
      'rocAuc: average is "binary", that of class 1 of two, but there are 2 outputs that each say yes or no; use "macro", "micro", "weighted" or "perClass"',
    ],
  ])("%j of %o with %i outputs", refused);

  test.each<[string, () => unknown, string]>([
    ["k", () => topK(0), "topK: k must be a whole number of at least 1; got 0"],
    [
      "a name",
      () => topK(1, { name: "" }),
      'topK: name must be 1 to 100 printable characters, and not loss, accuracy or outputs, which results have already; got ""',
    ],
    [
      "the loss's name",
      () => f1({ name: "loss" }),
      'f1: name must be 1 to 100 printable characters, and not loss, accuracy or outputs, which results have already; got "loss"',
    ],
    [
      "the accuracy's name",
      () => mae({ name: "accuracy" }),
      'mae: name must be 1 to 100 printable characters, and not loss, accuracy or outputs, which results have already; got "accuracy"',
    ],
    [
      "the outputs' name",
      () => rocAuc({ name: "outputs" }),
      'rocAuc: name must be 1 to 100 printable characters, and not loss, accuracy or outputs, which results have already; got "outputs"',
    ],
    [
      "the loss's name for one's own",
      () => metric("loss", (y) => mean(y)),
      'metric: name must be 1 to 100 printable characters, and not loss, accuracy or outputs, which results have already; got "loss"',
    ],
    [
      "a threshold",
      () => binaryAccuracy({ threshold: Number.NaN }),
      "binaryAccuracy: threshold must be a finite number; got NaN",
    ],
    [
      "an average",
      () => f1({ average: "mean" as "macro" }),
      'f1: average must be "binary" or "macro" or "micro" or "weighted" or "perClass"; got "mean"',
    ],
    ["no function", () => metric("own", 1 as never), "metric: forward must be a function; got 1"],
    [
      "no name",
      () => metric("", (y) => mean(y)),
      'metric: name must be 1 to 100 printable characters, and not loss, accuracy or outputs, which results have already; got ""',
    ],
  ])("%s", (_, call, message) => expectError(call, OptionError, message));

  it("and leaves no memory behind", async () => {
    using net = make();
    const before = memoryReport().held;
    const data = blobs(10);
    await expect(net.evaluate(data, { metrics: ["loss", topK(1000)] })).rejects.toThrow();
    await net.evaluate(data, { metrics: ["loss", topK(1), rocAuc(), f1(), confusionMatrix()] });
    expect(memoryReport().held).toBe(before);
  });
});

describe("fit", () => {
  it("measures what is asked for, in the history as plain data", async () => {
    using trained = make();
    const records: EvaluationRecord[] = [];
    const history = await trained.fit(blobs(600), {
      loss: crossEntropy(),
      optimizer: sgd({ lr: 0.1 }),
      epochs: 2,
      evaluate: { data: blobs(600, { seed: 2 }), metrics: ["loss", f1(), confusionMatrix()] },
      onEvaluate: (record) => records.push(record),
    });
    expect(records.length).toBe(3);
    const last = records.at(-1)!.results.data!;
    const again = await trained.evaluate(blobs(600, { seed: 2 }), {
      metrics: ["loss", f1(), confusionMatrix()],
    });
    expect(last).toEqual(again);
    expect(JSON.parse(JSON.stringify(history.evaluations.at(-1)))).toMatchObject({
      results: { data: { f1: again.f1 } },
    });
  });

  it("refuses a metric that the network does not have before it trains", async () => {
    using net = make();
    const fitted = net.fit(blobs(10), {
      loss: crossEntropy(),
      optimizer: sgd(),
      steps: 1,
      evaluate: { data: blobs(10), metrics: [topK(7)] },
    });
    await expectRejection(fitted, OptionError, "top7: k is 7, but the network has only 3 classes");
    expect(net.steps).toBe(0);
  });
});
