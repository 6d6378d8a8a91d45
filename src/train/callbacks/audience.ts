import type { EvaluationRecord, Progress } from "../history.ts";
import type { Callback, Event, FitRun } from "./callback.ts";
import { memory } from "./memory.ts";

/** All that a fit tells what happens. */
export class Audience {
  /** memories, which are told everything of a step before the others are told anything: whatever is saved there has what they know of it */
  readonly #memories: readonly Callback[];
  /** those of the options themselves, and those of their list */
  readonly #others: readonly Callback[];
  readonly #run: FitRun;
  readonly #checkAlive: () => void;

  /** @param checkAlive throws where the network is gone, as it may be after each of them */
  constructor(options: Callback & { callbacks?: readonly Callback[] }, run: FitRun, checkAlive: () => void) {
    const { callbacks = [] } = options;
    this.#memories = callbacks.flatMap((callback) => callback[memory] ?? []);
    this.#others = [options, ...callbacks];
    this.#run = run;
    this.#checkAlive = checkAlive;
  }

  get #all(): readonly Callback[] {
    return [...this.#memories, ...this.#others];
  }

  /** After how many steps something is due, besides evaluations. */
  periods(stepsPerEpoch: number): number[] {
    return this.#all.flatMap(({ onStep, every = 1, onEpoch }) => [
      ...(onStep ? [every] : []),
      ...(onEpoch ? [stepsPerEpoch] : []),
    ]);
  }

  /** Calls that function of all, with what is given and the run. */
  tell(event: Event, given?: Progress | EvaluationRecord): Promise<void> {
    return this.#tell(this.#all, event, given);
  }

  /** @param record where there was an evaluation @param isDue whether that many steps have been done since it was last */
  async tellOfStep(
    record: EvaluationRecord | undefined,
    isDue: (period: number) => boolean,
    stepsPerEpoch: number,
  ): Promise<void> {
    for (const some of [this.#memories, this.#others]) {
      if (record) await this.#tell(some, "onEvaluate", record);
      await this.#tell(some, "onStep", undefined, ({ every = 1 }) => isDue(every));
      if (isDue(stepsPerEpoch)) await this.#tell(some, "onEpoch");
    }
  }

  /** Of the end hear all, whatever one of them throws. */
  async #tell(
    callbacks: readonly Callback[],
    event: Event,
    given?: Progress | EvaluationRecord,
    isFor: (callback: Callback) => boolean = () => true,
  ): Promise<void> {
    const failures: unknown[] = [];
    for (const callback of callbacks) {
      if (!(callback[event] && isFor(callback))) continue;
      try {
        await (given
          ? callback[event]!(given as never, this.#run)
          : callback[event]!(this.#run as never, this.#run));
        this.#checkAlive();
      } catch (error) {
        const { signal } = this.#run;
        // So ends what a callback waits for that was given the signal as well: it is the abort that the fit sees by itself.
        if (signal?.aborted && error === signal.reason) continue;
        if (event !== "onEnd") throw error;
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
