// A run in the worker: it goes on, stops, and goes to any of its steps, by training anew from a checkpoint before it, which gives the same bits.

import type { NotFiniteError, Tensor } from "kobai";
import type { TrainingWorker, WorkerDataset, WorkerNetwork } from "kobai/worker";
import { copyOf, isLarge, type Prepared } from "./data.ts";
import { type Keyframe, Keyframes } from "./keyframes.ts";
import { Losses } from "./losses.ts";
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

/** The step at which training that begins at a step is to end. */
export type EndOf = (from: number) => number;

/** How often it is measured, in steps: rarely where that takes long. */
const everyOf = (data: Prepared) => (isLarge(data) ? 200 : 50);

/** On its way to a step: where it has come. */
export interface Journey {
  readonly at: number;
  readonly to: number;
}

/** After so many milliseconds it is told. */
const LONG_MS = 500;

/** Something that is sought: ended because it is void, or because where it has come is enough. */
interface Seek {
  readonly stop: AbortController;
  isEnough: boolean;
}

const newSeek = (): Seek => ({ stop: new AbortController(), isEnough: false });

/** A network, and what it was made of. */
interface Made {
  readonly net: WorkerNetwork;
  readonly layers: string;
}

export class Trainer {
  readonly worker: TrainingWorker;
  /** where it stands */
  step = 0;
  /** all that was trained so far, also what lies ahead after a step back */
  log: readonly Segment[];
  readonly losses = new Losses();
  /** whether it began with weights of a file */
  isLoaded = false;
  /** while it is on its way to another step for long */
  journey: Journey | undefined;
  measured: Measured[] = [];
  readonly data: Prepared;
  readonly #spec: Spec;
  readonly #listener: Listener;
  readonly #trainSet: WorkerDataset;
  readonly #testSet: WorkerDataset;
  #made: Made;
  /** how often it was told to run or to stop: the last word holds */
  #asked = 0;
  /** the last of what was asked for, which may still go on */
  #last: Promise<unknown> = Promise.resolve();
  /** ends what runs */
  #stop: AbortController | undefined;
  /** the last seek: only the latest of several is done */
  #seek = newSeek();
  /** what is being trained, and from which step on */
  #running: { readonly setting: Setting; readonly first: number } | undefined;
  /** on the way, from which other steps are trained anew */
  readonly #keyframes = new Keyframes();

  private constructor(parts: {
    worker: TrainingWorker;
    spec: Spec;
    log: readonly Segment[];
    data: Prepared;
    train: WorkerDataset;
    test: WorkerDataset;
    made: Made;
    listener: Listener;
  }) {
    this.worker = parts.worker;
    this.#spec = parts.spec;
    this.log = parts.log;
    this.data = parts.data;
    this.#trainSet = parts.train;
    this.#testSet = parts.test;
    this.#made = parts.made;
    this.#listener = parts.listener;
  }

  static async make(
    worker: TrainingWorker,
    spec: Spec,
    log: readonly Segment[],
    data: Prepared,
    listener: Listener,
  ): Promise<Trainer> {
    const made = await makeNetwork(worker, spec, data);
    const [train, test] = await Promise.all([
      worker.dataset(copyOf(data.train)),
      worker.dataset(copyOf(data.test)),
    ]);
    return new Trainer({ worker, spec, log, data, train, test, made, listener });
  }

  get total(): number {
    return stepsOf(this.log);
  }

  get net(): WorkerNetwork {
    return this.#made.net;
  }

  /** What an address can hold of the run: nothing where it began with weights that were loaded. */
  get shared(): { readonly log: readonly Segment[]; readonly at?: number } {
    if (this.isLoaded) return { log: [] };
    if (!this.#running) return { log: this.log, at: this.step };
    const { setting, first } = this.#running;
    return { log: withSteps(firstSteps(this.log, first), setting, this.step - first) };
  }

  /**
   * Trains with a setting, once what was asked for before is done.
   *
   * @param endOf the step to train to, from where it stands by then
   * @param until a share of the test set that is enough
   */
  run(setting: Setting, endOf: EndOf, until = 2): Promise<void> {
    const mine = ++this.#asked;
    return this.#next(async () => {
      if (mine === this.#asked) await this.#train(setting, endOf(this.step) - this.step, until);
    });
  }

  /** What is asked for is done one after the other: whatever it is, it finds the network and the log at one step. */
  #next<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }

  async #train(setting: Setting, steps: number, until: number): Promise<void> {
    if (steps <= 0) return;
    this.#forgetAhead();
    const stop = new AbortController();
    this.#stop = stop;
    const first = this.step;
    this.#running = { setting, first };
    try {
      this.#made = await this.#dropping(this.#made, setting);
      const done = await this.#fit(this.net, setting, first, steps, { stop, until });
      this.log = withSteps(this.log, setting, done);
    } catch (error) {
      // A loss that is no number tells its step.
      const { step: wrong = this.step - first + 1 } = error as Partial<NotFiniteError>;
      this.log = withSteps(this.log, setting, Math.max(0, wrong - 1));
      if ((error as Error).name === "NotFiniteError") await this.#goBack();
      throw error;
    } finally {
      this.#running = undefined;
      if (this.#stop === stop) this.#stop = undefined;
    }
    this.#listener.changed();
  }

  /** To the last step that can be trained anew. */
  async #goBack(): Promise<void> {
    const last = this.total;
    for (const step of new Set([last, last - 1, last - 2, 0])) {
      if (step < 0) continue;
      this.log = firstSteps(this.log, step);
      try {
        await this.#go(step, newSeek());
        this.#forgetAhead();
        return;
      } catch {
        // Its last update made weights infinite.
      }
    }
  }

  /** Nothing is known of what lies ahead of where it stands. */
  #forgetAhead(): void {
    this.log = firstSteps(this.log, this.step);
    this.losses.cut(this.step);
    this.measured = this.measured.filter(({ step }) => step <= this.step);
    this.#keyframes.cut(this.step);
  }

  stop(): void {
    this.#asked++;
    this.#stop?.abort();
  }

  /** Goes to one of its steps. @returns false where another seek came after it */
  seek(step: number): Promise<boolean> {
    this.stop();
    this.#seek.stop.abort();
    const seek = newSeek();
    this.#seek = seek;
    return this.#next(() => this.#go(Math.min(step, this.total), seek));
  }

  /** Ends the way to a step where it has come. */
  halt(): void {
    this.#seek.isEnough = true;
    this.#seek.stop.abort();
  }

  async #go(step: number, seek: Seek): Promise<boolean> {
    const { stop } = seek;
    if (stop.signal.aborted) return false;
    const begun = performance.now();
    const segments = firstSteps(this.log, step);
    const keyframe = this.#keyframes.before(step);
    let at = keyframe?.step ?? 0;
    let made = await this.#make(segments.find((_, i) => stepsOf(segments.slice(0, i + 1)) >= at));
    const onWay = (to: number) => {
      if (performance.now() - begun < LONG_MS) return;
      this.journey = { at: to, to: step };
      this.#listener.changed();
    };
    try {
      if (keyframe) await made.net.restore(keyframe.bytes);
      let end = 0;
      for (const segment of segments) {
        end += segment.steps;
        if (end < at || stop.signal.aborted) continue;
        if (keyframe && end === at) await this.#own(made.net, segment, keyframe);
        made = await this.#dropping(made, segment);
        if (end > at) at += await this.#fit(made.net, segment, at, end - at, { stop, onWay });
      }
    } catch (error) {
      made.net.dispose();
      throw error;
    } finally {
      this.journey = undefined;
    }
    if (stop.signal.aborted && !seek.isEnough) {
      made.net.dispose();
      return false;
    }
    this.net.dispose();
    this.#made = made;
    this.step = at;
    this.#listener.changed();
    return true;
  }

  /** Begins anew, with the weights of a file. @throws DataError, ShapeError where they are none of this network */
  load(bytes: ArrayBuffer): Promise<void> {
    this.stop();
    return this.#next(() => this.#load(bytes));
  }

  async #load(bytes: ArrayBuffer): Promise<void> {
    const made = await this.#make();
    try {
      await made.net.load(bytes);
      this.#keyframes.beginWith(await made.net.checkpoint());
    } catch (error) {
      made.net.dispose();
      throw error;
    }
    this.net.dispose();
    this.#made = made;
    this.isLoaded = true;
    this.step = 0;
    this.#forgetAhead();
    this.#listener.changed();
  }

  #make(setting?: Setting): Promise<Made> {
    return makeNetwork(this.worker, this.#spec, this.data, setting);
  }

  /** A network that drops as a setting says: the same one, or another where it stands. */
  async #dropping(made: Made, setting: Setting): Promise<Made> {
    if (made.layers === JSON.stringify(layersOf(this.#spec, this.data.classes, setting.dropout))) return made;
    const next = await this.#make(setting);
    try {
      await next.net.restore(await made.net.checkpoint());
    } catch (error) {
      next.net.dispose();
      throw error;
    }
    made.net.dispose();
    return next;
  }

  /**
   * Goes on with the fit in which a keyframe was kept, for no step: what it has of an optimizer's state is then that optimizer's alone, and another one
   * begins with none of it.
   */
  async #own(net: WorkerNetwork, { optimizer, batchSize }: Setting, { done }: Keyframe): Promise<void> {
    await net.fit(this.#trainSet, {
      loss: "crossEntropy",
      optimizer,
      batchSize: Math.min(batchSize, this.#trainSet.n),
      steps: done,
      from: done,
    });
  }

  async #fit(
    net: WorkerNetwork,
    { optimizer, batchSize }: Setting,
    first: number,
    steps: number,
    { stop, until = 2, onWay }: { stop: AbortController; until?: number; onWay?: (step: number) => void },
  ): Promise<number> {
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
        if (onWay) {
          onWay(first + step);
          return;
        }
        this.step = first + step;
        this.losses.set(this.step, loss);
        this.#listener.changed();
      },
      onEvaluate: async ({ step, results: { train, test } }) => {
        const at = first + step;
        // Before the first step of a fit the optimizer's state may be a new one's.
        if (step > 0 && !this.#keyframes.has(at)) {
          this.#keyframes.keep({ step: at, done: step, bytes: await net.checkpoint() });
        }
        // What is trained anew is known already, and lies before the last.
        if (at > (this.measured.at(-1)?.step ?? -1)) {
          this.measured.push({
            step: at,
            train: train!.accuracy,
            test: test!.accuracy,
            testLoss: test!.loss,
          });
        }
        if (test!.accuracy >= until) stop.abort();
      },
    });
    for (const [i, loss] of history.loss.entries()) this.losses.set(first + i * history.lossEvery + 1, loss);
    if (!onWay) this.step = first + history.steps;
    return history.steps;
  }

  /** The classes that it takes all test samples for. */
  async predictTest(): Promise<Uint8Array> {
    return largest(await this.net.predict(this.#testSet));
  }

  async dispose(): Promise<void> {
    this.stop();
    this.#seek.stop.abort();
    this.net.dispose();
    this.#trainSet.dispose();
    this.#testSet.dispose();
  }
}

async function makeNetwork(
  worker: TrainingWorker,
  spec: Spec,
  { classes, input }: Prepared,
  setting?: Setting,
): Promise<Made> {
  const layers = layersOf(spec, classes, setting?.dropout);
  const net = await worker.sequential(layers, { input, seed: spec.seed });
  return { net, layers: JSON.stringify(layers) };
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
