import { UnaryArg } from "../../../assembly/isa/elementwise.ts";
import { Activation } from "../../../assembly/isa/gemm.ts";
import { ExtensionOp, Op } from "../../../assembly/isa/index.ts";
import { check, finite } from "../../check.ts";
import { extension } from "../../runtime/extension.ts";
import { size } from "../../tensor.ts";
import { apply, checkValue, type Operation, sameFloat, type Value } from "../value.ts";
import { absGradient, divide, multiply, reluGradient, sigmoidGradient, tanhGradient } from "./binary.ts";

/** An elementwise op of one operand; `nanoseconds` is what an element costs, `gradient` gets x, y and the gradient arriving at y. */
// @__NO_SIDE_EFFECTS__ (an op that a page does not use is left out of its bundle)
function unary(
  name: string,
  op: Op,
  nanoseconds: number,
  gradient: (x: Value, y: Value, g: Value) => Value,
  activation?: Activation,
): Operation<undefined> {
  return {
    name,
    ...(activation && { activation }),
    inPlace: true,
    infer: ([x]) => [{ shape: x!.shape, dtype: sameFloat(name, x!) }],
    gradient: ({ inputs: [x], outputs: [y] }, g) => [gradient(x!, y!, g)],
    emit({ inputs: [x], outputs: [y] }, emitter) {
      const operands = {
        [UnaryArg.out]: emitter.address(y!),
        [UnaryArg.a]: emitter.address(x!),
        [UnaryArg.n]: size(x!.shape),
        [UnaryArg.factor]: 0,
      };
      emitter.emit<UnaryArg>(op, x!.dtype, operands, nanoseconds * size(x!.shape));
    },
  };
}

// Gradients that need only y let fusion drop x: relu(x) > 0 exactly where x > 0, σ' = y(1 − y), tanh' = 1 − y².
const reluOperation = unary("relu", Op.relu, 0.15, (_, y, g) => reluGradient(g, y), Activation.relu);
const sigmoidOperation = unary(
  "sigmoid",
  Op.sigmoid,
  1.8,
  (_, y, g) => sigmoidGradient(g, y),
  Activation.sigmoid,
);
const tanhOperation = unary("tanh", Op.tanh, 1.8, (_, y, g) => tanhGradient(g, y), Activation.tanh);
const expOperation = unary("exp", Op.exp, 0.85, (_, y, g) => multiply(g, y));
const logOperation = unary("log", Op.log, 1.3, (x, _, g) => divide(g, x));
const sqrtOperation = unary("sqrt", Op.sqrt, 0.32, (_, y, g) => divide(scale(g, 0.5), y));
const absOperation = unary("abs", /* @__PURE__ */ extension(ExtensionOp.abs), 0.11, (x, _, g) =>
  absGradient(g, x),
);

/** max(0, x), elementwise (book 3.2.7). At 0 the derivative is 0; NaN stays NaN. */
export const relu = (x: Value): Value => apply(reluOperation, [x], undefined);

/** 1 / (1 + e⁻ˣ), elementwise (book 3.2.4). */
export const sigmoid = (x: Value): Value => apply(sigmoidOperation, [x], undefined);

/** The hyperbolic tangent, elementwise. */
export const tanh = (x: Value): Value => apply(tanhOperation, [x], undefined);

/** eˣ, elementwise. */
export const exp = (x: Value): Value => apply(expOperation, [x], undefined);

/** The natural logarithm, elementwise; NaN below 0. */
export const log = (x: Value): Value => apply(logOperation, [x], undefined);

/** The square root, elementwise; NaN below 0. */
export const sqrt = (x: Value): Value => apply(sqrtOperation, [x], undefined);

/** |x|, elementwise. At 0 the derivative is 0. */
export const abs = (x: Value): Value => apply(absOperation, [x], undefined);

const scaleOperation: Operation<{ readonly factor: number }> = {
  name: "scale",
  inPlace: true,
  infer: ([x]) => [{ shape: x!.shape, dtype: sameFloat("scale", x!) }],
  gradient: ({ attributes: { factor } }, g) => [scale(g, factor)],
  emit({ inputs: [x], outputs: [y], attributes: { factor } }, emitter) {
    emitter.emit<UnaryArg>(
      Op.scale,
      x!.dtype,
      {
        [UnaryArg.out]: emitter.address(y!),
        [UnaryArg.a]: emitter.address(x!),
        [UnaryArg.n]: size(x!.shape),
        [UnaryArg.factor]: emitter.constant(factor),
      },
      0.11 * size(x!.shape),
    );
  },
};

/** x times a number, which is rounded to x's dtype first. @throws OptionError where it is not finite */
export const scale = (x: Value, factor: number): Value =>
  apply(scaleOperation, [x], { factor: check("scale", "factor", factor, finite) });

/** x itself: the activation of a layer that has none (book 3.4.3). */
export function identity(x: Value): Value {
  checkValue("identity: operand 1", x);
  return x;
}
