import { isWhole, show } from "../../check.ts";
import { ShapeError } from "../../errors.ts";
import { apply, checkValue, type Operation, type Value } from "../value.ts";
import { checkWords, emitCopy, stridesOf } from "./box.ts";
import { reshape } from "./reshape.ts";

const permuteOperation: Operation<{ readonly axes: readonly number[] }> = {
  name: "permute",
  infer: ([x], { axes }) => [{ shape: axes.map((axis) => x!.shape[axis]!), dtype: x!.dtype }],
  gradient: ({ attributes: { axes } }, g) => [
    permute(
      g,
      axes.map((_, axis) => axes.indexOf(axis)),
    ),
  ],
  emit({ inputs: [x], outputs: [y], attributes: { axes } }, emitter) {
    const strides = stridesOf(x!.shape);
    const walked = axes.map((axis) => ({ size: x!.shape[axis]!, stride: strides[axis]! }));
    emitCopy({ out: y!, a: x!, begin: 0, axes: walked, scatters: false }, emitter);
  },
};

/**
 * The axes in another order: axis i of the result is axis `axes[i]` of x (`transpose` of NumPy, `permute` of PyTorch).
 * @param axes each axis of x once, negative ones counted from the last; by default all in reverse, which transposes a matrix
 * @returns x's axes in that order
 * @throws ShapeError where they are anything else
 * @example
 * ```ts
 * import type { Value } from "kobai/ops";
 * const channelsFirst = (x: Value) => permute(x, [0, 3, 1, 2]); // [N, height, width, channels] → [N, channels, height, width]
 * ```
 */
export function permute(x: Value, axes?: readonly number[]): Value {
  checkValue("permute: operand 1", x);
  checkWords("permute", x);
  const rank = x.shape.length;
  const order =
    axes === undefined
      ? x.shape.map((_, axis) => rank - 1 - axis)
      : Array.isArray(axes)
        ? Array.from(axes)
        : [];
  const positive = order.map((axis) => (isWhole(axis, -rank, -1) ? axis + rank : axis));
  const given = axes === undefined || Array.isArray(axes);
  if (!given || positive.length !== rank || !x.shape.every((_, axis) => positive.includes(axis))) {
    throw new ShapeError(
      "permute",
      `${ShapeError.describe({ x: x.shape })}; axes must name each of its ${rank} axes once, got ${show(axes)}`,
      x.shape,
    );
  }
  if (positive.every((axis, i) => axis === i)) return x;
  // Where axes of length 1 change their places only, nothing is moved.
  const long = positive.filter((axis) => x.shape[axis] !== 1);
  if (long.every((axis, i) => i === 0 || axis > long[i - 1]!))
    return reshape(
      x,
      positive.map((axis) => x.shape[axis]!),
    );
  return apply(permuteOperation, [x], { axes: positive });
}
