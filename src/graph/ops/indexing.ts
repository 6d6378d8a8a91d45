// Elements elsewhere: axes in another order, parts, tensors side by side, and slices by index. All that this file exports is `kobai/ops`'.

import { ExtensionOp } from "../../../assembly/isa/index.ts";
import { CopyArg, FillArg, GatherAxisArg, OneHotArg } from "../../../assembly/isa/indexing.ts";
import { check, finite, isWhole, oneOf, options, show, whole } from "../../check.ts";
import { OptionError, ShapeError } from "../../errors.ts";
import { extension } from "../../runtime/extension.ts";
import { bytesPerElement, type DTypeName, sameShape, size } from "../../tensor.ts";
import {
  apply,
  checkValue,
  type Emitter,
  type Operation,
  type Shape,
  sameFloat,
  type Value,
} from "../value.ts";
import { around, axisOf } from "./axes.ts";
import { reshape } from "./reshape.ts";

const copyOp = /* @__PURE__ */ extension(ExtensionOp.copy);
const fillOp = /* @__PURE__ */ extension(ExtensionOp.fill);
const gatherOp = /* @__PURE__ */ extension(ExtensionOp.gatherAxis);
const scatterOp = /* @__PURE__ */ extension(ExtensionOp.scatterAxis);
const oneHotOp = /* @__PURE__ */ extension(ExtensionOp.oneHot);

/** An axis of a box that is copied: its length, and the element stride of the side that is not contiguous. */
interface Axis {
  readonly size: number;
  readonly stride: number;
}

/** A box of elements, and where its sides begin, in elements. */
interface Box {
  readonly out: Value;
  readonly a: Value;
  /** where the side that is walked by strides begins */
  readonly begin: number;
  readonly axes: readonly Axis[];
  /** whether that side is `out` */
  readonly scatters: boolean;
}

/** As many axes as an instruction has. */
const MOST_AXES = 5;

/** Strides of a contiguous tensor. */
function stridesOf(shape: Shape): number[] {
  return shape.map((_, axis) => size(shape.slice(axis + 1)));
}

/** Axes of length 1 left out, and what is walked as one axis made one. */
function merged(axes: readonly Axis[]): Axis[] {
  const result: Axis[] = [];
  for (const axis of axes.filter(({ size }) => size > 1)) {
    const last = result.at(-1);
    if (last?.stride === axis.stride * axis.size) {
      result[result.length - 1] = { size: last.size * axis.size, stride: axis.stride };
    } else result.push(axis);
  }
  return result;
}

/** Writes the instructions that copy a box: one, or one for each outer index of a box of more axes than an instruction has. */
function emitCopy({ out, a, begin, axes: all, scatters }: Box, emitter: Emitter): void {
  const bytes = bytesPerElement(out.dtype);
  const axes = merged(all);
  const outer = axes.splice(0, Math.max(0, axes.length - MOST_AXES));
  while (axes.length < MOST_AXES) axes.unshift({ size: 1, stride: 1 });
  const elements = axes.reduce((total, axis) => total * axis.size, 1);
  const repeats = outer.reduce((total, axis) => total * axis.size, 1);
  const [d0, d1, d2, d3, d4] = axes as [Axis, Axis, Axis, Axis, Axis];
  for (let index = 0; index < repeats; index++) {
    let rest = index;
    let walked = begin;
    for (const axis of outer.toReversed()) {
      walked += (rest % axis.size) * axis.stride;
      rest = Math.floor(rest / axis.size);
    }
    const plain = index * elements;
    emitter.emit<CopyArg>(
      copyOp,
      wordOf(out),
      {
        [CopyArg.out]: emitter.address(out) + (scatters ? walked : plain) * bytes,
        [CopyArg.a]: emitter.address(a) + (scatters ? plain : walked) * bytes,
        [CopyArg.d0]: d0.size,
        [CopyArg.d1]: d1.size,
        [CopyArg.d2]: d2.size,
        [CopyArg.d3]: d3.size,
        [CopyArg.d4]: d4.size,
        [CopyArg.s0]: d0.stride,
        [CopyArg.s1]: d1.stride,
        [CopyArg.s2]: d2.stride,
        [CopyArg.s3]: d3.stride,
        [CopyArg.s4]: d4.stride,
        [CopyArg.scatters]: scatters ? 1 : 0,
      },
      0.12 * elements,
    );
  }
}

/** The dtype of an instruction that only moves elements: of whole numbers as of others. */
const wordOf = ({ dtype }: Value): DTypeName => (dtype === "float64" ? "float64" : "float32");

/** @throws OptionError where elements are bytes */
function checkWords(op: string, x: Value): void {
  if (x.dtype !== "uint8") return;
  throw new OptionError(
    `${op}: works on float32, float64 and int32, got uint8; gather or convert the data first`,
  );
}

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

interface SliceAttributes {
  readonly begin: readonly number[];
  readonly steps: readonly number[];
  /** of the slice */
  readonly shape: Shape;
}

/** The box of a tensor of `shape` that a slice is. */
function boxOf(shape: Shape, { begin, steps, shape: lengths }: SliceAttributes) {
  const strides = stridesOf(shape);
  return {
    begin: begin.reduce((total, at, axis) => total + at * strides[axis]!, 0),
    axes: lengths.map((length, axis) => ({ size: length, stride: steps[axis]! * strides[axis]! })),
  };
}

const sliceOperation: Operation<SliceAttributes> = {
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

/**
 * x with elements of one value around it.
 * @param widths for each axis how many come before it and after it: `[[before, after], …]`, for the first axes or all
 * @param options value: a finite number, default 0
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
  const isWidth = (each: unknown) =>
    Array.isArray(each) && each.length === 2 && each.every((n) => isWhole(n, 0, 2 ** 31));
  if (!Array.isArray(widths) || widths.length > x.shape.length || !Array.from(widths).every(isWidth)) {
    throw new ShapeError(
      "pad",
      `${ShapeError.describe({ x: x.shape })}; widths must be at most ${x.shape.length} pairs [before, after] of whole numbers of ` +
        `at least 0, got ${show(widths)}`,
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

const concatenateOperation: Operation<{ readonly axis: number }> = {
  name: "concatenate",
  infer(values, { axis }) {
    const total = values.reduce((sum, { shape }) => sum + shape[axis]!, 0);
    return [
      { shape: values[0]!.shape.map((length, i) => (i === axis ? total : length)), dtype: values[0]!.dtype },
    ];
  },
  gradient({ inputs, attributes: { axis } }, g) {
    let end = 0;
    return inputs.map(({ shape }) => {
      const begin = shape.map((_, i) => (i === axis ? end : 0));
      end += shape[axis]!;
      return apply(sliceOperation, [g], { begin, steps: shape.map(() => 1), shape });
    });
  },
  emit({ inputs, outputs: [y], attributes: { axis } }, emitter) {
    let end = 0;
    for (const x of inputs) {
      const begin = x.shape.map((_, i) => (i === axis ? end : 0));
      end += x.shape[axis]!;
      const box = boxOf(y!.shape, { begin, steps: x.shape.map(() => 1), shape: x.shape });
      emitCopy({ out: y!, a: x, ...box, scatters: true }, emitter);
    }
  },
};

/** @throws OptionError where it is no list of values of one dtype */
function checkValues(op: string, values: readonly Value[]): void {
  if (!Array.isArray(values) || values.length === 0) {
    throw new OptionError(`${op}: values must be a list of at least one symbolic value; got ${show(values)}`);
  }
  for (const [index, value] of Array.from(values).entries()) {
    checkValue(`${op}: value ${index + 1}`, value);
    checkWords(op, value);
  }
  const dtypes = values.map(({ dtype }) => dtype);
  if (dtypes.every((dtype) => dtype === dtypes[0])) return;
  throw new OptionError(`${op}: dtypes differ: ${dtypes.join(", ")}; all values must be of one dtype`);
}

/** The shapes of values, for messages: as many as one can read. */
function shapesOf(values: readonly Value[]): string {
  const named = Object.fromEntries(
    values.slice(0, 4).map(({ shape }, index) => [`value ${index + 1}`, shape]),
  );
  return `${ShapeError.describe(named)}${values.length > 4 ? ", …" : ""}`;
}

/**
 * Values one behind the other along an axis.
 * @param values of the same lengths along all other axes @param options axis: negative ones are counted from the last; default 0
 * @throws ShapeError where the lengths differ, or there is no such axis @throws OptionError where the dtypes differ
 * @example
 * ```ts
 * import type { Value } from "kobai/ops";
 * const sideBySide = (a: Value, b: Value) => concatenate([a, b], { axis: -1 }); // [N, m], [N, n] → [N, m + n]
 * ```
 */
export function concatenate(values: readonly Value[], given?: { axis?: number }): Value {
  checkValues("concatenate", values);
  const { axis = 0 } = options("concatenate", given, { axis: finite });
  const [first] = values as [Value];
  const along = axisOf("concatenate", first, axis);
  const fits = ({ shape }: Value) =>
    shape.length === first.shape.length &&
    shape.every((length, i) => i === along || length === first.shape[i]);
  if (!values.every(fits)) {
    throw new ShapeError(
      "concatenate",
      `${shapesOf(values)}; all lengths but those of axis ${along} must be the same`,
      ...values.map(({ shape }) => [...shape]),
    );
  }
  return values.length === 1 ? first : apply(concatenateOperation, values, { axis: along });
}

/**
 * Values of one shape one behind the other along a new axis.
 * @param options axis: where the new axis is in the result, negative ones counted from the last; default 0
 * @throws ShapeError where the shapes differ, or the axis is none of the result's @throws OptionError where the dtypes differ
 * @example
 * ```ts
 * import type { Value } from "kobai/ops";
 * const pairs = (a: Value, b: Value) => stack([a, b], { axis: 1 }); // [N, n], [N, n] → [N, 2, n]
 * ```
 */
export function stack(values: readonly Value[], given?: { axis?: number }): Value {
  checkValues("stack", values);
  const { axis = 0 } = options("stack", given, { axis: finite });
  const { shape } = values[0]!;
  if (!values.every((value) => sameShape(value.shape, shape))) {
    throw new ShapeError(
      "stack",
      `${shapesOf(values)}; all must be of one shape`,
      ...values.map((value) => [...value.shape]),
    );
  }
  const at = axis < 0 ? axis + shape.length + 1 : axis;
  if (!isWhole(at, 0, shape.length)) {
    throw new ShapeError(
      "stack",
      `${shapesOf(values)}; the new axis may be 0 to ${shape.length}, or -${shape.length + 1} to -1 from the last, got ${axis}`,
      shape,
    );
  }
  const long = [...shape.slice(0, at), 1, ...shape.slice(at)];
  return concatenate(
    values.map((value) => reshape(value, long)),
    { axis: at },
  );
}

interface GatherAttributes {
  readonly axis: number;
}

function gatherOperands(x: Value, indices: Value, axis: number) {
  const { outer, n, inner } = around(x.shape, { from: axis, to: axis + 1 });
  return {
    [GatherAxisArg.count]: size(indices.shape),
    [GatherAxisArg.outer]: outer,
    [GatherAxisArg.n]: n,
    [GatherAxisArg.inner]: inner,
  };
}

const gatherOperation: Operation<GatherAttributes> = {
  name: "gather",
  infer: ([x, indices], { axis }) => [
    { shape: [...x!.shape.slice(0, axis), ...indices!.shape, ...x!.shape.slice(axis + 1)], dtype: x!.dtype },
  ],
  gradient: ({ inputs: [x, indices], attributes: { axis } }, g) => [
    apply(scatterOperation, [g, indices!], { axis, shape: x!.shape }),
    undefined,
  ],
  emit({ inputs: [x, indices], outputs: [y], attributes: { axis } }, emitter) {
    const operands = {
      ...gatherOperands(x!, indices!, axis),
      [GatherAxisArg.out]: emitter.address(y!),
      [GatherAxisArg.x]: emitter.address(x!),
      [GatherAxisArg.indices]: emitter.address(indices!),
    };
    emitter.emit<GatherAxisArg>(gatherOp, x!.dtype, operands, 0.1 * size(y!.shape));
  },
};

/** The gradient of gathering: for each slice of x the sum of what was made of it, in the order of the indices. */
const scatterOperation: Operation<GatherAttributes & { readonly shape: Shape }> = {
  name: "scatterSum",
  infer: ([g], { shape }) => [{ shape, dtype: g!.dtype }],
  gradient: ({ inputs: [, indices], attributes: { axis } }, g) => [
    apply(gatherOperation, [g, indices!], { axis }),
    undefined,
  ],
  emit({ inputs: [g, indices], outputs: [x], attributes: { axis } }, emitter) {
    const operands = {
      ...gatherOperands(x!, indices!, axis),
      [GatherAxisArg.out]: emitter.address(g!),
      [GatherAxisArg.x]: emitter.address(x!),
      [GatherAxisArg.indices]: emitter.address(indices!),
    };
    emitter.emit<GatherAxisArg>(scatterOp, x!.dtype, operands, 0.06 * size(x!.shape) + 0.2 * size(g!.shape));
  },
};

/** @throws OptionError where indices are no whole numbers */
function checkIndices(op: string, indices: Value): void {
  if (indices.dtype === "int32") return;
  throw new OptionError(`${op}: indices must be int32, got ${indices.dtype}`);
}

/**
 * Slices of x by their indices along an axis (`take` of NumPy, `gather` of TensorFlow): an embedding is `gather(table, words)`.
 *
 * An index that is none of 0 to n − 1 gives NaN, so that a training stops with an error, and its gradient goes nowhere. The gradient of a slice
 * is the sum of what arrives at its copies, in the order of the indices.
 * @param x […, n, …] @param indices int32, of any shape @param options axis: negative ones are counted from the last; default 0
 * @returns x's shape with that of the indices in place of the axis
 * @throws ShapeError where x has no such axis @throws OptionError where x is not float or the indices are not int32
 * @example
 * ```ts
 * import type { Value } from "kobai/ops";
 * const embedding = (table: Value, words: Value) => gather(table, words); // [words, n], [N, length] → [N, length, n]
 * ```
 */
export function gather(x: Value, indices: Value, given?: { axis?: number }): Value {
  checkValue("gather: operand 1", x);
  checkValue("gather: operand 2", indices);
  const { axis = 0 } = options("gather", given, { axis: finite });
  sameFloat("gather", x);
  checkIndices("gather", indices);
  return apply(gatherOperation, [x, indices], { axis: axisOf("gather", x, axis) });
}

const oneHotOperation: Operation<{ readonly depth: number; readonly dtype: DTypeName }> = {
  name: "oneHot",
  infer: ([indices], { depth, dtype }) => [{ shape: [...indices!.shape, depth], dtype }],
  gradient: () => [],
  emit({ inputs: [indices], outputs: [y], attributes: { depth } }, emitter) {
    const operands = {
      [OneHotArg.out]: emitter.address(y!),
      [OneHotArg.indices]: emitter.address(indices!),
      [OneHotArg.m]: size(indices!.shape),
      [OneHotArg.depth]: depth,
    };
    emitter.emit<OneHotArg>(oneHotOp, y!.dtype, operands, 0.06 * size(y!.shape) + size(indices!.shape));
  },
};

/**
 * For each index a row with 1 at its place and 0 elsewhere; all 0 where the index is none of 0 to depth − 1.
 * @param indices int32, of any shape @param depth the length of the rows, from 1 to 2^31 − 1
 * @param options dtype: "float32", which is the default, or "float64"
 * @returns the shape of the indices with an axis of `depth` behind it
 * @throws OptionError where the indices are not int32, or the depth is no such number
 * @example
 * ```ts
 * import { argmax, type Value } from "kobai/ops";
 * const winners = (scores: Value) => oneHot(argmax(scores), 10, { dtype: "float64" });
 * ```
 */
export function oneHot(indices: Value, depth: number, given?: { dtype?: "float32" | "float64" }): Value {
  checkValue("oneHot: operand 1", indices);
  checkIndices("oneHot", indices);
  check("oneHot", "depth", depth, whole(1, 2 ** 31 - 1));
  const { dtype = "float32" } = options("oneHot", given, { dtype: oneOf("float32", "float64") });
  return apply(oneHotOperation, [indices], { depth, dtype });
}
