import type { EvaluationRecord, Progress } from "../history.ts";
import type { Callback, Event, FitRun } from "./callback.ts";
import { memory } from "./memory.ts";

/** All that a fit tells what happens. */
export interface Audience {
  /** after how many steps something is due, besides evaluations */
  readonly periods: readonly number[];
  /** Calls that function of all, with what is given and the run. */
  tell(event: Event, given?: Progress | EvaluationRecord): Promise<void>;
  /** @param record where there was an evaluation @param isDue whether a period of so many steps has ended */
  tellOfStep(record: EvaluationRecord | undefined, isDue: (period: number) => boolean): Promise<void>;
}

/**
 * Those of the options themselves, and those of their list.
 *
 * @param checkAlive throws where the network is gone, as it may be after each of them
 */
export function audience(
  options: Callback & { callbacks?: readonly Callback[] },
  run: FitRun,
  checkAlive: () => void,
): Audience {
  const { callbacks = [] } = options;
  const { stepsPerEpoch } = run.history;
  // Memories are told all of a step before the others are told anything: whatever is saved there has what they know of it.
  const memories = callbacks.flatMap((callback) => callback[memory] ?? []);
  const others = [options, ...callbacks];
  const all = [...memories, ...others];

  /** Of the end hear all, whatever one of them throws. */
  const tell = async (some: readonly Callback[], event: Event, given?: Progress | EvaluationRecord) => {
    const failures: unknown[] = [];
    for (const callback of some) {
      if (!callback[event]) continue;
      try {
        await (given ? callback[event]!(given as never, run) : callback[event]!(run as never, run));
        checkAlive();
      } catch (error) {
        const { signal } = run;
        // So ends what a callback waits for that was given the signal as well: it is the abort that the fit sees by itself.
        if (signal?.aborted && error === signal.reason) continue;
        if (event !== "onEnd") throw error;
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  };

  return {
    periods: all.flatMap(({ onStep, every = 1, onEpoch }) => [
      onStep ? every : Number.POSITIVE_INFINITY,
      onEpoch ? stepsPerEpoch : Number.POSITIVE_INFINITY,
    ]),
    tell: (event, given) => tell(all, event, given),
    async tellOfStep(record, isDue) {
      for (const some of [memories, others]) {
        if (record) await tell(some, "onEvaluate", record);
        await tell(
          some.filter(({ every = 1 }) => isDue(every)),
          "onStep",
        );
        if (isDue(stepsPerEpoch)) await tell(some, "onEpoch");
      }
    },
  };
}
