import { beforeAll, describe, expect, it } from "vitest";
import {
  crossEntropy,
  dense,
  gradientCheck,
  init,
  OptionError,
  permute,
  relu,
  reshape,
  ShapeError,
  sequential,
  sgd,
  tensor,
} from "../../../src/index.ts";
import { size } from "../../../src/tensor.ts";

beforeAll(() => init());

const x = {
  shape: [4, 2, 3],
  dtype: "float64" as const,
  data: Float64Array.from({ length: 24 }, (_, i) => Math.sin(i)),
};

describe("reshape and permute", () => {
  it("give each sample another shape", () => {
    using net = sequential([permute([2, 1]), reshape([3, 1, 2])], { input: [2, 3], dtype: "float64" });
    const y = net.predict(x);
    expect(y.shape).toEqual([4, 3, 1, 2]);
    const expected = Array.from({ length: 24 }, (_, i) => {
      const [sample, row, column] = [Math.floor(i / 6), Math.floor(i / 2) % 3, i % 2];
      return x.data[sample * 6 + column * 3 + row];
    });
    expect([...y.data]).toEqual(expected);
  });

  it("are trained through", async () => {
    using net = sequential([permute([2, 1]), reshape([size([2, 3])]), dense(4), relu(), dense(3)], {
      input: [2, 3],
      dtype: "float64",
      seed: 3,
    });
    const t = Int32Array.of(0, 1, 2, 1);
    for (const [name, { maxRelativeError }] of Object.entries(
      gradientCheck(net, x, t, { loss: crossEntropy() }),
    )) {
      expect(maxRelativeError, name).toBeLessThan(1e-6);
    }
    const before = net.loss(x, t, crossEntropy());
    await net.fit(
      { x, t: tensor(t) },
      { loss: crossEntropy(), optimizer: sgd({ lr: 0.5 }), batchSize: 4, steps: 20 },
    );
    expect(net.loss(x, t)).toBeLessThan(before);
  });

  it("refuse what they cannot do", () => {
    const refused = (make: () => unknown, kind: typeof OptionError | typeof ShapeError, message: string) => {
      expect(make).toThrow(kind);
      expect(make).toThrow(message);
    };
    refused(
      () => permute([1, 1]),
      OptionError,
      "permute: axes must name each axis of a sample once, counted from 1",
    );
    refused(() => permute([0, 1]), OptionError, "got [0, 1]");
    refused(() => reshape([-1]), OptionError, "reshape: shape must be a list of whole numbers of at least 1");
    refused(
      () => sequential([reshape([4])], { input: [2, 3] }),
      ShapeError,
      "reshape1: a sample is [2, 3], target is [4]; both must hold as many elements (6 and 4)",
    );
    refused(
      () => sequential([permute([1, 2, 3])], { input: [2, 3] }),
      ShapeError,
      "permute1: a sample is [2, 3]; axes must name each of its 2 axes once, counted from 1; got [1, 2, 3]",
    );
  });
});
