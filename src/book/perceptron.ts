import { evaluate } from "../runtime/eager.ts";
import type { Tensor, TensorLike } from "../tensor.ts";
import { affine } from "./affine.ts";
import { step } from "./functions.ts";
import { asTensor, floats, scalar } from "./operands.ts";

/** Options of `Perceptron`. */
export interface PerceptronOptions {
  /** What the weighted sum goes through. Default `step`; with `sigmoid` or `relu` it is a neuron of chapter 3. */
  activation?: (x: Tensor) => Tensor;
}

/**
 * A perceptron: h(x·w + b), with the step function for h (book 2.3).
 *
 * @example
 * ```ts
 * import { Perceptron } from "kobai/book";
 * const and = new Perceptron([0.5, 0.5], -0.7);
 * and.predict([1, 1]); // 1
 * and.predict([[0, 0], [0, 1], [1, 0], [1, 1]]); // a tensor [4]: 0, 0, 0, 1
 * ```
 */
export class Perceptron {
  /** [inputs], or [inputs, outputs] for a layer of them */
  readonly w: Tensor;
  /** a scalar, or [outputs] */
  readonly b: Tensor;
  readonly #activation: (x: Tensor) => Tensor;

  /** @throws DataError where w or b is no tensor */
  constructor(w: TensorLike, b: TensorLike, { activation = step }: PerceptronOptions = {}) {
    this.w = asTensor("Perceptron", w);
    this.b = asTensor("Perceptron", b);
    this.#activation = activation;
  }

  /**
   * @param x one sample [inputs], or any axes before that
   * @returns for one sample a number, or a tensor where w has outputs; with leading axes a tensor [..., outputs]
   * @throws ShapeError where x's last axis is not w's first
   */
  predict(x: readonly number[]): number;
  predict(x: TensorLike): number | Tensor;
  predict(x: TensorLike): number | Tensor {
    const y = this.#activation(evaluate(affine, ...floats("Perceptron", x, this.w, this.b)));
    return y.shape.length === 0 ? scalar(y) : y;
  }
}
