// What a convolution is besides its tensors: strides, padding, dilation and groups, and the sizes that follow from them.

import { isWhole, type Rule, whole } from "../../check.ts";
import { OptionError, ShapeError } from "../../errors.ts";
import type { Shape } from "../value.ts";

/** Of rows, and of columns. */
export type Pair = readonly [y: number, x: number];

/**
 * Zeros around an image. "valid": none. "same": so many that there is an output for each stride, as TensorFlow lays them: half of
 * them, rounded down, before the image, the rest behind it. A number: on every side, as PyTorch; two: above and below, left and
 * right; or [[above, below], [left, right]].
 */
export type Padding = "same" | "valid" | number | Pair | readonly [Pair, Pair];

export interface ConvolutionOptions {
  /** Input pixels from one output to the next: a number, or [rows, columns]. Default 1. */
  stride?: number | Pair;
  /** Default "valid". */
  padding?: Padding;
  /** Input pixels from one element of the kernel to the next: a number, or [rows, columns]. Default 1. */
  dilation?: number | Pair;
  /** In how many groups channels come, of which each output sees its own only. Default 1. */
  groups?: number;
}

/** The same with everything decided: an op's attributes. */
export interface Geometry {
  readonly stride: Pair;
  readonly dilation: Pair;
  /** [[above, below], [left, right]] */
  readonly padding: readonly [Pair, Pair];
  readonly groups: number;
}

/** All sizes of a convolution. */
export interface Sizes extends Geometry {
  readonly batch: number;
  readonly image: Pair;
  readonly channels: number;
  readonly kernel: Pair;
  readonly out: Pair;
  readonly outChannels: number;
}

const isPair = (value: unknown, low: number): boolean =>
  Array.isArray(value) && value.length === 2 && value.every((each) => isWhole(each, low));

export const pair: Rule = [
  (value) => whole()[0](value) || isPair(value, 1),
  "a whole number of at least 1, or two: [rows, columns]",
];

export const padding: Rule = [
  (value) =>
    value === "same" ||
    value === "valid" ||
    isWhole(value, 0) ||
    isPair(value, 0) ||
    (Array.isArray(value) && value.length === 2 && value.every((each) => isPair(each, 0))),
  '"same", "valid", a whole number of at least 0, [rows, columns] or [[above, below], [left, right]]',
];

/** Along one axis. */
export const sequencePadding: Rule = [
  (value) =>
    value === "same" ||
    value === "valid" ||
    isWhole(value, 0) ||
    (Array.isArray(value) && value.length === 2 && value.every((each) => isWhole(each, 0))),
  '"same", "valid", a whole number of at least 0, or [before, behind]',
];

export const outputPadding: Rule = [
  (value) => isWhole(value, 0) || isPair(value, 0),
  "a whole number of at least 0, or two: [rows, columns]",
];

/** What options of convolutions may be. */
export const convolutionRules = () => ({ stride: pair, padding, dilation: pair, groups: whole() });

export const pairOf = (value: number | Pair): Pair => (typeof value === "number" ? [value, value] : value);

/** Pixels under a kernel. */
export const spanOf = (kernel: number, dilation: number): number => (kernel - 1) * dilation + 1;

/** Decides a convolution of an image by a kernel. */
export function geometryOf(image: Pair, kernel: Pair, given: ConvolutionOptions): Geometry {
  const { groups = 1 } = given;
  const stride = pairOf(given.stride ?? 1);
  const dilation = pairOf(given.dilation ?? 1);
  const around = (axis: 0 | 1): Pair =>
    paddingOf(given.padding, axis, () => {
      const outputs = Math.ceil(image[axis] / stride[axis]);
      const covered = (outputs - 1) * stride[axis] + spanOf(kernel[axis], dilation[axis]);
      return Math.max(0, covered - image[axis]);
    });
  return { stride, dilation, padding: [around(0), around(1)], groups };
}

function paddingOf(given: Padding = "valid", axis: 0 | 1, same: () => number): Pair {
  if (given === "valid") return [0, 0];
  if (given === "same") {
    const total = same();
    return [Math.floor(total / 2), Math.ceil(total / 2)];
  }
  return pairOf(pairOf(given as number | Pair)[axis] as number | Pair);
}

/** How many outputs there are along each axis; none are 0 or less. */
export function outputSize(image: Pair, kernel: Pair, { stride, dilation, padding }: Geometry): Pair {
  const along = (axis: 0 | 1) => {
    const room = image[axis] + padding[axis][0] + padding[axis][1] - spanOf(kernel[axis], dilation[axis]);
    return Math.floor(room / stride[axis]) + 1;
  };
  return [along(0), along(1)];
}

/**
 * Decides a transposed convolution: that of which it is the gradient, and how large its result is.
 *
 * @param outputPadding rows and columns more behind the result, fewer than a stride
 */
export function transposedGeometryOf(
  input: Pair,
  kernel: Pair,
  given: ConvolutionOptions,
  outputPadding: Pair,
): { geometry: Geometry; size: Pair } {
  const { groups = 1 } = given;
  const stride = pairOf(given.stride ?? 1);
  const dilation = pairOf(given.dilation ?? 1);
  const span = (axis: 0 | 1) => spanOf(kernel[axis], dilation[axis]);
  const around = (axis: 0 | 1) =>
    paddingOf(given.padding, axis, () => Math.max(0, span(axis) - stride[axis]));
  const padding = [around(0), around(1)] as const;
  const along = (axis: 0 | 1) => {
    const [before, after] = padding[axis];
    if (given.padding === "same") return input[axis] * stride[axis] + outputPadding[axis];
    return (input[axis] - 1) * stride[axis] + span(axis) - before - after + outputPadding[axis];
  };
  return { geometry: { stride, dilation, padding, groups }, size: [along(0), along(1)] };
}

/** The sizes of y = x ∗ w. */
export function sizesOf(x: Shape, w: Shape, y: Shape, geometry: Geometry): Sizes {
  const { stride, dilation, padding, groups } = geometry;
  return {
    batch: x[0]!,
    image: [x[1]!, x[2]!],
    channels: x[3]!,
    kernel: [w[0]!, w[1]!],
    out: [y[1]!, y[2]!],
    outChannels: y[3]!,
    ...{ stride, dilation, padding, groups },
  };
}

/**
 * Checks the shapes of a convolution; `channels` is the axis of w that takes the channels of x, `kernelName` what messages call it.
 *
 * @throws ShapeError where w is no kernel, or channels do not go together
 */
export function checkConvolution(
  op: string,
  x: Shape,
  w: Shape,
  { groups = 1 }: ConvolutionOptions,
  transposed: boolean,
): void {
  const shapes = ShapeError.describe({ x, w });
  const layout = `[height, width, ${transposed ? "output channels / groups, channels" : "channels / groups, output channels"}]`;
  if (w.length !== 4) throw new ShapeError(op, `w must be ${layout}; ${shapes}`, x, w);
  const channels = x[3]!;
  const grouped = transposed ? channels : w[3]!;
  const taken = transposed ? w[3]! : w[2]! * groups;
  if (channels !== taken) {
    const inGroups = groups > 1 && !transposed ? `, ${groups} groups of ${w[2]}` : "";
    throw new ShapeError(
      op,
      `channels differ: ${shapes}; x has ${channels}, w, ${layout}, takes ${taken}${inGroups}`,
      x,
      w,
    );
  }
  if (grouped % groups !== 0) {
    const what = transposed ? "channels" : "output channels";
    throw new ShapeError(
      op,
      `${what} cannot be parted in groups: ${shapes}; ${grouped} must be a multiple of groups (${groups})`,
      x,
      w,
    );
  }
}

/** The kernels count pixels in 32 bits, or pack two numbers into so many, and no image has as many. */
const MOST = 65_535;

/** @throws OptionError where strides, padding or dilation are larger than any image */
export function checkNumbers(op: string, { stride, padding, dilation }: Geometry): void {
  for (const [name, numbers] of Object.entries({ stride, padding: padding.flat(), dilation })) {
    const most = Math.max(...numbers);
    if (most > MOST) throw new OptionError(`${op}: ${name} must be at most ${MOST}; got ${most}`);
  }
}

/** What messages say of both axes, "3×2"; of signals, which are images of one row, "2". */
export const written = (op: string, [y, x]: readonly [unknown, unknown]): string =>
  op.endsWith("1d") ? String(x) : `${y}×${x}`;

/**
 * @param what the kernel is, or a window
 * @throws ShapeError where an image with its padding is smaller
 */
export function checkRoom(
  op: string,
  what: "kernel" | "window",
  image: Pair,
  size: Pair,
  geometry: Geometry,
  shapes: Shape[],
): void {
  const { dilation, padding } = geometry;
  const out = outputSize(image, size, geometry);
  if (out[0] >= 1 && out[1] >= 1) return;
  const spans = [spanOf(size[0], dilation[0]), spanOf(size[1], dilation[1])] as const;
  const reaches = Math.max(...dilation) > 1 ? `, which reaches over ${written(op, spans)},` : "";
  const around =
    Math.max(...padding.flat()) > 0
      ? ` with padding ${JSON.stringify(op.endsWith("1d") ? padding[1] : padding)}`
      : "";
  const [, height, width, channels] = shapes[0]!;
  // What PyTorch's users may have: [channels, n, n].
  const isTurned = !op.endsWith("1d") && height! < width! && width === channels;
  const orTurn = isTurned ? "; or put permute([2, 3, 1]) before it, if its first axis is the channels" : "";
  throw new ShapeError(
    op,
    `${what} ${written(op, size)}${reaches} is larger than its input ${written(op, image)}${around}; use padding: "same" or a smaller ${what}${orTurn}`,
    ...shapes,
  );
}
