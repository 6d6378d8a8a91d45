// Axes as callers name them.

import { isWhole, type Rule } from "../../check.ts";
import { ShapeError } from "../../errors.ts";
import { size } from "../../tensor.ts";
import type { Shape, Value } from "../value.ts";

/** One axis or several, negative ones counted from the last. */
export type Axes = number | readonly number[];

/** What an axis may be before the shape is looked at. */
export const axesRule: Rule = [
  (value) =>
    [value].flat().every((axis) => typeof axis === "number") && !(Array.isArray(value) && value.length === 0),
  "a number or a list of at least one",
];

/** An axis counted from 0. @throws ShapeError where x has no such axis */
export function axisOf(op: string, x: Value, axis: number): number {
  const rank = x.shape.length;
  const positive = axis < 0 ? axis + rank : axis;
  if (isWhole(positive, 0, rank - 1)) return positive;
  throw new ShapeError(
    op,
    `${ShapeError.describe({ x: x.shape })} and has no axis ${axis}; ` +
      (rank > 0 ? `its axes are 0 to ${rank - 1}, or -${rank} to -1 from the last` : "leave the axis out"),
    x.shape,
  );
}

/** Which axes are meant, counted from 0: all, where none is named. @throws ShapeError where x has no such axis, or one is named twice */
export function axesOf(op: string, x: Value, axes: Axes | undefined): readonly boolean[] {
  if (axes === undefined) return x.shape.map(() => true);
  const named = [axes].flat().map((axis) => axisOf(op, x, axis));
  const twice = named.find((axis, index) => named.indexOf(axis) < index);
  if (twice !== undefined) {
    throw new ShapeError(
      op,
      `${ShapeError.describe({ x: x.shape })}; its axis ${twice} is named twice in [${[axes].flat().join(", ")}]`,
      x.shape,
    );
  }
  return x.shape.map((_, axis) => named.includes(axis));
}

/** Neighbouring axes, from one to before another. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The axes that are meant, in as few spans as possible: an axis of length 1 parts none. */
export function spansOf(shape: Shape, meant: readonly boolean[]): Span[] {
  const spans: Span[] = [];
  let open: number | undefined;
  shape.forEach((length, axis) => {
    if (meant[axis]) {
      open ??= axis;
      const last = spans.at(-1);
      if (last?.from === open) spans.pop();
      spans.push({ from: open, to: axis + 1 });
    } else if (length !== 1) {
      open = undefined;
    }
  });
  return spans;
}

/** A tensor as [outer, n, inner], n being the axes of a span. */
export function around(shape: Shape, { from, to }: Span) {
  return {
    outer: size(shape.slice(0, from)),
    n: size(shape.slice(from, to)),
    inner: size(shape.slice(to)),
  };
}

/** A shape with the axes that are meant left out, or kept with length 1. */
export function reducedShape(shape: Shape, meant: readonly boolean[], keepAxis: boolean): number[] {
  return shape.flatMap((length, axis) => (!meant[axis] ? [length] : keepAxis ? [1] : []));
}
