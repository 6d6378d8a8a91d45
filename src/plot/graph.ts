// Computational graphs, as the book draws them.

import { OptionError } from "../errors.ts";
import type { GraphDescription } from "../graph/describe.ts";
import type { Layer } from "../nn/layers.ts";
import {
  type DescribeAnyOptions,
  type DescribeFunctionOptions,
  type DescribeLayerOptions,
  type DescribeNetworkOptions,
  describeGraph,
  type GraphFunction,
} from "../train/describe.ts";
import type { Network } from "../train/network.ts";
import { Figure } from "./figure.ts";
import { drawGraph } from "./graph-drawing.ts";
import { arrange } from "./panels.ts";

/** What a picture of a graph can be told besides what the graph is of. */
export interface GraphStyle {
  /** Stands above the graph. Default: none. */
  title?: string;
  /** Whether gradients are written with how the engine computes them, "= ∂L/∂Y·Wᵀ". Default false. */
  formulas?: boolean;
}

export type GraphNetworkOptions = DescribeNetworkOptions & GraphStyle;
export type GraphLayerOptions = DescribeLayerOptions & GraphStyle;
export type GraphFunctionOptions = DescribeFunctionOptions & GraphStyle;

export function graph(network: Network, options?: GraphNetworkOptions): Figure;
export function graph(layer: Layer, options: GraphLayerOptions): Figure;
export function graph(f: GraphFunction, options: GraphFunctionOptions): Figure;
export function graph(
  of: Network | Layer | GraphFunction,
  options: (DescribeAnyOptions & GraphStyle) | undefined = {},
): Figure {
  const { title, formulas = false, ...rest } = options;
  if (typeof formulas !== "boolean")
    throw new OptionError(`graph: formulas must be true or false; got ${String(formulas)}`);
  const description: GraphDescription = describeGraph(of, rest as DescribeAnyOptions);
  return new Figure(title ?? "computational graph", async (drawing) => {
    const picture = await drawGraph(drawing, description, formulas);
    return arrange(drawing.document, [picture], 1, title);
  });
}
