import { gradients } from "../graph/autodiff.ts";
import { Composer } from "../runtime/composer.ts";
import type { ProgramCache } from "../runtime/program-cache.ts";
import type { TypedArray } from "../tensor.ts";
import type { Inputs } from "./arguments.ts";
import { type Batch, type BatchProgram, composeBatch, fill, programOf } from "./batch.ts";
import { type Core, setStep } from "./core.ts";
import type { Objective } from "./face.ts";
import { setSeed } from "./initial-values.ts";
import type { Reader } from "./reader.ts";
import type { Targets } from "./targets.ts";

interface BatchLossProgram extends BatchProgram {
  /** address of the RunField block */
  readonly state: number;
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
    const batch: Batch = { samples: inputs.batch, read, targets, objective };
    const program = programOf(this.#programs, `${call} ${training}`, batch, () => {
      const made = compose(this.#core, batch, of);
      setSeed(engine, made.state, this.#seed);
      return made;
    });
    // A user's own code, in layers or in what was given, may have disposed of the network.
    parameters.alive();
    fill(program, batch);
    setStep(engine, program.state, step);
    program.run(1);
    return program.loss()[0]!;
  }
}

function compose(core: Core, batch: Batch, of: BatchLossOptions): BatchLossProgram {
  return Composer.compose(core, (composer) => {
    const { built, inputs, views } = composeBatch(composer, core, batch, of);
    const cell = composer.room(built.loss);
    const { parameters } = core;
    const wanted = of.differentiated
      ? parameters.placementsOf(gradients(built.loss, parameters.values), "gradients")
      : [];
    composer.graph([{ value: built.loss, address: cell }, ...wanted], inputs);
    return {
      ...composer.finish(),
      ...views,
      state: composer.run,
      loss: core.engine.heap.lastingView(core.dtype, cell, 1),
    };
  });
}
