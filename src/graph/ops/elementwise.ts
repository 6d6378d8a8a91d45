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

/** max(0, x), elementwise (book 3.2.7). At 0 the derivative is 0; NaN stays NaN. */
export const relu = /* @__PURE__ */ unary(
  "relu",
  Op.relu,
  0.15,
  (_, y, g) => reluGradient(g, y),
  Activation.relu,
);

/** 1 / (1 + e⁻ˣ), elementwise (book 3.2.4). */
export const sigmoid = /* @__PURE__ */ unary(
  "sigmoid",
  Op.sigmoid,
  1.8,
  (_, y, g) => sigmoidGradient(g, y),
  Activation.sigmoid,
);

/** The hyperbolic tangent, elementwise. */
export const tanh = /* @__PURE__ */ unary(
  "tanh",
  Op.tanh,
  1.8,
  (_, y, g) => tanhGradient(g, y),
  Activation.tanh,
);

/** eˣ, elementwise. */
export const exp = /* @__PURE__ */ unary("exp", Op.exp, 0.85, (_, y, g) => multiply(g, y));

/** The natural logarithm, elementwise; NaN below 0. */
export const log = /* @__PURE__ */ unary("log", Op.log, 1.3, (x, _, g) => divide(g, x));

/** |x|, elementwise. At 0 the derivative is 0. */
export const abs = /* @__PURE__ */ unary("abs", /* @__PURE__ */ extension(ExtensionOp.abs), 0.11, (x, _, g) =>
  absGradient(g, x),
);

/** The square root, elementwise; NaN below 0. */
export const sqrt = /* @__PURE__ */ unary("sqrt", Op.sqrt, 0.32, (_, y, g) => divide(scale(g, 0.5), y));

/** a + b, broadcast: a bias [n] is added to each row of [m, n]. @throws ShapeError where the shapes do not broadcast */
export const add = /* @__PURE__ */ binary("add", Op.add, (_a, _b, _y, g) => [g, g]);

/** a − b, broadcast. @throws ShapeError where the shapes do not broadcast */
export const subtract = /* @__PURE__ */ binary("subtract", Op.subtract, (_a, _b, _y, g) => [g, scale(g, -1)]);

/** a·b elementwise, broadcast. @throws ShapeError where the shapes do not broadcast */
export const multiply = /* @__PURE__ */ binary("multiply", Op.multiply, (a, b, _y, g) => [
  multiply(g, b),
  multiply(g, a),
]);

/** a / b elementwise, broadcast. @throws ShapeError where the shapes do not broadcast */
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
 * The larger of a and b elementwise, broadcast; NaN where either is. Where they are equal, the whole gradient goes to a.
 * @throws ShapeError where the shapes do not broadcast
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
 * The smaller of a and b elementwise, broadcast; NaN where either is. Where they are equal, the whole gradient goes to a.
 * @throws ShapeError where the shapes do not broadcast
 */
export const minimum = /* @__PURE__ */ binary(
  "minimum",
  /* @__PURE__ */ extension(ExtensionOp.minimum),
  (a, b, _, g) => toTaken(greaterEqual(b, a), g),
);

/** x, but no less than `low` and no more than `high`. The gradient passes from low to high, both included. @throws OptionError where low is above high */
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

/** x times a number, which is rounded to x's dtype first. @throws OptionError where it is not finite then */
export const scale = (x: Value, factor: number): Value => apply(scaleOperation, [x], { factor });

/** −x, elementwise. */
export function negate(x: Value): Value {
  checkValue("negate: operand 1", x);
  sameFloat("negate", x);
  return scale(x, -1);
}

/** x·x, elementwise. */
export function square(x: Value): Value {
  checkValue("square: operand 1", x);
  sameFloat("square", x);
  return multiply(x, x);
}

/** 1 / x, elementwise. */
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
 * x to the power of a number, elementwise, with the same bits everywhere.
 *
 * A whole exponent multiplies squares: the result is rounded after each product, so that x² and x³ have the bits of x·x and x·(x·x), and a
 * negative one divides 1 by that. Any other is e^(p·log x) and NaN for x < 0: in float32 within 1 ULP (it is computed in float64), in float64
 * within |p·log x| + 3 ULP, p being rounded to x's dtype first. x⁰ is 1 for every x.
 * @param exponent a number from −1024 to 1024
 * @throws OptionError for any other
 * @example
 * ```ts
 * import { add, constant, mean, type Value } from "kobai/ops";
 * const inverseRoot = (x: Value) => power(add(mean(power(x, 2)), constant(1e-5, x.dtype)), -0.5);
 * ```
 */
export const power = (x: Value, exponent: number): Value =>
  apply(powerOperation, [x], { exponent: check("power", "exponent", exponent, exponentRule()) });

/** x itself: the activation of a layer that has none (book 3.4.3). */
export function identity(x: Value): Value {
  checkValue("identity: operand 1", x);
  return x;
}
