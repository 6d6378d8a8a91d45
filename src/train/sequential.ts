import { OptionError } from "../errors.ts";
import { input, type Shape } from "../graph/value.ts";
import type { Layer } from "../nn/layers.ts";
import { engine } from "../runtime/engine.ts";
import { type DTypeName, size } from "../tensor.ts";
import { build, type Core, type NamedLayer } from "./core.ts";
import { Network } from "./network.ts";
import { Parameters } from "./parameters.ts";
import type { SummaryRow } from "./summary.ts";

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
  const { input: inputShape, seed = 0, dtype = "float32", name = `network ${made + 1}` } = options;
  check(layers, inputShape, seed, dtype);
  const named = withNames(layers);
  const core = coreOf(named, inputShape, dtype, name);
  const network = new Network(core, seed, summarize(core));
  made++;
  return network;
}

function coreOf(layers: readonly NamedLayer[], inputShape: Shape, dtype: DTypeName, owner: string): Core {
  const parameters = new Parameters(engine(), dtype);
  const core: Core = {
    engine: engine(),
    owner,
    dtype,
    inputShape,
    parameters,
    forward: (x, each) =>
      layers.reduce((value, named) => {
        const output = named.layer.forward(value, parameters.scope(named.name));
        each?.(named, output);
        return output;
      }, x),
    in(other) {
      const twin = coreOf(layers, inputShape, other, owner);
      build(twin, 1);
      return twin;
    },
  };
  return core;
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

/** Walks the layers once, which also declares their parameters. */
function summarize({ dtype, inputShape, parameters, forward }: Core): SummaryRow[] {
  const rows: SummaryRow[] = [];
  let before = 0;
  forward(input("x", [1, ...inputShape], dtype), ({ name }, output) => {
    const own = parameters.names.slice(before);
    before += own.length;
    rows.push({
      name,
      outputShape: output.shape.slice(1),
      parameters: own.reduce((sum, parameter) => sum + size(parameters.shapeOf(parameter)), 0),
    });
  });
  return rows;
}

function check(layers: readonly Layer[], inputShape: Shape, seed: number, dtype: string): void {
  if (layers.length === 0) throw new OptionError("sequential: needs at least one layer");
  if (!Array.isArray(inputShape) || !inputShape.every((axis) => Number.isInteger(axis) && axis >= 1)) {
    throw new OptionError(
      `sequential: input must be one sample's shape, whole numbers of at least 1, such as [784]; got ${String(inputShape)}`,
    );
  }
  if (!(Number.isSafeInteger(seed) && seed >= 0)) {
    throw new OptionError(`sequential: seed must be a whole number from 0 to 2^53 - 1; got ${seed}`);
  }
  if (dtype !== "float32" && dtype !== "float64") {
    throw new OptionError(`sequential: dtype must be "float32" or "float64"; got ${dtype}`);
  }
}
