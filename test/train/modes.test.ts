import { beforeAll, describe, expect, test } from "vitest";
import { input, type Value } from "../../src/graph/value.ts";
import {
  bernoulli,
  constant,
  dense,
  gradientCheck,
  he,
  init,
  type Layer,
  layer,
  meanSquaredError,
  type NamedTensors,
  NotFiniteError,
  normal,
  OptionError,
  relu,
  type Scope,
  ShapeError,
  StateError,
  sequential,
  sgd,
  tensor,
} from "../../src/index.ts";
import { add, log, mean, multiply, scale, subtract, sum } from "../../src/ops.ts";
import { elements } from "../graph/op-cases.ts";
import { train } from "../reference/training.ts";
import { expectSameBits } from "../same-bits.ts";
import { expectError } from "./expect-error.ts";

beforeAll(() => init());

/** The example of `layer`: x less its mean, in inference less the running mean. */
const center = (): Layer =>
  layer("center", (x, { training, state }) => {
    const running = state("mean", x.shape.slice(1), 0.5);
    if (!training) return subtract(x, running.value);
    const now = mean(x, { axis: 0 });
    running.update(add(scale(running.value, 0.9), scale(now, 0.1)));
    return subtract(x, now);
  });

/** x with noise in training. */
const noisy = (std = 0.1): Layer =>
  layer("noisy", (x, { training, random }) => (training ? add(x, random(x.shape, normal({ std }))) : x));

const layers = () => [center(), dense(8, { weight: he() }), noisy(), relu(), noisy(0.3), dense(3), center()];

const floats = (shape: readonly number[], seed: number) => ({
  shape,
  dtype: "float32" as const,
  data: elements("any", shape, "float32", { seed, classes: 1 }) as Float32Array,
});
const data = { x: floats([50, 4], 1), t: floats([50, 3], 2) };
const fitting = () => ({ loss: meanSquaredError(), optimizer: sgd({ lr: 0.1 }), batchSize: 16 });

const make = (dtype: "float32" | "float64" = "float32", seed = 7) =>
  sequential(layers(), { input: [4], seed, dtype });

const all = ({ params, state }: { params: NamedTensors; state: NamedTensors }) => ({ ...params, ...state });

function expectSame(a: NamedTensors, b: NamedTensors): void {
  expect(Object.keys(a)).toEqual(Object.keys(b));
  for (const [name, { data }] of Object.entries(a)) expectSameBits(data, b[name]!.data, name);
}

describe("state and random elements in a fit", () => {
  test.each(["float32", "float64"] as const)("%s: have the reference's bits", async (dtype) => {
    using net = make(dtype);
    const history = await net.fit(data, { ...fitting(), steps: 30 });
    const options = { ...fitting(), layers: layers(), input: [4], seed: 7, dtype, data, steps: 30 };
    const expected = train(options);
    expectSameBits(Float64Array.from(history.loss), Float64Array.from(expected.losses), "losses");
    for (const [name, values] of Object.entries({ ...expected.params, ...expected.state })) {
      expectSameBits(all(net)[name]!.data, values, name);
    }
    expect(Object.keys(net.state)).toEqual(["center1.mean", "center2.mean"]);
    expect(net.state["center1.mean"]!.data.every((value) => value !== 0.5)).toBe(true);
  });

  test("a fit in two has the bits of one, also where the network was rebuilt in between from what was saved", async () => {
    using whole = make();
    await whole.fit(data, { ...fitting(), steps: 9 });
    using cut = make();
    const options = fitting();
    await cut.fit(data, { ...options, steps: 5 });
    cut.predict(data.x);
    cut.gradient(data.x, data.t);
    await cut.fit(data, { ...options, steps: 4 });
    expectSame(all(cut), all(whole));
    using other = make("float32", 8);
    other.load(all(cut));
    expectSame(all(other), all(whole));
    expectSameBits(other.predict(data.x).data, whole.predict(data.x).data, "outputs");
  });

  test("the seed of a fit is that of what layers draw", async () => {
    const results = [];
    for (const seed of [1, 2]) {
      using net = sequential([noisy(), dense(3)], { input: [4], seed: 7 });
      await net.fit(data, { ...fitting(), batchSize: 50, steps: 1, sampling: "shuffle", seed });
      results.push([...net.params["dense1.weight"]!.data]);
    }
    expect(results[0]).not.toEqual(results[1]);
  });

  test("two calls of random differ, and so do two steps", async () => {
    const drawing = layer("drawing", (x, { training, state, random }) => {
      for (const name of ["first", "second"]) {
        const kept = state(name, [5], 0);
        if (training) kept.update(random([5]));
      }
      return x;
    });
    using net = sequential([drawing, dense(3)], { input: [4], dtype: "float64" });
    const seen: number[] = [];
    for (let step = 0; step < 3; step++) {
      await net.fit(data, { ...fitting(), steps: 1 });
      seen.push(...net.state["drawing1.first"]!.data, ...net.state["drawing1.second"]!.data);
    }
    expect(new Set(seen).size).toBe(30);
    expect(seen.every((u) => u > 0 && u < 1)).toBe(true);
  });

  test("a step whose loss is not finite changes neither parameters nor state", async () => {
    using net = sequential([center(), dense(3), layer("log", (x) => log(x))], { input: [4], seed: 1 });
    const before = all(net);
    const fit = net.fit(data, { ...fitting(), steps: 3 });
    await expect(fit).rejects.toThrow(NotFiniteError);
    expectSame(all(net), before);
  });

  test("state that becomes infinite ends the fit", async () => {
    const growing = layer("growing", (x, { state }) => {
      const large = state("large", [1], 1e30);
      large.update(multiply(large.value, large.value));
      return x;
    });
    using net = sequential([growing, dense(3)], { input: [4], seed: 1 });
    await expect(net.fit(data, { ...fitting(), steps: 2 })).rejects.toThrow(/not.*finite|infinite/);
  });

  test("state that a layer does not update stays", async () => {
    const still = layer("still", (x, { state }) => add(x, state("value", [4], 2).value));
    using net = sequential([still, dense(3)], { input: [4] });
    await net.fit(data, { ...fitting(), steps: 3 });
    expect([...net.state["still1.value"]!.data]).toEqual([2, 2, 2, 2]);
  });

  test("numerical gradients train to what backpropagation does, state and all", async () => {
    const results = [];
    for (const gradient of ["backprop", "numerical"] as const) {
      using net = make("float64");
      await net.fit(data, { ...fitting(), gradient, steps: 5 });
      results.push(all(net));
    }
    const [backprop, numerical] = results as [NamedTensors, NamedTensors];
    for (const [name, { data }] of Object.entries(backprop)) {
      for (const [i, value] of data.entries()) expect(numerical[name]!.data[i]).toBeCloseTo(value, 6);
    }
    expect(backprop["center1.mean"]!.data).toEqual(numerical["center1.mean"]!.data);
  });

  test("a float32 network's state follows its float64 twin's in a numerical fit", async () => {
    using net = make("float32");
    using exact = make("float64");
    for (const each of [net, exact]) {
      each.load(net.params, { partial: true });
      await each.fit(data, { ...fitting(), gradient: "numerical", steps: 1 });
    }
    expect([...net.state["center1.mean"]!.data]).toEqual(
      [...exact.state["center1.mean"]!.data].map(Math.fround),
    );
    expect(net.state["center1.mean"]!.data[0]).not.toBe(0.5);
  });
});

describe("the two modes", () => {
  test("predict, evaluate, accuracy and loss infer; gradients train", async () => {
    using net = make("float64");
    await net.fit(data, { ...fitting(), steps: 3 });
    const inferred = meanSquare(net.predict(data.x).data, data.t.data);
    expect(net.loss(data.x, data.t)).toBeCloseTo(inferred, 10);
    expect((await net.evaluate(data)).loss).toBeCloseTo(inferred, 10);
    const trained = net.loss(data.x, data.t, meanSquaredError(), { training: true });
    expect(Math.abs(trained - inferred)).toBeGreaterThan(1e-6);
    // The loss in training is that of the next step.
    const one = { x: floats([1, 4], 3), t: floats([1, 3], 4) };
    const next = net.loss(one.x, one.t, meanSquaredError(), { training: true });
    const { loss } = await net.fit(one, { ...fitting(), batchSize: 1, steps: 1 });
    expect(loss).toEqual([next]);
  });

  test.each([true, false])("training %s: both gradients agree, and leave state as it is", (training) => {
    using net = make("float64");
    const before = all(net);
    const x = { ...data.x, data: data.x.data.slice(0, 20), shape: [5, 4] };
    const t = { ...data.t, data: data.t.data.slice(0, 15), shape: [5, 3] };
    const report = gradientCheck(net, x, t, { loss: meanSquaredError(), training });
    for (const { maxRelativeError } of Object.values(report)) expect(maxRelativeError).toBeLessThan(1e-6);
    expectSame(all(net), before);
    const gradient = (mode: boolean) => [
      ...net.gradient(x, t, meanSquaredError(), { training: mode })["dense2.bias"]!.data,
    ];
    expect(gradient(training)).toEqual(gradient(training));
    expect(gradient(true)).not.toEqual(gradient(false));
  });

  test("a network without state and random elements has one gradient in both", () => {
    using net = sequential([dense(5), relu(), dense(3)], { input: [4], seed: 1 });
    const gradient = (training: boolean) =>
      net.gradient(data.x, data.t, meanSquaredError(), { training })["dense1.weight"]!.data;
    expectSameBits(gradient(true), gradient(false), "gradients");
    expect(net.state).toEqual({});
  });
});

describe("state is a network's own", () => {
  test("read, assigned, loaded and saved by name", () => {
    using net = make();
    net.state["center2.mean"] = tensor([1, 2, 3]);
    expect([...net.state["center2.mean"]!.data]).toEqual([1, 2, 3]);
    using other = make("float32", 3);
    other.state = net.state;
    expect([...other.state["center2.mean"]!.data]).toEqual([1, 2, 3]);
    other.params = net.params;
    expectSame(all(other), all(net));
    other.load({ "center1.mean": tensor([9, 9, 9, 9]) }, { partial: true });
    expect(other.state["center1.mean"]!.data[3]).toBe(9);
    expect(other.predict(new Float32Array(4)).data).toHaveLength(3);
  });

  test("what does not fit is refused, and changes nothing", () => {
    using net = make();
    const before = all(net);
    expect(() => {
      net.state["center2.mean"] = tensor([1, 2]);
    }).toThrow("center2.mean: the state is [3], the tensor assigned to it [2]; shapes must be equal");
    expect(() => {
      net.state.other = tensor([1]);
    }).toThrow('state: there is no state "other"; there are "center1.mean", "center2.mean"');
    expect(() => {
      delete net.state["center2.mean"];
    }).toThrow('state: "center2.mean" cannot be deleted; a network keeps the state that its layers declare');
    expect(() => net.load(net.params)).toThrow(
      'load: "center1.mean", "center2.mean" are missing (partial: true allows that)',
    );
    expectSame(all(net), before);
  });
});

describe("a layer is refused that", () => {
  const own =
    (forward: (x: Value, scope: Scope) => unknown): (() => unknown) =>
    () =>
      sequential([layer("own", forward as Layer["forward"])], { input: [2] }).dispose();
  let other: Value | undefined;

  test.each<[string, () => unknown, new (...args: never[]) => Error, string]>([
    [
      "asks for state of another shape for another batch",
      own((x, { state }) => add(x, sum(state("s", x.shape, 0).value))),
      ShapeError,
      "own1.s: the state was [1, 2] and is now asked for as [2, 2]; a state's shape must not depend on the batch",
    ],
    [
      "asks for state that is no shape",
      own((x, { state }) => add(x, state("s", [0], 0).value)),
      ShapeError,
      "own1.s: the state's shape is [0]; it must be at most 32 whole numbers of at least 1",
    ],
    [
      "asks for state in one mode only",
      own((x, { state, training }) => (training ? x : add(x, state("s", [2], 0).value))),
      StateError,
      "own1.s: a layer asked for a new state after the network was made; declare all of them at every call",
    ],
    [
      "gives a state a parameter's name",
      own((x, { state, parameter }) =>
        add(add(x, parameter("s", [2], constant(1))), state("s", [2], 0).value),
      ),
      OptionError,
      "own1.s is the name of a parameter and of state; give one of them another name",
    ],
    [
      "gives a parameter a state's name",
      own((x, { state, parameter }) =>
        add(add(x, state("s", [2], 0).value), parameter("s", [2], constant(1))),
      ),
      OptionError,
      "own1.s is the name of a parameter and of state; give one of them another name",
    ],
    [
      "names state with a dot",
      own((x, { state }) => add(x, state("s.t", [2], 0).value)),
      OptionError,
      'own1: a state\'s name must be 1 to 100 printable characters without a dot; got "s.t"',
    ],
    [
      "starts state at no number",
      own((x, { state }) => add(x, state("s", [2], Number.NaN).value)),
      OptionError,
      "own1: a state's initial value must be a finite number; got NaN",
    ],
    [
      "starts state at a number that its dtype cannot hold",
      own((x, { state }) => add(x, state("s", [2], 1e39).value)),
      OptionError,
      'own1.s: its initializer gives {"kind":"constant","value":1e+39}, whose numbers float32 cannot hold',
    ],
    [
      "updates state with a number",
      own((x, { state }) => {
        state("s", [2], 0).update(1 as never);
        return x;
      }),
      OptionError,
      "own1.s: what it becomes must be a symbolic value: what a layer or loss is given, parameter(…), what an op returns, or for a number " +
        "constant(…) of kobai/ops; got 1",
    ],
    [
      "updates state with another shape",
      own((x, { state }) => {
        state("s", [2], 0).update(x);
        return x;
      }),
      ShapeError,
      "own1.s: the state is [2], what it becomes [1, 2]; shapes must be equal",
    ],
    [
      "updates state with another dtype",
      own((x, { state }) => {
        state("s", [2], 0).update(input("x", [2], "float64"));
        return x;
      }),
      OptionError,
      "own1.s: what its function returns is float64, but it was given float32; make constants with constant(v, x.dtype)",
    ],
    [
      "updates state twice",
      own((x, { state }) => {
        const s = state("s", [2], 0);
        s.update(scale(s.value, 2));
        s.update(scale(s.value, 3));
        return x;
      }),
      StateError,
      "own1.s: its update was given twice; a layer says once what its state becomes",
    ],
    [
      "draws in inference",
      own((x, { random }) => add(x, random(x.shape))),
      StateError,
      "own1: asks for random elements in inference; ask for them where training is true",
    ],
    [
      "draws what has no shape",
      own((x, { random }) => add(x, random([-1]))),
      ShapeError,
      "own1: random elements: the shape is [-1]; it must be at most 32 whole numbers of at least 1",
    ],
    [
      "draws from no distribution",
      own((x, { random }) => add(x, random([2], he as never))),
      OptionError,
      "own1: random elements: its initializer must give a distribution of finite numbers, " +
        '{ kind: "constant", value } or { kind: "normal", mean, std } or { kind: "uniform", low, high } or ' +
        '{ kind: "bernoulli", probability, value }; it gave a function: call it, as in he()',
    ],
  ])("%s", (_, call, kind, message) => expectError(call, kind as never, message));

  test("updates state with what it kept from another call", async () => {
    const keeping = layer("own", (x, { state }) => {
      const s = state("s", [2], 0);
      other ??= mean(x, { axis: 0 });
      s.update(other);
      return x;
    });
    using net = sequential([keeping, dense(2)], { input: [2] });
    const pairs = { x: floats([4, 2], 1), t: floats([4, 2], 2) };
    await expect(net.fit(pairs, { ...fitting(), batchSize: 2, steps: 1 })).rejects.toThrow(
      "x: this value belongs to another network or call",
    );
  });
});

test("options of the modes are checked", () => {
  using net = make();
  const wrong = { training: 1 } as never;
  const message = "training must be true or false; got 1";
  expect(() => net.loss(data.x, data.t, meanSquaredError(), wrong)).toThrow(`loss: ${message}`);
  expect(() => net.gradient(data.x, data.t, meanSquaredError(), wrong)).toThrow(`gradient: ${message}`);
  expect(() => net.numericalGradient(data.x, data.t, wrong)).toThrow(`numericalGradient: ${message}`);
  expect(() => gradientCheck(net, data.x, data.t, wrong)).toThrow(`gradientCheck: ${message}`);
});

test("inputs that are mostly zeros are held without them only where both modes read rows", async () => {
  const sparse = Float32Array.from({ length: 400 }, (_, i) => (i % 7 === 0 ? i : 0));
  const zeros = { x: tensor(sparse, [20, 20]), t: floats([20, 3], 2) };
  for (const [own, isCompressed] of [
    [noisy(), false],
    [layer("plain", (x) => x), true],
  ] as const) {
    using net = sequential([own, dense(3)], { input: [20] });
    await net.fit(zeros, { ...fitting(), steps: 2 });
    expect(net.summary().includes("compressed rows")).toBe(isCompressed);
    expectSameBits(
      net.predict(zeros.x).data.slice(0, 3),
      net.predict(tensor(sparse.slice(0, 20))).data,
      "outputs",
    );
  }
});

test("weights may start as a Bernoulli distribution's", () => {
  using net = sequential([dense(40, { weight: bernoulli({ probability: 0.25, value: 3 }) })], {
    input: [50],
  });
  const { data: w } = net.params["dense1.weight"]!;
  expect(new Set(w)).toEqual(new Set([0, 3]));
  const share = w.filter((each: number) => each > 0).length / w.length;
  expect(Math.abs(share - 0.25)).toBeLessThan(4 * Math.sqrt((0.25 * 0.75) / w.length));
  for (const probability of [0, 2 ** -33, 1.5, Number.NaN, undefined]) {
    expect(() => bernoulli({ probability } as never)).toThrow(
      `bernoulli: probability must be a number from 2^-32 to 1; got ${probability}`,
    );
  }
});

function meanSquare(y: ArrayLike<number>, t: ArrayLike<number>): number {
  return Array.from(y, (value, i) => (value - t[i]!) ** 2).reduce((total, each) => total + each) / y.length;
}
