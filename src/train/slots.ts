import type { Optimizer, Update } from "../nn/optimizers/optimizer.ts";
import type { Disposable, Resources } from "../runtime/resources.ts";
import type { Core } from "./core.ts";
import type { TrainingState } from "./training-state.ts";

/** An optimizer's state in memory. */
export interface Slots extends Disposable {
  /** whose it is; undefined where it was read from a checkpoint: the next optimizer that keeps such a state goes on with it */
  optimizer: Optimizer | undefined;
  readonly name: string;
  /** its regions of state by name, one behind the other, each laid out as the parameters are */
  readonly regions: readonly string[];
  readonly address: number;
}

/** A new one, of zeros. */
export function slots({ engine, owner, parameters }: Core, name: string, regions: readonly string[]): Slots {
  const block = engine.heap.allocate(regions.length * parameters.bytes, `${owner}: optimizer`);
  return {
    optimizer: undefined,
    name,
    regions,
    address: block.address,
    dispose: () => engine.heap.free(block),
  };
}

/** The state of a network's optimizer, from fit to fit. */
export interface KeptSlots {
  /** That of the last fit if it is the same optimizer, or what a checkpoint had of one like it; else new and zero. */
  slotsFor(update: Update): Slots;
  /** Makes these the network's own. @param optimizer whose they are; undefined where they were read from a checkpoint */
  keepSlots(slots: Slots | undefined, optimizer?: Optimizer): void;
}

/** @param state where they are kept @param resources of the network */
export function keptSlots(core: Core, state: TrainingState, resources: Resources): KeptSlots {
  return {
    slotsFor({ optimizer, regions }) {
      const { slots: kept } = state;
      const { name } = optimizer;
      const isKept =
        kept &&
        (kept.optimizer ?? optimizer) === optimizer &&
        kept.name === name &&
        kept.regions.join() === regions.join();
      return isKept ? kept : slots(core, name, regions);
    },
    keepSlots(slots, optimizer) {
      if (state.slots !== slots) {
        if (state.slots) resources.release(state.slots);
        state.slots = slots && resources.add(slots);
        state.given = 0;
        state.schedule = undefined;
      }
      if (slots) slots.optimizer = optimizer;
    },
  };
}
