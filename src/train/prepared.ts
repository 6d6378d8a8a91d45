// What a fit computes with: its data in memory, and the programs of its steps and evaluations.

import type { Update } from "../nn/optimizers/optimizer.ts";
import { type Disposable, Resources } from "../runtime/resources.ts";
import { allocate, type Core } from "./core.ts";
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

export class Prepared implements Disposable {
  readonly run: RunState;
  readonly spec: TrainingSpec;
  /** a full step, and the last step of a shuffled epoch where the samples do not come out even */
  readonly programs: readonly [Steps, Steps?];
  readonly check: FiniteCheck;
  readonly evaluators: Readonly<Record<string, Evaluator>>;
  readonly #resources = new Resources();

  constructor(core: Core, context: FitContext, { plan, metrics, update, slots }: Decided) {
    const { options } = plan;
    const held = this.#resources;
    const weights = options.weights?.of(plan.data, plan.objective);
    // The sweeps of a numerical gradient read the inputs column by column.
    const compress = plan.by === "backprop";
    try {
      const stored = new Map<Samples, StoredDataset>();
      const place = ({ call, data }: NamedDataset): StoredDataset => {
        const known = stored.get(data) ?? held.add(store(call, core, data, plan.objective, { compress }));
        stored.set(data, known);
        return known;
      };
      const training = place({ call: "fit", data: plan.data });
      context.holds(training);
      this.run = held.add(
        new RunState(core.engine, options.seed ?? context.seed, core.owner, { update, dtype: core.dtype }),
      );
      const drawn = plan.sampling === "shuffle" ? training.n : plan.batchSize;
      const indices = core.engine.heap.allocate(4 * drawn, core.owner);
      held.add({ dispose: () => core.engine.heap.free(indices) });
      this.spec = {
        ...plan,
        differentiated: plan.by === "backprop" ? core : twinOf(core, held),
        m: plan.batchSize,
        state: this.run.address,
        indices: indices.address,
        update,
        weights: weights && held.add(options.weights!.hold(core, weights)),
        slots: slots.address,
      };
      const compose = (m: number): Steps => {
        const program = held.add(composeTraining(core, training, { ...this.spec, m }));
        return plan.by === "backprop" ? program : held.add(inParts(core, program, this.run.address));
      };
      const rest = plan.sampling === "shuffle" ? training.n % plan.batchSize : 0;
      this.programs = rest > 0 ? [compose(plan.batchSize), compose(rest)] : [compose(plan.batchSize)];
      this.check = held.add(composeFiniteCheck(core));
      this.evaluators = Object.fromEntries(
        Object.entries(plan.evaluated).map(([name, set]) => [
          name,
          held.add(evaluator(core, place(set), plan.objective, metrics)),
        ]),
      );
    } catch (error) {
      held.dispose();
      throw error;
    }
  }

  dispose(): void {
    this.#resources.dispose();
  }
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
