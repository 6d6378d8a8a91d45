// Layers out of what they were made of.

import { isObject, show } from "../../check.ts";
import { DataError } from "../../errors.ts";
import { bernoulli, constant, he, normal, uniform, xavier } from "../../nn/initializers.ts";
import * as activations from "../../nn/layers/activations.ts";
import * as conv from "../../nn/layers/conv.ts";
import * as dense from "../../nn/layers/dense.ts";
import * as dropout from "../../nn/layers/dropout.ts";
import type { Layer } from "../../nn/layers/layer.ts";
import * as normalize from "../../nn/layers/normalize.ts";
import * as pool from "../../nn/layers/pool.ts";
import * as shape from "../../nn/layers/shape.ts";
import { isMade, type MadeJson } from "./description.ts";

type Maker = (...args: unknown[]) => unknown;

/** Every kind is the name of the function that makes it, which checks what it is given. */
export const makers = {
  ...{ bernoulli, constant, he, normal, uniform, xavier },
  ...activations,
  ...conv,
  ...dense,
  ...dropout,
  ...normalize,
  ...pool,
  ...shape,
} as unknown as Readonly<Record<string, Maker>>;

/** The options that are arguments of their own, before the others. */
const first = ["units", "filters", "window", "factor", "groups", "rate", "axes", "shape"];

function make(kind: string, options: Readonly<Record<string, unknown>>): unknown {
  const name = kind === "constant" ? "value" : first.find((each) => Object.hasOwn(options, each));
  const { [name ?? ""]: argument, ...rest } = options;
  const args = name === undefined ? [] : [argument];
  return makers[kind]!(...args, ...(Object.keys(rest).length > 0 ? [rest] : []));
}

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
  return make(
    kind,
    Object.fromEntries(Object.entries(options).map(([name, option]) => [name, rebuilt(option, depth + 1)])),
  );
}
