// Broadcasting: how tensors of different shapes are read as one shape. Ops that broadcast are written with it; it makes no values itself.

import { BinaryArg } from "../../../assembly/isa/elementwise.ts";
import type { Op } from "../../../assembly/isa/index.ts";
import { ShapeError } from "../../errors.ts";
import type { Emitter, Shape, Value } from "../value.ts";

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

/** A value as an instruction reads it. */
export function operandOf(value: Value, emitter: Emitter): Operand {
  return { shape: value.shape, address: emitter.address(value) };
}

/** Writes the instructions of an elementwise op of two operands: one, or one for each outer index where the patterns alternate. */
export function emitBroadcast(op: Op, out: Value, a: Operand, b: Operand, emitter: Emitter): void {
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
