// Users' own code runs while kobai waits for it, and between its calls: what it changes there changes nothing that is under way.

import { beforeAll, describe, expect, it } from "vitest";
import {
  adam,
  constant,
  crossEntropy,
  dense,
  type FitOptions,
  he,
  init,
  layer,
  meanSquaredError,
  OptionError,
  ShapeError,
  StateError,
  sequential,
  sgd,
  type Tensor,
  tensor,
} from "../../src/index.ts";
import { add, broadcastTo, multiply, constant as number } from "../../src/ops.ts";
import { blobs } from "./blobs.ts";

beforeAll(async () => {
  await init();
});

const data = () => ({
  x: tensor([
    [1, 2],
    [3, 4],
  ]),
  t: tensor([
    [1, 0, 0],
    [0, 1, 0],
  ]),
});
const make = () => sequential([dense(3, { weight: constant(0.5) })], { input: [2] });
const bystander = () => {
  const net = sequential([dense(3, { weight: constant(1) })], { input: [2] });
  void net.params;
  return { net, untouched: () => net.params["dense1.weight"]!.data.every((w: number) => w === 1) };
};
const options = (): FitOptions => ({
  loss: meanSquaredError(),
  optimizer: sgd({ lr: 0.1 }),
  steps: 3,
  batchSize: 2,
});

describe("a network that is disposed of", () => {
  it("right after fit was called trains nothing, and leaves nothing behind", async () => {
    const net = make();
    const running = net.fit(data(), options());
    net.dispose();
    const { net: other, untouched } = bystander();
    await expect(running).rejects.toThrow(StateError);
    expect(untouched()).toBe(true);
    other.dispose();
  });

  it("within a layer, an optimizer or a getter is not read or written", async () => {
    let doomed = make();
    const { net: other, untouched } = bystander();
    const disposing = layer("own", (x) => {
      if (x.shape[0]! > 2) doomed.dispose();
      return x;
    });
    const layers = () => [dense(3), disposing];
    for (const call of ["predict", "gradient"] as const) {
      doomed = sequential(layers(), { input: [2] });
      expect(() => doomed[call](new Float32Array(6), [0, 1, 2])).toThrow(StateError);
    }
    doomed = make();
    const coefficients: FitOptions["optimizer"]["coefficients"] = (_, __, table, at) => {
      table[at] = 0.1;
      doomed.dispose();
    };
    await expect(doomed.fit(data(), { ...options(), optimizer: { ...sgd(), coefficients } })).rejects.toThrow(
      StateError,
    );
    doomed = make();
    const params = { ...doomed.params } as Record<string, Tensor>;
    const values = params["dense1.bias"];
    const get = () => {
      doomed.dispose();
      return values;
    };
    Object.defineProperty(params, "dense1.bias", { enumerable: true, get });
    expect(() => doomed.load(params)).toThrow(StateError);
    expect(untouched()).toBe(true);
    other.dispose();
  });
});

describe("what was given is taken when it is given", () => {
  it("options", async () => {
    const shared = options();
    const runs = [0.1, 0.001].map((lr) => {
      shared.optimizer = sgd({ lr });
      const net = make();
      return net.fit(data(), shared).then(() => [...net.params["dense1.weight"]!.data]);
    });
    const alone = make();
    await alone.fit(data(), options());
    expect((await runs[0])!).toEqual([...alone.params["dense1.weight"]!.data]);
    expect(await runs[1]).not.toEqual(await runs[0]);
  });

  it("data, to fit and to evaluate", async () => {
    const [changed, kept] = [data(), data()];
    const [a, b] = [make(), make()];
    const running = a.fit(changed, options());
    changed.x.data.fill(0);
    await running;
    await b.fit(kept, options());
    expect({ ...a.params }).toEqual({ ...b.params });
    const again = data();
    const measured = a.evaluate(again, { loss: meanSquaredError() });
    structuredClone(again.x.data.buffer, { transfer: [again.x.data.buffer as ArrayBuffer] });
    expect(await measured).toEqual(await a.evaluate(data(), { loss: meanSquaredError() }));
  });

  it("shapes of parameters and values", () => {
    const shape = [1, 2];
    using net = sequential(
      [layer("own", (x, { parameter }) => multiply(x, parameter("w", shape, constant(5))))],
      {
        input: [2],
      },
    );
    shape[1] = 100;
    expect(net.params["own1.w"]!.shape).toEqual([1, 2]);
    expect(() => {
      (net.outputShape as number[])[0] = 5;
    }).toThrow(TypeError);
  });

  it("an instruction of an optimizer that is exchanged begins with a state of its own", async () => {
    using net = make();
    const { net: other, untouched } = bystander();
    const optimizer = { ...sgd({ lr: 0.1 }) };
    await net.fit(data(), { ...options(), optimizer });
    Object.assign(optimizer, { rule: adam().rule, coefficients: adam().coefficients });
    await net.fit(data(), { ...options(), optimizer });
    expect(untouched()).toBe(true);
    optimizer.lr = -1;
    await expect(net.fit(data(), { ...options(), optimizer })).rejects.toThrow(
      "fit: optimizer.lr must be a number of at least 0, or a schedule",
    );
    other.dispose();
  });

  it("coefficients at once, not by a promise", async () => {
    using net = make();
    const coefficients = (async () => {}) as never;
    await expect(net.fit(data(), { ...options(), optimizer: { ...sgd(), coefficients } })).rejects.toThrow(
      "fit: coefficients of the optimizer sgd gave a promise; it must write them at once",
    );
  });

  it("labels as they were checked, whatever the array says of itself", () => {
    using net = make();
    const t = new Int32Array([7, 0]);
    t.findIndex = () => -1;
    expect(() =>
      net.loss(
        [
          [1, 2],
          [3, 4],
        ],
        t,
        crossEntropy(),
      ),
    ).toThrow("label 7 of sample 0 is out of range");
    const x = new Float32Array(4);
    Object.defineProperty(x, "length", { value: 4000 });
    expect(net.predict(x).shape).toEqual([2, 3]);
  });
});

it("another dtype than the network's is refused in layers, losses and twins", async () => {
  const double = layer("own", (x) => broadcastTo(number(3, "float64"), x.shape));
  expect(() => sequential([double], { input: [2] })).toThrow(OptionError);
  const odd = layer("odd", (x, { parameter }) =>
    add(x, parameter("w", [x.dtype === "float64" ? 1 : 2], constant(1))),
  );
  using net = sequential([odd], { input: [2] });
  expect(() => net.numericalGradient([1, 2], [[1, 2]], { loss: meanSquaredError() })).toThrow(ShapeError);
  await expect(
    net.fit({ x: data().x, t: data().x }, { ...options(), gradient: "numerical" }),
  ).rejects.toThrow(/layers must ask for the same in every dtype/);
});

it("epochs are whole however many were before", async () => {
  using net = sequential([dense(3, { weight: he() })], { input: [2] });
  const fitting = { loss: crossEntropy(), optimizer: sgd({ lr: 0.01 }) };
  await net.fit(blobs(4), { ...fitting, batchSize: 4, steps: 43_000 });
  const { steps } = await net.fit(blobs(2000), { ...fitting, batchSize: 1, epochs: 1 });
  expect(steps).toBe(2000);
});

it("an aborted signal is noticed before all initial values are drawn", async () => {
  using net = sequential([dense(3000, { weight: he() })], { input: [1000] });
  const data = { x: tensor(new Float32Array(1000), [1, 1000]), t: tensor(new Float32Array(3000), [1, 3000]) };
  const { ended, steps } = await net.fit(data, { ...options(), batchSize: 1, signal: AbortSignal.abort() });
  expect({ ended, steps }).toEqual({ ended: "aborted", steps: 0 });
});

it("scale and params can be set, and accuracy be asked by a loss", async () => {
  const set = blobs(300);
  using net = sequential([dense(3, { weight: he() })], { input: [2] });
  await net.fit(set, { loss: crossEntropy(), optimizer: sgd({ lr: 0.5 }), epochs: 3 });
  using loaded = sequential([dense(3)], { input: [2] });
  loaded.params = net.params;
  expect(loaded.scale).toBe(1);
  loaded.scale = net.scale;
  expect(loaded.predict(set.x)).toEqual(net.predict(set.x));
  expect(loaded.accuracy(set.x, set.t, crossEntropy())).toBe(net.accuracy(set.x, set.t));
  expect(() => {
    loaded.scale = Number.NaN;
  }).toThrow("network: scale must be a finite number; got NaN");
  expect(() => loaded.load({ tensors: net.params, metadata: {} } as never)).toThrow(
    "load: takes tensors by name: of what loadSafetensors gives, give its .tensors",
  );
});
