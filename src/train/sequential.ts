import { check, isShape, options as optionsOf, type Rule, show } from "../check.ts";
import { OptionError } from "../errors.ts";
import type { Shape } from "../graph/value.ts";
import { type Layer, ofItsOwn } from "../nn/layers/layer.ts";
import { single } from "./face.ts";
import { makeNetwork, type NetworkOptions, networkRules } from "./make.ts";
import type { Network } from "./network.ts";

/** Options of `sequential`. */
export interface SequentialOptions extends NetworkOptions {
  /** One sample's shape, without the batch: `[784]`. */
  input: Shape;
}

/**
 * A network of layers, one after the other. Each place has parameters of its own, also where one layer stands in several; `model` is for
 * networks that branch, share layers, or have several inputs or outputs.
 *
 * @throws OptionError for no layers, options out of range, or layers of one's own whose names collide
 * @throws ShapeError where a layer cannot take what the one before it gives
 * @throws MemoryError where its parameters do not fit
 * @throws StateError before `init()`
 * @example
 * ```ts
 * import { dense, init, relu, sequential } from "kobai";
 * await init();
 * using net = sequential([dense(50), relu(), dense(10)], { input: [784], seed: 42 });
 * ```
 */
export function sequential(layers: readonly Layer[], given: SequentialOptions): Network {
  if (!Array.isArray(layers) || layers.length === 0) {
    throw new OptionError(`sequential: takes an array of at least one layer; got ${show(layers)}`);
  }
  const own = layers.map(ofItsOwn);
  const options = optionsOf("sequential", given, { input: sampleShape, ...networkRules });
  const shape = Object.freeze([...check("sequential", "input", options.input, sampleShape)]);
  const described = {
    call: "sequential",
    inputs: [{ name: "x", shape }],
    layers: own,
    forward: ([x], pass) => [
      { name: "y", value: own.reduce((value, layer) => pass.apply(layer, value), x!) },
    ],
    face: () => single,
  } satisfies Parameters<typeof makeNetwork>[0];
  return makeNetwork(described, options);
}

/** What `input` and `inputs` give. */
export const sampleShape: Rule = [isShape, "one sample's shape, whole numbers of at least 1, such as [784]"];
