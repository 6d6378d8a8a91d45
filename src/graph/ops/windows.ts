// Windows over the rows and columns of images: how many there are, and where they begin.

import { OptionError, ShapeError } from "../../errors.ts";
import { checkValue, type Value } from "../value.ts";
import {
  checkNumbers,
  checkRoom,
  geometryOf,
  outputSize,
  type Padding,
  type Pair,
  written,
} from "./conv-geometry.ts";
import { reshape } from "./reshape.ts";

/** Windows along both axes of an image: their size, their steps, what lies before the image, and how many there are. */
export interface Windows {
  readonly size: Pair;
  readonly stride: Pair;
  readonly before: Pair;
  readonly count: Pair;
}

/**
 * The windows of images.
 *
 * @throws ShapeError where there is none, since a window is larger than the image
 * @throws OptionError where a window could lie in the padding altogether, or a number is too large
 */
export function windowsOf(op: string, x: Value, size: Pair, stride: Pair, padding: Padding): Windows {
  const image = [x.shape[1]!, x.shape[2]!] as const;
  const geometry = geometryOf(image, size, { stride, padding });
  checkNumbers(op, geometry);
  const [[above, below], [left, right]] = geometry.padding;
  const most = [Math.max(above, below), Math.max(left, right)] as const;
  if (most[0] >= size[0] || most[1] >= size[1]) {
    throw new OptionError(
      `${op}: padding ${written(op, most)} must be smaller than the window ${written(op, size)}, or some windows would lie in it altogether`,
    );
  }
  checkRoom(op, "window", image, size, geometry, [x.shape]);
  return { size, stride, before: [above, left], count: outputSize(image, size, geometry) };
}

/** @throws ShapeError where x is no batch of images @throws OptionError where it is no symbolic value */
export const checkImages = (op: string, x: Value): void =>
  checkAxes(op, x, ["batch", "height", "width", "channels"]);

/** @throws ShapeError where x is no batch of signals @throws OptionError where it is no symbolic value */
export const checkSignals = (op: string, x: Value): void => checkAxes(op, x, ["batch", "length", "channels"]);

/** What is done with signals [batch, length, channels], by what is done with images of one row. */
export function ofSignals(op: string, apply: (images: Value) => Value): (x: Value) => Value {
  return (x) => {
    checkSignals(op, x);
    const [batch, length, channels] = x.shape as [number, number, number];
    const y = apply(reshape(x, [batch, 1, length, channels]));
    return reshape(y, [batch, y.shape[2]!, channels]);
  };
}

function checkAxes(op: string, x: Value, axes: readonly string[]): void {
  checkValue(`${op}: operand 1`, x);
  if (x.shape.length === axes.length) return;
  const isImages = op.endsWith("1d") && x.shape.length === axes.length + 1;
  const remedy = isImages
    ? `use ${op.slice(0, -2)}2d`
    : "reshape it: an axis of 1 stands for channels that it has not";
  throw new ShapeError(
    op,
    `x must be [${axes.join(", ")}]; ${ShapeError.describe({ x: x.shape })}; ${remedy}`,
    x.shape,
  );
}
