// Images made larger, and signals longer: by copies of their pixels, or by values between them.

import { ExtensionOp, type Op } from "../../../assembly/isa/index.ts";
import { InterpolateArg } from "../../../assembly/isa/pool.ts";
import { LONGEST_SUM } from "../../../assembly/sums.ts";
import { check, oneOf, options, whole } from "../../check.ts";
import { OptionError } from "../../errors.ts";
import { extension } from "../../runtime/extension.ts";
import { size } from "../../tensor.ts";
import { apply, type Emitter, type Operation, type Shape, sameFloat, type Value } from "../value.ts";
import { around } from "./axes.ts";
import { type Pair, pair, pairOf } from "./conv-geometry.ts";
import { copies, type Pool } from "./pool.ts";
import { checkImages, checkSignals, ofSignals } from "./windows.ts";

/** Options of `upsample2d`. */
export interface UpsampleOptions {
  /**
   * "nearest": each pixel is repeated. "bilinear": what lies between the centres of neighbouring pixels lies on lines between their values, and what
   * lies beyond the outermost centres has their values. Default "nearest", as in Keras and PyTorch.
   */
  interpolation?: "nearest" | "bilinear";
}

/** Options of `upsample1d`. */
export interface LineUpsampleOptions {
  /** "nearest": each element is repeated. "linear": values between neighbours. Default "nearest". */
  interpolation?: "nearest" | "linear";
}

interface Interpolation {
  readonly axis: number;
  readonly factor: number;
}

const interpolate = /* @__PURE__ */ extension(ExtensionOp.interpolate);
const interpolateGradient = /* @__PURE__ */ extension(ExtensionOp.interpolateGradient);

/** Each element of the longer axis is a sum of two. */
const TERMS = 2;

/** @param short the shape of the tensor whose axis is the shorter one */
function emitInterpolation(
  op: Op,
  out: Value,
  a: Value,
  short: Shape,
  { axis, factor }: Interpolation,
  emitter: Emitter,
): void {
  const { outer, n, inner } = around(short, { from: axis, to: axis + 1 });
  const operands = {
    [InterpolateArg.out]: emitter.address(out),
    [InterpolateArg.a]: emitter.address(a),
    [InterpolateArg.outer]: outer,
    [InterpolateArg.n]: n,
    [InterpolateArg.inner]: inner,
    [InterpolateArg.factor]: factor,
  };
  emitter.emit<InterpolateArg>(op, a.dtype, operands, TERMS * outer * n * factor * (8 + 0.1 * inner));
}

/** y[…, i, …] = Σ max(0, 1 − |p(i) − r|)·x[…, r, …] over r, where p(i) = (i + ½) / factor − ½, between 0 and n − 1 */
const interpolateOperation: Operation<Interpolation> = {
  name: "interpolate",
  infer: ([x], { axis, factor }) => [
    { shape: x!.shape.with(axis, x!.shape[axis]! * factor), dtype: x!.dtype },
  ],
  gradient: ({ attributes }, g) => [apply(gradientOperation, [g], attributes)],
  multiplyAdds: ({ outputs: [y] }) => TERMS * size(y!.shape),
  emit: ({ inputs: [x], outputs: [y], attributes }, emitter) =>
    emitInterpolation(interpolate, y!, x!, x!.shape, attributes, emitter),
};

/** The same weights, summed over i. */
const gradientOperation: Operation<Interpolation> = {
  name: "interpolateGradient",
  infer: ([g], { axis, factor }) => [
    { shape: g!.shape.with(axis, g!.shape[axis]! / factor), dtype: g!.dtype },
  ],
  gradient: ({ attributes }, upstream) => [apply(interpolateOperation, [upstream], attributes)],
  multiplyAdds: ({ inputs: [g] }) => TERMS * size(g!.shape),
  emit: ({ inputs: [g], outputs: [dx], attributes }, emitter) =>
    emitInterpolation(interpolateGradient, dx!, g!, dx!.shape, attributes, emitter),
};

/** Values between the elements of an axis; a factor of 1 leaves it as it is. */
const between = (x: Value, axis: number, factor: number): Value =>
  factor === 1 ? x : apply(interpolateOperation, [x], { axis, factor });

/** What arrives at one element comes from twice as many. */
const MOST_BETWEEN = LONGEST_SUM / 2;

/** `upsample2d` for images that are to come: its other arguments are checked here. */
export function upsampling2d(factor: number | Pair, given?: UpsampleOptions): Pool {
  check("upsample2d", "factor", factor, pair);
  const rules = { interpolation: oneOf("nearest", "bilinear") };
  const { interpolation = "nearest" } = options("upsample2d", given, rules);
  const by = pairOf(factor);
  if (interpolation === "nearest") {
    if (by[0] * by[1] > LONGEST_SUM) {
      throw new OptionError(
        `upsample2d: factor ${by.join("×")} makes more than ${LONGEST_SUM} copies; upsample twice`,
      );
    }
    return (x) => copies("upsample2d", x, by);
  }
  if (Math.max(...by) > MOST_BETWEEN) {
    throw new OptionError(
      `upsample2d: factor ${by.join("×")} is more than ${MOST_BETWEEN} along an axis, the most of "bilinear"; upsample twice`,
    );
  }
  return (x) => {
    checkImages("upsample2d", x);
    sameFloat("upsample2d", x);
    return between(between(x, 1, by[0]), 2, by[1]);
  };
}

/** `upsample1d` for signals that are to come. */
export function upsampling1d(factor: number, given?: LineUpsampleOptions): Pool {
  const rules = { interpolation: oneOf("nearest", "linear") };
  const { interpolation = "nearest" } = options("upsample1d", given, rules);
  const isLinear = interpolation === "linear";
  check("upsample1d", "factor", factor, whole(1, isLinear ? MOST_BETWEEN : LONGEST_SUM));
  if (!isLinear) return ofSignals("upsample1d", (images) => copies("upsample1d", images, [1, factor]));
  return (x) => {
    checkSignals("upsample1d", x);
    sameFloat("upsample1d", x);
    return between(x, 1, factor);
  };
}

/**
 * Makes images larger. "nearest" repeats rows and columns: y[b, i, j, c] = x[b, ⌊i / factor⌋, ⌊j / factor⌋, c]. "bilinear" puts the pixels' centres
 * where those of so many pixels were, and takes values between them: first along the rows' axis, then along the columns',
 * y[…, i, …] = (1 − d)·x[…, r, …] + d·x[…, r + 1, …], where r + d = (i + ½) / factor − ½, but within 0 … length − 1
 * (`UpSampling2D` of Keras, `interpolate` of PyTorch with align_corners=False).
 *
 * @param x [batch, height, width, channels]
 * @param factor how many of each: a whole number, or [rows, columns]; at most 1,024 copies of a pixel, for "bilinear" 512 along an axis
 * @param given interpolation: "nearest", which is the default, or "bilinear"
 * @returns [batch, height · factor, width · factor, channels]
 * @throws ShapeError where x has other axes @throws OptionError for another factor, or options that there are not
 * @example
 * ```ts
 * import { layer, sequential, tensor } from "kobai";
 * import { upsample2d } from "kobai/ops";
 * using net = sequential([layer("larger", (x) => upsample2d(x, [1, 2]))], { input: [1, 2, 1] });
 * [...net.predict(tensor([1, 2], [1, 1, 2, 1])).data]; // [1, 1, 2, 2]
 * ```
 */
export const upsample2d = (x: Value, factor: number | Pair, given?: UpsampleOptions): Value =>
  upsampling2d(factor, given)(x);

/**
 * `upsample2d` along one axis (`UpSampling1D` of Keras; `Upsample` of PyTorch with align_corners=False).
 * @param x [batch, length, channels] @param factor a whole number, at most 1,024, for "linear" 512
 * @param given interpolation: "nearest", which is the default, or "linear"
 * @returns [batch, length · factor, channels] @throws ShapeError, OptionError as `upsample2d`
 * @example
 * ```ts
 * import { layer, sequential, tensor } from "kobai";
 * import { upsample1d } from "kobai/ops";
 * using net = sequential([layer("larger", (x) => upsample1d(x, 2, { interpolation: "linear" }))], { input: [2, 1] });
 * [...net.predict(tensor([1, 2], [1, 2, 1])).data]; // [1, 1.25, 1.75, 2]
 * ```
 */
export const upsample1d = (x: Value, factor: number, given?: LineUpsampleOptions): Value =>
  upsampling1d(factor, given)(x);
