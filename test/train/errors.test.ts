// Every error that the calls of a network document, by its class and its text.

import { beforeAll, describe, expect, it } from "vitest";
import {
  crossEntropy,
  DataError,
  type Dataset,
  dense,
  type FitOptions,
  flatten,
  he,
  init,
  type KobaiError,
  layer,
  type Network,
  NotFiniteError,
  OptionError,
  relu,
  type SequentialOptions,
  ShapeError,
  StateError,
  sequential,
  sgd,
  sumSquaredError,
  tensor,
} from "../../src/index.ts";
import { reshape } from "../../src/ops.ts";
import { blobs, slope } from "./blobs.ts";

type ErrorClass = new (...args: never[]) => KobaiError;

beforeAll(() => init());

const make = (options: Partial<SequentialOptions> = {}): Network =>
  sequential([dense(4, { weight: he() }), relu(), dense(3)], { input: [2], name: "net", ...options });

function expectError(call: () => unknown, kind: ErrorClass, message: string): void {
  expect(call).toThrow(kind);
  expect(call).toThrow(expect.objectContaining({ message, name: kind.name }));
}

async function expectRejection(promise: Promise<unknown>, kind: ErrorClass, message: string): Promise<void> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(kind);
  expect(error).toMatchObject({ message, name: kind.name });
}

describe("sequential refuses", () => {
  const at = (options: unknown) => () => sequential([dense(1)], options as SequentialOptions);

  it.each<[string, () => unknown, ErrorClass, string]>([
    ["no layers", () => sequential([], { input: [1] }), OptionError, "sequential: needs at least one layer"],
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
      "sequential: input must be one sample's shape, whole numbers of at least 1, such as [784]; got 3,0",
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
      'sequential: dtype must be "float32" or "float64"; got int32',
    ],
    [
      "a dense layer on images",
      () => sequential([dense(10)], { input: [1, 28, 28] }),
      ShapeError,
      "dense: x must be [batch, inputs]; x is [1, 1, 28, 28]; put flatten() before it",
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
      'fit: sampling must be "shuffle" or "replacement"; got random',
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
      "fit: evaluate.every must be a whole number of at least 1; got 0",
    ],
    ["no loss", { loss: undefined }, OptionError, "fit: loss must be a loss, such as crossEntropy()"],
    [
      "a loss by name",
      { loss: "crossEntropy" },
      OptionError,
      "fit: loss must be a loss, such as crossEntropy()",
    ],
    [
      "no optimizer",
      { optimizer: undefined },
      OptionError,
      "fit: optimizer must be an optimizer, such as sgd({ lr: 0.1 })",
    ],
    [
      "test data with a label out of range",
      { evaluate: { data: { train: data, test: bad } } },
      DataError,
      "fit: label 3 of sample 3 is out of range; the network's output has 3 classes, so labels are whole numbers from 0 to 2",
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

describe("fit and evaluate refuse data with", () => {
  const { x, t } = blobs(4);
  const nan = tensor(new Float32Array([0, 1, 2, Number.NaN, 4, 5, 6, 7]), [4, 2]);
  const rows = (values: number[][]) => tensor(values);

  it.each<[string, Dataset, string]>([
    ["no samples", { x: tensor([], [0, 2]), t: tensor(new Uint8Array(0)) }, "CALL: the data set is empty"],
    [
      "samples of another shape",
      { x: tensor(new Float32Array(12), [4, 3]), t },
      "CALL: the network takes samples of [2], those of x [4, 3] are [3]; " +
        "reshape the data or make the network with { input: [3] }",
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
      "CALL: t is [4, 2], the network's output has 3 classes; t must be labels [n] or one-hot rows [n, 3]",
    ],
    [
      "fractional labels",
      { x, t: tensor([0, 1, 2, 0.5]) },
      "dataset: t is float32 [4]; it must be integer labels [n] (uint8 or int32) or rows [n, k]",
    ],
    [
      "fewer targets than samples",
      { x, t: tensor(new Uint8Array(3)) },
      "dataset: x has 4 samples and t has 3: x is [4, 2], t is [3]",
    ],
    [
      "less data than its shape says",
      { x: { shape: [400, 2], dtype: "uint8", data: new Uint8Array(8) }, t: tensor(new Uint8Array(400)) },
      "dataset: x: its shape [400, 2] has 800 elements, but its data has 8",
    ],
    [
      "another type than it says",
      { x: { ...x, dtype: "float32" }, t },
      "dataset: x: its dtype is float32, but its data is a Uint8Array",
    ],
    [
      "no tensor",
      { x: [[1, 2]], t } as unknown as Dataset,
      "dataset: x: must be a tensor { shape, dtype, data }, which tensor(…) makes",
    ],
  ])("%s", async (_, data, message) => {
    using net = make();
    const options = { loss: crossEntropy(), optimizer: sgd(), steps: 1 };
    await expectRejection(net.fit(data, options), DataError, message.replace("CALL", "fit"));
    await expectRejection(net.evaluate(data), DataError, message.replace("CALL", "evaluate"));
  });

  it("values of another shape than the output", async () => {
    using net = make();
    const options = { loss: sumSquaredError(), optimizer: sgd(), steps: 1 };
    const message = "sumSquaredError: y is [4, 3], t is [4, 1]; both must be of one shape, [batch, …]";
    await expectRejection(net.fit(slope(4), options), ShapeError, message);
    await expectRejection(net.evaluate(slope(4), options), ShapeError, message);
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

describe("predict, loss, gradient and accuracy refuse", () => {
  const calls = {
    predict: (net: Network, x: unknown) => net.predict(x as number[]),
    loss: (net: Network, x: unknown, t: unknown = 0) => net.loss(x as number[], t as number),
    gradient: (net: Network, x: unknown, t: unknown = 0) => net.gradient(x as number[], t as number),
    accuracy: (net: Network, x: unknown, t: unknown = 0) => net.accuracy(x as number[], t as number),
  };
  const withTargets = ["loss", "gradient", "accuracy"] as const;
  let net: Network;
  beforeAll(() => {
    net = make();
  });

  describe.each(Object.entries(calls))("%s:", (name, call) => {
    it.each<[string, unknown, ErrorClass, string]>([
      [
        "a sample too long",
        [1, 2, 3],
        ShapeError,
        "x is [3]; the network takes one sample [2] or a batch [n, 2]",
      ],
      [
        "a batch of others",
        [[1], [2]],
        ShapeError,
        "x is [2, 1]; the network takes one sample [2] or a batch [n, 2]",
      ],
      ["a number", 5, ShapeError, "x is []; the network takes one sample [2] or a batch [n, 2]"],
      [
        "a typed array of no whole samples",
        new Float32Array(3),
        ShapeError,
        "x is [3]; the network takes one sample [2] or a batch [n, 2]",
      ],
      ["an empty batch", tensor([], [0, 2]), DataError, "x [0, 2] holds no samples"],
      [
        "NaN in a sample",
        [1, Number.NaN],
        DataError,
        "x [2] is NaN at sample 0, element 1; remove such samples or fill the gaps first",
      ],
      [
        "NaN in a flat batch",
        new Float64Array([1, 2, Number.NaN, 4]),
        DataError,
        "x [4] is NaN at sample 1, element 0; remove such samples or fill the gaps first",
      ],
      ["nothing", undefined, DataError, "x: must be a tensor { shape, dtype, data }, which tensor(…) makes"],
      [
        "half a tensor",
        { shape: [3, 2], dtype: "float32", data: new Float32Array(4) },
        DataError,
        "x: its shape [3, 2] has 6 elements, but its data has 4",
      ],
    ])("%s", (_, x, kind, message) => {
      expectError(() => call(net, x), kind, `${name}: ${message}`);
    });
  });

  describe.each(withTargets)("%s:", (name) => {
    const x = [
      [1, 2],
      [3, 4],
    ];
    it.each<[string, unknown, ErrorClass, string]>([
      [
        "a label out of range",
        [0, 3],
        DataError,
        "label 3 of sample 1 is out of range; the network's output has 3 classes, so labels are whole numbers from 0 to 2",
      ],
      [
        "a fractional label",
        [0.5, 1],
        DataError,
        "label 0.5 of sample 0 is out of range; the network's output has 3 classes, so labels are whole numbers from 0 to 2",
      ],
      ["too few labels", [1], ShapeError, "t is [1] for a batch of 2; it must be labels [2] or rows [2, 3]"],
      [
        "rows of other classes",
        [
          [1, 0],
          [0, 1],
        ],
        ShapeError,
        "t is [2, 2] for a batch of 2; it must be labels [2] or rows [2, 3]",
      ],
      [
        "rows lying on their side",
        [
          [1, 0],
          [0, 1],
          [0, 0],
        ],
        ShapeError,
        "t is [3, 2] for a batch of 2; it must be labels [2] or rows [2, 3]",
      ],
      [
        "NaN",
        [
          [1, 0, 0],
          [0, Number.NaN, 0],
        ],
        DataError,
        "t [2, 3] is NaN at sample 1, element 1; remove such samples or fill the gaps first",
      ],
    ])("%s", (_, t, kind, message) => {
      expectError(() => calls[name](net, x, t), kind, `${name}: ${message}`);
    });
  });

  it("loss: values of another shape", () => {
    expectError(
      () => net.loss([1, 2], [1, 2], sumSquaredError()),
      ShapeError,
      "loss: t is [2] for a batch of 1; it must be [1, 3]",
    );
  });

  it("accuracy: an output without classes", () => {
    using image = sequential([layer("image", (y) => reshape(y, [y.shape[0]!, 1, 2]))], { input: [2] });
    expectError(
      () => image.accuracy([1, 2], 0),
      ShapeError,
      "accuracy: class labels need an output of [batch, classes]; the network's is [batch, 1, 2]",
    );
  });
});

describe("a parameter refuses", () => {
  it.each<[string, unknown, ErrorClass, string]>([
    [
      "another shape",
      tensor([1, 2, 3, 4]),
      ShapeError,
      "dense1.weight: the parameter is [2, 4], the tensor assigned to it [4]; shapes must be equal",
    ],
    [
      "NaN",
      tensor(new Float32Array(8).fill(Number.NaN), [2, 4]),
      DataError,
      "dense1.weight: element 0 of the tensor assigned to it is NaN; all must be finite",
    ],
    [
      "what is no tensor",
      [
        [1, 2, 3, 4],
        [5, 6, 7, 8],
      ],
      DataError,
      "dense1.weight: must be a tensor { shape, dtype, data }, which tensor(…) makes",
    ],
    [
      "data that does not fill its shape",
      { shape: [2, 4], dtype: "float32", data: new Float32Array(9) },
      DataError,
      "dense1.weight: its shape [2, 4] has 8 elements, but its data has 9",
    ],
  ])("%s", (_, value, kind, message) => {
    using net = make();
    const before = net.params;
    const bits = Object.values(before);
    for (const region of [net.params, net.grads]) {
      expectError(() => Object.assign(region, { "dense1.weight": value }), kind, message);
    }
    expect(Object.values(net.params)).toEqual(bits);
  });

  it("a name that is none", () => {
    using net = make();
    expect(() => Object.assign(net.params, { "dense9.weight": tensor([1]) })).toThrow(TypeError);
    expect(net.params["dense9.weight"]).toBeUndefined();
  });
});

describe("a loss that is not finite", () => {
  // From the second step on the outputs overflow: the first update is as large as float32 holds.
  const run = (net: Network, steps: number) =>
    net.fit(slope(8), { loss: sumSquaredError(), optimizer: sgd({ lr: 1e25 }), batchSize: 8, steps });

  it("stops the fit at its step, names the step and a smaller learning rate", async () => {
    using net = sequential([dense(1, { weight: he() })], { input: [2] });
    const error = await run(net, 5).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NotFiniteError);
    expect(error).toMatchObject({
      name: "NotFiniteError",
      step: 2,
      loss: Number.POSITIVE_INFINITY,
      message:
        "fit: the loss of step 2 is Infinity; the parameters are as they were before that step's update. " +
        "The learning rate (1e+25) is the usual cause: try 1e+24, and check that the inputs are scaled.",
    });
    expect(net.steps).toBe(1);
  });

  it("leaves the parameters as they were before that step", async () => {
    using whole = sequential([dense(1, { weight: he() })], { input: [2] });
    using first = sequential([dense(1, { weight: he() })], { input: [2] });
    await expect(run(whole, 5)).rejects.toThrow(NotFiniteError);
    await run(first, 1);
    for (const [name, { data }] of Object.entries(whole.params)) {
      expect(data).toEqual(first.params[name]!.data);
      expect(data.every(Number.isFinite)).toBe(true);
    }
  });

  it("may be NaN, and counts steps of this fit", async () => {
    using net = sequential([dense(1, { weight: he() })], { input: [2] });
    await net.fit(slope(8), { loss: sumSquaredError(), optimizer: sgd(), steps: 10 });
    const big = { ...slope(8), scale: 1e30 };
    const fit = net.fit(big, { loss: sumSquaredError(), optimizer: sgd({ lr: 0.004 }), steps: 3 });
    await expect(fit).rejects.toThrow(
      /^fit: the loss of step 1 is (NaN|Infinity);.*\(0\.004\).*try 0\.0004,/,
    );
  });
});

describe("after dispose", () => {
  const gone = "net was disposed of; its memory is gone. Make a new network";
  const options = { loss: crossEntropy(), optimizer: sgd(), steps: 1 };
  const data = blobs(4);

  it.each<[string, (net: Network) => unknown]>([
    ["predict", (net) => net.predict([1, 2])],
    ["loss", (net) => net.loss([1, 2], 0)],
    ["gradient", (net) => net.gradient([1, 2], 0)],
    ["accuracy", (net) => net.accuracy([1, 2], 0)],
    ["params", (net) => net.params["dense1.bias"]],
    ["grads", (net) => net.grads["dense1.bias"]],
    ["params =", (net) => Object.assign(net.params, { "dense1.bias": tensor([1, 2, 3, 4]) })],
  ])("%s throws", (_, call) => {
    const net = make();
    net.dispose();
    net.dispose();
    expectError(() => call(net), StateError, gone);
  });

  it("fit and evaluate reject", async () => {
    const net = make();
    net.dispose();
    await expectRejection(net.fit(data, options), StateError, gone);
    await expectRejection(net.evaluate(data), StateError, gone);
  });

  it("summary still speaks", () => {
    const net = make();
    const before = net.summary();
    net.dispose();
    expect(net.summary()).toBe(before);
  });
});

describe("dispose while", () => {
  const disposed = "fit: the network was disposed of while it was training";

  it.each<[string, (net: Network) => Partial<FitOptions>]>([
    ["onProgress", (net) => ({ onProgress: () => net.dispose() })],
    [
      "onEvaluate, before the first step",
      (net) => ({ evaluate: { data: blobs(4) }, onEvaluate: () => net.dispose() }),
    ],
    [
      "onEvaluate, later",
      (net) => ({
        evaluate: { data: blobs(4), every: 5 },
        onEvaluate: ({ step }) => step === 5 && net.dispose(),
      }),
    ],
  ])("fit calls %s rejects, and not a step runs on memory that is not the network's", async (_, options) => {
    const net = make();
    let atDispose: number | undefined;
    const dispose = net.dispose.bind(net);
    net.dispose = () => {
      atDispose ??= net.steps;
      dispose();
    };
    const fit = net.fit(blobs(64), {
      loss: crossEntropy(),
      optimizer: sgd(),
      steps: 100_000,
      ...options(net),
    });
    await expectRejection(fit, StateError, disposed);
    expect(net.steps).toBe(atDispose);
  });

  it("fit waits rejects", async () => {
    const net = make();
    const fit = net.fit(blobs(64), { loss: crossEntropy(), optimizer: sgd(), steps: 1_000_000 });
    setTimeout(() => net.dispose(), 5);
    await expectRejection(fit, StateError, disposed);
  });

  it("evaluate runs rejects", async () => {
    const net = make();
    const evaluation = net.evaluate(blobs(2000));
    net.dispose();
    await expectRejection(
      evaluation,
      StateError,
      "net was disposed of; its memory is gone. Make a new network",
    );
  });
});

describe("two fits at once", () => {
  it("the second rejects, and the first goes on", async () => {
    using net = make();
    const options = { loss: crossEntropy(), optimizer: sgd(), steps: 200 };
    const first = net.fit(blobs(64), options);
    await expectRejection(
      net.fit(blobs(64), options),
      StateError,
      "fit: this network is being trained already; await that fit first",
    );
    expect((await first).steps).toBe(200);
    expect((await net.fit(blobs(64), options)).steps).toBe(200);
  });
});

it("flatten lets a dense layer take images", () => {
  using net = sequential([flatten(), dense(3)], { input: [1, 2, 2] });
  expect(net.predict(tensor(new Uint8Array(8), [2, 1, 2, 2])).shape).toEqual([2, 3]);
});
