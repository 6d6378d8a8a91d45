// What is said of elements along axes, besides sum and mean. All that this file exports is `kobai/ops`'.

import { ExtensionOp, type Op } from "../../../assembly/isa/index.ts";
import { ExtremeArg } from "../../../assembly/isa/reduce.ts";
import { anything, check, finite, flag, options, whole } from "../../check.ts";
import { extension } from "../../runtime/extension.ts";
import { size } from "../../tensor.ts";
import {
  apply,
  checkValue,
  constant,
  type Emitter,
  type Operation,
  type Shape,
  sameFloat,
  type Value,
} from "../value.ts";
import { around, axisOf, type Span } from "./axes.ts";
import { equal, where } from "./comparison.ts";
import { divide, square, subtract } from "./elementwise.ts";
import { permute } from "./permute.ts";
import { reduction, type SumOptions, sum, sumOver } from "./reduce.ts";
import { reshape } from "./reshape.ts";

interface ExtremeAttributes {
  /** the axes that are reduced, as one */
  readonly span: Span;
  /** of the result */
  readonly shape: Shape;
}

function emitExtreme(op: Op, x: Value, y: Value, span: Span, nanoseconds: number, emitter: Emitter): void {
  const { outer, n, inner } = around(x.shape, span);
  const operands = {
    [ExtremeArg.out]: emitter.address(y),
    [ExtremeArg.a]: emitter.address(x),
    [ExtremeArg.outer]: outer,
    [ExtremeArg.n]: n,
    [ExtremeArg.inner]: inner,
  };
  emitter.emit<ExtremeArg>(op, x.dtype, operands, nanoseconds * size(x.shape));
}

/** The largest or the smallest over axes. */
// @__NO_SIDE_EFFECTS__ (an op that a page does not use is left out of its bundle)
function extreme(name: string, op: Op): (x: Value, given?: SumOptions) => Value {
  const operation: Operation<ExtremeAttributes> = {
    name,
    infer: ([x], { shape }) => [{ shape, dtype: x!.dtype }],
    // In equal parts to all elements that are the largest.
    gradient({ inputs: [x], outputs: [y], attributes: { span } }, g) {
      const kept = x!.shape.map((length, axis) => (axis >= span.from && axis < span.to ? 1 : length));
      const isLargest = equal(x!, reshape(y!, kept));
      const axis = kept.flatMap((_, i) => (i >= span.from && i < span.to ? [i] : []));
      const count = axis.length > 0 ? sum(isLargest, { axis, keepAxis: true }) : isLargest;
      return [where(isLargest, divide(reshape(g, kept), count), constant(0, g.dtype))];
    },
    emit: ({ inputs: [x], outputs: [y], attributes: { span } }, emitter) =>
      emitExtreme(op, x!, y!, span, 0.2, emitter),
  };
  return (x, given) => {
    const { meant, spans, shape } = reduction(name, x, given);
    if (spans.length < 2) return apply(operation, [x], { span: spans[0] ?? { from: 0, to: 0 }, shape });
    // Where others lie between the axes, these come last first.
    const axes = x.shape.map((_, axis) => axis);
    const kept = axes.filter((axis) => !meant[axis]);
    const moved = permute(x, [...kept, ...axes.filter((axis) => meant[axis])]);
    return apply(operation, [moved], { span: { from: kept.length, to: axes.length }, shape });
  };
}

/**
 * The largest element, or the largest along an axis or several (`max` of NumPy); NaN where there is one. The gradient goes in equal parts to all elements
 * that are the largest.
 * @param x float @param given axis: one or several, default all; keepAxis: whether they stay, of length 1 (default false)
 * @returns x's shape without these axes
 * @throws ShapeError where x has no such axis, or one is named twice @throws OptionError for options that there are not
 * @example
 * ```ts
 * import { subtract, type Value } from "kobai/ops";
 * const shifted = (x: Value) => subtract(x, max(x, { axis: -1, keepAxis: true }));
 * ```
 */
export const max = extreme("max", /* @__PURE__ */ extension(ExtensionOp.max));

/**
 * The smallest element, or the smallest along an axis or several; NaN where there is one. The gradient goes in equal parts to all elements
 * that are the smallest.
 * @param x float @param given axis: one or several, default all; keepAxis: whether they stay, of length 1 (default false)
 * @returns x's shape without these axes
 * @throws ShapeError where x has no such axis, or one is named twice @throws OptionError for options that there are not
 * @example
 * ```ts
 * import { layer, sequential } from "kobai";
 * import { min } from "kobai/ops";
 * using net = sequential([layer("least", (x) => min(x, { axis: 1, keepAxis: true }))], { input: [3] });
 * [...net.predict([[3, 1, 2]]).data]; // [1]
 * ```
 */
export const min = extreme("min", /* @__PURE__ */ extension(ExtensionOp.min));

export interface VarianceOptions extends SumOptions {
  /** What the number of elements is lessened by in the divisor: 1 for an estimate from a sample. Default 0, as in NumPy. */
  correction?: number;
}

/**
 * The variance of all elements, or along an axis or several: Σ (x − mean x)² / (n − correction) (`var` of NumPy and PyTorch).
 * @param x float @param given axis: one or several, default all; keepAxis: whether they stay, of length 1 (default false); correction: default 0
 * @returns x's shape without these axes
 * @throws ShapeError where x has no such axis, or one is named twice
 * @throws OptionError where the correction is no whole number from 0 to below n, or for options that there are not
 * @example
 * ```ts
 * import { add, constant, divide, mean, sqrt, subtract, type Value } from "kobai/ops";
 * // each row with mean 0 and variance 1
 * const normalized = (x: Value) =>
 *   divide(
 *     subtract(x, mean(x, { axis: -1, keepAxis: true })),
 *     sqrt(add(variance(x, { axis: -1, keepAxis: true }), constant(1e-5, x.dtype))),
 *   );
 * ```
 */
export function variance(x: Value, given?: VarianceOptions): Value {
  const { correction = 0, ...axes } = options("variance", given, {
    axis: anything,
    keepAxis: anything,
    correction: anything,
  });
  const over = reduction("variance", x, axes);
  check("variance", "correction", correction, whole(0, over.count - 1));
  const centre = sumOver(reduction("variance", x, { ...axes, keepAxis: true }), x, over.count);
  return sumOver(over, square(subtract(x, centre)), over.count - correction);
}

const argmaxOp = /* @__PURE__ */ extension(ExtensionOp.argmax);

const argmaxOperation: Operation<ExtremeAttributes> = {
  name: "argmax",
  infer: (_, { shape }) => [{ shape, dtype: "int32" }],
  gradient: () => [],
  emit: ({ inputs: [x], outputs: [y], attributes: { span } }, emitter) =>
    emitExtreme(argmaxOp, x!, y!, span, 1, emitter),
};

/**
 * Where the largest element stands along an axis: its index, int32; of several the first, and the first NaN where there is one (as NumPy). No
 * gradient passes it.
 * @param x float @param options axis: negative ones are counted from the last; default -1; keepAxis: whether it stays, of length 1 (default false)
 * @returns int32, x's shape without that axis
 * @throws ShapeError where x has no such axis
 * @example
 * ```ts
 * import type { Value } from "kobai/ops";
 * const classes = (scores: Value) => argmax(scores); // [N, classes] → [N]
 * ```
 */
export function argmax(x: Value, given?: { axis?: number; keepAxis?: boolean }): Value {
  checkValue("argmax: operand 1", x);
  const { axis = -1, keepAxis = false } = options("argmax", given, { axis: finite, keepAxis: flag });
  sameFloat("argmax", x);
  const from = axisOf("argmax", x, axis);
  const shape = x.shape.flatMap((length, i) => (i !== from ? [length] : keepAxis ? [1] : []));
  return apply(argmaxOperation, [x], { span: { from, to: from + 1 }, shape });
}
