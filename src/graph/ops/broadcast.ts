import { BinaryArg } from "../../../assembly/isa/elementwise.ts";
import { Op } from "../../../assembly/isa/index.ts";
import { ShapeError } from "../../errors.ts";
import { size } from "../../tensor.ts";
import {
  apply,
  checkShape,
  checkValue,
  type Emitter,
  type Operation,
  type Shape,
  sameFloat,
  type Value,
} from "../value.ts";
import { reshape } from "./reshape.ts";
import { sum } from "./sum.ts";

/** The shape that two shapes broadcast to, by NumPy's rule: aligned at the last axis, equal or 1. @throws ShapeError */
export function broadcastShapes(op: string, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const sizeA = a[axis - rank + a.length] ?? 1;
    const sizeB = b[axis - rank + b.length] ?? 1;
    if (sizeA !== sizeB && sizeA !== 1 && sizeB !== 1) {
      throw new ShapeError(
        op,
        `shapes do not broadcast: ${ShapeError.describe({ a, b })}; aligned at the last axis, sizes must be equal or 1 ` +
          `(axis ${axis} has ${sizeA} and ${sizeB})`,
        a,
        b,
      );
    }
    return sizeA === 1 ? sizeB : sizeA;
  });
}

/** Element strides with which a tensor of `shape` is read as `target`: 0 along axes where it repeats. */
function strides(shape: Shape, target: Shape): number[] {
  const result = new Array<number>(target.length).fill(0);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1) result[axis + target.length - shape.length] = stride;
    stride *= shape[axis]!;
  }
  return result;
}

interface Axis {
  size: number;
  a: number;
  b: number;
}

/** Merges neighbouring axes that both operands walk alike, so that few and long ones remain. */
function mergedAxes(target: Shape, a: Shape, b: Shape): Axis[] {
  const stridesA = strides(a, target);
  const stridesB = strides(b, target);
  const axes: Axis[] = [];
  target.forEach((length, axis) => {
    if (length === 1) return;
    const next = { size: length, a: stridesA[axis]!, b: stridesB[axis]! };
    const last = axes.at(-1);
    if (last && last.a === next.a * length && last.b === next.b * length) {
      axes[axes.length - 1] = { size: last.size * length, a: next.a, b: next.b };
    } else {
      axes.push(next);
    }
  });
  return axes;
}

/** A tensor as an instruction reads it. */
interface Operand {
  readonly shape: Shape;
  readonly address: number;
}

/** Writes the instructions of an elementwise op of two operands: one, or one for each outer index where the patterns alternate. */
function emitElementwise(op: Op, out: Value, a: Operand, b: Operand, emitter: Emitter): void {
  const bytes = out.dtype === "float64" ? 8 : 4;
  const axes = mergedAxes(out.shape, a.shape, b.shape);
  const outer = axes.splice(0, Math.max(0, axes.length - 3));
  while (axes.length < 3) axes.unshift({ size: 1, a: 0, b: 0 });
  const [d0, d1, d2] = axes as [Axis, Axis, Axis];
  const inner = d0.size * d1.size * d2.size;
  const repeats = outer.reduce((product, axis) => product * axis.size, 1);
  for (let index = 0; index < repeats; index++) {
    let rest = index;
    let offsetA = 0;
    let offsetB = 0;
    for (const axis of outer.toReversed()) {
      offsetA += (rest % axis.size) * axis.a;
      offsetB += (rest % axis.size) * axis.b;
      rest = Math.floor(rest / axis.size);
    }
    emitter.emit<BinaryArg>(
      op,
      out.dtype,
      {
        [BinaryArg.out]: emitter.address(out) + index * inner * bytes,
        [BinaryArg.a]: a.address + offsetA * bytes,
        [BinaryArg.b]: b.address + offsetB * bytes,
        [BinaryArg.d0]: d0.size,
        [BinaryArg.d1]: d1.size,
        [BinaryArg.d2]: d2.size,
        [BinaryArg.a0]: d0.a,
        [BinaryArg.a1]: d1.a,
        [BinaryArg.a2]: d2.a,
        [BinaryArg.b0]: d0.b,
        [BinaryArg.b1]: d1.b,
        [BinaryArg.b2]: d2.b,
      },
      0.13 * inner,
    );
  }
}

export function emitBinary(op: Op, out: Value, a: Value, b: Value, emitter: Emitter): void {
  const operand = (value: Value) => ({ shape: value.shape, address: emitter.address(value) });
  emitElementwise(op, out, operand(a), operand(b), emitter);
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

const broadcastOperation: Operation<{ readonly shape: Shape }> = {
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
  gradient: ({ inputs: [x] }, g) => [sumTo(g, x!.shape)],
  // x·1 is x, bit for bit.
  emit({ inputs: [x], outputs: [y] }, emitter) {
    const one = { shape: [], address: emitter.scalar(1, x!.dtype) };
    emitElementwise(Op.multiply, y!, { shape: x!.shape, address: emitter.address(x!) }, one, emitter);
  },
};

/**
 * Repeats a tensor along axes of size 1, and along new leading axes, until it has `shape`.
 * @throws ShapeError where an axis is neither 1 nor the target's, or x has more axes
 */
export function broadcastTo(x: Value, shape: Shape): Value {
  checkValue("broadcastTo: operand 1", x);
  checkShape("broadcastTo", shape);
  if (x.shape.length === shape.length && x.shape.every((length, axis) => length === shape[axis])) return x;
  return apply(broadcastOperation, [x], { shape: [...shape] });
}

/** A copy of its own: for a value that must lie in two places. */
export function copy(x: Value): Value {
  return apply(broadcastOperation, [x], { shape: x.shape });
}

/** Reads a scalar gradient as a tensor of `shape`: what a sum over everything passes back. */
export function spread(g: Value, shape: Shape, axis: number | undefined): Value {
  if (axis === undefined)
    return broadcastTo(
      reshape(
        g,
        shape.map(() => 1),
      ),
      shape,
    );
  return broadcastTo(
    reshape(
      g,
      shape.map((length, i) => (i === axis ? 1 : length)),
    ),
    shape,
  );
}
