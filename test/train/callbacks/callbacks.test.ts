// When callbacks are called, and what they may do.

import { beforeAll, describe, expect, it, test } from "vitest";
import {
  type Callback,
  crossEntropy,
  type FitOptions,
  type FitRun,
  init,
  NotFiniteError,
  OptionError,
  StateError,
  sgd,
} from "../../../src/index.ts";
import { sha256 } from "../../../src/io/index.ts";
import { blobs } from "../blobs.ts";
import { expectRejection, make } from "../expect-error.ts";

beforeAll(() => init());

const data = blobs(100);
/** An epoch is 7 steps. */
const base = () => ({ loss: crossEntropy(), optimizer: sgd({ lr: 0.1 }), batchSize: 16 });

/** What a fit calls: event and steps done. */
async function calls(options: Partial<FitOptions>, callback: Partial<Callback> = {}): Promise<string[]> {
  using net = make();
  const list: string[] = [];
  const note = (event: string) => (run: FitRun) => void list.push(`${event} ${run.history.steps}`);
  const noting: Callback = {
    onStart: note("start"),
    onStep: note("step"),
    every: 3,
    onEvaluate: ({ step }) => void list.push(`evaluate ${step}`),
    onEpoch: note("epoch"),
    onEnd: (run) => void list.push(`${run.history.ended} ${run.history.steps}`),
    ...callback,
  };
  await net.fit(data, { ...base(), callbacks: [noting], ...options } as FitOptions).catch(() => {});
  return list;
}

describe("callbacks are called", () => {
  it("in order: evaluation, step, epoch; and say where the fit is", async () => {
    // biome-ignore format: by epochs
    expect(await calls({ steps: 15, evaluate: { data } })).toEqual([
      "start 0", "evaluate 0", "step 3", "step 6", "evaluate 7", "epoch 7",
      "step 9", "step 12", "evaluate 14", "epoch 14",
      "step 15", "evaluate 15", "completed 15",
    ]);
  });

  it("after every step by default, and without evaluation", async () => {
    expect(await calls({ steps: 3 }, { every: undefined as never })).toEqual([
      "start 0",
      "step 1",
      "step 2",
      "step 3",
      "completed 3",
    ]);
  });

  it("one after the other, each waited for; those of the options first", async () => {
    using net = make();
    const list: string[] = [];
    const slow = (name: string) => async () => {
      list.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      list.push(`${name} ends`);
    };
    await net.fit(data, {
      ...base(),
      steps: 1,
      evaluate: { data },
      onEvaluate: slow("option"),
      callbacks: [{ onEvaluate: slow("first") }, { onEvaluate: slow("second") }],
    });
    const once = ["option", "first", "second"].flatMap((name) => [`${name} begins`, `${name} ends`]);
    expect(list).toEqual([...once, ...once]);
  });

  it("with the run: the network, the optimizer, the steps, what is evaluated", async () => {
    using net = make();
    const options = { ...base(), steps: 2, evaluate: { data: { train: data, test: data } } };
    const runs: FitRun[] = [];
    const signal = new AbortController().signal;
    const progress: number[] = [];
    const history = await net.fit(data, {
      ...options,
      signal,
      callbacks: [
        {
          onStart: (run) => void runs.push(run),
          onProgress: ({ step }, run) => void progress.push(step, run.steps),
        },
      ],
    });
    expect(runs).toEqual([
      {
        net,
        optimizer: options.optimizer,
        lr: 0.1,
        signal,
        steps: 2,
        history,
        evaluated: ["train", "test"],
        metrics: ["loss", "accuracy"],
        stop: expect.any(Function),
      },
    ]);
    expect(progress.slice(-2)).toEqual([2, 2]);
  });

  it("with their own object as this", async () => {
    using net = make();
    const counter = {
      count: 0,
      onStep() {
        this.count++;
      },
    };
    await net.fit(data, { ...base(), steps: 4, callbacks: [counter] });
    expect(counter.count).toBe(4);
  });

  it("and change no bit of what is trained", async () => {
    using net = make();
    using other = make();
    await net.fit(data, { ...base(), steps: 30 });
    await other.fit(data, { ...base(), steps: 30, callbacks: [{ onStep() {}, every: 4, onEpoch() {} }] });
    expect(await sha256(other.params)).toBe(await sha256(net.params));
  });
});

describe("a callback may", () => {
  it("stop, which evaluates once more and says so", async () => {
    const stopAt = (steps: number) => ({
      onStep: ({ history, stop }: FitRun) => void (history.steps === steps && stop()),
      every: 1,
    });
    using net = make();
    const history = await net.fit(data, { ...base(), epochs: 3, evaluate: { data }, callbacks: [stopAt(9)] });
    expect(history).toMatchObject({ steps: 9, ended: "stopped" });
    expect(history.evaluations.map(({ step }) => step)).toEqual([0, 7, 9]);
    expect(net.steps).toBe(9);
    const { ended } = await net.fit(data, { ...base(), steps: 9, callbacks: [stopAt(9)] });
    expect(ended).toBe("completed");
  });

  test.each(["onStart", "onEvaluate", "onEpoch", "onProgress"] as const)("stop in %s", async (event) => {
    using net = make();
    const stop = (...args: unknown[]) => (args.at(-1) as FitRun).stop();
    // So many steps that progress is told of before the last.
    const history = await net.fit(data, {
      ...base(),
      epochs: 5000,
      evaluate: { data, every: 1e6 },
      callbacks: [{ [event]: stop } as Callback],
    });
    expect(history.ended).toBe("stopped");
    expect(history.evaluations.at(-1)?.step).toBe(history.steps);
    if (event === "onStart" || event === "onEvaluate") expect(history.steps).toBe(0);
    if (event === "onEpoch") expect(history.steps).toBe(7);
  });

  it("change the rate, for the next steps", async () => {
    using net = make();
    using other = make();
    const optimizer = sgd({ lr: 0.1 });
    await net.fit(data, { ...base(), optimizer, steps: 5 });
    optimizer.lr = 0.5;
    await net.fit(data, { ...base(), optimizer, steps: 5 });
    await other.fit(data, {
      ...base(),
      steps: 10,
      callbacks: [
        {
          every: 5,
          onStep({ optimizer }) {
            optimizer.lr = 0.5;
          },
        },
      ],
    });
    expect(await sha256(other.params)).toBe(await sha256(net.params));
  });

  test.each(["onStart", "onProgress", "onStep", "onEvaluate", "onEpoch", "onEnd"] as const)(
    "throw in %s: the fit ends with that, and the network lives",
    async (event) => {
      using net = make();
      const ends: string[] = [];
      const wrong = {
        [event]: async () => {
          throw new Error("wrong");
        },
      } as Callback;
      const callbacks = [wrong, { onEnd: ({ history }) => void ends.push(history.ended) }] as Callback[];
      const fitted = net.fit(data, { ...base(), steps: 8, evaluate: { data }, callbacks });
      await expect(fitted).rejects.toThrow("wrong");
      expect(ends).toEqual([event === "onEnd" ? "completed" : "failed"]);
      expect(await net.fit(data, { ...base(), steps: 1 })).toMatchObject({ ended: "completed" });
    },
  );

  it("dispose of the network, which ends the fit", async () => {
    const net = make();
    const fitted = net.fit(data, {
      ...base(),
      steps: 8,
      callbacks: [{ onStep: ({ net }) => net.dispose() }],
    });
    await expectRejection(fitted, StateError, "fit: the network was disposed of while it was training");
  });
});

describe("the end is told", () => {
  it("as failed, where what is called at the end throws", async () => {
    using net = make();
    const histories: { ended: string }[] = [];
    const onEnd = ({ history }: FitRun) => {
      histories.push(history);
      throw new Error(`end ${histories.length}`);
    };
    const fitted = net.fit(data, { ...base(), steps: 2, callbacks: [{ onEnd }, { onEnd }] });
    await expect(fitted).rejects.toThrow("end 1");
    expect(histories).toMatchObject([{ ended: "failed" }, { ended: "failed" }]);
  });

  it("as aborted, where a callback that was given the signal rejects with its reason", async () => {
    using net = make();
    const aborting = new AbortController();
    const callbacks: Callback[] = [
      {
        onStep: async ({ net, history, signal }) => {
          if (history.steps === 4) aborting.abort();
          await net.evaluate(data, { signal: signal! });
        },
      },
    ];
    const history = await net.fit(data, { ...base(), steps: 9, signal: aborting.signal, callbacks });
    expect(history).toMatchObject({ ended: "aborted", steps: 4 });
    const other = new Error("another");
    const failing = [{ onStep: () => Promise.reject(other) }];
    const { signal } = new AbortController();
    await expect(net.fit(data, { ...base(), steps: 9, signal, callbacks: failing })).rejects.toBe(other);
  });

  it("as aborted", async () => {
    const aborting = new AbortController();
    const list = await calls(
      { steps: 9, signal: aborting.signal },
      { onStep: () => aborting.abort(), every: 4 },
    );
    expect(list).toEqual(["start 0", "aborted 4"]);
  });

  it("as failed, where the loss is not finite, with the error's history", async () => {
    using net = make();
    const ends: unknown[] = [];
    const fitted = net.fit(data, {
      ...base(),
      optimizer: sgd({ lr: 1e38 }),
      steps: 50,
      callbacks: [{ onEnd: ({ history }) => void ends.push(history) }],
    });
    const error = (await fitted.catch((error: unknown) => error)) as NotFiniteError;
    expect(error).toBeInstanceOf(NotFiniteError);
    expect(error.history).toMatchObject({ ended: "failed" });
    expect(ends).toEqual([error.history]);
  });
});

test.each<[unknown]>([
  [1],
  [{}],
  [[1]],
  [[{}]],
  [[{ onBatch() {} }]],
  [[{ onStep: 1 }]],
  [[{ onStep() {}, every: 0 }]],
])("%o is no list of callbacks", async (callbacks) => {
  using net = make();
  await expect(net.fit(data, { ...base(), steps: 1, callbacks: callbacks as never })).rejects.toThrow(
    "fit: callbacks must be a list of callbacks { onStart, onProgress, onStep, onEvaluate, onEpoch, onEnd, every }; got",
  );
});

class Watching {
  onEpoch() {}
  onEpochEnd() {}
}

test.each<[object, string]>([
  [{ onEpoch() {}, onstep() {} }, 'fit: callbacks[1]: there is no option "onstep"; did you mean onStep?'],
  [
    { onEpoch() {}, onBatch() {} },
    'fit: callbacks[1]: there is no option "onBatch"; there are onStart, onProgress, onStep, onEvaluate, onEpoch, onEnd',
  ],
  [new Watching(), 'fit: callbacks[1]: there is no option "onEpochEnd"; there are onStart,'],
])("a function that would never be called is refused: %o", async (callback, message) => {
  using net = make();
  const callbacks = [{ onStart() {}, once: true, own() {} }, callback];
  const fitted = net.fit(data, { ...base(), steps: 1, callbacks });
  await expect(fitted).rejects.toThrow(OptionError);
  await expect(fitted).rejects.toThrow(message);
});

describe("from", () => {
  it("goes on with a run, evaluating where it would have", async () => {
    using whole = make();
    const options = () => ({ ...base(), steps: 20, evaluate: { data, every: 4 } });
    const all = await whole.fit(data, options());
    using net = make();
    const optimizer = sgd({ lr: 0.1 });
    await net.fit(data, { ...options(), optimizer, steps: 10 });
    const history = await net.fit(data, { ...options(), optimizer, from: 10 });
    expect(history).toMatchObject({ from: 10, steps: 20, ended: "completed" });
    expect(history.loss).toEqual(all.loss.slice(10));
    expect(history.evaluations).toEqual(all.evaluations.filter(({ step }) => step > 10));
    expect(await sha256(net.params)).toBe(await sha256(whole.params));
  });

  it("a run that is done trains nothing, and is measured", async () => {
    using net = make();
    await net.fit(data, { ...base(), steps: 7 });
    const history = await net.fit(data, { ...base(), steps: 7, from: 7, evaluate: { data } });
    expect(history).toMatchObject({ steps: 7, ended: "completed", loss: [] });
    expect(history.evaluations.map(({ step }) => step)).toEqual([7]);
    expect(net.steps).toBe(7);
  });

  it("is at most the steps that there are", async () => {
    using net = make();
    await expectRejection(
      net.fit(data, { ...base(), epochs: 1, from: 8 }),
      OptionError,
      "fit: from is 8; the network has done 0 steps, of 7",
    );
  });

  it("is at most the steps that the network has done", async () => {
    using net = make();
    await net.fit(data, { ...base(), steps: 3 });
    await expectRejection(
      net.fit(data, { ...base(), steps: 10, from: 4 }),
      OptionError,
      "fit: from is 4; the network has done 3 steps, of 10",
    );
    expect(net.steps).toBe(3);
  });
});
