import { beforeAll, describe, expect, it } from "vitest";
import {
  constant,
  crossEntropy,
  dense,
  flatten,
  he,
  init,
  memoryReport,
  type Network,
  normal,
  relu,
  sequential,
  sgd,
  softmax,
  sumSquaredError,
  type Tensor,
  tensor,
  uniform,
} from "../../src/index.ts";
import { engine } from "../../src/runtime/engine.ts";
import { blobs, slope } from "./blobs.ts";

beforeAll(() => init());

const make = (seed = 0, dtype: "float32" | "float64" = "float32"): Network =>
  sequential([dense(4, { weight: he() }), relu(), dense(3, { weight: he() })], { input: [2], seed, dtype });

describe("predict", () => {
  const samples = [
    [0.5, -1],
    [2, 0.25],
    [0, 3],
  ];

  it("takes a batch in every form and gives the same bits", () => {
    using net = make();
    const expected = net.predict(samples);
    expect(expected).toMatchObject({ shape: [3, 3], dtype: "float32" });
    const forms = [
      tensor(samples),
      tensor(samples, [3, 2], "float64"),
      Float32Array.from(samples.flat()),
      Float64Array.from(samples.flat()),
    ];
    for (const form of forms) expect(net.predict(form)).toEqual(expected);
  });

  it("takes bytes and integers as their values", () => {
    using net = make();
    const expected = net.predict([
      [1, 2],
      [3, 255],
    ]);
    expect(net.predict(new Uint8Array([1, 2, 3, 255]))).toEqual(expected);
    expect(net.predict(tensor(new Int32Array([1, 2, 3, 255]), [2, 2]))).toEqual(expected);
  });

  it("takes one sample in every form and gives one output, that of the batch", () => {
    using net = make();
    const batch = net.predict(samples);
    samples.forEach((sample, i) => {
      const row = { shape: [3], dtype: "float32", data: batch.data.slice(3 * i, 3 * i + 3) };
      for (const form of [sample, tensor(sample), Float32Array.from(sample)]) {
        expect(net.predict(form)).toEqual(row);
      }
      expect(net.predict([sample])).toEqual({ ...row, shape: [1, 3] });
    });
  });

  it("keeps the axes of samples", () => {
    using net = sequential([flatten(), dense(1, { weight: constant(1) })], { input: [2, 2] });
    const sample = [
      [1, 2],
      [3, 4],
    ];
    expect([...net.predict(sample).data]).toEqual([10]);
    expect(net.predict(sample).shape).toEqual([1]);
    expect(net.predict([sample, sample])).toMatchObject({ shape: [2, 1], data: new Float32Array([10, 10]) });
    expect(net.predict(new Float32Array(8).fill(1)).shape).toEqual([2, 1]);
  });

  it("gives tensors of their own, that later calls leave alone", () => {
    using net = make();
    const first = net.predict(samples[0]!);
    const copy = first.data.slice();
    net.predict(samples[1]!);
    expect(first.data).toEqual(copy);
    expect(structuredClone(first)).toEqual(first);
  });

  it("computes in float64 where the network does", () => {
    using single = make();
    using double = make(0, "float64");
    for (const [name, { data, shape }] of Object.entries(single.params)) {
      double.params[name] = tensor(Float64Array.from(data), shape);
    }
    const { data, dtype } = double.predict([1 / 3, 0.1]);
    expect(dtype).toBe("float64");
    expect(data.some((value) => Math.fround(value) !== value)).toBe(true);
    single.predict([1 / 3, 0.1]).data.forEach((value, i) => {
      expect(value).toBeCloseTo(data[i]!, 6);
    });
  });

  it("works for a network without parameters", () => {
    using net = sequential([relu()], { input: [3] });
    expect([...net.predict([-1, 0, 2]).data]).toEqual([0, 0, 2]);
    expect(net.params).toEqual({});
  });

  it("keeps right results however many batch sizes come by", () => {
    using net = make();
    const rows = Array.from({ length: 12 }, (_, i) => [i / 7, 1 - i / 5]);
    const whole = net.predict(rows).data;
    for (const round of [0, 1]) {
      for (let n = 1; n <= 12; n++) {
        expect(net.predict(rows.slice(0, n)).data, `round ${round}, ${n} rows`).toEqual(
          whole.slice(0, 3 * n),
        );
      }
    }
  });
});

describe("params", () => {
  it("are copies, by name", () => {
    using net = make();
    expect(Object.keys(net.params)).toEqual(["dense1.weight", "dense1.bias", "dense2.weight", "dense2.bias"]);
    const weight = net.params["dense1.weight"]!;
    expect(weight).toMatchObject({ shape: [2, 4], dtype: "float32" });
    weight.data.fill(9);
    expect(net.params["dense1.weight"]!.data).not.toEqual(weight.data);
  });

  it("take what is assigned, as a copy, from any type", () => {
    using net = make();
    const source = tensor(new Float64Array([1, 2, 3, 0.1]));
    net.params["dense1.bias"] = source;
    source.data[0] = 99;
    expect(net.params["dense1.bias"]).toEqual(tensor([1, 2, 3, 0.1]));
  });

  it("leave their neighbours alone", () => {
    using net = make();
    const before = { ...net.params };
    net.params["dense1.bias"] = tensor([1, 2, 3, 4]);
    for (const name of ["dense1.weight", "dense2.weight", "dense2.bias"]) {
      expect(net.params[name]).toEqual(before[name]);
    }
  });

  it("move a network's bits to another", () => {
    using from = make(1);
    using to = make(2);
    expect(to.predict([1, 2])).not.toEqual(from.predict([1, 2]));
    Object.assign(to.params, from.params);
    expect(to.predict([1, 2])).toEqual(from.predict([1, 2]));
  });

  it("survive the growth of memory, and so does all else", () => {
    using net = make();
    const before = { ...net.params };
    const output = net.predict([1, 2]);
    const { heap } = engine();
    const buffer = heap.memory.buffer;
    const block = heap.allocate(buffer.byteLength, "test");
    expect(heap.memory.buffer).not.toBe(buffer);
    expect({ ...net.params }).toEqual(before);
    expect(net.predict([1, 2])).toEqual(output);
    net.params["dense1.bias"] = tensor([1, 1, 1, 1]);
    expect([...net.params["dense1.bias"]!.data]).toEqual([1, 1, 1, 1]);
    heap.free(block);
  });

  it("can be written as a whole and are enumerable", () => {
    using net = make();
    const clone: Record<string, Tensor> = structuredClone({ ...net.params });
    expect(clone).toEqual({ ...net.params });
  });

  it("start as their initializers say", () => {
    using net = sequential(
      [
        dense(200, { weight: normal({ std: 0.5, mean: 3 }), bias: uniform({ low: -1, high: 1 }) }),
        dense(3, { weight: constant(0.25), bias: false }),
      ],
      { input: [100], seed: 3 },
    );
    const data = Array.from(net.params["dense1.weight"]!.data);
    const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
    const variance = data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length;
    expect(mean).toBeCloseTo(3, 1);
    expect(Math.sqrt(variance)).toBeCloseTo(0.5, 1);
    const bias = net.params["dense1.bias"]!.data;
    expect(bias.every((value) => value >= -1 && value < 1)).toBe(true);
    expect(new Set(bias).size).toBeGreaterThan(190);
    expect(net.params["dense2.weight"]!.data).toEqual(new Float32Array(600).fill(0.25));
    expect(Object.keys(net.params)).not.toContain("dense2.bias");
  });
});

describe("gradient", () => {
  const x = [
    [1, 2],
    [3, -1],
  ];

  it("gives the gradients, which also lie in grads", () => {
    using net = make();
    const gradients = net.gradient(x, [0, 2]);
    expect(Object.keys(gradients)).toEqual(Object.keys(net.params));
    expect({ ...net.grads }).toEqual(gradients);
    expect(gradients["dense1.weight"]!.data.some((value) => value !== 0)).toBe(true);
    const before = gradients["dense2.bias"]!.data.slice();
    net.gradient(x, [1, 1]);
    expect(gradients["dense2.bias"]!.data).toEqual(before);
    expect(net.grads["dense2.bias"]!.data).not.toEqual(before);
  });

  it("is the same for labels and for one-hot rows in every form", () => {
    using net = make();
    const expected = net.gradient(x, [0, 2]);
    const rows = [
      [1, 0, 0],
      [0, 0, 1],
    ];
    const forms = [
      new Uint8Array([0, 2]),
      tensor(new Int32Array([0, 2])),
      rows,
      new Float32Array(rows.flat()),
    ];
    for (const t of forms) {
      expect(net.gradient(x, t)).toEqual(expected);
      expect(net.loss(x, t)).toBe(net.loss(x, [0, 2]));
    }
  });

  it("points downhill: a small step against it lowers the loss as much as it says", () => {
    using net = make(0, "float64");
    const loss = net.loss(x, [0, 2]);
    const gradients = net.gradient(x, [0, 2]);
    const h = 1e-6;
    let squared = 0;
    for (const [name, gradient] of Object.entries(gradients)) {
      const parameter = net.params[name]!;
      gradient.data.forEach((value, i) => {
        parameter.data[i]! -= h * value;
        squared += value ** 2;
      });
      net.params[name] = parameter;
    }
    expect((loss - net.loss(x, [0, 2])) / h).toBeCloseTo(squared, 2);
  });

  it("takes one sample and values as well", () => {
    using net = make();
    expect(net.loss([1, 2], 1)).toBe(net.loss([[1, 2]], [1]));
    expect(net.loss([1, 2], [0, 1, 0])).toBe(net.loss([[1, 2]], [1]));
    const output = net.predict([1, 2]);
    expect(net.loss([1, 2], output, sumSquaredError())).toBe(0);
    const off = { ...output, data: output.data.map((value, i) => value + (i === 0 ? 2 : 0)) };
    expect(net.loss([1, 2], off, sumSquaredError())).toBeCloseTo(2, 5);
  });

  it("keeps its program from call to call", () => {
    using net = make();
    net.gradient(x, [0, 2]);
    const { held } = memoryReport();
    for (let i = 0; i < 5; i++) {
      net.gradient(x, [0, 1], crossEntropy());
      expect(memoryReport().held).toBe(held);
    }
  });

  it("looks through a softmax at the end", () => {
    using plain = make();
    using ending = sequential([dense(4, { weight: he() }), relu(), dense(3, { weight: he() }), softmax()], {
      input: [2],
    });
    expect(ending.gradient(x, [0, 2])).toEqual(plain.gradient(x, [0, 2]));
    expect(ending.loss(x, [0, 2])).toBe(plain.loss(x, [0, 2]));
  });
});

describe("evaluate", () => {
  // More than one batch of evaluation, and a remainder.
  const data = blobs(1234);
  const inputs = tensor(
    Float32Array.from(data.x.data, (value) => value * Math.fround(data.scale)),
    [1234, 2],
  );

  it("agrees with accuracy and loss", async () => {
    using net = make();
    await net.fit(data, { loss: crossEntropy(), optimizer: sgd({ lr: 0.5 }), steps: 50 });
    const { accuracy, loss } = await net.evaluate(data);
    expect(accuracy).toBeGreaterThan(0.4);
    expect(accuracy).toBe(net.accuracy(inputs, data.t));
    expect(loss).toBeCloseTo(net.loss(inputs, data.t), 6);
  });

  it("is the same for one-hot rows", async () => {
    using net = make();
    const rows = new Float32Array(3 * 1234);
    data.t.data.forEach((label, i) => {
      rows[3 * i + label] = 1;
    });
    const oneHot = { ...data, t: tensor(rows, [1234, 3]) };
    expect(await net.evaluate(oneHot)).toEqual(await net.evaluate(data));
    expect(net.accuracy(inputs, oneHot.t)).toBe(net.accuracy(inputs, data.t));
  });

  it("counts by hand", async () => {
    using net = sequential([relu()], { input: [3] });
    const x = tensor([
      [3, 1, 2],
      [0, 5, 1],
      [1, 2, 9],
      [4, 0, 0],
    ]);
    const t = tensor(new Uint8Array([0, 1, 1, 0]));
    expect((await net.evaluate({ x, t })).accuracy).toBe(0.75);
    expect(net.accuracy(x, t)).toBe(0.75);
    expect(net.accuracy([3, 1, 2], 0)).toBe(1);
  });

  it("takes the first of several largest outputs", async () => {
    using net = sequential([relu()], { input: [3] });
    const x = tensor([
      [1, 1, 0],
      [0, 1, 1],
    ]);
    for (const [labels, accuracy] of [
      [[0, 1], 1],
      [[1, 2], 0],
    ] as const) {
      const t = tensor(Uint8Array.from(labels));
      expect((await net.evaluate({ x, t })).accuracy).toBe(accuracy);
      expect(net.accuracy(x, t)).toBe(accuracy);
    }
  });

  it("gives no accuracy where targets are values", async () => {
    using net = sequential([dense(1)], { input: [2] });
    const { loss, accuracy } = await net.evaluate(slope(700), { loss: sumSquaredError() });
    expect(loss).toBeGreaterThan(0);
    expect(accuracy).toBeNaN();
  });

  it("measures only what is asked for, with the same bits", async () => {
    using net = make();
    const both = await net.evaluate(data);
    expect(both).toEqual(await net.evaluate(data, { metrics: ["accuracy", "loss"] }));
    expect(both.loss).toBeGreaterThan(0);
    expect(await net.evaluate(data, { metrics: ["loss"] })).toEqual({ ...both, accuracy: Number.NaN });
    expect(await net.evaluate(data, { metrics: ["accuracy"] })).toEqual({ ...both, loss: Number.NaN });
  });

  it("rejects with the signal's reason when aborted, before or meanwhile", async () => {
    using net = make();
    await expect(net.evaluate(data, { signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow(
      "enough",
    );
    const controller = new AbortController();
    const evaluation = net.evaluate(data, { signal: controller.signal });
    controller.abort();
    await expect(evaluation).rejects.toThrow(expect.objectContaining({ name: "AbortError" }));
  });
});

it("tells its shapes, type and seed", () => {
  using net = make(7, "float64");
  expect(net).toMatchObject({ seed: 7, dtype: "float64", inputShape: [2], outputShape: [3], steps: 0 });
});
