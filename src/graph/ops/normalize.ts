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
import { check, options, positive, whole } from "../../check.ts";
import { ShapeError } from "../../errors.ts";
import { extension } from "../../runtime/extension.ts";
import { bytesPerElement, size } from "../../tensor.ts";
import { apply, checkValue, type Emitter, node, type Operation, type Shape, sameFloat, type Value } from "../value.ts";
import { multiply, subtract } from "./binary.ts";
import { sumTo } from "./broadcast.ts";
import { scale } from "./unary.ts";

/** Options of normalization. */
export interface NormOptions {
  /** Added to the variance under the root. Default 1e-5, as PyTorch. */
  epsilon?: number;
}

const columnSums = extension(ExtensionOp.columnSums);
const columnSquares = extension(ExtensionOp.columnSquares);
const columnProducts = extension(ExtensionOp.columnProducts);
const channelMean = extension(ExtensionOp.channelMean);
const channelVariance = extension(ExtensionOp.channelVariance);
const channelGradient = extension(ExtensionOp.channelGradient);
const channelAffine = extension(ExtensionOp.channelAffine);
const batchNormGradient = extension(ExtensionOp.batchNormGradient);
const groupNormOp = extension(ExtensionOp.groupNorm);
const groupNormGradientOp = extension(ExtensionOp.groupNormGradient);

/** Rows of channels: all axes but the last together. */
function rowsOf({ shape }: Value) {
  const channels = shape.at(-1)!;
  return { rows: size(shape) / channels, channels };
}

/** How many partial sums a sum of n terms is made of. */
const partsOf = (n: number) => (n > LONGEST_SUM ? Math.ceil(n / PARTIAL_TERMS) : 1);

/** The sums of a channel, and of a second term where there is one, before they are added up. */
const partialsOf = (x: Value, terms = 1) => {
  const { rows, channels } = rowsOf(x);
  return { shape: [terms, partsOf(rows), channels], dtype: x.dtype };
};

// x̂ = (x − mean)·inverse, y = (x − mean)·(gamma·inverse) + beta, with inverse = 1/√(variance + epsilon). Outputs: y, mean, variance, inverse,
// factor = gamma·inverse, and partial sums.
const batchNormOperation: Operation<{ readonly epsilon: number }> = {
  name: "batchNorm",
  infer([x]) {
    const { dtype } = x!;
    const channel = { shape: [x!.shape.at(-1)!], dtype };
    return [{ shape: x!.shape, dtype }, channel, channel, channel, channel, partialsOf(x!)];
  },
  gradient({ inputs: [x, gamma], outputs: [, mean, , inverse, factor] }, g) {
    const { outputs } = node(batchNormGradientOperation, [x!, g, mean!, inverse!, factor!], undefined);
    return [outputs[0], outputs[1], outputs[2]].slice(0, gamma ? 3 : 1);
  },
  emit({ inputs, outputs, attributes: { epsilon } }, emitter) {
    const [x, gamma, beta] = inputs.map((value) => emitter.address(value)) as [number, number, number];
    const [y, mean, variance, inverse, factor, partials] = outputs.map((value) => emitter.address(value)) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const { dtype } = inputs[0]!;
    const { rows, channels } = rowsOf(inputs[0]!);
    const sizes = { rows, channels };
    emitColumns(columnSums, { partials, x, g: 0, mean: 0, ...sizes }, dtype, 0.1, emitter);
    emitter.emit<ChannelMeanArg>(channelMean, dtype, {
      [ChannelMeanArg.mean]: mean,
      [ChannelMeanArg.partials]: partials,
      [ChannelMeanArg.rows]: rows,
      [ChannelMeanArg.channels]: channels,
    });
    emitColumns(columnSquares, { partials, x, g: 0, mean, ...sizes }, dtype, 0.1, emitter);
    emitter.emit<ChannelVarianceArg>(channelVariance, dtype, {
      [ChannelVarianceArg.variance]: variance,
      [ChannelVarianceArg.inverse]: inverse,
      [ChannelVarianceArg.factor]: factor,
      [ChannelVarianceArg.partials]: partials,
      [ChannelVarianceArg.gamma]: gamma,
      [ChannelVarianceArg.rows]: rows,
      [ChannelVarianceArg.channels]: channels,
      [ChannelVarianceArg.epsilon]: emitter.constant(epsilon),
    });
    emitAffine({ out: y, x, mean, factor, shift: beta, ...sizes }, dtype, emitter);
  },
};

interface Columns {
  readonly partials: number;
  readonly x: number;
  readonly g: number;
  readonly mean: number;
  readonly rows: number;
  readonly channels: number;
}

function emitColumns(
  op: typeof columnSums,
  { partials, x, g, mean, rows, channels }: Columns,
  dtype: Value["dtype"],
  nanoseconds: number,
  emitter: Emitter,
): void {
  const operands = {
    [ColumnsArg.partials]: partials,
    [ColumnsArg.x]: x,
    [ColumnsArg.g]: g,
    [ColumnsArg.mean]: mean,
    [ColumnsArg.rows]: rows,
    [ColumnsArg.channels]: channels,
  };
  emitter.emit<ColumnsArg>(op, dtype, operands, nanoseconds * rows * channels);
}

interface Affine {
  readonly out: number;
  readonly x: number;
  readonly mean: number;
  readonly factor: number;
  readonly shift: number;
  readonly rows: number;
  readonly channels: number;
}

function emitAffine(
  { out, x, mean, factor, shift, rows, channels }: Affine,
  dtype: Value["dtype"],
  emitter: Emitter,
): void {
  const operands = {
    [ChannelAffineArg.out]: out,
    [ChannelAffineArg.x]: x,
    [ChannelAffineArg.mean]: mean,
    [ChannelAffineArg.factor]: factor,
    [ChannelAffineArg.shift]: shift,
    [ChannelAffineArg.rows]: rows,
    [ChannelAffineArg.channels]: channels,
  };
  emitter.emit<ChannelAffineArg>(channelAffine, dtype, operands, rows * (2 + 0.12 * channels));
}

// dbeta = Σ g, dgamma = Σ g·x̂, dx = factor·((g − dbeta / rows) − (x − mean)·(dgamma·inverse / rows)). Outputs: dx, dgamma, dbeta, the two
// quotients, and partial sums.
const batchNormGradientOperation: Operation<undefined> = {
  name: "batchNormGradient",
  infer([x]) {
    const { shape, dtype } = x!;
    const channel = { shape: [shape.at(-1)!], dtype };
    return [{ shape, dtype }, channel, channel, channel, channel, partialsOf(x!, 2)];
  },
  emit({ inputs, outputs }, emitter) {
    const [x, g, mean, inverse, factor] = inputs.map((value) => emitter.address(value)) as [
      number,
      number,
      number,
      number,
      number,
    ];
    const [dx, gamma, beta, k0, k1, partials] = outputs.map((value) => emitter.address(value)) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const { dtype } = inputs[0]!;
    const { rows, channels } = rowsOf(inputs[0]!);
    emitColumns(columnProducts, { partials, x, g, mean, rows, channels }, dtype, 0.15, emitter);
    emitChannelGradient({ gamma, beta, partials, inverse, k0, k1, rows, channels }, dtype, emitter);
    if (!emitter.isWanted(outputs[0]!)) return;
    const operands = {
      [BatchNormGradientArg.out]: dx,
      [BatchNormGradientArg.x]: x,
      [BatchNormGradientArg.g]: g,
      [BatchNormGradientArg.mean]: mean,
      [BatchNormGradientArg.factor]: factor,
      [BatchNormGradientArg.k0]: k0,
      [BatchNormGradientArg.k1]: k1,
      [BatchNormGradientArg.rows]: rows,
      [BatchNormGradientArg.channels]: channels,
    };
    emitter.emit<BatchNormGradientArg>(
      batchNormGradient,
      dtype,
      operands,
      rows * (2 + 0.2 * channels),
    );
  },
};
