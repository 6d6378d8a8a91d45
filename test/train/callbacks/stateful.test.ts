// Callbacks of one's own whose state checkpoints keep.

import { beforeAll, describe, expect, it, test } from "vitest";
import {
  type Callback,
  checkpoint,
  crossEntropy,
  DataError,
  earlyStopping,
  type FitOptions,
  init,
  type Json,
  load,
  type Network,
  OptionError,
  sgd,
  stateful,
} from "../../../src/index.ts";
import { parse } from "../../../src/io/index.ts";
import { blobs } from "../blobs.ts";
import { expectError, expectRejection, make } from "../expect-error.ts";

beforeAll(() => init());

/** An epoch is 7 steps. */
const data = blobs(100);
const options = (callbacks: readonly Callback[], steps = 21): FitOptions => ({
  loss: crossEntropy(),
  optimizer: sgd({ lr: 0.1 }),
  batchSize: 16,
  steps,
  evaluate: { data, every: 5 },
  callbacks,
});

type Writable<T> = { -readonly [K in keyof T]: T[K] };

interface Counts {
  readonly steps: number;
  readonly epochs: number;
  readonly evaluations: number;
  readonly starts: number;
}

/** Counts what it is told. */
function counting(name = "counts") {
  let counts: Writable<Counts> = { steps: 0, epochs: 0, evaluations: 0, starts: 0 };
  const callback = stateful(name, {
    get: () => counts,
    set: (kept) => {
      counts = kept;
    },
    onStart: () => void counts.starts++,
    every: 2,
    onStep: () => void counts.steps++,
    onEpoch: () => void counts.epochs++,
    onEvaluate: () => void counts.evaluations++,
  });
  return { callback, counts: () => counts };
}

/** A network as it was after each event of each step. */
function saving(files: { step: number; file: Uint8Array<ArrayBuffer> }[]): Callback {
  const save = ({ net, history }: { net: Network; history: { steps: number } }) =>
    void files.push({ step: history.steps, file: checkpoint(net) });
  return { onStep: save, onEpoch: save, onEvaluate: (_, run) => save(run), onEnd: save };
}

describe("a state", () => {
  test("goes on from every checkpoint, wherever the callback stands in the list", async () => {
    const files: Parameters<typeof saving>[0] = [];
    const whole = counting();
    using net = make();
    await net.fit(data, options([saving(files), whole.callback, saving(files)]));
    expect(whole.counts()).toEqual({ steps: 10, epochs: 3, evaluations: 6, starts: 1 });
    for (const { step, file } of files) {
      if (step === 0) continue;
      using again = await load(file);
      const { callback, counts } = counting();
      await again.fit(data, { ...options([callback]), from: step });
      const { evaluations, ...rest } = counts();
      expect(rest, `from ${step}`).toEqual({ steps: 10, epochs: 3, starts: 2 });
      // A run that is cut behind its last step is measured there once more.
      expect(step === 21 ? [6, 7] : [6]).toContain(evaluations);
    }
  });

  test("is kept as a copy, and lies in the file as JSON", async () => {
    using net = make();
    const { callback, counts } = counting();
    await net.fit(data, options([callback]));
    counts().steps = -1;
    const about = JSON.parse(parse(checkpoint(net)).metadata.kobai!);
    expect(about.training.callbacks).toEqual([
      {
        name: "stateful counts",
        value: { steps: 10, epochs: 3, evaluations: 6, starts: 1 },
        weights: false,
      },
    ]);
  });

  test("begins anew without from, or where the checkpoint has none of that name", async () => {
    using net = make();
    await net.fit(data, options([counting().callback]));
    const others = counting("others");
    await net.fit(data, { ...options([others.callback], 28), from: 21 });
    expect(others.counts().starts).toBe(1);
    // That of the first is still there.
    const first = counting();
    await net.fit(data, { ...options([first.callback], 35), from: 28 });
    expect(first.counts()).toMatchObject({ starts: 2, epochs: 4 });
    const anew = counting();
    await net.fit(data, options([anew.callback]));
    expect(anew.counts().starts).toBe(1);
  });

  test("of two callbacks does not get mixed up, nor with one of kobai's of that name", async () => {
    using net = make();
    const [a, b] = [counting("a"), counting("earlyStopping")];
    await net.fit(data, options([a.callback, b.callback, earlyStopping()], 7));
    const again = [counting("earlyStopping"), counting("a")] as const;
    await net.fit(data, {
      ...options([earlyStopping(), ...again.map(({ callback }) => callback)], 14),
      from: 7,
    });
    for (const { counts } of again) expect(counts().starts).toBe(2);
  });

  test("may be any JSON", async () => {
    for (const value of [null, true, 1.5, "a\n", [], [[1], { a: "b" }], { x: { y: null } }] as Json[]) {
      using net = make();
      const kept: Json[] = [];
      const callback = stateful("any", { get: () => value, set: (given) => kept.push(given), onEnd() {} });
      await net.fit(data, options([callback], 1));
      using again = await load(checkpoint(net));
      await again.fit(data, { ...options([callback], 2), from: 1 });
      expect(kept).toEqual([value]);
    }
  });
});

describe("refused is", () => {
  it("what is no callback, and at once", () => {
    const right = { get: () => 1, set() {}, onEpoch() {} };
    expectError(
      () => stateful("", right),
      OptionError,
      'stateful: name must be 1 to 100 printable characters; got ""',
    );
    const words = "a callback, as fit takes it, with get and set: { get, set, onEpoch, … }";
    for (const wrong of [undefined, {}, { get: right.get, set: right.set }, { ...right, every: 0 }]) {
      expect(() => stateful("x", wrong as never)).toThrow(`stateful: callback must be ${words}; got`);
    }
    expectError(
      () => stateful("x", { ...right, get: 1 } as never),
      OptionError,
      "stateful: callback.get must be a function; got 1",
    );
    expectError(
      () => stateful("x", { ...right, set: undefined } as never),
      OptionError,
      "stateful: callback.set must be a function; got undefined",
    );
  });

  it("two of one name", async () => {
    using net = make();
    await expectRejection(
      net.fit(data, options([counting().callback, counting().callback])),
      OptionError,
      'fit: two callbacks keep a state called "counts"; give each another name',
    );
    expect(net.steps).toBe(0);
    // Nothing of it stays in the way.
    await net.fit(data, options([counting().callback], 1));
  });

  const deep: unknown[] = [];
  deep.push(deep);
  it.each<[unknown, string]>([
    [undefined, "is undefined"],
    [{ a: [1, Number.NaN] }, ".a[1] is NaN"],
    [[1, undefined], "[1] is undefined"],
    [{ a: new Float32Array(2) }, ".a is a Float32Array of 8 bytes"],
    [{ a: new Map() }, ".a is a Map"],
    [{ when: new Date(0) }, ".when is a Date"],
    [1n, "is 1n"],
    [{ a: new (class {})() }, ".a is an object of a class"],
    [Object.create({ toJSON: () => undefined }), "is an object of a class"],
    [Promise.resolve(1), "is a Promise"],
    [deep, "[0][0][0][0][0][0][0]… is nested deeper than 100 times"],
  ])("%s, which is no JSON", async (value, problem) => {
    using net = make();
    const callback = stateful("mine", { get: () => value as Json, set() {}, onEpoch() {} });
    await expectRejection(
      net.fit(data, options([callback])),
      OptionError,
      `stateful: what the callback "mine" keeps must be JSON; ${problem}`,
    );
    expect(net.steps).toBe(0);
    await net.fit(data, options([], 1));
  });

  it("what a callback does not take, and what was kept stays", async () => {
    using net = make();
    await net.fit(data, options([counting().callback], 7));
    const wrong = stateful("counts", {
      get: () => 1,
      set(kept) {
        throw new DataError(`counts are no number: ${JSON.stringify(kept)}`);
      },
      onEpoch() {},
    });
    await expect(net.fit(data, { ...options([wrong], 14), from: 7 })).rejects.toThrow("counts are no number");
    expect(net.steps).toBe(7);
    const { callback, counts } = counting();
    await net.fit(data, { ...options([callback], 14), from: 7 });
    expect(counts()).toMatchObject({ starts: 2, epochs: 2 });
  });

  it("what a file has for one of kobai's own that it cannot have written", async () => {
    using net = make();
    await net.fit(data, options([earlyStopping()], 7));
    const { training } = net;
    (training.remembered![0] as { value: Json }).value = { worse: "many" };
    await expectRejection(
      net.fit(data, { ...options([earlyStopping()], 14), from: 7 }),
      DataError,
      "fit: what the checkpoint has of earlyStopping must be an object of finite numbers; it is an object",
    );
  });
});
