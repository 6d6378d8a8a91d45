import { RUN_BYTES, RunField } from "../../assembly/blocks.ts";
import { COEFFICIENTS } from "../../assembly/isa/optimizer.ts";
import { OptionError } from "../errors.ts";
import type { Update } from "../nn/optimizers/optimizer.ts";
import { rateAt, type ScheduleState } from "../nn/rate.ts";
import type { Engine } from "../runtime/engine.ts";
import type { Block } from "../runtime/heap.ts";
import type { Disposable } from "../runtime/resources.ts";
import { bytesPerElement, type DTypeName } from "../tensor.ts";
import { setStep } from "./core.ts";
import { setSeed } from "./initial-values.ts";

/** Steps that one call can run: the rows of the tables below. */
const CAPACITY = 1024;

/** What there are coefficients for. */
export interface Trained {
  readonly update: Update;
  /** the type that is trained */
  readonly dtype: DTypeName;
}

/** What the programs of a training run share in linear memory: the step, the seed, each step's coefficients and losses. */
export class RunState implements Disposable {
  readonly capacity = CAPACITY;
  readonly address: number;
  readonly #rows: Float64Array;
  readonly #engine: Engine;
  readonly #block: Block;
  readonly #update: Update;
  readonly #dtype: DTypeName;

  constructor(engine: Engine, seed: number, owner: string, { update, dtype }: Trained) {
    this.#engine = engine;
    this.#update = update;
    this.#dtype = dtype;
    this.#rows = new Float64Array(CAPACITY * update.rows * COEFFICIENTS);
    this.#block = engine.heap.allocate(RUN_BYTES + 8 * (CAPACITY + this.#rows.length), owner);
    this.address = this.#block.address;
    const words = engine.heap.view("int32", this.address, RUN_BYTES / 4);
    setSeed(engine, this.address, seed);
    words[RunField.losses] = this.#losses;
    words[RunField.coefficients] = this.#coefficients;
    words[RunField.rows] = update.rows;
  }

  get #losses(): number {
    return this.address + RUN_BYTES;
  }

  get #coefficients(): number {
    return this.#losses + 8 * CAPACITY;
  }

  /**
   * Prepares a call of `count` steps that begins at `step`, from 0.
   *
   * @param done steps that the optimizer has been given before @param state of its schedule
   * @returns how many can be run: up to one that has no learning rate or coefficient that is none
   * @throws OptionError where that is the first, or what a function of a user's throws
   */
  begin(step: number, count: number, done: number, state: ScheduleState | undefined): number {
    setStep(this.#engine, this.address, step);
    const width = this.#update.rows * COEFFICIENTS;
    // An optimizer of a user's own writes here, and not into linear memory.
    const rows = this.#rows;
    let ready = 0;
    try {
      for (; ready < count; ready++) this.#update.coefficients(done + ready, state, rows, ready * width);
    } catch (error) {
      if (ready === 0) throw error;
    }
    const { heap } = this.#engine;
    const table = heap.view(this.#dtype, this.#coefficients, ready * width);
    table.set(ready === CAPACITY ? rows : rows.subarray(0, table.length));
    // Asked of the exponents' bits: numbers with fractions would be garbage until this is optimized.
    const stride = bytesPerElement(this.#dtype) / 4;
    const exponent = stride === 1 ? 0x7f800000 : 0x7ff00000;
    const words = heap.view("int32", this.#coefficients, stride * table.length);
    const bad = words.findIndex((word, i) => (word & exponent) === exponent && i % stride === stride - 1);
    if (bad < 0) return ready;
    if (bad >= stride * width) return Math.floor(bad / stride / width);
    throw new OptionError(
      `fit: the optimizer ${this.#update.optimizer.name} has the coefficient ${rows[Math.floor(bad / stride)]}; all must be finite in ${this.#dtype}`,
    );
  }

  /** Says where `step` stands in a sequence of epochs: at their step `place`, the first epoch having the number `epoch`. */
  align(step: number, place: number, epoch: number): void {
    const words = this.#engine.heap.view("int32", this.address, RUN_BYTES / 4);
    words[RunField.ahead] = step - place;
    words[RunField.epoch] = epoch;
  }

  /** The step that the run is at: that of the failure, after a call that stopped. */
  get step(): number {
    return this.#engine.heap.view("int32", this.address, 1)[RunField.step]!;
  }

  /** The losses of the last call's first `count` steps. */
  losses(count: number): Float64Array {
    return this.#engine.heap.view("float64", this.#losses, count);
  }

  dispose(): void {
    this.#engine.heap.free(this.#block);
  }

  /** The learning rate of the step after `done` of them. */
  rate(done: number, state: ScheduleState | undefined): number {
    const { every = 1, optimizer } = this.#update;
    return rateAt(optimizer.lr, Math.floor(done / every), state);
  }
}
