// Layers out of what they were made of.

import { isObject, show } from "../../check.ts";
import { DataError } from "../../errors.ts";
import { bernoulli, constant, he, normal, uniform, xavier } from "../../nn/initializers.ts";
import { identity, relu, sigmoid, softmax, tanh } from "../../nn/layers/activations.ts";
import { dense } from "../../nn/layers/dense.ts";
import { dropout, spatialDropout } from "../../nn/layers/dropout.ts";
import type { Layer } from "../../nn/layers/layer.ts";
import { flatten, permute, reshape } from "../../nn/layers/shape.ts";
import { isMade, type MadeJson } from "./description.ts";

/** Whatever a file says, which the makers check. */
type Options = Readonly<Record<string, unknown>>;

/** How each kind is made of its options. */
export const makers: Readonly<Record<string, (options: Options) => unknown>> = {
  bernoulli: (options) => bernoulli(options as never),
  constant: ({ value }) => constant(value as number),
  he,
  normal,
  uniform,
  xavier,
  dropout: ({ rate }) => dropout(rate as number),
  dense: ({ units, ...options }) => dense(units as number, options),
  flatten,
  identity,
  permute: ({ axes }) => permute(axes as number[]),
  relu,
  reshape: ({ shape }) => reshape(shape as number[]),
  sigmoid,
  softmax,
  spatialDropout: ({ rate }) => spatialDropout(rate as number),
  tanh,
};

/** Deeper than any network's options. */
const MOST_DEPTH = 32;

/**
 * @throws DataError where there is no such layer, or something beside layers
 * @throws OptionError where its options are not what it takes
 */
export function layerOf(made: MadeJson): Layer {
  const layer = rebuilt(made, 0);
  if (isObject(layer) && typeof layer.forward === "function") return layer as unknown as Layer;
  throw new DataError(`${show(made.kind)} is no layer`);
}

function rebuilt(value: unknown, depth: number): unknown {
  if (depth > MOST_DEPTH) throw new DataError("its layers are nested deeper than those of any network");
  if (Array.isArray(value)) return value.map((each) => rebuilt(each, depth + 1));
  if (!isMade(value)) return value;
  const { kind, options } = value;
  if (!Object.hasOwn(makers, kind)) {
    throw new DataError(
      `there is no layer ${show(kind)}; this version of kobai knows ${Object.keys(makers).join(", ")}`,
    );
  }
  const made = Object.entries(options).map(([name, option]) => [name, rebuilt(option, depth + 1)] as const);
  return makers[kind]!(Object.fromEntries(made));
}
