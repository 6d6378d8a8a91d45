// What callbacks know of a run: kept with the network's training, so that a checkpoint has it, and a run that goes on goes on with it.

import type { NamedTensors } from "../variables.ts";
import type { Callback } from "./callback.ts";
import type { Json } from "./json.ts";

/** Where a callback has its memory: no object of a user's does. */
export const memory = Symbol("memory");

/** A callback that does nothing besides what its memory is told. */
export const onlyRemembering = (own: Memory): Callback => ({ [memory]: own, onStart() {} });

/** What a callback remembers: JSON, and the parameters and state of the network as they once were. */
export interface Remembered {
  /** what a checkpoint calls it */
  readonly name: string;
  readonly value: Json;
  readonly weights?: NamedTensors | undefined;
}

/**
 * A callback that is told of everything before those that are no memories: whatever is saved there has what is remembered. From `onStart` to
 * `onEnd` it is itself what the network's training remembers.
 */
export interface Memory extends Callback, Remembered {}
