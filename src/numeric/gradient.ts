import { show } from "../check.ts";
import { DataError, ShapeError } from "../errors.ts";
import type { Tensor, TypedArray } from "../tensor.ts";
import { checkedValue, checkFunction, isLost, lostError, type StepOptions, stepOf } from "./difference.ts";
import { Elements, isTensor, like, type Point } from "./elements.ts";

/** A function of one variable, or of many held in one point. */
export type ScalarFunction<X> = (x: X) => number;

/**
 * The partial derivative of f at x by one coordinate, by a central difference in float64 (book 4.3.3).
 *
 * @param f is called with x itself, that coordinate moved; x is restored exactly, also when f throws
 * @param index the coordinate: its number in row-major order
 * @throws OptionError where h is not above 0 or is lost in the rounding of x
 * @throws DataError where there is no such coordinate, f does not return a number, or it makes x longer or shorter
 * @example
 * ```ts
 * import { partialDerivative } from "kobai/numeric";
 * partialDerivative(([x0, x1]) => x0 ** 2 + x1 ** 2, [3, 4], 0); // 6, to about ten digits
 * ```
 */
export function partialDerivative<X extends Point>(
  f: ScalarFunction<X>,
  x: X,
  index: number,
  given?: StepOptions,
): number {
  const h = stepOf("partialDerivative", given);
  checkFunction("partialDerivative", f);
  const elements = movable(x, "partialDerivative: x");
  const place = elements.place(index);
  if (!place) {
    throw new DataError(
      `partialDerivative: index ${show(index)} is none of x, which has ${elements.length} elements, numbered from 0`,
    );
  }
  const { row, index: i } = place;
  const derivative = difference("partialDerivative", f, x, row, i, h, refusing("partialDerivative", h));
  checkLength("partialDerivative", x, elements);
  return derivative;
}

/**
 * The gradient of f at x: its partial derivative by every coordinate, each by a central difference in float64 (book 4.4).
 *
 * It calls f twice for each coordinate, with x itself, that coordinate moved by ±h. So `f` may also look at x from outside, as the
 * book's `lambda w: net.loss(x, t)` does. x is restored exactly afterwards, also when f throws.
 *
 * @param x a number, arrays of numbers nested to any depth (typed ones included), or a tensor of any rank. In float32, where
 *   x ± h is rounded, f gets the nearest numbers that differ from x, and the quotient's divisor is the distance that they really have.
 * @returns the same form as x
 * @throws OptionError where h is not above 0 or is lost in the rounding of a number or float64 of x: from some 1e10 on for the default
 * @throws DataError where x holds integers, f does not return a number, or it makes x longer or shorter
 * @example
 * ```ts
 * import { numericalGradient } from "kobai/numeric";
 * numericalGradient(([x0, x1]) => x0 ** 2 + x1 ** 2, [3, 4]); // [6, 8], to about ten digits
 * ```
 */
export function numericalGradient(f: ScalarFunction<number>, x: number, options?: StepOptions): number;
export function numericalGradient<X extends Point>(f: ScalarFunction<X>, x: X, options?: StepOptions): X;
export function numericalGradient(
  f: ScalarFunction<never>,
  x: number | Point,
  given?: StepOptions,
): number | Point {
  const h = stepOf("numericalGradient", given);
  checkFunction("numericalGradient", f);
  const lost = refusing("numericalGradient", h);
  if (typeof x === "number") {
    const cell = [x];
    const ofCell = () => (f as ScalarFunction<number>)(cell[0]!);
    return difference("numericalGradient", ofCell, cell, cell, 0, h, lost);
  }
  const elements = movable(x, "numericalGradient: x");
  return like(x, differences("numericalGradient", f as ScalarFunction<Point>, x, elements, h, lost));
}

/** @throws DataError where x is frozen, so that no coordinate of it can be moved */
function movable(x: Point, name: string): Elements {
  const elements = new Elements(x, name);
  if (!elements.rows.some((row) => row.length > 0 && Object.isFrozen(row))) return elements;
  throw new DataError(`${name}: it is frozen, so its numbers cannot be moved; give a copy`);
}

function refusing(call: string, h: number): (coordinate: number) => never {
  return (coordinate) => {
    throw lostError(call, coordinate, h);
  };
}

/** The difference quotient by every coordinate. */
export function differences<X extends Point>(
  call: string,
  f: ScalarFunction<X>,
  x: X,
  elements: Elements,
  h: number,
  lost: (coordinate: number) => void,
): Float64Array {
  const gradient = new Float64Array(elements.length);
  let next = 0;
  for (const row of elements.rows) {
    for (let i = 0; i < row.length; i++) gradient[next++] = difference(call, f, x, row, i, h, lost);
  }
  checkLength(call, x, elements);
  return gradient;
}

/** @throws DataError where f has added to another of x's arrays than the one it was called for, or taken from it */
function checkLength(call: string, x: Point, { length }: Elements): void {
  const now = new Elements(x, `${call}: x`).length;
  if (now !== length) throw lengthChanged(call, length, now);
}

function lengthChanged(call: string, from: number, to: number): DataError {
  return new DataError(
    `${call}: f changed the length of x from ${from} to ${to}; f may look at x, and must leave it as it is`,
  );
}

/**
 * The gradients of f at many points, one to a row: the book's `numerical_gradient` of a 2-D array (`gradient_2d.py`).
 *
 * A row is a point. The notebooks call it with their grid as `np.array([X, Y])` and as its transpose, and only the latter has points
 * in its rows; for x₀² + x₁² both come out alike, since there each coordinate's derivative is its own affair.
 *
 * @param f a function of one point: it is called with each row, as the arrays in X are, or as a tensor that shares X's memory
 * @param X [points, …], nested arrays or a tensor; restored exactly, also when f throws. A single point is taken as one.
 * @returns the same form as X
 * @throws ShapeError where X is a tensor without axes
 * @throws OptionError where h is not above 0 or is lost in the rounding of X @throws DataError where X holds integers, or f does not return a number
 * @example
 * ```ts
 * import { numericalGradientRows } from "kobai/numeric";
 * numericalGradientRows(([x0, x1]) => x0 ** 2 + x1 ** 2, [[3, 4], [0, 2]]); // [[6, 8], [0, 4]], to about ten digits
 * ```
 */
export function numericalGradientRows(f: ScalarFunction<Tensor>, X: Tensor, options?: StepOptions): Tensor;
export function numericalGradientRows<X extends TypedArray | number[]>(
  f: ScalarFunction<X>,
  X: X,
  options?: StepOptions,
): X;
export function numericalGradientRows<X extends Exclude<Point, Tensor>>(
  f: ScalarFunction<X>,
  X: readonly X[],
  options?: StepOptions,
): X[];
export function numericalGradientRows(
  f: ScalarFunction<never>,
  X: Tensor | readonly Point[],
  given?: StepOptions,
): Tensor | Point {
  stepOf("numericalGradientRows", given);
  checkFunction("numericalGradientRows", f);
  // Here, for all rows at once: what is wrong with one of them is said of X.
  const elements = new Elements(X as Point, "numericalGradientRows: X");
  const gradientOf = (row: Point) => numericalGradient(f as ScalarFunction<Point>, row, given);
  if (!isTensor(X)) {
    const isPoint = ArrayBuffer.isView(X) || elements.rows[0] === (X as unknown);
    return isPoint ? gradientOf(X as unknown as Point) : (X.map(gradientOf) as Point);
  }
  const [points, ...shape] = X.shape;
  if (points === undefined) {
    throw new ShapeError(
      "numericalGradientRows",
      "X is a scalar; its first axis must count the points",
      X.shape,
    );
  }
  if (shape.length === 0) return gradientOf(X);
  const width = X.data.length / points;
  const data = X.data.slice();
  for (let i = 0; i < points; i++) {
    const row: Tensor = { shape, dtype: X.dtype, data: X.data.subarray(i * width, (i + 1) * width) };
    data.set((gradientOf(row) as Tensor).data, i * width);
  }
  return { shape: [...X.shape], dtype: X.dtype, data };
}

/**
 * (f(x + h·eᵢ) − f(x − h·eᵢ)) / 2h, the coordinate being row[i]. In float32 the points are the nearest that differ from x, and the divisor is
 * their distance. `lost` is called where float64 does not hold the step.
 */
function difference<X>(
  call: string,
  f: ScalarFunction<X>,
  x: X,
  row: number[] | TypedArray,
  i: number,
  h: number,
  lost: (coordinate: number) => void,
): number {
  const before = row[i]!;
  const isFloat32 = row instanceof Float32Array;
  if (!isFloat32 && isLost(before, h)) lost(before);
  const move = (step: number) => {
    row[i] = before + step;
    if (isFloat32 && Number.isFinite(before)) {
      for (let wider = 2 * step; row[i] === before; wider *= 2) row[i] = before + wider;
    }
    return row[i]!;
  };
  const { length } = row;
  const valueAt = () => {
    const value = checkedValue(call, f(x));
    if (row.length === length) return value;
    throw lengthChanged(call, length, row.length);
  };
  try {
    const right = move(h);
    const above = valueAt();
    const left = move(-h);
    const below = valueAt();
    return (above - below) / (isFloat32 ? right - left : 2 * h);
  } finally {
    row[i] = before;
  }
}
