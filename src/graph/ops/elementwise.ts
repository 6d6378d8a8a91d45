// Elementwise ops. All that this file exports is `kobai/ops`'.

import { UnaryArg } from "../../../assembly/isa/elementwise.ts";
import { Activation } from "../../../assembly/isa/gemm.ts";
import { ExtensionOp, Op } from "../../../assembly/isa/index.ts";
import { check, finite } from "../../check.ts";
import { extension } from "../../runtime/extension.ts";
import { size } from "../../tensor.ts";
import { apply, checkValue, type Emitter, type Operation, sameFloat, type Value } from "../value.ts";
import { broadcastShapes, emitBroadcast, operandOf } from "./broadcasting.ts";
import { sumTo } from "./reduce.ts";

/** A function under an op's name, which messages and reports show. */
const named = <F extends (...operands: Value[]) => Value>(name: string, f: F): F =>
  Object.defineProperty(f, "name", { value: name });

function emitUnary(op: Op, x: Value, y: Value, parameter: number, nanoseconds: number, emitter: Emitter) {
  const operands = {
    [UnaryArg.out]: emitter.address(y),
    [UnaryArg.a]: emitter.address(x),
    [UnaryArg.n]: size(x.shape),
    [UnaryArg.parameter]: parameter,
  };
  emitter.emit<UnaryArg>(op, x.dtype, operands, nanoseconds * size(x.shape));
}

/** An op of one operand; `nanoseconds` is what an element costs, `gradient` gets x, y and the gradient arriving at y. */
// @__NO_SIDE_EFFECTS__ (an op that a page does not use is left out of its bundle)
function unary(
  name: string,
  op: Op,
  nanoseconds: number,
  gradient: (x: Value, y: Value, g: Value) => Value,
  activation?: Activation,
): (x: Value) => Value {
  const operation: Operation<undefined> = {
    name,
    ...(activation && { activation }),
    inPlace: true,
    infer: ([x]) => [{ shape: x!.shape, dtype: sameFloat(name, x!) }],
    gradient: ({ inputs: [x], outputs: [y] }, g) => [gradient(x!, y!, g)],
    emit: ({ inputs: [x], outputs: [y] }, emitter) => emitUnary(op, x!, y!, 0, nanoseconds, emitter),
  };
  return named(name, (x: Value) => apply(operation, [x], undefined));
}

/** An op of two operands, broadcast by NumPy's rule; `gradient` gives the gradients before they are summed back. */
// @__NO_SIDE_EFFECTS__
function binary(
  name: string,
  op: Op,
  gradient?: (a: Value, b: Value, y: Value, g: Value) => readonly [Value, Value],
  activation?: Activation,
): (a: Value, b: Value) => Value {
  const operation: Operation<undefined> = {
    name,
    ...(activation && { activation }),
    inPlace: true,
    infer: ([a, b]) => [{ shape: broadcastShapes(name, a!.shape, b!.shape), dtype: sameFloat(name, a!, b!) }],
    ...(gradient && {
      gradient({ inputs: [a, b], outputs: [y] }, g) {
        const [da, db] = gradient(a!, b!, y!, g);
        return [sumTo(da, a!.shape), sumTo(db, b!.shape)];
      },
    }),
    emit: ({ inputs: [a, b], outputs: [y] }, emitter) =>
      emitBroadcast(op, y!, operandOf(a!, emitter), operandOf(b!, emitter), emitter),
  };
  return named(name, (a: Value, b: Value) => apply(operation, [a, b], undefined));
}

// The gradients of the activations, one instruction each: of g, which arrives at y, and y itself. Second derivatives are not needed. That
// they need only y lets fusion drop x: relu(x) > 0 exactly where x > 0, σ' = y(1 − y), tanh' = 1 − y².
const reluGradient = binary("reluGradient", Op.reluGradient, undefined, Activation.reluGradient);
const sigmoidGradient = binary("sigmoidGradient", Op.sigmoidGradient, undefined, Activation.sigmoidGradient);
const tanhGradient = binary("tanhGradient", Op.tanhGradient, undefined, Activation.tanhGradient);

/** Of g, which arrives at y, and x. */
const absGradient = binary("absGradient", /* @__PURE__ */ extension(ExtensionOp.absGradient));

/** max(0, x), elementwise (book 3.2.7). At 0 the derivative is 0; NaN stays NaN. */
export const relu = unary("relu", Op.relu, 0.15, (_, y, g) => reluGradient(g, y), Activation.relu);

/** 1 / (1 + e⁻ˣ), elementwise (book 3.2.4). */
export const sigmoid = unary(
  "sigmoid",
  Op.sigmoid,
  1.8,
  (_, y, g) => sigmoidGradient(g, y),
  Activation.sigmoid,
);

/** The hyperbolic tangent, elementwise. */
export const tanh = unary("tanh", Op.tanh, 1.8, (_, y, g) => tanhGradient(g, y), Activation.tanh);

/** eˣ, elementwise. */
export const exp = unary("exp", Op.exp, 0.85, (_, y, g) => multiply(g, y));

/** The natural logarithm, elementwise; NaN below 0. */
export const log = unary("log", Op.log, 1.3, (x, _, g) => divide(g, x));

/** |x|, elementwise. At 0 the derivative is 0. */
export const abs = unary("abs", /* @__PURE__ */ extension(ExtensionOp.abs), 0.11, (x, _, g) =>
  absGradient(g, x),
);

/** The square root, elementwise; NaN below 0. */
export const sqrt = unary("sqrt", Op.sqrt, 0.32, (_, y, g) => divide(scale(g, 0.5), y));

/** a + b, broadcast: a bias [n] is added to each row of [m, n]. @throws ShapeError where the shapes do not broadcast */
export const add = binary("add", Op.add, (_a, _b, _y, g) => [g, g]);

/** a − b, broadcast. @throws ShapeError where the shapes do not broadcast */
export const subtract = binary("subtract", Op.subtract, (_a, _b, _y, g) => [g, scale(g, -1)]);

/** a·b elementwise, broadcast. @throws ShapeError where the shapes do not broadcast */
export const multiply = binary("multiply", Op.multiply, (a, b, _y, g) => [multiply(g, b), multiply(g, a)]);

/** a / b elementwise, broadcast. @throws ShapeError where the shapes do not broadcast */
export const divide = binary("divide", Op.divide, (_a, b, y, g) => [
  divide(g, b),
  scale(divide(multiply(g, y), b), -1),
]);

const scaleOperation: Operation<{ readonly factor: number }> = {
  name: "scale",
  inPlace: true,
  infer: ([x]) => [{ shape: x!.shape, dtype: sameFloat("scale", x!) }],
  gradient: ({ attributes: { factor } }, g) => [scale(g, factor)],
  emit: ({ inputs: [x], outputs: [y], attributes: { factor } }, emitter) =>
    emitUnary(Op.scale, x!, y!, emitter.constant(factor), 0.11, emitter),
};

/** x times a number, which is rounded to x's dtype first. @throws OptionError where it is not finite */
export const scale = (x: Value, factor: number): Value =>
  apply(scaleOperation, [x], { factor: check("scale", "factor", factor, finite) });

/** x itself: the activation of a layer that has none (book 3.4.3). */
export function identity(x: Value): Value {
  checkValue("identity: operand 1", x);
  return x;
}
