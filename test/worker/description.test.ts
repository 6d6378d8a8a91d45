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
    const needed: Partial<Record<LayerDescription["kind"], object>> = { dense: { units: 3 } };
    expect(layerOf("test", { kind, ...needed[kind] } as LayerDescription).name).toBe(kind);
  });

  it("may come from JSON", () => {
    const layer = layerOf("test", JSON.parse('{ "kind": "dense", "units": 3, "weight": { "kind": "he" } }'));
    expect(weights([layer])["dense1.weight"]!.shape).toEqual([6, 3]);
  });

  it.each([
    [{ kind: "dens", units: 3 }, 'test: there is no layer "dens"; did you mean "dense"?'],
    [{ kind: "toString" }, 'test: there is no layer "toString"; there are dense, dropout, '],
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
        const table = new Float64Array(4);
        coefficients.call(of, 3, table, 0);
        return table;
      };
      expect([made.name, made.op, made.lr]).toEqual([kind, expected.op, 0.5]);
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

it("a loss by its name is kobai's own", () => {
  const { binaryCrossEntropy, crossEntropy, meanSquaredError, sumSquaredError } = kobai;
  for (const loss of [binaryCrossEntropy, crossEntropy, meanSquaredError, sumSquaredError]) {
    expect(lossOf("test", loss.name as LossName)).toBe(loss());
  }
  expect(() => lossOf("test", "crossEntropi" as never)).toThrow(
    'test: there is no loss "crossEntropi"; did you mean "crossEntropy"?',
  );
});
