import * as elementwise from "../../graph/ops/elementwise.ts";
import * as ops from "../../graph/ops/softmax.ts";
import { type Layer, ownLayer } from "./layer.ts";

/** max(0, x) (book 3.2.7) */
export const relu = (): Layer => ownLayer("relu", {}, elementwise.relu);

/** 1 / (1 + e⁻ˣ) (book 3.2.4) */
export const sigmoid = (): Layer => ownLayer("sigmoid", {}, elementwise.sigmoid);

/** The hyperbolic tangent. */
export const tanh = (): Layer => ownLayer("tanh", {}, elementwise.tanh);

/** eˣ / Σ eˣ along the last axis (book 3.5). As a last layer it goes with `crossEntropy()`, which then looks through it. */
export const softmax = (): Layer => ownLayer("softmax", {}, ops.softmax);

/** x itself (book 3.4.3). */
export const identity = (): Layer => ownLayer("identity", {}, elementwise.identity);
