import { beforeAll, describe, expect, it } from "vitest";
import {
  adaGrad,
  adam,
  crossEntropy,
  dense,
  type EvaluationRecord,
  type FitOptions,
  type History,
  he,
  init,
  momentum,
  type Network,
  type Optimizer,
  type Progress,
  relu,
  sequential,
  sgd,
  sumSquaredError,
  tensor,
} from "../../src/index.ts";
import { sha256 } from "../../src/io/index.ts";
import { blobs, slope } from "./blobs.ts";

beforeAll(() => init());

const make = (seed = 0): Network =>
  sequential([dense(8, { weight: he() }), relu(), dense(3, { weight: he() })], { input: [2], seed });

const base = () => ({ loss: crossEntropy(), optimizer: sgd({ lr: 0.5 }) });

/** The weights' digest after a fit of a new network, and its history. */
async function trained(
  options: Partial<FitOptions>,
  seed = 0,
): Promise<{ digest: string; history: History }> {
  using net = make(seed);
  const history = await net.fit(blobs(100), { ...base(), batchSize: 16, ...options } as FitOptions);
  return { digest: await sha256(net.params), history };
}

describe("fit", () => {
  it("learns", async () => {
    using net = make();
    const { loss } = await net.fit(blobs(300), { ...base(), epochs: 30 });
    expect(loss.at(-1)).toBeLessThan(loss[0]! / 4);
    expect((await net.evaluate(blobs(300, { seed: 2 }))).accuracy).toBeGreaterThan(0.97);
  });

  it("learns values", async () => {
    using net = sequential([dense(1)], { input: [2] });
    await net.fit(slope(100), { loss: sumSquaredError(), optimizer: adam({ lr: 0.05 }), epochs: 200 });
    expect(net.params["dense1.weight"]!.data[0]).toBeCloseTo(2, 2);
    expect(net.params["dense1.weight"]!.data[1]).toBeCloseTo(0, 2);
  });

  it("takes default batches of 32, or of all samples where there are fewer", async () => {
    using net = make();
    const small = await net.fit(blobs(10), { ...base(), epochs: 3 });
    expect(small).toMatchObject({ steps: 3, stepsPerEpoch: 1 });
    const large = await net.fit(blobs(65), { ...base(), epochs: 2 });
    expect(large).toMatchObject({ steps: 6, stepsPerEpoch: 3 });
    expect(net.steps).toBe(9);
  });

  it("trains on one-hot rows as on labels, bit for bit", async () => {
    const data = blobs(100);
    const rows = new Float32Array(300);
    data.t.data.forEach((label, i) => {
      rows[3 * i + label] = 1;
    });
    const digests = await Promise.all(
      [data, { ...data, t: tensor(rows, [100, 3]) }].map(async (set) => {
        using net = make();
        await net.fit(set, { ...base(), steps: 60 });
        return sha256(net.params);
      }),
    );
    expect(digests[1]).toBe(digests[0]);
  });
});

describe("history", () => {
  it("is plain data with every loss, and survives JSON", async () => {
    const { history } = await trained({ steps: 40, evaluate: { data: blobs(50) } });
    expect(history).toMatchObject({ steps: 40, stepsPerEpoch: 7, ended: "completed" });
    expect(history.loss).toHaveLength(40);
    expect(history.loss.every(Number.isFinite)).toBe(true);
    expect(history.seconds).toBeGreaterThan(0);
    expect(JSON.parse(JSON.stringify(history))).toEqual(history);
    expect(structuredClone(history)).toEqual(history);
  });

  it("begins with the loss of the network as it was", async () => {
    const data = blobs(16);
    const inputs = tensor(
      Float32Array.from(data.x.data, (value) => value * Math.fround(data.scale)),
      [16, 2],
    );
    using net = make();
    const before = net.loss(inputs, data.t);
    const { loss } = await net.fit(data, { ...base(), batchSize: 16, steps: 1 });
    expect(loss[0]).toBeCloseTo(before, 6);
  });
});

describe("onProgress", () => {
  it("is called with growing steps, the last of them included", async () => {
    const calls: Progress[] = [];
    const { history } = await trained({ steps: 3000, onProgress: (progress) => calls.push(progress) });
    expect(calls.length).toBeGreaterThan(1);
    const steps = calls.map(({ step }) => step);
    expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b));
    for (const { step, loss, stepsPerSecond, secondsLeft, steps: all } of calls) {
      expect(all).toBe(3000);
      expect(loss).toBe(history.loss[step - 1]);
      expect(stepsPerSecond).toBeGreaterThan(0);
      expect(secondsLeft).toBeCloseTo((3000 - step) / stepsPerSecond);
    }
    expect(calls.at(-1)).toMatchObject({ step: 3000, secondsLeft: 0 });
  });

  it("ends the fit where it throws, and the network can go on", async () => {
    using net = make();
    const options = { ...base(), steps: 500 };
    const fit = net.fit(blobs(100), {
      ...options,
      onProgress() {
        throw new Error("stop it");
      },
    });
    await expect(fit).rejects.toThrow("stop it");
    expect((await net.fit(blobs(100), options)).steps).toBe(500);
  });
});

describe("onEvaluate", () => {
  const evaluated = async (options: Partial<FitOptions>) => {
    const records: EvaluationRecord[] = [];
    const { history } = await trained({ ...options, onEvaluate: (record) => records.push(record) });
    expect(history.evaluations).toEqual(records);
    return records;
  };

  it("comes before the first step, after every so many, and at the end", async () => {
    const records = await evaluated({ steps: 25, evaluate: { data: blobs(50), every: 10 } });
    expect(records.map(({ step }) => step)).toEqual([0, 10, 20, 25]);
    expect(records.map(({ epoch }) => epoch)).toEqual([0, 10 / 7, 20 / 7, 25 / 7]);
    expect(Object.keys(records[0]!.results)).toEqual(["data"]);
  });

  it("comes once where the end is such a step", async () => {
    const records = await evaluated({ steps: 20, evaluate: { data: blobs(50), every: 10 } });
    expect(records.map(({ step }) => step)).toEqual([0, 10, 20]);
  });

  it("comes each epoch by default, for every set by its name", async () => {
    const sets = { train: blobs(100), test: blobs(50, { seed: 2 }) };
    const records = await evaluated({ epochs: 2, evaluate: { data: sets } });
    expect(records.map(({ epoch }) => epoch)).toEqual([0, 1, 2]);
    for (const { results } of records) expect(Object.keys(results)).toEqual(["train", "test"]);
  });

  it("says what evaluate says", async () => {
    using net = make();
    const test = blobs(700, { seed: 2 });
    const { evaluations } = await net.fit(blobs(100), { ...base(), steps: 30, evaluate: { data: test } });
    expect(evaluations.at(-1)!.results.data).toEqual(await net.evaluate(test));
  });

  it("says only what is asked for", async () => {
    using net = make();
    const test = blobs(700, { seed: 2 });
    const evaluate = { data: test, metrics: ["accuracy"] } as const;
    const { evaluations } = await net.fit(blobs(100), { ...base(), steps: 30, evaluate });
    const { accuracy } = await net.evaluate(test);
    expect(evaluations.at(-1)!.results.data).toEqual({ loss: Number.NaN, accuracy });
  });

  it("does not change what is trained", async () => {
    const without = await trained({ steps: 50 });
    const withThem = await trained({ steps: 50, evaluate: { data: blobs(33), every: 3 } });
    expect(withThem.digest).toBe(without.digest);
    expect(withThem.history.loss).toEqual(without.history.loss);
  });
});

describe("signal", () => {
  it("aborted before: nothing is trained", async () => {
    const { digest, history } = await trained({
      steps: 10,
      signal: AbortSignal.abort(),
      evaluate: { data: blobs(5) },
    });
    expect(history).toMatchObject({ steps: 0, ended: "aborted", loss: [], evaluations: [] });
    using net = make();
    expect(digest).toBe(await sha256(net.params));
  });

  it("aborted meanwhile: what was trained is kept, and is what so many steps give", async () => {
    const controller = new AbortController();
    const onProgress = ({ step }: Progress) => step > 20 && controller.abort();
    const { digest, history } = await trained({ steps: 1e7, signal: controller.signal, onProgress });
    expect(history.ended).toBe("aborted");
    expect(history.steps).toBeGreaterThan(20);
    expect(history.loss).toHaveLength(history.steps);
    expect((await trained({ steps: history.steps })).digest).toBe(digest);
  });

  it("aborted during an evaluation: that evaluation is left out", async () => {
    const controller = new AbortController();
    const onEvaluate = () => controller.abort();
    const evaluate = { data: blobs(2000), every: 5 };
    const { history } = await trained({ steps: 100, signal: controller.signal, evaluate, onEvaluate });
    expect(history).toMatchObject({ ended: "aborted" });
    expect(history.evaluations.map(({ step }) => step)).toEqual([0]);
  });

  it("too late: the fit is whole", async () => {
    const controller = new AbortController();
    const onProgress = ({ step }: Progress) => step === 10 && controller.abort();
    const { history } = await trained({ steps: 10, signal: controller.signal, onProgress });
    expect(history).toMatchObject({ steps: 10, ended: "completed" });
  });
});

describe("seeds", () => {
  it.each(["shuffle", "replacement"] as const)(
    "%s: the same seed, the same bits; another, others",
    async (sampling) => {
      const { digest, history } = await trained({ steps: 60, sampling });
      expect(await trained({ steps: 60, sampling })).toMatchObject({
        digest,
        history: { loss: history.loss },
      });
      expect((await trained({ steps: 60, sampling }, 1)).digest).not.toBe(digest);
      expect((await trained({ steps: 60, sampling, seed: 1 })).digest).not.toBe(digest);
      expect((await trained({ steps: 60, sampling, seed: 0 })).digest).toBe(digest);
      expect((await trained({ steps: 60, sampling, seed: 2 ** 32 })).digest).not.toBe(digest);
    },
  );

  it("the two ways of sampling differ", async () => {
    const [a, b] = [await trained({ steps: 20 }), await trained({ steps: 20, sampling: "replacement" })];
    expect(a.digest).not.toBe(b.digest);
  });
});

describe("a fit in parts", () => {
  const optimizers: [string, () => Optimizer][] = [
    ["sgd", () => sgd({ lr: 0.1 })],
    ["momentum", () => momentum()],
    ["adaGrad", () => adaGrad()],
    ["adam", () => adam()],
  ];

  // 100 samples in batches of 16: seven steps to an epoch, the last of four samples; the cuts lie inside epochs.
  it.each(optimizers)("gives the bits of a whole one, with %s", async (_, make_) => {
    const { digest, history } = await trained({ steps: 40, optimizer: make_() });
    using net = make();
    const optimizer = make_();
    const losses: number[] = [];
    for (const steps of [1, 9, 4, 19, 7]) {
      const part = await net.fit(blobs(100), { ...base(), batchSize: 16, optimizer, steps });
      losses.push(...part.loss);
    }
    expect(losses).toEqual(history.loss);
    expect(await sha256(net.params)).toBe(digest);
    expect(net.steps).toBe(40);
  });

  it("starts the optimizer's state anew for another optimizer object", async () => {
    const { digest } = await trained({ steps: 14, optimizer: momentum() });
    using net = make();
    for (const steps of [7, 7]) {
      await net.fit(blobs(100), { ...base(), batchSize: 16, optimizer: momentum(), steps });
    }
    expect(await sha256(net.params)).not.toBe(digest);
  });
});
