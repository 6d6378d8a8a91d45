import type { Update } from "../nn/optimizers/optimizer.ts";
import type { ScheduleState } from "../nn/rate.ts";
import type { Disposable, Resources } from "../runtime/resources.ts";
import type { Core } from "./core.ts";
import type { TrainingState } from "./training-state.ts";

/** An optimizer's state in memory. */
export interface Slots extends Disposable {
  /** the last that went on with it; undefined where it was read from a checkpoint: the next optimizer that keeps such a state does */
  update?: Update | undefined;
  readonly name: string;
  /** its regions of state by name, one behind the other, each laid out as the parameters are */
  readonly regions: readonly string[];
  readonly address: number;
  /** of those that were read from a checkpoint: what an optimizer of the kind goes on with, these or others */
  adapted?: (update: Update) => Slots;
  /** of those: how many steps an update took, if the checkpoint says it */
  every?: number | undefined;
  /** where the optimizer stands that begins with them; default: at its beginning */
  standing?: Standing;
}

/** Where an optimizer stands. */
export interface Standing {
  /** steps that it has been given */
  readonly given: number;
  /** of its schedule, where that follows evaluations */
  readonly schedule: ScheduleState | undefined;
}

/** New ones, of zeros. */
export function slots({ engine, owner, parameters }: Core, name: string, regions: readonly string[]): Slots {
  const block = engine.heap.allocate(regions.length * parameters.bytes, `${owner}: optimizer`);
  return {
    name,
    regions,
    address: block.address,
    dispose: () => engine.heap.free(block),
  };
}

/** The state of a network's optimizer, from fit to fit. */
export interface KeptSlots {
  /**
   * That of the last fit if it is the same optimizer, or one of its kind in a run that goes on; or what a checkpoint had of one of its kind, as far as
   * both have the same regions; else new and zero.
   */
  slotsFor(update: Update, goesOn?: boolean): Slots;
  /** Makes these the network's own. @param update whose they are; undefined where they were read from a checkpoint */
  keepSlots(slots: Slots | undefined, update?: Update): void;
}

/** @param state where they are kept @param resources of the network */
export function keptSlots(core: Core, state: TrainingState, resources: Resources): KeptSlots {
  return {
    slotsFor(update, goesOn = false) {
      const { optimizer, regions } = update;
      const { slots: kept } = state;
      const { name } = optimizer;
      const found =
        kept?.name === name &&
        (kept.update
          ? (goesOn || kept.update.optimizer === optimizer) && kept.regions.join() === regions.join() && kept
          : kept.adapted?.(update));
      return found || slots(core, name, regions);
    },
    keepSlots(slots, update) {
      if (state.slots !== slots) {
        if (state.slots) resources.release(state.slots);
        state.slots = slots && resources.add(slots);
        Object.assign(state, slots?.standing ?? { given: 0, schedule: undefined });
      }
      if (slots) slots.update = update;
    },
  };
}
