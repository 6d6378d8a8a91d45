import { callback, check, options, partName, type Rule, whole } from "../check.ts";
import { ShapeError } from "../errors.ts";
import { add } from "../graph/ops/binary.ts";
import { matmul } from "../graph/ops/matmul.ts";
import { reshape } from "../graph/ops/reshape.ts";
import * as ops from "../graph/ops/softmax.ts";
import * as unary from "../graph/ops/unary.ts";
import type { Shape, Value } from "../graph/value.ts";
import { size } from "../tensor.ts";
import { type Initializer, normal, zeros } from "./initializers.ts";

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

const initializer: Rule = [(value) => typeof value === "function", "an initializer, such as he()"];
const initializerOrNone: Rule = [
  (value) => value === false || typeof value === "function",
  "an initializer, such as zeros(), or false",
];

/** Options of `dense`. */
export interface DenseOptions {
  /** How the weight starts. Default: `normal({ std: 0.01 })`, the book's. */
  weight?: Initializer;
  /** How the bias starts. Default: zeros. `false`: no bias. */
  bias?: Initializer | false;
}

/**
 * The affine layer y = x·W + b (book 5.6.1). Parameters: weight [inputs, units], bias [units].
 *
 * x: [batch, inputs] → [batch, units]
 * @param units a whole number of at least 1
 * @throws OptionError for another number of units, or options that there are not
 * @throws ShapeError, when the network is made, where x is not [batch, inputs]
 * @example
 * ```ts
 * import { dense, he, relu, sequential } from "kobai";
 * const net = sequential([dense(50, { weight: he() }), relu(), dense(10)], { input: [784] });
 * ```
 */
export function dense(units: number, given?: DenseOptions): Layer {
  check("dense", "units", units, whole());
  const { weight = normal({ std: 0.01 }), bias = zeros() } = options("dense", given, {
    weight: initializer,
    bias: initializerOrNone,
  });
  return layer("dense", (x, { parameter }) => {
    const inputs = x.shape[1];
    if (x.shape.length !== 2 || inputs === undefined) {
      throw new ShapeError(
        "dense",
        `x must be [batch, inputs]; ${ShapeError.describe({ x: x.shape })}; put flatten() before it`,
        x.shape,
      );
    }
    const product = matmul(x, parameter("weight", [inputs, units], weight));
    return bias ? add(product, parameter("bias", [units], bias)) : product;
  });
}

/** max(0, x) (book 3.2.7) */
export const relu = (): Layer => layer("relu", unary.relu);

/** 1 / (1 + e⁻ˣ) (book 3.2.4) */
export const sigmoid = (): Layer => layer("sigmoid", unary.sigmoid);

/** The hyperbolic tangent. */
export const tanh = (): Layer => layer("tanh", unary.tanh);

/** eˣ / Σ eˣ along the last axis (book 3.5). As a last layer it goes with `crossEntropy()`, which then looks through it. */
export const softmax = (): Layer => layer("softmax", ops.softmax);

/** x itself (book 3.4.3). */
export const identity = (): Layer => layer("identity", unary.identity);

/** [batch, …] → [batch, features] */
export const flatten = (): Layer =>
  layer("flatten", (x) => reshape(x, [x.shape[0]!, size(x.shape.slice(1))]));
