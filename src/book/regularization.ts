// The layers of chapter 6, for networks built by hand: dropout and batch normalization.

import { Purpose } from "../../assembly/isa/random.ts";
import { check, flag, fraction, options, seed as seedRule } from "../check.ts";
import { ShapeError } from "../errors.ts";
import { add, divide, multiply, scale, sqrt } from "../graph/ops/elementwise.ts";
import { batchNorm, channelAffine } from "../graph/ops/normalize.ts";
import { reshape } from "../graph/ops/reshape.ts";
import { constant, type Value } from "../graph/value.ts";
import { philox4x32 } from "../random.ts";
import { evaluate } from "../runtime/eager.ts";
import { size, type Tensor, type TensorLike, tensor } from "../tensor.ts";
import { bothWays, Memory } from "./memory.ts";
import { asFloat, floats } from "./operands.ts";

const masking = bothWays((x, mask) => multiply(x, mask));

/**
 * Dropout (book 6.4.3): in training each element becomes 0 with probability `dropoutRatio`, and else stays what it is; otherwise all are
 * multiplied by 1 − dropoutRatio. (`dropout` of kobai divides in training instead.)
 *
 * Masks are a function of the seed and of how many there have been: the same ones in every run.
 * @example
 * ```ts
 * import { init } from "kobai";
 * import { Dropout } from "kobai/book";
 * await init();
 * const layer = new Dropout(0.5);
 * layer.forward([2, 4], false).data; // 1, 2
 * ```
 */
export class Dropout {
  /** 1 where an element was kept in the last forward pass in training, else 0. */
  mask: Tensor | undefined;
  /** How many masks there have been. */
  masks = 0;
  readonly #ratio: number;
  readonly #seed: number;
  readonly #memory = new Memory("Dropout", masking);

  /**
   * @param dropoutRatio from 0 to below 1, default 0.5 @param given seed: of the masks, a whole number from 0 to 2⁵³ − 1; default 0
   * @throws OptionError for numbers out of range, or options that there are not
   */
  constructor(dropoutRatio = 0.5, given?: { seed?: number }) {
    this.#ratio = check("Dropout", "dropoutRatio", dropoutRatio, fraction);
    this.#seed = options("Dropout", given, { seed: seedRule }).seed ?? 0;
  }

  /**
   * @param trainFlg whether this is training, default true
   * @returns x's shape @throws DataError where x is no tensor @throws OptionError where trainFlg is neither true nor false
   * @throws StateError before `init()`
   */
  forward(x: TensorLike, trainFlg = true): Tensor {
    check("Dropout", "trainFlg", trainFlg, flag);
    const given = floats("Dropout", { x }).x;
    if (!trainFlg) {
      const share = tensor([1 - this.#ratio], [], given.dtype);
      return evaluate(multiply, given, share);
    }
    const mask = this.#draw(given);
    const y = this.#memory.forward({ x: given, mask });
    this.mask = mask;
    return y;
  }

  /**
   * The gradient by x, of the last forward pass in training: dout where an element was kept.
   * @throws StateError before one @throws ShapeError where dout has another shape
   */
  backward(dout: TensorLike): Tensor {
    return this.#memory.backward(dout)[0]!;
  }

  #draw({ shape, dtype, data: { length } }: Tensor): Tensor {
    const key = [this.#seed >>> 0, Math.floor(this.#seed / 2 ** 32)] as const;
    const least = this.#ratio * 2 ** 32;
    const kept = new Uint8Array(length);
    for (let i = 0; i < length; i += 4) {
      const words = philox4x32([i / 4, 0, this.masks, Purpose.dropout], key);
      for (let j = 0; j < 4 && i + j < length; j++) kept[i + j] = words[j]! >= least ? 1 : 0;
    }
    this.masks += 1;
    return tensor(kept, [...shape], dtype);
  }
}

/** The book's 10e-7. */
const EPSILON = 1e-6;

/** Samples as rows: images and whatever else has more axes, too. */
const asRows = (x: Value) => reshape(x, [x.shape[0]!, size(x.shape.slice(1))]);

function normalized(x: Value, gamma: Value, beta: Value): readonly [Value, ...Value[]] {
  const { y, mean, variance } = batchNorm(asRows(x), gamma, beta, { epsilon: EPSILON });
  return [reshape(y, x.shape), mean, variance];
}

const normalization = bothWays((x, gamma, beta) => normalized(x!, gamma!, beta!)[0]);

function inferred(x: Value, gamma: Value, beta: Value, mean: Value, variance: Value): Value {
  const factor = divide(gamma, sqrt(add(variance, constant(EPSILON, variance.dtype))));
  return reshape(channelAffine(asRows(x), mean, factor, beta), x.shape);
}

const moved = (running: Value, now: Value, share: Value) =>
  add(multiply(running, share), multiply(now, add(scale(share, -1), constant(1, share.dtype))));

/**
 * Batch normalization (book 6.3): each feature of a batch less its mean, divided by √(variance + 10e-7), times gamma, plus beta. Otherwise
 * running statistics take the place of the batch's; each training pass moves them: running = momentum·running + (1 − momentum)·batch. Of
 * images, each pixel of each channel is a feature of its own, as in the book's code.
 *
 * gamma and beta are looked at in every pass.
 * @example
 * ```ts
 * import { init } from "kobai";
 * import { BatchNormalization } from "kobai/book";
 * await init();
 * const layer = new BatchNormalization([1, 1], [0, 5]);
 * layer.forward([[-1, 1], [1, 3]]).data; // -0.9999995, 4.0000005, 0.9999995, 5.9999995
 * layer.runningMean!.data; // 0, 0.2
 * ```
 */
export class BatchNormalization {
  /** [features] */
  gamma: Tensor;
  /** [features] */
  beta: Tensor;
  /** The gradients by gamma and beta that the last backward pass left. */
  dgamma: Tensor | undefined;
  dbeta: Tensor | undefined;
  /** [features]; undefined until the first training pass, unless given */
  runningMean: Tensor | undefined;
  /** [features]; of the batch, the mean of squared deviations */
  runningVar: Tensor | undefined;
  readonly #momentum: number;
  readonly #memory = new Memory("BatchNormalization", normalization);

  /**
   * @param gamma [features] @param beta [features]; tensors are taken as they are, without a copy
   * @param momentum from 0 to below 1, default 0.9 @param runningMean default zeros @param runningVar default zeros, the book's
   * @throws DataError where one is no tensor @throws OptionError for another momentum
   */
  constructor(
    gamma: TensorLike,
    beta: TensorLike,
    momentum = 0.9,
    runningMean?: TensorLike,
    runningVar?: TensorLike,
  ) {
    this.gamma = asFloat("BatchNormalization", "gamma", gamma);
    this.beta = asFloat("BatchNormalization", "beta", beta);
    this.#momentum = check("BatchNormalization", "momentum", momentum, fraction);
    const own = (name: string, x: TensorLike | undefined) =>
      x === undefined ? undefined : asFloat("BatchNormalization", name, x);
    this.runningMean = own("runningMean", runningMean);
    this.runningVar = own("runningVar", runningVar);
  }

  /**
   * @param x [batch, …], of as many features as gamma has @param trainFlg whether this is training, default true
   * @returns x's shape
   * @throws ShapeError where the sizes do not fit @throws OptionError where trainFlg is neither true nor false
   * @throws StateError before `init()`
   */
  forward(x: TensorLike, trainFlg = true): Tensor {
    check("BatchNormalization", "trainFlg", trainFlg, flag);
    const given = floats("BatchNormalization", { x, gamma: this.gamma, beta: this.beta });
    const [batch, ...features] = given.x.shape;
    if (batch === undefined || features.length === 0 || size(features) !== given.gamma.data.length) {
      throw new ShapeError(
        "BatchNormalization",
        `${ShapeError.describe({ x: given.x.shape, gamma: given.gamma.shape })}; x must be [batch, …] with a feature for each of gamma`,
        given.x.shape,
        given.gamma.shape,
      );
    }
    const zeros = tensor(new Float64Array(size(features)), [size(features)], given.x.dtype);
    const { runningMean = zeros, runningVar = zeros } = this;
    if (!trainFlg) {
      const all = floats("BatchNormalization", { ...given, runningMean, runningVar });
      return evaluate(inferred, all.x, all.gamma, all.beta, all.runningMean, all.runningVar);
    }
    const [y, mean, variance] = this.#memory.forwardBy(normalized, given) as [Tensor, Tensor, Tensor];
    this.runningMean = this.#move(runningMean, mean);
    this.runningVar = this.#move(runningVar, variance);
    return y;
  }

  /**
   * The gradient by x, of the last forward pass in training; those by gamma and beta come to lie in `dgamma` and `dbeta`.
   * @throws StateError before one @throws ShapeError where dout has another shape
   */
  backward(dout: TensorLike): Tensor {
    const [dx, dgamma, dbeta] = this.#memory.backward(dout) as [Tensor, Tensor, Tensor];
    this.dgamma = dgamma;
    this.dbeta = dbeta;
    return dx;
  }

  #move(running: Tensor, batch: Tensor): Tensor {
    const {
      running: was,
      batch: now,
      momentum,
    } = floats("BatchNormalization", { running, batch, momentum: this.#momentum });
    return evaluate(moved, was, now, momentum);
  }
}
