// kobai's own callbacks.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import {
  adam,
  type Callback,
  confusionMatrix,
  crossEntropy,
  csvLog,
  type EvaluationRecord,
  earlyStopping,
  exponential,
  type FitOptions,
  type FitRun,
  init,
  jsonLog,
  load,
  type Network,
  OptionError,
  pausable,
  saveBest,
  saveEvery,
  sgd,
  topK,
} from "../../../src/index.ts";
import { FileError, sha256 } from "../../../src/io/index.ts";
import { memory } from "../../../src/train/callbacks/memory.ts";
import { blobs } from "../blobs.ts";
import { expectError, expectRejection, make } from "../expect-error.ts";

const folder = mkdtempSync(join(tmpdir(), "kobai-callbacks-"));
beforeAll(() => init());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const data = blobs(100);
/** An epoch is 7 steps. */
const base = () => ({ loss: crossEntropy(), optimizer: sgd({ lr: 0.1 }), batchSize: 16 });
const evaluate = { data: { train: data, test: blobs(30, { seed: 2 }) } };

describe("earlyStopping", () => {
  /** What it makes of losses that are made up: after how many of them it stops, and what it gives back. */
  async function stopped(losses: readonly number[], options: Parameters<typeof earlyStopping>[0]) {
    using net = make();
    const stopping = earlyStopping(options);
    const history = { steps: 0, ended: "running" };
    let ended = false;
    const measured = { evaluated: ["test"], metrics: ["loss", "accuracy"] };
    const run = { net, history, ...measured, stop: () => (ended = true) } as unknown as FitRun;
    const remembering = stopping[memory]!;
    await remembering.onStart!(run);
    await stopping.onStart!(run);
    for (const loss of losses) {
      if (ended) break;
      net.params["dense2.bias"] = {
        ...net.params["dense2.bias"]!,
        data: new Float32Array(3).fill(history.steps),
      };
      const record = { step: history.steps, results: { test: { loss, accuracy: -loss } } };
      await remembering.onEvaluate!(record as unknown as EvaluationRecord, run);
      await stopping.onEvaluate!(record as unknown as EvaluationRecord, run);
      history.steps++;
    }
    history.steps--;
    history.ended = ended ? "stopped" : "completed";
    await remembering.onEnd!(run);
    return { last: history.steps, best: stopping.best, kept: net.params["dense2.bias"]!.data[0] };
  }

  test.each<[string, readonly number[], Parameters<typeof earlyStopping>[0], object]>([
    [
      "waits for three by default",
      [5, 4, 4, 5, 4.5, 6, 7],
      {},
      { last: 5, kept: 1, best: { step: 1, value: 4 } },
    ],
    [
      "begins to count anew",
      [5, 6, 6, 4, 6, 6, 6],
      { patience: 2 },
      { last: 6, kept: 3, best: { step: 3, value: 4 } },
    ],
    ["waits for none", [5, 4, 4, 3], { patience: 0 }, { last: 2, kept: 1 }],
    [
      "wants more by a threshold",
      [5, 4.9, 4.8, 4.4, 4.3, 4.2],
      { patience: 1, threshold: 0.5 },
      { last: 2, kept: 0 },
    ],
    [
      "goes by another metric",
      [5, 4, 6, 7],
      { patience: 1, metric: "accuracy" },
      { last: 3, kept: 1, best: { step: 1, value: -4 } },
    ],
    [
      "goes up where told",
      [5, 4, 6, 3, 2],
      { patience: 1, mode: "max" },
      { last: 4, kept: 2, best: { step: 2, value: 6 } },
    ],
    [
      "takes NaN for no better",
      [Number.NaN, 5, Number.NaN, Number.NaN, 1],
      { patience: 1 },
      { last: 3, kept: 1 },
    ],
    [
      "takes infinity for no better",
      [Number.POSITIVE_INFINITY, 5, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 1],
      { patience: 1 },
      { last: 3, kept: 1 },
    ],
    ["gives back the best also where it did not stop", [5, 4, 6], {}, { last: 2, kept: 1 }],
    [
      "leaves the last weights where told",
      [5, 6, 7, 8],
      { patience: 1, restore: false },
      { last: 2, kept: 2 },
    ],
  ])("%s", async (_, losses, options, expected) => {
    expect(await stopped(losses, options)).toMatchObject(expected);
  });

  it("ends a fit, with the weights of the best evaluation", async () => {
    using net = make();
    const stopping = earlyStopping({ data: "test", patience: 1, metric: "accuracy" });
    const digests = new Map<number, string>();
    const history = await net.fit(data, {
      ...base(),
      epochs: 200,
      evaluate,
      callbacks: [
        stopping,
        { onEvaluate: async ({ step }) => void digests.set(step, await sha256(net.params)) },
      ],
    });
    expect(history.ended).toBe("stopped");
    const best = Math.max(...history.evaluations.map(({ results }) => results.test!.accuracy));
    expect(stopping.best).toMatchObject({ value: best });
    expect(await sha256(net.params)).toBe(digests.get(stopping.best!.step));
    expect((await net.evaluate(evaluate.data.test)).accuracy).toBe(best);
  });

  it("leaves a fit that is aborted what it has", async () => {
    using net = make();
    const aborting = new AbortController();
    let digest = "";
    await net.fit(data, {
      ...base(),
      epochs: 20,
      evaluate,
      signal: aborting.signal,
      callbacks: [
        earlyStopping({ mode: "max", patience: 100 }),
        {
          onStep: async ({ history }) => {
            if (history.steps === 30) {
              digest = await sha256(net.params);
              aborting.abort();
            }
          },
        },
      ],
    });
    expect(await sha256(net.params)).toBe(digest);
  });

  test.each<[string, Partial<FitOptions>, object, string]>([
    [
      "no evaluation",
      {},
      {},
      'earlyStopping: there is no number "loss" of a data set among what fit evaluates (nothing); see its option evaluate',
    ],
    [
      "no such set",
      { evaluate },
      { data: "validation" },
      'earlyStopping: there is no number "loss" of "validation" among what fit evaluates (train, test); see its option evaluate',
    ],
    [
      "no such metric",
      { evaluate },
      { metric: "f1" },
      'earlyStopping: there is no number "f1" of a data set among what fit measures (loss, accuracy): add it to evaluate.metrics, or give the metric to go by',
    ],
    [
      "a loss that the metrics leave out",
      { evaluate: { ...evaluate, metrics: ["accuracy"] } },
      {},
      'earlyStopping: there is no number "loss" of a data set among what fit measures (accuracy): add it to evaluate.metrics, or give the metric to go by',
    ],
    [
      "an accuracy that the metrics leave out",
      { evaluate: { ...evaluate, metrics: ["loss", topK(2)] } },
      { metric: "accuracy", data: "train" },
      'earlyStopping: there is no number "accuracy" of "train" among what fit measures (loss, top2): add it to evaluate.metrics, or give the metric to go by',
    ],
    [
      "no number",
      { evaluate: { ...evaluate, metrics: [confusionMatrix()] } },
      { metric: "confusionMatrix", mode: "max" },
      'earlyStopping: "confusionMatrix" of a data set is an array of 3, no number to go by',
    ],
  ])("%s ends the fit before the first step", async (_, options, stopping, message) => {
    using net = make();
    const fitted = net.fit(data, {
      ...base(),
      steps: 5,
      callbacks: [earlyStopping(stopping)],
      ...options,
    } as FitOptions);
    await expectRejection(fitted, OptionError, message);
    expect(net.steps).toBe(0);
  });

  it("refuses options out of range", () => {
    expectError(
      () => earlyStopping({ patience: -1 }),
      OptionError,
      "earlyStopping: patience must be a whole number of at least 0; got -1",
    );
    expectError(
      () => earlyStopping({ metric: "top5" }),
      OptionError,
      'earlyStopping: mode, for "top5", must be "min" or "max"; got undefined',
    );
    expectError(
      () => earlyStopping({ threshold: -1 }),
      OptionError,
      "earlyStopping: threshold must be a number of at least 0; got -1",
    );
  });
});

/** Trains, and gives up the run after so many steps, as a process that is killed: nothing is told. */
async function cut(net: Network, options: FitOptions, steps: number): Promise<void> {
  const wrong: Callback = {
    onStep({ history }) {
      if (history.steps === steps) throw new Error("killed");
    },
  };
  await net.fit(data, { ...options, callbacks: [...options.callbacks!, wrong] }).catch(() => {});
}

describe("saveEvery", () => {
  test.each([4, undefined])(
    "%s steps: a run that was cut goes on to the bits of one that was not",
    async (steps) => {
      const path = join(folder, `every ${steps}.safetensors`);
      const options = () => ({
        ...base(),
        optimizer: adam(),
        steps: 25,
        callbacks: [saveEvery(path, steps ? { steps } : {})],
      });
      using whole = make();
      await whole.fit(data, { ...options(), callbacks: [] });
      using net = make();
      await cut(net, options(), 13);
      using again = await load(path);
      expect(again.steps).toBe(steps ? 12 : 7);
      await again.fit(data, { ...options(), from: again.steps });
      expect(await sha256(again.params)).toBe(await sha256(whole.params));
      // At the end, too.
      using last = await load(path);
      expect(last.steps).toBe(25);
      expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    },
  );

  it("saves at the end, whatever that is, but not what an error left", async () => {
    const path = join(folder, "end.safetensors");
    using net = make();
    const aborting = new AbortController();
    const abort = { onStep: ({ history }: FitRun) => void (history.steps === 3 && aborting.abort()) };
    await net.fit(data, {
      ...base(),
      steps: 9,
      signal: aborting.signal,
      callbacks: [saveEvery(path), abort],
    });
    using aborted = await load(path);
    expect(aborted.steps).toBe(3);
    await cut(net, { ...base(), steps: 9, callbacks: [saveEvery(path)] }, 2);
    using still = await load(path);
    expect(still.steps).toBe(3);
  });

  it("tells what the file system says", async () => {
    using net = make();
    const fitted = net.fit(data, { ...base(), steps: 3, callbacks: [saveEvery(join(folder, "none", "x"))] });
    await expect(fitted).rejects.toThrow(FileError);
    expectError(
      () => saveEvery(""),
      OptionError,
      'saveEvery: path must be a path or an address, a string or a URL; got ""',
    );
    expectError(
      () => saveEvery("x", { steps: 0 }),
      OptionError,
      "saveEvery: steps must be a whole number of at least 1; got 0",
    );
  });
});

describe("saveBest", () => {
  it("goes on with the best of a run that was cut", async () => {
    const paths = [join(folder, "cut best.safetensors"), join(folder, "cut.safetensors")] as const;
    /** The rate's name is the same, so that the second run goes on with the first. */
    const options = (rate: number) => ({
      ...base(),
      optimizer: sgd({ lr: () => rate }),
      evaluate: { ...evaluate, every: 3 },
      callbacks: [saveBest(paths[0]), saveEvery(paths[1])],
    });
    using net = make();
    await net.fit(data, { ...options(0.1), steps: 12 });
    const best = readFileSync(paths[0]);
    using again = await load(paths[1]);
    // From here on it only gets worse.
    await again.fit(data, { ...options(50), steps: 18, from: 12 });
    expect(readFileSync(paths[0]).equals(best)).toBe(true);
    // As another run it has its own best.
    await again.fit(data, { ...options(1e-6), steps: 3 });
    expect(readFileSync(paths[0]).equals(best)).toBe(false);
  });

  it("saves what was best", async () => {
    const path = join(folder, "best.safetensors");
    using net = make();
    const history = await net.fit(data, {
      ...base(),
      epochs: 30,
      evaluate: { ...evaluate, metrics: ["loss", topK(1)] },
      callbacks: [saveBest(path, { metric: "top1", mode: "max" })],
    });
    const top = (record: EvaluationRecord) => record.results.test!.top1 as number;
    const best = history.evaluations.reduce((found, record) => (top(record) > top(found) ? record : found));
    using again = await load(path);
    expect(again.steps).toBe(best.step);
    const { top1 } = await again.evaluate(evaluate.data.test, { metrics: [topK(1)] });
    expect(top1).toBe(top(best));
  });

  it("refuses a loss that is not measured", async () => {
    using net = make();
    await expectRejection(
      net.fit(data, {
        ...{ ...base(), steps: 5, evaluate: { ...evaluate, metrics: ["accuracy"] } },
        callbacks: [saveBest(join(folder, "never.safetensors"))],
      }),
      OptionError,
      'saveBest: there is no number "loss" of a data set among what fit measures (accuracy): add it to evaluate.metrics, or give the metric to go by',
    );
  });

  it("refuses what earlyStopping refuses", async () => {
    using net = make();
    const fitted = net.fit(data, { ...base(), steps: 3, callbacks: [saveBest(join(folder, "x"))] });
    await expectRejection(
      fitted,
      OptionError,
      'saveBest: there is no number "loss" of a data set among what fit evaluates (nothing); see its option evaluate',
    );
  });
});

describe("logs", () => {
  const options = (callbacks: Callback[]) => ({
    ...base(),
    epochs: 2,
    evaluate: { data: { 'a "b", c': data }, metrics: ["loss", confusionMatrix()] as const },
    callbacks,
  });

  it("are lines of JSON", async () => {
    const path = join(folder, "log.jsonl");
    writeFileSync(path, '{"before":true}\n');
    using net = make();
    const { evaluations, loss } = await net.fit(data, options([jsonLog(path)]));
    const lines = readFileSync(path, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines).toEqual([
      { before: true },
      ...evaluations.map(({ step, epoch, results }) => ({
        step,
        epoch,
        loss: step === 0 ? null : loss[step - 1],
        lr: 0.1,
        'a "b", c.loss': results['a "b", c']!.loss,
        'a "b", c.accuracy': null,
        'a "b", c.confusionMatrix': results['a "b", c']!.confusionMatrix,
      })),
    ]);
  });

  it("are tables, which a second fit goes on with", async () => {
    const path = join(folder, "log.csv");
    using net = make();
    const { evaluations } = await net.fit(data, options([csvLog(path)]));
    await net.fit(data, { ...options([csvLog(path)]), evaluate: undefined } as unknown as FitOptions);
    const lines = readFileSync(path, "utf8").split("\n");
    expect(lines[0]).toBe(
      'step,epoch,loss,lr,"a ""b"", c.loss","a ""b"", c.accuracy","a ""b"", c.confusionMatrix"',
    );
    const { results } = evaluations[0]!;
    const { loss, confusionMatrix: table } = results['a "b", c']!;
    expect(lines[1]).toBe(`0,0,null,0.1,${loss},NaN,"${JSON.stringify(table)}"`);
    expect(lines.length).toBe(1 + 3 + 2 + 1);
    expect(lines[5]).toMatch(/^14,2,0\.\d+,0\.1$/);
  });

  it("are no tables where a file's names are others, which stays as it is", async () => {
    const path = join(folder, "other.csv");
    using net = make();
    for (const text of ["step,epoch,loss,lr,data.loss\n1,2,3,4,5\n", "step\n", "something else", "\n"]) {
      writeFileSync(path, text);
      await expectRejection(
        net.fit(data, options([csvLog(path)])),
        FileError,
        `${path}: begins with other names than this fit has; name another file`,
      );
      expect(readFileSync(path, "utf8")).toBe(text);
    }
  });

  it("begin a new line after one that a killed process has left unfinished", async () => {
    const [table, lines] = [join(folder, "cut.csv"), join(folder, "cut.jsonl")];
    writeFileSync(table, "step,epoch,loss,lr\n7,1,0.");
    writeFileSync(lines, '{"step":7,"ep');
    using net = make();
    await net.fit(data, { ...base(), epochs: 2, callbacks: [csvLog(table), jsonLog(lines)] });
    const rows = readFileSync(table, "utf8").split("\n");
    expect(rows.slice(0, 2)).toEqual(["step,epoch,loss,lr", "7,1,0."]);
    expect(rows[2]).toMatch(/^7,1,0\.\d+,0\.1$/);
    expect(rows).toHaveLength(5);
    const texts = readFileSync(lines, "utf8").split("\n");
    expect(texts[0]).toBe('{"step":7,"ep');
    expect(JSON.parse(texts[1]!)).toMatchObject({ step: 7, epoch: 1 });
  });

  it("have the rate that a schedule gives", async () => {
    const path = join(folder, "rates.jsonl");
    using net = make();
    const optimizer = sgd({ lr: exponential({ from: 1, gamma: 0.5, every: 7 }) });
    await net.fit(data, { ...base(), optimizer, epochs: 2, callbacks: [jsonLog(path)] });
    const lines = readFileSync(path, "utf8").trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).lr)).toEqual([0.5, 0.25]);
  });

  it("tell what the file system says", async () => {
    using net = make();
    await expect(net.fit(data, options([jsonLog(folder)]))).rejects.toThrow(FileError);
    expectError(
      () => csvLog(7 as never),
      OptionError,
      "csvLog: path must be a path or an address, a string or a URL; got 7",
    );
  });
});

describe("pausable", () => {
  it("makes a fit wait, and go on to the same bits", async () => {
    using net = make();
    using other = make();
    const button = pausable();
    button.pause();
    expect(button.isPaused).toBe(true);
    const fitted = net.fit(data, { ...base(), steps: 10_000, callbacks: [button] });
    await new Promise((resolve) => setTimeout(resolve, 50));
    const waiting = net.steps;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(net.steps).toBe(waiting);
    expect(waiting).toBeLessThan(10_000);
    button.resume();
    expect((await fitted).ended).toBe("completed");
    await other.fit(data, { ...base(), steps: 10_000 });
    expect(await sha256(net.params)).toBe(await sha256(other.params));
  });

  it("a fit that waits can be aborted", async () => {
    using net = make();
    const button = pausable();
    const aborting = new AbortController();
    button.pause();
    const fitted = net.fit(data, {
      ...base(),
      steps: 1_000_000,
      signal: aborting.signal,
      callbacks: [button],
    });
    await new Promise((resolve) => setTimeout(resolve, 30));
    aborting.abort();
    expect((await fitted).ended).toBe("aborted");
    expect(button.isPaused).toBe(false);
  });
});
