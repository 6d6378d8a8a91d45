import { ShapeError } from "../errors.ts";
import { gradients } from "../graph/autodiff.ts";
import { add, multiply } from "../graph/ops/binary.ts";
import { softmax as softmaxOp } from "../graph/ops/softmax.ts";
import { sum } from "../graph/ops/sum.ts";
import { log, scale } from "../graph/ops/unary.ts";
import { constant, type Value } from "../graph/value.ts";
import { normal } from "../nn/initializers.ts";
import { dense } from "../nn/layers.ts";
import { numericalGradient } from "../numeric/index.ts";
import { evaluate } from "../runtime/eager.ts";
import type { TensorLike } from "../tensor.ts";
import { formatShape, size, type Tensor } from "../tensor.ts";
import { sequential } from "../train/sequential.ts";
import { affine } from "./affine.ts";
import { crossEntropyError, softmax } from "./functions.ts";
import { asTensor, floats, oneHot, targets } from "./operands.ts";

const INPUTS = 2;
const OUTPUTS = 3;

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
  /** [2, 3] */
  W: Tensor;

  /**
   * @param options W: [2, 3], default standard normal variates; seed: theirs, default 0
   * @throws ShapeError where W is not [2, 3] @throws OptionError for a seed out of range @throws StateError before `init()`
   */
  constructor({ W, seed = 0 }: { W?: TensorLike; seed?: number } = {}) {
    this.W = W === undefined ? standardNormal(seed) : asTensor("SimpleNet", W);
    if (formatShape(this.W.shape) !== formatShape([INPUTS, OUTPUTS])) {
      throw new ShapeError(
        "SimpleNet",
        `W must be [${INPUTS}, ${OUTPUTS}]; it is ${formatShape(this.W.shape)}`,
        this.W.shape,
      );
    }
  }

  /** The scores x·W. @param x one sample [2], or a batch [m, 2] @throws ShapeError where it is neither */
  predict(x: TensorLike): Tensor {
    return evaluate(product, ...floats("SimpleNet", x, this.W));
  }

  /** The cross-entropy of the scores' softmax, with the book's 1e-7. @param t one-hot rows or class labels */
  loss(x: TensorLike, t: TensorLike): number {
    return crossEntropyError(softmax(this.predict(x)), t);
  }

  /** The loss's gradient by W, by backpropagation. */
  gradient(x: TensorLike, t: TensorLike): { W: Tensor } {
    const [inputs, W] = floats("SimpleNet", x, this.W);
    const scores = this.predict(x);
    const target = targets("SimpleNet", t, scores);
    const weights = target.rows ?? oneHot(target.labels, OUTPUTS, scores.dtype);
    return { W: evaluate(lossGradient, inputs, W, { ...weights, shape: scores.shape }) };
  }

  /** The loss's gradient by W, by central differences. @param options h: default 1e-4 @throws OptionError */
  numericalGradient(x: TensorLike, t: TensorLike, options: { h?: number } = {}): { W: Tensor } {
    return { W: numericalGradient(() => this.loss(x, t), this.W, options) };
  }
}

function standardNormal(seed: number): Tensor {
  const layers = [dense(OUTPUTS, { weight: normal({ std: 1 }), bias: false })];
  const net = sequential(layers, { input: [INPUTS], seed, dtype: "float64" });
  try {
    return net.params["dense1.weight"]!;
  } finally {
    net.dispose();
  }
}
