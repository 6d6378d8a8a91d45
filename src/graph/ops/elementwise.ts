// Elementwise ops. All that this file exports is `kobai/ops`'.

import { Activation } from "../../../assembly/isa/gemm.ts";
import { ExtensionOp, Op } from "../../../assembly/isa/index.ts";
import { check, finite, inType, type Rule } from "../../check.ts";
import { extension } from "../../runtime/extension.ts";
import { apply, checkValue, constant, type Operation, sameFloat, type Value } from "../value.ts";
import { greaterEqual, where } from "./comparison.ts";
import { binary, emitUnary, unary } from "./pointwise.ts";

// The gradients of the activations, one instruction each: of g, which arrives at y, and y itself. Second derivatives are not needed. That
// they need only y lets fusion drop x: relu(x) > 0 exactly where x > 0, σ' = y(1 − y), tanh' = 1 − y².
const reluGradient = /* @__PURE__ */ binary(
  "reluGradient",
  Op.reluGradient,
  undefined,
  Activation.reluGradient,
);
const sigmoidGradient = /* @__PURE__ */ binary(
  "sigmoidGradient",
  Op.sigmoidGradient,
  undefined,
  Activation.sigmoidGradient,
);
const tanhGradient = /* @__PURE__ */ binary(
  "tanhGradient",
  Op.tanhGradient,
  undefined,
  Activation.tanhGradient,
);

/** Of g, which arrives at y, and x. */
const absGradient = /* @__PURE__ */ binary("absGradient", /* @__PURE__ */ extension(ExtensionOp.absGradient));

/**
 * max(0, x), elementwise (book 3.2.7). At 0 the derivative is 0; NaN stays NaN.
 * @param x float, of any shape @returns x's shape and dtype
 * @throws OptionError where x is not float
 * @example
 * ```ts
 * import { layer, sequential } from "kobai";
 * import { relu } from "kobai/ops";
 * using net = sequential([layer("relu", relu)], { input: [3] });
 * [...net.predict([[-1, 0, 2]]).data]; // [0, 0, 2]
 * ```
 */
export const relu = /* @__PURE__ */ unary(
  "relu",
  Op.relu,
  0.15,
  (_, y, g) => reluGradient(g, y),
  Activation.relu,
);

/**
 * 1 / (1 + e⁻ˣ), elementwise (book 3.2.4). Its derivative is y·(1 − y).
 * @param x float, of any shape @returns x's shape and dtype
 * @throws OptionError where x is not float
 * @example
 * ```ts
 * import { layer, sequential } from "kobai";
 * import { sigmoid } from "kobai/ops";
 * using net = sequential([layer("sigmoid", sigmoid)], { input: [1] });
 * [...net.predict([[0]]).data]; // [0.5]
 * ```
 */
export const sigmoid = /* @__PURE__ */ unary(
  "sigmoid",
  Op.sigmoid,
  1.8,
  (_, y, g) => sigmoidGradient(g, y),
  Activation.sigmoid,
);

/**
 * The hyperbolic tangent (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ), elementwise. Its derivative is 1 − y².
 * @param x float, of any shape @returns x's shape and dtype
 * @throws OptionError where x is not float
 * @example
 * ```ts
 * import { layer, sequential } from "kobai";
 * import { tanh } from "kobai/ops";
 * using net = sequential([layer("tanh", tanh)], { input: [1] });
 * [...net.predict([[0]]).data]; // [0]
 * ```
 */
export const tanh = /* @__PURE__ */ unary(
  "tanh",
  Op.tanh,
  1.8,
  (_, y, g) => tanhGradient(g, y),
  Activation.tanh,
);

/**
 * eˣ, elementwise, which is its own derivative; Infinity where it is too large for the dtype.
 * @param x float, of any shape @returns x's shape and dtype
 * @throws OptionError where x is not float
 * @example
 * ```ts
 * import { layer, sequential } from "kobai";
 * import { exp } from "kobai/ops";
 * using net = sequential([layer("exp", exp)], { input: [1] });
 * [...net.predict([[0]]).data]; // [1]
 * ```
 */
export const exp = /* @__PURE__ */ unary("exp", Op.exp, 0.85, (_, y, g) => multiply(g, y));

/**
 * The natural logarithm, elementwise; −Infinity at 0, NaN below. Its derivative is 1 / x.
 * @param x float, of any shape @returns x's shape and dtype
 * @throws OptionError where x is not float
 * @example
 * ```ts
 * import { layer, sequential } from "kobai";
 * import { log } from "kobai/ops";
 * using net = sequential([layer("log", log)], { input: [1] });
 * [...net.predict([[1]]).data]; // [0]
 * ```
 */
export const log = /* @__PURE__ */ unary("log", Op.log, 1.3, (x, _, g) => divide(g, x));

/**
 * |x|, elementwise. At 0 the derivative is 0.
 * @param x float, of any shape @returns x's shape and dtype
 * @throws OptionError where x is not float
 * @example
 * ```ts
 * import { layer, sequential } from "kobai";
 * import { abs } from "kobai/ops";
 * using net = sequential([layer("abs", abs)], { input: [3] });
 * [...net.predict([[-1, 0, 2]]).data]; // [1, 0, 2]
 * ```
 */
export const abs = /* @__PURE__ */ unary("abs", /* @__PURE__ */ extension(ExtensionOp.abs), 0.11, (x, _, g) =>
  absGradient(g, x),
);

/**
 * The square root, elementwise; NaN below 0. Its derivative is 1 / (2·√x), at 0 infinite.
 * @param x float, of any shape @returns x's shape and dtype
 * @throws OptionError where x is not float
 * @example
 * ```ts
 * import { layer, sequential } from "kobai";
 * import { sqrt } from "kobai/ops";
 * using net = sequential([layer("sqrt", sqrt)], { input: [2] });
 * [...net.predict([[4, 2.25]]).data]; // [2, 1.5]
 * ```
 */
export const sqrt = /* @__PURE__ */ unary("sqrt", Op.sqrt, 0.32, (_, y, g) => divide(scale(g, 0.5), y));

/**
 * a + b, broadcast: a bias [n] is added to each row of [m, n]. The gradient goes to both, summed over what was repeated.
 * @param a float @param b of a's dtype @returns the shape that both broadcast to, by NumPy's rule
 * @throws ShapeError where the shapes do not broadcast @throws OptionError where they are not float, or the dtypes differ
 * @example
 * ```ts
 * import { layer, sequential } from "kobai";
 * import { add, constant } from "kobai/ops";
 * using net = sequential([layer("add", (x) => add(x, constant(1, x.dtype)))], { input: [2] });
 * [...net.predict([[1, 2]]).data]; // [2, 3]
 * ```
 */
export const add = /* @__PURE__ */ binary("add", Op.add, (_a, _b, _y, g) => [g, g]);

/**
 * a − b, broadcast. The gradient g goes to a, and −g to b, summed over what was repeated.
 * @param a float @param b of a's dtype @returns the shape that both broadcast to, by NumPy's rule
 * @throws ShapeError where the shapes do not broadcast @throws OptionError where they are not float, or the dtypes differ
 * @example
 * ```ts
 * import { layer, sequential } from "kobai";
 * import { mean, subtract } from "kobai/ops";
 * using net = sequential([layer("subtract", (x) => subtract(x, mean(x, { axis: 1, keepAxis: true })))], { input: [2] });
 * [...net.predict([[1, 3]]).data]; // [-1, 1]
 * ```
 */
export const subtract = /* @__PURE__ */ binary("subtract", Op.subtract, (_a, _b, _y, g) => [g, scale(g, -1)]);

/**
 * a·b elementwise, broadcast (`matmul` is the product of matrices). The gradient g goes to a times b, and to b times a.
 * @param a float @param b of a's dtype @returns the shape that both broadcast to, by NumPy's rule
 * @throws ShapeError where the shapes do not broadcast @throws OptionError where they are not float, or the dtypes differ
 * @example
 * ```ts
 * import { layer, sequential } from "kobai";
 * import { multiply } from "kobai/ops";
 * using net = sequential([layer("multiply", (x) => multiply(x, x))], { input: [2] });
 * [...net.predict([[1, -3]]).data]; // [1, 9]
 * ```
 */
export const multiply = /* @__PURE__ */ binary("multiply", Op.multiply, (a, b, _y, g) => [
  multiply(g, b),
  multiply(g, a),
]);

/**
 * a / b elementwise, broadcast; by 0 it is infinite, 0 / 0 NaN. The gradient g goes to a as g / b, and to b as −g·(a / b) / b.
 * @param a float @param b of a's dtype @returns the shape that both broadcast to, by NumPy's rule
 * @throws ShapeError where the shapes do not broadcast @throws OptionError where they are not float, or the dtypes differ
 * @example
 * ```ts
 * import { layer, sequential } from "kobai";
 * import { divide, max } from "kobai/ops";
 * using net = sequential([layer("divide", (x) => divide(x, max(x, { axis: 1, keepAxis: true })))], { input: [2] });
 * [...net.predict([[1, 4]]).data]; // [0.25, 1]
 * ```
 */
export const divide = /* @__PURE__ */ binary("divide", Op.divide, (_a, b, y, g) => [
  divide(g, b),
  scale(divide(multiply(g, y), b), -1),
]);

/** Gives g to the operand that was taken, and 0 to the other: of a tie, all to the first. */
const toTaken = (takesFirst: Value, g: Value): readonly [Value, Value] => {
  const zero = constant(0, g.dtype);
  return [where(takesFirst, g, zero), where(takesFirst, zero, g)];
};

/**
 * The larger of a and b elementwise, broadcast; NaN where either is (`maximum` of NumPy). Where they are equal, the whole gradient goes to a.
 * @param a float @param b of a's dtype @returns the shape that both broadcast to, by NumPy's rule
 * @throws ShapeError where the shapes do not broadcast @throws OptionError where they are not float, or the dtypes differ
 * @example
 * ```ts
 * import { constant, type Value } from "kobai/ops";
 * // ReLU, that is 1 at most
 * const relu1 = (x: Value) => minimum(maximum(x, constant(0, x.dtype)), constant(1, x.dtype));
 * ```
 */
export const maximum = /* @__PURE__ */ binary(
  "maximum",
  /* @__PURE__ */ extension(ExtensionOp.maximum),
  (a, b, _, g) => toTaken(greaterEqual(a, b), g),
);

/**
 * The smaller of a and b elementwise, broadcast; NaN where either is (`minimum` of NumPy). Where they are equal, the whole gradient goes to a.
 * @param a float @param b of a's dtype @returns the shape that both broadcast to, by NumPy's rule
 * @throws ShapeError where the shapes do not broadcast @throws OptionError where they are not float, or the dtypes differ
 * @example
 * ```ts
 * import { layer, sequential } from "kobai";
 * import { constant, minimum } from "kobai/ops";
 * using net = sequential([layer("minimum", (x) => minimum(x, constant(6, x.dtype)))], { input: [2] });
 * [...net.predict([[5, 7]]).data]; // [5, 6]
 * ```
 */
export const minimum = /* @__PURE__ */ binary(
  "minimum",
  /* @__PURE__ */ extension(ExtensionOp.minimum),
  (a, b, _, g) => toTaken(greaterEqual(b, a), g),
);

/**
 * x, but no less than `low` and no more than `high`, elementwise (`clip` of NumPy, `clamp` of PyTorch). The gradient passes from low to high, both included.
 * @param x float, of any shape @param low a finite number @param high one of at least low @returns x's shape and dtype
 * @throws OptionError where low is above high, either is not finite, or x is not float
 * @example
 * ```ts
 * import { layer, sequential } from "kobai";
 * import { clip } from "kobai/ops";
 * using net = sequential([layer("relu6", (x) => clip(x, 0, 6))], { input: [3] });
 * [...net.predict([[-1, 3, 8]]).data]; // [0, 3, 6]
 * ```
 */
export function clip(x: Value, low: number, high: number): Value {
  checkValue("clip: operand 1", x);
  sameFloat("clip", x);
  check("clip", "low", low, inType(x.dtype, finite));
  const atLeastLow: Rule = [
    (value) => finite[0](value) && (value as number) >= low,
    `a number of at least low (${low})`,
  ];
  check("clip", "high", high, inType(x.dtype, atLeastLow));
  return minimum(maximum(x, constant(low, x.dtype)), constant(high, x.dtype));
}

const scaleOperation: Operation<{ readonly factor: number }> = {
  name: "scale",
  inPlace: true,
  infer([x], { factor }) {
    const dtype = sameFloat("scale", x!);
    check("scale", "factor", factor, inType(dtype, finite));
    return [{ shape: x!.shape, dtype }];
  },
  gradient: ({ attributes: { factor } }, g) => [scale(g, factor)],
  emit: ({ inputs: [x], outputs: [y], attributes: { factor } }, emitter) =>
    emitUnary(Op.scale, x!, y!, emitter.constant(factor), 0.11, emitter),
};

/**
 * x times a number, elementwise; the number is rounded to x's dtype first.
 * @param x float, of any shape @param factor a finite number @returns x's shape and dtype
 * @throws OptionError where the factor is not finite once it is rounded, or x is not float
 * @example
 * ```ts
 * import { layer, sequential } from "kobai";
 * import { scale } from "kobai/ops";
 * using net = sequential([layer("half", (x) => scale(x, 0.5))], { input: [2] });
 * [...net.predict([[1, -4]]).data]; // [0.5, -2]
 * ```
 */
export const scale = (x: Value, factor: number): Value => apply(scaleOperation, [x], { factor });

/**
 * −x, elementwise.
 * @param x float, of any shape @returns x's shape and dtype
 * @throws OptionError where x is not float
 * @example
 * ```ts
 * import { layer, sequential } from "kobai";
 * import { negate } from "kobai/ops";
 * using net = sequential([layer("negate", negate)], { input: [2] });
 * [...net.predict([[1, -2]]).data]; // [-1, 2]
 * ```
 */
export function negate(x: Value): Value {
  checkValue("negate: operand 1", x);
  sameFloat("negate", x);
  return scale(x, -1);
}

/**
 * x·x, elementwise. Its derivative is 2·x.
 * @param x float, of any shape @returns x's shape and dtype
 * @throws OptionError where x is not float
 * @example
 * ```ts
 * import { layer, sequential } from "kobai";
 * import { square } from "kobai/ops";
 * using net = sequential([layer("square", square)], { input: [2] });
 * [...net.predict([[1, -3]]).data]; // [1, 9]
 * ```
 */
export function square(x: Value): Value {
  checkValue("square: operand 1", x);
  sameFloat("square", x);
  return multiply(x, x);
}

/**
 * 1 / x, elementwise; infinite at 0. Its derivative is −1 / x².
 * @param x float, of any shape @returns x's shape and dtype
 * @throws OptionError where x is not float
 * @example
 * ```ts
 * import { layer, sequential } from "kobai";
 * import { reciprocal } from "kobai/ops";
 * using net = sequential([layer("reciprocal", reciprocal)], { input: [2] });
 * [...net.predict([[4, -2]]).data]; // [0.25, -0.5]
 * ```
 */
export function reciprocal(x: Value): Value {
  checkValue("reciprocal: operand 1", x);
  return divide(constant(1, sameFloat("reciprocal", x)), x);
}

/** A limit of the kernels: larger powers overflow or vanish but for x close to 1. */
const MOST_POWER = 1024;
/** A function, since bundlers keep a text that is put together at the top of a module. */
const exponentRule = (): Rule => [
  (value) => finite[0](value) && Math.abs(value as number) <= MOST_POWER,
  `a number from -${MOST_POWER} to ${MOST_POWER}`,
];

const powerWhole = /* @__PURE__ */ extension(ExtensionOp.powerWhole);
const powerReal = /* @__PURE__ */ extension(ExtensionOp.powerReal);

const powerOperation: Operation<{ readonly exponent: number }> = {
  name: "power",
  inPlace: true,
  infer: ([x]) => [{ shape: x!.shape, dtype: sameFloat("power", x!) }],
  // x⁰ is 1, whatever x is. Of the least exponents the derivative's is below what a caller may give, by 1.
  gradient: ({ inputs: [x], attributes: { exponent } }, g) => [
    exponent === 0
      ? undefined
      : scale(multiply(g, apply(powerOperation, [x!], { exponent: exponent - 1 })), exponent),
  ],
  emit({ inputs: [x], outputs: [y], attributes: { exponent } }, emitter) {
    const [op, nanoseconds] = Number.isInteger(exponent) ? [powerWhole, 0.4] : [powerReal, 15];
    emitUnary(op, x!, y!, emitter.constant(exponent), nanoseconds, emitter);
  },
};

/**
 * x to the power of a number, elementwise (`pow` of PyTorch), with the same bits everywhere. Its derivative is p·xᵖ⁻¹.
 *
 * A whole exponent multiplies squares: the result is rounded after each product, so that x² and x³ have the bits of x·x and x·(x·x), and a
 * negative one divides 1 by that. Any other is e^(p·log x) and NaN for x < 0: in float32 within 1 ULP (it is computed in float64), in float64
 * within |p·log x| + 3 ULP, p being rounded to x's dtype first. x⁰ is 1 for every x.
 * @param x float, of any shape @param exponent a number from −1024 to 1024 @returns x's shape and dtype
 * @throws OptionError for any other, or where x is not float
 * @example
 * ```ts
 * import { add, constant, mean, type Value } from "kobai/ops";
 * const inverseRoot = (x: Value) => power(add(mean(power(x, 2)), constant(1e-5, x.dtype)), -0.5);
 * ```
 */
export const power = (x: Value, exponent: number): Value =>
  apply(powerOperation, [x], { exponent: check("power", "exponent", exponent, exponentRule()) });

/**
 * x itself: the activation of a layer that has none (book 3.4.3).
 * @param x of any shape and dtype @returns the same symbolic value @throws OptionError where x is none
 * @example
 * ```ts
 * import { layer, sequential } from "kobai";
 * import { identity } from "kobai/ops";
 * using net = sequential([layer("identity", identity)], { input: [2] });
 * [...net.predict([[1, -2]]).data]; // [1, -2]
 * ```
 */
export function identity(x: Value): Value {
  checkValue("identity: operand 1", x);
  return x;
}
