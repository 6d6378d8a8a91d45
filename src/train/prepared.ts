// What a fit computes with: its data in memory, and the programs of its steps and evaluations.

import type { Update } from "../nn/optimizers/optimizer.ts";
import { type Disposable, Resources } from "../runtime/resources.ts";
import { allocate, type Core } from "./core.ts";
import { digestOf } from "./epochs.ts";
import { type Evaluator, evaluator, type MeasuredTerms } from "./evaluate.ts";
import type { Samples } from "./face.ts";
import { inParts, type Steps } from "./parts.ts";
import { composeFiniteCheck, composeTraining, type FiniteCheck, type TrainingSpec } from "./programs.ts";
import { RunState } from "./run-state.ts";
import type { NamedDataset, Schedule } from "./schedule.ts";
import type { Slots } from "./slots.ts";
import { type StoredDataset, store } from "./store.ts";
import type { FitContext } from "./training-state.ts";

/** What is decided before anything is put into memory. */
export interface Decided {
  readonly plan: Schedule;
  readonly metrics: MeasuredTerms;
  readonly update: Update;
  readonly slots: Slots;
}

/** What a fit has in memory until it ends. */
export interface Prepared extends Disposable {
  /** the samples' digest, and their targets' */
  readonly samples: number;
  readonly targets: number;
  /** of their order, and of what layers draw */
  readonly seed: number;
  readonly run: RunState;
  readonly spec: TrainingSpec;
  /** a full step, and the last step of a shuffled epoch where the samples do not come out even */
  readonly programs: readonly [Steps, Steps?];
  readonly check: FiniteCheck;
  readonly evaluators: Readonly<Record<string, Evaluator>>;
}

/** @throws whatever of the data does not fit the network; then nothing is held */
export function prepare(
  core: Core,
  context: FitContext,
  { plan, metrics, update, slots }: Decided,
): Prepared {
  const { options, batchSize, by, objective } = plan;
  const held = new Resources();
  return held.orDispose(() => {
    // The sweeps of a numerical gradient read the inputs column by column.
    const compress = by === "backprop";
    const stored = new Map<Samples, StoredDataset>();
    const place = ({ call, data }: NamedDataset): StoredDataset => {
      const known = stored.get(data) ?? held.add(store(call, core, data, objective, { compress }));
      stored.set(data, known);
      return known;
    };
    const training = place({ call: "fit", data: plan.data });
    context.holds(training);
    const { seed = context.seed } = options;
    const run = held.add(new RunState(core.engine, seed, core.owner, { update, dtype: core.dtype }));
    const isShuffled = plan.sampling === "shuffle";
    const indices = core.engine.heap.allocate(4 * (isShuffled ? training.n : batchSize), core.owner);
    held.add({ dispose: () => core.engine.heap.free(indices) });
    const spec: TrainingSpec = {
      ...plan,
      differentiated: by === "backprop" ? core : twinOf(core, held),
      m: batchSize,
      state: run.address,
      indices: indices.address,
      update,
      weights: plan.weights.flatMap((each, term) =>
        each ? held.add(each.hold(core, plan.data, objective, term)) : [],
      ),
      slots: slots.address,
    };
    const compose = (m: number): Steps => {
      const program = held.add(composeTraining(core, training, { ...spec, m }));
      return by === "backprop" ? program : held.add(inParts(core, program, run.address));
    };
    const rest = isShuffled ? training.n % batchSize : 0;
    return {
      samples: digestOf(plan.data.x),
      targets: digestOf(plan.data.t),
      seed,
      run,
      spec,
      programs: rest > 0 ? [compose(batchSize), compose(rest)] : [compose(batchSize)],
      check: held.add(composeFiniteCheck(core)),
      evaluators: Object.fromEntries(
        Object.entries(plan.evaluated).map(([name, set]) => [
          name,
          held.add(evaluator(core, place(set), objective, metrics)),
        ]),
      ),
      dispose: () => held.dispose(),
    };
  });
}

/**
 * The network in float64, with parameters and gradients of its own: those of the network may be read and written while a step that
 * runs in parts is under way.
 */
function twinOf(core: Core, resources: Resources): Core {
  const twin = core.in("float64");
  allocate(twin, resources);
  return twin;
}
