// What a convolution is besides its tensors: strides, padding, dilation and groups, and the sizes that follow from them.

import { type Rule, whole } from "../../check.ts";
import { ShapeError } from "../../errors.ts";
import type { Shape } from "../value.ts";
import { both, type Padding, type Pair, paddingOf, pairOf, sameZeros } from "./windows.ts";

/** Of rows, and of columns. */
export type Size = readonly [y: number, x: number];

/** Zeros around an image: as for pooling, or [[above, below], [left, right]]. */
export type ConvolutionPadding = Padding | readonly [Size, Size];

export interface ConvolutionOptions {
  /** Input pixels from one output to the next: a number, or [rows, columns]. Default 1. */
  stride?: Pair;
  /** Default "valid". */
  padding?: ConvolutionPadding;
  /** Input pixels from one element of the kernel to the next: a number, or [rows, columns]. Default 1. */
  dilation?: Pair;
  /** In how many groups channels come, of which each output sees its own only. Default 1. */
  groups?: number;
}

/** The same with everything decided: an op's attributes. */
export interface Geometry {
  readonly stride: Size;
  readonly dilation: Size;
  /** [[above, below], [left, right]] */
  readonly padding: readonly [Size, Size];
  readonly groups: number;
}

/** All sizes of a convolution. */
export interface Sizes extends Geometry {
  readonly batch: number;
  readonly image: Size;
  readonly channels: number;
  readonly kernel: Size;
  readonly out: Size;
  readonly outChannels: number;
}

// @__NO_SIDE_EFFECTS__
function sides(): Rule {
  const [fits, words] = pairOf(0);
  return [
    (value) => fits(value) || (Array.isArray(value) && value.length === 2 && value.every(fits)),
    `${words} or [[above, below], [left, right]]`,
  ];
}

/** What options of convolutions may be. */
// @__NO_SIDE_EFFECTS__
export const convolutionRules = () => ({
  stride: pairOf(1),
  padding: paddingOf(sides()),
  dilation: pairOf(1),
  groups: whole(),
});

/** Pixels under a kernel. */
export const spanOf = (kernel: number, dilation: number): number => (kernel - 1) * dilation + 1;

/** Decides a convolution of an image by a kernel. */
export function geometryOf(image: Size, kernel: Size, given: ConvolutionOptions): Geometry {
  const { groups = 1 } = given;
  const stride = both(given.stride ?? 1);
  const dilation = both(given.dilation ?? 1);
  const around = (axis: 0 | 1): Size =>
    zerosAround(given.padding, axis, () =>
      sameZeros(image[axis], spanOf(kernel[axis], dilation[axis]), stride[axis]),
    );
  return { stride, dilation, padding: [around(0), around(1)], groups };
}

function zerosAround(given: ConvolutionPadding = "valid", axis: 0 | 1, same: () => Size): Size {
  if (given === "valid") return [0, 0];
  if (given === "same") return same();
  return both(typeof given === "number" ? given : given[axis]);
}

/** How many outputs there are along each axis; none are 0 or less. */
export function outputSize(image: Size, kernel: Size, { stride, dilation, padding }: Geometry): Size {
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
  input: Size,
  kernel: Size,
  given: ConvolutionOptions,
  outputPadding: Size,
): { geometry: Geometry; size: Size } {
  const { groups = 1 } = given;
  const stride = both(given.stride ?? 1);
  const dilation = both(given.dilation ?? 1);
  const span = (axis: 0 | 1) => spanOf(kernel[axis], dilation[axis]);
  const around = (axis: 0 | 1) =>
    zerosAround(given.padding, axis, () => sameZeros(input[axis] * stride[axis], span(axis), stride[axis]));
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
 * @throws ShapeError where they are no images and no kernel, or channels do not go together
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

/** @throws ShapeError where an image with its padding is smaller than the kernel */
export function checkRoom(op: string, image: Size, kernel: Size, geometry: Geometry, shapes: Shape[]): void {
  const { dilation, padding } = geometry;
  const out = outputSize(image, kernel, geometry);
  if (out[0] >= 1 && out[1] >= 1) return;
  const spread = dilation[0] > 1 || dilation[1] > 1;
  const reaches = spread
    ? `, which reaches over ${spanOf(kernel[0], dilation[0])}×${spanOf(kernel[1], dilation[1])},`
    : "";
  const around = padding.flat().some((zeros) => zeros > 0)
    ? ` with ${JSON.stringify(padding)} zeros around it`
    : "";
  throw new ShapeError(
    op,
    `kernel ${kernel.join("×")}${reaches} is larger than its input ${image.join("×")}${around}; use padding: "same" or a smaller kernel`,
    ...shapes,
  );
}
