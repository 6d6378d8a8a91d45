import { beforeAll, describe, expect, it } from "vitest";
import { Add, Affine, Mul, Relu, Sigmoid, SoftmaxWithLoss } from "../../src/book/index.ts";
import { init, type Tensor, tensor } from "../../src/index.ts";
import { numericalGradient } from "../../src/numeric/index.ts";

beforeAll(() => init());

const float64 = (data: number[], shape: number[]) => tensor(data, shape, "float64");
const dot = (a: Tensor, b: Tensor) =>
  Array.from(a.data).reduce((sum, value, i) => sum + value * b.data[i]!, 0);

/** Compares what backward gives with the differences of Σ dout·forward. */
function expectGradient(actual: Tensor, f: (x: Tensor) => number, x: Tensor): void {
  const expected = numericalGradient(f, x);
  expect(actual.shape).toEqual(x.shape);
  actual.data.forEach((value: number, i: number) => {
    expect(value).toBeCloseTo(expected.data[i]!, 7);
  });
}

// No element near a kink of ReLU.
const x = float64([1.1, -0.4, 0.7, -2, 0.3, 1.9], [2, 3]);
const dout = float64([0.3, -1, 2, 0.5, 1.5, -0.7], [2, 3]);

describe("Mul and Add", () => {
  it("buy the book's apples and oranges (5.4)", () => {
    const [apples, oranges, all, taxed] = [new Mul(), new Mul(), new Add(), new Mul()];
    const price = taxed.forward(all.forward(apples.forward(100, 2), oranges.forward(150, 3)), 1.1);
    expect(price).toBe(715.0000000000001);
    const [dAll, dTax] = taxed.backward(1);
    const [dApples, dOranges] = all.backward(dAll);
    expect([dAll, dTax]).toEqual([1.1, 650]);
    expect(apples.backward(dApples)).toEqual([2.2, 110.00000000000001]);
    expect(oranges.backward(dOranges)).toEqual([3.3000000000000003, 165]);
  });

  it("work on tensors, and sum what was repeated", () => {
    const row = float64([2, -1, 0.5], [3]);
    for (const layer of [new Add(), new Mul()]) {
      layer.forward(x, row);
      const [dx, dRow] = layer.backward(dout);
      expectGradient(dx, (moved) => dot(layer.forward(moved, row), dout), x);
      expectGradient(dRow, (moved) => dot(layer.forward(x, moved), dout), row);
    }
  });

  it("stay in float32 beside a number, and follow float64 beside anything else", () => {
    const single = Float32Array.of(0.1, 2);
    expect(new Mul().forward(single, 2)).toMatchObject({ dtype: "float32", shape: [2] });
    expect(new Mul().forward(single, [2, 2])).toMatchObject({ dtype: "float64" });
  });

  it("take one number for all of dout", () => {
    const layer = new Mul();
    layer.forward([1, 2], [3, 4]);
    expect(layer.backward(1)).toMatchObject([
      { data: Float64Array.of(3, 4) },
      { data: Float64Array.of(1, 2) },
    ]);
  });
});

describe("Relu and Sigmoid", () => {
  it("pass back what differences find", () => {
    for (const layer of [new Relu(), new Sigmoid()]) {
      layer.forward(x);
      expectGradient(layer.backward(dout), (moved) => dot(layer.forward(moved), dout), x);
    }
  });

  it("Relu stops dout where x is not above 0, and leaves dout as it was", () => {
    const layer = new Relu();
    layer.forward([1, 0, -1]);
    const upstream = tensor(Float64Array.of(5, 6, 7));
    expect(layer.backward(upstream).data).toEqual(Float64Array.of(5, 0, 0));
    expect(upstream.data).toEqual(Float64Array.of(5, 6, 7));
  });
});

describe("Affine", () => {
  const W = float64([0.1, 0.3, -0.5, 0.2, 0.4, -0.6], [3, 2]);
  const b = float64([0.7, -0.2], [2]);
  const upstream = float64([1, -2, 0.5, 3], [2, 2]);

  it("gives the book's sums and gradients of a batch", () => {
    const layer = new Affine(
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      [1, 2, 3],
    );
    expect(
      layer.forward([
        [0, 0],
        [10, 10],
      ]).data,
    ).toEqual(Float64Array.of(1, 2, 3, 51, 72, 93));
    layer.backward([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    // dB = np.sum(dY, axis=0): [5, 7, 9] (5.6.2)
    expect(layer.db!.data).toEqual(Float64Array.of(5, 7, 9));
  });

  it("passes back what differences find, by x, W and b", () => {
    const layer = new Affine(W, b);
    layer.forward(x);
    const dx = layer.backward(upstream);
    const { dW, db } = layer;
    expectGradient(dx, (moved) => dot(layer.forward(moved), upstream), x);
    expectGradient(dW!, () => dot(layer.forward(x), upstream), W);
    expectGradient(db!, () => dot(layer.forward(x), upstream), b);
  });

  it("takes one sample, and any leading axes", () => {
    const layer = new Affine(W, b);
    const batch = layer.forward(x);
    const sample = layer.forward(x.data.slice(3));
    expect(sample).toMatchObject({ shape: [2], data: batch.data.slice(2) });
    expect(layer.backward([1, 1]).shape).toEqual([3]);
    expect(layer.forward({ ...x, shape: [2, 1, 3] })).toMatchObject({ shape: [2, 1, 2], data: batch.data });
  });

  it("refuses sizes that do not fit", () => {
    expect(() => new Affine(W, b).forward([1, 2])).toThrow(
      "affine: x is [2], W is [3, 2]; W must be [inputs, outputs] with as many inputs as x's last axis",
    );
    expect(() => new Affine(W, [1, 2, 3]).forward(x)).toThrow(
      "affine: W is [3, 2], b is [3]; b must have one element for each output [2]",
    );
  });
});

describe("SoftmaxWithLoss", () => {
  const t = float64([0, 1, 0, 1, 0, 0], [2, 3]);

  it("passes back (y − t) / batch, which is what differences find", () => {
    const layer = new SoftmaxWithLoss();
    layer.forward(x, t);
    const dx = layer.backward();
    layer.y!.data.forEach((p: number, i: number) => {
      expect(dx.data[i]).toBeCloseTo((p - t.data[i]!) / 2, 15);
    });
    expectGradient(dx, (moved) => layer.forward(moved, t), x);
    layer.forward(x, t);
    expect(layer.backward(2).data[0]).toBe(2 * dx.data[0]!);
  });

  it("takes labels for rows, and one sample for a batch of one", () => {
    const layer = new SoftmaxWithLoss();
    const loss = layer.forward(x, t);
    const dx = layer.backward();
    expect(layer.forward(x, [1, 0])).toBe(loss);
    expect(layer.backward()).toEqual(dx);
    expect(layer.forward([1, 2, 3], 2)).toBe(layer.forward([1, 2, 3], [0, 0, 1]));
    expect(layer.y!.shape).toEqual([3]);
    expect(layer.backward().shape).toEqual([3]);
    expect(layer.loss).toBeCloseTo(0.4076059644443803, 14);
  });

  it("refuses targets of neither form", () => {
    expect(() => new SoftmaxWithLoss().forward(x, [1, 2, 0])).toThrow(
      "SoftmaxWithLoss: y is [2, 3], t is [3]; t must be one-hot rows of y's shape, or labels [2]",
    );
    expect(() => new SoftmaxWithLoss().forward(x, [1, 3])).toThrow("SoftmaxWithLoss: label 3 of sample 1");
  });
});

describe("all layers", () => {
  it("refuse to go backward first", () => {
    for (const layer of [new Relu(), new Sigmoid(), new Add(), new Mul(), new Affine([[1]], [1])]) {
      expect(() => layer.backward(1)).toThrow(
        `${layer.constructor.name}: backward needs a forward pass before it; call forward first`,
      );
    }
    expect(() => new SoftmaxWithLoss().backward()).toThrow("SoftmaxWithLoss: backward needs a forward pass");
  });

  it("refuse a dout of another shape", () => {
    const layer = new Relu();
    layer.forward(x);
    expect(() => layer.backward([1, 2])).toThrow(
      "Relu: dout is [2], the forward result is [2, 3]; both must be of one shape",
    );
  });
});
