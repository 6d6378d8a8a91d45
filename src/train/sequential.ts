import {
  check,
  having,
  isShape,
  name as nameRule,
  oneOf,
  options as optionsOf,
  partName,
  type Rule,
  seed,
  show,
} from "../check.ts";
import { OptionError, ShapeError } from "../errors.ts";
import { input, type Shape } from "../graph/value.ts";
import type { Layer } from "../nn/layers/layer.ts";
import { engine } from "../runtime/engine.ts";
import { type DTypeName, formatShape, size } from "../tensor.ts";
import { build, type Core, inference, training } from "./core.ts";
import { Network } from "./network.ts";
import { type NamedLayer, Pass } from "./pass.ts";
import type { SummaryRow } from "./summary.ts";
import { Variables } from "./variables.ts";

/** Options of `sequential`. */
export interface SequentialOptions {
  /** One sample's shape, without the batch: `[784]`. */
  input: Shape;
  /** Of the initial values, and of the order of samples. A whole number from 0 to 2⁵³ − 1; default 0. */
  seed?: number;
  /** "float32" (default) for training, "float64" for truth. */
  dtype?: "float32" | "float64";
  /** What memory reports call it. Default "network 1", "network 2", … */
  name?: string;
}

let made = 0;

/**
 * A network of layers, one after the other.
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
export function sequential(layers: readonly Layer[], options: SequentialOptions): Network {
  const { input, seed = 0, dtype = "float32", name = `network ${made + 1}` } = checked(layers, options);
  const { core, rows } = coreOf(withNames(layers), Object.freeze([...input]), dtype, name);
  const network = new Network(core, seed, rows);
  made++;
  return network;
}

/** Walks the layers once, which also declares their parameters. */
function coreOf(
  layers: readonly NamedLayer[],
  inputShape: Shape,
  dtype: DTypeName,
  owner: string,
): { core: Core; rows: SummaryRow[] } {
  const parameters = new Variables(engine(), dtype, "parameter");
  const state = new Variables(engine(), dtype, "state");
  const rows: SummaryRow[] = [];
  let known = 0;
  const forward: Core["forward"] = (x, pass) => layers.reduce((value, layer) => pass.apply(layer, value), x);
  const declaring = new Pass(
    { parameters, state },
    {
      training: true,
      each({ name }, output) {
        const own = parameters.names.slice(known);
        known += own.length;
        rows.push({
          name,
          outputShape: output.shape.slice(1),
          parameters: own.reduce((sum, parameter) => sum + size(parameters.shapeOf(parameter)), 0),
        });
      },
    },
  );
  const { shape } = forward(input("x", [1, ...inputShape], dtype), declaring);
  parameters.seal();
  state.seal();
  const core: Core = {
    engine: engine(),
    owner,
    dtype,
    inputShape,
    outputShape: Object.freeze(shape.slice(1)),
    parameters,
    state,
    layers,
    forward,
    in(other) {
      const twin = coreOf(layers, inputShape, other, owner).core;
      checkTwin(core, twin);
      return twin;
    },
  };
  // What depends on the batch or on the mode where it must not shows with another one.
  build(core, 2, training);
  build(core, 2, inference);
  return { core, rows };
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

/** dense1, relu1, dense2: numbered by kind. */
function withNames(layers: readonly Layer[]): NamedLayer[] {
  const counts = new Map<string, number>();
  const taken = new Set<string>();
  return layers.map((layer) => {
    const count = (counts.get(layer.name) ?? 0) + 1;
    counts.set(layer.name, count);
    const name = `${layer.name}${count}`;
    if (taken.has(name)) {
      throw new OptionError(
        `sequential: two layers would be called ${name}; give one of them a name without digits at its end`,
      );
    }
    taken.add(name);
    return { layer, name };
  });
}

const sampleShape: Rule = [isShape, "one sample's shape, whole numbers of at least 1, such as [784]"];
const layerRule = having("forward", "a layer, such as relu()");

function checked(layers: readonly Layer[], given: SequentialOptions): SequentialOptions {
  if (!Array.isArray(layers) || layers.length === 0) {
    throw new OptionError(`sequential: takes an array of at least one layer; got ${show(layers)}`);
  }
  for (const [index, layer] of layers.entries()) {
    check("sequential", `layer ${index + 1}`, layer, layerRule);
    check("sequential", `the name of layer ${index + 1}`, layer.name, partName);
  }
  const rules = { input: sampleShape, seed, dtype: oneOf("float32", "float64"), name: nameRule };
  const options = optionsOf("sequential", given, rules);
  check("sequential", "input", options.input, sampleShape);
  return options;
}
