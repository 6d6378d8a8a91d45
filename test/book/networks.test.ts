import { beforeAll, describe, expect, it } from "vitest";
import { MultiLayerNet, Perceptron, SGD, SimpleNet, sigmoid, TwoLayerNet } from "../../src/book/index.ts";
import { init, memoryReport, type NamedTensors, type Tensor, tensor } from "../../src/index.ts";
import { numericalGradient } from "../../src/numeric/index.ts";

beforeAll(() => init());

const digits = ({ data }: Tensor, count = 8) => Array.from(data, (value) => value.toFixed(count));

describe("Perceptron", () => {
  const inputs = [
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
  ];

  it("is the book's AND, NAND and OR, and two layers of it XOR", () => {
    const and = new Perceptron([0.5, 0.5], -0.7);
    const nand = new Perceptron([-0.5, -0.5], 0.7);
    const or = new Perceptron([0.5, 0.5], -0.2);
    expect(inputs.map((x) => and.predict(x))).toEqual([0, 0, 0, 1]);
    expect(inputs.map((x) => nand.predict(x))).toEqual([1, 1, 1, 0]);
    expect(inputs.map((x) => or.predict(x))).toEqual([0, 1, 1, 1]);
    expect(inputs.map((x) => and.predict([nand.predict(x), or.predict(x)]))).toEqual([0, 1, 1, 0]);
    expect(and.predict(inputs)).toMatchObject({ shape: [4], data: Float64Array.of(0, 0, 0, 1) });
  });

  it("is the notebook's neuron and layer of neurons with another activation", () => {
    const neuron = new Perceptron([1, 1], -2, { activation: sigmoid });
    expect(neuron.predict([1, 1])).toBe(0.5);
    const layer = new Perceptron(
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      0.5,
      { activation: sigmoid },
    );
    expect(layer.predict([0, 0])).toMatchObject({ shape: [3] });
    expect(layer.predict([[[0, 0]], [[1, 1]]])).toMatchObject({ shape: [2, 1, 3] });
  });

  it("refuses inputs of another size", () => {
    expect(() => new Perceptron([1, 1], 0).predict([1, 2, 3])).toThrow("affine: x is [3], W is [2]");
    expect(() => new Perceptron("w" as never, 0)).toThrow("Perceptron: takes a tensor");
  });
});

describe("SimpleNet", () => {
  // The W that notebook 4.4.2 printed, and all that it printed of it.
  const W = [
    [0.47960288, -0.76193959, 1.8855813],
    [-2.3624579, -0.50910295, 0.16812907],
  ];
  const x = [0.6, 0.9];
  const t = [0, 0, 1];
  const gradient = ["0.02291063", "0.05766756", "-0.08057819", "0.03436594", "0.08650134", "-0.12086728"];

  it("predicts, loses and slopes as the notebook prints", () => {
    const net = new SimpleNet({ W });
    expect(digits(net.predict(x))).toEqual(["-1.83845038", "-0.91535641", "1.28266494"]);
    expect(net.loss(x, t).toFixed(8)).toBe("0.14421326");
    expect(digits(net.numericalGradient(x, t).W)).toEqual(gradient);
    expect(digits(net.gradient(x, t).W)).toEqual(gradient);
    expect(digits(numericalGradient(() => net.loss(x, t), net.W))).toEqual(gradient);
  });

  it("takes batches and labels", () => {
    const net = new SimpleNet({ W });
    const batch = [x, [0.1, -0.4]];
    const numerical = net.numericalGradient(batch, [2, 0]).W;
    net.gradient(batch, [2, 0]).W.data.forEach((value: number, i: number) => {
      expect(value).toBeCloseTo(numerical.data[i]!, 8);
    });
  });

  it("starts with standard normal variates that the seed tells", () => {
    expect(new SimpleNet({ seed: 1 }).W).toEqual(new SimpleNet({ seed: 1 }).W);
    expect(new SimpleNet({ seed: 1 }).W).not.toEqual(new SimpleNet({ seed: 2 }).W);
    expect(new SimpleNet().W).toMatchObject({ shape: [2, 3], dtype: "float64" });
  });

  it("refuses another W", () => {
    expect(() => new SimpleNet({ W: [[1, 2]] })).toThrow("SimpleNet: W must be [2, 3]; it is [1, 2]");
  });
});

/** The greatest difference of any element, relative to the greatest gradient of its parameter. */
function disagreement(a: NamedTensors, b: NamedTensors): number {
  return Math.max(
    ...Object.keys(a).map((name) => {
      const [p, q] = [a[name]!.data, b[name]!.data];
      const scale = Math.max(...Array.from(p, Math.abs));
      return Math.max(...Array.from(p, (value, i) => Math.abs(value - q[i]!))) / scale;
    }),
  );
}

const samples = tensor(
  Array.from({ length: 5 * 7 }, (_, i) => Math.sin(i + 1)),
  [5, 7],
  "float64",
);
const labels = [0, 2, 1, 1, 2];

describe("TwoLayerNet", () => {
  it.each(["sigmoid", "relu"] as const)("with %s: both gradients agree", (activation) => {
    using net = new TwoLayerNet(7, 4, 3, { activation, weightInitStd: 0.5, seed: 3 });
    const numerical = net.numericalGradient(samples, labels);
    const analytic = net.gradient(samples, labels);
    expect(Object.keys(analytic)).toEqual(["W1", "b1", "W2", "b2"]);
    expect(disagreement(analytic, numerical)).toBeLessThan(1e-7);
    // The plain definition, on the loss.
    const plain = numericalGradient((W1) => {
      net.params.W1 = W1;
      return net.loss(samples, labels);
    }, net.params.W1!);
    expect(disagreement({ W1: plain }, { W1: numerical.W1! })).toBeLessThan(1e-8);
  });

  it("predicts probabilities with sigmoid, scores with ReLU, of a sample or a batch", () => {
    using four = new TwoLayerNet(7, 4, 3, { activation: "sigmoid" });
    using five = new TwoLayerNet(7, 4, 3, { weightInitStd: 1 });
    const y = four.predict(samples);
    expect(y).toMatchObject({ shape: [5, 3], dtype: "float64" });
    expect(y.data[0]! + y.data[1]! + y.data[2]!).toBeCloseTo(1, 14);
    const scores = five.predict(samples.data.slice(0, 7));
    expect(scores.shape).toEqual([3]);
    expect(Math.min(...scores.data)).toBeLessThan(0);
  });

  it("has the book's parameters, readable and writable", () => {
    using net = new TwoLayerNet(784, 100, 10);
    const { W1, b1, W2, b2 } = net.params;
    expect([W1, b1, W2, b2].map((p) => p!.shape)).toEqual([[784, 100], [100], [100, 10], [10]]);
    const std = Math.sqrt(Array.from(W1!.data).reduce((sum, w) => sum + w * w, 0) / W1!.data.length);
    expect(std).toBeCloseTo(0.01, 4);
    expect(b1!.data.every((b: number) => b === 0)).toBe(true);
    net.params.b2 = tensor([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [10], "float64");
    expect(net.params.b2.data[9]).toBe(10);
    expect(() => {
      net.params.b2 = tensor([1]);
    }).toThrow("the parameter is [10], the tensor assigned to it [1]");
  });

  it("learns by either gradient", () => {
    const runs = (["gradient", "numericalGradient"] as const).map((way) => {
      using net = new TwoLayerNet(7, 6, 3, { weightInitStd: 0.5 });
      const optimizer = new SGD({ lr: 0.5 });
      const before = net.loss(samples, labels);
      for (let i = 0; i < 100; i++) optimizer.update(net.params, net[way](samples, labels));
      expect(net.loss(samples, labels)).toBeLessThan(before / 5);
      expect(net.accuracy(samples, labels)).toBe(1);
      return net.loss(samples, labels);
    });
    // Not closer: where a step of h crosses a kink of ReLU, the difference sees both sides.
    expect(runs[0]).toBeCloseTo(runs[1]!, 4);
  });

  it("computes in float32 where asked, with gradients by differences in float64 all the same", () => {
    using net = new TwoLayerNet(7, 4, 3, { dtype: "float32", weightInitStd: 0.5 });
    expect(net.params.W1!.dtype).toBe("float32");
    expect(disagreement(net.numericalGradient(samples, labels), net.gradient(samples, labels))).toBeLessThan(
      1e-5,
    );
  });

  it("refuses an activation, sizes and an h out of range", () => {
    expect(() => new TwoLayerNet(7, 4, 3, { activation: "tanh" as never })).toThrow(
      'MultiLayerNet: activation must be "sigmoid" or "relu"; got tanh',
    );
    expect(() => new TwoLayerNet(7, 0, 3)).toThrow("MultiLayerNet: sizes must be at least two whole numbers");
    using net = new TwoLayerNet(7, 4, 3);
    expect(() => net.numericalGradient(samples, labels, { h: 0 })).toThrow("numericalGradient: h");
  });
});

describe("MultiLayerNet", () => {
  it("is the notebook's init_network((4, 2, 3, 5)), trained by numerical gradients", () => {
    using net = new MultiLayerNet([4, 2, 3, 5]);
    expect(Object.entries(net.params).map(([name, { shape }]) => [name, shape])).toEqual([
      ["W1", [4, 2]],
      ["b1", [2]],
      ["W2", [2, 3]],
      ["b2", [3]],
      ["W3", [3, 5]],
      ["b3", [5]],
    ]);
    for (const { data } of Object.values(net.params)) {
      expect(Array.from(data).every((value) => value >= 0 && value < 1)).toBe(true);
    }
    const x = [0.2, 0.9, 0.4, 0.7];
    const t = [0, 0, 0, 1, 0];
    const optimizer = new SGD({ lr: 0.01 });
    const losses = [net.loss(x, t)];
    for (let i = 0; i < 500; i++) {
      optimizer.update(net.params, net.numericalGradient(x, t));
      losses.push(net.loss(x, t));
    }
    expect(losses.every((loss, i) => i === 0 || loss < losses[i - 1]!)).toBe(true);
    expect(losses.at(-1)).toBeLessThan(0.3);
  });

  it("agrees with its own differences, three layers deep", () => {
    using net = new MultiLayerNet([7, 5, 4, 3], { activation: "relu", seed: 5 });
    expect(disagreement(net.gradient(samples, labels), net.numericalGradient(samples, labels))).toBeLessThan(
      1e-7,
    );
  });

  it("refuses sizes that make no network, and calls after dispose", () => {
    for (const sizes of [[], [4], [4, 0], [4, 1.5]]) {
      expect(() => new MultiLayerNet(sizes)).toThrow(
        `MultiLayerNet: sizes must be at least two whole numbers of at least 1, such as [4, 2, 3, 5]; got [${sizes.join(", ")}]`,
      );
    }
    const before = memoryReport().held;
    const net = new MultiLayerNet([4, 2]);
    net.predict([1, 2, 3, 4]);
    net.dispose();
    expect(memoryReport().held).toBe(before);
    expect(() => net.predict([1, 2, 3, 4])).toThrow("was disposed of");
  });
});
