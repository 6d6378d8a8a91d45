import { check, flag, fraction, inType, options, positive, whole } from "../../check.ts";
import { ShapeError } from "../../errors.ts";
import { add, divide, scale, sqrt } from "../../graph/ops/elementwise.ts";
import {
  channelAffine,
  batchNorm as normalizeBatch,
  groupNorm as normalizeGroups,
  layerNorm as normalizeRows,
} from "../../graph/ops/normalize.ts";
import { broadcastTo } from "../../graph/ops/reduce.ts";
import { constant as scalar, type Value } from "../../graph/value.ts";
import { size } from "../../tensor.ts";
import { constant, zeros } from "../initializers.ts";
import { type Layer, ownLayer, type Scope } from "./layer.ts";

/** Options of `layerNorm`. */
export interface LayerNormOptions {
  /** Added to the variance under the root. Default 1e-5, PyTorch's; Keras has 1e-3. */
  epsilon?: number;
  /** Whether what was normalized is multiplied by trained numbers, gamma. Default true. */
  scale?: boolean;
  /** Whether trained numbers, beta, are added then. Default true. */
  shift?: boolean;
}

/** Options of `batchNorm`. */
export interface BatchNormOptions extends LayerNormOptions {
  /**
   * How much of the running statistics each step keeps: running = momentum·running + (1 − momentum)·batch, as in Keras and the book. Default
   * 0.9, the book's. PyTorch's momentum is the rest, 1 − momentum, and its default the same; Keras's is 0.99.
   */
  momentum?: number;
}

const rules = () => ({ epsilon: positive, scale: flag, shift: flag });

/** gamma and beta, trained or left out; x has an axis of channels behind that of the batch. */
function affine(
  kind: string,
  x: Value,
  { scale = true, shift = true }: LayerNormOptions,
  { parameter }: Pick<Scope, "parameter">,
) {
  if (x.shape.length < 2) {
    throw new ShapeError(
      kind,
      `x must be [batch, …, channels]; ${ShapeError.describe({ x: x.shape })}`,
      x.shape,
    );
  }
  const shape = [x.shape.at(-1)!];
  const all = (value: number) => broadcastTo(scalar(value, x.dtype), shape);
  return {
    shape,
    gamma: scale ? parameter("gamma", shape, constant(1)) : all(1),
    beta: shift ? parameter("beta", shape, zeros()) : all(0),
  };
}

/**
 * Batch normalization of each channel (Ioffe & Szegedy 2015; book 6.3): y = gamma·(x − mean) / √(variance + epsilon) + beta. In training, mean and variance are
 * those of the batch over all axes but the last; in inference running ones, which training keeps as state. Parameters: gamma [channels],
 * from 1, and beta [channels], from 0. State: runningMean, from 0, and runningVariance, from 1.
 *
 * The variance that normalizes is the mean of the squares of n deviations; into the running one goes n / (n − 1) times as much, as in PyTorch. A batch
 * that has one number for each channel has no variance: it leaves the running statistics as they are, and its outputs are beta.
 *
 * x: [batch, …, channels] → [batch, …, channels]
 * @param given epsilon, momentum, scale, shift
 * @throws OptionError for numbers out of range, or options that there are not
 * @throws ShapeError, when the network is made, where x has no channels
 * @example
 * ```ts
 * import { batchNorm, dense, he, relu, sequential } from "kobai";
 * const net = sequential([batchNorm(), dense(50, { weight: he() }), batchNorm(), relu(), dense(10)], { input: [784] });
 * net.params["batchNorm2.gamma"].shape; // [50]
 * ```
 */
export function batchNorm(given?: BatchNormOptions): Layer {
  const made = options("batchNorm", given, { ...rules(), momentum: fraction });
  const { epsilon = 1e-5, momentum = 0.9 } = made;
  return ownLayer("batchNorm", { ...made }, (x, scope) => {
    const { gamma, beta, shape } = affine("batchNorm", x, made, scope);
    // In inference no op of normalization looks at them.
    check("batchNorm", "epsilon", epsilon, inType(x.dtype, positive));
    check("batchNorm", "momentum", momentum, inType(x.dtype, fraction));
    const mean = scope.state("runningMean", shape, 0);
    const variance = scope.state("runningVariance", shape, 1);
    if (!scope.training) {
      const factor = divide(gamma, sqrt(add(variance.value, scalar(epsilon, x.dtype))));
      return channelAffine(x, mean.value, factor, beta);
    }
    const batch = normalizeBatch(x, gamma, beta, { epsilon });
    const n = size(x.shape.slice(0, -1));
    if (n > 1) {
      const share = 1 - momentum;
      mean.update(add(scale(mean.value, momentum), scale(batch.mean, share)));
      variance.update(add(scale(variance.value, momentum), scale(batch.variance, (share * n) / (n - 1))));
    }
    return batch.y;
  });
}

/**
 * Layer normalization of each row along its last axis (Ba et al. 2016): y = gamma·(x − mean) / √(variance + epsilon) + beta, with the row's own mean and
 * variance, in training and inference alike. Parameters: gamma [channels], from 1, and beta [channels], from 0.
 *
 * x: [batch, …, channels] → [batch, …, channels]
 * @param given epsilon, scale, shift
 * @throws OptionError for an epsilon that is not above 0, or options that there are not
 * @throws ShapeError, when the network is made, where x has no channels
 * @example
 * ```ts
 * import { layerNorm, sequential } from "kobai";
 * const net = sequential([layerNorm({ epsilon: 1e-12 })], { input: [2], dtype: "float64" });
 * net.predict(tensor([1, 3], [1, 2])).data; // Float64Array [-0.9999999999995, 0.9999999999995]
 * ```
 */
export function layerNorm(given?: LayerNormOptions): Layer {
  const made = options("layerNorm", given, rules());
  const { epsilon = 1e-5 } = made;
  return ownLayer("layerNorm", { ...made }, (x, scope) => {
    const { gamma, beta } = affine("layerNorm", x, made, scope);
    return normalizeRows(x, gamma, beta, { epsilon });
  });
}

/**
 * Group normalization (Wu & He 2018): y = gamma·(x − mean) / √(variance + epsilon) + beta, with mean and variance of each sample's groups of neighbouring channels, over
 * all positions, in training and inference alike. One group: all channels together; as many groups as channels: instance normalization.
 * Parameters: gamma [channels], from 1, and beta [channels], from 0.
 *
 * x: [batch, …, channels] → [batch, …, channels]
 * @param groups a divisor of the number of channels
 * @param given epsilon, scale, shift
 * @throws OptionError for numbers out of range, or options that there are not
 * @throws ShapeError, when the network is made, where groups do not divide the channels
 * @example
 * ```ts
 * import { groupNorm, sequential } from "kobai";
 * const net = sequential([groupNorm(8)], { input: [28, 28, 32] });
 * ```
 */
export function groupNorm(groups: number, given?: LayerNormOptions): Layer {
  check("groupNorm", "groups", groups, whole());
  const made = options("groupNorm", given, rules());
  const { epsilon = 1e-5 } = made;
  return ownLayer("groupNorm", { groups, ...made }, (x, scope) => {
    const { gamma, beta } = affine("groupNorm", x, made, scope);
    return normalizeGroups(x, groups, gamma, beta, { epsilon });
  });
}
