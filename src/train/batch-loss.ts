import { gradients } from "../graph/autodiff.ts";
import type { Placement } from "../graph/plan.ts";
import { Composer } from "../runtime/composer.ts";
import type { Program } from "../runtime/instructions.ts";
import type { ProgramCache } from "../runtime/program-cache.ts";
import { formatShape, size, type TypedArray } from "../tensor.ts";
import type { Inputs } from "./arguments.ts";
import { buildLoss, type Core, setStep, type TargetType } from "./core.ts";
import type { Objective } from "./face.ts";
import { setSeed } from "./initial-values.ts";
import { type GivenInputs, givenInputs, keyOf } from "./programs.ts";
import type { Read, Reader } from "./reader.ts";
import type { Targets } from "./targets.ts";

/** Views of what it reads and writes. */
interface BatchLossProgram extends Program, Pick<GivenInputs, "xs" | "finite"> {
  readonly ts: readonly (() => TypedArray)[];
  /** of the RunField block */
  readonly state: number;
  /** Looks at the samples. Comes before `run`, which writes the gradients. */
  prepare(): void;
  loss(): TypedArray;
}

/** What is asked of a batch. */
export interface BatchLossOptions {
  readonly objective: Objective;
  /** of the data that the network was fitted with */
  readonly scales: readonly number[];
  readonly differentiated: boolean;
  readonly training: boolean;
  /** of random elements */
  readonly step: number;
}

/** Gives the loss of samples in JavaScript, and leaves its gradients in their region; see Network.loss and Network.gradient. */
export class BatchLoss {
  readonly #core: Core;
  readonly #programs: ProgramCache;
  readonly #reader: Reader;
  readonly #seed: number;

  /** @param programs keeps those of this network @param seed of random elements */
  constructor(core: Core, programs: ProgramCache, reader: Reader, seed: number) {
    this.#core = core;
    this.#seed = seed;
    this.#reader = reader;
    this.#programs = programs;
  }

  /**
   * @param call how messages name the caller @param targets one for each term of the objective
   * @throws DataError where x is not finite; the gradients are then as they were
   */
  run(call: string, inputs: Inputs, targets: readonly Targets[], of: BatchLossOptions): number {
    const { objective, training, step } = of;
    const read = this.#reader.read(call, inputs.values, of.scales);
    const { engine, parameters } = this.#core;
    const types = targets.map(({ type }) => type);
    const kinds = types.map(({ dtype, shape }) => `${dtype} ${formatShape(shape)}`).join();
    const program = this.#programs.get(
      `${call} ${training} ${inputs.batch} ${keyOf(read)} ${kinds}`,
      () => {
        const made = compose(this.#core, inputs.batch, read, types, of);
        setSeed(engine, made.state, this.#seed);
        return made;
      },
      ...objective.flatMap(({ output, loss, weight }) => [output, loss, weight]),
    ) as BatchLossProgram;
    // A user's own code, in layers or in what was given, may have disposed of the network.
    parameters.alive();
    for (const [i, { data }] of read.entries()) program.xs[i]!().set(data);
    for (const [i, { values }] of targets.entries()) program.ts[i]!().set(values.data);
    program.prepare();
    // Who finds out which one it is takes a hundred times as long.
    for (const [i, finite] of program.finite.entries()) if (Number.isNaN(finite()[0])) read[i]!.check();
    setStep(engine, program.state, step);
    program.run(1);
    return program.loss()[0]!;
  }
}

function compose(
  core: Core,
  batch: number,
  read: readonly Read[],
  types: readonly TargetType[],
  of: BatchLossOptions,
): BatchLossProgram {
  const { heap } = core.engine;
  return Composer.compose(core, (composer) => {
    const built = buildLoss(core, batch, of.objective, types, of);
    const targets = built.pairs.map(({ t }): Placement => ({ value: t, address: composer.room(t) }));
    const cell = composer.room(built.loss);
    const first = Composer.compose(core, (inner) => {
      const given = givenInputs(inner, built.xs, read);
      return { ...inner.finish(), given };
    });
    composer.onDispose(() => first.dispose());
    const { parameters } = core;
    const wanted = of.differentiated
      ? parameters.placementsOf(gradients(built.loss, parameters.values), "gradients")
      : [];
    const { placements, xs, finite } = first.given;
    composer.graph([{ value: built.loss, address: cell }, ...wanted], [...placements, ...targets]);
    return {
      ...composer.finish(),
      state: composer.run,
      xs,
      finite,
      ts: targets.map(({ value, address }) => heap.lastingView(value.dtype, address, size(value.shape))),
      prepare: () => void first.run(1),
      loss: heap.lastingView(core.dtype, cell, 1),
    };
  });
}
