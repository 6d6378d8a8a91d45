import type { Resources } from "../runtime/resources.ts";
import { scaledInputs, toTargets } from "./arguments.ts";
import { allocate, type Core, setStep, type TargetType } from "./core.ts";
import type { Objective } from "./face.ts";
import { setSeed } from "./initial-values.ts";
import { checkStep } from "./lost-step.ts";
import { composeNumericalGradient } from "./programs.ts";
import type { NamedTensors } from "./variables.ts";

/** What is asked of a batch. */
export interface BatchNumericalOptions {
  readonly objective: Objective;
  /** of the data that the network was fitted with */
  readonly scales: readonly number[];
  /** the width of a difference, to either side */
  readonly h: number;
  readonly training: boolean;
  /** of random elements */
  readonly step: number;
}

/** Gives the gradients of a batch's loss by central differences, in float64 whatever the network computes in; see Network.numericalGradient. */
export class BatchNumerical {
  readonly #core: Core;
  readonly #resources: Resources;
  readonly #seed: number;
  #twin: Core | undefined;

  /** @param resources what ends with the network @param seed of random elements */
  constructor(core: Core, resources: Resources, seed: number) {
    this.#core = core;
    this.#resources = resources;
    this.#seed = seed;
  }

  /** @throws OptionError where h is lost in the rounding @throws ShapeError, DataError where x or t does not fit */
  run(call: string, x: unknown, t: unknown, of: BatchNumericalOptions): NamedTensors {
    const { objective, h, training, step } = of;
    checkStep(call, this.#core, h);
    const inputs = scaledInputs(call, x, this.#core, of.scales);
    const targets = toTargets(call, t, inputs.batch, this.#core, objective);
    const core = this.#exact();
    const types = targets.map(
      ({ type }): TargetType => (type.dtype === "int32" ? type : { ...type, dtype: "float64" }),
    );
    const program = composeNumericalGradient(core, inputs.batch, objective, types, { h, mode: { training } });
    try {
      // A user's own code, in layers or in what was given, may have disposed of the network.
      this.#core.parameters.alive();
      const { heap } = core.engine;
      setSeed(core.engine, program.state, this.#seed);
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

  /** The network in float64: itself, or a twin with its parameters and state, whose room is made when it is first needed. */
  #exact(): Core {
    const core = this.#core;
    if (core.dtype === "float64") return core;
    if (!this.#twin) {
      const twin = core.in("float64");
      allocate(twin, this.#resources);
      this.#twin = twin;
    }
    for (const kind of ["parameters", "state"] as const) {
      const own = core[kind];
      for (const name of own.names) this.#twin[kind].write(name, own.read(name, "values"), "values");
    }
    return this.#twin;
  }
}
