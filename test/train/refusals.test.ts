// Documented errors of what makes a network and of the calls that take data sets, by class and text.

import { beforeAll, describe, expect, it } from "vitest";
import {
  crossEntropy,
  DataError,
  type Dataset,
  dense,
  type FitOptions,
  flatten,
  init,
  layer,
  OptionError,
  type SequentialOptions,
  ShapeError,
  StateError,
  sequential,
  sgd,
  sumSquaredError,
  tensor,
} from "../../src/index.ts";
import { reshape } from "../../src/ops.ts";
import type { Metric } from "../../src/train/metrics/metric.ts";
import { blobs, slope } from "./blobs.ts";
import { type ErrorClass, expectError, expectRejection, make } from "./expect-error.ts";

beforeAll(() => init());

describe("sequential refuses", () => {
  const at = (options: unknown) => () => sequential([dense(1)], options as SequentialOptions);

  it.each<[string, () => unknown, ErrorClass, string]>([
    [
      "no layers",
      () => sequential([], { input: [1] }),
      OptionError,
      "sequential: takes an array of at least one layer; got []",
    ],
    [
      "layers whose names collide",
      () => {
        const eleven = Array.from({ length: 11 }, () => dense(1));
        return sequential([layer("dense1", (x) => x), ...eleven], { input: [1] });
      },
      OptionError,
      "sequential: two layers would be called dense11; give one of them a name without digits at its end",
    ],
    [
      "an input that is no shape",
      at({ input: 784 }),
      OptionError,
      "sequential: input must be one sample's shape, whole numbers of at least 1, such as [784]; got 784",
    ],
    [
      "an axis of nothing",
      at({ input: [3, 0] }),
      OptionError,
      "sequential: input must be one sample's shape, whole numbers of at least 1, such as [784]; got [3, 0]",
    ],
    [
      "a negative seed",
      at({ input: [1], seed: -1 }),
      OptionError,
      "sequential: seed must be a whole number from 0 to 2^53 - 1; got -1",
    ],
    [
      "a seed past the integers",
      at({ input: [1], seed: 2 ** 53 }),
      OptionError,
      "sequential: seed must be a whole number from 0 to 2^53 - 1; got 9007199254740992",
    ],
    [
      "an integer dtype",
      at({ input: [1], dtype: "int32" }),
      OptionError,
      'sequential: dtype must be "float32" or "float64"; got "int32"',
    ],
    [
      "a dense layer on images",
      () => sequential([dense(10)], { input: [1, 28, 28] }),
      ShapeError,
      "dense1: x must be [batch, inputs]; x is [1, 1, 28, 28]; put flatten() before it",
    ],
    [
      "a parameter that depends on the batch",
      () => {
        const odd = layer("odd", (x, { parameter }) => {
          parameter("w", [x.shape[0]!], () => ({ kind: "constant", value: 0 }));
          return x;
        });
        sequential([odd], { input: [2] }).predict([
          [1, 2],
          [3, 4],
        ]);
      },
      ShapeError,
      "odd1.w: the parameter was [1] and is now asked for as [2]; a parameter's shape must not depend on the batch",
    ],
    [
      "a parameter that comes late",
      () => {
        const late = layer("late", (x, { parameter }) => {
          if (x.shape[0] === 2) parameter("w", [1], () => ({ kind: "constant", value: 0 }));
          return x;
        });
        sequential([late], { input: [2] }).predict([
          [1, 2],
          [3, 4],
        ]);
      },
      StateError,
      "late1.w: a layer asked for a new parameter after the network was made; declare all of them at every call",
    ],
  ])("%s", (_, call, kind, message) => expectError(call, kind, message));
});

describe("fit refuses", () => {
  const data = blobs(10);
  const bad = { ...data, t: tensor(new Uint8Array([0, 1, 2, 3, 0, 0, 0, 0, 0, 0])) };

  it.each<[string, unknown, ErrorClass, string]>([
    [
      "a batch larger than the data",
      { batchSize: 11 },
      OptionError,
      "fit: batchSize is 11, the data set has only 10 samples; use at most 10",
    ],
    [
      "an empty batch",
      { batchSize: 0 },
      OptionError,
      "fit: batchSize must be a whole number of at least 1; got 0",
    ],
    [
      "a broken batch",
      { batchSize: 2.5 },
      OptionError,
      "fit: batchSize must be a whole number of at least 1; got 2.5",
    ],
    ["neither steps nor epochs", { steps: undefined }, OptionError, "fit: give either steps or epochs"],
    ["both steps and epochs", { epochs: 1 }, OptionError, "fit: give either steps or epochs"],
    ["no steps", { steps: 0 }, OptionError, "fit: steps must be a whole number of at least 1; got 0"],
    [
      "half an epoch",
      { steps: undefined, epochs: 0.5 },
      OptionError,
      "fit: epochs must be a whole number of at least 1; got 0.5",
    ],
    [
      "steps without end",
      { steps: Number.POSITIVE_INFINITY },
      OptionError,
      "fit: steps must be a whole number of at least 1; got Infinity",
    ],
    [
      "another sampling",
      { sampling: "random" },
      OptionError,
      'fit: sampling must be "shuffle" or "replacement"; got "random"',
    ],
    [
      "a seed that is no number",
      { seed: Number.NaN },
      OptionError,
      "fit: seed must be a whole number from 0 to 2^53 - 1; got NaN",
    ],
    [
      "evaluating at every zeroth step",
      { evaluate: { data, every: 0 } },
      OptionError,
      "fit: evaluate: every must be a whole number of at least 1; got 0",
    ],
    [
      "no loss",
      { loss: undefined },
      OptionError,
      "fit: loss must be a loss, such as crossEntropy(); got undefined",
    ],
    [
      "a loss by name",
      { loss: "crossEntropy" },
      OptionError,
      'fit: loss must be a loss, such as crossEntropy(); got "crossEntropy"',
    ],
    [
      "a loss that was not called",
      { loss: crossEntropy },
      OptionError,
      "fit: loss must be a loss, such as crossEntropy(); got the function crossEntropy",
    ],
    [
      "an option that there is not",
      { batchsize: 3 },
      OptionError,
      'fit: there is no option "batchsize"; did you mean batchSize?',
    ],
    [
      "null",
      { batchSize: null },
      OptionError,
      "fit: batchSize must be a whole number of at least 1; got null",
    ],
    [
      "a controller for its signal",
      { signal: new AbortController() },
      OptionError,
      "fit: signal must be an AbortSignal (of an AbortController its signal); got an AbortController",
    ],
    [
      "the test set itself where options belong",
      { evaluate: data },
      OptionError,
      'fit: evaluate: there is no option "x"; there are data, every, metrics',
    ],
    [
      "more steps than can be counted",
      { steps: 2 ** 31 },
      OptionError,
      "fit: a network can be trained for 2147483647 steps; with these it would be 2147483648",
    ],
    [
      "an optimizer whose learning rate is none",
      { optimizer: { ...sgd(), lr: -1 } },
      OptionError,
      "fit: optimizer.lr must be a number of at least 0, or a schedule; got -1",
    ],
    [
      "an optimizer of one's own without an instruction",
      { optimizer: { name: "own", lr: 1, coefficients() {} } },
      OptionError,
      "fit: optimizer.rule must be that of one of kobai's optimizers, such as sgd().rule; got undefined",
    ],
    [
      "coefficients that are no numbers",
      {
        optimizer: {
          ...sgd(),
          coefficients: (_: number, __: number, table: Float64Array) => table.fill(Number.NaN),
        },
      },
      OptionError,
      "fit: the optimizer sgd has the coefficient NaN; all must be finite in float32",
    ],
    [
      "no optimizer",
      { optimizer: undefined },
      OptionError,
      "fit: optimizer must be an optimizer, such as sgd({ lr: 0.1 }); got undefined",
    ],
    [
      "test data with a label out of range",
      { evaluate: { data: { train: data, test: bad } } },
      DataError,
      "fit: evaluate.data.test: label 3 of sample 3 is out of range; the network's output has 3 classes, so labels are whole numbers from 0 to 2",
    ],
  ])("%s", async (_, change, kind, message) => {
    using net = make();
    const options = { loss: crossEntropy(), optimizer: sgd(), steps: 1, ...(change as object) };
    await expectRejection(net.fit(data, options as FitOptions), kind, message);
    expect(net.steps).toBe(0);
    // Nothing of the refused fit stays in the way of the next.
    await net.fit(data, { loss: crossEntropy(), optimizer: sgd(), steps: 1 });
  });
});

it("images whose channels come first are told how to put them last", async () => {
  using net = sequential([flatten(), dense(3)], { input: [4, 5, 2], name: "net" });
  const images = { x: tensor(new Float32Array(80), [2, 2, 4, 5]), t: tensor(new Uint8Array(2)) };
  await expectRejection(
    net.evaluate(images),
    DataError,
    "evaluate: the network takes samples of [4, 5, 2], but x is [2, 2, 4, 5]; " +
      "reshape it (channelsLast?) or make the network with { input: [2, 4, 5] }",
  );
});

describe("fit and evaluate refuse data with", () => {
  const { x, t } = blobs(4);
  const nan = tensor(new Float32Array([0, 1, 2, Number.NaN, 4, 5, 6, 7]), [4, 2]);
  const rows = (values: number[][]) => tensor(values);

  it.each<[string, Dataset, string]>([
    ["no samples", { x: tensor([], [0, 2]), t: tensor(new Uint8Array(0)) }, "CALL: the data set is empty"],
    [
      "samples of another shape",
      { x: tensor(new Float32Array(12), [4, 3]), t },
      "CALL: the network takes samples of [2], but x is [4, 3]; " +
        "reshape it (channelsLast?) or make the network with { input: [3] }",
    ],
    [
      "NaN",
      { x: nan, t },
      "CALL: x [4, 2] is NaN at sample 1, element 1; remove such samples or fill the gaps first",
    ],
    [
      "infinity among the targets",
      {
        x,
        t: rows([
          [1, 0, 0],
          [0, 1, 0],
          [0, 0, 1],
          [0, Number.POSITIVE_INFINITY, 0],
        ]),
      },
      "CALL: t [4, 3] is Infinity at sample 3, element 1; remove such samples or fill the gaps first",
    ],
    [
      "labels out of range",
      { x, t: tensor(new Int32Array([0, 1, -1, 7])) },
      "CALL: label -1 of sample 2 is out of range; the network's output has 3 classes, so labels are whole numbers from 0 to 2",
    ],
    [
      "one-hot rows of other classes",
      {
        x,
        t: rows([
          [1, 0],
          [0, 1],
          [1, 0],
          [0, 1],
        ]),
      },
      "CALL: t is [4, 2]; for the network's output [3] crossEntropy takes labels [4] or rows [4, 3]",
    ],
    [
      "fractional labels",
      { x, t: tensor([0, 1, 2, 0.5]) },
      "CALL: label 0.5 of sample 3 is out of range; the network's output has 3 classes, so labels are whole numbers from 0 to 2",
    ],
    [
      "fewer targets than samples",
      { x, t: tensor(new Uint8Array(3)) },
      "CALL: x has 4 samples and t has 3: x is [4, 2], t is [3]",
    ],
    [
      "less data than its shape says",
      { x: { shape: [400, 2], dtype: "uint8", data: new Uint8Array(8) }, t: tensor(new Uint8Array(400)) },
      "CALL: x: its shape [400, 2] has 800 elements, but its data has 8",
    ],
    [
      "another type than it says",
      { x: { ...x, dtype: "float32" }, t },
      'CALL: x: its dtype is "float32", but its data is a Uint8Array',
    ],
    [
      "no tensor",
      { x: [[1, 2]], t } as unknown as Dataset,
      "CALL: x: must be a tensor { shape, dtype, data }, which tensor(…) makes; got an array of 1",
    ],
    [
      "rows that are no distribution",
      {
        x,
        t: tensor([
          [1, 0, 0],
          [0.5, 0.5, 0],
          [0, 2, 3],
          [0, 0, 1],
        ]),
      },
      "CALL: row 2 of t is no distribution over 3 classes: it adds up to 5; crossEntropy takes labels or rows of at least 0 " +
        "that add up to 1. For values to learn give { loss: meanSquaredError() }",
    ],
    [
      "values to learn, and no loss for them",
      {
        x,
        t: tensor([
          [0.1, -2, 0],
          [0, 0, 0],
          [0, 2, 3],
          [0, 0, 1],
        ]),
      },
      "CALL: row 0 of t is no distribution over 3 classes: it has -2; crossEntropy takes labels or rows of at least 0 " +
        "that add up to 1. For values to learn give { loss: meanSquaredError() }",
    ],
    [
      "numbers that float32 cannot hold",
      { x: tensor(new Float64Array([0, 1, 2, 1e39, 4, 5, 6, 7]), [4, 2]), t },
      "CALL: x [4, 2] is 1e+39, which float32 cannot hold, at sample 1, element 1; remove such samples or fill the gaps first",
    ],
    [
      "a scale that makes them too large",
      { x, t, scale: 1e38 },
      "CALL: x [4, 2] is 18 times 1e+38, which float32 cannot hold, at sample 0, element 0; remove such samples or fill the gaps first",
    ],
    ["nothing", undefined as unknown as Dataset, "CALL: must be a data set { x, t }; got undefined"],
  ])("%s", async (_, data, message) => {
    using net = make();
    const options = { loss: crossEntropy(), optimizer: sgd(), steps: 1 };
    await expectRejection(net.fit(data, options), DataError, message.replace("CALL", "fit"));
    await expectRejection(net.evaluate(data), DataError, message.replace("CALL", "evaluate"));
  });

  it.each([
    [
      [],
      crossEntropy(),
      'METRICS must be a list of "loss", "accuracy" and metrics such as topK(5), of different names ({ name }); got []',
    ],
    [
      ["hits"],
      crossEntropy(),
      'METRICS must be a list of "loss", "accuracy" and metrics such as topK(5), of different names ({ name }); got ["hits"]',
    ],
    [
      "loss",
      crossEntropy(),
      'METRICS must be a list of "loss", "accuracy" and metrics such as topK(5), of different names ({ name }); got "loss"',
    ],
    [
      ["loss", "accuracy"],
      sumSquaredError(),
      'METRICS has "accuracy", for targets that are classes or binary; those of sumSquaredError are values: leave it out, or give a loss of such targets',
    ],
  ])("metrics %j of %o", async (asked, loss, message) => {
    using net = sequential([dense(2)], { input: [2] });
    const metrics = asked as unknown as Metric[];
    const data = slope(4);
    const options = { loss, optimizer: sgd(), steps: 1, evaluate: { data, metrics } };
    const refusal = (name: string) => message.replace("METRICS", name);
    await expectRejection(net.evaluate(data, { loss, metrics }), OptionError, refusal("evaluate: metrics"));
    await expectRejection(net.fit(slope(4), options), OptionError, refusal("fit: evaluate.metrics"));
  });

  it("values of another shape than the output", async () => {
    using net = make();
    const options = { loss: sumSquaredError(), optimizer: sgd(), steps: 1 };
    const message = "t is [4, 1]; for the network's output [3] sumSquaredError takes [4, 3]";
    await expectRejection(net.fit(slope(4), options), DataError, `fit: ${message}`);
    const { loss } = options;
    await expectRejection(net.evaluate(slope(4), { loss }), DataError, `evaluate: ${message}`);
  });

  it("class labels for an output that has no classes", async () => {
    using net = sequential([layer("image", (y) => reshape(y, [y.shape[0]!, 1, 2]))], { input: [2] });
    await expectRejection(
      net.evaluate({ x, t }),
      ShapeError,
      "crossEntropy: class labels need an output of [batch, classes]; the network's is [batch, 1, 2]",
    );
  });
});
