import { beforeAll, describe, expect, it, test } from "vitest";
import { sampleBatch } from "../../src/data/index.ts";
import {
  accumulate,
  adam,
  batchNorm,
  checkpoint,
  clipByGlobalNorm,
  constant,
  cosine,
  crossEntropy,
  DataError,
  dense,
  dropout,
  he,
  init,
  load,
  meanSquaredError,
  memoryReport,
  momentum,
  type Network,
  NotFiniteError,
  type Optimizer,
  OptionError,
  relu,
  ShapeError,
  StateError,
  sequential,
  sgd,
  sumSquaredError,
  tensor,
  trainStep,
  weightDecay,
} from "../../src/index.ts";
import { expectSameBits } from "../same-bits.ts";
import { blobs, slope } from "./blobs.ts";
import { expectError, make } from "./expect-error.ts";

beforeAll(() => init());

/** Of numbers that both types hold. */
const bytes = blobs(100);
const data = {
  x: tensor(
    Float32Array.from(bytes.x.data, (x) => x / 256),
    [100, 2],
  ),
  t: bytes.t,
};
const net = (dtype: "float32" | "float64" = "float32") =>
  sequential([dense(8, { weight: he() }), batchNorm(), relu(), dropout(0.2), dense(3)], {
    input: [2],
    seed: 4,
    dtype,
  });

function expectSame(actual: Network, expected: Network): void {
  for (const kind of ["params", "state"] as const) {
    for (const [name, { data }] of Object.entries(expected[kind])) {
      expectSameBits(actual[kind][name]!.data, data, name);
    }
  }
  expect(actual.steps).toBe(expected.steps);
}

/** The batches that `fit` draws with replacement, in the network's numbers. */
const batch = (step: number) => sampleBatch(data, 16, { seed: 4, step });

const optimizers: Readonly<Record<string, () => Optimizer>> = {
  sgd: () => sgd({ lr: 0.1 }),
  momentum: () => momentum({ lr: 0.1 }),
  "adam with everything": () =>
    adam({
      lr: cosine({ from: 0.1, steps: 30 }),
      with: [weightDecay(0.01), clipByGlobalNorm(0.5), accumulate(2)],
    }),
};

describe.each(["float32", "float64"] as const)("in %s", (dtype) => {
  test.each(Object.entries(optimizers))("%s: steps are those of fit", async (_, optimizer) => {
    using fitted = net(dtype);
    const { loss } = await fitted.fit(data, {
      loss: crossEntropy(),
      optimizer: optimizer(),
      batchSize: 16,
      steps: 9,
      sampling: "replacement",
    });
    using stepped = net(dtype);
    const own = optimizer();
    const losses = Array.from({ length: 9 }, (_, step) => {
      const [x, t] = batch(step);
      return trainStep(stepped, x, t, { optimizer: own, loss: crossEntropy() });
    });
    expectSameBits(Float64Array.from(losses), Float64Array.from(loss), "losses");
    expectSame(stepped, fitted);
  });
});

it("goes on where fit ended, and fit where it ended, also from a checkpoint", async () => {
  const options = (optimizer: Optimizer) => ({
    loss: crossEntropy(),
    optimizer,
    batchSize: 16,
    sampling: "replacement" as const,
  });
  using whole = net();
  await whole.fit(data, { ...options(adam()), steps: 12 });
  using mixed = net();
  const optimizer = adam();
  await mixed.fit(data, { ...options(optimizer), steps: 4 });
  for (const step of [4, 5]) trainStep(mixed, ...batch(step), { optimizer });
  await mixed.fit(data, { ...options(optimizer), steps: 2 });
  for (const step of [8, 9]) trainStep(mixed, ...batch(step), { optimizer });
  using again = await load(checkpoint(mixed));
  const other = adam();
  for (const step of [10, 11]) trainStep(again, ...batch(step), { optimizer: other });
  expectSame(again, whole);
});

it("takes batches of any size, one sample, and what lies in other types", () => {
  using one = make();
  using two = make();
  const optimizer = sgd({ lr: 0.1 });
  const other = sgd({ lr: 0.1 });
  for (const [x, t] of [
    [[[0.5, 1]], [1]],
    [
      [
        [0, 0.25],
        [1, 0.5],
      ],
      [0, 2],
    ],
    [[[0.5, 1]], [2]],
  ] as const) {
    const rows = new Float32Array(3 * t.length);
    for (const [i, label] of t.entries()) rows[3 * i + label] = 1;
    const loss = trainStep(one, tensor(x as never), Uint8Array.from(t), { optimizer });
    expect(
      trainStep(two, tensor(x as never, undefined, "float64"), tensor(rows, [t.length, 3]), {
        optimizer: other,
      }),
    ).toBe(loss);
  }
  trainStep(one, [0.5, 0.25], 2, { optimizer });
  trainStep(two, [[0.5, 0.25]], [2], { optimizer: other });
  expectSame(two, one);
});

it("multiplies integers by the network's scale", () => {
  using one = make();
  using two = make();
  one.scale = 1 / 255;
  trainStep(one, tensor(new Uint8Array([255, 51]), [1, 2]), [1], { optimizer: sgd() });
  trainStep(two, [[Math.fround(255 * Math.fround(1 / 255)), Math.fround(51 * Math.fround(1 / 255))]], [1], {
    optimizer: sgd(),
  });
  expectSame(two, one);
});

it("another optimizer begins anew, and a changed rate takes effect", () => {
  using one = make();
  using two = make();
  const [first, second] = [momentum(), momentum()];
  const [x, t] = batch(0);
  for (const optimizer of [first, second]) trainStep(one, x, t, { optimizer });
  trainStep(two, x, t, { optimizer: first });
  two.grads; // is only read
  trainStep(two, x, t, { optimizer: momentum() });
  expectSame(two, one);
  second.lr = 0.5;
  const before = { ...one.params };
  trainStep(one, x, t, { optimizer: second });
  expect(one.params["dense1.weight"]).not.toEqual(before["dense1.weight"]);
});

it("its loss is then that of the network's other calls", () => {
  using values = sequential([dense(1)], { input: [2] });
  const { x, t } = slope(10);
  trainStep(values, x, t, { optimizer: sgd(), loss: meanSquaredError() });
  expect(values.loss(x, t)).toBe(values.loss(x, t, meanSquaredError()));
});

it("a loss that is not finite leaves everything as it was", () => {
  using values = sequential([dense(1, { weight: constant(1e30) })], { input: [2] });
  const before = { ...values.params };
  const step = () =>
    trainStep(values, [[1, 1]], [[0]], { optimizer: sgd({ lr: 0.5 }), loss: sumSquaredError() });
  expect(step).toThrow(NotFiniteError);
  expect(step).toThrow(
    expect.objectContaining({ step: 1, loss: Number.POSITIVE_INFINITY, parametersFinite: true }),
  );
  expect({ ...values.params }).toEqual(before);
  expect(values.steps).toBe(0);
});

it("refuses what fit and loss refuse, and trains nothing", async () => {
  using refused = make();
  const optimizer = sgd();
  const before = checkpoint(refused);
  const step =
    (x: unknown, t: unknown, options: unknown = { optimizer }) =>
    () =>
      trainStep(refused, x as never, t as never, options as never);
  expect(step([[1, 2, 3]], [1])).toThrow(ShapeError);
  expect(step([[1, Number.NaN]], [1])).toThrow(DataError);
  expect(step([[1, 2]], [3])).toThrow(DataError);
  expectError(
    step([[1, 2]], [1], {}),
    OptionError,
    "trainStep: optimizer must be an optimizer, such as sgd({ lr: 0.1 }); got undefined",
  );
  expect(step([[1, 2]], [1], { optimizer: {} })).toThrow(
    "trainStep: optimizer must be an optimizer, such as sgd({ lr: 0.1 })",
  );
  expect(step([[1, 2]], [1], { optimizer, loss: 1 })).toThrow("trainStep: loss must be a loss");
  expect(() => trainStep({} as never, [[1, 2]], [1], { optimizer })).toThrow(
    "trainStep: net must be a network",
  );
  const fitted = refused.fit(data, { loss: crossEntropy(), optimizer, steps: 1 });
  expectError(
    step([[1, 2]], [1]),
    StateError,
    "trainStep: this network is being trained by fit; await that first",
  );
  await fitted;
  expect(before.length).toBeGreaterThan(0);
});

it("its memory ends with the network", () => {
  const before = memoryReport().held;
  const gone = make();
  for (const optimizer of [sgd(), adam()]) trainStep(gone, [[1, 2]], [1], { optimizer });
  gone.dispose();
  expect(memoryReport().held).toBe(before);
  expect(() => trainStep(gone, [[1, 2]], [1], { optimizer: sgd() })).toThrow(StateError);
});
