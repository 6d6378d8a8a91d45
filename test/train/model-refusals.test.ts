import { beforeAll, describe, expect, test } from "vitest";
import { input } from "../../src/graph/value.ts";
import {
  binaryCrossEntropy,
  crossEntropy,
  DataError,
  dense,
  init,
  type Layer,
  layer,
  model,
  type Network,
  OptionError,
  residual,
  ShapeError,
  sequential,
  sgd,
  tensor,
} from "../../src/index.ts";
import { add, slice, sum } from "../../src/ops.ts";
import { expectError } from "./expect-error.ts";

beforeAll(() => init());

// biome-ignore lint/suspicious/noExplicitAny: what is wrong has no type
type Any = any;
type Kind = new (...args: never[]) => Error;

const made =
  (describeNet: Any, options: Any = { inputs: { a: [2] } }): (() => unknown) =>
  () =>
    model(describeNet, options).dispose();
const one = ({ a }: Any, apply: Any) => apply(dense(3), a);

describe("model refuses", () => {
  test.each<[string, () => unknown, Kind, string]>([
    ["no function", made(1), OptionError, "model: the function must be a function; got 1"],
    [
      "no inputs",
      made(one, {}),
      OptionError,
      "model: inputs must be one sample's shape of each input by name, such as { image: [28, 28, 1], extra: [10] }; got undefined",
    ],
    [
      "an empty list of inputs",
      made(one, { inputs: {} }),
      OptionError,
      "model: inputs must be one sample's shape of each input by name, such as { image: [28, 28, 1], extra: [10] }; got an object",
    ],
    [
      "an input that is no shape",
      made(one, { inputs: { a: [0] } }),
      OptionError,
      "model: inputs.a must be one sample's shape, whole numbers of at least 1, such as [784]; got [0]",
    ],
    [
      "an option that sequential has",
      made(one, { input: [2] }),
      OptionError,
      'model: there is no option "input"; did you mean inputs?',
    ],
    [
      "a function that returns nothing",
      made(() => undefined),
      OptionError,
      "model: its function must return a symbolic value, such as apply(layer, x) gives, or an object of several by name; it returned undefined",
    ],
    [
      "an output that is no value",
      made(({ a }: Any) => ({ a, b: 1 })),
      OptionError,
      "model: the output b must be a symbolic value: what a layer or loss is given, parameter(…), what an op returns, or for a number " +
        "constant(…) of kobai/ops; got 1",
    ],
    [
      "outputs of other names in another call",
      () => {
        let calls = 0;
        made(({ a }: Any) => ({ [`out${calls++}`]: a }))();
      },
      OptionError,
      "model: its function returned out0, and in another call out1; it must return the same each time",
    ],
    [
      "an output without the batch",
      made(({ a }: Any) => ({ a, total: sum(a) })),
      ShapeError,
      "model: the output total is [] for a batch of 1; an output must begin with the batch's axis",
    ],
    [
      "an output that has as many numbers as two samples by chance",
      made(({ a }: Any) => sum(a, { axis: 0 })),
      ShapeError,
      "model: the output y is [2] for a batch of 1; an output must begin with the batch's axis",
    ],
    [
      "an output that depends on how many samples there are",
      made(({ a }: Any) => (a.shape[0] === 2 ? slice(a, [0, 1]) : a)),
      ShapeError,
      "network: the output is [2, 1] for a batch of 2, but [2] for one sample, so it should be [2, 2]; layers must give every sample an output " +
        "of its own, whatever the batch",
    ],
    [
      "an output of another type",
      made(() => ({ a: input("own", [1, 2], "float64") })),
      OptionError,
      "model: a: what its function returns is float64, but it was given float32; make constants with constant(v, x.dtype)",
    ],
    [
      "something else than a layer",
      made(({ a }: Any, apply: Any) => apply({}, a)),
      OptionError,
      "model: layer 1 must be a layer, such as relu(); got an object",
    ],
    [
      "a layer applied to no value",
      made((_: Any, apply: Any) => apply(dense(2), [1, 2])),
      OptionError,
      "apply: the layer's input must be a symbolic value: what a layer or loss is given, parameter(…), what an op returns, or for a number " +
        "constant(…) of kobai/ops; got [1, 2]",
    ],
    [
      "a shared layer that would need other parameters",
      made(
        ({ a, b }: Any, apply: Any) => {
          const shared = dense(3);
          return add(apply(shared, a), apply(shared, b));
        },
        { inputs: { a: [2], b: [4] } },
      ),
      ShapeError,
      "dense1.weight: the parameter was [2, 3] and is now asked for as [4, 3]; a parameter's shape must not depend on the batch",
    ],
  ])("%s", (_, call, kind, message) => expectError(call, kind as never, message));
});

const net = (): Network<Any> =>
  model(
    ({ a, b }: Any, apply: Any) => {
      const y = add(apply(dense(3), a), apply(dense(3), b));
      return { kind: y, yes: apply(dense(1), y) };
    },
    { inputs: { a: [2], b: [1] } },
  ) as Network<Any>;
const x = { a: tensor([[1, 2]]), b: tensor([[3]]) };
const t = { kind: tensor(new Uint8Array([1])), yes: tensor([1]) };
const loss = { kind: crossEntropy(), yes: binaryCrossEntropy() };

describe("calls refuse", () => {
  test.each<[string, (net: Network<Any>) => unknown, Kind, string]>([
    [
      "inputs without names",
      (it) => it.predict(x.a),
      DataError,
      'predict: x lacks a, b and has "shape", "dtype", "data", which the network does not; it must be an object { a, b }',
    ],
    [
      "a list of inputs",
      (it) => it.predict([1, 2]),
      DataError,
      "predict: x must be an object { a, b }; got [1, 2]",
    ],
    [
      "a missing input",
      (it) => it.predict({ a: x.a }),
      DataError,
      "predict: x lacks b; it must be an object { a, b }",
    ],
    [
      "an input too many",
      (it) => it.predict({ ...x, c: x.a }),
      DataError,
      'predict: x has "c", which the network does not; it must be an object { a, b }',
    ],
    [
      "an input of another shape",
      (it) => it.predict({ ...x, b: x.a }),
      ShapeError,
      "predict: x.b is [1, 2]; the network takes one sample [1] or a batch [n, 1]",
    ],
    [
      "inputs of different batches",
      (it) => it.predict({ ...x, b: [[1], [2]] }),
      ShapeError,
      "predict: x.a holds 1 samples and x.b holds 2; each needs one for every sample",
    ],
    [
      "NaN, naming the input",
      (it) => it.predict({ ...x, b: [[Number.NaN]] }),
      DataError,
      "predict: x.b [1, 1] is NaN at sample 0, element 0; remove such samples or fill the gaps first",
    ],
    [
      "targets for outputs that there are not",
      (it) => it.loss(x, { ...t, no: t.kind }, loss),
      DataError,
      'loss: t has "no", which the network does not; it must be an object { kind, yes }',
    ],
    [
      "a missing target",
      (it) => it.loss(x, { kind: t.kind }, loss),
      DataError,
      "loss: t lacks yes; it must be an object { kind, yes }",
    ],
    [
      "a label out of range, naming the target",
      (it) => it.loss(x, { ...t, kind: [7] }, loss),
      DataError,
      "loss: label 7 of sample 0 in t.kind is out of range; the network's output has 3 classes, so labels are whole numbers from 0 to 2",
    ],
    [
      "a target out of range",
      (it) => it.loss(x, { ...t, yes: [7] }, loss),
      DataError,
      "loss: element 0 of t.yes is 7; binaryCrossEntropy takes numbers from 0 to 1 (scale is of x)",
    ],
    [
      "no losses",
      (it) => it.loss(x, t),
      OptionError,
      "loss: the network has several outputs and was not fitted yet; give their losses, such as { kind: crossEntropy(), yes: crossEntropy() }",
    ],
    [
      "one loss for several outputs",
      (it) => it.loss(x, t, crossEntropy()),
      OptionError,
      "loss: loss must have losses by output, such as { kind: crossEntropy(), yes: crossEntropy() }; got an object",
    ],
    [
      "losses of no output",
      (it) => it.loss(x, t, {}),
      OptionError,
      "loss: loss names no output; give one or more, such as { kind: crossEntropy(), yes: crossEntropy() }",
    ],
    [
      "a loss of another output",
      (it) => it.loss(x, t, { ...loss, no: crossEntropy() }),
      OptionError,
      'loss: loss: there is no option "no"; there are kind, yes',
    ],
    [
      "a loss that is none",
      (it) => it.loss(x, t, { kind: 1 }),
      OptionError,
      "loss: loss: kind must be a loss, such as crossEntropy(), or one with a weight, { loss: crossEntropy(), weight: 0.5 }; got 1",
    ],
    [
      "a weight of 0",
      (it) => it.loss(x, t, { kind: { loss: crossEntropy(), weight: 0 } }),
      OptionError,
      "loss: loss.kind: weight must be a number above 0; got 0",
    ],
    [
      "a loss that does not go with its output",
      (it) => it.loss(x, t, { yes: crossEntropy() }),
      OptionError,
      "crossEntropy: the softmax of one output is always 1: use binaryCrossEntropy() for yes or no, meanSquaredError() for a value",
    ],
    [
      "a scale of an input that there is not",
      (it) => {
        it.scale = { c: 1 };
      },
      OptionError,
      'network: there is no option "c"; did you mean a?',
    ],
  ])("%s", (_, call, kind, message) => {
    using it = net();
    expectError(() => call(it), kind as never, message);
  });

  test.each<[string, Any, Kind, string]>([
    ["no data set", 1, DataError, "fit: must be a data set { x, t }; got 1"],
    [
      "inputs without names",
      { x: x.a, t },
      DataError,
      'fit: x lacks a, b and has "shape", "dtype", "data", which the network does not; it must be an object { a, b }',
    ],
    ["no tensor", { x: { ...x, b: [3] }, t }, DataError, "fit: x.b: must be a tensor"],
    [
      "inputs of different lengths",
      { x: { ...x, b: tensor([[1], [2]]) }, t },
      DataError,
      "fit: x.b has 2 samples, the first input has 1",
    ],
    [
      "targets of different lengths",
      { x, t: { ...t, yes: tensor([1, 0]) } },
      DataError,
      "fit: t.yes has 2 samples, the first input has 1",
    ],
    [
      "samples of another shape",
      { x: { ...x, b: tensor([[1, 2]]) }, t },
      DataError,
      "fit: the network takes samples of [1], but x.b is [1, 2]; reshape it (channelsLast?) or make the network with { inputs: { b: [2] } }",
    ],
    [
      "a bad scale",
      { x, t, scale: { a: "1" } },
      OptionError,
      'fit: scale: a must be a finite number; got "1"',
    ],
  ])("fit: %s", async (_, data, kind, message) => {
    using it = net();
    const fit = it.fit(data, { loss, optimizer: sgd(), steps: 1 });
    await expect(fit).rejects.toThrow(kind);
    await expect(fit).rejects.toThrow(message);
  });

  test("metrics of an output that there is not", async () => {
    using it = net();
    await expect(it.evaluate({ x, t }, { loss, metrics: { no: ["loss"] } })).rejects.toThrow(
      'evaluate: metrics: there is no option "no"; there are kind, yes',
    );
    await expect(it.evaluate({ x, t }, { loss, metrics: { yes: 1 } })).rejects.toThrow(
      "evaluate: metrics: yes must be a list of metrics; got 1",
    );
  });
});

describe("layers within layers", () => {
  const own =
    (forward: Layer["forward"]): (() => unknown) =>
    () =>
      sequential([layer("own", forward)], { input: [2] }).dispose();

  test.each<[string, () => unknown, Kind, string]>([
    [
      "no layer",
      own((x, { apply }) => apply(1 as Any, x)),
      OptionError,
      "own1: layer 1 must be a layer, such as relu(); got 1",
    ],
    [
      "no value",
      own((_, { apply }) => apply(dense(2), 1 as Any)),
      OptionError,
      "own1.dense1: its input must be a symbolic value: what a layer or loss is given, parameter(…), what an op returns, or for a number " +
        "constant(…) of kobai/ops; got 1",
    ],
    [
      "names that collide",
      own((x, { apply }) => {
        const [a, b] = [layer("a", (y) => y), layer("a1", (y) => y)];
        return [...Array.from({ length: 11 }, () => ({ ...a })), b].reduce((y, each) => apply(each, y), x);
      }),
      OptionError,
      "own1: two layers would be called own1.a11; give one of them a name without digits at its end",
    ],
    [
      "a residual of another shape",
      () => sequential([residual(dense(3))], { input: [2] }),
      ShapeError,
      "residual1: x is [1, 2], what its layers give is [1, 3]; both must be of one shape: give a shortcut that makes x so, as in " +
        "residual(…, { shortcut: dense(3) })",
    ],
    [
      "a shortcut to another shape",
      () => sequential([residual(dense(3), { shortcut: dense(4) })], { input: [2] }),
      ShapeError,
      "residual1: what the shortcut gives is [1, 4], what its layers give is [1, 3]; both must be of one shape: give a shortcut that makes x so, " +
        "as in residual(…, { shortcut: dense(3) })",
    ],
    [
      "an empty residual",
      () => residual(),
      OptionError,
      "residual: takes at least one layer, such as dense(16)",
    ],
    [
      "a residual of something else",
      () => residual(dense(3), 1 as Any),
      OptionError,
      "residual: layer 2 must be a layer, such as relu(); got 1",
    ],
    [
      "an option that residual has not",
      () => residual(dense(3), { project: dense(3) } as Any),
      OptionError,
      'residual: there is no option "project"; there are shortcut',
    ],
    [
      "a shortcut that is no layer",
      () => residual(dense(3), { shortcut: 1 } as Any),
      OptionError,
      "residual: shortcut must be a layer, such as relu(); got 1",
    ],
  ])("%s", (_, call, kind, message) => expectError(call, kind as never, message));
});
