// What memories do at the beginning and at the end of a fit.

import { type AnyNetwork, insideOf } from "../network.ts";
import type { Memory, Remembered } from "./memory.ts";

/** Takes the place of what was remembered under the memory's name, if there is something: in a run that goes on. */
export function take(net: AnyNetwork, own: Memory): Remembered | undefined {
  const { training } = insideOf(net);
  const { remembered = [] } = training;
  const kept = remembered.find((each) => each.name === own.name && !isMemory(each));
  training.remembered = [...remembered.filter((each) => each !== kept), own];
  return kept;
}

/** Leaves a copy behind: the fit of another network may use the callback, too. */
export function leave(net: AnyNetwork, own: Memory): void {
  const { training } = insideOf(net);
  const { name, numbers, weights } = own;
  training.remembered = training.remembered!.map((each) =>
    each === own ? { name, numbers, weights } : each,
  );
}

function isMemory(remembered: Remembered): boolean {
  return "onStart" in remembered;
}
