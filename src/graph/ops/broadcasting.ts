// Broadcasting: how tensors of different shapes are read as one shape. Ops that broadcast are written with it; it makes no values itself.

import { BinaryArg } from "../../../assembly/isa/elementwise.ts";
import type { Op } from "../../../assembly/isa/index.ts";
import { ShapeError } from "../../errors.ts";
import { bytesPerElement } from "../../tensor.ts";
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

/** The shape that several shapes broadcast to; messages name them as they are named here. @throws ShapeError */
export function broadcastAll(op: string, shapes: Readonly<Record<string, Shape>>): Shape {
  const all = Object.values(shapes);
  const rank = Math.max(...all.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    const lengths = all
      .map((shape) => shape[axis - rank + shape.length] ?? 1)
      .filter((length) => length !== 1);
    if (lengths.some((length) => length !== lengths[0])) {
      throw new ShapeError(
        op,
        `shapes do not broadcast: ${ShapeError.describe(shapes)}; aligned at the last axis, sizes must be equal or 1`,
        ...all.map((shape) => [...shape]),
      );
    }
    return lengths[0] ?? 1;
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

/** An axis of a box: its length, and the element stride of each operand. */
export interface Axis {
  size: number;
  strides: readonly number[];
}

/** Merges neighbouring axes that all operands walk alike, so that few and long ones remain. */
function mergedAxes(target: Shape, shapes: readonly Shape[]): Axis[] {
  const stridesOf = shapes.map((shape) => strides(shape, target));
  const axes: Axis[] = [];
  target.forEach((length, axis) => {
    if (length === 1) return;
    const next = { size: length, strides: stridesOf.map((each) => each[axis]!) };
    const last = axes.at(-1);
    if (last?.strides.every((stride, i) => stride === next.strides[i]! * length)) {
      axes[axes.length - 1] = { size: last.size * length, strides: next.strides };
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

/**
 * Calls `emit` for boxes of so many axes that together are `out`: once, or once for each outer index where the patterns of the operands
 * alternate more often. It gets where the box of `out` and those of the operands begin, and the box's axes.
 */
export function eachBox(
  out: Value,
  operands: readonly Operand[],
  axesOfBox: number,
  emitter: Emitter,
  emit: (addresses: readonly number[], axes: readonly Axis[], elements: number) => void,
): void {
  const bytes = bytesPerElement(out.dtype);
  const axes = mergedAxes(
    out.shape,
    operands.map(({ shape }) => shape),
  );
  const outer = axes.splice(0, Math.max(0, axes.length - axesOfBox));
  while (axes.length < axesOfBox) axes.unshift({ size: 1, strides: operands.map(() => 0) });
  const product = (list: readonly Axis[]) => list.reduce((total, axis) => total * axis.size, 1);
  const inner = product(axes);
  const repeats = product(outer);
  for (let index = 0; index < repeats; index++) {
    const addresses = operands.map(({ address }, operand) => {
      let rest = index;
      let offset = 0;
      for (const axis of outer.toReversed()) {
        offset += (rest % axis.size) * axis.strides[operand]!;
        rest = Math.floor(rest / axis.size);
      }
      return address + offset * bytes;
    });
    emit([emitter.address(out) + index * inner * bytes, ...addresses], axes, inner);
  }
}

/** Writes the instructions of an elementwise op of two operands. */
export function emitBroadcast(op: Op, y: Value, first: Operand, second: Operand, emitter: Emitter): void {
  eachBox(y, [first, second], 3, emitter, (addresses, axes, elements) => {
    const [out, a, b] = addresses as [number, number, number];
    const [d0, d1, d2] = axes as [Axis, Axis, Axis];
    emitter.emit<BinaryArg>(
      op,
      y.dtype,
      {
        [BinaryArg.out]: out,
        [BinaryArg.a]: a,
        [BinaryArg.b]: b,
        [BinaryArg.d0]: d0.size,
        [BinaryArg.d1]: d1.size,
        [BinaryArg.d2]: d2.size,
        [BinaryArg.a0]: d0.strides[0]!,
        [BinaryArg.a1]: d1.strides[0]!,
        [BinaryArg.a2]: d2.strides[0]!,
        [BinaryArg.b0]: d0.strides[1]!,
        [BinaryArg.b1]: d1.strides[1]!,
        [BinaryArg.b2]: d2.strides[1]!,
      },
      0.13 * elements,
    );
  });
}
