import { beforeAll, describe, expect, it, test } from "vitest";
import { sampleBatch, sampleCount, splitDataset, takeBatch } from "../../src/data/index.ts";
import {
  adam,
  binaryCrossEntropy,
  crossEntropy,
  DataError,
  dense,
  init,
  model,
  OptionError,
  type Tensor,
  tensor,
  trainStep,
} from "../../src/index.ts";
import { concatenate } from "../../src/ops.ts";
import { expectError } from "../train/expect-error.ts";

/** Twenty samples that say which they are, in both inputs and in a target. */
const data = {
  x: {
    image: tensor(
      Uint8Array.from({ length: 40 }, (_, i) => i >> 1),
      [20, 2],
    ),
    extra: tensor(
      Float64Array.from({ length: 20 }, (_, i) => i),
      [20, 1],
    ),
  },
  t: {
    digit: tensor(Uint8Array.from({ length: 20 }, (_, i) => (i < 15 ? 0 : 1))),
    value: tensor(Float32Array.from({ length: 20 }, (_, i) => i)),
  },
  scale: { image: 0.5 },
};

const list = ({ data }: Tensor) => Array.from(data);

describe("data of several inputs and outputs", () => {
  it("is split by samples", () => {
    const { train, test } = splitDataset(data, { test: 0.25 });
    expect([sampleCount(train), sampleCount(test), sampleCount(data)]).toEqual([15, 5, 20]);
    for (const { x, t, scale } of [train, test]) {
      expect(scale).toBe(data.scale);
      expect(x.image.dtype).toBe("uint8");
      expect(list(x.image).filter((_, i) => i % 2 === 0)).toEqual(list(t.value));
      expect(list(x.extra)).toEqual(list(t.value));
      expect(list(t.digit)).toEqual(list(t.value).map((i) => (i < 15 ? 0 : 1)));
    }
  });

  it("is stratified by the target that is named", () => {
    const { test } = splitDataset(data, { test: 0.2, stratify: "digit" });
    expect(list(test.t.digit)).toEqual([0, 0, 0, 1]);
    const one = { x: data.x, t: data.t.digit };
    expect(list(splitDataset(one, { test: 0.2, stratify: true }).test.t)).toEqual([0, 0, 0, 1]);
  });

  it("comes in batches of its form", () => {
    const [x, t] = takeBatch(data, 14, 16);
    expect(list(x.image)).toEqual([7, 7, 7.5, 7.5]);
    expect(list(x.extra)).toEqual([14, 15]);
    expect(t.digit).toEqual(tensor(Uint8Array.of(0, 1)));
    expect(t.value.dtype).toBe("float32");
    const [drawn, targets] = sampleBatch(data, 30, { seed: 3, step: 0 });
    expect(list(drawn.extra)).toEqual(list(targets.value));
    expect(list(sampleBatch({ x: data.x.extra, t: data.t }, 30, { seed: 3, step: 0 })[0])).toEqual(
      list(drawn.extra),
    );
  });

  it("trains a model step by step", async () => {
    await init();
    using net = model(
      ({ image, extra }, apply) => {
        const both = concatenate([image, extra], { axis: 1 });
        return { digit: apply(dense(2), both), value: apply(dense(1), both) };
      },
      { inputs: { image: [2], extra: [1] } },
    );
    const { train } = splitDataset({ ...data, t: { digit: data.t.digit, value: data.t.digit } });
    const [x, t] = takeBatch(train, 0, 16);
    const loss = { digit: crossEntropy(), value: binaryCrossEntropy() };
    expect(trainStep(net, x, t, { optimizer: adam(), loss })).toBeCloseTo(2 * Math.LN2, 1);
    expect((await net.fit(train, { loss, optimizer: adam(), steps: 2 })).steps).toBe(2);
  });

  test.each<[string, () => unknown, typeof DataError | typeof OptionError, string]>([
    [
      "several targets, of which none is named",
      () => splitDataset(data, { stratify: true }),
      DataError,
      'splitDataset: stratify must be true for one target, or the name of one of several; there are "digit", "value"',
    ],
    [
      "a target that there is not",
      () => splitDataset(data, { stratify: "digits" }),
      DataError,
      'splitDataset: stratify must be true for one target, or the name of one of several; there are "digit", "value"',
    ],
    [
      "inputs of other lengths",
      () => takeBatch({ ...data, x: { image: data.x.image, extra: tensor([1, 2]) } }, 0, 1),
      DataError,
      "takeBatch: the data set: x.image has 20 samples and x.extra has 2: x.image is [20, 2], x.extra is [2]",
    ],
    [
      "a target of another length",
      () => sampleCount({ x: data.x, t: tensor([1]) }),
      DataError,
      "dataset: x.image has 20 samples and t has 1: x.image is [20, 2], t is [1]",
    ],
    [
      "a scalar",
      () => sampleCount({ x: { image: tensor(1) }, t: data.t }),
      DataError,
      "dataset: x.image has no axis that counts the samples",
    ],
    [
      "an input that is no tensor",
      () => sampleBatch({ ...data, x: { image: {} as never } }, 2),
      DataError,
      "sampleBatch: the data set: x.image: must be a tensor { shape, dtype, data }, which tensor(…) makes; got an object",
    ],
    [
      "a scale of no input",
      () => splitDataset({ ...data, scale: { images: 1 } }),
      OptionError,
      'splitDataset: the data set: scale: there is no option "images"; did you mean image?',
    ],
    [
      "a scale that is no number",
      () => splitDataset({ x: data.x.extra, t: data.t, scale: Number.NaN }),
      OptionError,
      "splitDataset: the data set: scale must be a finite number; got NaN",
    ],
  ])("%s is refused", (_, call, type, message) => expectError(call, type, message));
});

describe("a tensor's elements", () => {
  beforeAll(() => init());

  // What this tests is its types: it is not compiled where they are wrong.
  it("are reduced whatever their type", () => {
    const { data: values } = tensor([1, 2, 4]);
    expect(values.reduce((sum, value, i) => sum + value * i, 0)).toBe(10);
    expect(values.reduce((most, value) => Math.max(most, value))).toBe(4);
    expect(values.reduceRight((text, value) => `${text}${value}`, "")).toBe("421");
  });
});
