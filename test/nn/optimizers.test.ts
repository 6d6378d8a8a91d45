import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import * as kobai from "../../src/index.ts";
import {
  accumulate,
  adadelta,
  adaGrad,
  adam,
  adamax,
  adamw,
  amsgrad,
  averaged,
  clipByGlobalNorm,
  clipByNorm,
  clipByValue,
  cosine,
  crossEntropy,
  dense,
  exponential,
  frozen,
  group,
  init,
  lion,
  momentum,
  movingAverage,
  type NestedArray,
  nadam,
  nesterov,
  type Optimizer,
  OptionError,
  oneCycle,
  plateau,
  polynomial,
  type Rate,
  radam,
  relu,
  rmsprop,
  sequential,
  sgd,
  stepDecay,
  swapAverage,
  tanh,
  tensor,
  warmUp,
  weightDecay,
} from "../../src/index.ts";

/** What test/fixtures/optimizers.py writes. */
interface Fixture {
  readonly x: NestedArray;
  readonly t: number[];
  readonly initial: Readonly<Record<string, NestedArray>>;
  readonly trajectories: Readonly<Record<string, Trajectory>>;
  readonly plateau: { readonly losses: number[]; readonly rates: number[] };
}

interface Trajectory {
  readonly losses: number[];
  readonly rates: number[];
  readonly params: Readonly<Record<string, number[]>>;
  /** all parameters' one behind the other */
  readonly average?: number[];
}

const fixture: Fixture = JSON.parse(
  readFileSync(new URL("../fixtures/optimizers.json", import.meta.url), "utf8"),
);

beforeAll(() => init());

const betas = { beta1: 0.8, beta2: 0.99, epsilon: 1e-3 };
const scheduled = (lr: Rate) => () => sgd({ lr });

/** With the script's coefficients. */
const optimizers: Readonly<Record<string, () => Optimizer>> = {
  sgd: () => sgd({ lr: 0.5 }),
  momentum: () => momentum({ lr: 0.1, momentum: 0.8 }),
  adaGrad: () => adaGrad({ lr: 0.1, epsilon: 1e-2 }),
  adam: () => adam({ lr: 0.05, ...betas }),
  "adam, corrected": () => adam({ lr: 0.05, ...betas, corrected: true }),
  nesterov: () => nesterov({ lr: 0.1, momentum: 0.8 }),
  rmsprop: () => rmsprop({ lr: 0.05, rho: 0.9, epsilon: 1e-2 }),
  adadelta: () => adadelta({ lr: 2, rho: 0.8, epsilon: 1e-2 }),
  amsgrad: () => amsgrad({ lr: 0.05, ...betas }),
  adamw: () => adamw({ lr: 0.05, weightDecay: 0.2, ...betas }),
  nadam: () => nadam({ lr: 0.05, momentumDecay: 0.04, ...betas }),
  radam: () => radam({ lr: 0.05, ...betas }),
  adamax: () => adamax({ lr: 0.05, ...betas }),
  lion: () => lion({ lr: 0.01, beta1: 0.8, beta2: 0.95, weightDecay: 0.2 }),
  "defaults of rmsprop": rmsprop,
  "defaults of adadelta": adadelta,
  "defaults of amsgrad": amsgrad,
  "defaults of adamw": adamw,
  "defaults of nadam": nadam,
  "defaults of radam": radam,
  "defaults of adamax": adamax,
  "L2 decay": () => rmsprop({ lr: 0.05, with: [weightDecay(0.3)] }),
  "clipped by value": () => sgd({ lr: 0.5, with: [clipByValue(0.02)] }),
  "clipped by norm": () => sgd({ lr: 0.5, with: [clipByNorm(0.1)] }),
  "clipped by global norm": () => sgd({ lr: 0.5, with: [clipByGlobalNorm(0.2)] }),
  "in groups": () =>
    sgd({
      lr: 0.1,
      with: [weightDecay(0.1), group("bias", { lrMultiplier: 2, weightDecay: 0 }), frozen("dense2.weight")],
    }),
  accumulated: () => adam({ lr: 0.05, ...betas, corrected: true, with: [accumulate(3)] }),
  everything: () =>
    adam({
      lr: warmUp({ steps: 3, factor: 0.2, to: cosine({ from: 0.05, steps: 6 }) }),
      ...betas,
      corrected: true,
      with: [
        movingAverage(0.9),
        frozen("dense2.weight"),
        group("bias", { lrMultiplier: 2, weightDecay: 0 }),
        weightDecay(0.1),
        clipByGlobalNorm(0.05),
        accumulate(2),
      ],
    }),
  stepDecay: scheduled(stepDecay({ from: 0.5, every: 6, gamma: 0.5 })),
  "stepDecay at": scheduled(stepDecay({ from: 0.5, at: [4, 5, 17], gamma: 0.5 })),
  exponential: scheduled(exponential({ from: 0.5, gamma: 0.9 })),
  polynomial: scheduled(polynomial({ from: 0.5, steps: 15, power: 1.7 })),
  cosine: scheduled(cosine({ from: 0.5, steps: 20, to: 0.05 })),
  "cosine with restarts": scheduled(cosine({ from: 0.5, steps: 3, restart: 2, to: 0.05 })),
  oneCycle: scheduled(oneCycle({ max: 0.8, steps: 20, divide: 10 })),
  warmUp: scheduled(warmUp({ steps: 5, factor: 0.2, to: exponential({ from: 0.5, gamma: 0.9 }) })),
  own: scheduled((step) => 0.5 / (1 + step)),
};

function network() {
  const net = sequential([dense(6), tanh(), dense(5), relu(), dense(3)], { input: [4], dtype: "float64" });
  for (const [name, values] of Object.entries(fixture.initial)) {
    net.params[name] = tensor(values, undefined, "float64");
  }
  return net;
}

const data = () => ({
  x: tensor(fixture.x, undefined, "float64"),
  t: tensor(fixture.t, undefined, "int32"),
});

test("the script has no other trajectories", () => {
  expect(Object.keys(optimizers).sort()).toEqual(Object.keys(fixture.trajectories).sort());
});

test.each(Object.entries(optimizers))("%s follows PyTorch's trajectory", async (name, make) => {
  const { losses, rates, params } = fixture.trajectories[name]!;
  const optimizer = make();
  const { lr } = optimizer;
  using net = network();
  const history = await net.fit(data(), {
    loss: crossEntropy(),
    optimizer,
    batchSize: fixture.t.length,
    steps: losses.length,
  });
  // Both round differently, and forty steps carry that on.
  history.loss.forEach((loss, step) => {
    expect(Math.abs(loss - losses[step]!), `loss of step ${step}`).toBeLessThan(1e-12);
  });
  if (typeof lr === "function") {
    for (const [step, rate] of rates.entries())
      expect(lr(step), `rate of step ${step}`).toBeCloseTo(rate, 14);
  }
  for (const [name, expected] of Object.entries(params)) {
    const actual = net.params[name]!.data;
    expected.forEach((value, i) => {
      expect(Math.abs(actual[i]! - value), `${name}, element ${i}`).toBeLessThan(1e-11);
    });
  }
});

test("the moving average is PyTorch's, and can take the weights' place", async () => {
  const { losses, average, params } = fixture.trajectories.sgd!;
  using net = network();
  const optimizer = sgd({ lr: 0.5, with: [movingAverage(0.9)] });
  const options = { loss: crossEntropy(), optimizer, batchSize: fixture.t.length };
  expect(() => averaged(net)).toThrow(kobai.StateError);
  await net.fit(data(), { ...options, steps: losses.length });
  const flat = (tensors: kobai.NamedTensors) => Object.values(tensors).flatMap(({ data }) => [...data]);
  const expectClose = (actual: number[], expected: number[]) => {
    expect(actual).toHaveLength(expected.length);
    for (const [i, value] of actual.entries()) expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-11);
  };
  const weights = Object.values(params).flat();
  expectClose(flat(averaged(net)), average!);
  swapAverage(net);
  expectClose(flat(net.params), average!);
  expectClose(flat(averaged(net)), weights);
  swapAverage(net);
  expectClose(flat(net.params), weights);
});

test("the rate on a plateau is PyTorch's", () => {
  const { losses, rates } = fixture.plateau;
  const lr = plateau({ from: 0.1, factor: 0.5, patience: 1, cooldown: 2, to: 0.01 });
  let state: kobai.ScheduleState | undefined;
  expect(lr(0, state)).toBe(0.1);
  losses.forEach((loss, i) => {
    const results = { train: { loss: 7, accuracy: 0 }, test: { loss, accuracy: 1 } };
    state = lr.next!(state, { step: i + 1, epoch: i + 1, results });
    expect(lr(i + 1, state), `after ${i + 1} losses`).toBeCloseTo(rates[i]!, 15);
  });
});

describe("options out of range", () => {
  const above = "a number above 0";
  const share = "a number from 0 to below 1";
  const least = "a number of at least 0";
  const rate = `${least}, or a schedule`;
  const listed = "a list such as [weightDecay(1e-4)]";
  const named =
    'the name of a layer ("dense1"), of a parameter ("dense1.bias"), of what several layers call one ("bias"), or a list of such';
  test.each<[() => unknown, string]>([
    [() => sgd({ lr: -0.1 }), `sgd: lr must be ${rate}; got -0.1`],
    [() => sgd({ lr: Number.NaN }), `sgd: lr must be ${rate}; got NaN`],
    [() => sgd({ lr: "0.1" as never }), `sgd: lr must be ${rate}; got "0.1"`],
    [() => sgd({ with: weightDecay(1) as never }), `sgd: with must be ${listed}; got an object`],
    [() => sgd({ with: [0.1 as never] }), `sgd: with must be ${listed}; got [0.1]`],
    [() => sgd({ weightDecay: 0.1 } as never), 'sgd: there is no option "weightDecay"; there are lr, with'],
    [() => momentum({ lr: -1 }), `momentum: lr must be ${rate}; got -1`],
    [() => momentum({ momentum: 1 }), `momentum: momentum must be ${share}; got 1`],
    [() => adaGrad({ epsilon: 0 }), `adaGrad: epsilon must be ${above}; got 0`],
    [() => adam({ beta1: -0.1 }), `adam: beta1 must be ${share}; got -0.1`],
    [() => adam({ beta2: 1 }), `adam: beta2 must be ${share}; got 1`],
    [() => adam({ epsilon: Infinity }), `adam: epsilon must be ${above}; got Infinity`],
    [() => adam({ corrected: 1 as never }), "adam: corrected must be true or false; got 1"],
    [() => nesterov({ momentum: -1 }), `nesterov: momentum must be ${share}; got -1`],
    [() => rmsprop({ rho: 1 }), `rmsprop: rho must be ${share}; got 1`],
    [() => rmsprop({ epsilon: 0 }), `rmsprop: epsilon must be ${above}; got 0`],
    [() => adadelta({ rho: 2 }), `adadelta: rho must be ${share}; got 2`],
    [() => adadelta({ epsilon: -1 }), `adadelta: epsilon must be ${above}; got -1`],
    [() => adamw({ weightDecay: -1 }), `adamw: weightDecay must be ${least}; got -1`],
    [() => adamw({ beta1: 1 }), `adamw: beta1 must be ${share}; got 1`],
    [() => amsgrad({ beta2: 1 }), `amsgrad: beta2 must be ${share}; got 1`],
    [() => nadam({ momentumDecay: -1 }), `nadam: momentumDecay must be ${least}; got -1`],
    [() => radam({ epsilon: 0 }), `radam: epsilon must be ${above}; got 0`],
    [() => adamax({ beta2: -1 }), `adamax: beta2 must be ${share}; got -1`],
    [() => lion({ weightDecay: Number.NaN }), `lion: weightDecay must be ${least}; got NaN`],
    [() => weightDecay(-1), `weightDecay: rate must be ${least}; got -1`],
    [
      () => weightDecay(1, { decoupled: "yes" as never }),
      'weightDecay: decoupled must be true or false; got "yes"',
    ],
    [() => clipByValue(0), `clipByValue: limit must be ${above}; got 0`],
    [() => clipByNorm(-1), `clipByNorm: limit must be ${above}; got -1`],
    [() => clipByGlobalNorm(Infinity), `clipByGlobalNorm: limit must be ${above}; got Infinity`],
    [() => accumulate(0), "accumulate: steps must be a whole number from 1 to 2147483647; got 0"],
    [() => movingAverage(1), `movingAverage: decay must be ${share}; got 1`],
    [() => group("", {}), `group: of must be ${named}; got ""`],
    [() => group([], {}), `group: of must be ${named}; got []`],
    [() => group("bias", { lrMultiplier: -1 }), `group: lrMultiplier must be ${least}; got -1`],
    [() => group("bias", { weightDecay: -1 }), `group: weightDecay must be ${least}; got -1`],
    [() => frozen(), "frozen: takes the names of layers or parameters"],
    [() => frozen(1 as never), `frozen: of must be ${named}; got [1]`],
  ])("%#: %s", (make, message) => {
    expect(make).toThrow(new OptionError(message));
  });
});

describe("defaults", () => {
  const coefficients = (optimizer: Optimizer, t = 1) => {
    const row = new Float64Array(10);
    optimizer.coefficients(t, optimizer.lr as number, row, 0);
    return [...row.subarray(0, 5)];
  };
  // Of those that are PyTorch's the trajectories tell.
  test.each([
    ["sgd", sgd(), sgd({ lr: 0.01 })],
    ["momentum", momentum(), momentum({ lr: 0.01, momentum: 0.9 })],
    ["nesterov", nesterov(), nesterov({ lr: 0.01, momentum: 0.9 })],
    ["adaGrad", adaGrad(), adaGrad({ lr: 0.01, epsilon: 1e-7 })],
    ["adam", adam(), adam({ lr: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, corrected: false })],
    ["lion", lion(), lion({ lr: 1e-4, beta1: 0.9, beta2: 0.99, weightDecay: 0 })],
  ])("of %s", (_, actual, expected) => {
    expect(coefficients(actual, 3)).toEqual(coefficients(expected, 3));
    expect(actual.lr).toBe(expected.lr);
    expect(actual.with ?? []).toEqual([]);
  });

  test("of what is done besides", () => {
    expect(weightDecay(0.1).description).toEqual({ kind: "weightDecay", rate: 0.1, decoupled: false });
    expect(movingAverage().description).toEqual({ kind: "movingAverage", decay: 0.99 });
    expect(group("bias", {}).description).toEqual({ kind: "group", of: ["bias"], lrMultiplier: 1 });
    expect(adamw().with).toEqual([weightDecay(0.01, { decoupled: true })]);
    expect(adamw({ weightDecay: 0 }).with).toEqual([]);
  });

  test("NAdam's product is the same whichever step is asked for first", () => {
    const one = nadam();
    for (let t = 1; t < 40; t++) coefficients(one, t);
    expect(coefficients(nadam(), 40)).toEqual(coefficients(one, 40));
    expect(coefficients(one, 7)).toEqual(coefficients(nadam(), 7));
    expect(coefficients(one, 1e6).every(Number.isFinite)).toBe(true);
  });
});
