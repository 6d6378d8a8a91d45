// What lasts from fit to fit, and what a fit asks of its network.

import type { Optimizer } from "../nn/optimizers/optimizer.ts";
import type { ScheduleState } from "../nn/rate.ts";
import type { Remembered } from "./callbacks/memory.ts";
import type { RunAbout } from "./checkpoint/run.ts";
import type { ClassNames } from "./class-names.ts";
import type { Epochs } from "./epochs.ts";
import type { Objective } from "./face.ts";
import type { AnyNetwork } from "./network.ts";
import type { Schedule } from "./schedule.ts";
import type { KeptSlots, Slots } from "./slots.ts";
import type { StoredDataset } from "./store.ts";
import type { WeightsAbout } from "./weights.ts";

/** What a network keeps between fits: steps done in all, where its epoch stands, the optimizer's state, and how it was trained. */
export interface TrainingState {
  /** steps since the network was made */
  step: number;
  epochs: Epochs;
  /** the last fit's, and the scales of its data, by input */
  objective?: Objective | undefined;
  scales: readonly number[];
  /** by output: those of the last data that named any */
  classNames: readonly (ClassNames | undefined)[];
  slots?: Slots | undefined;
  /** steps that the optimizer of these slots has been given */
  given: number;
  /** of the optimizer's schedule, where that follows evaluations */
  schedule?: ScheduleState | undefined;
  /** after how many steps of its run the last fit was evaluated for the last time */
  evaluated?: number | undefined;
  /** what its callbacks remember */
  remembered?: readonly Remembered[] | undefined;
  /** the last fit's run; undefined where others have trained since */
  run?: Run | WrittenRun | undefined;
  /**
   * Of a network that was read from a checkpoint: makes sure that a fit with `from` is the run that was cut.
   *
   * @throws OptionError naming the first thing that is another
   */
  checkResumed?: (from: number, run: Run) => void;
}

/** What the bits of a fit's run depend on besides the network: its options, with nothing left open. */
export interface Run extends Pick<Schedule, "batchSize" | "sampling" | "by" | "every" | "objective"> {
  /** the network's steps when it began */
  readonly start: number;
  readonly seed: number;
  /** digests of its samples and of their targets */
  readonly samples: number;
  readonly targets: number;
  /** by input */
  readonly scales: readonly number[];
  /** a copy, as it was when the fit began */
  readonly optimizer: Optimizer;
  readonly weights: readonly (WeightsAbout | undefined)[];
}

/** The same as a checkpoint has it. */
export interface WrittenRun {
  readonly written: RunAbout;
}

/** What a fit asks of its network. */
export interface FitContext extends KeptSlots {
  readonly net: AnyNetwork;
  readonly seed: number;
  alive(): boolean;
  /** waits for the initial values, unless it is aborted */
  drawn(signal: AbortSignal | undefined): Promise<void>;
  /** takes note of how the training data is held, for the summary */
  holds(data: StoredDataset): void;
}
