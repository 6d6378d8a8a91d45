// Numbers that float64 holds and float32 does not: refused where they enter a program in float32, and taken in float64.

import { beforeAll, describe, expect, test } from "vitest";
import { updater } from "../../src/book/index.ts";
import {
  adadelta,
  adaGrad,
  adam,
  adamax,
  adamw,
  amsgrad,
  batchNorm,
  clipByGlobalNorm,
  clipByNorm,
  clipByValue,
  crossEntropy,
  dense,
  groupNorm,
  init,
  type Layer,
  layer,
  layerNorm,
  meanSquaredError,
  model,
  momentum,
  nadam,
  nesterov,
  type Optimizer,
  OptionError,
  radam,
  rmsprop,
  sequential,
  sgd,
  trainStep,
  weightDecay,
} from "../../src/index.ts";
import { add, clip, constant, pad, scale, type Value } from "../../src/ops.ts";
import { blobs } from "../train/blobs.ts";
import { expectError, expectRejection } from "../train/expect-error.ts";

beforeAll(() => init());

const make = (layers: readonly Layer[], dtype: "float32" | "float64" = "float32") =>
  sequential([dense(4), ...layers, dense(3)], { input: [2], dtype });

const tiny = 1e-300;
const huge = 1e300;
const above = "must be a number above 0 in float32; got 1e-300";
const finite = "must be a finite number in float32; got 1e+300";

describe("a layer or an op", () => {
  const of = (name: string, forward: (x: Value) => Value) => layer(name, forward);
  test.each<[string, () => Layer, string]>([
    ["batchNorm", () => batchNorm({ epsilon: tiny }), `batchNorm1: epsilon ${above}`],
    ["layerNorm", () => layerNorm({ epsilon: tiny }), `layerNorm1: epsilon ${above}`],
    ["groupNorm", () => groupNorm(2, { epsilon: tiny }), `groupNorm1: epsilon ${above}`],
    [
      "momentum",
      () => batchNorm({ momentum: 1 - 1e-12 }),
      "batchNorm1: momentum must be a number from 0 to below 1 in float32; got 0.999999999999",
    ],
    ["scale", () => of("own", (x) => scale(x, huge)), `scale: factor ${finite}`],
    ["constant", () => of("own", (x) => add(x, constant(huge, x.dtype))), `constant: the value ${finite}`],
    ["clip, low", () => of("own", (x) => clip(x, -huge, 1)), `clip: low ${finite.replace("1e", "-1e")}`],
    [
      "clip, high",
      () => of("own", (x) => clip(x, 0, huge)),
      "clip: high must be a number of at least low (0) in float32; got 1e+300",
    ],
    ["pad", () => of("own", (x) => pad(x, [[0, 0]], { value: huge })), `pad: value ${finite}`],
  ])("%s", (_, layer, message) => {
    expectError(() => make([layer()]), OptionError, message);
    using net = make([layer()], "float64");
    expect(net.dtype).toBe("float64");
  });

  test("the weight of a loss", async () => {
    using net = model(({ x }, apply) => ({ a: apply(dense(3), x), b: apply(dense(1), x) }), {
      inputs: { x: [2] },
    });
    const { x, t } = blobs(10);
    const data = { x: { x }, t: { a: t, b: Array.from({ length: 10 }, () => [1]) }, scale: { x: 1 } };
    const loss = { a: crossEntropy(), b: { loss: meanSquaredError(), weight: tiny } };
    await expectRejection(
      net.fit(data as never, { loss, optimizer: sgd(), steps: 1 }),
      OptionError,
      `fit: loss.b: weight ${above}`,
    );
  });
});

describe("an optimizer", () => {
  const epsilon = tiny;
  const corrected =
    /optimizer\.epsilon·√\(1 − beta2\) must be a number above 0 in float32; got 3\.16\d*e-302/;
  const plain = `optimizer.epsilon ${above}`;
  const fraction = (name: string) =>
    `optimizer.${name} must be a number from 0 to below 1 in float32; got 0.999999999999`;
  const limit = (kind: string) => `optimizer.with: the limit of ${kind} ${above}`;
  test.each<[string, () => Optimizer, string | RegExp]>([
    ["momentum", () => momentum({ momentum: 1 - 1e-12 }), fraction("momentum")],
    ["nesterov", () => nesterov({ momentum: 1 - 1e-12 }), fraction("momentum")],
    ["adaGrad", () => adaGrad({ epsilon }), plain],
    ["rmsprop", () => rmsprop({ epsilon }), plain],
    ["adadelta", () => adadelta({ epsilon }), plain],
    ["adam", () => adam({ epsilon }), plain],
    ["adam, corrected", () => adam({ epsilon, corrected: true }), corrected],
    // As float32 holds it, but not what becomes of it in the first update.
    ["adam, nearly", () => adam({ epsilon: 1e-44, corrected: true }), /must be a number above 0 in float32/],
    ["amsgrad", () => amsgrad({ epsilon }), corrected],
    ["adamw", () => adamw({ epsilon }), corrected],
    ["nadam", () => nadam({ epsilon }), corrected],
    ["radam", () => radam({ epsilon }), plain],
    ["adamax", () => adamax({ epsilon }), plain],
    ["adamax, beta2", () => adamax({ beta2: 1 - 1e-12 }), fraction("beta2")],
    ["clipByValue", () => sgd({ with: [clipByValue(tiny)] }), limit("clipByValue")],
    ["clipByNorm", () => sgd({ with: [clipByNorm(tiny)] }), limit("clipByNorm")],
    ["clipByGlobalNorm", () => sgd({ with: [clipByGlobalNorm(tiny)] }), limit("clipByGlobalNorm")],
    [
      "an infinite rate",
      () => sgd({ lr: huge }),
      "the optimizer sgd has the coefficient 1e+300; all must be finite in float32",
    ],
    [
      "an infinite decay",
      () => sgd({ with: [weightDecay(huge)] }),
      "the optimizer sgd has the coefficient 1e+300; all must be finite in float32",
    ],
  ])("%s", async (name, optimizer, message) => {
    const data = { ...blobs(20), scale: 1e-3 };
    const fitting = { loss: crossEntropy(), steps: 2 };
    using net = make([]);
    await expect(net.fit(data, { ...fitting, optimizer: optimizer() })).rejects.toThrow(message);
    await expect(net.fit(data, { ...fitting, optimizer: optimizer() })).rejects.toThrow(OptionError);
    const step = () => trainStep(net, [[1, 2]], [1], { optimizer: optimizer(), loss: crossEntropy() });
    expect(step).toThrow(message);
    expect(net.steps).toBe(0);
    if (name.startsWith("an infinite")) return;
    const update = () => updater(optimizer()).update(net.params, net.grads);
    expect(update).toThrow(message);
    using exact = make([], "float64");
    await exact.fit(data, { ...fitting, optimizer: optimizer() });
    expect(exact.steps).toBe(2);
  });

  test("a rate that float32 holds as 0 trains nothing, as one of 0", async () => {
    for (const lr of [0, tiny]) {
      using net = make([]);
      const before = { ...net.params };
      await net.fit(blobs(20), { loss: crossEntropy(), optimizer: adam({ lr }), steps: 2 });
      expect({ ...net.params }).toEqual(before);
      expect(net.steps).toBe(2);
    }
  });
});
