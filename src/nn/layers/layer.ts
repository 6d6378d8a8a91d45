import { callback, check, partName } from "../../check.ts";
import type { Shape, Value } from "../../graph/value.ts";
import type { Initializer } from "../distributions.ts";
import { type Made, madeOf } from "../made-of.ts";

/** What a layer is given besides its input. */
export interface Scope {
  /**
   * Whether this is a step's program: `fit`, `gradient` and gradient checks train; `predict`, `evaluate`, `accuracy` and `loss` infer. A
   * constant: the two are programs of their own.
   */
  readonly training: boolean;
  /** A trained tensor of the layer's own, made at the first call and found again by its name at later ones. */
  parameter(name: string, shape: Shape, initializer: Initializer): Value;
  /**
   * A tensor that is kept and saved, and not trained, such as running statistics; likewise found again.
   * @param initial what all of its elements start as
   */
  state(name: string, shape: Shape, initial: number): State;
  /**
   * Elements drawn anew at every step of training: a function of the seed, of which call of `random` in the network it is, and of the
   * step, so that a run that was cut, or goes on on other threads, draws the same.
   * @param initializer their distribution: default uniform from 0 to 1 (rounding can make it 0 or 1 itself); `bernoulli(…)` for a mask
   * @throws StateError in inference
   */
  random(shape: Shape, initializer?: Initializer): Value;
  /**
   * Applies a layer within this one, which is called by both names: "residual1.dense1". A layer that is applied again has the same
   * parameters.
   * @param x [batch, …] @returns [batch, …]
   */
  apply(layer: Layer, x: Value): Value;
}

/** A tensor that a layer keeps from step to step. */
export interface State {
  readonly value: Value;
  /**
   * Says what it becomes, once. It does so at the end of a step of `fit`, once the loss is known to be finite; in inference, and in
   * `gradient`, it stays what it is.
   * @param next a symbolic value of its shape
   */
  update(next: Value): void;
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
 * looks along the batch in inference gives outputs that depend on which samples are in a part together: the same ones on every machine and
 * any number of threads.
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
 * @example
 * ```ts
 * import { layer } from "kobai";
 * import { add, mean, scale, subtract } from "kobai/ops";
 * // x less the mean of the batch, in inference less the running mean of those that were seen
 * const center = () =>
 *   layer("center", (x, { training, state }) => {
 *     const running = state("mean", x.shape.slice(1), 0);
 *     if (!training) return subtract(x, running.value);
 *     const now = mean(x, { axis: 0 });
 *     running.update(add(scale(running.value, 0.9), scale(now, 0.1)));
 *     return subtract(x, now);
 *   });
 * ```
 */
export function layer(name: string, forward: Layer["forward"]): Layer {
  check("layer", "name", name, partName);
  check("layer", "forward", forward, callback);
  return { name, forward };
}

/** A layer that is no other: where one stands in several places, each of them has parameters of its own. */
export function ofItsOwn(layer: Layer): Layer {
  // What is no layer is refused where it is applied.
  if (typeof layer?.forward !== "function") return layer;
  const { name, [madeOf]: made } = layer as OwnLayer;
  // It asks the layer itself: no other object, were it to inherit from it, has the private fields of a class.
  return { name, forward: (x, scope) => layer.forward(x, scope), [madeOf]: made } as OwnLayer;
}

/** One of kobai's own layers, which remembers what it was made of. */
// @__NO_SIDE_EFFECTS__ (a layer that a page does not use is left out of its bundle)
export function ownLayer(
  kind: string,
  options: Readonly<Record<string, unknown>>,
  forward: Layer["forward"],
): Layer {
  return { name: kind, forward, [madeOf]: { kind, options } } as OwnLayer;
}

/** What it was made of is undefined where it is a user's. */
interface OwnLayer extends Layer {
  readonly [madeOf]: Made | undefined;
}
