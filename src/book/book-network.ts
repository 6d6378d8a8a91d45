import { options as optionsOf, positive } from "../check.ts";
import type { Shape } from "../graph/value.ts";
import type { Layer } from "../nn/layers/layer.ts";
import type { Tensor, TensorLike } from "../tensor.ts";
import { insideOf, type Network } from "../train/network.ts";
import { sequential } from "../train/sequential.ts";
import type { NamedTensors } from "../train/variables.ts";
import { LiveParameters } from "./live-parameters.ts";
import { WeightDecay } from "./multi-layer.ts";

/** What a network is made of besides its layers. */
interface Made {
  /** One sample's shape. */
  readonly input: Shape;
  readonly names: ReadonlyMap<string, string>;
  /** The loss has ½·weightDecayLambda·Σ W² more. */
  readonly weightDecayLambda?: number | undefined;
  readonly seed?: number | undefined;
  readonly dtype?: "float64" | "float32" | undefined;
}

/** What the book's networks have in common: layers in sequence, parameters under the book's names, and the cross-entropy of the output's softmax. */
export class BookNetwork {
  readonly #net: Network;
  readonly #live: LiveParameters;
  /** The network's names of the parameters, by the book's. */
  readonly #names: ReadonlyMap<string, string>;
  readonly #decay: WeightDecay;

  /** @param layers that give scores, or probabilities @param made names: the network's names of the parameters, by the book's */
  protected constructor(layers: readonly Layer[], made: Made) {
    const { input, names, weightDecayLambda = 0, seed = 0, dtype = "float64" } = made;
    this.#decay = new WeightDecay(weightDecayLambda);
    this.#net = sequential(layers, { input, seed, dtype });
    this.#names = names;
    this.#live = new LiveParameters(this.#net, names);
  }

  /**
   * W1, b1, W2, b2, …: plain tensors that every call looks at. So their elements can be changed in place, as the book's loops do
   * (`W.data[i] -= lr * grads.W1.data[i]`) and `numericalGradient(() => net.loss(x, t), net.params.W1)` does. What is assigned takes the
   * tensor's place, without a copy where it is of the network's dtype; to `params` itself, all of them, or none where one does not fit.
   *
   * @throws DataError where what is assigned is no tensor, or not exactly the parameters @throws ShapeError where it is of another shape
   */
  get params(): NamedTensors {
    return this.#live.tensors;
  }

  set params(given: NamedTensors) {
    this.#live.assign(given);
  }

  /**
   * Probabilities where the activation is sigmoid, scores where it is ReLU; of the networks of chapters 6 to 8 always scores.
   * @param x [batch, inputs], or one sample [inputs]; images are [channels, height, width]
   * @throws ShapeError where x fits neither form @throws DataError where x or a parameter holds NaN
   */
  predict(x: TensorLike): Tensor {
    this.#live.flush("predict");
    return this.#net.predict(x);
  }

  /**
   * The cross-entropy of a batch, the mean over it. @param t one-hot rows or class labels
   * @throws ShapeError where x or t does not fit the network @throws DataError for NaN, or labels out of range
   */
  loss(x: TensorLike, t: TensorLike): number {
    return this.lossIn({ training: false }, x, t);
  }

  /** The loss, with layers that do as in training or not. */
  protected lossIn(mode: { training: boolean }, x: TensorLike, t: TensorLike): number {
    this.#live.flush("loss");
    return this.#net.loss(x, t, undefined, mode) + this.#decay.loss(this.params);
  }

  /**
   * The share of samples whose largest output stands where t says, from 0 to 1. @param t one-hot rows or class labels
   * @throws as `loss` does
   */
  accuracy(x: TensorLike, t: TensorLike): number {
    this.#live.flush("accuracy");
    return this.#net.accuracy(x, t);
  }

  /** The loss's gradient by every parameter, by backpropagation (book 5.7.2). @throws as `loss` does */
  gradient(x: TensorLike, t: TensorLike): NamedTensors {
    this.#live.flush("gradient");
    const grads = this.#decay.addTo(this.#ownNames(this.#net.gradient(x, t)), this.params);
    // In the book's loops every gradient is a step, for which layers draw anew.
    insideOf(this.#net).training.step += 1;
    return grads;
  }

  /**
   * The loss's gradient by every parameter, by central differences in float64 (book 4.5.1), swept inside wasm.
   * @param given h: default 1e-4
   * @throws OptionError where h is not above 0 @throws as `loss` does
   */
  numericalGradient(x: TensorLike, t: TensorLike, given?: { h?: number }): NamedTensors {
    const { h = 1e-4 } = optionsOf("numericalGradient", given, { h: positive });
    this.#live.flush("numericalGradient");
    return this.#decay.addTo(this.#ownNames(this.#net.numericalGradient(x, t, { h })), this.params);
  }

  /** Frees the network's memory; any later call throws a StateError. `params` stay what they are. */
  dispose(): void {
    this.#net.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #ownNames(tensors: NamedTensors): NamedTensors {
    return Object.fromEntries([...this.#names].map(([own, name]) => [own, tensors[name]!]));
  }
}

/** The network's names of parameters by the book's, W1, b1, W2, …, of layers with a weight and a bias. */
export function bookNames(layers: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    layers.flatMap((layer, i) => [
      [`W${i + 1}`, `${layer}.weight`],
      [`b${i + 1}`, `${layer}.bias`],
    ]),
  );
}
