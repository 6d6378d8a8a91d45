import { options, type Rule, show } from "../check.ts";
import { OptionError } from "../errors.ts";
import { evaluate } from "../runtime/eager.ts";
import { type Tensor, type TensorLike, toTensor } from "../tensor.ts";
import { affine } from "./affine.ts";
import { step } from "./functions.ts";
import { asFloat, floats, scalar } from "./operands.ts";

/** Options of `Perceptron`. */
export interface PerceptronOptions {
  /** What the weighted sum goes through. Default `step`; with `sigmoid` or `relu` it is a neuron of chapter 3. */
  activation?: (x: Tensor) => Tensor;
}

const activationRule: Rule = [
  (value) => typeof value === "function",
  "a function of tensors, such as sigmoid",
];

/**
 * A perceptron: h(x·w + b), with the step function for h (book 2.3).
 *
 * @example
 * ```ts
 * import { init } from "kobai";
 * import { Perceptron } from "kobai/book";
 * await init();
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

  /**
   * @param w [inputs], or [inputs, outputs] @param b a number, or [outputs]
   * @throws DataError where w or b is no tensor @throws OptionError for options that there are not
   */
  constructor(w: TensorLike, b: TensorLike, given?: PerceptronOptions) {
    const { activation = step } = options("Perceptron", given, { activation: activationRule });
    this.w = asFloat("Perceptron", "w", w);
    this.b = asFloat("Perceptron", "b", b);
    this.#activation = activation;
  }

  /**
   * @param x one sample [inputs], or any axes before that
   * @returns for one sample a number, or a tensor where w has outputs; with leading axes a tensor [..., outputs]
   * @throws ShapeError where x's last axis is not w's first @throws DataError where x is no tensor, or the activation gives none
   * @throws OptionError where inputs are given one by one @throws StateError before `init()`
   */
  predict(x: readonly number[]): number;
  predict(x: TensorLike): number | Tensor;
  predict(x: TensorLike, ...more: unknown[]): number | Tensor {
    if (more.length > 0) {
      const inputs = [x, ...more].map(show).join(", ");
      throw new OptionError(`Perceptron: predict takes one array: predict([${inputs}])`);
    }
    const operands = floats("Perceptron", { x, w: this.w, b: this.b });
    const sum = evaluate(affine, operands.x, operands.w, operands.b);
    const y = toTensor("Perceptron: what activation returns", this.#activation(sum));
    return y.shape.length === 0 ? scalar(y) : y;
  }
}
