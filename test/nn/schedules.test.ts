import { describe, expect, test } from "vitest";
import {
  cosine,
  exponential,
  OptionError,
  oneCycle,
  plateau,
  polynomial,
  type Schedule,
  type ScheduleState,
  stepDecay,
  warmUp,
} from "../../src/index.ts";
import { cosPi, exp, log, realPower } from "../../src/nn/schedules/real.ts";

// What they give along the way, PyTorch's fixtures say (optimizers.test.ts).

describe("beyond their last step", () => {
  test.each<[string, Schedule, number, number]>([
    ["polynomial", polynomial({ from: 1, steps: 10, to: 0.1 }), 10, 0.1],
    ["cosine", cosine({ from: 1, steps: 10, to: 0.1 }), 10, 0.1],
    ["oneCycle", oneCycle({ max: 1, steps: 10 }), 9, 1 / 25 / 1e4],
    ["warmUp", warmUp({ steps: 10, to: 0.5 }), 10, 0.5],
  ])("%s stays", (_, schedule, last, rate) => {
    expect(schedule(last)).toBeCloseTo(rate, 15);
    for (const step of [last + 1, last + 7, 2 ** 31]) expect(schedule(step)).toBe(schedule(last));
  });

  test("cosine begins again", () => {
    const even = cosine({ from: 1, steps: 10, restart: 1 });
    expect([0, 10, 20, 2 ** 30 * 10].map((step) => even(step))).toEqual([1, 1, 1, 1]);
    expect(even(5)).toBeCloseTo(0.5, 15);
    const longer = cosine({ from: 1, steps: 10, restart: 3 });
    expect([0, 10, 40, 130].map((step) => longer(step))).toEqual([1, 1, 1, 1]);
    expect(longer(25)).toBeCloseTo(0.5, 15);
  });
});

test("a cycle too short to go up begins at its top", () => {
  const schedule = oneCycle({ max: 1, steps: 2 });
  expect(schedule(0)).toBe(1);
  expect(schedule(1)).toBeCloseTo(4e-6, 15);
});

test("a warm-up begins at 0, and leaves its schedule's first step whole", () => {
  const schedule = warmUp({ steps: 4, to: exponential({ from: 0.8, gamma: 0.5 }) });
  expect([0, 1, 2, 3, 4, 5].map((step) => schedule(step))).toEqual([
    0, 0.2, 0.4, 0.6000000000000001, 0.8, 0.4,
  ]);
});

test("they can be written down", () => {
  const inner = cosine({ from: 0.1, steps: 100 });
  expect(inner.description).toEqual({ kind: "cosine", from: 0.1, steps: 100, to: 0 });
  expect(warmUp({ steps: 5, to: inner }).description).toEqual({
    kind: "warmUp",
    steps: 5,
    to: inner.description,
    factor: 0,
  });
  expect(warmUp({ steps: 5, to: 0.1 }).description).toMatchObject({ to: 0.1 });
  expect(warmUp({ steps: 5, to: (step) => 1 / (1 + step) }).description).toBeUndefined();
});

describe("plateau", () => {
  const records = (values: readonly number[], name = "test", metric = "loss") =>
    values.map((value, i) => ({
      step: i + 1,
      epoch: i + 1,
      results: { [name]: { loss: 9, accuracy: 9, [metric]: value } },
    }));
  const rates = (schedule: Schedule, values: readonly number[], name?: string, metric?: string) => {
    let state: ScheduleState | undefined;
    return records(values, name, metric).map((record) => {
      state = schedule.next!(state, record);
      return schedule(0, state);
    });
  };

  test("waits ten evaluations, then takes a tenth", () => {
    const falling = rates(plateau({ from: 1 }), Array(12).fill(0.5));
    expect(falling.slice(0, 11)).toEqual(Array(11).fill(1));
    expect(falling[11]).toBe(0.1);
  });

  test("takes infinity for no improvement, and remembers finite numbers", () => {
    const schedule = plateau({ from: 1, patience: 0, factor: 0.5 });
    expect(rates(schedule, [Number.POSITIVE_INFINITY, 5, 5])).toEqual([0.5, 0.5, 0.25]);
    const [record] = records([Number.POSITIVE_INFINITY]);
    const state = schedule.next!(undefined, record!);
    expect(Object.values(state).every(Number.isFinite)).toBe(true);
  });

  test("takes the least improvement, and the lowest rate", () => {
    const options = { from: 1, patience: 0, factor: 0.5 };
    expect(rates(plateau(options), [1, 0.9999, 0.9998])).toEqual([1, 0.5, 0.5]);
    expect(rates(plateau({ ...options, threshold: 0 }), [1, 0.99999, 0.99999])).toEqual([1, 1, 0.5]);
    expect(rates(plateau({ ...options, to: 0.4 }), [1, 1, 1, 1])).toEqual([1, 0.5, 0.4, 0.4]);
    expect(rates(plateau({ ...options, cooldown: 2 }), [1, 1, 1, 1, 1])).toEqual([1, 0.5, 0.5, 0.5, 0.25]);
  });

  test("looks at what it is told, and wants more of what is no loss", () => {
    const options = { from: 1, patience: 0, factor: 0.5, data: "a", metric: "accuracy" };
    expect(rates(plateau(options), [0.5, 0.6, 0.6], "a", "accuracy")).toEqual([1, 1, 0.5]);
    expect(rates(plateau({ ...options, mode: "min" }), [0.5, 0.6, 0.4], "a", "accuracy")).toEqual([
      1, 0.5, 0.5,
    ]);
    expect(rates(plateau({ ...options, metric: "mse" }), [0.5, 0.6, 0.4], "a", "mse")).toEqual([1, 0.5, 0.5]);
    expect(() => plateau({ from: 1, metric: "topK" })).toThrow(
      new OptionError('plateau: mode, for "topK", must be "min" or "max"; got undefined'),
    );
  });

  test("looks at one of several outputs", () => {
    const schedule = plateau({ from: 1, patience: 0, factor: 0.5, output: "digit" });
    const record = (loss: number) =>
      ({
        step: 1,
        epoch: 1,
        results: { test: { loss: 9, outputs: { digit: { loss } } } },
      }) as unknown as Parameters<NonNullable<Schedule["next"]>>[1];
    let state = schedule.next!(undefined, record(0.5));
    state = schedule.next!(state, record(0.6));
    expect(schedule(1, state)).toBe(0.5);
  });

  test("goes on within a warm-up", () => {
    const schedule = warmUp({ steps: 2, to: plateau({ from: 1, patience: 0, factor: 0.5 }) });
    let state = schedule.next!(undefined, records([1])[0]!);
    state = schedule.next!(state, records([1])[0]!);
    expect([0, 1, 2, 3].map((step) => schedule(step, state))).toEqual([0, 0.25, 0.5, 0.5]);
    expect(schedule(3)).toBe(1);
  });

  test("names what is not evaluated", () => {
    const [record] = records([1], "train");
    expect(() => plateau({ from: 1, data: "test" }).next!(undefined, record!)).toThrow(
      new OptionError(
        'plateau: there is no number "loss" of "test" among what fit evaluates (train); see its option evaluate',
      ),
    );
    expect(() => plateau({ from: 1, metric: "f1" }).next!(undefined, record!)).toThrow(
      'plateau: there is no number "f1" of a data set among what fit evaluates (train)',
    );
  });
});

describe("options out of range", () => {
  const above = "a number above 0";
  const least = "a number of at least 0";
  const steps = "a whole number from 1 to 2147483647";
  const between = "a number between 0 and 1";
  test.each<[() => unknown, string]>([
    [() => stepDecay({ from: 0, every: 1 }), `stepDecay: from must be ${above}; got 0`],
    [() => stepDecay({ every: 1 } as never), `stepDecay: from must be ${above}; got undefined`],
    [() => stepDecay({ from: 1 }), "stepDecay: give either every or at"],
    [() => stepDecay({ from: 1, every: 2, at: [3] }), "stepDecay: give either every or at"],
    [() => stepDecay({ from: 1, every: 0 }), `stepDecay: every must be ${steps}; got 0`],
    [
      () => stepDecay({ from: 1, at: [3, 2] }),
      "stepDecay: at must be a list of steps in increasing order, such as [1000, 2000]; got [3, 2]",
    ],
    [
      () => stepDecay({ from: 1, every: 2, gamma: 1.5 }),
      "stepDecay: gamma must be a number above 0, at most 1; got 1.5",
    ],
    [
      () => exponential({ from: 1 } as never),
      "exponential: gamma must be a number above 0, at most 1; got undefined",
    ],
    [() => exponential({ from: 1, gamma: 0.5, every: 1.5 }), `exponential: every must be ${steps}; got 1.5`],
    [() => polynomial({ from: 1 } as never), `polynomial: steps must be ${steps}; got undefined`],
    [() => polynomial({ from: 1, steps: 9, power: 0 }), `polynomial: power must be ${above}; got 0`],
    [
      () => polynomial({ from: 1, steps: 9, to: -1 }),
      "polynomial: to must be a number of at least 0; got -1",
    ],
    [() => cosine({ from: 1, steps: 0 }), `cosine: steps must be ${steps}; got 0`],
    [() => cosine({ from: 1, steps: 9, restart: 1.5 }), `cosine: restart must be ${steps}; got 1.5`],
    [() => cosine(undefined as never), `cosine: from must be ${above}; got undefined`],
    [() => oneCycle({ steps: 9 } as never), `oneCycle: max must be ${above}; got undefined`],
    [
      () => oneCycle({ max: 1, steps: 1 }),
      "oneCycle: steps must be a whole number from 2 to 2147483647; got 1",
    ],
    [() => oneCycle({ max: 1, steps: 9, up: 1 }), `oneCycle: up must be ${between}; got 1`],
    [
      () => oneCycle({ max: 1, steps: 9, divide: 0.5 }),
      "oneCycle: divide must be a number of at least 1; got 0.5",
    ],
    [() => warmUp({ steps: 2 } as never), `warmUp: to must be ${least}, or a schedule; got undefined`],
    [() => warmUp({ steps: 2, to: -1 }), `warmUp: to must be ${least}, or a schedule; got -1`],
    [
      () => warmUp({ steps: 2, to: 1, factor: 1 }),
      "warmUp: factor must be a number from 0 to below 1; got 1",
    ],
    [() => plateau({} as never), `plateau: from must be ${above}; got undefined`],
    [() => plateau({ from: 1, factor: 1 }), `plateau: factor must be ${between}; got 1`],
    [
      () => plateau({ from: 1, patience: -1 }),
      "plateau: patience must be a whole number of at least 0; got -1",
    ],
    [() => plateau({ from: 1, mode: "up" as never }), 'plateau: mode must be "min" or "max"; got "up"'],
    [() => plateau({ from: 1, metric: "" }), 'plateau: metric must be 1 to 100 printable characters; got ""'],
  ])("%#: %s", (make, message) => {
    expect(make).toThrow(new OptionError(message));
  });
});

describe("our mathematics", () => {
  const inside = Array.from({ length: 2001 }, (_, i) => i / 2000);

  test("agrees with the engine's to two units in the last place", () => {
    const far = (actual: number, expected: number) => Math.abs(actual / expected - 1) / Number.EPSILON;
    for (const x of inside) {
      expect(Math.abs(cosPi(x) - Math.cos(Math.PI * x)) / Number.EPSILON).toBeLessThan(2);
      const wide = 1400 * x - 700;
      expect(far(exp(wide), Math.exp(wide))).toBeLessThan(2);
      const positive = Math.exp(wide / 2);
      expect(Math.abs(log(positive) - Math.log(positive))).toBeLessThan(
        2 * Number.EPSILON * (1 + Math.abs(wide)),
      );
      expect(realPower(x, 1.7)).toBeCloseTo(x ** 1.7, 14);
    }
  });

  test("has the values that must be exact", () => {
    expect([0, 0.5, 1].map(cosPi)).toEqual([1, 0, -1]);
    expect([exp(0), log(1), realPower(0, 0.5), realPower(2, 10), realPower(2, -2)]).toEqual([
      1, 0, 0, 1024, 0.25,
    ]);
    for (const x of inside) expect(cosPi(1 - x)).toBeCloseTo(-cosPi(x), 15);
  });
});
