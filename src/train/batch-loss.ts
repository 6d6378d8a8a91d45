import { gradients } from "../graph/autodiff.ts";
import type { Loss } from "../nn/losses.ts";
import { Composer } from "../runtime/composer.ts";
import type { Program } from "../runtime/instructions.ts";
import type { ProgramCache } from "../runtime/program-cache.ts";
import { bytesPerElement, formatShape, size, type TypedArray } from "../tensor.ts";
import type { Inputs } from "./arguments.ts";
import { buildLoss, type Core, setStep, type TargetType } from "./core.ts";
import { setSeed } from "./initial-values.ts";
import { type Given, givenInput } from "./programs.ts";
import type { Reader } from "./reader.ts";
import { checkFinite, type Targets } from "./targets.ts";

/** Views of what it reads and writes. */
interface BatchLossProgram extends Program {
  /** the samples, as they are given */
  x(): TypedArray;
  t(): TypedArray;
  /** of the RunField block */
  readonly state: number;
  /** Looks at the samples; whether all their elements are finite. Comes before `run`, which writes the gradients. */
  prepare(): boolean;
  loss(): TypedArray;
}

/** Gives the loss of samples in JavaScript, and leaves its gradients in their region; see Network.loss and Network.gradient. */
export class BatchLoss {
  readonly #core: Core;
  readonly #programs: ProgramCache;
  /** elements of one sample */
  readonly #inputs: number;
  readonly #reader: Reader;
  readonly #seed: number;

  /** @param programs keeps those of this network @param seed of random elements */
  constructor(core: Core, programs: ProgramCache, reader: Reader, seed: number) {
    this.#core = core;
    this.#seed = seed;
    this.#reader = reader;
    this.#programs = programs;
    this.#inputs = size(core.inputShape);
  }

  /**
   * @param call how messages name the caller
   * @param of what to measure; scale: of the data that the network was fitted with; step: of random elements
   * @throws DataError where x is not finite; the gradients are then as they were
   */
  run(
    call: string,
    { batch, values: x }: Inputs,
    { type, values: t }: Targets,
    of: { loss: Loss; scale: number; differentiated: boolean; training: boolean; step: number },
  ): number {
    const { loss, differentiated, training, step } = of;
    const given = this.#reader.given(x, of.scale);
    const { dtype, engine } = this.#core;
    const check = () => checkFinite(call, "x", x, dtype, { perSample: this.#inputs, scale: given.scale });
    // No integer is infinite, but times a scale beyond all measure it can be.
    if (given.scale !== 1) check();
    const key = `${call} ${training} ${batch} ${given.dtype} ${given.scale} ${given.sparse} ${type.dtype} ${formatShape(type.shape)}`;
    const program = this.#programs.get(
      key,
      () => {
        const made = compose(this.#core, { batch, loss, type, given, differentiated, training });
        setSeed(engine, made.state, this.#seed);
        return made;
      },
      loss,
    ) as BatchLossProgram;
    // A user's own code, in layers or in what was given, may have disposed of the network.
    this.#core.parameters.alive();
    program.x().set(x.data);
    program.t().set(t.data);
    // Who finds out which one it is takes a hundred times as long.
    if (!program.prepare()) check();
    setStep(engine, program.state, step);
    program.run(1);
    return program.loss()[0]!;
  }
}

function compose(
  core: Core,
  of: {
    batch: number;
    loss: Loss;
    type: TargetType;
    given: Given;
    differentiated: boolean;
    training: boolean;
  },
): BatchLossProgram {
  const { heap } = core.engine;
  const { batch, type, given, differentiated } = of;
  return Composer.compose(core, (composer) => {
    const built = buildLoss(core, batch, of.loss, type, of);
    const elements = size(built.x.shape);
    const [x, finite] = [composer.allocate(elements * bytesPerElement(given.dtype)), composer.allocate(8)];
    const [t, cell] = [composer.room(built.t), composer.room(built.loss)];
    const first = Composer.compose(core, (inner) => {
      const placement = givenInput(inner, built.x, { ...given, x, finite });
      return { ...inner.finish(), placement };
    });
    composer.onDispose(() => first.dispose());
    const { parameters } = core;
    const wanted = differentiated
      ? parameters.placementsOf(gradients(built.loss, parameters.values), "gradients")
      : [];
    composer.graph(
      [{ value: built.loss, address: cell }, ...wanted],
      [first.placement, { value: built.t, address: t }],
    );
    const verdict = heap.lastingView("float64", finite, 1);
    return {
      ...composer.finish(),
      state: composer.run,
      x: heap.lastingView(given.dtype, x, elements),
      t: heap.lastingView(type.dtype, t, size(built.t.shape)),
      prepare() {
        first.run(1);
        return !Number.isNaN(verdict()[0]);
      },
      loss: heap.lastingView(core.dtype, cell, 1),
    };
  });
}
