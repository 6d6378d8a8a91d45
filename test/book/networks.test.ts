import { beforeAll, describe, expect, it } from "vitest";
import {
  Adam,
  MultiLayerNet,
  Perceptron,
  SGD,
  SimpleNet,
  sigmoid,
  TwoLayerNet,
} from "../../src/book/index.ts";
import { sampleBatch } from "../../src/data/index.ts";
import {
  adam,
  crossEntropy,
  dense,
  init,
  memoryReport,
  type NamedTensors,
  normal,
  relu,
  sequential,
  type Tensor,
  tensor,
} from "../../src/index.ts";
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

  it("refuses inputs of another size, or one by one", () => {
    const and = new Perceptron([0.5, 0.5], -0.7) as unknown as { predict(...x: number[]): unknown };
    expect(() => and.predict(1, 1)).toThrow("Perceptron: predict takes one array: predict([1, 1])");
    expect(() => new Perceptron([1, 1], 0).predict([1, 2, 3])).toThrow("affine: x is [3], W is [2]");
    expect(() => new Perceptron([1, 1], 0, { activation: 1 as never })).toThrow(
      "Perceptron: activation must be a function of tensors, such as sigmoid; got 1",
    );
    expect(() => new Perceptron([1, 1], 0, sigmoid as never)).toThrow("Perceptron: options are an object");
    const silent = new Perceptron([1, 1], 0, { activation: (() => undefined) as never });
    expect(() => silent.predict([1, 2])).toThrow("Perceptron: what activation returns: must be a tensor");
    expect(() => new Perceptron("w" as never, 0)).toThrow("Perceptron: w: must be a tensor");
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

  it("refuses options that there are not, and another W later on", () => {
    expect(() => new SimpleNet(W as never)).toThrow("SimpleNet: options are an object { W, seed }");
    expect(() => new SimpleNet({ seed: -1 })).toThrow("SimpleNet: seed must be");
    const net = new SimpleNet({ W });
    expect(() => {
      net.W = [[1, 2]] as never;
    }).toThrow("SimpleNet: W must be [2, 3]; it is [1, 2]");
    expect(digits(net.predict(x))[0]).toBe("-1.83845038");
    const own = tensor(
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      undefined,
      "float64",
    );
    net.W = own;
    own.data[0] = 0;
    expect(net.predict([1, 0]).data[0]).toBe(0);
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
  it("takes the standard deviation as the book's fourth argument", () => {
    using positional = new TwoLayerNet(7, 4, 3, 1);
    using named = new TwoLayerNet(7, 4, 3, { weightInitStd: 1 });
    expect(positional.params.W1).toEqual(named.params.W1);
    expect(Math.max(...positional.params.W1!.data)).toBeGreaterThan(0.3);
  });

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
      'TwoLayerNet: activation must be "sigmoid" or "relu"; got "tanh"',
    );
    expect(() => new TwoLayerNet(7, 0, 3)).toThrow(
      "TwoLayerNet: hiddenSize must be a whole number of at least 1; got 0",
    );
    expect(() => new TwoLayerNet(7, 4, 3, -1)).toThrow(
      "TwoLayerNet: weightInitStd must be a number of at least 0; got -1",
    );
    expect(() => new TwoLayerNet(7, 4, 3, { std: 1 } as never)).toThrow('there is no option "std"');
    expect(() => new TwoLayerNet(7, 4, 3, null as never)).toThrow("TwoLayerNet: options are an object");
    expect(() => new MultiLayerNet([7, 3], { weight: 0.1 as never })).toThrow(
      "MultiLayerNet: weight must be an initializer, such as he(); got 0.1",
    );
    expect(() => new MultiLayerNet([7, 3], { weightInitStd: 1 } as never)).toThrow("there is no option");
    using net = new TwoLayerNet(7, 4, 3);
    expect(() => net.numericalGradient(samples, labels, { h: 0 })).toThrow("numericalGradient: h must be");
    expect(() => net.numericalGradient(samples, labels, { H: 1 } as never)).toThrow("did you mean h?");
  });
});

describe("parameters", () => {
  const make = () => new TwoLayerNet(7, 4, 3, { activation: "sigmoid", weightInitStd: 0.5, seed: 3 });
  type Call = (net: TwoLayerNet) => unknown;
  const calls: Record<string, Call> = {
    predict: (net) => net.predict(samples).data,
    loss: (net) => net.loss(samples, labels),
    gradient: (net) => net.gradient(samples, labels),
    numericalGradient: (net) => net.numericalGradient(samples, labels),
  };

  it.each(Object.entries(calls))("%s sees what was changed in place, and what was assigned", (_, call) => {
    using net = make();
    using other = make();
    const before = call(net);
    net.params.W2!.data[1]! += 0.5;
    const moved = call(net);
    expect(moved).not.toEqual(before);
    const W2 = tensor(net.params.W2!.data.slice(), [4, 3]);
    other.params.W2 = W2;
    expect(call(other)).toEqual(moved);
    W2.data[1]! -= 0.5;
    expect(call(other)).toEqual(before);
  });

  it("accuracy sees them too", () => {
    using net = make();
    net.params.b2!.data.set([0, 1e6, 0]);
    expect(net.accuracy(samples, [1, 1, 1, 1, 1])).toBe(1);
    net.params.b2!.data.set([0, 0, 1e6]);
    expect(net.accuracy(samples, [1, 1, 1, 1, 1])).toBe(0);
  });

  it("are differentiated by the book's own line, each of them", () => {
    using net = make();
    const expected = net.numericalGradient(samples, labels);
    for (const [name, param] of Object.entries(net.params)) {
      const plain = numericalGradient(() => net.loss(samples, labels), param);
      expect(disagreement({ [name]: plain }, { [name]: expected[name]! })).toBeLessThan(1e-8);
    }
  });

  it("are trained by the book's own loop, to the bits of SGD", () => {
    using byHand = make();
    using byRule = make();
    const optimizer = new SGD(0.5);
    const before = byHand.loss(samples, labels);
    for (let step = 0; step < 100; step++) {
      const grads = byHand.gradient(samples, labels);
      for (const key of Object.keys(byHand.params)) {
        const { data } = byHand.params[key]!;
        for (let i = 0; i < data.length; i++) data[i]! -= 0.5 * grads[key]!.data[i]!;
      }
      optimizer.update(byRule.params, byRule.gradient(samples, labels));
    }
    expect(byHand.loss(samples, labels)).toBeLessThan(before / 2);
    expect({ ...byHand.params }).toEqual({ ...byRule.params });
  });

  it("may be assigned in another type or as nested arrays, and are then copied", () => {
    using net = make();
    net.params.b2 = [1, 2, 3] as never;
    expect(net.params.b2).toEqual(tensor([1, 2, 3], [3], "float64"));
    net.params.b2 = tensor(Float32Array.of(4, 5, 6));
    expect(net.params.b2).toEqual(tensor([4, 5, 6], [3], "float64"));
  });

  it("may all be assigned at once", () => {
    using net = make();
    using other = new TwoLayerNet(7, 4, 3, { activation: "sigmoid", weightInitStd: 0.5, seed: 4 });
    const { params } = net;
    expect(net.predict(samples)).not.toEqual(other.predict(samples));
    net.params = { ...other.params };
    expect(net.predict(samples)).toEqual(other.predict(samples));
    expect(params.W1).toBe(net.params.W1);
    const before = { ...net.params };
    const wrong: [Record<string, unknown>, string][] = [
      [
        { W1: before.W1 },
        'params: what is assigned must have the parameters W1, b1, W2, b2, all of them and nothing else; it has "W1"',
      ],
      [{ ...before, W3: before.W1 }, "all of them and nothing else; it has"],
      [
        { ...before, W1: tensor([0]), b2: [1, 2] },
        "W1: the parameter is [7, 4], the tensor assigned to it [1]",
      ],
      [
        { ...before, b1: [0, 0, 0, 0], b2: [1, 2] },
        "b2: the parameter is [3], the tensor assigned to it [2]",
      ],
      [null as never, "params: takes tensors by name, such as another network's params; got null"],
    ];
    for (const [given, message] of wrong) {
      expect(() => {
        net.params = given as never;
      }).toThrow(message);
      expect({ ...net.params }).toEqual(before);
    }
  });

  it("are those that there are: no other can be added, none deleted", () => {
    using net = make();
    expect(() => {
      net.params.W9 = tensor([1]);
    }).toThrow('params: there is no parameter "W9"; there are W1, b1, W2, b2');
    expect(() => {
      delete net.params.W1;
    }).toThrow('params: "W1" cannot be deleted; a network keeps the parameters W1, b1, W2, b2');
    using deep = new MultiLayerNet([2, 2, 2, 2, 2, 2]);
    expect(() => {
      deep.params.w = tensor([1]);
    }).toThrow("there are W1, b1, W2, b2, W3, b3, W4, b4 and 2 more");
  });

  it("are refused where they cannot be computed with, and the others stay", () => {
    using net = make();
    const { b1, W1 } = net.params;
    expect(() => {
      net.params.W1 = { ...W1!, shape: [28] };
    }).toThrow("W1: the parameter is [7, 4], the tensor assigned to it [28]; shapes must be equal");
    expect(() => {
      net.params.W1 = { ...W1!, shape: [7, 5] };
    }).toThrow("W1: its shape [7, 5] has 35 elements, but its data has 28");
    expect(() => {
      net.params.W1 = "W1" as never;
    }).toThrow('W1: must be a tensor, a typed array or nested arrays of numbers; got "W1"');
    expect(net.params.W1).toBe(W1);
    b1!.data[2] = Number.NaN;
    for (const [name, call] of Object.entries(calls)) {
      expect(() => call(net)).toThrow(
        `${name}: element 2 of the parameter b1 is NaN; parameters must be finite. Too large a learning rate is the usual cause`,
      );
    }
    b1!.data[2] = 0;
    const loss = net.loss(samples, labels);
    structuredClone(b1!.data.buffer, { transfer: [b1!.data.buffer as ArrayBuffer] });
    expect(() => net.loss(samples, labels)).toThrow(
      "loss: the memory of the parameter b1 is gone; it was transferred",
    );
    net.params.b1 = tensor([0, 0, 0, 0], [4], "float64");
    expect(net.loss(samples, labels)).toBe(loss);
  });

  it("outlive the network, whose calls do not", () => {
    const net = make();
    const { W1 } = net.params;
    net.dispose();
    expect(net.params.W1).toBe(W1);
    for (const call of Object.values(calls)) expect(() => call(net)).toThrow("was disposed of");
  });

  it("train to the bits of fit", async () => {
    const data = { x: tensor(Float32Array.from(samples.data), [5, 7]), t: tensor(Uint8Array.from(labels)) };
    using net = new TwoLayerNet(7, 4, 3, { weightInitStd: 0.5, seed: 3, dtype: "float32" });
    const optimizer = new Adam(0.01);
    const random = { seed: 9, step: 0 };
    for (let i = 0; i < 20; i++) optimizer.update(net.params, net.gradient(...sampleBatch(data, 4, random)));
    const weight = normal({ std: 0.5 });
    using fitted = sequential([dense(4, { weight }), relu(), dense(3, { weight })], { input: [7], seed: 3 });
    await fitted.fit(data, {
      loss: crossEntropy(),
      optimizer: adam({ lr: 0.01 }),
      batchSize: 4,
      steps: 20,
      sampling: "replacement",
      seed: 9,
    });
    expect(Object.values(net.params)).toEqual(Object.values(fitted.params));
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
    for (const sizes of [
      [],
      [4],
      [4, 0],
      [4, 1.5],
      [4, Number.NaN],
      [4, "2"],
      new Array(1001).fill(1),
      4,
      null,
    ]) {
      expect(() => new MultiLayerNet(sizes as number[])).toThrow(
        "MultiLayerNet: sizes must be an array of 2 to 1000 whole numbers of at least 1, such as [4, 2, 3, 5]; got ",
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
