// Parts of tensors, and tensors as parts of larger ones: each is the other's gradient.

import { ExtensionOp } from "../../../assembly/isa/index.ts";
import { FillArg } from "../../../assembly/isa/indexing.ts";
import { check, finite, inType, isWhole, options, show } from "../../check.ts";
import { ShapeError } from "../../errors.ts";
import { extension } from "../../runtime/extension.ts";
import { sameShape, size } from "../../tensor.ts";
import { apply, checkValue, type Operation, type Shape, sameFloat, type Value } from "../value.ts";
import { checkWords, emitCopy, stridesOf, wordOf } from "./box.ts";

const fillOp = /* @__PURE__ */ extension(ExtensionOp.fill);

/** A list of whole numbers, one for each axis, or fewer. */
function checkList(
  op: string,
  what: string,
  x: Value,
  list: unknown,
  least?: number,
): asserts list is number[] {
  const fits = (each: unknown) =>
    each === Number.POSITIVE_INFINITY || isWhole(each, least ?? Number.MIN_SAFE_INTEGER);
  if (Array.isArray(list) && list.length <= x.shape.length && Array.from(list).every(fits)) return;
  throw new ShapeError(
    op,
    `${ShapeError.describe({ x: x.shape })}; ${what} must be a list of at most ${x.shape.length} whole numbers` +
      `${least === undefined ? "" : ` of at least ${least}`}, got ${show(list)}`,
    x.shape,
  );
}

export interface SliceAttributes {
  readonly begin: readonly number[];
  readonly steps: readonly number[];
  /** of the slice */
  readonly shape: Shape;
}

/** The box of a tensor of `shape` that a slice is. */
export function boxOf(shape: Shape, { begin, steps, shape: lengths }: SliceAttributes) {
  const strides = stridesOf(shape);
  return {
    begin: begin.reduce((total, at, axis) => total + at * strides[axis]!, 0),
    axes: lengths.map((length, axis) => ({ size: length, stride: steps[axis]! * strides[axis]! })),
  };
}

export const sliceOperation: Operation<SliceAttributes> = {
  name: "slice",
  infer: ([x], { shape }) => [{ shape, dtype: x!.dtype }],
  gradient: ({ inputs: [x], attributes }, g) => [
    apply(placeOperation, [g], { ...attributes, whole: x!.shape, value: 0 }),
  ],
  emit: ({ inputs: [x], outputs: [y], attributes }, emitter) =>
    emitCopy({ out: y!, a: x!, ...boxOf(x!.shape, attributes), scatters: false }, emitter),
};

/** What a slice is the gradient of, and the other way round: x as a slice of a tensor whose other elements have one value. */
const placeOperation: Operation<SliceAttributes & { readonly whole: Shape; readonly value: number }> = {
  name: "pad",
  infer: ([x], { whole }) => [{ shape: whole, dtype: x!.dtype }],
  gradient: ({ attributes: { begin, steps, shape } }, g) => [
    apply(sliceOperation, [g], { begin, steps, shape }),
  ],
  emit({ inputs: [x], outputs: [y], attributes }, emitter) {
    const elements = size(y!.shape);
    const operands = {
      [FillArg.out]: emitter.address(y!),
      [FillArg.n]: elements,
      [FillArg.value]: emitter.scalar(attributes.value, y!.dtype),
    };
    emitter.emit<FillArg>(fillOp, wordOf(y!), operands, 0.06 * elements);
    emitCopy({ out: y!, a: x!, ...boxOf(y!.shape, attributes), scatters: true }, emitter);
  },
};

/**
 * A part of x: along each axis the elements from `begin` to before `end`, every `steps`-th of them (x[b0:e0:s0, b1:e1:s1, …] of NumPy).
 * @param begin for each axis, or for the first ones; negative ones are counted from the end. The others begin at 0.
 * @param end likewise; what lies beyond the end means the end, Infinity does, and so do axes that are not named
 * @param steps whole numbers of at least 1; default 1
 * @returns along each axis ⌈(end − begin) / steps⌉ elements
 * @throws ShapeError where a list is too long or not of whole numbers, or nothing would be left of an axis
 * @example
 * ```ts
 * import type { Value } from "kobai/ops";
 * const lastColumn = (x: Value) => slice(x, [0, -1]); // [N, features] → [N, 1]
 * const everyOther = (x: Value) => slice(x, [], [], [1, 2]);
 * ```
 */
export function slice(
  x: Value,
  begin: readonly number[],
  end: readonly number[] = [],
  steps: readonly number[] = [],
): Value {
  checkValue("slice: operand 1", x);
  checkWords("slice", x);
  checkList("slice", "begin", x, begin);
  checkList("slice", "end", x, end);
  checkList("slice", "steps", x, steps, 1);
  const place = (at: number, length: number) => Math.min(length, Math.max(0, at < 0 ? at + length : at));
  const from = x.shape.map((length, axis) => place(begin[axis] ?? 0, length));
  const to = x.shape.map((length, axis) => place(end[axis] ?? length, length));
  const by = x.shape.map((length, axis) => Math.min(length, steps[axis] ?? 1));
  const shape = from.map((at, axis) => Math.ceil((to[axis]! - at) / by[axis]!));
  const empty = shape.findIndex((length) => length < 1);
  if (empty >= 0) {
    throw new ShapeError(
      "slice",
      `${ShapeError.describe({ x: x.shape })}; from ${from[empty]} to before ${to[empty]} nothing is left of axis ${empty}`,
      x.shape,
    );
  }
  if (sameShape(shape, x.shape)) return x;
  return apply(sliceOperation, [x], { begin: from, steps: by, shape });
}

/** No memory holds more. */
const MOST_WIDTH = 2 ** 31;

/**
 * x with elements of one value around it (`pad` of NumPy).
 * @param widths for each axis how many come before it and after it: `[[before, after], …]`, for the first axes or all
 * @param options value: a finite number, default 0
 * @returns x's shape, each axis longer by what is around it
 * @throws ShapeError where the widths are anything else @throws OptionError where the value is not finite
 * @example
 * ```ts
 * import type { Value } from "kobai/ops";
 * const framed = (x: Value) => pad(x, [[0, 0], [1, 1], [1, 1]]); // [N, height, width] → [N, height + 2, width + 2]
 * ```
 */
export function pad(
  x: Value,
  widths: readonly (readonly [before: number, after: number])[],
  given?: { value?: number },
): Value {
  checkValue("pad: operand 1", x);
  sameFloat("pad", x);
  const { value = 0 } = options("pad", given, { value: finite });
  check("pad", "value", value, inType(x.dtype, finite));
  const isWidth = (each: unknown) =>
    Array.isArray(each) && each.length === 2 && each.every((n) => isWhole(n, 0, MOST_WIDTH));
  if (!Array.isArray(widths) || widths.length > x.shape.length || !Array.from(widths).every(isWidth)) {
    throw new ShapeError(
      "pad",
      `${ShapeError.describe({ x: x.shape })}; widths must be at most ${x.shape.length} pairs [before, after] of whole numbers ` +
        `from 0 to ${MOST_WIDTH}, got ${show(widths)}`,
      x.shape,
    );
  }
  const begin = x.shape.map((_, axis) => (widths as readonly (readonly number[])[])[axis]?.[0] ?? 0);
  const whole = x.shape.map(
    (length, axis) => length + begin[axis]! + ((widths as readonly (readonly number[])[])[axis]?.[1] ?? 0),
  );
  if (sameShape(whole, x.shape)) return x;
  return apply(placeOperation, [x], { begin, steps: x.shape.map(() => 1), shape: x.shape, whole, value });
}
