import * as elementwise from "../../graph/ops/elementwise.ts";
import * as ops from "../../graph/ops/softmax.ts";
import { type Layer, ownLayer } from "./layer.ts";

/**
 * max(0, x) of each element (book 3.2.7). At 0 the derivative is 0.
 *
 * x: [batch, …] → the same shape. It has no parameters.
 * @example
 * ```ts
 * import { relu, sequential } from "kobai";
 * using net = sequential([relu()], { input: [3] });
 * [...net.predict([[-1, 0, 2]]).data]; // [0, 0, 2]
 * ```
 */
export const relu = (): Layer => ownLayer("relu", {}, elementwise.relu);

/**
 * 1 / (1 + e⁻ˣ) of each element (book 3.2.4). As a last layer it goes with `binaryCrossEntropy()`, which then looks through it.
 *
 * x: [batch, …] → the same shape. It has no parameters.
 * @example
 * ```ts
 * import { sequential, sigmoid } from "kobai";
 * using net = sequential([sigmoid()], { input: [1] });
 * [...net.predict([[0]]).data]; // [0.5]
 * ```
 */
export const sigmoid = (): Layer => ownLayer("sigmoid", {}, elementwise.sigmoid);

/**
 * The hyperbolic tangent of each element.
 *
 * x: [batch, …] → the same shape. It has no parameters.
 * @example
 * ```ts
 * import { sequential, tanh } from "kobai";
 * using net = sequential([tanh()], { input: [1] });
 * [...net.predict([[0]]).data]; // [0]
 * ```
 */
export const tanh = (): Layer => ownLayer("tanh", {}, elementwise.tanh);

/**
 * eˣ / Σ eˣ along the last axis (book 3.5). As a last layer it goes with `crossEntropy()`, which then looks through it.
 *
 * x: [batch, …] → the same shape. It has no parameters.
 * @example
 * ```ts
 * import { sequential, softmax } from "kobai";
 * using net = sequential([softmax()], { input: [2] });
 * [...net.predict([[7, 7]]).data]; // [0.5, 0.5]
 * ```
 */
export const softmax = (): Layer => ownLayer("softmax", {}, ops.softmax);

/**
 * x itself (book 3.4.3).
 *
 * x: [batch, …] → the same shape. It has no parameters.
 * @example
 * ```ts
 * import { identity, sequential } from "kobai";
 * using net = sequential([identity()], { input: [2] });
 * [...net.predict([[1, -2]]).data]; // [1, -2]
 * ```
 */
export const identity = (): Layer => ownLayer("identity", {}, elementwise.identity);
