// What descriptions of graphs can be told, checked where it enters.

import { OptionError } from "../../errors.ts";
import type { Axis } from "../../graph/notation.ts";
import type { Shape, Value } from "../../graph/value.ts";
import type { Loss } from "../../nn/losses.ts";
import type { DTypeName, Tensor } from "../../tensor.ts";
import type { TensorLike } from "../arguments.ts";

/** A function of symbolic values, written with the ops. */
export type GraphFunction = (...inputs: Value[]) => Value;

/** What any description can be told. */
export interface GraphOptions {
  /** Stands above the graph. Default: none. */
  title?: string;
  /** Whether what comes back is described too. Default true. */
  gradients?: boolean;
  /** Whether it is written, too, how the engine computes each gradient: "∂L/∂Y·Wᵀ". Default false. */
  formulas?: boolean;
  /** Other words for symbols ("X"), for signs of ops ("dot") and for layers ("Affine"). */
  labels?: Readonly<Record<string, string>>;
}

export interface GraphLayerOptions extends GraphOptions {
  /** One sample's shape, as `sequential` takes it. */
  input: Shape;
  /** Samples: a number, or a symbol for any. Default "N". */
  batch?: Axis;
  /** Each op, or each layer as one. Default "ops". */
  level?: "ops" | "layers";
  /** A sample or a batch: the graph then has the numbers of this run. */
  x?: TensorLike;
}

export interface GraphNetworkOptions extends Omit<GraphLayerOptions, "input"> {
  /** What follows the network. Default: none; `crossEntropy()` where there is `t`. */
  loss?: Loss;
  /** Targets of `x`. */
  t?: TensorLike;
}

/** An input of a function: its shape, in which words stand for lengths that may be any; or a tensor, of which there are numbers. */
export type GraphInput =
  | readonly Axis[]
  | { readonly shape: readonly Axis[]; readonly dtype?: DTypeName }
  | Tensor;

export interface GraphFunctionOptions extends GraphOptions {
  /** The function's arguments by name, in order. All tensors, for a graph with numbers, or none. */
  inputs: Readonly<Record<string, GraphInput>>;
  /** What its result is called. Default "y". */
  output?: string;
  /** The inputs to differentiate by. Default: all that are float. */
  by?: readonly string[];
}

export type GraphAnyOptions = GraphLayerOptions | GraphNetworkOptions | GraphFunctionOptions;

const COMMON = ["title", "gradients", "formulas", "labels"];
export const LAYER = [...COMMON, "input", "batch", "level", "x"];
export const NETWORK = [...COMMON, "batch", "level", "x", "loss", "t"];
export const FUNCTION = [...COMMON, "inputs", "output", "by"];

/** @throws OptionError for options that there are not, and for those of all kinds that are out of their range */
export function check(kind: string, known: readonly string[], options: object | undefined): object {
  const given = options ?? {};
  const unknown = Object.keys(given).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    throw new OptionError(
      `graph: there is no option ${unknown} for a ${kind}; there are ${known.join(", ")}`,
    );
  }
  const { title = "", labels = {}, level = "ops", ...flags } = given as Record<string, unknown>;
  const wrong = ["gradients", "formulas"].find((flag) => typeof (flags[flag] ?? true) !== "boolean");
  if (wrong !== undefined)
    throw new OptionError(`graph: ${wrong} must be true or false; got ${String(flags[wrong])}`);
  if (typeof title !== "string") throw new OptionError(`graph: title must be a text; got ${String(title)}`);
  if (level !== "ops" && level !== "layers")
    throw new OptionError(`graph: level must be "ops" or "layers"; got ${String(level)}`);
  const words = typeof labels === "object" && labels !== null ? Object.values(labels) : [undefined];
  if (!words.every((word) => typeof word === "string"))
    throw new OptionError('graph: labels must be words by what they stand for, such as { X: "input" }');
  return given;
}
