import { beforeAll, describe, expect, it } from "vitest";
import { type Updates, updater } from "../../src/book/index.ts";
import {
  accumulate,
  adam,
  adamw,
  clipByGlobalNorm,
  clipByNorm,
  cosine,
  crossEntropy,
  dense,
  frozen,
  group,
  he,
  init,
  lion,
  movingAverage,
  type Optimizer,
  OptionError,
  plateau,
  relu,
  sequential,
  sgd,
  type Tensor,
  tensor,
  weightDecay,
} from "../../src/index.ts";
import { expectSameBits } from "../same-bits.ts";
import { blobs } from "../train/blobs.ts";

beforeAll(() => init());

const data = blobs(40);
const make = (dtype: "float32" | "float64") =>
  sequential([dense(40, { weight: he() }), relu(), dense(40, { weight: he() }), relu(), dense(3)], {
    input: [2],
    seed: 5,
    dtype,
  });

describe("updater", () => {
  const optimizers: Readonly<Record<string, () => Optimizer>> = {
    adamw,
    "lion with a schedule": () => lion({ lr: cosine({ from: 0.01, steps: 5 }) }),
    "sgd with everything": () =>
      sgd({
        lr: 0.1,
        with: [
          accumulate(2),
          clipByGlobalNorm(0.1),
          weightDecay(0.1),
          group("bias", { weightDecay: 0 }),
          movingAverage(0.5),
        ],
      }),
    "adam, clipped, in part": () => adam({ with: [clipByNorm(0.01), frozen("dense2")] }),
  };
  it.each(Object.entries(optimizers))("%s has the bits of fit", async (_, make2) => {
    for (const dtype of ["float32", "float64"] as const) {
      using fitted = make(dtype);
      using looped = make(dtype);
      const optimizer = updater(make2());
      const used = make2();
      for (let step = 0; step < 6; step++) {
        // All samples in one batch, whose order changes no more than the rounding: so each step begins from the same weights.
        const before = { ...looped.params };
        fitted.params = before;
        await fitted.fit(data, { loss: crossEntropy(), optimizer: used, batchSize: 40, steps: 1 });
        optimizer.update(looped.params, { ...fitted.grads });
        for (const [name, { data: values }] of Object.entries(fitted.params)) {
          expectSameBits(looped.params[name]!.data, values, `${name}, ${dtype}, step ${step}`);
        }
      }
    }
  });

  it("keeps a moving average", () => {
    const optimizer = updater(sgd({ lr: 1, with: [movingAverage(0.5)] }));
    const params = { w: tensor(Float64Array.of(3, 1)) };
    const message =
      "updater: there is no moving average; make the optimizer with: [movingAverage()], and update";
    expect(() => optimizer.averaged()).toThrow(message);
    optimizer.update(params, { w: tensor(Float64Array.of(1, 0)) });
    optimizer.update(params, { w: tensor(Float64Array.of(1, 1)) });
    expect(optimizer.averaged()).toEqual({ w: tensor(Float64Array.of(1.5, 0.5)) });
    expect(params.w.data).toEqual(Float64Array.of(1, 0));
    const plain = updater(sgd());
    plain.update(params, { w: tensor(Float64Array.of(1, 1)) });
    expect(() => plain.averaged()).toThrow(message);
  });

  it("wants no gradients of what is frozen", () => {
    const optimizer = updater(sgd({ lr: 1, with: [frozen("b")] }));
    const params = { w: 3, b: 5 };
    optimizer.update(params, { w: 1 });
    expect(params).toEqual({ w: 2, b: 5 });
    expect(() => optimizer.update(params, { b: 1 })).toThrow(
      "updater: there is no gradient for the parameter w",
    );
  });

  it("refuses what it cannot do", () => {
    const refused: [() => unknown, string][] = [
      [
        () => updater(undefined as never),
        "updater: optimizer must be an optimizer, such as sgd({ lr: 0.1 }); got undefined",
      ],
      [
        () => updater(sgd({ lr: plateau({ from: 1 }) })),
        "updater: the learning rate follows evaluations, which only fit makes; give another schedule",
      ],
    ];
    for (const [call, message] of refused) expect(call).toThrow(new OptionError(message));
    const mixed = { a: tensor(Float64Array.of(1)), b: tensor(Float32Array.of(1)) } as Record<string, Tensor>;
    const clipped = (): Updates => updater(sgd({ with: [clipByGlobalNorm(1)] }));
    expect(() => clipped().update(mixed, mixed)).toThrow(
      "updater: there are parameters of float32 and of float64; for clipByGlobalNorm all must be of one type",
    );
    expect(() => updater(sgd({ with: [group("c", {})] })).update({ a: 1 }, { a: 1 })).toThrow(
      'updater: there is no layer or parameter "c", which optimizer.with names; there are a',
    );
  });
});
