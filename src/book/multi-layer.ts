// What chapter 6's networks have in common: how large they are, how their weights start, and that they can decay.

import { atLeastZero, check, isWhole, oneOf, type Rule, seed as seedRule, whole } from "../check.ts";
import { he, type Initializer, normal } from "../nn/initializers.ts";
import type { NamedTensors } from "../train/variables.ts";

/** Options of `MultiLayerNet` as chapter 6 has it. */
export interface MultiLayerNetOptions {
  /** Behind the hidden layers. Default "relu". */
  activation?: "relu" | "sigmoid";
  /**
   * The standard deviation of the initial weights; or "relu" or "he", √(2 / inputs), the default; or "sigmoid" or "xavier", √(1 / inputs)
   * (book 6.2).
   */
  weightInitStd?: number | "relu" | "he" | "sigmoid" | "xavier";
  /** The loss has ½·weightDecayLambda·Σ W² more (book 6.4.2). Default 0. */
  weightDecayLambda?: number;
  /** Of the initial values: a whole number from 0 to 2⁵³ − 1. Default 0. */
  seed?: number;
  /** "float64" (default), as NumPy computes, or "float32", which is faster. */
  dtype?: "float64" | "float32";
}

const [isStart, starts] = oneOf("relu", "he", "sigmoid", "xavier");
const [isStd, stds] = atLeastZero;

export const multiLayerRules: Readonly<Record<keyof MultiLayerNetOptions, Rule>> = {
  activation: oneOf("relu", "sigmoid"),
  weightInitStd: [(value) => isStart(value) || isStd(value), `${starts}, or ${stds}`],
  weightDecayLambda: atLeastZero,
  seed: seedRule,
  dtype: oneOf("float64", "float32"),
};

/** How weights start. */
export function weightStart(std: NonNullable<MultiLayerNetOptions["weightInitStd"]>): Initializer {
  if (typeof std === "number") return normal({ std });
  if (std === "relu" || std === "he") return he();
  return (shape) => ({ kind: "normal", mean: 0, std: Math.sqrt(1 / shape[0]!) });
}

/** A network of so many layers takes seconds to plan. */
const MOST_SIZES = 1000;

export const sizesRule: Rule = [
  (value) =>
    Array.isArray(value) &&
    value.length >= 2 &&
    value.length <= MOST_SIZES &&
    Array.from(value).every((size) => isWhole(size, 1)),
  `an array of 2 to ${MOST_SIZES} whole numbers of at least 1, such as [4, 2, 3, 5]`,
];

/** The sizes of all layers, checked. */
export function sizesOf(
  call: string,
  inputSize: number,
  hiddenSizeList: readonly number[],
  outputSize: number | undefined,
): number[] {
  check(call, "inputSize", inputSize, whole());
  check(call, "hiddenSizeList", hiddenSizeList, [
    (value) => sizesRule[0]([1, 1].concat(Array.isArray(value) ? value : [0])),
    "an array of whole numbers of at least 1, one for each hidden layer, such as [100, 100]",
  ]);
  check(call, "outputSize", outputSize, whole());
  return [inputSize, ...hiddenSizeList, outputSize!];
}

/** ½·lambda·Σ W² over the weights (not the biases) of a network, and its gradient lambda·W. */
export class WeightDecay {
  readonly #lambda: number;

  constructor(lambda: number) {
    this.#lambda = lambda;
  }

  loss(params: NamedTensors): number {
    if (this.#lambda === 0) return 0;
    let total = 0;
    for (const [name, { data }] of Object.entries(params)) {
      if (!name.startsWith("W")) continue;
      let sum = 0;
      for (let i = 0; i < data.length; i++) sum += data[i]! * data[i]!;
      total += 0.5 * this.#lambda * sum;
    }
    return total;
  }

  /** Adds it to the gradients of what else the loss has, in place. */
  addTo(grads: NamedTensors, params: NamedTensors): NamedTensors {
    if (this.#lambda === 0) return grads;
    for (const [name, { data }] of Object.entries(grads)) {
      if (!name.startsWith("W")) continue;
      const weights = params[name]!.data;
      for (let i = 0; i < data.length; i++) data[i] = data[i]! + this.#lambda * weights[i]!;
    }
    return grads;
  }
}
