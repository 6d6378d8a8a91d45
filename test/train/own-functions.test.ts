// What a user's own layer, loss, initializer or optimizer gives is believed nowhere.

import { beforeAll, describe, expect, it } from "vitest";
import type { Value } from "../../src/graph/value.ts";
import {
  constant,
  crossEntropy,
  DataError,
  dense,
  he,
  type Initializer,
  init,
  type Layer,
  layer,
  loss,
  normal,
  OptionError,
  relu,
  residual,
  type Shape,
  ShapeError,
  StateError,
  sequential,
  sgd,
  tanh,
  tensor,
  xavier,
} from "../../src/index.ts";
import { add, matmul, mean, multiply, constant as number, subtract, sum } from "../../src/ops.ts";
import { type ErrorClass, expectError, expectRejection } from "./expect-error.ts";

beforeAll(async () => {
  await init();
});

const own = (forward: (x: Value) => unknown) =>
  sequential([layer("own", forward as Layer["forward"])], { input: [2] });
const value =
  "must be a symbolic value: what a layer or loss is given, parameter(…), what an op returns, or for a number constant(…) of kobai/ops";

describe("a layer is refused that", () => {
  let kept: Value;
  it.each<[string, () => unknown, ErrorClass, string]>([
    [
      "returns nothing",
      () => own(() => {}),
      OptionError,
      `own1: what its function returns ${value}; got undefined`,
    ],
    [
      "is async",
      () => own(async (x) => x),
      OptionError,
      `own1: what its function returns ${value}; got a Promise`,
    ],
    ["adds a number", () => own((x) => add(x, 1 as never)), OptionError, `add: operand 2 ${value}; got 1`],
    [
      "adds an initializer",
      () => own((x) => add(x, constant(1) as never)),
      OptionError,
      `add: operand 2 ${value}; got a function`,
    ],
    [
      "adds a tensor",
      () => own((x) => add(x, tensor([1, 2]) as never)),
      OptionError,
      `add: operand 2 ${value}; got an object`,
    ],
    [
      "drops the batch's axis",
      () => own((x) => sum(x, { axis: 0 })),
      ShapeError,
      "own1: x is [1, 2], what its function returns is [2]; a layer's output must begin with the batch's axis",
    ],
    [
      "makes samples of samples",
      () => own((x) => matmul(x, x, { transposeB: true })),
      ShapeError,
      "network: the output is [2, 2] for a batch of 2, but [1] for one sample, so it should be [2, 1]; " +
        "layers must give every sample an output of its own, whatever the batch",
    ],
    [
      "keeps a value of another call",
      () => {
        const net = own((x) => {
          kept ??= x;
          return add(x, kept.shape[0] === x.shape[0] ? kept : x);
        });
        return net.predict([[1, 2]]);
      },
      StateError,
      "x: this value belongs to another network or call: " + "use what the function is given at each call",
    ],
  ])("%s", (_, call, kind, message) => expectError(call, kind, message));
});

describe("a parameter is refused", () => {
  const withParameter = (name: unknown, shape: unknown, initializer: unknown) => () =>
    sequential(
      [
        layer("own", (x, { parameter }) =>
          multiply(x, parameter(name as string, shape as Shape, initializer as Initializer)),
        ),
      ],
      { input: [2] },
    );
  it.each<[string, () => unknown, ErrorClass, string]>([
    [
      "of a negative shape",
      withParameter("w", [-3], he()),
      ShapeError,
      "own1.w: the parameter's shape is [-3]; it must be at most 32 whole numbers of at least 1",
    ],
    [
      "of a broken shape",
      withParameter("w", [2.5], he()),
      ShapeError,
      "own1.w: the parameter's shape is [2.5]; it must be at most 32 whole numbers of at least 1",
    ],
    [
      "of no shape",
      withParameter("w", 2, he()),
      ShapeError,
      "own1.w: the parameter's shape is 2; it must be at most 32 whole numbers of at least 1",
    ],
    [
      "without a name",
      withParameter(undefined, [2], he()),
      OptionError,
      "own1: a parameter's name must be 1 to 100 printable characters without a dot; got undefined",
    ],
    [
      "without an initializer",
      withParameter("w", [2], 0.01),
      OptionError,
      "own1.w: its initializer must be one such as he() or constant(0.5); got 0.01",
    ],
    ...[he, xavier, normal].map((uncalled): [string, () => unknown, ErrorClass, string] => [
      `with ${uncalled.name} that was not called`,
      withParameter("w", [2, 2], uncalled),
      OptionError,
      'own1.w: its initializer must give a distribution of finite numbers, { kind: "constant", value } or { kind: "normal", mean, std } or ' +
        `{ kind: "uniform", low, high } or { kind: "bernoulli", probability, value }; it gave ${uncalled === normal ? "undefined" : "a function"}` +
        `${uncalled === normal ? "" : `: call it, as in ${uncalled.name}()`}`,
    ]),
    ...[
      { kind: "gaussian", mean: 0, std: 1 },
      { kind: "normal", mean: 0 },
      { kind: "constant", value: Number.NaN },
      null,
    ].map((given): [string, () => unknown, ErrorClass, string] => [
      `with the distribution ${JSON.stringify(given)}`,
      withParameter("w", [2], () => given),
      OptionError,
      'own1.w: its initializer must give a distribution of finite numbers, { kind: "constant", value } or { kind: "normal", mean, std } or ' +
        `{ kind: "uniform", low, high } or { kind: "bernoulli", probability, value }; it gave ${given === null ? "null" : "an object"}`,
    ]),
    [
      "with numbers that float32 cannot hold",
      withParameter("w", [2], constant(1e39)),
      OptionError,
      'own1.w: its initializer gives {"kind":"constant","value":1e+39}, whose numbers float32 cannot hold',
    ],
    [
      "with variates that float32 cannot hold",
      withParameter("w", [2], normal({ std: 1e38 })),
      OptionError,
      'own1.w: its initializer gives {"kind":"normal","mean":0,"std":1e+38}, whose numbers float32 cannot hold',
    ],
    [
      "with a negative deviation",
      withParameter("w", [2], () => ({ kind: "normal", mean: 0, std: -1 })),
      OptionError,
      'own1.w: its initializer gives {"kind":"normal","mean":0,"std":-1}, whose std is below 0',
    ],
    [
      "with bounds the wrong way round",
      withParameter("w", [2], () => ({ kind: "uniform", low: 1, high: 0 })),
      OptionError,
      'own1.w: its initializer gives {"kind":"uniform","low":1,"high":0}, whose low is above its high',
    ],
    [
      "with bounds too far apart",
      withParameter("w", [2], () => ({ kind: "uniform", low: -1e308, high: 1e308 })),
      OptionError,
      'own1.w: its initializer gives {"kind":"uniform","low":-1e+308,"high":1e+308}, whose numbers float32 cannot hold',
    ],
  ])("%s", (_, call, kind, message) => {
    if (message.includes("it gave undefined")) return expect(call).toThrow(OptionError);
    expectError(call, kind, message);
  });
});

describe("an initializer's object", () => {
  it("may be filled anew for each parameter, and changed afterwards", () => {
    const shared = { kind: "constant" as const, value: 0 };
    const counting: Initializer = () => {
      shared.value++;
      return shared;
    };
    using net = sequential([dense(2, { weight: counting, bias: counting }), dense(1, { weight: counting })], {
      input: [2],
    });
    shared.value = Number.NaN;
    expect([...net.params["dense1.weight"]!.data]).toEqual([1, 1, 1, 1]);
    expect([...net.params["dense1.bias"]!.data]).toEqual([2, 2]);
    expect([...net.params["dense2.weight"]!.data]).toEqual([3, 3]);
  });

  it("is read once", () => {
    let reads = 0;
    const turning: Initializer = () => ({
      kind: "constant",
      get value() {
        return reads++ === 0 ? 0.5 : Number.NaN;
      },
    });
    using net = sequential([dense(2, { weight: turning })], { input: [1] });
    expect([...net.params["dense1.weight"]!.data]).toEqual([0.5, 0.5]);
  });
});

describe("a loss", () => {
  const data = {
    x: tensor([
      [1, 2],
      [3, 4],
      [5, 6],
    ]),
    t: tensor([
      [0, 1],
      [1, 0],
      [0, 0],
    ]),
  };
  const make = () => sequential([dense(2), tanh()], { input: [2], dtype: "float64" });
  const squares = loss("squares", (y, t) => multiply(subtract(y, t), subtract(y, t)));
  const message = "squares: loss is [3, 2]; it must be a scalar: take its sum or mean";

  it("that is no scalar is refused by every call, and nothing is written", async () => {
    using net = make();
    using other = sequential([dense(64, { bias: false, weight: constant(0.5) })], { input: [64] });
    const optimizer = sgd({ lr: 0.1 });
    expectError(() => net.loss(data.x, data.t, squares), ShapeError, message);
    expectError(() => net.gradient(data.x, data.t, squares), ShapeError, message);
    expectError(() => net.numericalGradient(data.x, data.t, { loss: squares }), ShapeError, message);
    for (const gradient of ["backprop", "numerical"] as const) {
      await expectRejection(
        net.fit(data, { loss: squares, optimizer, steps: 1, gradient, batchSize: 3 }),
        ShapeError,
        message,
      );
    }
    const ofFour = message.replace("[3, 2]", "[4, 2]");
    await expectRejection(net.evaluate(data, { loss: squares }), ShapeError, ofFour);
    expect(other.params["dense1.weight"]!.data.every((w: number) => w === 0.5)).toBe(true);
  });

  it("that gives no value is refused", () => {
    using net = make();
    const nothing = loss("nothing", (() => {}) as never);
    expectError(
      () => net.loss(data.x, data.t, nothing),
      OptionError,
      `nothing: what its function returns ${value}; got undefined`,
    );
  });

  it("that is no mean over samples is trained and measured on one batch, and refused by evaluate", async () => {
    using net = make();
    const total = loss("total", (y, t) => sum(multiply(subtract(y, t), subtract(y, t))));
    const optimizer = sgd({ lr: 0.01 });
    await net.fit(data, { loss: total, optimizer, steps: 2, batchSize: 3 });
    expect(net.loss(data.x, data.t)).toBe(net.loss(data.x, data.t, total));
    const refusal =
      /^evaluate: total of 4 samples is [\d.]+, but of each alone .* Take the mean in it, or use net\.loss/;
    await expect(net.evaluate(data)).rejects.toThrow(refusal);
    await expect(net.fit(data, { loss: total, optimizer, steps: 1, evaluate: { data } })).rejects.toThrow(
      OptionError,
    );
    const average = loss("average", (y, t) => mean(multiply(subtract(y, t), subtract(y, t))));
    const { loss: measured } = await net.evaluate(data, { loss: average });
    expect(measured).toBeCloseTo(net.loss(data.x, data.t, average), 12);
  });
});

it("an optimizer of one's own cannot reach linear memory", async () => {
  using net = sequential([dense(3)], { input: [2] });
  const data = { x: tensor([[1, 2]]), t: tensor(new Uint8Array([1])) };
  let bytes = 0;
  const optimizer = {
    ...sgd(),
    coefficients(_: number, __: number, table: Float64Array, at: number) {
      bytes = table.buffer.byteLength;
      table[at] = 0.1;
    },
  };
  await net.fit(data, { loss: crossEntropy(), optimizer, steps: 1 });
  expect(bytes).toBeLessThan(2 ** 17);
});

describe("a layer may be an object of a class with private fields", () => {
  class Times {
    readonly name = "times";
    readonly #factor = 3;
    calls = 0;
    forward(x: Value): Value {
      this.calls++;
      return multiply(x, number(this.#factor, x.dtype));
    }
  }

  it.each<[string, (layers: Layer[]) => Layer[], number[]]>([
    ["in sequential", (layers) => layers, [9, 18]],
    ["in residual", (layers) => [residual(...layers)], [10, 20]],
    ["as a shortcut", ([times]) => [residual(times!, { shortcut: times! })], [6, 12]],
  ])("%s", (_, within, expected) => {
    const times = new Times();
    using net = sequential(within([times, times]), { input: [2] });
    expect([...net.predict([1, 2]).data]).toEqual(expected);
    expect(times.calls).toBeGreaterThan(0);
  });
});

it("layers are layers", () => {
  const make = (layers: unknown) => () => sequential(layers as Layer[], { input: [2] });
  expectError(
    make([dense(2), relu]),
    OptionError,
    `sequential: layer 2 must be a layer, such as relu(); got ${relu.name ? "the function relu" : "a function"}`,
  );
  expectError(make(dense(2)), OptionError, "sequential: takes an array of at least one layer; got an object");
  expectError(
    make([{ forward: (x: Value) => x }]),
    OptionError,
    "sequential: the name of layer 1 must be 1 to 100 printable characters without a dot; got undefined",
  );
  expectError(
    () => sequential([dense(2)], undefined as never),
    OptionError,
    "sequential: input must be one sample's shape, whole numbers of at least 1, such as [784]; got undefined",
  );
  expect(() => add(number(1, "float32"), number(1, undefined as never))).toThrow(
    'constant: dtype must be "float32" or "float64"; got undefined',
  );
  expect(DataError).toBeDefined();
});
