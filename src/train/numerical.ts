import { type Disposable, Resources } from "../runtime/resources.ts";
import type { Tensor } from "../tensor.ts";
import type { scaledInputs } from "./arguments.ts";
import { allocate, type Core, setStep, type TargetType } from "./core.ts";
import type { Objective } from "./face.ts";
import { setSeed } from "./initial-values.ts";
import { composeNumericalGradient } from "./programs.ts";
import type { Targets } from "./targets.ts";

/** What is asked of a batch. */
export interface NumericalOptions {
  readonly objective: Objective;
  readonly h: number;
  readonly training: boolean;
  /** of random elements */
  readonly seed: number;
  readonly step: number;
}

/** Gives the gradients of a batch's loss by central differences, in float64; see Network.numericalGradient. */
export class NumericalGradient implements Disposable {
  readonly #core: Core;
  readonly #resources = new Resources();
  #twin: Core | undefined;

  constructor(core: Core) {
    this.#core = core;
  }

  /** @param targets one for each term of the objective */
  run(
    inputs: ReturnType<typeof scaledInputs>,
    targets: readonly Targets[],
    { objective, h, training, seed, step }: NumericalOptions,
  ): Record<string, Tensor> {
    const core = this.#exact();
    const types = targets.map(
      ({ type }): TargetType => (type.dtype === "int32" ? type : { ...type, dtype: "float64" }),
    );
    if (core !== this.#core) {
      for (const kind of ["parameters", "state"] as const) {
        const own = this.#core[kind];
        for (const name of own.names) core[kind].write(name, own.read(name, "values"), "values");
      }
    }
    const program = composeNumericalGradient(core, inputs.batch, objective, types, { h, mode: { training } });
    try {
      // A user's own code, in layers or in what was given, may have disposed of the network.
      this.#core.parameters.alive();
      const { heap } = core.engine;
      setSeed(core.engine, program.state, seed);
      setStep(core.engine, program.state, step);
      inputs.place((input, length) => heap.view("float64", program.xs[input]!, length));
      for (const [i, { values }] of targets.entries()) {
        heap.view(types[i]!.dtype, program.ts[i]!, values.data.length).set(values.data);
      }
      program.run(1);
    } finally {
      program.dispose();
    }
    return Object.fromEntries(
      core.parameters.names.map((name) => [name, core.parameters.read(name, "gradients")]),
    );
  }

  /** The network in float64: itself, or a twin with room for parameters of its own, made when first needed. */
  #exact(): Core {
    if (this.#core.dtype === "float64") return this.#core;
    if (!this.#twin) {
      const twin = this.#core.in("float64");
      allocate(twin, this.#resources);
      this.#twin = twin;
    }
    return this.#twin;
  }

  dispose(): void {
    this.#resources.dispose();
  }
}
