import { beforeAll, describe, expect, test } from "vitest";
import {
  adaGrad,
  adam,
  crossEntropy,
  type Dataset,
  dense,
  he,
  init,
  momentum,
  type Optimizer,
  relu,
  type Sampling,
  sequential,
  sgd,
} from "../../src/index.ts";
import { elements } from "../graph/op-cases.ts";
import { expectSameBits } from "../same-bits.ts";

beforeAll(() => init());

const N = 47;
const data: Dataset = {
  x: { shape: [N, 9], dtype: "float32", data: elements("any", [N, 9], "float32", { seed: 1, classes: 1 }) },
  t: { shape: [N], dtype: "int32", data: elements("labels", [N], "float32", { seed: 2, classes: 4 }) },
};

/** Trains in fits of so many steps each, all with one optimizer. */
async function run(optimizer: Optimizer, cuts: readonly number[], sampling: Sampling) {
  using net = sequential([dense(11, { weight: he() }), relu(), dense(4, { weight: he() })], {
    input: [9],
    seed: 8,
  });
  const losses: number[] = [];
  for (const steps of cuts) {
    const { loss } = await net.fit(data, { loss: crossEntropy(), optimizer, batchSize: 10, steps, sampling });
    losses.push(...loss);
  }
  return { losses, params: Object.fromEntries(Object.entries(net.params)), steps: net.steps };
}

type Run = Awaited<ReturnType<typeof run>>;

function expectSame(actual: Run, expected: Run): void {
  expectSameBits(Float64Array.from(actual.losses), Float64Array.from(expected.losses), "losses");
  for (const [name, { data: values }] of Object.entries(expected.params)) {
    expectSameBits(actual.params[name]!.data, values, name);
  }
  expect(actual.steps).toBe(expected.steps);
}

describe.each([sgd, momentum, adaGrad, adam])("%o", (make) => {
  // An epoch is five steps, the last of seven samples.
  test.each<[string, number[]]>([
    ["at the end of an epoch", [10, 13]],
    ["in the middle of an epoch", [7, 16]],
    ["before the remainder of an epoch", [9, 14]],
    ["often", [1, 1, 2, 1, 3, 4, 11]],
  ])("fits cut %s equal one fit", async (_, cuts) => {
    expectSame(await run(make(), cuts, "shuffle"), await run(make(), [23], "shuffle"));
  });

  test("fits of batches with replacement, too", async () => {
    expectSame(await run(make(), [6, 17], "replacement"), await run(make(), [23], "replacement"));
  });
});

test("another optimizer object starts from zero", async () => {
  using net = sequential([dense(4, { weight: he() })], { input: [9], seed: 8 });
  using other = sequential([dense(4, { weight: he() })], { input: [9], seed: 8 });
  const options = { loss: crossEntropy(), batchSize: 10, steps: 6 };
  const kept = momentum();
  await net.fit(data, { ...options, optimizer: kept });
  await net.fit(data, { ...options, optimizer: kept });
  await other.fit(data, { ...options, optimizer: momentum() });
  await other.fit(data, { ...options, optimizer: momentum() });
  expect(other.params["dense1.weight"]!.data).not.toEqual(net.params["dense1.weight"]!.data);
});
