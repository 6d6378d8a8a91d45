// Documented errors of the calls that take a batch, and of parameters, by class and text.

import { beforeAll, describe, expect, it } from "vitest";
import {
  DataError,
  init,
  layer,
  type Network,
  ShapeError,
  sequential,
  sumSquaredError,
  tensor,
} from "../../src/index.ts";
import { reshape } from "../../src/ops.ts";
import { type ErrorClass, expectError, make } from "./expect-error.ts";

beforeAll(() => init());

describe("predict, loss, gradient and accuracy refuse", () => {
  // Only what a row of the table is about is wrong.
  const label = (x: unknown) => (x instanceof Float64Array ? [0, 0] : 0);
  const calls = {
    predict: (net: Network, x: unknown) => net.predict(x as number[]),
    loss: (net: Network, x: unknown, t: unknown = label(x)) => net.loss(x as number[], t as number),
    gradient: (net: Network, x: unknown, t: unknown = label(x)) => net.gradient(x as number[], t as number),
    accuracy: (net: Network, x: unknown, t: unknown = label(x)) => net.accuracy(x as number[], t as number),
  };
  const withTargets = ["loss", "gradient", "accuracy"] as const;
  let net: Network;
  beforeAll(() => {
    net = make();
  });

  describe.each(Object.entries(calls))("%s:", (name, call) => {
    it.each<[string, unknown, ErrorClass, string]>([
      [
        "a sample too long",
        [1, 2, 3],
        ShapeError,
        "x is [3]; the network takes one sample [2] or a batch [n, 2]",
      ],
      [
        "a batch of others",
        [[1], [2]],
        ShapeError,
        "x is [2, 1]; the network takes one sample [2] or a batch [n, 2]",
      ],
      ["a number", 5, ShapeError, "x is []; the network takes one sample [2] or a batch [n, 2]"],
      [
        "a typed array of no whole samples",
        new Float32Array(3),
        ShapeError,
        "x is [3]; the network takes one sample [2] or a batch [n, 2]",
      ],
      ["an empty batch", tensor([], [0, 2]), DataError, "x [0, 2] holds no samples"],
      [
        "NaN in a sample",
        [1, Number.NaN],
        DataError,
        "x [2] is NaN at sample 0, element 1; remove such samples or fill the gaps first",
      ],
      [
        "NaN in a flat batch",
        new Float64Array([1, 2, Number.NaN, 4]),
        DataError,
        "x [4] is NaN at sample 1, element 0; remove such samples or fill the gaps first",
      ],
      [
        "nothing",
        undefined,
        DataError,
        "x: must be a tensor, a typed array or nested arrays of numbers; got undefined",
      ],
      [
        "half a tensor",
        { shape: [3, 2], dtype: "float32", data: new Float32Array(4) },
        DataError,
        "x: its shape [3, 2] has 6 elements, but its data has 4",
      ],
    ])("%s", (_, x, kind, message) => {
      expectError(() => call(net, x), kind, `${name}: ${message}`);
    });
  });

  describe.each(withTargets)("%s:", (name) => {
    const x = [
      [1, 2],
      [3, 4],
    ];
    it.each<[string, unknown, ErrorClass, string]>([
      [
        "a label out of range",
        [0, 3],
        DataError,
        "label 3 of sample 1 is out of range; the network's output has 3 classes, so labels are whole numbers from 0 to 2",
      ],
      [
        "a fractional label",
        [0.5, 1],
        DataError,
        "label 0.5 of sample 0 is out of range; the network's output has 3 classes, so labels are whole numbers from 0 to 2",
      ],
      ["too few labels", [1], ShapeError, "t is [1] for a batch of 2; it must be labels [2] or rows [2, 3]"],
      [
        "rows of other classes",
        [
          [1, 0],
          [0, 1],
        ],
        ShapeError,
        "t is [2, 2] for a batch of 2; it must be labels [2] or rows [2, 3]",
      ],
      [
        "rows lying on their side",
        [
          [1, 0],
          [0, 1],
          [0, 0],
        ],
        ShapeError,
        "t is [3, 2] for a batch of 2; it must be labels [2] or rows [2, 3]",
      ],
      [
        "NaN",
        [
          [1, 0, 0],
          [0, Number.NaN, 0],
        ],
        DataError,
        "t [2, 3] is NaN at sample 1, element 1; remove such samples or fill the gaps first",
      ],
    ])("%s", (_, t, kind, message) => {
      expectError(() => calls[name](net, x, t), kind, `${name}: ${message}`);
    });
  });

  it("loss: values of another shape", () => {
    expectError(
      () => net.loss([1, 2], [1, 2], sumSquaredError()),
      ShapeError,
      "loss: t is [2] for a batch of 1; it must be [1, 3]",
    );
  });

  it("accuracy: an output without classes", () => {
    using image = sequential([layer("image", (y) => reshape(y, [y.shape[0]!, 1, 2]))], { input: [2] });
    expectError(
      () => image.accuracy([1, 2], 0),
      ShapeError,
      "accuracy: class labels need an output of [batch, classes]; the network's is [batch, 1, 2]",
    );
  });
});

describe("a parameter refuses", () => {
  it.each<[string, unknown, ErrorClass, string]>([
    [
      "another shape",
      tensor([1, 2, 3, 4]),
      ShapeError,
      "dense1.weight: the parameter is [2, 4], the tensor assigned to it [4]; shapes must be equal",
    ],
    [
      "NaN",
      tensor(new Float32Array(8).fill(Number.NaN), [2, 4]),
      DataError,
      "dense1.weight: element 0 of the tensor assigned to it is NaN; all must be finite in float32",
    ],
    [
      "what is no tensor",
      [
        [1, 2, 3, 4],
        [5, 6, 7, 8],
      ],
      DataError,
      "dense1.weight: must be a tensor { shape, dtype, data }, which tensor(…) makes; got an array of 2",
    ],
    [
      "data that does not fill its shape",
      { shape: [2, 4], dtype: "float32", data: new Float32Array(9) },
      DataError,
      "dense1.weight: its shape [2, 4] has 8 elements, but its data has 9",
    ],
  ])("%s", (_, value, kind, message) => {
    using net = make();
    const before = net.params;
    const bits = Object.values(before);
    for (const region of [net.params, net.grads]) {
      expectError(() => Object.assign(region, { "dense1.weight": value }), kind, message);
    }
    expect(Object.values(net.params)).toEqual(bits);
  });

  it("a name that is none", () => {
    using net = make();
    expectError(
      () => Object.assign(net.params, { "dense9.weight": tensor([1]) }),
      DataError,
      'params: there is no parameter "dense9.weight"; there are "dense1.weight", "dense1.bias", "dense2.weight", "dense2.bias"',
    );
    expectError(
      () => delete net.params["dense1.bias"],
      DataError,
      'params: "dense1.bias" cannot be deleted; a network keeps the parameters that its layers declare',
    );
    expect(net.params["dense9.weight"]).toBeUndefined();
  });
});
