// What memories do at the beginning and at the end of a fit.

import { type Rule, show } from "../../check.ts";
import { DataError } from "../../errors.ts";
import { type AnyNetwork, insideOf } from "../network.ts";
import type { Memory, Remembered } from "./memory.ts";

/**
 * What was remembered under the memory's name, if there is something: in a run that goes on.
 *
 * Of several memories of one name the first in the list is the first in the file.
 *
 * @param rule what it must be
 * @throws DataError where it is something else: a file may hold anything
 */
export function kept<T>(net: AnyNetwork, { name }: Memory, [fits, words]: Rule): Kept<T> | undefined {
  const { remembered = [] } = insideOf(net).training;
  const found = remembered.find((each) => each.name === name && !isMemory(each));
  if (found === undefined || fits(found.value)) return found as Kept<T> | undefined;
  throw new DataError(`fit: what the checkpoint has of ${name} must be ${words}; it is ${show(found.value)}`);
}

type Kept<T> = Remembered & { readonly value: T };

/** Takes the place of what was remembered under the memory's name. */
export function take(net: AnyNetwork, own: Memory, before: Remembered | undefined): void {
  const { training } = insideOf(net);
  training.remembered = [...(training.remembered ?? []).filter((each) => each !== before), own];
}

/** Whether a memory of this name is at work. */
export function isTaken(net: AnyNetwork, name: string): boolean {
  return insideOf(net).training.remembered?.some((each) => each.name === name && isMemory(each)) ?? false;
}

/** Leaves a copy behind: the fit of another network may use the callback, too. */
export function leave(net: AnyNetwork, own: Memory): void {
  const { training } = insideOf(net);
  const { remembered = [] } = training;
  if (!remembered.includes(own)) return;
  // First, since what it remembers may be no more to be had.
  training.remembered = remembered.filter((each) => each !== own);
  const { name, value, weights } = own;
  training.remembered = [...training.remembered, { name, value, weights }];
}

function isMemory(remembered: Remembered): boolean {
  return "onStart" in remembered;
}
