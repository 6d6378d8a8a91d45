import { beforeAll, describe, expect, it } from "vitest";
import { Affine, Convolution, DeepConvNet, Pooling, Relu, SGD, SimpleConvNet } from "../../src/book/index.ts";
import { init, OptionError, ShapeError, type Tensor, tensor } from "../../src/index.ts";

beforeAll(() => init());

type Named = Readonly<Record<string, Tensor>>;

const images = (n: number, [channels, height, width]: readonly [number, number, number]) => {
  const elements = n * channels * height * width;
  const data = Float64Array.from({ length: elements }, (_, i) => Math.sin(1 + 3 * i + i * i));
  return tensor(data, [n, channels, height, width]);
};

/** Around 0. */
const deviation = ({ data }: Tensor) =>
  Math.sqrt([...data].reduce((sum, value) => sum + value * value, 0) / data.length);

function expectAlike(a: Named, b: Named, digits: number): void {
  expect(Object.keys(a)).toEqual(Object.keys(b));
  for (const [name, { data, shape }] of Object.entries(a)) {
    expect(b[name]!.shape).toEqual(shape);
    data.forEach((value: number, i: number) => {
      expect(b[name]!.data[i], `${name}, element ${i}`).toBeCloseTo(value, digits);
    });
  }
}

const size = [2, 6, 7] as const;
const small = () =>
  new SimpleConvNet(size, { filterNum: 3, filterSize: 3, pad: 1, stride: 1 }, 5, 4, { weightInitStd: 0.5 });

describe("SimpleConvNet", () => {
  it("has the book's parameters, whose shapes it works out", () => {
    using net = new SimpleConvNet();
    const shapes = Object.entries(net.params).map(([name, { shape }]) => [name, ...shape]);
    expect(shapes).toEqual([
      ["W1", 30, 1, 5, 5],
      ["b1", 30],
      ["W2", 4320, 100],
      ["b2", 100],
      ["W3", 100, 10],
      ["b3", 10],
    ]);
    const std = deviation(net.params.W2!);
    expect(std).toBeCloseTo(0.01, 4);
    expect(net.predict(images(3, [1, 28, 28])).shape).toEqual([3, 10]);
    expect(net.predict(new Float64Array(784)).shape).toEqual([10]);
  });

  it("gives what the book's layers give one after the other", () => {
    using net = small();
    const { W1, b1, W2, b2, W3, b3 } = net.params as Record<string, Tensor>;
    const x = images(2, size);
    b1!.data.set([0.1, -0.2, 0.3]);
    const pooled = new Pooling(2, 2, 2).forward(
      new Relu().forward(new Convolution(W1!, b1!, 1, 1).forward(x)),
    );
    const rows = tensor(pooled.data, [2, 27]);
    const hidden = new Relu().forward(new Affine(W2!, b2!).forward(rows));
    const scores = new Affine(W3!, b3!).forward(hidden);
    expectAlike({ y: net.predict(x) }, { y: scores }, 12);
  });

  it("has gradients that differences find", () => {
    using net = small();
    const x = images(3, size);
    expectAlike(net.gradient(x, [0, 3, 1]), net.numericalGradient(x, [0, 3, 1]), 6);
  });

  it("learns", () => {
    using net = small();
    const [x, t] = [images(8, size), [0, 1, 2, 3, 0, 1, 2, 3]];
    const optimizer = new SGD({ lr: 0.2 });
    for (let step = 0; step < 200; step++) optimizer.update(net.params, net.gradient(x, t));
    expect(net.accuracy(x, t)).toBe(1);
  });

  it("refuses what it cannot do", () => {
    expect(() => new SimpleConvNet([28, 28])).toThrow(
      new OptionError(
        "SimpleConvNet: inputDim must be [channels, height, width], whole numbers of at least 1, such as [1, 28, 28]; got [28, 28]",
      ),
    );
    expect(() => new SimpleConvNet([1, 4, 4])).toThrow(/convolution1: .*5×5.*4×4/);
    expect(() => new SimpleConvNet([1, 4, 4])).toThrow(ShapeError);
    expect(() => new SimpleConvNet([1, 5, 5])).toThrow(/maxPool2d1/);
    expect(() => new SimpleConvNet([1, 8, 8], { filterNum: 3 } as never)).toThrow(
      "SimpleConvNet: convParam: filterSize must be a whole number of at least 1; got undefined",
    );
    expect(() => new SimpleConvNet([1, 8, 8], { filterNum: 3, filterSize: 3, padding: 1 } as never)).toThrow(
      'SimpleConvNet: convParam: there is no option "padding"; there are filterNum, filterSize, pad, stride',
    );
    expect(() => new SimpleConvNet(undefined, undefined, 0)).toThrow(OptionError);
    expect(() => new SimpleConvNet(undefined, undefined, 5, 3, -1)).toThrow(OptionError);
    using net = small();
    expect(() => net.predict(images(1, [1, 6, 7]))).toThrow(ShapeError);
  });
});

describe("DeepConvNet", () => {
  const convParams = [2, 2, 3, 3, 2, 2].map((filterNum, i) => ({
    filterNum,
    filterSize: 3,
    pad: i === 3 ? 2 : 1,
  }));
  const deep = () => new DeepConvNet([1, 8, 8], convParams, 6, 3, { seed: 1 });
  const x = images(4, [1, 8, 8]);
  const t = [0, 2, 1, 1];

  it("has the book's parameters, whose shapes it works out", () => {
    using net = new DeepConvNet([1, 28, 28], undefined, 50, 10, { dtype: "float32" });
    const shapes = Object.entries(net.params).flatMap(([name, { shape }]) =>
      name.startsWith("W") ? [shape] : [],
    );
    expect(shapes).toEqual([
      [16, 1, 3, 3],
      [16, 16, 3, 3],
      [32, 16, 3, 3],
      [32, 32, 3, 3],
      [64, 32, 3, 3],
      [64, 64, 3, 3],
      [1024, 50],
      [50, 10],
    ]);
    const std = deviation(net.params.W6!);
    expect(std / Math.sqrt(2 / (64 * 9))).toBeCloseTo(1, 1);
  });

  it("has gradients that differences find, of the loss in training, with other elements dropped at each", () => {
    using net = deep();
    // At 0 they would make many a ReLU's input exactly 0, where it has no derivative.
    for (const [name, { data }] of Object.entries(net.params)) if (name.startsWith("b")) data.fill(0.1);
    const found = [0, 1].map(() => {
      const expected = net.numericalGradient(x, t, { h: 1e-6 });
      const loss = net.loss(x, t, true);
      const grads = net.gradient(x, t);
      expectAlike(grads, expected, 5);
      return { loss, grads };
    });
    expect(found[0]!.loss).not.toBe(found[1]!.loss);
    expect(found[0]!.grads.b8!.data).not.toEqual(found[1]!.grads.b8!.data);
  });

  it("halves in inference, where the book's dropout does", () => {
    using net = deep();
    const before = net.predict(x);
    expect(net.predict(x).data).toEqual(before.data);
    net.params.W8!.data.fill(0);
    net.params.b8!.data.set([1, 2, 3]);
    expect([...net.predict(x).data.slice(0, 3)]).toEqual([0.5, 1, 1.5]);
  });

  it("refuses what it cannot do", () => {
    expect(() => new DeepConvNet([1, 8, 8], convParams.slice(1))).toThrow(
      /DeepConvNet: convParams must be an array of six/,
    );
    expect(() => new DeepConvNet([1, 8, 8], [...convParams.slice(1), { filterNum: 2 } as never])).toThrow(
      "DeepConvNet: convParams[5]: filterSize must be a whole number of at least 1; got undefined",
    );
    expect(() => new DeepConvNet([1, 2, 2])).toThrow(ShapeError);
    using net = deep();
    expect(() => net.loss(x, t, 1 as never)).toThrow(OptionError);
  });
});
