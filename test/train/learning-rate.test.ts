import { beforeAll, describe, expect, test } from "vitest";
import {
  accumulate,
  adam,
  crossEntropy,
  dense,
  findLearningRate,
  he,
  init,
  loss,
  meanSquaredError,
  model,
  movingAverage,
  OptionError,
  type Rate,
  relu,
  type Schedule,
  StateError,
  sequential,
  sgd,
  tensor,
} from "../../src/index.ts";
import { mean, multiply, subtract } from "../../src/ops.ts";
import { learningRateFigure } from "../../src/plot/index.ts";
import { blobs } from "./blobs.ts";

beforeAll(() => init());

const data = blobs(100);
const make = () =>
  sequential([dense(16, { weight: he() }), relu(), dense(3, { weight: he() })], { input: [2], seed: 5 });

describe("findLearningRate", () => {
  test("tries rates by equal factors, and proposes one that trains", async () => {
    using net = make();
    const found = await findLearningRate(net, data, { loss: crossEntropy(), from: 1e-4, to: 1e4, steps: 81 });
    const { rates, losses, smoothed, rate } = found;
    expect(rates[0]).toBe(1e-4);
    rates.slice(1).forEach((each, i) => {
      expect(each / rates[i]!).toBeCloseTo(10 ** 0.1, 10);
    });
    expect(losses).toHaveLength(rates.length);
    expect(smoothed).toHaveLength(rates.length);
    expect(smoothed[0]).toBeCloseTo(losses[0]!, 12);
    // It ended because it diverged.
    expect(rates.length).toBeLessThan(81);
    expect(rate).toBe(rates[smoothed.indexOf(Math.min(...smoothed))]! / 10);
    const before = net.loss(data.x, data.t, crossEntropy());
    await net.fit(data, { loss: crossEntropy(), optimizer: sgd({ lr: rate }), epochs: 20 });
    expect(net.loss(data.x, data.t)).toBeLessThan(before / 2);
    const svg = await learningRateFigure(found).svg();
    for (const text of ["learning rate", "moving mean", "rate 0."]) expect(svg).toContain(text);
  });

  test("reports the rates that were used, where updates take several steps", async () => {
    using net = make();
    const seen: number[] = [];
    const optimizer = (lr: Rate) =>
      sgd({
        lr: (step) => {
          seen[step] = (lr as Schedule)(step);
          return seen[step]!;
        },
        with: [accumulate(5)],
      });
    const { rates, losses } = await findLearningRate(net, data, {
      ...{ loss: crossEntropy(), from: 1e-4, to: 1e-1, steps: 10, optimizer, batchSize: 20 },
    });
    expect(rates).toHaveLength(10);
    expect(rates).toEqual(seen.slice(0, 10));
    expect(rates[9]).toBeCloseTo(0.1, 12);
    net.scale = data.scale;
    // The first update's five batches are all samples, by the first weights.
    expect(losses[0]).toBeCloseTo(net.loss(data.x, data.t, crossEntropy()), 5);
  });

  test("takes a model with several losses", async () => {
    using net = model(({ x }, apply) => ({ a: apply(dense(3), x), b: apply(dense(1), x) }), {
      inputs: { x: [2] },
      seed: 5,
    });
    const both = { x: { x: data.x }, t: { a: data.t, b: tensor(new Float32Array(100), [100, 1]) } };
    const loss = { a: crossEntropy(), b: { loss: meanSquaredError(), weight: 0.5 } };
    const { rates, rate } = await findLearningRate(net, both, { loss, steps: 20 });
    expect(rates[0]).toBe(1e-7);
    expect(rate).toBeGreaterThan(0);
    expect(net.steps).toBe(0);
    await expect(findLearningRate(net, both, { loss: crossEntropy() as never })).rejects.toThrow(
      new OptionError(
        "findLearningRate: loss must have losses by output, such as { a: crossEntropy(), b: crossEntropy() }; got an object",
      ),
    );
  });

  test("leaves the network as it was, with what its optimizer remembers", async () => {
    using net = make();
    using other = make();
    const optimizers = [adam(), adam()] as const;
    for (const [i, each] of [net, other].entries()) {
      await each.fit(data, { loss: crossEntropy(), optimizer: optimizers[i]!, steps: 5 });
    }
    const optimizer = (lr: Rate) => adam({ lr, with: [movingAverage()] });
    await findLearningRate(net, data, { loss: crossEntropy(), optimizer, steps: 10 });
    expect(net.steps).toBe(5);
    for (const [i, each] of [net, other].entries()) {
      await each.fit(data, { loss: crossEntropy(), optimizer: optimizers[i]!, steps: 5 });
    }
    expect({ ...net.params }).toEqual({ ...other.params });
  });

  test("leaves a loss of one's own, and another optimizer of the kind without state", async () => {
    using net = make();
    using other = make();
    const own = loss("own", (y, t) => mean(multiply(subtract(y, t), subtract(y, t))), "values");
    const values = { ...data, t: tensor(new Float32Array(300), [100, 3]) };
    for (const each of [net, other]) await each.fit(values, { loss: own, optimizer: adam(), steps: 5 });
    await findLearningRate(net, data, { loss: crossEntropy(), steps: 10 });
    expect(net.loss(values.x, values.t)).toBe(other.loss(values.x, values.t));
    for (const each of [net, other]) await each.fit(values, { loss: own, optimizer: adam(), steps: 5 });
    expect({ ...net.params }).toEqual({ ...other.params });
  });

  test("refuses a network that is being trained, which goes on", async () => {
    using net = make();
    const fitted = net.fit(data, { loss: crossEntropy(), optimizer: sgd(), steps: 500 });
    await expect(findLearningRate(net, data, { loss: crossEntropy() })).rejects.toThrow(
      new StateError("findLearningRate: this network is being trained; await that fit first"),
    );
    expect(await fitted).toMatchObject({ ended: "completed", steps: 500 });
  });

  test("gives NaN where it is aborted before it began", async () => {
    using net = make();
    const found = await findLearningRate(net, data, { loss: crossEntropy(), signal: AbortSignal.abort() });
    expect(found).toEqual({ rates: [], losses: [], smoothed: [], rate: Number.NaN });
  });

  test("refuses what is out of range", async () => {
    using net = make();
    const refused: [object, string][] = [
      [{}, "findLearningRate: loss must be"],
      [{ loss: crossEntropy(), from: 1, to: 1 }, "findLearningRate: from must be below to; got 1 and 1"],
      [{ loss: crossEntropy(), from: 0 }, "findLearningRate: from must be a number above 0; got 0"],
      [
        { loss: crossEntropy(), steps: 1 },
        "findLearningRate: steps must be a whole number from 2 to 100000; got 1",
      ],
      [
        { loss: crossEntropy(), optimizer: () => 7 },
        "findLearningRate: what optimizer gives must be an optimizer; got 7",
      ],
    ];
    for (const [options, message] of refused) {
      const outcome = findLearningRate(net, data, options as never);
      await expect(outcome).rejects.toThrow(OptionError);
      await expect(findLearningRate(net, data, options as never)).rejects.toThrow(message);
    }
    expect(() => learningRateFigure({ rates: [1] } as never)).toThrow(
      "learningRateFigure: found must be what findLearningRate found: { rates, losses, smoothed, rate }; got an object",
    );
  });
});
