// Windows over the rows and columns of images: how many there are, and where they begin.

import { isWhole, oneOf, type Rule, whole } from "../../check.ts";
import { OptionError, ShapeError } from "../../errors.ts";
import { checkValue, type Shape, type Value } from "../value.ts";

/** One number for rows and columns, or one for each. */
export type Pair = number | readonly [rows: number, columns: number];

/**
 * What lies around an image: "valid" nothing; "same" as much as gives ⌈length / stride⌉ windows, the odd row or column behind it, as in TensorFlow;
 * or so many rows and columns on each side, as in PyTorch.
 */
export type Padding = "valid" | "same" | Pair;

/** A kernel packs two of these into a word. */
const MOST = 65_535;

/** A pair of whole numbers. */
// @__NO_SIDE_EFFECTS__
export function pairOf(least: number): Rule {
  const fits = (value: unknown) => isWhole(value, least, MOST);
  return [
    (value) => fits(value) || (Array.isArray(value) && value.length === 2 && value.every(fits)),
    `a whole number from ${least} to ${MOST}, or two of them: [rows, columns]`,
  ];
}

/** One whole number, for windows along one axis. */
// @__NO_SIDE_EFFECTS__
export const along = (least: number): Rule => whole(least, MOST);

/** A padding, whose numbers are by `rule`. */
// @__NO_SIDE_EFFECTS__
export function paddingOf([fits, words]: Rule): Rule {
  const [isMode, modes] = oneOf("valid", "same");
  return [(value) => isMode(value) || fits(value), `${modes} or ${words}`];
}

export function both(pair: Pair): readonly [number, number] {
  return typeof pair === "number" ? [pair, pair] : pair;
}

/** What padding "same" lays before and behind an axis. */
export function sameZeros(
  length: number,
  window: number,
  step: number,
): readonly [before: number, behind: number] {
  const zeros = Math.max(0, (Math.ceil(length / step) - 1) * step + window - length);
  return [Math.floor(zeros / 2), Math.ceil(zeros / 2)];
}

/** Windows along both axes of an image: their size, their steps, what lies before the image, and how many there are. */
export interface Windows {
  readonly size: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly before: readonly [number, number];
  readonly count: readonly [number, number];
}

/**
 * The windows of an image.
 *
 * @throws ShapeError where there is none, since a window is larger than the image
 * @throws OptionError where a window could lie in the padding altogether
 */
export function windowsOf(
  op: string,
  x: Shape,
  size: readonly [number, number],
  stride: readonly [number, number],
  padding: Padding,
): Windows {
  const image = [x[1]!, x[2]!] as const;
  const along = (axis: 0 | 1): readonly [before: number, count: number] => {
    const [length, window, step] = [image[axis], size[axis], stride[axis]];
    if (padding === "same") {
      return [sameZeros(length, window, step)[0], Math.ceil(length / step)];
    }
    const before = padding === "valid" ? 0 : both(padding)[axis];
    return [before, Math.floor((length + 2 * before - window) / step) + 1];
  };
  const [rows, columns] = [along(0), along(1)];
  const before = [rows[0], columns[0]] as const;
  if (before[0] >= size[0] || before[1] >= size[1]) {
    throw new OptionError(
      `${op}: padding ${before.join("×")} must be smaller than the window ${size.join("×")}, or some windows would lie in it altogether`,
    );
  }
  if (rows[1] < 1 || columns[1] < 1) {
    throw new ShapeError(
      op,
      `window ${size.join("×")} is larger than its input ${image.join("×")}${padding === "valid" ? "" : " with its padding"}; ` +
        `use padding: "same" or a smaller window (${ShapeError.describe({ x })})`,
      x,
    );
  }
  return { size, stride, before, count: [rows[1], columns[1]] };
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
