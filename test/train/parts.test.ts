import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import {
  crossEntropy,
  type Dataset,
  dense,
  type FitOptions,
  init,
  type Layer,
  layer,
  memoryReport,
  momentum,
  type Network,
  NotFiniteError,
  normal,
  type Progress,
  relu,
  sequential,
  sgd,
  sigmoid,
  sumSquaredError,
  type Tensor,
  tanh,
  tensor,
} from "../../src/index.ts";
import { sha256 } from "../../src/io/index.ts";
import { matmul, multiply } from "../../src/ops.ts";
import type { Program } from "../../src/runtime/instructions.ts";

/** Whether steps run in parts, and how long a part may take. Without, a step is one call, as it is where it is short. */
const parts = vi.hoisted(() => ({ on: true, ms: 0, made: [] as { whole: Program; steps: unknown }[] }));

vi.mock("../../src/runtime/slices.ts", async (original) => ({
  ...(await original<typeof import("../../src/runtime/slices.ts")>()),
  get SLICE_MS() {
    return parts.ms;
  },
}));
vi.mock("../../src/train/parts.ts", async (original) => {
  const { inParts } = await original<typeof import("../../src/train/parts.ts")>();
  return {
    inParts: (...[core, whole, state]: Parameters<typeof inParts>) => {
      const steps = parts.on ? inParts(core, whole, state) : whole;
      parts.made.push({ whole, steps });
      return steps;
    },
  };
});

beforeAll(() => init());
beforeEach(() => {
  Object.assign(parts, { on: true, ms: 0.001, made: [] });
});
afterEach(() => vi.restoreAllMocks());

/** Makes each look at the clock take so long: a slice is over after each part. */
function slowClock(): void {
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => {
    now += 5;
    return now;
  });
}

/** [rows, columns] of numbers without a pattern, one in three of them zero. */
function matrix(rows: number, columns: number): Tensor {
  const data = Float64Array.from({ length: rows * columns }, (_, i) =>
    i % 3 === 0 ? 0 : ((i * 7919) % 211) / 105 - 1,
  );
  return tensor(data, [rows, columns]);
}

const labels: Dataset = {
  x: matrix(12, 4),
  t: tensor(Int32Array.from({ length: 12 }, (_, i) => (i * 5) % 3)),
};
const values: Dataset = { x: matrix(12, 4), t: matrix(12, 3) };
const wide = () => ({ weight: normal({ std: 0.5 }) });
/** y = x·W·W·s: one weight used twice, and a scale that is no affine layer's. */
const tied = () =>
  layer("tied", (x, { parameter }) => {
    const w = parameter("weight", [4, 4], normal({ std: 0.5 }));
    return multiply(matmul(matmul(x, w), w), parameter("scale", [4], normal()));
  });
const shallow = () => [dense(20, wide()), sigmoid(), dense(3, wide())];
const deep = () => [dense(6, wide()), tanh(), dense(5, wide()), relu(), dense(3, wide())];

const options = (): FitOptions => ({
  loss: crossEntropy(),
  optimizer: momentum({ lr: 0.5 }),
  batchSize: 5,
  steps: 4,
  gradient: "numerical",
});

const make = (layers: readonly Layer[], dtype: "float32" | "float64" = "float32"): Network =>
  sequential(layers, { input: [4], dtype, seed: 5 });

/** What a fit gives, all of it or only of its first steps. */
async function trained(
  layers: readonly Layer[],
  dtype: "float32" | "float64",
  data: Dataset,
  given: FitOptions,
) {
  using net = make(layers, dtype);
  const { loss } = await net.fit(data, given);
  return { loss, params: await sha256(net.params), grads: await sha256(net.grads) };
}

/** The same with each step in one call. */
async function whole(...args: Parameters<typeof trained>) {
  parts.on = false;
  try {
    return await trained(...args);
  } finally {
    parts.on = true;
  }
}

describe("a step in parts", () => {
  const cases: [string, () => Layer[], Dataset, FitOptions["loss"]][] = [
    ["two layers", shallow, labels, crossEntropy()],
    ["no hidden layer", () => [dense(3, wide())], labels, crossEntropy()],
    ["squared errors", shallow, values, sumSquaredError()],
    ["three layers, whose rest is a program", deep, labels, crossEntropy()],
    ["parameters of no affine layer", () => [tied(), tanh(), dense(3, wide())], labels, crossEntropy()],
  ];
  describe.each(["float32", "float64"] as const)("%s", (dtype) => {
    // Of an element, or as few as there can be, and of several.
    it.each(cases)("%s: the bits of a step in one call", async (_, layers, data, loss) => {
      const expected = await whole(layers(), dtype, data, { ...options(), loss });
      slowClock();
      for (parts.ms of [1e-6, 0.002]) {
        const seen: number[] = [];
        const onProgress = ({ step }: Progress) => seen.push(step);
        expect(await trained(layers(), dtype, data, { ...options(), loss, onProgress })).toEqual(expected);
        if (parts.ms > 1e-6) continue;
        // Within each step, also the third, of the two samples with which the epoch ends.
        for (const step of [0, 1, 2, 3])
          expect(seen.filter((each) => each === step).length).toBeGreaterThan(1);
      }
    });
  });

  it("is not what a short step becomes", async () => {
    parts.ms = 8;
    await trained(shallow(), "float32", labels, options());
    expect(parts.made).toHaveLength(2);
    for (const { whole, steps } of parts.made) expect(steps).toBe(whole);
  });

  it("takes as many calls as it has work, and no memory", async () => {
    slowClock();
    const calls: number[] = [];
    for (parts.ms of [1e-6, 0.02, 0.1]) {
      using net = make(deep());
      const held: number[] = [];
      await net.fit(labels, { ...options(), onProgress: () => held.push(memoryReport().held) });
      calls.push(held.length);
      expect(new Set(held).size).toBe(1);
    }
    expect(calls).toEqual([...new Set(calls)].sort((a, b) => b - a));
  });

  it("says how far it is", async () => {
    slowClock();
    const seen: Progress[] = [];
    using net = make(deep());
    const { loss } = await net.fit(labels, { ...options(), onProgress: (progress) => seen.push(progress) });
    expect(seen[0]).toMatchObject({ step: 0, steps: 4, loss: Number.NaN });
    const done = seen.map(({ steps, secondsLeft, stepsPerSecond }) => steps - secondsLeft * stepsPerSecond);
    for (const [i, { step, loss: last }] of seen.entries()) {
      expect(done[i]).toBeGreaterThan(done[i - 1] ?? 0);
      expect(Math.floor(done[i]! + 1e-9)).toBe(step);
      expect(last).toBe(step === 0 ? Number.NaN : loss[step - 1]);
    }
    expect(seen.at(-1)).toMatchObject({ step: 4, secondsLeft: 0 });
  });

  it("stops at a loss that is not finite, with the parameters before it", async () => {
    const given = { ...options(), optimizer: sgd({ lr: 1e300 }) };
    slowClock();
    using net = make(shallow(), "float64");
    const error = await net.fit(values, { ...given, loss: sumSquaredError() }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(NotFiniteError);
    expect(error).toMatchObject({ step: 2, history: { steps: 1 } });
    const first = await whole(shallow(), "float64", values, { ...given, loss: sumSquaredError(), steps: 1 });
    expect(await sha256(net.params)).toBe(first.params);
  });
});

describe("within a step", () => {
  /** Calls `act` in the middle of the step after so many. */
  const within = (steps: number, act: () => unknown) => {
    let calls = 0;
    return ({ step }: Progress) => {
      if (step === steps && ++calls === 3) return act();
    };
  };

  it.each(["float32", "float64"] as const)(
    "an abort leaves what was before it, and the next fit goes on, %s",
    async (dtype) => {
      const expected = await whole(deep(), dtype, labels, { ...options(), steps: 7 });
      slowClock();
      // 12 samples in batches of 5: the third step is the rest of the first epoch.
      for (const steps of [0, 1, 2, 4]) {
        const { params, grads, loss } =
          steps > 0
            ? await whole(deep(), dtype, labels, { ...options(), steps })
            : { params: undefined, grads: undefined, loss: [] };
        using net = make(deep(), dtype);
        const fresh = [await sha256(net.params), await sha256(net.grads)];
        const controller = new AbortController();
        const given = { ...options(), steps: 7 };
        const history = await net.fit(labels, {
          ...given,
          signal: controller.signal,
          evaluate: { data: labels, every: 1 },
          onProgress: within(steps, () => controller.abort()),
        });
        expect(history).toMatchObject({ steps, loss, ended: "aborted" });
        const evaluated = history.evaluations.map(({ step }) => step);
        expect(evaluated).toEqual(Array.from({ length: steps + 1 }, (_, i) => i));
        expect(net.steps).toBe(steps);
        expect([await sha256(net.params), await sha256(net.grads)]).toEqual(
          steps > 0 ? [params, grads] : fresh,
        );
        const rest = await net.fit(labels, { ...given, steps: 7 - steps });
        expect([...loss, ...rest.loss]).toEqual(expected.loss);
        // Momentum begins anew with another optimizer object, so this one has been updated as often as there were steps.
        if (steps === 0) expect(await sha256(net.params)).toBe(expected.params);
      }
    },
  );

  it.each(["float32", "float64"] as const)("the network may be used, %s", async (dtype) => {
    const expected = await whole(deep(), dtype, labels, options());
    slowClock();
    using net = make(deep(), dtype);
    const { loss } = await net.fit(labels, {
      ...options(),
      async onProgress() {
        const grads = await sha256(net.grads);
        net.loss(values.x, [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]);
        net.predict(values.x);
        expect(await sha256(net.grads)).toBe(grads);
        net.gradient([1, 2, 3, 4], [1]);
        net.numericalGradient([1, 2, 3, 4], [1]);
      },
    });
    expect(loss).toEqual(expected.loss);
    expect(await sha256(net.params)).toBe(expected.params);
  });

  it("an assignment to a parameter is kept, and the gradient is that of the step as it began", async () => {
    slowClock();
    using net = make(shallow(), "float64");
    const bias = "dense2.bias";
    const given = { ...options(), optimizer: sgd({ lr: 0.5 }), steps: 1 };
    await net.fit(labels, {
      ...given,
      onProgress: within(0, () => Object.assign(net.params, { [bias]: tensor(Float64Array.of(1, 2, 3)) })),
    });
    const { data } = net.params[bias]!;
    const gradient = net.grads[bias]!.data;
    expect([...data]).toEqual([1, 2, 3].map((value, i) => value - 0.5 * gradient[i]!));
    expect((await whole(shallow(), "float64", labels, given)).grads).toBe(await sha256(net.grads));
  });

  it("dispose ends the fit, and everything is given back", async () => {
    slowClock();
    const before = memoryReport();
    const net = make(deep());
    const fit = net.fit(labels, { ...options(), onProgress: within(1, () => net.dispose()) });
    await expect(fit).rejects.toThrow("fit: the network was disposed of while it was training");
    expect(memoryReport()).toEqual(before);
  });

  it("an error of onProgress ends the fit, and the next one goes on", async () => {
    const expected = await whole(deep(), "float32", labels, { ...options(), optimizer: sgd() });
    slowClock();
    using net = make(deep());
    const given = { ...options(), optimizer: sgd() };
    const stop = () => {
      throw new Error("stop it");
    };
    await expect(net.fit(labels, { ...given, onProgress: within(2, stop) })).rejects.toThrow("stop it");
    expect(net.steps).toBe(2);
    await net.fit(labels, { ...given, steps: 2 });
    expect(await sha256(net.params)).toBe(expected.params);
  });
});
