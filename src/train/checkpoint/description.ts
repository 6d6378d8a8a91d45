// A network's layers as plain JSON, and the first difference between two networks.

import { isObject, show } from "../../check.ts";
import type { Layer } from "../../nn/layers/layer.ts";
import { type Made, madeOf } from "../../nn/made-of.ts";
import { formatShape } from "../../tensor.ts";
import type { Core } from "../core.ts";

/** What a layer, an initializer or anything else of kobai's was made of. */
export interface MadeJson {
  readonly kind: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** A layer of a user's own, of which there is a name and no more. */
export interface OwnJson {
  readonly own: string;
}

/** What a network is, as far as that can be written down. */
export interface Description {
  /** one sample's shape */
  readonly input: readonly number[];
  readonly output: readonly number[];
  readonly dtype: "float32" | "float64";
  readonly seed: number;
  /** in order; absent where it is no sequence */
  readonly layers?: readonly (MadeJson | OwnJson)[];
}

export function describe({ inputs, outputs, dtype, layers }: Core, seed: number): Description {
  return {
    input: [...inputs[0]!.shape],
    output: [...outputs[0]!.shape],
    dtype: dtype as "float32" | "float64",
    seed,
    ...(layers && { layers: layers.map(layerJson) }),
  };
}

function layerJson(layer: Layer): MadeJson | OwnJson {
  const json = toJson(layer);
  return isMade(json) ? json : { own: layer.name };
}

/** Undefined where something in it is a user's own. */
function toJson(value: unknown): unknown {
  const made = (value as { readonly [madeOf]?: Made } | null | undefined)?.[madeOf];
  if (made) {
    const options: Record<string, unknown> = {};
    for (const [name, option] of Object.entries(made.options)) {
      if (option === undefined) continue;
      const json = toJson(option);
      if (json === undefined) return undefined;
      options[name] = json;
    }
    return { kind: made.kind, options };
  }
  if (Array.isArray(value)) {
    const list = value.map(toJson);
    return list.includes(undefined) ? undefined : list;
  }
  // An initializer of a user's own: parameters are read, so that any will do.
  if (typeof value === "function") return { kind: "constant", options: { value: 0 } };
  return isObject(value) && "forward" in value ? undefined : value;
}

export function isMade(value: unknown): value is MadeJson {
  return isObject(value) && typeof value.kind === "string" && isObject(value.options);
}

/** What is the first thing in which a network differs from what a file describes; undefined where there is none. */
export function firstDifference(file: Description, network: Description): string | undefined {
  const sizes = (["input", "output"] as const).find((name) => String(file[name]) !== String(network[name]));
  if (file.dtype !== network.dtype) {
    return `the file's network computes in ${file.dtype}, this one in ${network.dtype}: make it with { dtype: "${file.dtype}" }`;
  }
  if (sizes === "input") {
    return `the file's network takes ${formatShape(file.input)}, this one ${formatShape(network.input)}`;
  }
  const layers = Math.max(file.layers?.length ?? 0, network.layers?.length ?? 0);
  for (let i = 0; file.layers && network.layers && i < layers; i++) {
    const [theirs, ours] = [file.layers[i], network.layers[i]];
    if (comparable(theirs) === comparable(ours)) continue;
    return `layer ${i + 1} is ${asCode(theirs)} in the file and ${asCode(ours)} here`;
  }
  if (sizes === "output") {
    return `the file's network gives ${formatShape(file.output)}, this one ${formatShape(network.output)}`;
  }
  if (file.seed !== network.seed) {
    return `the file's network has the seed ${file.seed}, this one ${network.seed}: make it with { seed: ${file.seed} }`;
  }
  return undefined;
}

/** How parameters start makes no difference to a network whose parameters are read. */
export const initializers = ["bernoulli", "constant", "he", "normal", "uniform", "xavier", "zeros"];

function comparable(layer: unknown): string {
  return JSON.stringify(layer, (_, value: unknown) =>
    isMade(value) && initializers.includes(value.kind) ? undefined : value,
  );
}

function asCode(layer: MadeJson | OwnJson | undefined): string {
  if (layer === undefined) return "missing";
  if ("own" in layer) return `${show(layer.own)}, a layer of one's own,`;
  const options = JSON.stringify(layer.options);
  return `${layer.kind}(${options === "{}" ? "" : options.slice(0, 200)})`;
}
