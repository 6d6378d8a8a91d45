// Sums and repetitions: each is the other's gradient.

import { Op } from "../../../assembly/isa/index.ts";
import { SumArg } from "../../../assembly/isa/reduce.ts";
import { finite, flag, options } from "../../check.ts";
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
import { broadcastShapes, emitBroadcast, operandOf } from "./broadcasting.ts";
import { reshape } from "./reshape.ts";

export interface SumOptions {
  /** The axis to sum along, negative ones counted from the last. Default: all axes, to a scalar. */
  axis?: number;
  /** Keep the summed axis with size 1. Default false. */
  keepAxis?: boolean;
}

interface SumAttributes {
  readonly axis: number | undefined;
  readonly keepAxis: boolean;
  readonly mean: boolean;
}

/** How many elements go into one element of the result. */
function count(x: Value, axis: number | undefined): number {
  return axis === undefined ? size(x.shape) : x.shape[axis]!;
}

const sumOperation: Operation<SumAttributes> = {
  name: "sum",
  infer([x], { axis, keepAxis, mean }) {
    const dtype = sameFloat(mean ? "mean" : "sum", x!);
    if (axis === undefined) return [{ shape: keepAxis ? x!.shape.map(() => 1) : [], dtype }];
    const shape = x!.shape.flatMap((length, i) => (i !== axis ? [length] : keepAxis ? [1] : []));
    return [{ shape, dtype }];
  },
  // y = Σ x: dx = g, repeated; y = Σ x / n: dx = g / n, repeated.
  gradient({ inputs: [x], attributes: { axis, mean } }, g) {
    const kept = x!.shape.map((length, i) => (axis === undefined || i === axis ? 1 : length));
    return [repeat(reshape(g, kept), x!.shape, mean ? 1 / count(x!, axis) : 1)];
  },
  emit({ inputs: [x], outputs: [y], attributes: { axis, mean } }, emitter) {
    const n = count(x!, axis);
    emitter.emit<SumArg>(
      Op.sum,
      x!.dtype,
      {
        [SumArg.out]: emitter.address(y!),
        [SumArg.a]: emitter.address(x!),
        [SumArg.outer]: axis === undefined ? 1 : size(x!.shape.slice(0, axis)),
        [SumArg.n]: n,
        [SumArg.inner]: axis === undefined ? 1 : size(x!.shape.slice(axis + 1)),
        [SumArg.divisor]: mean ? n : 1,
      },
      0.15 * size(x!.shape),
    );
  },
};

function reduce(name: string, x: Value, given: SumOptions | undefined, mean: boolean): Value {
  checkValue(`${name}: operand 1`, x);
  const { axis, keepAxis = false } = options(name, given, { axis: finite, keepAxis: flag });
  const rank = x.shape.length;
  const positive = axis !== undefined && axis < 0 ? axis + rank : axis;
  if (positive !== undefined && !(Number.isInteger(positive) && positive >= 0 && positive < rank)) {
    throw new ShapeError(
      name,
      `${ShapeError.describe({ x: x.shape })} and has no axis ${axis}; ` +
        (rank > 0 ? `its axes are 0 to ${rank - 1}, or -${rank} to -1 from the last` : "leave the axis out"),
      x.shape,
    );
  }
  return apply(sumOperation, [x], { axis: positive, keepAxis, mean });
}

/**
 * The sum of all elements (a scalar), or along an axis.
 *
 * Along a contiguous row the order is fixed at eight sums, across rows it is the rows' own, and more than 1,024 terms are summed 384 at a
 * time: the same bits everywhere, and in float32 a relative error below 1e-5 for any number of terms of one sign.
 * @throws ShapeError where x has no such axis
 */
export function sum(x: Value, given?: SumOptions): Value {
  return reduce("sum", x, given, false);
}

/** The mean of all elements (a scalar), or along an axis: the sum divided by their number. @throws ShapeError */
export function mean(x: Value, given?: SumOptions): Value {
  return reduce("mean", x, given, true);
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
 * Repeats a tensor along axes of size 1, and along new leading axes, until it has `shape`.
 * @throws ShapeError where an axis is neither 1 nor the target's, or x has more axes
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
  let result = g;
  for (let axis = 0; axis < extra; axis++) result = sum(result, { axis: 0 });
  shape.forEach((length, axis) => {
    if (length === 1 && result.shape[axis] !== 1) result = sum(result, { axis, keepAxis: true });
  });
  return result;
}
