// The state of an optimizer that goes on with other extras than it had when the checkpoint was written.

import type { Update } from "../../nn/optimizers/optimizer.ts";
import type { Core } from "../core.ts";
import { type Slots, slots } from "../slots.ts";
import type { TrainingState } from "../training-state.ts";

/**
 * The regions for an update by an optimizer of the same kind: what there was, if they are the same, else new ones. Those of the same name go on; a moving average begins with the weights as they are.
 * The count of updates goes on as well; of a group of steps that was begun (`accumulate`), the gradients are dropped where a group has
 * another length.
 *
 * @param kept what there was
 */
export function adapted(
  core: Core,
  { given, schedule }: TrainingState,
  kept: Slots,
  { optimizer: { name }, regions, every = 1 }: Update,
): Slots {
  const before = kept.every ?? every;
  if (every === before && kept.regions.join() === regions.join()) return kept;
  const made = slots(core, name, regions);
  const { engine, dtype, parameters } = core;
  const { bytes, length, address } = parameters;
  const copied = (region: string): number | undefined => {
    const index = kept.regions.indexOf(region);
    if (index >= 0 && (region !== "sum" || every === before)) return kept.address + index * bytes;
    return region === "average" ? address : undefined;
  };
  for (const [i, region] of regions.entries()) {
    const from = copied(region);
    if (from === undefined) continue;
    const to = engine.heap.view(dtype, made.address + i * bytes, length);
    to.set(engine.heap.view(dtype, from, length));
  }
  made.standing = { given: every === before ? given : Math.floor(given / before) * every, schedule };
  return made;
}
