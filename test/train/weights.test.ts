import { beforeAll, describe, expect, it, test } from "vitest";
import {
  adam,
  binaryCrossEntropy,
  checkpoint,
  classWeights,
  crossEntropy,
  DataError,
  type Dataset,
  dense,
  type FitOptions,
  init,
  type Loss,
  load,
  meanSquaredError,
  memoryReport,
  OptionError,
  loss as ownLoss,
  relu,
  sampleWeights,
  sequential,
  sgd,
  sigmoid,
  softmax,
  sumSquaredError,
  tensor,
} from "../../src/index.ts";
import { sha256 } from "../../src/io/index.ts";
import { mean, multiply, subtract } from "../../src/ops.ts";
import { blobs } from "./blobs.ts";
import { expectError, expectRejection, make } from "./expect-error.ts";

beforeAll(() => init());

const n = 12;
const { x, t: labels } = blobs(n);
const oneHot = new Float64Array(3 * n);
labels.data.forEach((label, i) => {
  oneHot[3 * i + label] = 1;
});
const rows = tensor(oneHot, [n, 3]);
const yes = tensor(labels.data.map((label) => label % 2));
const given = Array.from({ length: n }, (_, i) => (i * 7) % 5);

/** Every loss of kobai's, and ways to write its targets. */
const cases: readonly [name: string, loss: Loss, t: Dataset["t"], last: "softmax" | "sigmoid" | undefined][] =
  [
    ["labels", crossEntropy(), labels, undefined],
    ["labels behind softmax", crossEntropy(), labels, "softmax"],
    ["rows", crossEntropy(), rows, undefined],
    ["yes or no", binaryCrossEntropy(), yes, undefined],
    ["yes or no behind sigmoid", binaryCrossEntropy(), yes, "sigmoid"],
    ["several that say yes or no", binaryCrossEntropy(), rows, undefined],
    ["the sum of squares", sumSquaredError(), rows, undefined],
    ["the mean of squares", meanSquaredError(), rows, undefined],
  ];

const network = (
  loss: Loss,
  t: Dataset["t"],
  last: "softmax" | "sigmoid" | undefined,
  dtype: "float32" | "float64",
) => {
  const outputs = loss === binaryCrossEntropy() && t.shape.length === 1 ? 1 : 3;
  const layers = [dense(4), relu(), dense(outputs)];
  const ends = { softmax, sigmoid };
  return sequential(last ? [...layers, ends[last]()] : layers, { input: [2], seed: 3, dtype });
};

describe.each(cases)("weights of samples with %s", (_, loss, t, last) => {
  const data = {
    x: tensor(
      Float64Array.from(x.data, (byte) => byte / 256),
      [n, 2],
    ),
    t,
  };
  const one = (i: number, width = t.data.length / n): [Dataset["x"], Dataset["t"]] => [
    tensor(data.x.data.slice(2 * i, 2 * i + 2) as Float64Array, [1, 2]),
    t.shape.length === 1
      ? tensor(t.data.slice(i, i + 1) as Uint8Array, [1])
      : tensor(t.data.slice(i * width, (i + 1) * width) as Float64Array, [1, width]),
  ];

  it("count each sample's loss and gradient as often as they say", async () => {
    using net = network(loss, t, last, "float64");
    const before = { ...net.params };
    const samples = given.map((weight, i) => ({
      weight,
      loss: net.loss(...one(i), loss),
      gradient: net.gradient(...one(i), loss),
    }));
    const history = await net.fit(data, {
      loss,
      optimizer: sgd({ lr: 0.5 }),
      batchSize: n,
      steps: 1,
      weights: sampleWeights(given),
    });
    const expected = samples.reduce((sum, each) => sum + each.weight * each.loss, 0) / n;
    expect(history.loss[0]).toBeCloseTo(expected, 12);
    for (const [name, { data: values }] of Object.entries(net.params)) {
      for (const [k, value] of values.entries()) {
        const gradient =
          samples.reduce((sum, each) => sum + each.weight * each.gradient[name]!.data[k]!, 0) / n;
        expect(value, `${name} ${k}`).toBeCloseTo(before[name]!.data[k]! - 0.5 * gradient, 12);
      }
    }
  });

  test.each(["float32", "float64"] as const)("change no bit in %s where all are 1", async (dtype) => {
    const digests = [];
    for (const weights of [undefined, sampleWeights(new Array(n).fill(1))]) {
      using net = network(loss, t, last, dtype);
      const options = { loss, optimizer: adam(), batchSize: 5, steps: 9, ...(weights && { weights }) };
      const history = await net.fit(data, options);
      digests.push([await sha256(net.params), history.loss]);
    }
    expect(digests[1]).toEqual(digests[0]);
  });
});

const digestOf = async (data: Dataset, options: Partial<FitOptions>): Promise<string> => {
  using net = make({ seed: 2 });
  await net.fit(data, {
    loss: crossEntropy(),
    optimizer: adam(),
    batchSize: 16,
    epochs: 3,
    ...options,
  } as FitOptions);
  return sha256(net.params);
};

describe("weights", () => {
  const data = blobs(100);
  const weights = Array.from({ length: 100 }, (_, i) => i % 3);
  /** Other labels, where they do not count. */
  const other = {
    ...data,
    t: tensor(Uint8Array.from(data.t.data, (label, i) => (i % 3 === 0 ? (label + 1) % 3 : label))),
  };

  test.each(["shuffle", "replacement"] as const)("of 0 leave samples out, by %s", async (sampling) => {
    const options = { sampling, weights: sampleWeights(weights) };
    expect(await digestOf(other, options)).toBe(await digestOf(data, options));
    expect(await digestOf(other, { sampling })).not.toBe(await digestOf(data, { sampling }));
  });

  it("of classes are those of their samples", async () => {
    const byClass = [0.5, 2, 3];
    const bySample = Array.from(data.t.data, (label) => byClass[label]!);
    const expected = await digestOf(data, { weights: sampleWeights(bySample) });
    expect(await digestOf(data, { weights: classWeights(byClass) })).toBe(expected);
    const wide = new Float32Array(300);
    data.t.data.forEach((label, i) => {
      wide[3 * i + label] = 1;
    });
    const asRows = { ...data, t: tensor(wide, [100, 3]) };
    expect(await digestOf(asRows, { weights: classWeights(byClass) })).toBe(
      await digestOf(asRows, { weights: sampleWeights(bySample) }),
    );
  });

  it('of classes that are "balanced" are scikit-learn\'s, of the classes that there are', async () => {
    // As sklearn.utils.class_weight.compute_class_weight("balanced", …): n / (2 · 1), n / (2 · 3).
    const few = { ...blobs(4), t: tensor(Uint8Array.of(0, 2, 2, 2)) };
    const fitting = { loss: crossEntropy(), batchSize: 4 };
    for (const t of [few.t, tensor([1, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 1], [4, 3])]) {
      const bySamples = await digestOf(
        { ...few, t },
        { ...fitting, weights: sampleWeights([2, 2 / 3, 2 / 3, 2 / 3]) },
      );
      expect(await digestOf({ ...few, t }, { ...fitting, weights: classWeights("balanced") })).toBe(
        bySamples,
      );
    }
  });

  it("go on from a checkpoint", async () => {
    const options = { loss: crossEntropy(), batchSize: 16, weights: sampleWeights(weights) };
    using whole = make();
    await whole.fit(data, { ...options, optimizer: adam(), steps: 15 });
    using net = make();
    await net.fit(data, { ...options, optimizer: adam(), steps: 6 });
    using again = await load(checkpoint(net));
    await again.fit(data, { ...options, optimizer: adam(), steps: 15, from: 6 });
    expect(await sha256(again.params)).toBe(await sha256(whole.params));
  });

  it("are copied, and give their memory back", async () => {
    const mutable = new Float64Array(100).fill(2);
    const made = sampleWeights(mutable);
    const expected = await digestOf(data, { weights: sampleWeights(new Array(100).fill(2)) });
    mutable.fill(0);
    const before = memoryReport().held;
    expect(await digestOf(data, { weights: made })).toBe(expected);
    expect(memoryReport().held).toBe(before);
  });

  test.each<[string, Partial<FitOptions>, new (...args: never[]) => Error, string]>([
    ["too few", { weights: sampleWeights([1, 2]) }, DataError, "fit: there are 2 weights for 100 samples"],
    [
      "too few classes",
      { weights: classWeights([1, 2]) },
      DataError,
      expect.stringMatching(
        /^fit: weights are of 2 classes, but t of sample \d+ is 2; give one for each class, or sampleWeights\(…\)$/,
      ) as never,
    ],
    [
      "none",
      { weights: {} as never },
      OptionError,
      "fit: weights must be weights, such as classWeights([1, 5]); got an object",
    ],
    [
      "numerical",
      { weights: classWeights([1, 1, 1]), gradient: "numerical" },
      OptionError,
      'fit: weights go with gradient: "backprop" only',
    ],
    [
      "a loss of one's own",
      {
        weights: sampleWeights(weights),
        loss: ownLoss("own", (y, t) => mean(multiply(subtract(y, t), subtract(y, t))), "values"),
      },
      OptionError,
      "fit: weights go with one loss of kobai's; one of your own can weigh by itself",
    ],
  ])("%s are refused before anything is trained", async (_, options, kind, message) => {
    using net = make();
    const wide = { ...data, t: tensor(new Float32Array(300), [100, 3]) };
    const set = options.loss ? wide : data;
    const before = memoryReport().held;
    const fitted = net.fit(set, {
      loss: crossEntropy(),
      optimizer: sgd(),
      steps: 2,
      ...options,
    } as FitOptions);
    await expectRejection(fitted, kind as typeof DataError, message);
    expect(net.steps).toBe(0);
    expect(memoryReport().held).toBe(before);
  });

  test.each([
    ["values", meanSquaredError(), "meanSquaredError are values"],
    ["several outputs", binaryCrossEntropy(), "binaryCrossEntropy are 3 times yes or no for each sample"],
  ])("of classes are not for %s", async (_, loss, what) => {
    using net = make();
    const rows = { ...data, t: tensor(new Float32Array(300).fill(1), [100, 3]) };
    await expectRejection(
      net.fit(rows, { loss, optimizer: sgd(), steps: 2, weights: classWeights([1, 2, 3]) }),
      OptionError,
      `fit: classWeights are of classes, but the targets of ${what}: use sampleWeights(…)`,
    );
  });

  it("of classes are as many as rows are wide", async () => {
    const wide = {
      ...data,
      t: tensor(
        new Float32Array(300).map((_, i) => (i % 3 === 0 ? 1 : 0)),
        [100, 3],
      ),
    };
    using net = make();
    await expectRejection(
      net.fit(wide, { loss: crossEntropy(), optimizer: sgd(), steps: 2, weights: classWeights([1, 2]) }),
      DataError,
      "fit: weights are of 2 classes, but t of sample 0 is a row of 3; give one for each class, or sampleWeights(…)",
    );
  });

  it("must be numbers of at least 0", () => {
    expectError(
      () => classWeights([1, -1]),
      OptionError,
      "classWeights: weight 1 is -1; it must be a finite number of at least 0",
    );
    expectError(
      () => sampleWeights([1, Number.NaN]),
      OptionError,
      "sampleWeights: weight 1 is NaN; it must be a finite number of at least 0",
    );
    expectError(
      () => sampleWeights([[1], [2]]),
      OptionError,
      "sampleWeights: weights must be a list of numbers; got [2, 1]",
    );
    expectError(
      () => classWeights([]),
      OptionError,
      "classWeights: weights must be a list of numbers; got none",
    );
  });
});
