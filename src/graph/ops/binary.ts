import { Activation } from "../../../assembly/isa/gemm.ts";
import { ExtensionOp, Op } from "../../../assembly/isa/index.ts";
import { extension } from "../../runtime/extension.ts";
import { apply, type Operation, sameFloat, type Value } from "../value.ts";
import { broadcastShapes, emitBinary, sumTo } from "./broadcast.ts";
import { scale } from "./unary.ts";

/** An elementwise op of two operands, broadcast by NumPy's rule; `gradient` gives the gradients before they are summed back. */
// @__NO_SIDE_EFFECTS__ (an op that a page does not use is left out of its bundle)
function binary(
  name: string,
  op: Op,
  gradient?: (a: Value, b: Value, y: Value, g: Value) => readonly [Value, Value],
  activation?: Activation,
): Operation<undefined> {
  return {
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
    emit: ({ inputs: [a, b], outputs: [y] }, emitter) => emitBinary(op, y!, a!, b!, emitter),
  };
}

export const addOperation = binary("add", Op.add, (_a, _b, _y, g) => [g, g]);
const subtractOperation = binary("subtract", Op.subtract, (_a, _b, _y, g) => [g, scale(g, -1)]);
const multiplyOperation = binary("multiply", Op.multiply, (a, b, _y, g) => [multiply(g, b), multiply(g, a)]);
const divideOperation = binary("divide", Op.divide, (_a, b, y, g) => [
  divide(g, b),
  scale(divide(multiply(g, y), b), -1),
]);

/** a + b, broadcast: a bias [n] is added to each row of [m, n]. @throws ShapeError where the shapes do not broadcast */
export const add = (a: Value, b: Value): Value => apply(addOperation, [a, b], undefined);

/** a − b, broadcast. @throws ShapeError where the shapes do not broadcast */
export const subtract = (a: Value, b: Value): Value => apply(subtractOperation, [a, b], undefined);

/** a·b elementwise, broadcast. @throws ShapeError where the shapes do not broadcast */
export const multiply = (a: Value, b: Value): Value => apply(multiplyOperation, [a, b], undefined);

/** a / b elementwise, broadcast. @throws ShapeError where the shapes do not broadcast */
export const divide = (a: Value, b: Value): Value => apply(divideOperation, [a, b], undefined);

// The gradients of the activations, one instruction each: of g, which arrives at y, and y itself. Second derivatives are not needed.
// @__NO_SIDE_EFFECTS__
const gradientOf = (name: string, op: Op, activation: Activation) => binary(name, op, undefined, activation);
const reluGradientOperation = gradientOf("reluGradient", Op.reluGradient, Activation.reluGradient);
const sigmoidGradientOperation = gradientOf(
  "sigmoidGradient",
  Op.sigmoidGradient,
  Activation.sigmoidGradient,
);
const tanhGradientOperation = gradientOf("tanhGradient", Op.tanhGradient, Activation.tanhGradient);

export const reluGradient = (g: Value, y: Value): Value => apply(reluGradientOperation, [g, y], undefined);
export const sigmoidGradient = (g: Value, y: Value): Value =>
  apply(sigmoidGradientOperation, [g, y], undefined);
export const tanhGradient = (g: Value, y: Value): Value => apply(tanhGradientOperation, [g, y], undefined);

// That of abs: of g and x.
const absGradientOperation = binary("absGradient", /* @__PURE__ */ extension(ExtensionOp.absGradient));
export const absGradient = (g: Value, x: Value): Value => apply(absGradientOperation, [g, x], undefined);
