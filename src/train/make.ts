// Makes networks out of functions over symbolic values: what `sequential` and `model` have in common.

import { name as nameRule, oneOf, type Rule, seed } from "../check.ts";
import { ShapeError } from "../errors.ts";
import { input, type Value } from "../graph/value.ts";
import type { Layer } from "../nn/layers/layer.ts";
import { engine } from "../runtime/engine.ts";
import { type DTypeName, formatShape } from "../tensor.ts";
import { build, type Core, inference, type Port, training } from "./core.ts";
import type { Face } from "./face.ts";
import { Network } from "./network.ts";
import { Pass } from "./pass.ts";
import type { Signature } from "./signature.ts";
import { Variables } from "./variables.ts";

/** What any network can be told. */
export interface NetworkOptions {
  /** Of the initial values, of the order of samples, and of what layers draw. A whole number from 0 to 2⁵³ − 1; default 0. */
  seed?: number;
  /** "float32" (default) for training, "float64" for truth. */
  dtype?: "float32" | "float64";
  /** What memory reports call it. Default "network 1", "network 2", … */
  name?: string;
}

export const networkRules: { readonly [K in keyof Required<NetworkOptions>]: Rule } = {
  seed,
  dtype: oneOf("float32", "float64"),
  name: nameRule,
};

/** What a network is made of. */
export interface Described extends Pick<Core, "call" | "inputs"> {
  /** what it is a sequence of, where it is one */
  readonly layers?: readonly Layer[];
  /** Its outputs, always the same by name, in the same order. */
  forward(xs: readonly Value[], pass: Pass): readonly NamedValue[];
  /** How its callers give inputs and get outputs. */
  face(outputs: readonly Port[]): Face;
}

export interface NamedValue {
  readonly name: string;
  readonly value: Value;
}

let made = 0;

export function makeNetwork<S extends Signature>(
  of: Described,
  { seed = 0, dtype = "float32", name = `network ${made + 1}` }: NetworkOptions,
): Network<S> {
  const network = new Network<S>(coreOf(of, dtype, name), seed);
  made++;
  return network;
}

/** Walks the layers once, which also declares what they keep. */
function coreOf(of: Described, dtype: DTypeName, owner: string): Core {
  const { call, inputs, layers } = of;
  const declared = {
    parameters: new Variables(engine(), dtype, "parameter"),
    state: new Variables(engine(), dtype, "state"),
  };
  const xs = inputs.map(({ name, shape }) => input(name, [1, ...shape], dtype));
  const first = of.forward(xs, new Pass(call, declared, training));
  declared.parameters.seal();
  declared.state.seal();
  const outputs = first.map(
    ({ name, value }): Port => ({ name, shape: Object.freeze(value.shape.slice(1)) }),
  );
  const core: Core = {
    engine: engine(),
    owner,
    call,
    dtype,
    inputs,
    outputs,
    face: of.face(outputs),
    ...declared,
    ...(layers && { layers }),
    forward: (values, pass) => of.forward(values, pass).map(({ value }) => value),
    in(other) {
      const twin = coreOf(of, other, owner);
      checkTwin(core, twin);
      return twin;
    },
  };
  // What depends on the batch or on the mode where it must not shows with another one.
  build(core, 2, training);
  build(core, 2, inference);
  return core;
}

/** @throws ShapeError where layers ask for other parameters in another dtype */
function checkTwin(core: Core, twin: Core): void {
  const describe = ({ parameters, state }: Core) =>
    [parameters, state]
      .flatMap((each) => each.values.map(({ shape }, i) => `${each.names[i]} ${formatShape(shape)}`))
      .join(", ");
  const [ours, theirs] = [describe(core), describe(twin)];
  if (ours === theirs) return;
  throw new ShapeError(
    "network",
    `in ${core.dtype} its parameters are ${ours}, but in ${twin.dtype} ${theirs}; layers must ask for the same in every dtype`,
  );
}
