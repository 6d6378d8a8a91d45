import { check, flag, fraction, options as optionsOf, positive } from "../check.ts";
import { zeros } from "../nn/initializers.ts";
import { dense } from "../nn/layers/dense.ts";
import { numericalGradient } from "../numeric/index.ts";
import { size, type Tensor, type TensorLike, tensor } from "../tensor.ts";
import { sequential } from "../train/sequential.ts";
import type { NamedTensors } from "../train/variables.ts";
import { Affine, Relu, Sigmoid, SoftmaxWithLoss } from "./layers.ts";
import { assigned, type HeldTensor, named } from "./live-parameters.ts";
import {
  type MultiLayerNetOptions,
  multiLayerRules,
  sizesOf,
  WeightDecay,
  weightStart,
} from "./multi-layer.ts";
import { asFloat, rows, targets } from "./operands.ts";
import { BatchNormalization, Dropout } from "./regularization.ts";

/** Options of `MultiLayerNetExtend`. */
export interface MultiLayerNetExtendOptions extends MultiLayerNetOptions {
  /** Whether each hidden layer is followed by dropout. Default false. */
  useDropout?: boolean;
  /** The share that is dropped (the book's dropout_ration), from 0 to below 1. Default 0.5. */
  dropoutRatio?: number;
  /** Whether batch normalization stands between each hidden affine layer and its activation. Default false. */
  useBatchnorm?: boolean;
}

/** What stands between input and scores. */
interface Layer {
  forward(x: TensorLike, trainFlg: boolean): Tensor;
  backward(dout: TensorLike): Tensor;
}

/** A hidden layer, or the last. */
interface Block {
  readonly affine: Affine;
  readonly norm: BatchNormalization | undefined;
  readonly dropout: Dropout | undefined;
  /** in order */
  readonly layers: readonly Layer[];
}

/**
 * Chapter 6's network with everything: affine layers, each hidden one followed by batch normalization, the activation and dropout as they are
 * asked for, with weights that can decay. Layers run one by one, as in the book: running statistics move at each pass in training.
 *
 * @example
 * ```ts
 * import { init } from "kobai";
 * import { MultiLayerNetExtend, SGD } from "kobai/book";
 * await init();
 * const net = new MultiLayerNetExtend(4, [5, 5], 3, { useBatchnorm: true, useDropout: true, dropoutRatio: 0.2 });
 * new SGD({ lr: 0.1 }).update(net.params, net.gradient([[1, 2, 3, 4], [4, 3, 2, 1]], [0, 2]));
 * net.params.gamma1.shape; // [5]
 * ```
 */
export class MultiLayerNetExtend {
  readonly #blocks: readonly Block[];
  readonly #held: readonly HeldTensor[];
  readonly #params: NamedTensors;
  readonly #last = new SoftmaxWithLoss();
  readonly #decay: WeightDecay;

  /**
   * @param inputSize how many inputs @param hiddenSizeList of each hidden layer @param outputSize how many outputs
   * @param given activation: default "relu"; weightInitStd: default "relu"; weightDecayLambda: default 0; useDropout, dropoutRatio, useBatchnorm
   * @throws OptionError for sizes or options out of range, or options that there are not @throws StateError before `init()`
   */
  constructor(
    inputSize: number,
    hiddenSizeList: readonly number[],
    outputSize: number,
    given?: MultiLayerNetExtendOptions,
  ) {
    const sizes = sizesOf("MultiLayerNetExtend", inputSize, hiddenSizeList, outputSize);
    const options = optionsOf("MultiLayerNetExtend", given, {
      ...multiLayerRules,
      useDropout: flag,
      dropoutRatio: fraction,
      useBatchnorm: flag,
    });
    this.#decay = new WeightDecay(options.weightDecayLambda ?? 0);
    this.#blocks = blocksOf(sizes, options);
    this.#held = this.#blocks.flatMap(({ affine, norm }, i) => [
      held(`W${i + 1}`, affine, "W"),
      held(`b${i + 1}`, affine, "b"),
      ...(norm ? [held(`gamma${i + 1}`, norm, "gamma"), held(`beta${i + 1}`, norm, "beta")] : []),
    ]);
    this.#params = named(this.#held);
  }

  /**
   * W1, b1, gamma1, beta1, W2, …: plain tensors that every call looks at. What is assigned takes the tensor's place; to `params` itself, all of
   * them, or none where one does not fit.
   *
   * @throws DataError where what is assigned is no tensor, or not exactly the parameters @throws ShapeError where it is of another shape
   */
  get params(): NamedTensors {
    return this.#params;
  }

  set params(given: NamedTensors) {
    assigned(this.#held, given);
  }

  /**
   * Scores.
   * @param x [batch, inputs] @param trainFlg whether layers do as in training, default false
   * @throws ShapeError where x does not fit @throws OptionError where trainFlg is neither true nor false
   */
  predict(x: TensorLike, trainFlg = false): Tensor {
    check("predict", "trainFlg", trainFlg, flag);
    let y = asFloat("predict", "x", x);
    for (const { layers } of this.#blocks) for (const layer of layers) y = layer.forward(y, trainFlg);
    return y;
  }

  /**
   * The cross-entropy of a batch, the mean over it, and what weight decay adds. @param t one-hot rows or class labels
   * @param trainFlg whether layers do as in training, default false
   * @throws ShapeError where x or t does not fit @throws DataError for labels out of range
   */
  loss(x: TensorLike, t: TensorLike, trainFlg = false): number {
    return this.#last.forward(this.predict(x, trainFlg), t) + this.#decay.loss(this.#params);
  }

  /**
   * The share of samples whose largest score stands where t says, from 0 to 1. @param t one-hot rows or class labels
   * @throws as `loss` does
   */
  accuracy(x: TensorLike, t: TensorLike): number {
    const scores = this.predict(x);
    const target = targets("accuracy", t, scores);
    const { m, n, tensor: y } = rows("accuracy", "y", scores);
    let right = 0;
    for (let row = 0; row < m; row++) {
      const label = target.labels ? target.labels.data[row] : largest(target.rows!, row, n);
      if (largest(y, row, n) === label) right += 1;
    }
    return right / m;
  }

  /** The gradient of the loss in training by every parameter, by backpropagation. @throws as `loss` does */
  gradient(x: TensorLike, t: TensorLike): NamedTensors {
    this.loss(x, t, true);
    let dout = this.#last.backward();
    for (const { layers } of this.#blocks.toReversed()) {
      for (const layer of layers.toReversed()) dout = layer.backward(dout);
    }
    const grads = this.#blocks.flatMap(({ affine, norm }, i) => [
      [`W${i + 1}`, affine.dW!],
      [`b${i + 1}`, affine.db!],
      ...(norm ? [[`gamma${i + 1}`, norm.dgamma!] as const, [`beta${i + 1}`, norm.dbeta!] as const] : []),
    ]);
    return this.#decay.addTo(Object.fromEntries(grads) as NamedTensors, this.#params);
  }

  /**
   * The same by central differences, with the masks that the next `gradient` will have; running statistics stay as they are.
   * @param given h: default 1e-4 @throws OptionError where h is not above 0 @throws as `loss` does
   */
  numericalGradient(x: TensorLike, t: TensorLike, given?: { h?: number }): NamedTensors {
    const { h = 1e-4 } = optionsOf("numericalGradient", given, { h: positive });
    const before = this.#blocks.map(({ norm, dropout }) => ({
      masks: dropout?.masks ?? 0,
      mean: norm?.runningMean,
      variance: norm?.runningVar,
    }));
    const restore = () => {
      for (const [i, { norm, dropout }] of this.#blocks.entries()) {
        if (dropout) dropout.masks = before[i]!.masks;
        if (!norm) continue;
        norm.runningMean = before[i]!.mean;
        norm.runningVar = before[i]!.variance;
      }
    };
    const loss = () => {
      const value = this.loss(x, t, true);
      restore();
      return value;
    };
    return Object.fromEntries(
      Object.entries(this.#params).map(([name, weights]) => [name, numericalGradient(loss, weights, { h })]),
    );
  }
}

/** Where the first of a row's largest elements stands. */
function largest({ data }: Tensor, row: number, n: number): number {
  let best = 0;
  for (let j = 1; j < n; j++) if (data[row * n + j]! > data[row * n + best]!) best = j;
  return best;
}

/** A parameter that a layer holds. */
function held<Name extends string>(own: string, layer: Record<Name, Tensor>, field: Name): HeldTensor {
  return {
    own,
    get tensor() {
      return layer[field];
    },
    set tensor(given: Tensor) {
      layer[field] = given;
    },
  };
}

function blocksOf(sizes: readonly number[], options: MultiLayerNetExtendOptions): Block[] {
  const { activation = "relu", weightInitStd = "relu", seed = 0, dtype = "float64" } = options;
  const { useDropout = false, dropoutRatio = 0.5, useBatchnorm = false } = options;
  const units = sizes.slice(1);
  // The same initial values as MultiLayerNet's.
  const start = { weight: weightStart(weightInitStd), bias: zeros() };
  using net = sequential(
    units.map((count) => dense(count, start)),
    { input: [sizes[0]!], seed, dtype },
  );
  const params = Object.fromEntries(Object.entries(net.params)) as NamedTensors;
  return units.map((count, i) => {
    const affine = new Affine(params[`dense${i + 1}.weight`]!, params[`dense${i + 1}.bias`]!);
    if (i === units.length - 1) return { affine, norm: undefined, dropout: undefined, layers: [affine] };
    const numbers = (value: number) => tensor(new Float64Array(size([count])).fill(value), [count], dtype);
    const norm = useBatchnorm ? new BatchNormalization(numbers(1), numbers(0)) : undefined;
    const act = activation === "relu" ? new Relu() : new Sigmoid();
    const dropout = useDropout
      ? new Dropout(dropoutRatio, { seed: (seed + i) % Number.MAX_SAFE_INTEGER })
      : undefined;
    return {
      affine,
      norm,
      dropout,
      layers: [affine, norm, act, dropout].filter((each) => each !== undefined),
    };
  });
}
