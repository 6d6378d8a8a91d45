// A run in the worker: it goes on, stops, and goes to any of its steps, by training anew from a checkpoint before it, which gives the same bits.

import type { Tensor } from "kobai";
import type { TrainingWorker, WorkerDataset, WorkerNetwork } from "kobai/worker";
import { copyOf, isLarge, type Prepared } from "./data.ts";
import { firstSteps, layersOf, type Segment, type Setting, type Spec, stepsOf, withSteps } from "./spec.ts";

/** Measured on both sets at a step. */
export interface Measured {
  readonly step: number;
  readonly train: number;
  readonly test: number;
  readonly testLoss: number;
}

/** What a run tells of itself while it goes on. */
export interface Listener {
  /** steps, losses or measurements have changed */
  changed(): void;
}

/** How often it is measured, in steps: rarely where that takes long. */
const everyOf = (data: Prepared) => (isLarge(data) ? 200 : 50);

/** At most so many checkpoints are kept; then every other one is left out, time and again. */
const MOST_KEYFRAMES = 30;

/** Only the latest of several seeks is done. */
class Superseded extends Error {}

export class Trainer {
  readonly worker: TrainingWorker;
  /** where it stands */
  step = 0;
  /** all that was trained so far, also what lies ahead after a step back */
  log: readonly Segment[];
  losses: number[] = [];
  /** whether it began with weights of a file */
  isLoaded = false;
  measured: Measured[] = [];
  readonly data: Prepared;
  readonly #spec: Spec;
  readonly #listener: Listener;
  readonly #trainSet: WorkerDataset;
  readonly #testSet: WorkerDataset;
  #net: WorkerNetwork;
  #seeks = 0;
  /** how often it was told to run or to stop: the last word holds */
  #asked = 0;
  /** the last run, which may still go on */
  #run: Promise<void> = Promise.resolve();
  #stop: AbortController | undefined;
  /** checkpoints of steps on the way, from which others are trained anew */
  #keyframes: { readonly step: number; readonly bytes: Uint8Array<ArrayBuffer> }[] = [];

  private constructor(parts: {
    worker: TrainingWorker;
    spec: Spec;
    log: readonly Segment[];
    data: Prepared;
    train: WorkerDataset;
    test: WorkerDataset;
    net: WorkerNetwork;
    listener: Listener;
  }) {
    this.worker = parts.worker;
    this.#spec = parts.spec;
    this.log = parts.log;
    this.data = parts.data;
    this.#trainSet = parts.train;
    this.#testSet = parts.test;
    this.#net = parts.net;
    this.#listener = parts.listener;
  }

  static async make(
    worker: TrainingWorker,
    spec: Spec,
    log: readonly Segment[],
    data: Prepared,
    listener: Listener,
  ): Promise<Trainer> {
    const net = await networkOf(worker, spec, data);
    const [train, test] = [await worker.dataset(copyOf(data.train)), await worker.dataset(copyOf(data.test))];
    return new Trainer({ worker, spec, log, data, train, test, net, listener });
  }

  get total(): number {
    return stepsOf(this.log);
  }

  get net(): WorkerNetwork {
    return this.#net;
  }

  get isRunning(): boolean {
    return this.#stop !== undefined;
  }

  /** What an address can hold of the run: nothing where it began with weights that were loaded. */
  get shared(): readonly Segment[] {
    return this.isLoaded ? [] : this.log;
  }

  /** Trains with a setting to a step, once what runs has ended. @param until a share of the test set that is enough */
  run(setting: Setting, to: number, until = 2): Promise<void> {
    const mine = ++this.#asked;
    this.#run = this.#run
      .catch(() => {})
      .then(() => (mine === this.#asked ? this.#train(setting, to, until) : undefined));
    return this.#run;
  }

  async #train(setting: Setting, to: number, until: number): Promise<void> {
    if (to <= this.step) return;
    if (this.step < this.total) this.log = firstSteps(this.log, this.step);
    this.losses.length = Math.min(this.losses.length, this.step);
    this.measured = this.measured.filter(({ step }) => step <= this.step);
    this.#keyframes = this.#keyframes.filter(({ step }) => step <= this.step);
    const done = await this.#fit(this.#net, setting, this.step, to - this.step, until);
    this.log = withSteps(this.log, setting, done);
    this.#listener.changed();
  }

  stop(): void {
    this.#asked++;
    this.#stop?.abort();
  }

  /** Goes to one of its steps. @returns false where another seek came after it */
  async seek(step: number): Promise<boolean> {
    const mine = ++this.#seeks;
    this.stop();
    const net = await networkOf(this.worker, this.#spec, this.data);
    try {
      const keyframe = this.#keyframes.findLast((each) => each.step <= step);
      if (keyframe) await net.restore(keyframe.bytes);
      const known = keyframe?.step ?? 0;
      let end = 0;
      for (const segment of firstSteps(this.log, step)) {
        const begin = Math.max(end, known);
        end += segment.steps;
        if (end > begin) await this.#fit(net, segment, begin, end - begin, 2, () => mine !== this.#seeks);
      }
    } catch (error) {
      net.dispose();
      if (error instanceof Superseded) return false;
      throw error;
    }
    if (mine !== this.#seeks) {
      net.dispose();
      return false;
    }
    this.#net.dispose();
    this.#net = net;
    this.step = step;
    this.#listener.changed();
    return true;
  }

  async #fit(
    net: WorkerNetwork,
    { optimizer, batchSize }: Setting,
    first: number,
    steps: number,
    until: number,
    isObsolete?: () => boolean,
  ): Promise<number> {
    const stop = new AbortController();
    this.#stop = stop;
    try {
      const history = await net.fit(this.#trainSet, {
        loss: "crossEntropy",
        optimizer,
        batchSize: Math.min(batchSize, this.#trainSet.n),
        steps,
        signal: stop.signal,
        evaluate: {
          data: { train: isLarge(this.data) ? this.#testSet : this.#trainSet, test: this.#testSet },
          every: everyOf(this.data),
        },
        onProgress: ({ step, loss }) => {
          if (isObsolete?.()) stop.abort();
          if (isObsolete) return;
          this.step = first + step;
          if (this.losses.length < this.step) this.losses[this.step - 1] = loss;
          this.#listener.changed();
        },
        onEvaluate: async ({ step, results: { train, test } }) => {
          const at = first + step;
          await this.#keep(net, at);
          if (!this.measured.some((each) => each.step === at)) {
            this.measured.push({
              step: at,
              train: train!.accuracy,
              test: test!.accuracy,
              testLoss: test!.loss,
            });
            this.measured.sort((a, b) => a.step - b.step);
          }
          if (test!.accuracy >= until) stop.abort();
        },
      });
      for (const [i, loss] of history.loss.entries()) this.losses[first + i * history.lossEvery] = loss;
      if (isObsolete?.()) throw new Superseded();
      if (!isObsolete) this.step = first + history.steps;
      return history.steps;
    } finally {
      if (this.#stop === stop) this.#stop = undefined;
    }
  }

  async #keep(net: WorkerNetwork, step: number): Promise<void> {
    if (this.#keyframes.some((each) => each.step === step)) return;
    this.#keyframes.push({ step, bytes: await net.checkpoint() });
    this.#keyframes.sort((a, b) => a.step - b.step);
    if (this.#keyframes.length > MOST_KEYFRAMES)
      this.#keyframes = this.#keyframes.filter((_, i) => i % 2 === 0);
  }

  /** Begins anew, with the weights of a file. */
  async load(bytes: ArrayBuffer): Promise<void> {
    this.#seeks++;
    this.stop();
    const net = await networkOf(this.worker, this.#spec, this.data);
    try {
      await net.load(bytes);
      this.#keyframes = [{ step: 0, bytes: await net.checkpoint() }];
    } catch (error) {
      net.dispose();
      throw error;
    }
    this.#net.dispose();
    this.#net = net;
    [this.step, this.log, this.losses, this.measured] = [0, [], [], []];
    this.isLoaded = true;
    this.#listener.changed();
  }

  /** The classes that it takes all test samples for. */
  async predictTest(): Promise<Uint8Array> {
    return largest(await this.#net.predict(this.#testSet));
  }

  async dispose(): Promise<void> {
    this.#seeks++;
    this.stop();
    this.#net.dispose();
    this.#trainSet.dispose();
    this.#testSet.dispose();
  }
}

function networkOf(worker: TrainingWorker, spec: Spec, { classes, input }: Prepared): Promise<WorkerNetwork> {
  return worker.sequential(layersOf(spec, classes), { input, seed: spec.seed });
}

/** Of each row the place of its largest element. */
export function largest({ data, shape }: Tensor): Uint8Array {
  const [rows = 0, width = 0] = shape;
  return Uint8Array.from({ length: rows }, (_, row) => {
    let best = 0;
    for (let j = 1; j < width; j++) if (data[row * width + j]! > data[row * width + best]!) best = j;
    return best;
  });
}
