// Normalization of channels over a batch (batchNorm), and within a sample (groupNorm, layerNorm).

import { ExtensionOp } from "../../../assembly/isa/index.ts";
import {
  BatchNormGradientArg,
  ChannelAffineArg,
  ChannelGradientArg,
  ChannelMeanArg,
  ChannelVarianceArg,
  ColumnsArg,
  GroupNormArg,
  GroupNormGradientArg,
} from "../../../assembly/isa/normalize.ts";
import { LONGEST_SUM, PARTIAL_TERMS } from "../../../assembly/sums.ts";
import { check, inType, options, positive, whole } from "../../check.ts";
import { ShapeError } from "../../errors.ts";
import { extension } from "../../runtime/extension.ts";
import { bytesPerElement, size } from "../../tensor.ts";
import { apply, checkValue, type Emitter, node, type Operation, sameFloat, type Value } from "../value.ts";
import { multiply, scale, subtract } from "./elementwise.ts";
import { sumTo } from "./reduce.ts";

/** Options of normalization. */
export interface NormOptions {
  /** Added to the variance under the root. Default 1e-5, as in PyTorch. */
  epsilon?: number;
}

const columnSums = /* @__PURE__ */ extension(ExtensionOp.columnSums);
const columnSquares = /* @__PURE__ */ extension(ExtensionOp.columnSquares);
const columnProducts = /* @__PURE__ */ extension(ExtensionOp.columnProducts);
const channelMean = /* @__PURE__ */ extension(ExtensionOp.channelMean);
const channelVariance = /* @__PURE__ */ extension(ExtensionOp.channelVariance);
const channelGradient = /* @__PURE__ */ extension(ExtensionOp.channelGradient);
const affineChannels = /* @__PURE__ */ extension(ExtensionOp.channelAffine);
const batchNormGradient = /* @__PURE__ */ extension(ExtensionOp.batchNormGradient);
const normalizeGroups = /* @__PURE__ */ extension(ExtensionOp.groupNorm);
const normalizeGroupsGradient = /* @__PURE__ */ extension(ExtensionOp.groupNormGradient);

/** A tensor as rows of channels: all axes but the last together. */
function rowsOf({ shape }: Value) {
  const channels = shape.at(-1)!;
  return { rows: size(shape) / channels, channels };
}

/** How many partial sums a sum of n terms is made of. */
const partsOf = (n: number) => (n > LONGEST_SUM ? Math.ceil(n / PARTIAL_TERMS) : 1);

/** Values of one number for each channel of x. */
const channelOf = ({ shape, dtype }: Value) => ({ shape: [shape.at(-1)!], dtype });

/** Partial sums over the rows of x, of so many terms. */
const partialsOf = (x: Value, terms: number) => ({
  shape: [terms, partsOf(rowsOf(x).rows), x.shape.at(-1)!],
  dtype: x.dtype,
});

type Columns = Readonly<Record<"partials" | "x", Value>> & { readonly g?: Value; readonly mean?: Value };

/** Writes the instruction that makes partial sums over the rows of x. */
function emitColumns(op: typeof columnSums, { partials, x, g, mean }: Columns, emitter: Emitter): void {
  const { rows, channels } = rowsOf(x);
  const operands = {
    [ColumnsArg.partials]: emitter.address(partials),
    [ColumnsArg.x]: emitter.address(x),
    [ColumnsArg.g]: g ? emitter.address(g) : 0,
    [ColumnsArg.mean]: mean ? emitter.address(mean) : 0,
    [ColumnsArg.rows]: rows,
    [ColumnsArg.channels]: channels,
  };
  emitter.emit<ColumnsArg>(op, x.dtype, operands, rows * (g ? 1.5 + 0.2 * channels : 0.5 + 0.06 * channels));
}

/** Writes the instruction y = (x − mean)·factor + shift. */
function emitAffine(y: Value, [x, mean, factor, shift]: readonly Value[], emitter: Emitter): void {
  const { rows, channels } = rowsOf(x!);
  const operands = {
    [ChannelAffineArg.out]: emitter.address(y),
    [ChannelAffineArg.x]: emitter.address(x!),
    [ChannelAffineArg.mean]: emitter.address(mean!),
    [ChannelAffineArg.factor]: emitter.address(factor!),
    [ChannelAffineArg.shift]: emitter.address(shift!),
    [ChannelAffineArg.rows]: rows,
    [ChannelAffineArg.channels]: channels,
  };
  emitter.emit<ChannelAffineArg>(affineChannels, y.dtype, operands, rows * (2.5 + 0.18 * channels));
}

/** Of a normalization by what it finds: the mean's sum, that of the squares, and the product with what is added to it. */
const PASSES = 3;

// mean and variance of each channel, inverse = 1 / √(variance + epsilon), factor = gamma·inverse, y = (x − mean)·factor + beta.
const batchNormOperation: Operation<{ readonly epsilon: number }> = {
  name: "batchNorm",
  infer([x]) {
    const channel = channelOf(x!);
    return [{ shape: x!.shape, dtype: x!.dtype }, channel, channel, channel, channel, partialsOf(x!, 1)];
  },
  gradient({ inputs: [x], outputs: [, mean, , inverse, factor] }, g) {
    const { outputs } = node(batchNormGradientOperation, [x!, g, mean!, inverse!, factor!], undefined);
    return outputs.slice(0, 3);
  },
  multiplyAdds: ({ inputs: [x] }) => PASSES * size(x!.shape),
  emit({ inputs, outputs, attributes: { epsilon } }, emitter) {
    const [x, gamma, beta] = inputs as [Value, Value, Value];
    const [y, mean, variance, inverse, factor, partials] = outputs as [
      Value,
      Value,
      Value,
      Value,
      Value,
      Value,
    ];
    const { rows, channels } = rowsOf(x);
    emitColumns(columnSums, { partials, x }, emitter);
    emitter.emit<ChannelMeanArg>(channelMean, x.dtype, {
      [ChannelMeanArg.mean]: emitter.address(mean),
      [ChannelMeanArg.partials]: emitter.address(partials),
      [ChannelMeanArg.rows]: rows,
      [ChannelMeanArg.channels]: channels,
    });
    emitColumns(columnSquares, { partials, x, mean }, emitter);
    emitter.emit<ChannelVarianceArg>(channelVariance, x.dtype, {
      [ChannelVarianceArg.variance]: emitter.address(variance),
      [ChannelVarianceArg.inverse]: emitter.address(inverse),
      [ChannelVarianceArg.factor]: emitter.address(factor),
      [ChannelVarianceArg.partials]: emitter.address(partials),
      [ChannelVarianceArg.gamma]: emitter.address(gamma),
      [ChannelVarianceArg.rows]: rows,
      [ChannelVarianceArg.channels]: channels,
      [ChannelVarianceArg.epsilon]: emitter.constant(epsilon),
    });
    emitAffine(y, [x, mean, factor, beta], emitter);
  },
};

// dbeta = Σ g, dgamma = Σ g·(x − mean)·inverse, k0 = dbeta / rows, k1 = dgamma·inverse / rows,
// dx = factor·((g − k0) − (x − mean)·k1). The outputs are dx, dgamma, dbeta, k0, k1 and partial sums.
const batchNormGradientOperation: Operation<undefined> = {
  name: "batchNormGradient",
  infer([x]) {
    const channel = channelOf(x!);
    return [{ shape: x!.shape, dtype: x!.dtype }, channel, channel, channel, channel, partialsOf(x!, 2)];
  },
  emit({ inputs, outputs }, emitter) {
    const [x, g, mean, inverse, factor] = inputs as [Value, Value, Value, Value, Value];
    const [dx, gamma, beta, k0, k1, partials] = outputs as [Value, Value, Value, Value, Value, Value];
    emitColumns(columnProducts, { partials, x, g, mean }, emitter);
    emitChannelGradient({ gamma, beta, partials, x }, { inverse, k0, k1 }, emitter);
    if (!emitter.isWanted(dx)) return;
    const { rows, channels } = rowsOf(x);
    const operands = {
      [BatchNormGradientArg.out]: emitter.address(dx),
      [BatchNormGradientArg.x]: emitter.address(x),
      [BatchNormGradientArg.g]: emitter.address(g),
      [BatchNormGradientArg.mean]: emitter.address(mean),
      [BatchNormGradientArg.factor]: emitter.address(factor),
      [BatchNormGradientArg.k0]: emitter.address(k0),
      [BatchNormGradientArg.k1]: emitter.address(k1),
      [BatchNormGradientArg.rows]: rows,
      [BatchNormGradientArg.channels]: channels,
    };
    emitter.emit<BatchNormGradientArg>(batchNormGradient, x.dtype, operands, rows * (2.5 + 0.31 * channels));
  },
};

/** Writes the instruction that adds up partial sums to gradients by gamma and beta, and where there is `inverse` to what dx needs. */
function emitChannelGradient(
  { gamma, beta, partials, x }: Readonly<Record<"gamma" | "beta" | "partials" | "x", Value>>,
  more: Readonly<Record<"inverse" | "k0" | "k1", Value>> | undefined,
  emitter: Emitter,
): void {
  emitter.emit<ChannelGradientArg>(channelGradient, x.dtype, {
    [ChannelGradientArg.gamma]: emitter.address(gamma),
    [ChannelGradientArg.beta]: emitter.address(beta),
    [ChannelGradientArg.partials]: emitter.address(partials),
    [ChannelGradientArg.inverse]: more ? emitter.address(more.inverse) : 0,
    [ChannelGradientArg.k0]: more ? emitter.address(more.k0) : 0,
    [ChannelGradientArg.k1]: more ? emitter.address(more.k1) : 0,
    [ChannelGradientArg.rows]: rowsOf(x).rows,
    [ChannelGradientArg.channels]: rowsOf(x).channels,
  });
}

/** y = (x − mean)·factor + shift */
const affineOperation: Operation<undefined> = {
  name: "channelAffine",
  inPlace: true,
  infer: ([x]) => [{ shape: x!.shape, dtype: x!.dtype }],
  gradient({ inputs }, g) {
    const [x, mean, factor, shift] = inputs as [Value, Value, Value, Value];
    const dx = multiply(g, factor);
    const dfactor = sumTo(multiply(g, subtract(x, mean)), factor.shape);
    return [dx, scale(sumTo(dx, mean.shape), -1), dfactor, sumTo(g, shift.shape)];
  },
  multiplyAdds: ({ inputs: [x] }) => size(x!.shape),
  emit: ({ inputs, outputs: [y] }, emitter) => emitAffine(y!, inputs, emitter),
};

// x̂ = (x − mean)·inverse, y = x̂·gamma + beta, with the mean and inverse = 1 / √(variance + epsilon) of a sample's group. Outputs: y, x̂, inverse.
const groupNormOperation: Operation<{
  readonly groups: number;
  readonly epsilon: number;
  readonly axes: number;
}> = {
  name: "groupNorm",
  infer([x], { groups, axes }) {
    const type = { shape: x!.shape, dtype: x!.dtype };
    return [type, type, { shape: [sizesOf(x!, axes).samples, groups], dtype: x!.dtype }];
  },
  gradient({ inputs: [, gamma], outputs: [, normalized, inverse], attributes }, g) {
    const dx = apply(groupNormGradientOperation, [g, normalized!, inverse!, gamma!], attributes);
    const { outputs } = node(groupAffineGradientOperation, [g, normalized!], undefined);
    return [dx, ...outputs.slice(0, 2)];
  },
  multiplyAdds: ({ inputs: [x] }) => PASSES * size(x!.shape),
  workspace: ({ inputs: [x], attributes: { axes } }) => workspaceOf(x!, axes, 1),
  emit({ inputs, outputs, attributes: { groups, epsilon, axes } }, emitter) {
    const [x, gamma, beta] = inputs as [Value, Value, Value];
    const [y, normalized, inverse] = outputs as [Value, Value, Value];
    const { samples, positions, channels } = sizesOf(x, axes);
    const operands = {
      [GroupNormArg.out]: emitter.address(y),
      [GroupNormArg.normalized]: emitter.isWanted(normalized) ? emitter.address(normalized) : 0,
      [GroupNormArg.inverse]: emitter.address(inverse),
      [GroupNormArg.x]: emitter.address(x),
      [GroupNormArg.gamma]: emitter.address(gamma),
      [GroupNormArg.beta]: emitter.address(beta),
      [GroupNormArg.samples]: samples,
      [GroupNormArg.positions]: positions,
      [GroupNormArg.channels]: channels,
      [GroupNormArg.groups]: groups,
      [GroupNormArg.epsilon]: emitter.constant(epsilon),
      [GroupNormArg.workspace]: emitter.workspace,
      [GroupNormArg.workspaceBytes]: emitter.workspaceBytes,
    };
    const cost = samples * (10 * groups + 0.45 * channels + positions * (3 + 0.48 * channels));
    emitter.emit<GroupNormArg>(normalizeGroups, x.dtype, operands, cost);
  },
};

/** Samples, positions and channels: the axes of a sample are the last `axes`, the last of which are the channels. */
function sizesOf({ shape }: Value, axes: number) {
  const channels = shape.at(-1)!;
  const positions = size(shape.slice(shape.length - axes, -1));
  return { samples: size(shape) / channels / positions, positions, channels };
}

/** Scratch of one lane: partial sums of `terms` terms, and two or one more numbers for each channel. */
function workspaceOf(x: Value, axes: number, terms: number): number {
  const { positions, channels } = sizesOf(x, axes);
  return (terms * partsOf(positions) + 3 - terms) * channels * bytesPerElement(x.dtype);
}

/** dx = inverse·((g·gamma − k0) − x̂·k1), k0 and k1 the means over a sample's group of g·gamma and of g·gamma·x̂. */
const groupNormGradientOperation: Operation<{ readonly groups: number; readonly axes: number }> = {
  name: "groupNormGradient",
  infer: ([g]) => [{ shape: g!.shape, dtype: g!.dtype }],
  workspace: ({ inputs: [g], attributes: { axes } }) => workspaceOf(g!, axes, 2),
  emit({ inputs, outputs: [dx], attributes: { groups, axes } }, emitter) {
    const [g, normalized, inverse, gamma] = inputs as [Value, Value, Value, Value];
    const { samples, positions, channels } = sizesOf(g, axes);
    const operands = {
      [GroupNormGradientArg.out]: emitter.address(dx!),
      [GroupNormGradientArg.g]: emitter.address(g),
      [GroupNormGradientArg.normalized]: emitter.address(normalized),
      [GroupNormGradientArg.inverse]: emitter.address(inverse),
      [GroupNormGradientArg.gamma]: emitter.address(gamma),
      [GroupNormGradientArg.samples]: samples,
      [GroupNormGradientArg.positions]: positions,
      [GroupNormGradientArg.channels]: channels,
      [GroupNormGradientArg.groups]: groups,
      [GroupNormGradientArg.workspace]: emitter.workspace,
      [GroupNormGradientArg.workspaceBytes]: emitter.workspaceBytes,
    };
    const cost = samples * (15 * groups + 0.7 * channels + positions * (2 + 0.56 * channels));
    emitter.emit<GroupNormGradientArg>(normalizeGroupsGradient, g.dtype, operands, cost);
  },
};

/** Gradients of y = x̂·gamma + beta: dgamma = Σ g·x̂ and dbeta = Σ g over all rows; and partial sums. */
const groupAffineGradientOperation: Operation<undefined> = {
  name: "groupAffineGradient",
  infer: ([g]) => [channelOf(g!), channelOf(g!), partialsOf(g!, 2)],
  emit({ inputs, outputs }, emitter) {
    const [g, x] = inputs as [Value, Value];
    const [gamma, beta, partials] = outputs as [Value, Value, Value];
    emitColumns(columnProducts, { partials, x, g }, emitter);
    emitChannelGradient({ gamma, beta, partials, x }, undefined, emitter);
  },
};

/** Checks what is normalized and numbers for its channels. @throws ShapeError, OptionError */
function checkOperands(op: string, x: Value, channels: Readonly<Record<string, Value>>): void {
  checkValue(`${op}: operand 1`, x);
  if (x.shape.length < 2) {
    throw new ShapeError(
      op,
      `x must be [batch, …, channels]; ${ShapeError.describe({ x: x.shape })}`,
      x.shape,
    );
  }
  for (const [name, value] of Object.entries(channels)) {
    checkValue(`${op}: ${name}`, value);
    if (value.shape.length === 1 && value.shape[0] === x.shape.at(-1)) continue;
    throw new ShapeError(
      op,
      `${ShapeError.describe({ x: x.shape, [name]: value.shape })}; ${name} must be [${x.shape.at(-1)}], a number for each of x's channels`,
      x.shape,
      value.shape,
    );
  }
  sameFloat(op, x, ...Object.values(channels));
}

function epsilonOf(op: string, { dtype }: Value, given: NormOptions | undefined): number {
  const { epsilon = 1e-5 } = options(op, given, { epsilon: positive });
  return check(op, "epsilon", epsilon, inType(dtype, positive));
}

/** What `batchNorm` gives. */
export interface BatchNorm {
  /** [batch, …, channels] */
  readonly y: Value;
  /** [channels]: of this batch */
  readonly mean: Value;
  /** [channels]: of this batch, the mean square of deviations, which is divided by the number of rows */
  readonly variance: Value;
}

/**
 * Normalizes each channel over all other axes (Ioffe & Szegedy 2015; book 6.3): y = gamma·(x − mean) / √(variance + epsilon) + beta, with the mean and the
 * variance of this batch. Rows are added in their order, more than 1,024 of them 384 at a time.
 *
 * The gradients of y reach x, gamma and beta; the statistics have none.
 *
 * @param x [batch, …, channels]
 * @param gamma [channels] @param beta [channels] @param given epsilon: added to the variance, default 1e-5
 * @returns y, of x's shape; mean and variance, [channels]
 * @throws ShapeError where shapes do not fit @throws OptionError where epsilon is no number above 0
 * @example
 * ```ts
 * import { constant, layer, sequential } from "kobai";
 * import { batchNorm } from "kobai/ops";
 * const normalize = layer("normalize", (x, { parameter }) =>
 *   batchNorm(x, parameter("gamma", [1], constant(1)), parameter("beta", [1], constant(0))).y,
 * );
 * using net = sequential([normalize], { input: [1] });
 * [...net.predict([[1], [3]]).data].map(Math.round); // [-1, 1]
 * ```
 */
export function batchNorm(x: Value, gamma: Value, beta: Value, given?: NormOptions): BatchNorm {
  checkOperands("batchNorm", x, { gamma, beta });
  const made = node(batchNormOperation, [x, gamma, beta], { epsilon: epsilonOf("batchNorm", x, given) });
  const [y, mean, variance] = made.outputs as [Value, Value, Value];
  return { y, mean, variance };
}

/**
 * y = (x − mean)·factor + shift, for each channel: batch normalization with statistics that are known, where factor is
 * gamma / √(variance + epsilon).
 *
 * @param x [batch, …, channels]
 * @param mean [channels] @param factor [channels] @param shift [channels] @returns x's shape
 * @throws ShapeError where shapes do not fit
 * @example
 * ```ts
 * import { constant, layer, sequential } from "kobai";
 * import { channelAffine } from "kobai/ops";
 * const known = layer("known", (x, { parameter }) => {
 *   const [mean, factor, shift] = [1, 2, 0.5].map((v, i) => parameter(`of${i}`, [1], constant(v)));
 *   return channelAffine(x, mean, factor, shift);
 * });
 * using net = sequential([known], { input: [1] });
 * [...net.predict([[1], [4]]).data]; // [0.5, 6.5]
 * ```
 */
export function channelAffine(x: Value, mean: Value, factor: Value, shift: Value): Value {
  checkOperands("channelAffine", x, { mean, factor, shift });
  return apply(affineOperation, [x, mean, factor, shift], undefined);
}

/**
 * Normalizes each row along its last axis (Ba et al. 2016): y = gamma·(x − mean) / √(variance + epsilon) + beta, with the row's mean and variance.
 *
 * @param x [batch, …, channels]
 * @param gamma [channels] @param beta [channels] @param given epsilon: added to the variance, default 1e-5
 * @returns x's shape
 * @throws ShapeError where shapes do not fit @throws OptionError where epsilon is no number above 0
 * @example
 * ```ts
 * import { constant, layer, sequential } from "kobai";
 * import { layerNorm } from "kobai/ops";
 * const normalize = layer("normalize", (x, { parameter }) =>
 *   layerNorm(x, parameter("gamma", [2], constant(1)), parameter("beta", [2], constant(0))),
 * );
 * using net = sequential([normalize], { input: [2] });
 * [...net.predict([[1, 3]]).data].map(Math.round); // [-1, 1]
 * ```
 */
export function layerNorm(x: Value, gamma: Value, beta: Value, given?: NormOptions): Value {
  checkOperands("layerNorm", x, { gamma, beta });
  const attributes = { groups: 1, axes: 1, epsilon: epsilonOf("layerNorm", x, given) };
  return apply(groupNormOperation, [x, gamma, beta], attributes);
}

/**
 * Normalizes each sample's channels in groups, over all positions (Wu & He 2018): y = gamma·(x − mean) / √(variance + epsilon) + beta, with the mean and
 * variance of the sample's group. With as many groups as channels it is instance normalization.
 *
 * @param x [batch, …, channels]
 * @param groups a divisor of the number of channels
 * @param gamma [channels] @param beta [channels] @param given epsilon: added to the variance, default 1e-5
 * @returns x's shape
 * @throws ShapeError where shapes do not fit, or groups do not divide the channels
 * @throws OptionError where epsilon is no number above 0, or groups no whole number of at least 1
 * @example
 * ```ts
 * import { constant, layer, sequential } from "kobai";
 * import { groupNorm } from "kobai/ops";
 * const normalize = layer("normalize", (x, { parameter }) =>
 *   groupNorm(x, 2, parameter("gamma", [4], constant(1)), parameter("beta", [4], constant(0))),
 * );
 * using net = sequential([normalize], { input: [4] });
 * [...net.predict([[1, 3, 30, 10]]).data].map(Math.round); // [-1, 1, 1, -1]
 * ```
 */
export function groupNorm(x: Value, groups: number, gamma: Value, beta: Value, given?: NormOptions): Value {
  checkOperands("groupNorm", x, { gamma, beta });
  check("groupNorm", "groups", groups, whole());
  const channels = x.shape.at(-1)!;
  if (channels % groups !== 0) {
    throw new ShapeError(
      "groupNorm",
      `${channels} channels do not make ${groups} groups of equal size (${ShapeError.describe({ x: x.shape })}); take a divisor of ${channels}`,
      x.shape,
    );
  }
  const attributes = { groups, axes: x.shape.length - 1, epsilon: epsilonOf("groupNorm", x, given) };
  return apply(groupNormOperation, [x, gamma, beta], attributes);
}
