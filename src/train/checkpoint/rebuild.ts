// Layers out of what they were made of.

import { isObject, show } from "../../check.ts";
import { DataError } from "../../errors.ts";
import { initializers } from "../../nn/by-name.ts";
import { identity, relu, sigmoid, softmax, tanh } from "../../nn/layers/activations.ts";
import { conv1d, conv2d, convTranspose2d, depthwiseConv2d, separableConv2d } from "../../nn/layers/conv.ts";
import { dense } from "../../nn/layers/dense.ts";
import { dropout, spatialDropout } from "../../nn/layers/dropout.ts";
import type { Layer } from "../../nn/layers/layer.ts";
import { batchNorm, groupNorm, layerNorm } from "../../nn/layers/normalize.ts";
import {
  avgPool1d,
  avgPool2d,
  globalAvgPool1d,
  globalAvgPool2d,
  globalMaxPool1d,
  globalMaxPool2d,
  maxPool1d,
  maxPool2d,
} from "../../nn/layers/pool.ts";
import { residual } from "../../nn/layers/residual.ts";
import { flatten, permute, reshape } from "../../nn/layers/shape.ts";
import { upsample1d, upsample2d } from "../../nn/layers/upsample.ts";
import { isMade, type MadeJson } from "./description.ts";

/** Whatever a file says, which the makers check. */
type Options = Readonly<Record<string, unknown>>;

type Makers = Readonly<Record<string, (options: Options) => unknown>>;

/** A function whose first argument has no name of its own: it is an option as well, and the others follow. */
const first =
  <T>(name: string, make: (first: never, others: never) => T) =>
  ({ [name]: value, ...others }: Options): T =>
    make(value as never, others as never);

/** How each kind of layer is made of its options. */
const layers: Makers = {
  dense: first("units", dense),
  conv2d: first("filters", conv2d),
  depthwiseConv2d: (options) => depthwiseConv2d(options as never),
  separableConv2d: first("filters", separableConv2d),
  convTranspose2d: first("filters", convTranspose2d),
  conv1d: first("filters", conv1d),
  maxPool2d: first("window", maxPool2d),
  avgPool2d: first("window", avgPool2d),
  maxPool1d: first("window", maxPool1d),
  avgPool1d: first("window", avgPool1d),
  globalAvgPool2d,
  globalMaxPool2d,
  globalAvgPool1d,
  globalMaxPool1d,
  upsample2d: first("factor", upsample2d),
  upsample1d: first("factor", upsample1d),
  batchNorm,
  layerNorm,
  groupNorm: first("groups", groupNorm),
  dropout: first("rate", dropout),
  spatialDropout: first("rate", spatialDropout),
  flatten,
  identity,
  permute: first("axes", permute),
  relu,
  reshape: first("shape", reshape),
  residual: ({ layers, ...shortcut }) =>
    residual(...((Array.isArray(layers) ? layers : [layers]) as Layer[]), shortcut),
  sigmoid,
  softmax,
  tanh,
};

/** How each kind of anything is. */
export const makers: Makers = {
  ...layers,
  ...(initializers as unknown as Makers),
  constant: first("value", initializers.constant),
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
