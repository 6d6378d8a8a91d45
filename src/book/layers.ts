// The layers of chapter 5, to build a network by hand. Each runs its forward pass and, with the engine's own differentiation, its
// backward pass; what a layer was given stays with it in between, as in the book.

import { ShapeError } from "../errors.ts";
import { gradients } from "../graph/autodiff.ts";
import { add, multiply, relu, sigmoid } from "../graph/ops/elementwise.ts";
import { softmaxCrossEntropy } from "../graph/ops/loss.ts";
import { softmax } from "../graph/ops/softmax.ts";
import type { Value } from "../graph/value.ts";
import { evaluate } from "../runtime/eager.ts";
import { type Tensor, type TensorLike, toTensor } from "../tensor.ts";
import { affine } from "./affine.ts";
import { beforeForward, bothWays, Memory, type Rule, type Ways } from "./memory.ts";
import { asFloat, floats, rows, scalar, targets } from "./operands.ts";

const addition = bothWays(add as Rule);
const multiplication = bothWays(multiply as Rule);
const rectification = bothWays(relu as Rule);
const logistic = bothWays(sigmoid as Rule);
const affinity = bothWays(affine as Rule);

/** A layer of two operands, numbers or tensors, broadcast by NumPy's rule. */
class TwoOperands {
  readonly #memory: Memory;
  #numbers = false;

  protected constructor(name: string, ways: Ways) {
    this.#memory = new Memory(name, ways);
  }

  /**
   * @throws ShapeError where the operands do not broadcast @throws DataError where either is no tensor
   * @throws StateError before `init()`
   */
  forward(x: number, y: number): number;
  forward(x: TensorLike, y: TensorLike): Tensor;
  forward(x: TensorLike, y: TensorLike): number | Tensor {
    const result = this.#memory.forward({ x, y });
    this.#numbers = typeof x === "number" && typeof y === "number";
    return this.#numbers ? scalar(result) : result;
  }

  /**
   * The gradients by x and by y, each of its operand's shape.
   * @param dout of the result's shape, or one number for all of it
   * @throws StateError before a forward pass @throws ShapeError where dout has another shape
   */
  backward(dout: number): [dx: number, dy: number];
  backward(dout: TensorLike): [dx: Tensor, dy: Tensor];
  backward(dout: TensorLike): [number, number] | [Tensor, Tensor] {
    const [dx, dy] = this.#memory.backward(dout) as [Tensor, Tensor];
    return this.#numbers ? [scalar(dx), scalar(dy)] : [dx, dy];
  }
}

/**
 * x + y (book 5.4.2). Backward passes dout on to both.
 * @example
 * ```ts
 * import { init } from "kobai";
 * import { Add } from "kobai/book";
 * await init();
 * const layer = new Add();
 * layer.forward(200, 450); // 650
 * layer.backward(1.1); // [1.1, 1.1]
 * ```
 */
export class Add extends TwoOperands {
  constructor() {
    super("Add", addition);
  }
}

/**
 * x·y, elementwise (book 5.4.1). Backward passes dout·y to x and dout·x to y.
 * @example
 * ```ts
 * import { init } from "kobai";
 * import { Mul } from "kobai/book";
 * await init();
 * const layer = new Mul();
 * layer.forward(100, 2); // 200
 * layer.backward(1.5); // [3, 150]
 * ```
 */
export class Mul extends TwoOperands {
  constructor() {
    super("Mul", multiplication);
  }
}

/** A layer of one operand. */
class OneOperand {
  readonly #memory: Memory;

  protected constructor(name: string, ways: Ways) {
    this.#memory = new Memory(name, ways);
  }

  /** @returns x's shape @throws DataError where x is no tensor @throws StateError before `init()` */
  forward(x: TensorLike): Tensor {
    return this.#memory.forward({ x });
  }

  /**
   * The gradient by x.
   * @param dout of x's shape; it is not changed
   * @throws StateError before a forward pass @throws ShapeError where dout has another shape
   */
  backward(dout: TensorLike): Tensor {
    return this.#memory.backward(dout)[0]!;
  }
}

/**
 * max(0, x) (book 5.5.1). Backward passes dout where x was above 0.
 * @example
 * ```ts
 * import { init } from "kobai";
 * import { Relu } from "kobai/book";
 * await init();
 * const layer = new Relu();
 * [...layer.forward([-1, 2]).data]; // [0, 2]
 * [...layer.backward([1, 1]).data]; // [0, 1]
 * ```
 */
export class Relu extends OneOperand {
  constructor() {
    super("Relu", rectification);
  }
}

/**
 * 1 / (1 + e⁻ˣ) (book 5.5.2). Backward passes dout·y·(1 − y).
 * @example
 * ```ts
 * import { init } from "kobai";
 * import { Sigmoid } from "kobai/book";
 * await init();
 * const layer = new Sigmoid();
 * [...layer.forward([0]).data]; // [0.5]
 * [...layer.backward([1]).data]; // [0.25]
 * ```
 */
export class Sigmoid extends OneOperand {
  constructor() {
    super("Sigmoid", logistic);
  }
}

/**
 * x·W + b (book 5.6).
 *
 * W and b are looked at in every pass: change their elements, or assign others, and the layer follows.
 * @example
 * ```ts
 * import { init } from "kobai";
 * import { Affine } from "kobai/book";
 * await init();
 * const layer = new Affine([[1, 2, 3], [4, 5, 6]], [0, 0, 1]);
 * layer.forward([[1, 1]]).data; // 5, 7, 10
 * layer.backward([[1, 0, 0]]).data; // 1, 4
 * layer.dW!.data; // 1, 0, 0, 1, 0, 0
 * ```
 */
export class Affine {
  /** [inputs, outputs] */
  W: Tensor;
  /** [outputs] */
  b: Tensor;
  /** The gradients by W and b that the last backward pass left. */
  dW: Tensor | undefined;
  db: Tensor | undefined;
  readonly #memory = new Memory("Affine", affinity);

  /** @param W [inputs, outputs] @param b [outputs]; tensors are taken as they are, without a copy */
  constructor(W: TensorLike, b: TensorLike) {
    this.W = asFloat("Affine", "W", W);
    this.b = asFloat("Affine", "b", b);
  }

  /**
   * @param x [batch, inputs], one sample [inputs], or any leading axes @returns [batch, outputs], likewise
   * @throws ShapeError where x's last axis is not W's first @throws StateError before `init()`
   */
  forward(x: TensorLike): Tensor {
    return this.#memory.forward({ x, W: this.W, b: this.b });
  }

  /**
   * The gradient by x; those by W and b come to lie in `dW` and `db`.
   * @param dout of the forward result's shape
   * @throws StateError before a forward pass @throws ShapeError where dout has another shape
   */
  backward(dout: TensorLike): Tensor {
    const [dx, dW, db] = this.#memory.backward(dout) as [Tensor, Tensor, Tensor];
    this.dW = dW;
    this.db = db;
    return dx;
  }
}

const lossAndProbabilities = (x: Value, t: Value) => [softmaxCrossEntropy(x, t), softmax(x)];
const lossGradient = (x: Value, t: Value, dout: Value) =>
  gradients(multiply(softmaxCrossEntropy(x, t), dout), [x])[0]!;

/**
 * Softmax and the cross-entropy of its result, the mean over the batch (book 5.6.3). Backward passes (y − t) / batch.
 *
 * The loss is taken from the scores, without a probability in between that could be 0, so it needs no 1e-7.
 * @example
 * ```ts
 * import { init } from "kobai";
 * import { SoftmaxWithLoss } from "kobai/book";
 * await init();
 * const layer = new SoftmaxWithLoss();
 * layer.forward([[2, 2]], [[0, 1]]); // 0.6931471805599453
 * [...layer.backward().data]; // [0.5, -0.5]
 * ```
 */
export class SoftmaxWithLoss {
  /** The last forward pass's probabilities, of its scores' shape, and its loss. */
  y: Tensor | undefined;
  loss: number | undefined;
  #last: { readonly x: Tensor; readonly t: Tensor; readonly shape: readonly number[] } | undefined;

  /**
   * @param x scores: [batch, classes], or one sample [classes]
   * @param t one-hot rows of x's shape, or class labels
   * @throws ShapeError where t fits neither form @throws DataError where a label is no class @throws StateError before `init()`
   */
  forward(x: TensorLike, t: TensorLike): number {
    const { x: scores } = floats("SoftmaxWithLoss", { x });
    const { tensor } = rows("SoftmaxWithLoss", "x", scores);
    const target = targets("SoftmaxWithLoss", t, scores);
    const last = { x: tensor, t: target.rows ?? target.labels, shape: [...scores.shape] };
    const [loss, y] = evaluate(lossAndProbabilities, last.x, last.t) as [Tensor, Tensor];
    this.#last = last;
    this.loss = scalar(loss);
    this.y = { ...y, shape: [...scores.shape] };
    return this.loss;
  }

  /**
   * The gradient by the scores.
   * @param dout a number, default 1
   * @throws StateError before a forward pass @throws ShapeError where dout is no number
   */
  backward(dout = 1): Tensor {
    if (!this.#last) throw beforeForward("SoftmaxWithLoss");
    const { x, dout: upstream } = floats("SoftmaxWithLoss", { x: this.#last.x, dout });
    if (upstream.shape.length > 0) {
      throw new ShapeError(
        "SoftmaxWithLoss",
        `${ShapeError.describe({ dout: upstream.shape })}; the loss is one number, and so is its dout`,
        upstream.shape,
      );
    }
    const { t, shape } = this.#last;
    return { ...evaluate(lossGradient, x, toTensor("SoftmaxWithLoss: t", t), upstream), shape: [...shape] };
  }
}
