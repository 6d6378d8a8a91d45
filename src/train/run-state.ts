import { COEFFICIENTS, RUN_BYTES, RunField } from "../../assembly/blocks.ts";
import { property, show } from "../check.ts";
import { OptionError } from "../errors.ts";
import type { Optimizer } from "../nn/optimizers.ts";
import type { Engine } from "../runtime/engine.ts";
import type { Block } from "../runtime/heap.ts";
import type { Disposable } from "../runtime/resources.ts";
import { setStep } from "./core.ts";
import { setSeed } from "./initial-values.ts";

/** Steps that one call can run: the rows of the tables below. */
const CAPACITY = 1024;

/** What the programs of a training run share in linear memory: the step, the seed, each step's coefficients and losses. */
export class RunState implements Disposable {
  readonly capacity = CAPACITY;
  readonly address: number;
  readonly #rows = new Float64Array(CAPACITY * COEFFICIENTS);
  /** the same, low words and high words */
  readonly #words = new Int32Array(this.#rows.buffer);
  readonly #engine: Engine;
  readonly #block: Block;

  constructor(engine: Engine, seed: number, owner: string) {
    this.#engine = engine;
    this.#block = engine.heap.allocate(RUN_BYTES + 8 * CAPACITY * (1 + COEFFICIENTS), owner);
    this.address = this.#block.address;
    const words = engine.heap.view("int32", this.address, RUN_BYTES / 4);
    setSeed(engine, this.address, seed);
    words[RunField.losses] = this.#losses;
    words[RunField.coefficients] = this.#coefficients;
  }

  get #losses(): number {
    return this.address + RUN_BYTES;
  }

  get #coefficients(): number {
    return this.#losses + 8 * CAPACITY;
  }

  /** Prepares a call of `count` steps that begins at `step` (from 0), whose first update is the optimizer's number `t` (from 1). */
  begin(step: number, count: number, optimizer: Optimizer, t: number): void {
    setStep(this.#engine, this.address, step);
    // An optimizer of a user's own writes here, and not into linear memory.
    const rows = this.#rows;
    for (let i = 0; i < count; i++) {
      const made: unknown = optimizer.coefficients(t + i, rows, i * COEFFICIENTS);
      if (made !== undefined) checkSynchronous(optimizer, made);
    }
    // Asked of the exponents' bits: numbers with fractions would be garbage until this is optimized.
    const words = this.#words;
    for (let i = 0; i < count * COEFFICIENTS; i++) {
      if (((words[2 * i + 1]! >>> 20) & 0x7ff) === 0x7ff) throw coefficientError(optimizer, t, rows, i);
    }
    const table = this.#engine.heap.view("float64", this.#coefficients, count * COEFFICIENTS);
    table.set(count === CAPACITY ? rows : rows.subarray(0, table.length));
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
}

function coefficientError({ name, lr }: Optimizer, t: number, rows: Float64Array, at: number): OptionError {
  const update = t + Math.floor(at / COEFFICIENTS);
  return new OptionError(
    `fit: the optimizer ${name} has the coefficient ${rows[at]} for update ${update}, with the learning rate ${show(lr)}; all must be finite numbers`,
  );
}

/** What writes coefficients after the step has run has written none. */
function checkSynchronous({ name }: Optimizer, made: unknown): void {
  if (typeof property(made, "then") !== "function") return;
  throw new OptionError(
    `fit: coefficients of the optimizer ${name} gave a promise; it must write them at once`,
  );
}
