// One step on a batch that is given, for training loops of one's own.

import { Status } from "../../assembly/blocks.ts";
import { anything, check, options, type Rule } from "../check.ts";
import { NotFiniteError, StateError } from "../errors.ts";
import type { Placement } from "../graph/plan.ts";
import { checkOptimizer, type Optimizer, type Update, updateOf } from "../nn/optimizers/optimizer.ts";
import { Composer } from "../runtime/composer.ts";
import type { Program } from "../runtime/instructions.ts";
import { ProgramCache } from "../runtime/program-cache.ts";
import { type Disposable, Resources } from "../runtime/resources.ts";
import { formatShape, size, type TypedArray } from "../tensor.ts";
import { type Inputs, toInputs, toTargets } from "./arguments.ts";
import { buildLoss, type Core, type TargetType, training } from "./core.ts";
import type { Objective } from "./face.ts";
import { type AnyNetwork, type Inside, insideOf, Network } from "./network.ts";
import {
  composeFiniteCheck,
  composeUpdate,
  type FiniteCheck,
  type GivenInputs,
  givenInputs,
  keyOf,
} from "./programs.ts";
import { type Read, Reader } from "./reader.ts";
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

const networkRule: Rule = [(value) => value instanceof Network, "a network, such as sequential(…) makes"];

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
  const update = updateOf("trainStep", optimizer, inside.core.parameters.layout);
  const slots = inside.slotsFor(update);
  let trainer: Trainer;
  try {
    trainer = new Trainer(inside, update, slots);
  } catch (error) {
    if (slots !== inside.training.slots) slots.dispose();
    throw error;
  }
  if (known) inside.release(known);
  inside.keepSlots(slots, optimizer);
  inside.hold(trainer);
  trainers.set(net, trainer);
  return trainer;
}

/** Views of what a step reads. */
interface StepProgram extends Program, Pick<GivenInputs, "xs" | "finite"> {
  readonly ts: readonly (() => TypedArray)[];
  /** Looks at the samples. */
  prepare(): void;
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
    return isSame && training.slots === this.#slots && this.#slots.optimizer === optimizer;
  }

  step(
    { core, training: state }: Inside,
    inputs: Inputs,
    targets: readonly Targets[],
    objective: Objective,
  ): number {
    const read = this.#reader.read("trainStep", inputs.values, state.scales);
    const types = targets.map(({ type }) => type);
    const kinds = types.map(({ dtype, shape }) => `${dtype} ${formatShape(shape)}`).join();
    const program = this.#programs.get(
      `${inputs.batch} ${keyOf(read)} ${kinds}`,
      () => this.#compose(core, inputs.batch, read, types, objective),
      ...objective.flatMap(({ output, loss, weight }) => [output, loss, weight]),
    ) as StepProgram;
    const run = this.#run;
    run.begin(state.step, 1, state.given, state.schedule);
    // A user's own code, in layers, in the optimizer or in what was given, may have disposed of the network.
    core.parameters.alive();
    for (const [i, { data }] of read.entries()) program.xs[i]!().set(data);
    for (const [i, { values }] of targets.entries()) program.ts[i]!().set(values.data);
    program.prepare();
    // Who finds out which one it is takes a hundred times as long.
    for (const [i, finite] of program.finite.entries()) if (Number.isNaN(finite()[0])) read[i]!.check();
    const status = program.run(1);
    const value = run.losses(1)[0]!;
    if (status === Status.lossNotFinite) {
      const lr = run.rate(state.given, state.schedule);
      throw new NotFiniteError(state.step + 1, value, lr, this.#check.areFinite());
    }
    state.step++;
    state.given++;
    state.objective = objective;
    return value;
  }

  #compose(
    core: Core,
    batch: number,
    read: readonly Read[],
    types: readonly TargetType[],
    objective: Objective,
  ): StepProgram {
    const { heap } = core.engine;
    const state = this.#run.address;
    const write = (composer: Composer): StepProgram => {
      const built = buildLoss(core, batch, objective, types, training);
      const targets = built.pairs.map(({ t }): Placement => ({ value: t, address: composer.room(t) }));
      // A program of its own: nothing is trained with samples that are not finite.
      const first = Composer.compose(core, (inner) => {
        const given = givenInputs(inner, built.xs, read);
        return { ...inner.finish(), given };
      });
      composer.onDispose(() => first.dispose());
      const { placements, xs, finite } = first.given;
      composeUpdate(composer, core, built, [...placements, ...targets], {
        differentiated: core,
        by: "backprop",
        update: this.#update,
        slots: this.#slots.address,
        state,
      });
      return {
        ...composer.finish(),
        xs,
        finite,
        ts: targets.map(({ value, address }) => heap.lastingView(value.dtype, address, size(value.shape))),
        prepare: () => void first.run(1),
      };
    };
    return Composer.compose(core, write, state);
  }

  dispose(): void {
    this.#resources.dispose();
  }
}
