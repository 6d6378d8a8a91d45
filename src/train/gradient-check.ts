import { check, flag, having, isObject, options, positive, type Rule } from "../check.ts";
import { type Loss, lossRule } from "../nn/losses.ts";
import { size, type Tensor, type TensorLike } from "../tensor.ts";
import type { NamedTensors } from "./variables.ts";

/** How far a parameter's two gradients lie apart. */
export interface ParameterCheck {
  /** The mean of |backpropagation − numerical| over the elements: what the book prints (5.7.3). */
  readonly meanAbsoluteDifference: number;
  /** The largest of |backpropagation − numerical| / max(|backpropagation|, |numerical|, 1e-6) over the elements. */
  readonly maxRelativeError: number;
  /** The element where that is. */
  readonly worst: {
    /** along each axis of the parameter */
    readonly index: readonly number[];
    readonly backpropagation: number;
    readonly numerical: number;
  };
}

/** What a gradient check found, by parameter name. */
export type GradientCheck = Record<string, ParameterCheck>;

/** A network that knows its gradient in both ways: any of `sequential`'s and `model`'s, and the book's. */
export interface Checkable<X = TensorLike, T = TensorLike, L = Loss> {
  gradient(x: X, t: T, loss?: L, options?: { training?: boolean }): NamedTensors;
  numericalGradient(x: X, t: T, options?: { h?: number; loss?: L; training?: boolean }): NamedTensors;
}

/** Options of `gradientCheck`. */
export interface GradientCheckOptions<L = Loss> {
  /** Default: that of the network's last fit, else cross-entropy. */
  loss?: L;
  /** The step of the differences. Default 1e-4. */
  h?: number;
  /** Whether layers do as in training, with random elements held; default true. */
  training?: boolean;
}

/** A loss, or losses by output, which the network checks. */
const losses: Rule = [isObject, lossRule[1]];

/**
 * Below this a gradient is noise: a loss near 1 carries rounding errors of 1e-16, which a division by 2h makes 1e-12, and a
 * millionth of 1e-6.
 */
const NOISE = 1e-6;

/**
 * Compares the gradients of a network by backpropagation with those by central differences (book 5.7.3): where they agree, the
 * layers' and the loss's gradients are right.
 *
 * Make the network in float64: then a right gradient shows relative errors below about 1e-5. In float32 backpropagation itself is only
 * good to about 1e-4. Where weights are small beside h and a normalization follows, as the initial ones of 0.01 do before `batchNorm`, the loss
 * bends within h: take h smaller there, 1e-6. At a kink, such as ReLU's at 0, a difference sees both sides: an element there may be off without being wrong.
 *
 * @param x a batch of inputs, or one @param t its targets
 * @throws ShapeError, DataError and OptionError as the network's `gradient` and `numericalGradient` do
 * @example
 * ```ts
 * import { dense, gradientCheck, init, sequential, tanh } from "kobai";
 * await init();
 * const net = sequential([dense(4), tanh(), dense(3)], { input: [2], dtype: "float64" });
 * const report = gradientCheck(net, [[0.5, -1], [2, 0.1]], [0, 2]);
 * report["dense1.weight"].maxRelativeError; // less than 1e-5
 * ```
 */
export function gradientCheck<X = TensorLike, T = TensorLike, L = Loss>(
  net: Checkable<X, T, L>,
  x: X,
  t: T,
  given?: GradientCheckOptions<L>,
): GradientCheck {
  check("gradientCheck", "net", net, having("numericalGradient", "a network"));
  const rules = { loss: losses, h: positive, training: flag };
  const chosen = options<GradientCheckOptions<L>>("gradientCheck", given, rules);
  const numerical = net.numericalGradient(x, t, chosen);
  const { loss, training = true } = chosen;
  const backpropagation = net.gradient(x, t, loss, { training });
  return Object.fromEntries(
    Object.entries(numerical).map(([name, gradient]) => [name, compare(backpropagation[name]!, gradient)]),
  );
}

function compare(backpropagation: Tensor, numerical: Tensor): ParameterCheck {
  let total = 0;
  let worst = { place: 0, error: 0 };
  numerical.data.forEach((b: number, i: number) => {
    const a = backpropagation.data[i]!;
    const difference = Math.abs(a - b);
    total += difference;
    const error = difference / Math.max(Math.abs(a), Math.abs(b), NOISE);
    // A NaN is worse than anything, and the first of equals stands.
    if (!(error <= worst.error) && !Number.isNaN(worst.error)) worst = { place: i, error };
  });
  return {
    meanAbsoluteDifference: total / numerical.data.length,
    maxRelativeError: worst.error,
    worst: {
      index: indexOf(worst.place, numerical.shape),
      backpropagation: backpropagation.data[worst.place]!,
      numerical: numerical.data[worst.place]!,
    },
  };
}

function indexOf(place: number, shape: readonly number[]): number[] {
  return shape.map((length, axis) => Math.floor(place / size(shape.slice(axis + 1))) % length);
}
