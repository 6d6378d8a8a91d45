// A network's layers as plain JSON, and the first difference between two networks.

import { isObject, show } from "../../check.ts";
import { initializers } from "../../nn/by-name.ts";
import type { Layer } from "../../nn/layers/layer.ts";
import { type Made, madeOf } from "../../nn/made-of.ts";
import { formatShape } from "../../tensor.ts";
import { build, type Core, type Port } from "../core.ts";

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
  /** the function that made it: of "sequential" the layers say everything */
  readonly madeBy: string;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly dtype: "float32" | "float64";
  readonly seed: number;
  /** in the order in which they are first applied */
  readonly layers: readonly (MadeJson | OwnJson)[];
}

export function describe(core: Core, seed: number): Description {
  const { call, inputs, outputs, dtype, layers = applied(core) } = core;
  const ports = (of: readonly Port[]) => of.map(({ name, shape }) => ({ name, shape: [...shape] }));
  return {
    madeBy: call,
    inputs: ports(inputs),
    outputs: ports(outputs),
    dtype: dtype as "float32" | "float64",
    seed,
    layers: layers.map(layerJson),
  };
}

/** The layers that a function of a user's applies. */
function applied(core: Core): Layer[] {
  const layers = new Set<Layer>();
  build(core, 1, { training: false, each: ({ layer }) => layers.add(layer) });
  return [...layers];
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
  if (file.madeBy !== network.madeBy) {
    return `the file's network was made by ${file.madeBy}, this one by ${network.madeBy}`;
  }
  if (file.dtype !== network.dtype) {
    return `the file's network computes in ${file.dtype}, this one in ${network.dtype}: make it with { dtype: "${file.dtype}" }`;
  }
  if (formatPorts(file.inputs) !== formatPorts(network.inputs)) {
    return `the file's network takes ${formatPorts(file.inputs)}, this one ${formatPorts(network.inputs)}`;
  }
  for (let i = 0; i < Math.max(file.layers.length, network.layers.length); i++) {
    const [theirs, ours] = [file.layers[i], network.layers[i]];
    if (comparable(theirs) === comparable(ours)) continue;
    return `layer ${i + 1} is ${asCode(theirs)} in the file and ${asCode(ours)} here`;
  }
  if (formatPorts(file.outputs) !== formatPorts(network.outputs)) {
    return `the file's network gives ${formatPorts(file.outputs)}, this one ${formatPorts(network.outputs)}`;
  }
  if (file.seed !== network.seed) {
    return `the file's network has the seed ${file.seed}, this one ${network.seed}: make it with { seed: ${file.seed} }`;
  }
  return undefined;
}

/** One of its usual name goes without it. */
function formatPorts(ports: readonly Port[]): string {
  const [{ name, shape }] = ports as readonly [Port];
  if (ports.length === 1 && (name === "x" || name === "y")) return formatShape(shape);
  return `{ ${ports.map((port) => `${port.name}: ${formatShape(port.shape)}`).join(", ")} }`;
}

/** How much these drop belongs to the steps to come, as the learning rate does. */
const dropping = ["dropout", "spatialDropout"];

/** How parameters start makes no difference to a network whose parameters are read, nor does how much is dropped. */
function comparable(layer: unknown): string {
  return JSON.stringify(layer, (_, value: unknown) => {
    if (!isMade(value)) return value;
    if (Object.hasOwn(initializers, value.kind)) return undefined;
    return dropping.includes(value.kind) ? { kind: value.kind } : value;
  });
}

function asCode(layer: MadeJson | OwnJson | undefined): string {
  if (layer === undefined) return "missing";
  if ("own" in layer) return `${show(layer.own)}, a layer of one's own,`;
  const options = JSON.stringify(layer.options);
  return `${layer.kind}(${options === "{}" ? "" : options.slice(0, 200)})`;
}
