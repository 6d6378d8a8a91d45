import { beforeAll, describe, expect, test } from "vitest";
import { input, type Value } from "../../src/graph/value.ts";
import {
  adam,
  binaryCrossEntropy,
  crossEntropy,
  dense,
  dropout,
  flatten,
  gradientCheck,
  he,
  init,
  meanSquaredError,
  model,
  momentum,
  type NamedTensors,
  normal,
  relu,
  residual,
  sequential,
  sgd,
  type Tensor,
  tanh,
  tensor,
} from "../../src/index.ts";
import * as ops from "../../src/ops.ts";
import type { TypedArray } from "../../src/tensor.ts";
import { elements } from "../graph/op-cases.ts";
import { evaluate } from "../reference/graph.ts";
import { expectSameBits } from "../same-bits.ts";

beforeAll(() => init());

const { add, gradients, matmul, mean, multiply, scale } = ops;
const N = 30;

const floats = (shape: readonly number[], seed: number): Tensor => ({
  shape,
  dtype: "float32",
  data: elements("any", shape, "float32", { seed, classes: 1 }),
});
const labels = (n: number, classes: number): Tensor => ({
  shape: [n],
  dtype: "uint8",
  data: Uint8Array.from({ length: n }, (_, i) => (i * 7) % classes),
});

/** Two inputs that meet, three outputs, a residual block, and a layer that is used twice. */
const make = (dtype: "float32" | "float64" = "float32", seed = 3) => {
  const twice = dense(6, { weight: he() });
  return model(
    ({ image, extra }, apply) => {
      const seen = apply(dense(6, { weight: he() }), apply(flatten(), image));
      const one = apply(relu(), add(seen, apply(dense(6), extra)));
      const deep = apply(tanh(), apply(twice, apply(tanh(), apply(twice, one))));
      const block = apply(residual(dense(6, { weight: he() }), relu(), dense(6, { weight: he() })), deep);
      return {
        digit: apply(dense(4, { weight: normal({ std: 0.5 }) }), block),
        even: apply(dense(1, { weight: normal({ std: 0.5 }) }), block),
        size: apply(dense(2, { weight: normal({ std: 0.5 }) }), deep),
      };
    },
    { inputs: { image: [2, 2], extra: [3] }, dtype, seed, name: "a model" },
  );
};

const data = {
  x: { image: floats([N, 2, 2], 1), extra: floats([N, 3], 2) },
  t: { digit: labels(N, 4), even: labels(N, 2), size: floats([N, 2], 3) },
};
const loss = {
  digit: crossEntropy(),
  even: { loss: binaryCrossEntropy(), weight: 0.5 },
  size: { loss: meanSquaredError(), weight: 0.25 },
};
const fitting = () => ({ loss, optimizer: sgd({ lr: 0.1 }), batchSize: 8 });
const first = (n: number) => {
  const cut = ({ shape, dtype, data: all }: Tensor): Tensor => {
    const length = (all.length / shape[0]!) * n;
    return { shape: [n, ...shape.slice(1)], dtype, data: all.slice(0, length) } as Tensor;
  };
  const { image, extra } = data.x;
  const { digit, even, size } = data.t;
  return {
    x: { image: cut(image), extra: cut(extra) },
    t: { digit: cut(digit), even: cut(even), size: cut(size) },
  };
};

function expectSame(a: NamedTensors, b: NamedTensors): void {
  expect(Object.keys(a)).toEqual(Object.keys(b));
  for (const [name, { data: values }] of Object.entries(a)) expectSameBits(values, b[name]!.data, name);
}

describe("a model", () => {
  test("names its layers in the order in which they are applied, and shares what is applied twice", () => {
    using net = make();
    expect(Object.keys(net.params)).toEqual(
      [
        "dense1",
        "dense2",
        "dense3",
        "residual1.dense1",
        "residual1.dense2",
        "dense4",
        "dense5",
        "dense6",
      ].flatMap((name) => [`${name}.weight`, `${name}.bias`]),
    );
    expect(net.inputShape).toEqual({ image: [2, 2], extra: [3] });
    expect(net.outputShape).toEqual({ digit: [4], even: [1], size: [2] });
    expect(net.summary().split("\n").slice(0, 10)).toEqual([
      "layer      output   parameters  multiply-adds  activations",
      "image      [2, 2]",
      "extra      [3]",
      "flatten1   [4]               0              0          0 B",
      "dense1     [6]              30             24         48 B",
      "dense2     [6]              24             18         48 B",
      "relu1      [6]               0              0         48 B",
      "dense3     [6]              42             36         48 B",
      "tanh1      [6]               0              0         24 B",
      "dense3     [6]               0             36         48 B",
    ]);
  });

  test("predicts batches and samples, a large batch in parts, and bytes by their scales", () => {
    using net = make();
    const { digit, even, size } = net.predict(data.x);
    expect([digit, even, size].map(({ shape }) => shape)).toEqual([
      [N, 4],
      [N, 1],
      [N, 2],
    ]);
    const one = net.predict({ image: data.x.image.data.slice(0, 4), extra: data.x.extra.data.slice(0, 3) });
    expect(one.digit.shape).toEqual([4]);
    expectSameBits(one.digit.data, digit.data.slice(0, 4), "a sample");
    const many = 1201;
    const rows = (tensor: Tensor, width: number) =>
      Float32Array.from({ length: many * width }, (_, i) => tensor.data[i % tensor.data.length]!);
    const large = net.predict({ image: rows(data.x.image, 4), extra: rows(data.x.extra, 3) });
    expect(large.size.shape).toEqual([many, 2]);
    expectSameBits(large.size.data.slice(0, 2 * N), size.data, "the first part");
    expectSameBits(large.size.data.slice(40 * N * 2), size.data.slice(0, 2), "the last part");
    expect(net.scale).toEqual({ image: 1, extra: 1 });
    net.scale = { image: 1 / 255 };
    const bytes = Uint8Array.of(255, 0, 51, 102);
    const scaled = net.predict({ image: bytes, extra: [1, 2, 3] });
    const plain = net.predict({
      image: Float32Array.from(bytes, (byte) => Math.fround(byte) * Math.fround(1 / 255)),
      extra: [1, 2, 3],
    });
    expectSameBits(scaled.digit.data, plain.digit.data, "scaled bytes");
  });

  test.each(["float32", "float64"] as const)("%s: loss and gradients have the reference's bits", (dtype) => {
    using net = make(dtype);
    const given = new Map<Value, TypedArray>();
    const to = (values: ArrayLike<number>) =>
      dtype === "float32" ? Float32Array.from(values) : Float64Array.from(values);
    const leaf = (value: Value, values: TypedArray) => {
      given.set(value, values);
      return value;
    };
    const p = new Map(
      Object.entries(net.params).map(([name, { shape, data: values }]) => [
        name,
        leaf(input(name, shape, dtype), values),
      ]),
    );
    const affine = (name: string, x: Value) =>
      add(matmul(x, p.get(`${name}.weight`)!), p.get(`${name}.bias`)!);
    const image = leaf(input("image", [N, 4], dtype), to(data.x.image.data));
    const extra = leaf(input("extra", [N, 3], dtype), to(data.x.extra.data));
    const one = ops.relu(add(affine("dense1", image), affine("dense2", extra)));
    const deep = ops.tanh(affine("dense3", ops.tanh(affine("dense3", one))));
    const block = add(deep, affine("residual1.dense2", ops.relu(affine("residual1.dense1", deep))));
    const digit = leaf(input("t", [N], "int32"), Int32Array.from(data.t.digit.data));
    const even = leaf(input("t", [N, 1], dtype), to(data.t.even.data));
    const size = leaf(input("t", [N, 2], dtype), to(data.t.size.data));
    const total = add(
      add(
        crossEntropy().forward(affine("dense4", block), digit),
        scale(binaryCrossEntropy().forward(affine("dense5", block), even), 0.5),
      ),
      scale(meanSquaredError().forward(affine("dense6", deep), size), 0.25),
    );
    const [expected, ...grads] = evaluate([total, ...gradients(total, [...p.values()])], given);
    expect(net.loss(data.x, data.t, loss)).toBe(expected![0]);
    const own = Object.entries(net.gradient(data.x, data.t, loss));
    for (const [i, [name, { data: values }]] of own.entries()) expectSameBits(values, grads[i]!, name);
  });

  test("gradients agree with differences", () => {
    using net = make("float64");
    const { x, t } = first(5);
    const report = gradientCheck(net, x, t, { loss });
    expect(Object.keys(report)).toEqual(Object.keys(net.params));
    for (const { maxRelativeError } of Object.values(report)) expect(maxRelativeError).toBeLessThan(1e-5);
  });

  test("trains to the same whatever cuts it, and evaluates each output", async () => {
    using whole = make();
    using cut = make();
    const optimizer = momentum({ lr: 0.05 });
    const history = await whole.fit(data, {
      ...fitting(),
      steps: 40,
      evaluate: { data: { test: data }, metrics: { digit: ["loss", "accuracy"] } },
    });
    expect(history.loss[39]!).toBeLessThan(history.loss[0]!);
    for (const steps of [13, 1, 26]) await cut.fit(data, { ...fitting(), optimizer, steps });
    using again = make();
    await again.fit(data, { ...fitting(), optimizer: momentum({ lr: 0.05 }), steps: 40 });
    expectSame(cut.params, again.params);
    const evaluation = await whole.evaluate(data);
    expect(history.evaluations.at(-1)!.results.test!.outputs).toMatchObject({
      digit: evaluation.outputs.digit,
    });
    const { digit, even, size } = evaluation.outputs;
    expect(evaluation.loss).toBe(digit!.loss + 0.5 * even!.loss + 0.25 * size!.loss);
    expect(size!.accuracy).toBeNaN();
    expect(evaluation.loss).toBeCloseTo(whole.loss(data.x, data.t), 5);
    const accuracy = whole.accuracy(data.x, data.t);
    expect(Object.keys(accuracy)).toEqual(["digit", "even"]);
    expect(accuracy.digit).toBeCloseTo(digit!.accuracy, 10);
    expect(accuracy.even).toBeCloseTo(even!.accuracy, 10);
    expect((await whole.evaluate(data, { metrics: ["loss"] })).outputs.digit!.accuracy).toBeNaN();
  });

  test("trains by numerical gradients as by backpropagation", async () => {
    using a = make("float64");
    using b = make("float64");
    await a.fit(data, { ...fitting(), steps: 3 });
    await b.fit(data, { ...fitting(), steps: 3, gradient: "numerical" });
    for (const [name, { data: values }] of Object.entries(a.params)) {
      for (const [i, value] of values.entries()) expect(b.params[name]!.data[i]).toBeCloseTo(value, 6);
    }
  });

  test("an output without a loss is not trained, and needs no targets", async () => {
    using net = make();
    const before = net.params["dense6.weight"]!.data;
    const { digit } = data.t;
    await net.fit({ x: data.x, t: { digit } }, { ...fitting(), loss: { digit: crossEntropy() }, steps: 3 });
    expectSameBits(net.params["dense6.weight"]!.data, before, "dense6");
    expect(Object.keys((await net.evaluate(data)).outputs)).toEqual(["digit"]);
    expect(Object.keys(net.predict(data.x))).toEqual(["digit", "even", "size"]);
  });

  test("of one input and one output has the bits of sequential", async () => {
    const layers = () => [dense(7, { weight: he() }), relu(), dropout(0.3), dense(4, { weight: he() })];
    using plain = sequential(layers(), { input: [3], seed: 5 });
    using net = model(({ x }, apply) => layers().reduce((value, each) => apply(each, value), x), {
      inputs: { x: [3] },
      seed: 5,
    });
    const { extra: x } = data.x;
    const { digit: t } = data.t;
    const options = { loss: crossEntropy(), optimizer: adam(), batchSize: 7, steps: 20 };
    const [a, b] = [await plain.fit({ x, t }, options), await net.fit({ x: { x }, t }, options)];
    expect(b.loss).toEqual(a.loss);
    expectSame(net.params, plain.params);
    expectSameBits(net.predict({ x }).data, plain.predict(x).data, "outputs");
    expect(await net.evaluate({ x: { x }, t })).toEqual(await plain.evaluate({ x, t }));
    expect(net.accuracy({ x }, t)).toBe(plain.accuracy(x, t));
    expect(net.outputShape).toEqual([4]);
  });

  test("holds each input without its zeros that is read as rows", async () => {
    const sparse = (seed: number) =>
      tensor(
        Float32Array.from({ length: 40 * 50 }, (_, i) => ((i * seed) % 11 === 0 ? 1 + (i % 5) : 0)),
        [40, 50],
      );
    const describeNet = (direct: boolean) =>
      model(
        ({ a, b }, apply) => {
          const y = add(apply(dense(3, { weight: he() }), a), apply(dense(3, { weight: he() }), b));
          return direct ? add(y, mean(b, { axis: 1, keepAxis: true })) : y;
        },
        { inputs: { a: [50], b: [50] }, seed: 1 },
      );
    const pairs = { x: { a: sparse(7), b: sparse(3) }, t: labels(40, 3) };
    const options = { loss: crossEntropy(), optimizer: sgd(), batchSize: 9, steps: 12 };
    for (const direct of [false, true]) {
      using net = describeNet(direct);
      await net.fit(pairs, options);
      const table = net.summary();
      expect(table).toContain("x.a held as compressed rows");
      expect(table.includes("x.b held as compressed rows")).toBe(!direct);
      const row = ({ data: all }: Tensor) => all.slice(0, 50);
      const whole = net.predict(pairs.x).data.slice(0, 3);
      expectSameBits(net.predict({ a: row(pairs.x.a), b: row(pairs.x.b) }).data, whole, "a row");
    }
  });

  test("may add to itself, and give an input back", () => {
    using net = model(({ a }, apply) => ({ same: a, sum: apply(dense(2), multiply(a, a)) }), {
      inputs: { a: [2] },
    });
    expect([...net.predict({ a: [3, 4] }).same.data]).toEqual([3, 4]);
  });
});
