import { beforeAll, describe, expect, it } from "vitest";
import * as kobai from "../../src/index.ts";
import { init, type NamedTensors, sequential } from "../../src/index.ts";
import {
  kinds,
  type LayerDescription,
  type LossName,
  layerOf,
  lossOf,
  type OptimizerDescription,
  optimizerOf,
} from "../../src/worker/description.ts";

beforeAll(() => init());

/** The initial weights of a network. */
const weights = (layers: kobai.Layer[]): NamedTensors => {
  using net = sequential(layers, { input: [6], seed: 3 });
  return Object.fromEntries(Object.entries(net.params));
};

describe("a layer from its description", () => {
  it("starts as the one that its function makes", () => {
    const { constant, dense, he, normal, relu, uniform, xavier } = kobai;
    const described: LayerDescription[] = [
      { kind: "dense", units: 5 },
      { kind: "relu" },
      { kind: "dense", units: 4, weight: { kind: "he" }, bias: { kind: "constant", value: 0.5 } },
      { kind: "dense", units: 4, weight: { kind: "xavier" }, bias: false },
      { kind: "dense", units: 4, weight: { kind: "normal", std: 0.5, mean: 1 } },
      { kind: "dense", units: 4, weight: { kind: "uniform", low: 1, high: 2 } },
    ];
    expect(weights(described.map((each) => layerOf("test", each)))).toEqual(
      weights([
        dense(5),
        relu(),
        dense(4, { weight: he(), bias: constant(0.5) }),
        dense(4, { weight: xavier(), bias: false }),
        dense(4, { weight: normal({ std: 0.5, mean: 1 }) }),
        dense(4, { weight: uniform({ low: 1, high: 2 }) }),
      ]),
    );
  });

  it.each([...kinds.layers])("%s is a function of kobai, too", (kind) => {
    expect(kobai).toHaveProperty(kind);
    const convolution = { filters: 4, kernel: 3 };
    const needed: Readonly<Record<string, object>> = {
      dense: { units: 3 },
      conv1d: convolution,
      conv2d: convolution,
      convTranspose2d: convolution,
      depthwiseConv2d: { kernel: 3 },
      separableConv2d: convolution,
      groupNorm: { groups: 2 },
      permute: { axes: [2, 1] },
      residual: { layers: [{ kind: "relu" }] },
      reshape: { shape: [3, 2] },
    };
    expect(layerOf("test", { kind, ...needed[kind] } as LayerDescription).name).toBe(kind);
  });

  it("may come from JSON", () => {
    const layer = layerOf("test", JSON.parse('{ "kind": "dense", "units": 3, "weight": { "kind": "he" } }'));
    expect(weights([layer])["dense1.weight"]!.shape).toEqual([6, 3]);
  });

  it.each([
    [{ kind: "dens", units: 3 }, 'test: there is no layer "dens"; did you mean "dense"?'],
    [{ kind: "toString" }, 'test: there is no layer "toString"; there are dense, conv2d, '],
    [{ units: 3 }, 'test: a description of a layer is an object { kind: "dense", … }; got an object'],
    ["relu", 'test: a description of a layer is an object { kind: "dense", … }; got "relu"'],
    [{ kind: "relu", slope: 2 }, 'relu: there is no option "slope"; it has none'],
    [{ kind: "dense", units: 0 }, "dense: units must be a whole number of at least 1; got 0"],
    [{ kind: "dense" }, "dense: units must be a whole number of at least 1; got undefined"],
    [{ kind: "dense", units: 1, weight: {} }, "dense: weight: a description of an initializer is an object"],
    [{ kind: "dense", units: 1, wieght: 1 }, 'dense: there is no option "wieght"; did you mean weight?'],
    [
      { kind: "dense", units: 1, weight: { kind: "hi" } },
      'dense: weight: there is no initializer "hi"; did you mean "he"?',
    ],
    [
      { kind: "dense", units: 1, weight: { kind: "he", std: 1 } },
      'he: there is no option "std"; it has none',
    ],
    [
      { kind: "dense", units: 1, bias: { kind: "constant", value: 1, valeu: 1 } },
      'constant: there is no option "valeu"; there is value',
    ],
    [
      { kind: "dense", units: 1, bias: { kind: "constant" } },
      "constant: the value must be a finite number; got undefined",
    ],
    [
      { kind: "dense", units: 1, weight: "he" },
      'dense: weight must be an initializer, such as he(); got "he"',
    ],
  ])("%j is refused", (description, message) => {
    const make = () => layerOf("test", description as LayerDescription);
    expect(make).toThrow(kobai.OptionError);
    expect(make).toThrow(message);
  });
});

describe("an optimizer from its description", () => {
  it("is the one that its function makes", () => {
    const { adaGrad, adam, momentum, sgd } = kobai;
    for (const optimizer of [sgd, momentum, adaGrad, adam]) {
      const kind = optimizer.name as OptimizerDescription["kind"];
      const [made, expected] = [optimizerOf("test", { kind, lr: 0.5 }), optimizer({ lr: 0.5 })];
      const coefficients = ({ coefficients }: kobai.Optimizer, of: kobai.Optimizer) => {
        const table = new Float64Array(8);
        coefficients.call(of, 3, 0.5, table, 0);
        return table;
      };
      expect([made.name, made.rule, made.lr]).toEqual([kind, expected.rule, 0.5]);
      expect(coefficients(made, made)).toEqual(coefficients(expected, expected));
    }
  });

  it("is refused where there is none of its kind, or of its options", () => {
    expect(() => optimizerOf("test", { kind: "adm" } as never)).toThrow(
      'test: there is no optimizer "adm"; did you mean "adam"?',
    );
    expect(() => optimizerOf("test", { kind: "sgd", momentum: 0.9 } as never)).toThrow(
      'sgd: there is no option "momentum"; there are lr',
    );
    expect(() => optimizerOf("test", undefined as never)).toThrow(
      "a description of an optimizer is an object",
    );
  });
});

describe("what an optimizer is given", () => {
  it("may be a schedule, and extras", () => {
    const { clipByGlobalNorm, cosine, frozen, group, momentum, warmUp, weightDecay } = kobai;
    const made = optimizerOf("test", {
      kind: "momentum",
      lr: { kind: "warmUp", steps: 10, to: { kind: "cosine", from: 0.1, steps: 100 } },
      with: [
        { kind: "weightDecay", rate: 1e-4 },
        { kind: "clipByGlobalNorm", limit: 1 },
        { kind: "group", of: "dense1", lrMultiplier: 0.5 },
        { kind: "frozen", of: ["dense2"] },
      ],
    });
    const expected = momentum({
      lr: warmUp({ steps: 10, to: cosine({ from: 0.1, steps: 100 }) }),
      with: [
        weightDecay(1e-4),
        clipByGlobalNorm(1),
        group("dense1", { lrMultiplier: 0.5 }),
        frozen("dense2"),
      ],
    });
    const rates = ({ lr }: kobai.Optimizer) => [0, 5, 20, 99].map((step) => (lr as kobai.Schedule)(step));
    expect(rates(made)).toEqual(rates(expected));
    expect(made.with!.map(({ description }) => description)).toEqual(
      expected.with!.map(({ description }) => description),
    );
  });

  it.each<[unknown, string]>([
    [{ kind: "sgd", lr: { kind: "cosin" } }, 'sgd: lr: there is no schedule "cosin"; did you mean "cosine"?'],
    [
      { kind: "sgd", with: [{ kind: "clip" }] },
      'sgd: with: there is no extra "clip"; there are accumulate, ',
    ],
    [
      { kind: "sgd", with: [{ kind: "accumulate", steps: 2, step: 3 }] },
      'accumulate: there is no option "step"; there is steps',
    ],
    [{ kind: "sgd", with: {} }, "sgd: with must be "],
  ])("%j is refused", (description, message) => {
    const make = () => optimizerOf("test", description as OptimizerDescription);
    expect(make).toThrow(kobai.OptionError);
    expect(make).toThrow(message);
  });

  it.each([...kinds.optimizers])("%s is a function of kobai, too", (kind) => {
    expect(kobai).toHaveProperty(kind);
    expect(optimizerOf("test", { kind } as OptimizerDescription).name).toBe(kind);
  });
});

it("a loss by its name is kobai's own", () => {
  const { binaryCrossEntropy, crossEntropy, meanSquaredError, sumSquaredError } = kobai;
  for (const loss of [binaryCrossEntropy, crossEntropy, meanSquaredError, sumSquaredError]) {
    expect(lossOf("test", loss.name as LossName)).toBe(loss());
  }
  expect(() => lossOf("test", "crossEntropi" as never)).toThrow(
    'test: there is no loss "crossEntropi"; did you mean "crossEntropy"?',
  );
});
