import { callback, check, partName } from "../../check.ts";
import type { Shape, Value } from "../../graph/value.ts";
import type { Initializer } from "../initializers.ts";
import { madeOf } from "../made-of.ts";

/** What a layer is given besides its input. */
export interface Scope {
  /** A trained tensor of the layer's own, made at the first call and found again by its name at later ones. */
  parameter(name: string, shape: Shape, initializer: Initializer): Value;
}

/** A step of a network: a few lines that call ops on symbolic values. Whatever is made of ops is differentiated. */
export interface Layer {
  /** What kind it is: "dense". Within a network it becomes "dense1", "dense2", … */
  readonly name: string;
  /**
   * @param x [batch, …] @returns [batch, …], the same for every size of the batch but for its first axis
   */
  forward(x: Value, scope: Scope): Value;
}

/**
 * A layer of one's own.
 *
 * It is called for batches of several sizes: of a step, of an epoch's last step, of 500 in `predict`, `accuracy` and `evaluate`, which
 * take more samples than that in parts. A layer that treats each sample by itself, as kobai's own do, sees nothing of that; one that
 * looks along the batch, as the book's batch normalization does (6.3), gives outputs that depend on which samples are in a part
 * together: the same ones on every machine and any number of threads.
 *
 * @param name what kind it is; parameters are called `<name><number>.<parameter>`
 * @param forward the layer's function, written with the ops; it returns a symbolic value [batch, …]
 * @throws OptionError where the name is no text, or `forward` no function
 * @example
 * ```ts
 * import { constant, layer } from "kobai";
 * import { exp, multiply } from "kobai/ops";
 * // y = x·e^s, s a trained number for each feature
 * const rescale = () =>
 *   layer("rescale", (x, { parameter }) => multiply(x, exp(parameter("logScale", [x.shape[1]!], constant(0)))));
 * ```
 */
export function layer(name: string, forward: Layer["forward"]): Layer {
  check("layer", "name", name, partName);
  check("layer", "forward", forward, callback);
  return { name, forward };
}

/** One of kobai's own layers, which remembers what it was made of. */
// @__NO_SIDE_EFFECTS__ (a layer that a page does not use is left out of its bundle)
export function ownLayer(
  kind: string,
  options: Readonly<Record<string, unknown>>,
  forward: Layer["forward"],
): Layer {
  return { name: kind, forward, [madeOf]: { kind, options } } as Layer;
}
