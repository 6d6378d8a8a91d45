// The graph of a network, of one layer, or of a function of ops, described for pictures.

import { OptionError } from "../../errors.ts";
import type { GraphDescription } from "../../graph/describe.ts";
import type { Layer } from "../../nn/layers.ts";
import { Network } from "../network.ts";
import { sequential } from "../sequential.ts";
import { describeFunction } from "./function.ts";
import { describeNetwork } from "./network.ts";
import {
  check,
  FUNCTION,
  type GraphAnyOptions,
  type GraphFunction,
  type GraphFunctionOptions,
  type GraphLayerOptions,
  type GraphNetworkOptions,
  LAYER,
  NETWORK,
} from "./options.ts";

/**
 * The graph that the engine differentiates, as nodes and edges.
 *
 * @throws OptionError for what is no network, layer or function, for options that it does not have, and for a function that throws or
 * returns no value
 * @throws ShapeError where shapes do not fit, or a loss is no scalar
 * @throws DataError for numbers that a network cannot take
 * @throws UnsupportedError where an op has no gradient rule: leave the gradients out
 */
export function describeGraph(
  of: Network | Layer | GraphFunction,
  options: GraphAnyOptions | undefined,
): GraphDescription {
  if (of instanceof Network) {
    const checked = check("network", NETWORK, options) as GraphNetworkOptions;
    return describeNetwork(of.core, checked);
  }
  if (typeof of === "function") {
    return describeFunction(of, check("function", FUNCTION, options) as GraphFunctionOptions);
  }
  if (isLayer(of)) {
    const { input, ...rest } = check("layer", LAYER, options) as GraphLayerOptions;
    if (input === undefined)
      throw new OptionError("graph: a layer needs input, one sample's shape, such as { input: [784] }");
    using alone = sequential([of], { input, name: "graph" });
    return describeNetwork(alone.core, rest);
  }
  const isLoss = typeof of === "object" && of !== null && "targets" in of;
  throw new OptionError(
    isLoss
      ? 'graph: a loss has two inputs; draw it after a network, graph(net, { loss }), or the op of its own as a function, graph(softmaxCrossEntropy, { inputs: { X: ["N", 10], t: ["N", 10] }, output: "L" })'
      : `graph: needs a network, a layer, or a function of ops; got ${of === null ? "null" : typeof of}`,
  );
}

/** A Loss is one too, but for its targets. */
function isLayer(of: unknown): of is Layer {
  return typeof of === "object" && of !== null && "forward" in of && !("targets" in of);
}
