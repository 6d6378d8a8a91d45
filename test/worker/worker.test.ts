// What a client can rely on: what comes while a fit goes on, what is handed over, which errors arrive, and that it ends.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { textOf } from "../../scripts/texts.js";
import * as kobai from "../../src/index.ts";
import { type Progress, tensor } from "../../src/index.ts";
import {
  type LayerDescription,
  startWorker,
  type TrainingWorker,
  type WorkerDataset,
  type WorkerFitOptions,
  type WorkerNetwork,
} from "../../src/worker/index.ts";
import { collectGarbage } from "../runtime/garbage.ts";
import { points } from "./points.ts";

const layers: readonly LayerDescription[] = [
  { kind: "dense", units: 9, weight: { kind: "he" } },
  { kind: "relu" },
  { kind: "dense", units: 3 },
];
const options: WorkerFitOptions = { loss: "crossEntropy", optimizer: { kind: "sgd" }, steps: 300 };
const forever: WorkerFitOptions = { ...options, steps: 1e9 };

let worker: TrainingWorker;
let data: WorkerDataset;
let net: WorkerNetwork;

beforeAll(async () => {
  worker = await startWorker();
  data = await worker.dataset(points());
  net = await worker.sequential(layers, { input: [4], seed: 5 });
});
afterAll(() => worker.close());

const fresh = (seed = 5) => worker.sequential(layers, { input: [4], seed });
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe("while a fit goes on", () => {
  it("progress comes, and the signal aborts", async () => {
    const stop = new AbortController();
    const seen: Progress[] = [];
    const history = await net.fit(data, {
      ...forever,
      signal: stop.signal,
      onProgress(progress) {
        seen.push(progress);
        if (seen.length === 3) stop.abort();
      },
    });
    expect(history.ended).toBe("aborted");
    expect(history.steps).toBe(await net.steps());
    const steps = seen.map(({ step }) => step);
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    expect(history.steps).toBeGreaterThanOrEqual(steps.at(-1)!);
  });

  it("a signal that was aborted before stops it at once", async () => {
    const history = await net.fit(data, { ...forever, signal: AbortSignal.abort() });
    expect(history).toMatchObject({ steps: 0, ended: "aborted" });
  });

  it("progress is told again once it was taken, and nothing waits for that", async () => {
    const stop = new AbortController();
    let under = 0;
    let most = 0;
    let told = 0;
    const history = await net.fit(data, {
      ...forever,
      signal: stop.signal,
      async onProgress() {
        told++;
        most = Math.max(most, ++under);
        const before = await net.steps();
        // This would go on for ever if the training waited for it. The last is told when nothing is trained any more.
        while (told <= 3 && (await net.steps()) < before + 300) await pause(1);
        under--;
        if (told === 3) stop.abort();
      },
    });
    expect(most).toBe(1);
    expect(history.steps).toBeGreaterThan(900);
  });

  it("it pauses and goes on, to the same bits", async () => {
    const [paused, whole] = [await fresh(), await fresh()];
    let last = 0;
    let isOver = false;
    const over = paused
      .fit(data, {
        ...options,
        steps: 30_000,
        onProgress({ step }) {
          if (last === 0) void paused.pause();
          last = step;
        },
      })
      .then(() => {
        isOver = true;
      });
    while (last === 0) await pause(1);
    await paused.pause();
    const before = await paused.steps();
    await pause(100);
    expect(await paused.steps()).toBe(before);
    expect(before).toBeLessThan(30_000);
    expect(isOver).toBe(false);
    // Everything else can be called meanwhile.
    expect((await paused.predict([1, 2, 3, 4])).shape).toEqual([3]);
    await paused.resume();
    await over;
    await whole.fit(data, { ...options, steps: 30_000 });
    expect(await paused.sha256()).toBe(await whole.sha256());
  });

  it("it is aborted while it pauses", async () => {
    const stop = new AbortController();
    await net.pause();
    const fit = net.fit(data, { ...forever, signal: stop.signal });
    await pause(50);
    stop.abort();
    expect(await fit).toMatchObject({ ended: "aborted" });
    await net.resume();
  });

  it("the last progress is told, and all is told one after the other before it is over", async () => {
    const seen: number[] = [];
    let under = 0;
    const own = await fresh();
    const { steps } = await own.fit(data, {
      ...options,
      steps: 20_000,
      async onProgress({ step }) {
        expect(++under).toBe(1);
        // The first is told until all has been trained: of what comes meanwhile the last is left.
        while ((await own.steps()) < 20_000) await pause(5);
        under--;
        seen.push(step);
      },
    });
    expect(steps).toBe(20_000);
    expect(seen.length).toBe(2);
    expect(seen.at(-1)).toBe(20_000);
    expect(under).toBe(0);
  });

  it("what the last progress throws is thrown", async () => {
    const problem = new Error("of the last");
    const fit = net.fit(data, {
      ...options,
      async onProgress() {
        await pause(50);
        throw problem;
      },
    });
    await expect(fit).rejects.toBe(problem);
  });

  it("it pauses where an evaluation says so, at that step", async () => {
    const held = await fresh();
    let told = 0;
    const fit = held.fit(data, {
      ...options,
      steps: 50,
      evaluate: { data, every: 20 },
      async onEvaluate({ step }) {
        told++;
        if (step === 20) await held.pause();
      },
    });
    while (told < 2) await pause(1);
    await pause(50);
    expect(await held.steps()).toBe(20);
    await held.resume();
    expect(await fit).toMatchObject({ steps: 50, ended: "completed" });
    expect(told).toBe(4);
  });

  it("its network may be disposed of, also while it pauses", async () => {
    for (const isPaused of [false, true]) {
      const gone = await fresh();
      if (isPaused) await gone.pause();
      const fit = gone.fit(data, forever);
      const said = expect(fit).rejects.toThrow(kobai.StateError);
      await pause(30);
      gone.dispose();
      await said;
    }
  });

  it("the worker may be closed by what it tells", async () => {
    const closing = await startWorker();
    const closed = await closing.sequential(layers, { input: [4] });
    let told = 0;
    const fit = closed.fit(await closing.dataset(points()), {
      ...forever,
      async onProgress() {
        told++;
        await closing.close();
      },
    });
    await expect(fit).rejects.toThrow("the worker was closed");
    await pause(20);
    expect(told).toBe(1);
  });

  it("nobody needs to hold the network", async () => {
    const begin = async () => (await fresh()).fit(data, { ...options, steps: 30_000 });
    const promise = begin();
    let isOver = false;
    const over = promise.then((history) => {
      isOver = true;
      return history;
    });
    await collectGarbage(() => isOver);
    expect(await over).toMatchObject({ steps: 30_000, ended: "completed" });
  });

  it("evaluations are awaited, so that what stops there stops at the same step every time", async () => {
    const stop = new AbortController();
    const steps: number[] = [];
    const history = await net.fit(data, {
      ...forever,
      evaluate: { data: { train: data, again: data }, every: 7, metrics: ["accuracy"] },
      signal: stop.signal,
      async onEvaluate({ step, results }) {
        steps.push(step);
        expect(Object.keys(results)).toEqual(["train", "again"]);
        await pause(5);
        if (step === 21) stop.abort();
      },
    });
    expect(steps).toEqual([0, 7, 14, 21]);
    expect(history).toMatchObject({ steps: 21, ended: "aborted" });
    expect(history.evaluations.length).toBe(4);
  });

  it.each(["onProgress", "onEvaluate"] as const)("what %s throws ends it", async (callback) => {
    const problem = new Error("of the callback");
    const fit = net.fit(data, {
      ...forever,
      evaluate: { data, every: 1000 },
      [callback]: () => Promise.reject(problem),
    });
    await expect(fit).rejects.toBe(problem);
    // It has ended: another can begin.
    expect(await net.fit(data, options)).toMatchObject({ steps: 300 });
  });

  it("an evaluation rejects with the signal's reason", async () => {
    const reason = new Error("enough");
    await expect(net.evaluate(data, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

it("the worker says which kinds there are", () => {
  const { layers, initializers, losses, optimizers, schedules, extras } = worker.kinds;
  expect(layers).toContain("dense");
  expect(layers).not.toContain("he");
  expect(initializers).toContain("he");
  expect(losses).toContain("crossEntropy");
  expect(optimizers).toContain("adam");
  expect(schedules).toContain("cosine");
  expect(extras).toContain("weightDecay");
});

describe("a data set", () => {
  it("is moved, not copied", async () => {
    const given = points();
    const { n } = await worker.dataset(given);
    expect(n).toBe(60);
    expect([given.x.data.length, given.t.data.length]).toEqual([0, 0]);
  });

  it("may be one of several in several workers, which train at once", async () => {
    await using other = await startWorker();
    const train = async (each: TrainingWorker) => {
      const net = await each.sequential(layers, { input: [4], seed: 5 });
      await net.fit(await each.dataset(points()), { ...options, steps: 3000 });
      return net.sha256();
    };
    const [here, there] = await Promise.all([train(worker), train(other)]);
    expect(here).toBe(there);
  });

  it("that is part of an array, or shared, is copied", async () => {
    const { x, t } = points();
    const shared = new Uint8Array(new SharedArrayBuffer(30));
    const half = tensor((x.data as Float32Array).subarray(0, 120), [30, 4]);
    await worker.dataset({ x: half, t: tensor(shared) });
    expect([x.data.length, half.data.length, shared.length, t.data.length]).toEqual([240, 120, 30, 60]);
  });

  it("that was moved before is refused, with what to do", async () => {
    const given = points();
    await worker.dataset(given);
    const error = await worker.dataset(given).catch((each) => each);
    expect(error).toBeInstanceOf(kobai.DataError);
    expect(error.message).toContain("dataset: the elements of x are gone: a worker may have taken them");
  });

  it("whose samples are their own targets is moved once", async () => {
    const { x } = points();
    const own = await worker.dataset({ x, t: x });
    const net = await worker.sequential([{ kind: "dense", units: 4 }], { input: [4] });
    const squared = { ...options, loss: "meanSquaredError" } as const;
    expect(await net.fit(own, squared)).toMatchObject({ steps: 300 });
  });

  it("whose memory cannot be handed over is copied", async () => {
    const { buffer } = new WebAssembly.Memory({ initial: 1 });
    const x = tensor(new Float32Array(buffer), [4096, 4]);
    const { n } = await worker.dataset({ x, t: tensor(new Uint8Array(4096)) });
    expect([n, x.data.length]).toEqual([4096, 16_384]);
  });

  it("that does not fit into the worker's memory is refused, and the worker goes on", async () => {
    await using small = await startWorker({ maxMemory: 2 ** 23 });
    const net = await small.sequential(layers, { input: [4], seed: 5 });
    const large = { x: tensor(new Float32Array(2 ** 22), [2 ** 20, 4]), t: tensor(new Uint8Array(2 ** 20)) };
    const huge = await small.dataset(large);
    await expect(net.fit(huge, options)).rejects.toThrow(kobai.MemoryError);
    await expect(net.evaluate(huge)).rejects.toThrow(kobai.MemoryError);
    huge.dispose();
    expect(await net.fit(await small.dataset(points()), options)).toMatchObject({ steps: 300 });
  });

  it("that is disposed of is refused, twice does no harm", async () => {
    const gone = await worker.dataset(points());
    gone.dispose();
    gone.dispose();
    await expect(net.evaluate(gone)).rejects.toThrow(
      "this data set was disposed of. Send it to the worker again",
    );
  });
});

/** What both throw, as far as they can be compared: class, message, fields. */
async function thrown(call: () => unknown) {
  try {
    await call();
  } catch (error) {
    const { name: _, message, stack, ...fields } = error as kobai.NotFiniteError;
    if (fields.history) fields.history.seconds = 0;
    expect(stack).toContain(message);
    return {
      class: (error as Error).constructor,
      name: (error as Error).name,
      message,
      fields,
    };
  }
  return undefined;
}

describe("errors come back as they are thrown here", () => {
  const { crossEntropy, dense, he, init, relu, sequential, sgd } = kobai;
  const here = () => sequential([dense(9, { weight: he() }), relu(), dense(3)], { input: [4], seed: 5 });
  const x = tensor([[1, 2, 3, 4]]);

  it.each<
    [string, kobai.KobaiError["name"], (net: WorkerNetwork) => unknown, (net: kobai.Network) => unknown]
  >([
    ["ShapeError", "ShapeError", (net) => net.predict([1, 2]), (net) => net.predict([1, 2])],
    ["DataError", "DataError", (net) => net.gradient(x, [3]), (net) => net.gradient(x, [3])],
    [
      "OptionError",
      "OptionError",
      (net) => net.fit(data, { ...options, batchSize: 100 }),
      (net) => net.fit(points(), { loss: crossEntropy(), optimizer: sgd(), steps: 3, batchSize: 100 }),
    ],
    [
      "OptionError of an option that there is not",
      "OptionError",
      (net) => net.fit(data, { ...options, batchsize: 10 } as never),
      (net) =>
        net.fit(points(), { loss: crossEntropy(), optimizer: sgd(), steps: 3, batchsize: 10 } as never),
    ],
    [
      "NotFiniteError",
      "NotFiniteError",
      (net) => net.fit(data, { ...options, optimizer: { kind: "sgd", lr: 1e30 } }),
      (net) => net.fit(points(), { loss: crossEntropy(), optimizer: sgd({ lr: 1e30 }), steps: 300 }),
    ],
  ])("%s", async (_, name, inWorker, inThread) => {
    await init();
    const remote = await fresh();
    const [got, expected] = [await thrown(() => inWorker(remote)), await thrown(() => inThread(here()))];
    expect(expected?.name).toBe(name);
    expect(got).toEqual(expected);
  });

  it("MemoryError, with its report", async () => {
    await using small = await startWorker({ maxMemory: 2 ** 22 });
    const error = await small.sequential([{ kind: "dense", units: 1e6 }], { input: [10] }).catch((e) => e);
    expect(error).toBeInstanceOf(kobai.MemoryError);
    expect(error.report.held).toBeGreaterThanOrEqual(0);
    expect(Object.keys(error)).not.toContain("report");
    expect(error.stack).toContain("MemoryError: memory: ");
  });

  it("OptionError of init, and none is left running", async () => {
    await expect(startWorker({ threads: 0 })).rejects.toThrow(
      new kobai.OptionError('init: threads must be a whole number from 1 to 64, or "auto"; got 0'),
    );
    await expect(startWorker({ thread: 2 } as never)).rejects.toThrow(
      'there is no option "thread"; did you mean threads?',
    );
  });
});

describe("what is refused", () => {
  it.each<[string, () => Promise<unknown>, new (...args: never) => Error, string]>([
    [
      "functions where descriptions should be",
      () => worker.sequential([kobai.relu() as never], { input: [4] }),
      kobai.OptionError,
      "sequential: what a worker is given must be plain data",
    ],
    [
      "a layer that there is not",
      () => worker.sequential([{ kind: "rely" } as never], { input: [4] }),
      kobai.OptionError,
      'sequential: there is no layer "rely"; did you mean "relu"?',
    ],
    [
      "no layers",
      () => worker.sequential("relu" as never, { input: [4] }),
      kobai.OptionError,
      'sequential: takes an array of at least one layer; got "relu"',
    ],
    [
      "a loss as a function's result",
      () => net.fit(data, { ...options, loss: kobai.crossEntropy() as never }),
      kobai.OptionError,
      "fit: what a worker is given must be plain data",
    ],
    [
      "a description that holds itself",
      () => {
        const layer = { kind: "residual", layers: [] as unknown[] };
        layer.layers.push(layer);
        return worker.sequential([layer], { input: [4] });
      },
      kobai.OptionError,
      "sequential: a description is nested deeper than that of any network, or holds itself",
    ],
    [
      "weights as a function's result",
      () => net.fit(data, { ...options, weights: kobai.classWeights([1, 2, 3]) as never }),
      kobai.OptionError,
      "fit: what a worker is given must be plain data",
    ],
    [
      "weights of too few classes",
      () => net.fit(data, { ...options, weights: { kind: "classWeights", weights: [1] } }),
      kobai.DataError,
      "fit: weights are of 1 classes",
    ],
    [
      "what only looks like a data set's handle",
      () => net.predict({ dataset: 1 } as never),
      kobai.DataError,
      "predict: ",
    ],
    [
      "what only looks like a signal",
      () => net.fit(data, { ...options, signal: { aborted: false } as never }),
      kobai.OptionError,
      "fit: signal must be an AbortSignal",
    ],
    [
      "no options",
      () => net.fit(data, undefined as never),
      kobai.OptionError,
      "fit: options must be an object",
    ],
    [
      "a callback that is none",
      () => net.fit(data, { ...options, onProgress: 3 as never }),
      kobai.OptionError,
      "fit: onProgress must be a function; got 3",
    ],
    [
      "a controller for a signal",
      () => net.evaluate(data, { signal: new AbortController() as never }),
      kobai.OptionError,
      "evaluate: signal must be an AbortSignal (of an AbortController its signal)",
    ],
    [
      "a data set that is not in the worker",
      () => net.fit(points() as never, options),
      kobai.DataError,
      "fit: takes a data set of this worker, which worker.dataset({ x, t }) gives; got an object",
    ],
    [
      "one of them to be evaluated",
      () => net.fit(data, { ...options, evaluate: { data: { train: data, test: points() as never } } }),
      kobai.DataError,
      "fit: evaluate.data: takes a data set of this worker",
    ],
    [
      "no data set",
      () => worker.dataset(3 as never),
      kobai.DataError,
      "dataset: must be a data set { x, t }; got 3",
    ],
    ["a file that is none", () => net.load(new Uint8Array(9)), kobai.DataError, "safetensors: "],
  ])("%s", async (_, call, kind, message) => {
    const error = (await call().catch((each) => each)) as Error;
    expect(error).toBeInstanceOf(kind);
    expect(error.message).toContain(message);
  });

  it("the data set of another worker", async () => {
    await using other = await startWorker();
    await expect(net.fit(await other.dataset(points()), options)).rejects.toThrow(
      "fit: takes a data set of this worker",
    );
  });

  it("a second fit of a network, which changes nothing of the first", async () => {
    const [busy, expected] = [await fresh(), await fresh()];
    const first = busy.fit(data, { ...options, steps: 20_000 });
    const second = busy.fit(data, { ...options, optimizer: { kind: "sgd", lr: 5 } });
    await expect(second).rejects.toThrow(kobai.StateError);
    await first;
    await expected.fit(data, { ...options, steps: 20_000 });
    expect(await busy.sha256()).toBe(await expected.sha256());
  });

  it("no more memory than there is, where networks are dropped without a word", async () => {
    await using small = await startWorker({ maxMemory: 2 ** 25 });
    const large = () => small.sequential([{ kind: "dense", units: 1000 }], { input: [1000] });
    let collected = 0;
    const registry = new FinalizationRegistry(() => collected++);
    const drop = async () => registry.register(await large(), undefined);
    for (let i = 1; i <= 8; i++) {
      await drop();
      await collectGarbage(() => collected === i);
      expect(collected).toBe(i);
    }
    const held: WorkerNetwork[] = [];
    const hold = async () => {
      while (held.length < 8) held.push(await large());
    };
    await expect(hold()).rejects.toThrow(kobai.MemoryError);
  });

  it("a network that was disposed of, twice does no harm", async () => {
    const gone = await fresh();
    gone.dispose();
    gone.dispose();
    const error = await gone.predict([1, 2, 3, 4]).catch((each) => each);
    expect(error).toBeInstanceOf(kobai.StateError);
    expect(error.message).toBe("this network was disposed of; its memory is gone. Make a new one");
  });
});

describe("it ends", () => {
  it("when it is closed: what waits rejects, and what comes after", async () => {
    const closing = await startWorker();
    const net = await closing.sequential(layers, { input: [4] });
    const fit = net.fit(await closing.dataset(points()), forever);
    const said = expect(fit).rejects.toThrow(new kobai.StateError("the worker was closed: start a new one"));
    await closing.close();
    await closing.close();
    await said;
    await expect(net.predict([1, 2, 3, 4])).rejects.toThrow(kobai.StateError);
    net.dispose();
  });

  it("when its thread does: what waits rejects", async () => {
    let thread: Worker | undefined;
    const dying = await startWorker({
      async worker() {
        thread = new Worker(await textOf("src/worker/script.ts"), { eval: true });
        return thread;
      },
    });
    const net = await dying.sequential(layers, { input: [4] });
    const fit = net.fit(await dying.dataset(points()), forever);
    const said = expect(fit).rejects.toThrow("the worker has ended (it has ended): start a new one");
    await thread!.terminate();
    await said;
  });

  it.each([undefined, null, 3, {}, { postMessage() {} }])(
    "at once where what was to start it gives %j",
    async (given) => {
      const start = startWorker({ worker: () => given as never });
      await expect(start).rejects.toThrow(kobai.OptionError);
      await expect(start).rejects.toThrow("startWorker: what worker() gives must be a Worker");
    },
  );

  it("with an error where the script of one's own does not run", async () => {
    const start = startWorker({ worker: () => new Worker("throw new Error('of its own')", { eval: true }) });
    await expect(start).rejects.toThrow("the worker has ended (of its own): start a new one");
    const problem = new Error("of the factory");
    await expect(startWorker({ worker: () => Promise.reject(problem) })).rejects.toBe(problem);
  });

  describe("with the process", () => {
    let folder: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), "kobai-worker-"));
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it("that waits for calls, and not for a worker that has nothing to do", () => {
      const script = join(folder, "main.mjs");
      writeFileSync(
        script,
        `import { tensor } from ${JSON.stringify(join(process.cwd(), "dist/index.js"))};
        import { startWorker } from ${JSON.stringify(join(process.cwd(), "dist/worker.js"))};
        const worker = await startWorker({ threads: 2 });
        const net = await worker.sequential([{ kind: "dense", units: 2 }], { input: [1] });
        const data = await worker.dataset({ x: tensor([[0], [1]]), t: tensor(new Uint8Array([0, 1])) });
        const options = { loss: "crossEntropy", optimizer: { kind: "sgd" }, steps: 20000 };
        net.fit(data, options).then(({ steps }) => console.log(steps));`,
      );
      const { stdout, status } = spawnSync(process.execPath, [script], {
        encoding: "utf8",
        timeout: 120_000,
      });
      expect({ stdout, status }).toEqual({ stdout: "20000\n", status: 0 });
    });
  });
});
