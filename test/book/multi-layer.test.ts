import { beforeAll, describe, expect, it } from "vitest";
import { MultiLayerNet, MultiLayerNetExtend, SGD } from "../../src/book/index.ts";
import { DataError, init, OptionError, ShapeError, type Tensor } from "../../src/index.ts";

beforeAll(() => init());

const x = Array.from({ length: 6 }, (_, i) =>
  Array.from({ length: 4 }, (_, j) => Math.sin(1 + 5 * i + 3 * j)),
);
const t = [0, 1, 2, 2, 1, 0];

function expectAlike(
  a: Readonly<Record<string, Tensor>>,
  b: Readonly<Record<string, Tensor>>,
  digits: number,
): void {
  expect(Object.keys(a)).toEqual(Object.keys(b));
  for (const [name, { data, shape }] of Object.entries(a)) {
    expect(b[name]!.shape).toEqual(shape);
    data.forEach((value: number, i: number) => {
      expect(b[name]!.data[i], `${name}, element ${i}`).toBeCloseTo(value, digits);
    });
  }
}

const squares = (params: Readonly<Record<string, Tensor>>) =>
  Object.entries(params)
    .filter(([name]) => name.startsWith("W"))
    .reduce((sum, [, { data }]) => sum + [...data].reduce((own, value) => own + value * value, 0), 0);

describe("MultiLayerNet of chapter 6", () => {
  it.each(["relu", "sigmoid"] as const)(
    "%s: gives scores, and gradients that differences find, with weight decay",
    (activation) => {
      using net = new MultiLayerNet(4, [5, 3], 3, { activation, weightDecayLambda: 0.3, weightInitStd: 0.5 });
      expect(Object.keys(net.params)).toEqual(["W1", "b1", "W2", "b2", "W3", "b3"]);
      expect(net.predict(x).shape).toEqual([6, 3]);
      expect([...net.predict(x[0]!).data].reduce((sum, value) => sum + value)).not.toBeCloseTo(1, 3);
      expectAlike(net.gradient(x, t), net.numericalGradient(x, t), 6);
      using plain = new MultiLayerNet(4, [5, 3], 3, { activation, weightInitStd: 0.5 });
      expect(net.loss(x, t)).toBeCloseTo(plain.loss(x, t) + 0.15 * squares(net.params), 12);
    },
  );

  it("starts its weights as the book's table says (6.2)", () => {
    const std = (weightInitStd: never) => {
      using net = new MultiLayerNet(400, [100], 10, { weightInitStd });
      const { data } = net.params.W1!;
      return Math.sqrt([...data].reduce((sum, value) => sum + value * value, 0) / data.length);
    };
    for (const [start, expected] of [
      ["relu", Math.sqrt(2 / 400)],
      ["he", Math.sqrt(2 / 400)],
      ["sigmoid", 1 / 20],
      ["xavier", 1 / 20],
      [0.3, 0.3],
    ] as const) {
      expect(std(start as never) / expected).toBeCloseTo(1, 1);
    }
  });

  it("refuses what it cannot do", () => {
    expect(() => new MultiLayerNet(4, [0], 3)).toThrow(
      new OptionError(
        "MultiLayerNet: hiddenSizeList must be an array of whole numbers of at least 1, one for each hidden layer, such as [100, 100]; got [0]",
      ),
    );
    expect(() => new MultiLayerNet(4, [3], undefined as never)).toThrow(
      new OptionError("MultiLayerNet: outputSize must be a whole number of at least 1; got undefined"),
    );
    expect(() => new MultiLayerNet(4, [3], 2, { weightInitStd: "he2" as never })).toThrow(
      'MultiLayerNet: weightInitStd must be "relu" or "he" or "sigmoid" or "xavier", or a number of at least 0; got "he2"',
    );
  });
});

describe("MultiLayerNetExtend", () => {
  it("without its options is MultiLayerNet", () => {
    using net = new MultiLayerNet(4, [5, 3], 3, { seed: 3, weightDecayLambda: 0.1 });
    const extended = new MultiLayerNetExtend(4, [5, 3], 3, { seed: 3, weightDecayLambda: 0.1 });
    expectAlike(extended.params, net.params, 15);
    expectAlike(extended.gradient(x, t), net.gradient(x, t), 12);
    expect(extended.loss(x, t)).toBeCloseTo(net.loss(x, t), 12);
    expect(extended.accuracy(x, t)).toBe(net.accuracy(x, t));
  });

  it.each(["relu", "sigmoid"] as const)(
    "%s: with all of them, its gradients are what differences find",
    (activation) => {
      const net = new MultiLayerNetExtend(4, [5, 3], 3, {
        activation,
        useBatchnorm: true,
        useDropout: true,
        dropoutRatio: 0.3,
        weightDecayLambda: 0.2,
      });
      expect(Object.keys(net.params)).toEqual([
        "W1",
        "b1",
        "gamma1",
        "beta1",
        "W2",
        "b2",
        "gamma2",
        "beta2",
        "W3",
        "b3",
      ]);
      for (let step = 0; step < 2; step++) {
        const expected = net.numericalGradient(x, t);
        expectAlike(net.gradient(x, t), expected, 5);
      }
    },
  );

  it("learns, differs in training and otherwise, and draws other masks at each step", () => {
    const net = new MultiLayerNetExtend(4, [20], 3, {
      useBatchnorm: true,
      useDropout: true,
      dropoutRatio: 0.2,
    });
    const optimizer = new SGD({ lr: 0.1 });
    expect(net.loss(x, t, true)).not.toBe(net.loss(x, t, true));
    const before = net.loss(x, t);
    expect(net.loss(x, t)).toBe(before);
    expect(net.loss(x, t, true)).not.toBe(before);
    for (let step = 0; step < 200; step++) optimizer.update(net.params, net.gradient(x, t));
    expect(net.loss(x, t)).toBeLessThan(before / 2);
    expect(net.accuracy(x, t)).toBe(1);
    expect(
      net.accuracy(x, [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
        [0, 0, 1],
        [0, 1, 0],
        [1, 0, 0],
      ]),
    ).toBe(1);
  });

  it("takes other parameters, all or none", () => {
    const options = { useBatchnorm: true, seed: 1 };
    const net = new MultiLayerNetExtend(4, [5], 3, options);
    const other = new MultiLayerNetExtend(4, [5], 3, { ...options, seed: 2 });
    net.params = other.params;
    expect(net.loss(x, t, true)).toBe(other.loss(x, t, true));
    expect(() => {
      net.params.W1 = [[1]] as never;
    }).toThrow(ShapeError);
    expect(() => {
      net.params = {};
    }).toThrow(DataError);
  });

  it("refuses what it cannot do", () => {
    expect(() => new MultiLayerNetExtend(4, [3], 2, { useDropOut: true } as never)).toThrow(
      'MultiLayerNetExtend: there is no option "useDropOut"; did you mean useDropout?',
    );
    expect(() => new MultiLayerNetExtend(4, [3], 2, { dropoutRatio: 1 })).toThrow(OptionError);
    expect(() => new MultiLayerNetExtend(4, [3], 2).predict([[1, 2]])).toThrow(ShapeError);
  });
});
