import { afterEach, beforeAll, describe, expect, it, test, vi } from "vitest";
import {
  Adam,
  MultiLayerNetExtend,
  SGD,
  Trainer,
  type TrainerOptions,
  TwoLayerNet,
  updater,
} from "../../src/book/index.ts";
import { sampleBatch, takeBatch } from "../../src/data/index.ts";
import { adamw, DataError, init, OptionError, type Tensor, tensor } from "../../src/index.ts";
import { expectSameBits } from "../same-bits.ts";
import { blobs } from "../train/blobs.ts";
import { expectError } from "../train/expect-error.ts";

beforeAll(() => init());
afterEach(() => void vi.restoreAllMocks());

const data = blobs(60);
const make = () => new TwoLayerNet(2, 5, 3, { weightInitStd: 0.5 });
const quiet = { verbose: false, miniBatchSize: 20 } as const;

describe("Trainer", () => {
  it("is the book's loop", async () => {
    using net = make();
    using own = make();
    const trainer = new Trainer(net, data, blobs(30), {
      ...quiet,
      epochs: 4,
      optimizerParam: { lr: 0.5 },
      seed: 7,
    });
    const accuracies: number[] = [];
    const losses: number[] = [];
    const position = { seed: 7, step: 0 };
    const optimizer = new SGD(0.5);
    for (let i = 0; i < 12; i++) {
      if (i % 3 === 0) accuracies.push(own.accuracy(...takeBatch(data, 0, 60)));
      const [x, t] = sampleBatch(data, 20, position);
      optimizer.update(own.params, own.gradient(x, t));
      losses.push(own.loss(x, t));
    }
    const accuracy = await trainer.train();
    expect(trainer.trainAccList).toEqual(accuracies);
    expect(trainer.trainLossList).toEqual(losses);
    expect(trainer.testAccList).toHaveLength(4);
    expect(accuracy).toBe(net.accuracy(...takeBatch(blobs(30), 0, 30)));
    for (const [name, { data: weights }] of Object.entries(own.params)) {
      expectSameBits(net.params[name]!.data, weights, name);
    }
    // There is nothing left to do.
    await trainer.train();
    expect(trainer.trainLossList).toHaveLength(12);
  });

  it("goes on from steps that were done one by one", async () => {
    const trainer = new Trainer(make(), data, data, { ...quiet, epochs: 1 });
    trainer.trainStep();
    expect(trainer.trainLossList).toHaveLength(1);
    await trainer.train();
    expect(trainer.trainLossList).toHaveLength(3);
    expect(trainer.trainAccList).toHaveLength(1);
  });

  it("trains a network with dropout and batch normalization", async () => {
    const net = new MultiLayerNetExtend(2, [8], 3, {
      useDropout: true,
      useBatchnorm: true,
      dropoutRatio: 0.1,
    });
    const options = { ...quiet, epochs: 20, optimizer: "Adam", optimizerParam: { lr: 0.05 } } as const;
    expect(await new Trainer(net, data, data, options).train()).toBeGreaterThan(0.9);
  });

  test.each<[TrainerOptions["optimizer"], TrainerOptions["optimizerParam"]]>([
    ["sgd", undefined],
    ["SGD", { lr: 0.1 }],
    ["momentum", { lr: 0.1, momentum: 0.5 }],
    ["Nesterov", undefined],
    ["AdaGrad", undefined],
    ["rmsprop", { rho: 0.9 }],
    ["adam", { beta1: 0.8 }],
    [new Adam(), undefined],
    [updater(adamw()), undefined],
  ])("takes the optimizer %s", async (optimizer, optimizerParam) => {
    const given = {
      ...quiet,
      epochs: 1,
      optimizer,
      ...(optimizerParam && { optimizerParam }),
    } as TrainerOptions;
    const trainer = new Trainer(make(), data, data, given);
    await trainer.train();
    expect(trainer.trainLossList.every(Number.isFinite)).toBe(true);
  });

  it("measures the first samples only, and says what it measured", async () => {
    const log = vi.spyOn(console, "log").mockReturnValue();
    const net = make();
    const [accuracy, asked] = [net.accuracy.bind(net), [] as number[]];
    vi.spyOn(net, "accuracy").mockImplementation((x, t) => {
      asked.push((x as Tensor).shape[0]!);
      return accuracy(x, t);
    });
    await new Trainer(net, data, data, {
      epochs: 1,
      miniBatchSize: 60,
      evaluateSampleNumPerEpoch: 10,
    }).train();
    expect(asked).toEqual([10, 10, 60]);
    expect(log.mock.calls.flat()).toEqual([
      expect.stringMatching(/^epoch 1: train acc [\d.]+, test acc [\d.]+$/),
      expect.stringMatching(/^final test acc: [\d.]+$/),
    ]);
  });

  const nothing = { x: tensor([], [0, 2]), t: tensor(new Uint8Array(0)) };
  test.each<[string, () => unknown, typeof DataError | typeof OptionError, string]>([
    ["no data to learn", () => new Trainer(make(), nothing, data), DataError, "Trainer: train is empty"],
    ["no data to measure", () => new Trainer(make(), data, nothing), DataError, "Trainer: test is empty"],
    [
      "the data's x and t apart",
      () => new Trainer(make(), data.x as never, data.t as never),
      DataError,
      "Trainer: train: x: must be a tensor { shape, dtype, data }, which tensor(…) makes; got undefined",
    ],
    [
      "no network",
      () => new Trainer({ params: {} } as never, data, data),
      OptionError,
      "Trainer: network must be one of the book's, such as new TwoLayerNet(784, 50, 10); got an object, which has no gradient",
    ],
    [
      "an optimizer that there is not",
      () => new Trainer(make(), data, data, { optimizer: "adamw" as never }),
      OptionError,
      'Trainer: optimizer must be one of SGD, Momentum, Nesterov, AdaGrad, RMSprop, Adam, or what updater(…) makes; got "adamw"',
    ],
    [
      "what an optimizer has not",
      () => new Trainer(make(), data, data, { optimizerParam: { momentum: 0.9 } }),
      OptionError,
      'SGD: there is no option "momentum"; there are lr',
    ],
    [
      "no whole epochs",
      () => new Trainer(make(), data, data, { epochs: 0.5 }),
      OptionError,
      "Trainer: epochs must be a whole number of at least 1; got 0.5",
    ],
  ])("refuses %s", (_, call, type, message) => expectError(call, type, message));
});
