// One step on a batch that is given, for training loops of one's own.

import { Status } from "../../assembly/blocks.ts";
import { anything, check, options, type Rule } from "../check.ts";
import { NotFiniteError, StateError } from "../errors.ts";
import { crossEntropy, type Loss, lossRule } from "../nn/losses.ts";
import { checkOptimizer, type Optimizer, type Update, updateOf } from "../nn/optimizers/optimizer.ts";
import { Composer } from "../runtime/composer.ts";
import type { Program } from "../runtime/instructions.ts";
import { ProgramCache } from "../runtime/program-cache.ts";
import { type Disposable, Resources } from "../runtime/resources.ts";
import { bytesPerElement, formatShape, size, type TensorLike, type TypedArray } from "../tensor.ts";
import { type Inputs, toInputs, toTargets } from "./arguments.ts";
import { buildLoss, type Core, training } from "./core.ts";
import { type Inside, insideOf, Network } from "./network.ts";
import { composeFiniteCheck, composeUpdate, type FiniteCheck, type Given, givenInput } from "./programs.ts";
import { Reader } from "./reader.ts";
import { RunState } from "./run-state.ts";
import type { Slots } from "./slots.ts";
import { checkFinite, type Targets, targetRule } from "./targets.ts";

/** Options of `trainStep`. */
export interface TrainStepOptions {
  /** How parameters follow their gradients. The same object in a later step, or in `fit`, goes on with its state. */
  optimizer: Optimizer;
  /** What to make small. Default: that of the last step or fit, else `crossEntropy()`. */
  loss?: Loss;
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
export function trainStep(net: Network, x: TensorLike, t: TensorLike, given: TrainStepOptions): number {
  const inside = insideOf(check("trainStep", "net", net, networkRule));
  if (inside.isFitting)
    throw new StateError("trainStep: this network is being trained by fit; await that first");
  const rules = { optimizer: anything, loss: lossRule };
  const { optimizer, loss = inside.training.loss ?? crossEntropy() } = options("trainStep", given, rules);
  checkOptimizer("trainStep", optimizer);
  const inputs = toInputs("trainStep", x, inside.core);
  const targets = toTargets("trainStep", t, inputs.batch, targetRule(loss, inside.core));
  return trainerOf(net, inside, optimizer).step(inside, inputs, targets, loss);
}

/** The trainers of networks: of each the one for its last optimizer. */
const trainers = new WeakMap<Network, Trainer>();

function trainerOf(net: Network, inside: Inside, optimizer: Optimizer): Trainer {
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
interface StepProgram extends Program {
  /** the samples, as they are given */
  x(): TypedArray;
  t(): TypedArray;
  /** Looks at the samples; whether all their elements are finite. */
  prepare(): boolean;
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
    { batch, values: x }: Inputs,
    { type, values: t }: Targets,
    loss: Loss,
  ): number {
    const given = this.#reader.given(x, state.scale);
    const check = () =>
      checkFinite("trainStep", "x", x, core.dtype, { perSample: size(core.inputShape), scale: given.scale });
    // No integer is infinite, but times a scale beyond all measure it can be.
    if (given.scale !== 1) check();
    const key = `${batch} ${given.dtype} ${given.scale} ${given.sparse} ${type.dtype} ${formatShape(type.shape)}`;
    const make = () => this.#compose(core, { batch, given, type, loss });
    const program = this.#programs.get(key, make, loss) as StepProgram;
    const run = this.#run;
    run.begin(state.step, 1, state.given, state.schedule);
    // A user's own code, in layers, in the optimizer or in what was given, may have disposed of the network.
    core.parameters.alive();
    program.x().set(x.data);
    program.t().set(t.data);
    // Who finds out which one it is takes a hundred times as long.
    if (!program.prepare()) check();
    const status = program.run(1);
    const value = run.losses(1)[0]!;
    if (status === Status.lossNotFinite) {
      const lr = run.rate(state.given, state.schedule);
      throw new NotFiniteError(state.step + 1, value, lr, this.#check.areFinite());
    }
    state.step++;
    state.given++;
    state.loss = loss;
    return value;
  }

  #compose(
    core: Core,
    { batch, given, type, loss }: { batch: number; given: Given; type: Targets["type"]; loss: Loss },
  ): StepProgram {
    const { heap } = core.engine;
    const state = this.#run.address;
    const write = (composer: Composer): StepProgram => {
      const built = buildLoss(core, batch, loss, type, training);
      const elements = size(built.x.shape);
      const [x, finite] = [composer.allocate(elements * bytesPerElement(given.dtype)), composer.allocate(8)];
      const t = composer.room(built.t);
      // A program of its own: nothing is trained with samples that are not finite.
      const first = Composer.compose(core, (inner) => {
        const placement = givenInput(inner, built.x, { ...given, x, finite });
        return { ...inner.finish(), placement };
      });
      composer.onDispose(() => first.dispose());
      composeUpdate(composer, core, built, [first.placement, { value: built.t, address: t }], {
        differentiated: core,
        by: "backprop",
        update: this.#update,
        slots: this.#slots.address,
        state,
      });
      const verdict = heap.lastingView("float64", finite, 1);
      return {
        ...composer.finish(),
        x: heap.lastingView(given.dtype, x, elements),
        t: heap.lastingView(type.dtype, t, size(built.t.shape)),
        prepare() {
          first.run(1);
          return !Number.isNaN(verdict()[0]);
        },
      };
    };
    return Composer.compose(core, write, state);
  }

  dispose(): void {
    this.#resources.dispose();
  }
}
