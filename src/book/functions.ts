// The functions of chapters 3 and 4, on the engine: numbers, arrays and tensors in, tensors out.

import { atLeastZero, oneOf, options as optionsOf } from "../check.ts";
import { ShapeError } from "../errors.ts";
import {
  add,
  identity as identityOf,
  log,
  multiply,
  relu as reluOf,
  scale,
  sigmoid as sigmoidOf,
  subtract,
} from "../graph/ops/elementwise.ts";
import { sum } from "../graph/ops/reduce.ts";
import * as ops from "../graph/ops/softmax.ts";
import type { Value } from "../graph/value.ts";
import { evaluate } from "../runtime/eager.ts";
import { sameShape, type Tensor, type TensorLike, tensor } from "../tensor.ts";
import { floats, oneHot, rows, scalar, targets } from "./operands.ts";

/** A function that keeps the shape: a number for a number, a tensor for arrays and tensors. */
export interface Elementwise {
  (x: number): number;
  (x: TensorLike): Tensor;
}

function elementwise(name: string, f: (x: Tensor) => Tensor): Elementwise {
  const apply = (x: TensorLike) => {
    const y = f(floats(name, { x }).x);
    return typeof x === "number" ? scalar(y) : y;
  };
  return apply as Elementwise;
}

/**
 * The step function of the perceptron: 0 below 0, and 1 from 0 on (book 2.3, 3.2.2); NaN for NaN.
 *
 * @param x a number, arrays or a tensor @returns the same shape; float64, or float32 where x is
 * @throws DataError where x is no tensor
 * @example
 * ```ts
 * import { step } from "kobai/book";
 * step([-1, 0, 2]).data; // 0, 1, 1
 * ```
 */
export const step: Elementwise = elementwise("step", ({ shape, dtype, data }) => ({
  shape: [...shape],
  dtype,
  data: data.map((x: number) => (x < 0 ? 0 : x >= 0 ? 1 : x)),
}));

/**
 * 1 / (1 + e⁻ˣ), elementwise (book 3.2.4). Float64, or float32 where x is.
 * @throws DataError where x is no tensor @throws StateError before `init()`
 * @example
 * ```ts
 * import { init } from "kobai";
 * import { sigmoid } from "kobai/book";
 * await init();
 * [...sigmoid([0]).data]; // [0.5]
 * ```
 */
export const sigmoid: Elementwise = elementwise("sigmoid", (x) => evaluate(sigmoidOf, x));

/**
 * max(0, x), elementwise (book 3.2.7). Float64, or float32 where x is.
 * @throws DataError where x is no tensor @throws StateError before `init()`
 * @example
 * ```ts
 * import { init } from "kobai";
 * import { relu } from "kobai/book";
 * await init();
 * [...relu([-1, 2]).data]; // [0, 2]
 * ```
 */
export const relu: Elementwise = elementwise("relu", (x) => evaluate(reluOf, x));

/**
 * x itself, as the output of a regression (book 3.5.1); a copy.
 * @throws DataError where x is no tensor @throws StateError before `init()`
 * @example
 * ```ts
 * import { init } from "kobai";
 * import { identity } from "kobai/book";
 * await init();
 * [...identity([1, -2]).data]; // [1, -2]
 * ```
 */
export const identity: Elementwise = elementwise("identity", (x) => evaluate(identityOf, x));

/**
 * eˣ / Σ eˣ along the last axis, shifted by the maximum against overflow (book 3.5.2): of one vector, or of each row of a batch with
 * any leading axes.
 *
 * @returns the same shape; float64, or float32 where x is
 * @throws ShapeError for a number @throws DataError where x is no tensor @throws StateError before `init()`
 * @example
 * ```ts
 * import { init } from "kobai";
 * import { softmax } from "kobai/book";
 * await init();
 * softmax([0.3, 2.9, 4.0]).data; // 0.01821127, 0.24519181, 0.73659691
 * ```
 */
export function softmax(x: TensorLike): Tensor {
  return evaluate(ops.softmax, floats("softmax", { x }).x);
}

/** @throws ShapeError where the operands are not of one shape */
function checkAlike(call: string, y: Tensor, t: Tensor): void {
  if (sameShape(y.shape, t.shape)) return;
  throw new ShapeError(
    call,
    `${ShapeError.describe({ y: y.shape, t: t.shape })}; both must be of one shape`,
    y.shape,
    t.shape,
  );
}

const halfSquares = (y: Value, t: Value) => scale(sum(squaredDifference(y, t)), 0.5);
const halfSquaresOfRows = (y: Value, t: Value) => scale(sum(squaredDifference(y, t), { axis: 1 }), 0.5);

function squaredDifference(y: Value, t: Value): Value {
  const difference = subtract(y, t);
  return multiply(difference, difference);
}

/**
 * The sum of squared errors ½·Σ (y − t)², over all elements (book 4.2.1).
 *
 * @throws ShapeError where the shapes differ @throws DataError where either is no tensor @throws StateError before `init()`
 * @example
 * ```ts
 * import { init } from "kobai";
 * import { sumSquaredError } from "kobai/book";
 * await init();
 * sumSquaredError([0.5, 0.5], [0, 1]); // 0.25
 * ```
 */
export function sumSquaredError(y: TensorLike, t: TensorLike): number {
  const operands = floats("sumSquaredError", { y, t });
  checkAlike("sumSquaredError", operands.y, operands.t);
  return scalar(evaluate(halfSquares, operands.y, operands.t));
}

/**
 * The squared error of each sample: ½·Σ (y − t)² along its row. (The name is the notebook's; nothing is averaged.)
 *
 * @param y one vector [n], or rows [m, n] @param t of y's shape, or one vector [n] for all rows
 * @returns [m], of one element for a vector
 * @throws ShapeError where t fits neither @throws DataError where either is no tensor @throws StateError before `init()`
 * @example
 * ```ts
 * import { init } from "kobai";
 * import { meanSquaredError } from "kobai/book";
 * await init();
 * [...meanSquaredError([[1, 2], [3, 4]], [1, 0]).data]; // [2, 10]
 * ```
 */
export function meanSquaredError(y: TensorLike, t: TensorLike): Tensor {
  const { y: outputs, t: target } = floats("meanSquaredError", { y, t });
  const { tensor: values, n } = rows("meanSquaredError", "y", outputs);
  const isShared = target.shape.length === 1 && target.shape[0] === n;
  if (!isShared) checkAlike("meanSquaredError", outputs, target);
  return evaluate(halfSquaresOfRows, values, isShared ? target : { ...target, shape: values.shape });
}

/** Options of `crossEntropyError`. */
export interface CrossEntropyOptions {
  /** Added to the probabilities so that log 0 stays finite. Default 1e-7, the book's; 0 takes the logarithm as it is. */
  epsilon?: number;
  /** "mean" (default) over the batch; "sum" over it; "none": each sample's own. */
  reduction?: "mean" | "sum" | "none";
}

/** −Σ t·log(y + ε) of each row. */
const rowEntropies = (y: Value, t: Value, epsilon: Value) =>
  scale(sum(multiply(t, log(add(y, epsilon))), { axis: 1 }), -1);

/**
 * The cross-entropy −Σ t·log(y + 1e-7), the mean over the batch (book 4.2.2 to 4.2.4).
 *
 * @param y probabilities: one sample [n], or a batch [m, n]
 * @param t one-hot rows (or any distribution) of y's shape, or class labels: one for a sample, [m] for a batch
 * @returns a number, or with `reduction: "none"` a tensor [m]
 * @throws ShapeError where t fits neither form @throws DataError where a label is no class, or either is no tensor
 * @throws OptionError for options that there are not @throws StateError before `init()`
 * @example
 * ```ts
 * import { init } from "kobai";
 * import { crossEntropyError } from "kobai/book";
 * await init();
 * crossEntropyError([0.1, 0.6, 0.3], [0, 1, 0]); // 0.5108…
 * crossEntropyError([0.1, 0.6, 0.3], 1); // the same
 * ```
 */
export function crossEntropyError(
  y: TensorLike,
  t: TensorLike,
  options?: CrossEntropyOptions & { reduction?: "mean" | "sum" },
): number;
export function crossEntropyError(
  y: TensorLike,
  t: TensorLike,
  options: CrossEntropyOptions & { reduction: "none" },
): Tensor;
export function crossEntropyError(
  y: TensorLike,
  t: TensorLike,
  options?: CrossEntropyOptions,
): number | Tensor {
  const { epsilon = 1e-7, reduction = "mean" } = optionsOf("crossEntropyError", options, {
    epsilon: atLeastZero,
    reduction: oneOf("mean", "sum", "none"),
  });
  const outputs = floats("crossEntropyError", { y }).y;
  const { tensor: given, m, n } = rows("crossEntropyError", "y", outputs);
  const target = targets("crossEntropyError", t, outputs);
  const weights = target.rows ?? oneHot(target.labels, n, given.dtype);
  // What has no weight has no part in the sum, also where its logarithm is infinite.
  const probabilities = given.data.map((p: number, i: number) => (weights.data[i] === 0 ? 1 : p));
  const entropies = evaluate(
    rowEntropies,
    { ...given, data: probabilities },
    weights,
    tensor([epsilon], [], given.dtype),
  );
  if (reduction === "none") return entropies;
  const sumOfAll = scalar(evaluate(total, entropies));
  return reduction === "sum" ? sumOfAll : sumOfAll / m;
}

const total = (x: Value) => sum(x);
