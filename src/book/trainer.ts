// The book's training loop, which the scripts of chapters 6 to 8 share (common/trainer.py).

import { flag, isObject, options as optionsOf, type Rule, seed as seedRule, show, whole } from "../check.ts";
import { apart } from "../data/apart.ts";
import { sampleBatch, takeBatch } from "../data/batch.ts";
import type { Dataset } from "../data/dataset.ts";
import { DataError, OptionError } from "../errors.ts";
import { nesterov, rmsprop } from "../nn/optimizers/further.ts";
import { Slicer } from "../runtime/slices.ts";
import type { Tensor } from "../tensor.ts";
import type { NamedTensors } from "../train/variables.ts";
import { AdaGrad, Adam, Momentum, SGD, Updates, updater } from "./optimizers.ts";

/** What a `Trainer` trains: any of the book's networks, or an object with the same methods. */
export interface Learner {
  readonly params: NamedTensors;
  gradient(x: Tensor, t: Tensor): NamedTensors;
  loss(x: Tensor, t: Tensor): number;
  accuracy(x: Tensor, t: Tensor): number;
}

type OptimizerName = "SGD" | "Momentum" | "Nesterov" | "AdaGrad" | "RMSprop" | "Adam";

/** Options of `Trainer`. */
export interface TrainerOptions {
  /** How often the data is gone through. Default 20. */
  epochs?: number;
  /** Samples of a step. Default 100. */
  miniBatchSize?: number;
  /** How parameters follow their gradients: the name of an optimizer, or what `new Adam(…)` or `updater(…)` makes. Default "SGD". */
  optimizer?: OptimizerName | Lowercase<OptimizerName> | Updates;
  /** What the named optimizer is made of. Default { lr: 0.01 }. */
  optimizerParam?: { lr?: number; momentum?: number; beta1?: number; beta2?: number; rho?: number };
  /** How many of the first samples are measured after each epoch. Default: all. */
  evaluateSampleNumPerEpoch?: number;
  /** Whether each epoch's accuracies are printed. Default true. */
  verbose?: boolean;
  /** Of the batches: a whole number from 0 to 2⁵³ − 1. Default 0. */
  seed?: number;
}

type Param = NonNullable<TrainerOptions["optimizerParam"]>;

const optimizers: Readonly<Record<OptimizerName, (param: Param) => Updates>> = {
  SGD: (param) => new SGD(param),
  Momentum: (param) => new Momentum(param),
  Nesterov: (param) => updater(nesterov(param)),
  AdaGrad: (param) => new AdaGrad(param),
  RMSprop: (param) => updater(rmsprop(param)),
  Adam: (param) => new Adam(param),
};

/** The book writes their names in both ways. */
const makerOf = (name: unknown) =>
  Object.entries(optimizers).find(([each]) => each === name || each.toLowerCase() === name)?.[1];

const rules: Readonly<Record<keyof TrainerOptions, Rule>> = {
  epochs: whole(),
  miniBatchSize: whole(),
  optimizer: [
    (value) => value instanceof Updates || makerOf(value) !== undefined,
    `one of ${Object.keys(optimizers).join(", ")}, or what updater(…) makes`,
  ],
  optimizerParam: [isObject, "an object such as { lr: 0.01 }"],
  evaluateSampleNumPerEpoch: whole(),
  verbose: flag,
  seed: seedRule,
};

/** Samples whose accuracy is asked for at once. */
const PART = 1000;

/**
 * The book's trainer: each step draws a batch, with replacement, and updates the network by its gradient; before the first step of each epoch
 * it takes down the accuracies on both data sets. `fit` does the same for kobai's own networks, and faster.
 *
 * @example
 * ```ts
 * import { init } from "kobai";
 * import { MultiLayerNet, Trainer } from "kobai/book";
 * await init();
 * const net = new MultiLayerNet(784, [20], 10, { dtype: "float32" });
 * const options = { epochs: 2, miniBatchSize: 50, optimizer: "adam", optimizerParam: { lr: 0.001 }, verbose: false } as const;
 * const trainer = new Trainer(net, train, test, options);
 * await trainer.train();
 * trainer.trainAccList.length; // 2
 * ```
 */
export class Trainer {
  readonly network: Learner;
  readonly optimizer: Updates;
  /** The loss of each batch, after its update. */
  readonly trainLossList: number[] = [];
  /** The accuracies at the beginning of each epoch, from 0 to 1. */
  readonly trainAccList: number[] = [];
  readonly testAccList: number[] = [];
  readonly #train: Dataset;
  readonly #test: Dataset;
  readonly #iterPerEpoch: number;
  readonly #maxIter: number;
  readonly #options: Required<Pick<TrainerOptions, "miniBatchSize" | "verbose">>;
  readonly #measured: number;
  readonly #position: { readonly seed: number; step: number };

  /**
   * @param network what is trained @param train what it learns: { x, t }, as `mnist()` gives it @param test what it is measured on besides
   * @param given epochs, miniBatchSize, optimizer, optimizerParam, evaluateSampleNumPerEpoch, verbose, seed
   * @throws DataError where train or test is no data set, or empty
   * @throws OptionError for options out of range, or that there are not, or where network has not the methods of one
   */
  constructor(network: Learner, train: Dataset, test: Dataset, given?: TrainerOptions) {
    const {
      epochs = 20,
      miniBatchSize = 100,
      optimizer = "SGD",
      optimizerParam = { lr: 0.01 },
      evaluateSampleNumPerEpoch = Number.POSITIVE_INFINITY,
      verbose = true,
      seed = 0,
    } = optionsOf("Trainer", given, rules);
    checkLearner(network);
    const n = samplesOf("train", train);
    samplesOf("test", test);
    this.network = network;
    this.optimizer = optimizer instanceof Updates ? optimizer : makerOf(optimizer)!(optimizerParam);
    this.#train = train;
    this.#test = test;
    this.#iterPerEpoch = Math.max(1, Math.floor(n / miniBatchSize));
    this.#maxIter = epochs * this.#iterPerEpoch;
    this.#options = { miniBatchSize, verbose };
    this.#measured = evaluateSampleNumPerEpoch;
    this.#position = { seed, step: 0 };
  }

  /** One step. @throws as the network's methods and the optimizer's `update` do */
  trainStep(): void {
    if (this.#position.step % this.#iterPerEpoch === 0) this.#measure();
    const [x, t] = sampleBatch(this.#train, this.#options.miniBatchSize, this.#position);
    this.optimizer.update(this.network.params as Record<string, Tensor>, this.network.gradient(x, t));
    this.trainLossList.push(this.network.loss(x, t));
  }

  /**
   * The rest of the steps; what else waits is let run between them, so that a page stays alive.
   * @returns the accuracy on all of the test data in the end @throws as `trainStep` does
   */
  async train(): Promise<number> {
    const slicer = new Slicer();
    while (this.#position.step < this.#maxIter) {
      const began = performance.now();
      this.trainStep();
      slicer.took(1, performance.now() - began);
      if (slicer.over) await slicer.breathe();
    }
    const accuracy = this.#accuracy(this.#test, Number.POSITIVE_INFINITY);
    if (this.#options.verbose) console.log(`final test acc: ${accuracy}`);
    return accuracy;
  }

  #measure(): void {
    this.trainAccList.push(this.#accuracy(this.#train, this.#measured));
    this.testAccList.push(this.#accuracy(this.#test, this.#measured));
    if (!this.#options.verbose) return;
    const [train, test] = [this.trainAccList.at(-1), this.testAccList.at(-1)];
    console.log(`epoch ${this.trainAccList.length}: train acc ${train}, test acc ${test}`);
  }

  /** Of the first samples of a data set. */
  #accuracy(data: Dataset, most: number): number {
    const n = Math.min(most, apart("Trainer", data).n);
    let right = 0;
    for (let from = 0; from < n; from += PART) {
      const to = Math.min(n, from + PART);
      right += (to - from) * this.network.accuracy(...takeBatch(data, from, to));
    }
    return right / n;
  }
}

function samplesOf(name: string, data: Dataset): number {
  const { n } = apart(`Trainer: ${name}`, data);
  if (n > 0) return n;
  throw new DataError(`Trainer: ${name} is empty`);
}

function checkLearner(network: Learner): void {
  const methods = ["gradient", "loss", "accuracy"] as const;
  const missing = methods.find((method) => typeof network?.[method] !== "function");
  if (missing === undefined) return;
  throw new OptionError(
    `Trainer: network must be one of the book's, such as new TwoLayerNet(784, 50, 10); got ${show(network)}, which has no ${missing}`,
  );
}
