import { options, type Rule, seed as seedRule } from "../check.ts";
import { ShapeError } from "../errors.ts";
import { gradients } from "../graph/autodiff.ts";
import { add, log, multiply, scale } from "../graph/ops/elementwise.ts";
import { sum } from "../graph/ops/reduce.ts";
import { softmax as softmaxOp } from "../graph/ops/softmax.ts";
import { constant, type Value } from "../graph/value.ts";
import { normal } from "../nn/initializers.ts";
import { dense } from "../nn/layers/dense.ts";
import { numericalGradient } from "../numeric/index.ts";
import { evaluate } from "../runtime/eager.ts";
import { formatShape, sameShape, size, type Tensor, type TensorLike } from "../tensor.ts";
import { sequential } from "../train/sequential.ts";
import { affine } from "./affine.ts";
import { crossEntropyError, softmax } from "./functions.ts";
import { asFloat, floats, oneHot, targets } from "./operands.ts";

const SHAPE = [2, 3] as const;
const anything: Rule = [() => true, "a tensor"];

const product = (x: Value, W: Value) => affine(x, W, constant(0, x.dtype));

/** The gradient by W of the mean of −Σ t·log(softmax(x·W) + 1e-7). */
function lossGradient(x: Value, W: Value, t: Value): Value {
  const y = softmaxOp(product(x, W));
  const entropy = sum(multiply(t, log(add(y, constant(1e-7, y.dtype)))));
  return gradients(scale(entropy, -1 / size(y.shape.slice(0, -1))), [W])[0]!;
}

/**
 * The book's first network with a gradient (4.4.2): a weight of 2 × 3 and nothing else.
 *
 * W is a plain tensor that every call looks at, so the book's way of writing works too: `numericalGradient(() => net.loss(x, t), net.W)`.
 *
 * @example
 * ```ts
 * import { init } from "kobai";
 * import { SimpleNet } from "kobai/book";
 * await init();
 * const net = new SimpleNet({ W: [[0.48, -0.76, 1.89], [-2.36, -0.51, 0.17]] });
 * net.predict([0.6, 0.9]); // a tensor [3]
 * net.loss([0.6, 0.9], [0, 0, 1]); // 0.14…
 * ```
 */
export class SimpleNet {
  #W!: Tensor;

  /**
   * @param given W: [2, 3], default standard normal variates; seed: theirs, default 0
   * @throws ShapeError where W is not [2, 3] @throws DataError where it is no tensor
   * @throws OptionError for a seed out of range, or options that there are not @throws StateError before `init()`
   */
  constructor(given?: { W?: TensorLike; seed?: number }) {
    const { W, seed = 0 } = options("SimpleNet", given, { W: anything, seed: seedRule });
    this.W = W === undefined ? standardNormal(seed) : asFloat("SimpleNet", "W", W);
  }

  /** [2, 3]; what is assigned is taken as it is, without a copy. @throws ShapeError @throws DataError */
  get W(): Tensor {
    return this.#W;
  }

  set W(given: TensorLike) {
    const W = asFloat("SimpleNet", "W", given);
    if (!sameShape(W.shape, SHAPE)) {
      throw new ShapeError(
        "SimpleNet",
        `W must be ${formatShape(SHAPE)}; it is ${formatShape(W.shape)}`,
        W.shape,
      );
    }
    this.#W = W;
  }

  /** The scores x·W. @param x one sample [2], or a batch [m, 2] @throws ShapeError where it is neither */
  predict(x: TensorLike): Tensor {
    const operands = floats("SimpleNet", { x, W: this.W });
    return evaluate(product, operands.x, operands.W);
  }

  /** The cross-entropy of the scores' softmax, with the book's 1e-7. @param t one-hot rows or class labels */
  loss(x: TensorLike, t: TensorLike): number {
    return crossEntropyError(softmax(this.predict(x)), t);
  }

  /** The loss's gradient by W, by backpropagation. */
  gradient(x: TensorLike, t: TensorLike): { W: Tensor } {
    const operands = floats("SimpleNet", { x, W: this.W });
    const scores = this.predict(x);
    const target = targets("SimpleNet", t, scores);
    const weights = target.rows ?? oneHot(target.labels, SHAPE[1], scores.dtype);
    return { W: evaluate(lossGradient, operands.x, operands.W, { ...weights, shape: scores.shape }) };
  }

  /** The loss's gradient by W, by central differences. @param given h: default 1e-4 @throws OptionError */
  numericalGradient(x: TensorLike, t: TensorLike, given?: { h?: number }): { W: Tensor } {
    return { W: numericalGradient(() => this.loss(x, t), this.W, given) };
  }
}

function standardNormal(seed: number): Tensor {
  const layers = [dense(SHAPE[1], { weight: normal({ std: 1 }), bias: false })];
  const net = sequential(layers, { input: [SHAPE[0]], seed, dtype: "float64" });
  try {
    return net.params["dense1.weight"]!;
  } finally {
    net.dispose();
  }
}
