// The graph of a network, of one layer, or of a function of ops, described for pictures.

import { check, options as optionsOf, property, show } from "../../check.ts";
import { OptionError } from "../../errors.ts";
import type { GraphDescription } from "../../graph/describe.ts";
import type { Layer } from "../../nn/layers/layer.ts";
import { type AnyNetwork, Network } from "../network.ts";
import { sequential } from "../sequential.ts";
import { describeFunction } from "./function.ts";
import { describeNetwork } from "./network.ts";
import {
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
  of: AnyNetwork | Layer | GraphFunction,
  options: GraphAnyOptions | undefined,
): GraphDescription {
  if (of instanceof Network) {
    return describeNetwork(of, optionsOf("graph", options as GraphNetworkOptions, NETWORK));
  }
  if (typeof of === "function") {
    return describeFunction(of, optionsOf("graph", options as GraphFunctionOptions, FUNCTION));
  }
  if (isLayer(of)) {
    const { input, ...rest } = optionsOf("graph", options as GraphLayerOptions, LAYER);
    check("graph", "input", input, LAYER.input);
    using alone = sequential([of], { input, name: "graph" });
    return describeNetwork(alone, rest);
  }
  const isLoss = typeof property(of, "forward") === "function";
  throw new OptionError(
    isLoss
      ? 'graph: a loss has two inputs; draw it after a network, graph(net, { loss }), or the op of its own as a function, graph(softmaxCrossEntropy, { inputs: { X: ["N", 10], t: ["N", 10] }, output: "L" })'
      : `graph: needs a network, a layer, or a function of ops; got ${show(of)}`,
  );
}

/** A Loss would be one too, but for its targets. */
function isLayer(of: unknown): of is Layer {
  return typeof property(of, "forward") === "function" && property(of, "targets") === undefined;
}
