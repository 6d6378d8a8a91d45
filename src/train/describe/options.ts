// What descriptions of graphs can be told, checked where it enters.

import { anything, flag, isObject, isShape, isWhole, oneOf, type Rule, text } from "../../check.ts";
import type { Axis } from "../../graph/notation.ts";
import type { Shape, Value } from "../../graph/value.ts";
import type { DTypeName, Tensor, TensorLike } from "../../tensor.ts";
import type { Signature, Single } from "../signature.ts";

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
  /** Whether layers do as in training, or as in `predict`. Default true: this is the graph that is differentiated. */
  training?: boolean;
  /** A sample or a batch: the graph then has the numbers of this run. */
  x?: TensorLike;
}

export interface GraphNetworkOptions<S extends Signature = Single>
  extends Omit<GraphLayerOptions, "input" | "x"> {
  /** What follows the network. Default: none; where there is `t`, that of the last fit, else `crossEntropy()`. */
  loss?: S["loss"];
  /** A sample or a batch: the graph then has the numbers of this run. */
  x?: S["x"];
  /** Targets of `x`. */
  t?: S["t"];
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

/** What `options` of check.ts is given for each of the three. */
type Rules<T> = { readonly [K in keyof Required<T>]: Rule };

const COMMON: Rules<GraphOptions> = {
  title: text,
  gradients: flag,
  formulas: flag,
  labels: [
    (value) => isObject(value) && Object.values(value).every((word) => typeof word === "string"),
    'strings by what they stand for, such as { X: "input" }',
  ],
};

// x, t and loss are checked as the network's own calls check them, inputs one by one.
const RUN: Rules<Omit<GraphLayerOptions, keyof GraphOptions | "input">> = {
  batch: [
    (value) => isWhole(value, 1) || (typeof value === "string" && value !== ""),
    'a whole number of at least 1, or a symbol such as "N"',
  ],
  level: oneOf("ops", "layers"),
  training: flag,
  x: anything,
};

export const LAYER: Rules<GraphLayerOptions> = {
  ...COMMON,
  ...RUN,
  input: [isShape, "one sample's shape, such as [784]"],
};

export const NETWORK: Rules<GraphNetworkOptions> = {
  ...COMMON,
  ...RUN,
  loss: anything,
  t: anything,
};

export const FUNCTION: Rules<GraphFunctionOptions> = {
  ...COMMON,
  inputs: [
    (value) => isObject(value) && Object.keys(value).length > 0,
    'the function\'s arguments by name with their shapes, such as { X: ["N", 2], W: [2, 3] }',
  ],
  output: text,
  by: [
    (value) => Array.isArray(value) && Array.from(value).every((name) => typeof name === "string"),
    "names of inputs",
  ],
};
