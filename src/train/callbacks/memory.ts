// What callbacks know of a run: kept with the network's training, so that a checkpoint has it, and a run that goes on goes on with it.

import type { NamedTensors } from "../variables.ts";
import type { Callback } from "./callback.ts";

/** Where a callback has its memory: no object of a user's does. */
export const memory = Symbol("memory");

/** What a callback remembers: finite numbers, and the parameters and state of the network as they once were. */
export interface Remembered {
  /** what a checkpoint calls it */
  readonly name: string;
  readonly numbers: Readonly<Record<string, number>>;
  readonly weights?: NamedTensors | undefined;
}

/**
 * A callback that is told of everything before those that are no memories: whatever is saved there has what is remembered. It is told once of
 * an evaluation, also in a run that is cut and goes on.
 */
export interface Memory extends Callback, Remembered {
  /** Before `onStart`. @param left what is remembered of the run that goes on, of which each takes its own; empty in a new run */
  begin(left: Remembered[]): void;
}

/** Takes what there is of that name out of a list. */
export function take(remembered: Remembered[], name: string): Remembered | undefined {
  const index = remembered.findIndex((each) => each.name === name);
  return index < 0 ? undefined : remembered.splice(index, 1)[0];
}
