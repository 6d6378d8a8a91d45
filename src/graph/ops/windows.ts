// Windows over the rows and columns of images: how many there are, and where they begin.

import { OptionError, ShapeError } from "../../errors.ts";
import { checkValue, type Value } from "../value.ts";
import { geometryOf, outputSize, type Padding, type Pair } from "./conv-geometry.ts";

/** A kernel packs two strides, or paddings, into a word. */
const MOST = 65_535;

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
  const count = outputSize(image, size, geometry);
  const [[above, below], [left, right]] = geometry.padding;
  const most = [Math.max(above, below), Math.max(left, right)] as const;
  if (most[0] >= size[0] || most[1] >= size[1]) {
    throw new OptionError(
      `${op}: padding ${most.join("×")} must be smaller than the window ${size.join("×")}, or some windows would lie in it altogether`,
    );
  }
  if (Math.max(...stride, ...most) > MOST) {
    throw new OptionError(
      `${op}: stride ${stride.join("×")} and padding ${most.join("×")} must be at most ${MOST}`,
    );
  }
  if (count[0] < 1 || count[1] < 1) {
    throw new ShapeError(
      op,
      `window ${size.join("×")} is larger than its input ${image.join("×")}${padding === "valid" ? "" : " with its padding"}; ` +
        `use padding: "same" or a smaller window (${ShapeError.describe({ x: x.shape })})`,
      x.shape,
    );
  }
  return { size, stride, before: [above, left], count };
}

/** @throws ShapeError where x is no batch of images @throws OptionError where it is no symbolic value */
export const checkImages = (op: string, x: Value): void =>
  checkAxes(op, x, ["batch", "height", "width", "channels"]);

/** @throws ShapeError where x is no batch of signals @throws OptionError where it is no symbolic value */
export const checkSignals = (op: string, x: Value): void => checkAxes(op, x, ["batch", "length", "channels"]);

function checkAxes(op: string, x: Value, axes: readonly string[]): void {
  checkValue(`${op}: operand 1`, x);
  if (x.shape.length === axes.length) return;
  throw new ShapeError(
    op,
    `x must be [${axes.join(", ")}]; ${ShapeError.describe({ x: x.shape })}; reshape it: an axis of 1 stands for channels that it has not`,
    x.shape,
  );
}
