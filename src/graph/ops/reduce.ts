// Sums and repetitions: each is the other's gradient.

import { Op } from "../../../assembly/isa/index.ts";
import { SumArg } from "../../../assembly/isa/reduce.ts";
import { flag, options } from "../../check.ts";
import { ShapeError } from "../../errors.ts";
import { sameShape, size } from "../../tensor.ts";
import {
  apply,
  checkShape,
  checkValue,
  type Operation,
  type Shape,
  sameFloat,
  type Value,
} from "../value.ts";
import { type Axes, around, axesOf, axesRule, reducedShape, type Span, spansOf } from "./axes.ts";
import { broadcastShapes, emitBroadcast, operandOf } from "./broadcasting.ts";
import { reshape } from "./reshape.ts";

export interface SumOptions {
  /** The axis to reduce, or several; negative ones are counted from the last. Default: all axes, to a scalar. */
  axis?: Axes;
  /** Keep reduced axes with length 1. Default false. */
  keepAxis?: boolean;
}

interface SumAttributes {
  /** the axes that are added, as one */
  readonly span: Span;
  /** of the result */
  readonly shape: Shape;
  /** of a mean */
  readonly divisor?: number;
}

/** A shape with 1 for the axes of a span. */
const without = (shape: Shape, { from, to }: Span) =>
  shape.map((length, axis) => (axis >= from && axis < to ? 1 : length));

const sumOperation: Operation<SumAttributes> = {
  name: "sum",
  infer: ([x], { shape }) => [{ shape, dtype: x!.dtype }],
  // y = Σ x: dx = g, repeated; y = Σ x / n: dx = g / n, repeated.
  gradient: ({ inputs: [x], attributes: { span, divisor = 1 } }, g) => [
    repeat(reshape(g, without(x!.shape, span)), x!.shape, 1 / divisor),
  ],
  multiplyAdds: ({ inputs: [x] }) => size(x!.shape),
  emit({ inputs: [x], outputs: [y], attributes: { span, divisor = 1 } }, emitter) {
    const { outer, n, inner } = around(x!.shape, span);
    const operands = {
      [SumArg.out]: emitter.address(y!),
      [SumArg.a]: emitter.address(x!),
      [SumArg.outer]: outer,
      [SumArg.n]: n,
      [SumArg.inner]: inner,
      [SumArg.divisor]: divisor,
    };
    emitter.emit<SumArg>(Op.sum, x!.dtype, operands, 0.15 * size(x!.shape));
  },
};

/** What options say of the axes of x. @throws ShapeError and OptionError */
export function reduction(name: string, x: Value, given: SumOptions | undefined) {
  checkValue(`${name}: operand 1`, x);
  const { axis, keepAxis = false } = options(name, given, { axis: axesRule, keepAxis: flag });
  const meant = axesOf(name, x, axis);
  sameFloat(name, x);
  const shape = reducedShape(x.shape, meant, keepAxis);
  return { meant, spans: spansOf(x.shape, meant), shape, count: size(x.shape.filter((_, i) => meant[i])) };
}

/** The sum over axes, divided by a number where there is one. */
export function sumOver({ spans, shape }: ReturnType<typeof reduction>, x: Value, divisor?: number): Value {
  // A scalar has no axis to be added along, and is its own sum.
  const all = spans.length > 0 ? spans : [{ from: 0, to: 0 }];
  const [last, ...first] = all as [Span, ...Span[]];
  const inner = first.reduceRight(
    (y, span) => apply(sumOperation, [y], { span, shape: without(y.shape, span) }),
    x,
  );
  return apply(sumOperation, [inner], { span: last, shape, ...(divisor !== undefined && { divisor }) });
}

/**
 * The sum of all elements (a scalar), or along an axis or several (`sum` of NumPy).
 *
 * Neighbouring axes are added as one, and where others lie between, the last first. Along a contiguous row the order is fixed at eight sums,
 * across rows it is the rows' own, and more than 1,024 terms are summed 384 at a time: the same bits everywhere, and in float32 a relative
 * error below 1e-5 for any number of terms of one sign.
 * @param x float @param given axis: one or several, negative ones counted from the last, default all; keepAxis: whether they stay, of length 1
 *   (default false)
 * @returns x's shape without these axes
 * @throws ShapeError where x has no such axis, or one is named twice @throws OptionError for options that there are not, or where x is not float
 * @example
 * ```ts
 * import type { Value } from "kobai/ops";
 * // of a batch of images [N, height, width, channels], for each channel
 * const perChannel = (x: Value) => sum(x, { axis: [0, 1, 2], keepAxis: true });
 * ```
 */
export function sum(x: Value, given?: SumOptions): Value {
  return sumOver(reduction("sum", x, given), x);
}

/**
 * The mean of all elements (a scalar), or along an axis or several: the sum, in its order, divided by their number (`mean` of NumPy).
 * @param x float @param given axis: one or several, negative ones counted from the last, default all; keepAxis: whether they stay, of length 1 (default false)
 * @returns x's shape without these axes
 * @throws ShapeError, OptionError as `sum` does
 * @example
 * ```ts
 * import { layer, sequential } from "kobai";
 * import { mean } from "kobai/ops";
 * using net = sequential([layer("average", (x) => mean(x, { axis: 1, keepAxis: true }))], { input: [3] });
 * [...net.predict([[1, 2, 6]]).data]; // [3]
 * ```
 */
export function mean(x: Value, given?: SumOptions): Value {
  const over = reduction("mean", x, given);
  return sumOver(over, x, over.count);
}

interface BroadcastAttributes {
  readonly shape: Shape;
  /** what elements are multiplied by; absent for 1 */
  readonly factor?: number;
}

const broadcastOperation: Operation<BroadcastAttributes> = {
  name: "broadcastTo",
  infer([x], { shape }) {
    const merged = broadcastShapes("broadcastTo", x!.shape, shape);
    if (merged.length !== shape.length || size(merged) !== size(shape)) {
      throw new ShapeError(
        "broadcastTo",
        `${ShapeError.describe({ x: x!.shape, target: shape })}; every axis of x must be 1 or the target's, and x must not have more axes`,
        x!.shape,
        shape,
      );
    }
    return [{ shape, dtype: sameFloat("broadcastTo", x!) }];
  },
  gradient({ inputs: [x], attributes: { factor } }, g) {
    const gradient = sumTo(g, x!.shape);
    return [factor === undefined ? gradient : repeat(gradient, x!.shape, factor)];
  },
  // x·1 is x, bit for bit.
  emit({ inputs: [x], outputs: [y], attributes: { factor = 1 } }, emitter) {
    const by = { shape: [], address: emitter.scalar(factor, x!.dtype) };
    emitBroadcast(Op.multiply, y!, operandOf(x!, emitter), by, emitter);
  },
};

/**
 * Repeats a tensor along axes of size 1, and along new leading axes, until it has `shape` (`broadcast_to` of NumPy). Its gradient is summed
 * over what was repeated.
 * @param x float @param shape the axes of x are 1 or those of `shape`, counted from the last @returns the shape
 * @throws ShapeError where an axis is neither 1 nor the target's, or x has more axes @throws OptionError where x is not float
 * @example
 * ```ts
 * import { layer, sequential } from "kobai";
 * import { broadcastTo } from "kobai/ops";
 * using net = sequential([layer("triple", (x) => broadcastTo(x, [x.shape[0], 3]))], { input: [1] });
 * [...net.predict([[2]]).data]; // [2, 2, 2]
 * ```
 */
export function broadcastTo(x: Value, shape: Shape): Value {
  checkValue("broadcastTo: operand 1", x);
  checkShape("broadcastTo", shape);
  return repeat(x, [...shape], 1);
}

/** x·factor as a tensor of `shape`. */
function repeat(x: Value, shape: Shape, factor: number): Value {
  if (factor !== 1) return apply(broadcastOperation, [x], { shape, factor });
  return sameShape(x.shape, shape) ? x : apply(broadcastOperation, [x], { shape });
}

/** A copy of its own: for a value that must lie in two places. */
export function copy(x: Value): Value {
  return apply(broadcastOperation, [x], { shape: x.shape });
}

/** The gradient of broadcasting: sums `g` over the axes along which a tensor of `shape` was repeated. */
export function sumTo(g: Value, shape: Shape): Value {
  const extra = g.shape.length - shape.length;
  const along = (x: Value, axis: number, to: Shape) =>
    apply(sumOperation, [x], { span: { from: axis, to: axis + 1 }, shape: to });
  let result = g;
  for (let axis = 0; axis < extra; axis++) result = along(result, 0, result.shape.slice(1));
  shape.forEach((length, axis) => {
    if (length === 1 && result.shape[axis] !== 1) {
      result = along(result, axis, result.shape.with(axis, 1));
    }
  });
  return result;
}
