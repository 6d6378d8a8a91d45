// What callbacks know of a run: kept with the network's training, so that a checkpoint has it, and a run that goes on goes on with it.

import type { EvaluationRecord } from "../history.ts";
import type { NamedTensors } from "../variables.ts";
import type { Callback, FitRun } from "./callback.ts";

/** Where a callback has its memory: no object of a user's does. */
export const memory = Symbol("memory");

/** What a callback remembers from evaluation to evaluation. */
export interface Memory {
  /** what a checkpoint calls it */
  readonly name: string;
  /** A fit begins, before `onStart`. @param kept what was remembered, where it goes on with a run; else it is a new one */
  begin(kept: Remembered | undefined): void;
  /** Takes note of an evaluation, before anybody's `onEvaluate`: whatever is saved there has it. */
  note(record: EvaluationRecord, run: FitRun): void;
  /** Before anybody's `onEnd`. */
  end?(run: FitRun): void;
  readonly remembered: Remembered;
}

/** Finite numbers, and the parameters and state of the network as they once were. */
export interface Remembered {
  readonly numbers: Readonly<Record<string, number>>;
  readonly weights?: NamedTensors | undefined;
}

/** The same, with whose it is. */
export interface NamedMemory extends Remembered {
  readonly name: string;
}

/** The memories of a fit's callbacks, in their order: those that have one. */
export class Memories {
  readonly #all: readonly Memory[];

  constructor(callbacks: readonly Callback[]) {
    this.#all = callbacks.flatMap((callback) => callback[memory] ?? []);
  }

  /** @param before those of the run that the fit goes on with; one of another kind begins anew */
  begin(before: readonly NamedMemory[]): void {
    const left = [...before];
    for (const each of this.#all) {
      const index = left.findIndex(({ name }) => name === each.name);
      each.begin(index < 0 ? undefined : left.splice(index, 1)[0]);
    }
  }

  note(record: EvaluationRecord, run: FitRun): void {
    for (const each of this.#all) each.note(record, run);
  }

  end(run: FitRun): void {
    for (const each of this.#all) each.end?.(run);
  }

  get all(): readonly NamedMemory[] {
    return this.#all.map(({ name, remembered }) => ({ name, ...remembered }));
  }
}
