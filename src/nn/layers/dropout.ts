import { check, fraction } from "../../check.ts";
import { ShapeError } from "../../errors.ts";
import { multiply } from "../../graph/ops/elementwise.ts";
import type { Shape } from "../../graph/value.ts";
import { isShare } from "../distributions.ts";
import { bernoulli } from "../initializers.ts";
import { type Layer, ownLayer } from "./layer.ts";

/**
 * Dropout: in training each element is 0 with probability `rate`, and the others are divided by 1 − rate, so that their expectation stays
 * what it is; in inference x itself (Srivastava et al. 2014, inverted as in PyTorch and Keras; book 6.4.3, which multiplies by 1 − rate in
 * inference instead).
 *
 * What is dropped is a function of seed, layer and step: a run has the same bits on any number of threads, and goes on to them when it
 * was cut. `gradient` and `gradientCheck` drop what the next step would.
 *
 * x: [batch, …] → the same shape
 * @param rate from 0 to 1 − 2⁻³², default 0.5
 * @throws OptionError for another rate
 * @example
 * ```ts
 * import { dense, dropout, he, relu, sequential } from "kobai";
 * const net = sequential([dense(100, { weight: he() }), relu(), dropout(0.2), dense(10)], { input: [784] });
 * ```
 */
export function dropout(rate = 0.5): Layer {
  return dropping("dropout", rate, (shape) => shape);
}

/**
 * Dropout of whole channels: in training all elements of a sample's channel, the last axis, are 0 with probability `rate`, and the others
 * divided by 1 − rate; in inference x itself (Tompson et al. 2015, section 3.2; Keras' SpatialDropout, PyTorch's Dropout2d). Behind a
 * convolution, whose neighbouring elements are alike, it does what `dropout` does elsewhere.
 *
 * x: [batch, …, channels] → the same shape
 * @param rate from 0 to 1 − 2⁻³², default 0.5
 * @throws OptionError for another rate @throws ShapeError, when the network is made, where x has no axis between batch and channels
 * @example
 * ```ts
 * import { sequential, spatialDropout } from "kobai";
 * const net = sequential([spatialDropout(0.2)], { input: [28, 28, 16] });
 * ```
 */
export function spatialDropout(rate = 0.5): Layer {
  return dropping("spatialDropout", rate, (shape) => {
    if (shape.length > 2)
      return shape.map((length, axis) => (axis === 0 || axis === shape.length - 1 ? length : 1));
    throw new ShapeError(
      "spatialDropout",
      `x must be [batch, …, channels]; ${ShapeError.describe({ x: shape })}; use dropout()`,
      shape,
    );
  });
}

/** Of a larger one the mask's probability is none. */
const words = "a number from 0 to 1 - 2^-32";

/** @param maskOf the shape of what x is multiplied by */
// @__NO_SIDE_EFFECTS__ (a layer that a page does not use is left out of its bundle)
function dropping(kind: string, rate: number, maskOf: (shape: Shape) => Shape): Layer {
  check(kind, "rate", rate, [(value) => fraction[0](value) && isShare(1 - (value as number)), words]);
  const kept = bernoulli({ probability: 1 - rate, value: 1 / (1 - rate) });
  return ownLayer(kind, { rate }, (x, { training, random }) => {
    const shape = maskOf(x.shape);
    return training ? multiply(x, random(shape, kept)) : x;
  });
}
