import { beforeAll, describe, expect, test } from "vitest";
import {
  crossEntropy,
  type DTypeName,
  dense,
  flatten,
  he,
  init,
  momentum,
  sequential,
  sumSquaredError,
  tanh,
  tensor,
} from "../../src/index.ts";
import { type TypedArray, typedArrays } from "../../src/tensor.ts";
import { elements } from "../graph/op-cases.ts";
import { type TrainingOptions, train } from "../reference/training.ts";
import { expectSameBits } from "../same-bits.ts";

beforeAll(() => init());

const N = 40;
/** A sample is 19 elements: a row of bytes is read sixteen at a time, then one by one. */
const SAMPLE = [1, 19];
const CLASSES = 3;

/** [N, …SAMPLE], of values that the type can hold and float32 in part cannot; where `sparse`, four of five are zeros. */
function samples(dtype: DTypeName, sparse = false): TypedArray {
  const floats = elements("any", [N, ...SAMPLE], "float64", { seed: 1, classes: 1 });
  const numbers = Array.from(floats, (x, i) => (sparse && i % 5 > 0 ? 0 : toType[dtype](x)));
  return typedArrays[dtype].from(numbers);
}

const toType: Readonly<Record<DTypeName, (x: number) => number>> = {
  uint8: (x) => 128 + 8 * x,
  int32: (x) => Math.round(1e8 * x) + 1,
  float32: (x) => x,
  float64: (x) => x,
};

const rows = elements("oneHot", [N, CLASSES], "float64", { seed: 2, classes: CLASSES });
const labels = elements("labels", [N], "float64", { seed: 3, classes: CLASSES });

async function expectSame(options: TrainingOptions): Promise<void> {
  const { layers, input, dtype = "float32", data, ...fitOptions } = options;
  using net = sequential(layers, { input, dtype });
  const history = await net.fit(data, fitOptions);
  const expected = train(options);
  expectSameBits(Float64Array.from(history.loss), Float64Array.from(expected.losses), "losses");
  for (const [name, values] of Object.entries(expected.params)) {
    expectSameBits(net.params[name]!.data, values, name);
  }
  expect(history.loss.every(Number.isFinite)).toBe(true);
}

describe.each(["float32", "float64"] as const)("a network in %s", (dtype) => {
  const common = {
    layers: [flatten(), dense(6, { weight: he() }), tanh(), dense(CLASSES)],
    input: SAMPLE,
    dtype,
    batchSize: 7,
    steps: 15,
  };

  test.each<[DTypeName, number | undefined]>([
    ["uint8", undefined],
    ["uint8", 1 / 255],
    ["int32", 1e-8],
    ["float32", undefined],
    ["float32", 0.3],
    ["float64", undefined],
    ["float64", 0.3],
  ])("inputs of %s, scaled by %s, dense or mostly zeros", async (type, scale) => {
    for (const sparse of [false, true]) {
      const data = {
        x: tensor(samples(type, sparse), [N, ...SAMPLE]),
        t: tensor(labels),
        ...(scale !== undefined && { scale }),
      };
      await expectSame({ ...common, data, loss: crossEntropy(), optimizer: momentum() });
    }
  });

  test.each<DTypeName>(["uint8", "int32", "float32", "float64"])("targets of %s, in rows", async (type) => {
    const data = { x: tensor(samples("float32"), [N, ...SAMPLE]), t: tensor(rows, [N, CLASSES], type) };
    await expectSame({ ...common, data, loss: crossEntropy(), optimizer: momentum() });
    await expectSame({ ...common, data, loss: sumSquaredError(), optimizer: momentum() });
  });

  test("labels of uint8", async () => {
    const data = { x: tensor(samples("float32"), [N, ...SAMPLE]), t: tensor(labels, [N], "uint8") };
    await expectSame({ ...common, data, loss: crossEntropy(), optimizer: momentum() });
  });
});
