import type { Tensor } from "../tensor.ts";
import type { scaledInputs } from "./arguments.ts";
import { type Core, setStep, type TargetType } from "./core.ts";
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

/**
 * The gradients of a batch's loss by central differences, in float64; see Network.numericalGradient.
 *
 * @param exact the network in float64: itself, or a twin, which takes over its parameters and state
 * @param targets one for each term of the objective
 */
export function numericalGradient(
  own: Core,
  exact: Core,
  inputs: ReturnType<typeof scaledInputs>,
  targets: readonly Targets[],
  { objective, h, training, seed, step }: NumericalOptions,
): Record<string, Tensor> {
  const { engine, parameters } = exact;
  const types = targets.map(
    ({ type }): TargetType => (type.dtype === "int32" ? type : { ...type, dtype: "float64" }),
  );
  if (exact !== own) {
    for (const kind of ["parameters", "state"] as const) {
      for (const name of own[kind].names) exact[kind].write(name, own[kind].read(name, "values"), "values");
    }
  }
  const program = composeNumericalGradient(exact, inputs.batch, objective, types, { h, mode: { training } });
  try {
    // A user's own code, in layers or in what was given, may have disposed of the network.
    own.parameters.alive();
    const { heap } = engine;
    setSeed(engine, program.state, seed);
    setStep(engine, program.state, step);
    inputs.place((input, length) => heap.view("float64", program.xs[input]!, length));
    for (const [i, { values }] of targets.entries()) {
      heap.view(types[i]!.dtype, program.ts[i]!, values.data.length).set(values.data);
    }
    program.run(1);
  } finally {
    program.dispose();
  }
  return Object.fromEntries(parameters.names.map((name) => [name, parameters.read(name, "gradients")]));
}
