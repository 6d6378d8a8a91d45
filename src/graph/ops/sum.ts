import { Op } from "../../../assembly/isa/index.ts";
import { SumArg } from "../../../assembly/isa/reduce.ts";
import { finite, flag, options } from "../../check.ts";
import { ShapeError } from "../../errors.ts";
import { size } from "../../tensor.ts";
import { apply, checkValue, type Operation, sameFloat, type Value } from "../value.ts";
import { spread } from "./broadcast.ts";
import { scale } from "./unary.ts";

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
    const share = mean ? scale(g, 1 / count(x!, axis)) : g;
    return [spread(share, x!.shape, axis)];
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
