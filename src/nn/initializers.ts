import { atLeastZero, check, finite, options, type Rule } from "../check.ts";
import { OptionError } from "../errors.ts";
import type { Shape } from "../graph/value.ts";
import { bernoulliKind, type Initializer, isShare, shareWords } from "./distributions.ts";
import { madeOf } from "./made-of.ts";

export type { Distribution, Initializer } from "./distributions.ts";

/**
 * Normal variates of a given standard deviation, as the book's networks start (std 0.01, 4.5.1).
 * @param given std: at least 0, default 0.01; mean: default 0
 * @throws OptionError where std is negative or not a number
 * @example normal({ std: 0.1 })([784, 50]).std; // 0.1
 */
export function normal(given?: { std?: number; mean?: number }): Initializer {
  const { std = 0.01, mean = 0 } = options("normal", given, { std: atLeastZero, mean: finite });
  return own("normal", { std, mean }, () => ({ kind: "normal", mean, std }));
}

/**
 * Uniform variates from low up to high.
 * @throws OptionError where low is not below high, or either is not finite
 * @example uniform({ low: 0, high: 1 })([784, 50]).high; // 1
 */
export function uniform(given?: { low?: number; high?: number }): Initializer {
  const { low = -0.05, high = 0.05 } = options("uniform", given, { low: finite, high: finite });
  if (!(low < high && Number.isFinite(high - low))) {
    throw new OptionError(`uniform: low must be below high and both finite; got ${low} and ${high}`);
  }
  return own("uniform", { low, high }, () => ({ kind: "uniform", low, high }));
}

/**
 * A value with some probability, else 0: what a dropout's mask is drawn from, or weights that are mostly zeros.
 * @param given probability: of the value, from 2⁻³² to 1, right to 2⁻³²; value: default 1
 * @throws OptionError where the probability is out of range or missing
 * @example bernoulli({ probability: 0.5, value: 2 })([784, 50]).value; // 2
 */
export function bernoulli(given: { probability: number; value?: number }): Initializer {
  const share: Rule = [isShare, `a number ${shareWords}`];
  const { probability, value = 1 } = options("bernoulli", given, { probability: share, value: finite });
  check("bernoulli", "probability", probability, share);
  return own("bernoulli", { probability, value }, () => ({ kind: bernoulliKind, probability, value }));
}

/**
 * Xavier (Glorot) initialization: normal, std √(2 / (inputs + outputs)), for sigmoid and tanh
 * (Glorot & Bengio 2010, eq. 16; as PyTorch's xavier_normal_).
 * @throws OptionError, when the network is made, for a parameter of fewer than two axes
 * @example xavier()([5, 3]).std; // 0.5
 */
export function xavier(): Initializer {
  return own("xavier", {}, (shape) => {
    const [inputs, outputs] = fans("xavier", shape);
    return { kind: "normal", mean: 0, std: Math.sqrt(2 / (inputs + outputs)) };
  });
}

/**
 * He initialization: normal, std √(2 / inputs), for ReLU (He et al. 2015, eq. 10; book 6.2.3).
 * @throws OptionError, when the network is made, for a parameter of fewer than two axes
 * @example he()([8, 3]).std; // 0.5
 */
export function he(): Initializer {
  return own("he", {}, (shape) => ({ kind: "normal", mean: 0, std: Math.sqrt(2 / fans("he", shape)[0]) }));
}

/**
 * Zeros: how biases start.
 * @example
 * ```ts
 * import { dense, normal, sequential, zeros } from "kobai";
 * using net = sequential([dense(2, { weight: normal({ std: 0.1 }), bias: zeros() })], { input: [3] });
 * [...net.params["dense1.bias"].data]; // [0, 0]
 * ```
 */
export const zeros = (): Initializer => constant(0);

/**
 * The same value everywhere. @param value a finite number @throws OptionError where it is not finite
 * @example
 * ```ts
 * import { constant, dense, sequential } from "kobai";
 * using net = sequential([dense(2, { bias: constant(0.5) })], { input: [3] });
 * [...net.params["dense1.bias"].data]; // [0.5, 0.5]
 * ```
 */
export function constant(value: number): Initializer {
  check("constant", "the value", value, finite);
  return own("constant", { value }, () => ({ kind: "constant", value }));
}

/** One of kobai's own, which remembers what it was made of. */
function own(
  kind: string,
  options: Readonly<Record<string, unknown>>,
  initializer: Initializer,
): Initializer {
  return Object.assign(initializer, { [madeOf]: { kind, options } });
}

/** An option that is an initializer. */
export const initializer: Rule = [(value) => typeof value === "function", "an initializer, such as he()"];
/** The same, or none. */
export const initializerOrNone: Rule = [
  (value) => value === false || typeof value === "function",
  "an initializer, such as zeros(), or false",
];

/**
 * How many elements go into an output, and how many outputs an element goes into: of the weight [inputs, outputs] of a dense layer, or of a
 * convolution's, [height, width, inputs, outputs], where the kernel's elements count. As PyTorch, groups are not asked for.
 */
function fans(name: string, shape: Shape): [inputs: number, outputs: number] {
  // An initializer is a function, which may be called where another was meant.
  if (!Array.isArray(shape) || shape.length < 2) {
    throw new OptionError(
      `${name}: needs a weight of two axes or more, […, inputs, outputs]; for a bias use zeros() or constant(v)`,
    );
  }
  const kernel = shape.slice(0, -2).reduce((product, length) => product * length, 1);
  return [kernel * shape.at(-2)!, kernel * shape.at(-1)!];
}
