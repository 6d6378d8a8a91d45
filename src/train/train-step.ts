// One step on a batch that is given, for training loops of one's own.

import { Status } from "../../assembly/blocks.ts";
import { anything, check, options } from "../check.ts";
import { NotFiniteError, StateError } from "../errors.ts";
import { checkOptimizer, type Optimizer, type Update, updateOf } from "../nn/optimizers/optimizer.ts";
import { Composer } from "../runtime/composer.ts";
import { ProgramCache } from "../runtime/program-cache.ts";
import { type Disposable, Resources } from "../runtime/resources.ts";
import { type Inputs, toInputs, toTargets } from "./arguments.ts";
import { type Batch, type BatchProgram, composeBatch, fill, programOf } from "./batch.ts";
import type { Core } from "./core.ts";
import type { Objective } from "./face.ts";
import { type AnyNetwork, type Inside, insideOf, type Network, networkRule } from "./network.ts";
import { composeFiniteCheck, composeUpdate, type FiniteCheck, trainingOf } from "./programs.ts";
import { Reader } from "./reader.ts";
import { RunState } from "./run-state.ts";
import type { Signature, Single } from "./signature.ts";
import type { Slots } from "./slots.ts";
import type { Targets } from "./targets.ts";

/** Options of `trainStep`. */
export interface TrainStepOptions<S extends Signature = Single> {
  /** How parameters follow their gradients. The same object in a later step, or in `fit`, goes on with its state. */
  optimizer: Optimizer;
  /** What to make small. Default: that of the last step or fit, else `crossEntropy()` where there is one output. */
  loss?: S["loss"];
}

/**
 * Trains a network by one step on a batch, for a loop of one's own: forward, loss, gradients and update, as a step of `fit` does, in
 * wasm. Steps of this and of `fit` may follow each other.
 *
 * @param x [batch, …input], or one sample; integers are multiplied by `net.scale` @param t as for `net.loss`
 * @returns the loss of the batch, before the update
 * @throws OptionError for options out of their range @throws ShapeError where x or t does not fit the network
 * @throws DataError where they hold NaN or labels out of range
 * @throws NotFiniteError where the loss is NaN or infinite; the parameters are then as they were
 * @throws StateError while `fit` trains the network, or after dispose
 * @example
 * ```ts
 * import { sgd, trainStep } from "kobai";
 * const optimizer = sgd({ lr: 0.1 });
 * const [x, t] = takeBatch(train, 0, 100);
 * const before = trainStep(net, x, t, { optimizer });
 * trainStep(net, x, t, { optimizer }) < before; // true
 * ```
 */
export function trainStep<S extends Signature = Single>(
  net: Network<S>,
  x: S["x"],
  t: S["t"],
  given: TrainStepOptions<S>,
): number {
  const inside = insideOf(check("trainStep", "net", net, networkRule));
  if (inside.isFitting)
    throw new StateError("trainStep: this network is being trained by fit; await that first");
  const rules = { optimizer: anything, loss: anything };
  const { optimizer, loss } = options("trainStep", given as object, rules) as {
    optimizer: Optimizer;
    loss?: unknown;
  };
  checkOptimizer("trainStep", optimizer);
  const { core } = inside;
  const objective =
    loss === undefined
      ? (inside.training.objective ?? core.face.usual("trainStep"))
      : core.face.objective("trainStep", loss);
  const inputs = toInputs("trainStep", x, core);
  const targets = toTargets("trainStep", t, inputs.batch, core, objective);
  return trainerOf(net, inside, optimizer).step(inside, inputs, targets, objective);
}

/** The trainers of networks: of each the one for its last optimizer. */
const trainers = new WeakMap<AnyNetwork, Trainer>();

function trainerOf(net: AnyNetwork, inside: Inside, optimizer: Optimizer): Trainer {
  const known = trainers.get(net);
  if (known?.isFor(optimizer, inside)) return known;
  const update = updateOf("trainStep", optimizer, inside.core.parameters.layout, inside.core.dtype);
  const slots = inside.slotsFor(update);
  let trainer: Trainer;
  try {
    trainer = new Trainer(inside, update, slots);
  } catch (error) {
    if (slots !== inside.training.slots) slots.dispose();
    throw error;
  }
  if (known) inside.release(known);
  inside.keepSlots(slots, update);
  inside.hold(trainer);
  trainers.set(net, trainer);
  return trainer;
}

/** Does steps with one optimizer. */
class Trainer implements Disposable {
  readonly #resources = new Resources();
  readonly #programs: ProgramCache;
  readonly #update: Update;
  readonly #slots: Slots;
  readonly #run: RunState;
  readonly #check: FiniteCheck;
  readonly #reader: Reader;
  /** the optimizer's, as they were */
  readonly #rule: Optimizer["rule"];
  readonly #with: Optimizer["with"];

  constructor({ core, seed }: Inside, update: Update, slots: Slots) {
    const held = this.#resources;
    this.#update = update;
    this.#slots = slots;
    this.#rule = update.optimizer.rule;
    this.#with = update.optimizer.with;
    this.#reader = new Reader(core);
    this.#programs = held.add(new ProgramCache());
    [this.#run, this.#check] = held.orDispose(() => [
      held.add(new RunState(core.engine, seed, core.owner, { update, dtype: core.dtype })),
      held.add(composeFiniteCheck(core)),
    ]);
  }

  isFor(optimizer: Optimizer, { training }: Inside): boolean {
    const isSame =
      optimizer === this.#update.optimizer && optimizer.rule === this.#rule && optimizer.with === this.#with;
    return isSame && training.slots === this.#slots && this.#slots.update?.optimizer === optimizer;
  }

  step(
    { core, training: state }: Inside,
    inputs: Inputs,
    targets: readonly Targets[],
    objective: Objective,
  ): number {
    const read = this.#reader.read("trainStep", inputs.values, state.scales);
    const batch: Batch = { samples: inputs.batch, read, targets, objective };
    const program = programOf(this.#programs, "trainStep", batch, () => this.#compose(core, batch));
    const run = this.#run;
    run.begin(state.step, 1, state.given, state.schedule);
    // A user's own code, in layers, in the optimizer or in what was given, may have disposed of the network.
    core.parameters.alive();
    fill(program, batch);
    const status = program.run(1);
    const value = run.losses(1)[0]!;
    if (status === Status.lossNotFinite) {
      const lr = run.rate(state.given, state.schedule);
      throw new NotFiniteError(state.step + 1, value, lr, this.#check.areFinite());
    }
    state.step++;
    state.given++;
    // No fit's any more.
    state.run = undefined;
    state.objective = objective;
    return value;
  }

  #compose(core: Core, batch: Batch): BatchProgram {
    const state = this.#run.address;
    const write = (composer: Composer): BatchProgram => {
      const { built, inputs, views } = composeBatch(composer, core, batch, trainingOf(this.#update));
      composeUpdate(composer, core, built, inputs, {
        differentiated: core,
        by: "backprop",
        update: this.#update,
        slots: this.#slots.address,
        state,
      });
      return { ...composer.finish(), ...views };
    };
    return Composer.compose(core, write, state);
  }

  dispose(): void {
    this.#resources.dispose();
  }
}
