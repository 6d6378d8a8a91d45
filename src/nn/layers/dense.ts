import { check, options, whole } from "../../check.ts";
import { ShapeError } from "../../errors.ts";
import { add } from "../../graph/ops/elementwise.ts";
import { matmul } from "../../graph/ops/matmul.ts";
import { type Initializer, initializer, initializerOrNone, normal, zeros } from "../initializers.ts";
import { type Layer, ownLayer } from "./layer.ts";

/** Options of `dense`. */
export interface DenseOptions {
  /** How the weight starts. Default: `normal({ std: 0.01 })`, the book's. */
  weight?: Initializer;
  /** How the bias starts. Default: zeros. `false`: no bias. */
  bias?: Initializer | false;
}

/**
 * The affine layer y = x·W + b (book 5.6.1). Parameters: weight [inputs, units], bias [units].
 *
 * x: [batch, inputs] → [batch, units]
 * @param units a whole number of at least 1
 * @throws OptionError for another number of units, or options that there are not
 * @throws ShapeError, when the network is made, where x is not [batch, inputs]
 * @example
 * ```ts
 * import { dense, he, relu, sequential } from "kobai";
 * const net = sequential([dense(50, { weight: he() }), relu(), dense(10)], { input: [784] });
 * ```
 */
export function dense(units: number, given?: DenseOptions): Layer {
  check("dense", "units", units, whole());
  const made = options("dense", given, { weight: initializer, bias: initializerOrNone });
  const { weight = normal({ std: 0.01 }), bias = zeros() } = made;
  return ownLayer("dense", { units, ...made }, (x, { parameter }) => {
    const inputs = x.shape[1];
    if (x.shape.length !== 2 || inputs === undefined) {
      throw new ShapeError(
        "dense",
        `x must be [batch, inputs]; ${ShapeError.describe({ x: x.shape })}; put flatten() before it`,
        x.shape,
      );
    }
    const product = matmul(x, parameter("weight", [inputs, units], weight));
    return bias ? add(product, parameter("bias", [units], bias)) : product;
  });
}
