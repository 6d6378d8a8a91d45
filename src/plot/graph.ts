// Computational graphs, as the book draws them.

import type { Layer } from "../nn/layers/layer.ts";
import { describeGraph } from "../train/describe/index.ts";
import type {
  GraphAnyOptions,
  GraphFunction,
  GraphFunctionOptions,
  GraphLayerOptions,
  GraphNetworkOptions,
} from "../train/describe/options.ts";
import type { AnyNetwork, Network } from "../train/network.ts";
import type { Signature } from "../train/signature.ts";
import { Figure } from "./figure.ts";
import { drawGraph } from "./graph-drawing.ts";
import { arrange } from "./panels.ts";

/**
 * The computational graph of a network as the book draws it (chapter 5): ops as circles, above each arrow a value with its shape, below it
 * in vermilion the gradient that comes back. It is the graph that the engine differentiates, and `formulas` are read off the engine's own
 * gradients. Inputs are dots, parameters rings; where a value goes several ways, a bar divides it and adds the gradients up.
 *
 * Shapes have "N" for the batch. Where `x` is given (and with a loss `t`), the picture has the numbers of that run; without a loss the
 * gradients are then those of the sum of the outputs. Of a large tensor the first numbers are shown.
 *
 * The layout is dagre's (layered: Gansner and others, "A technique for drawing directed graphs", 1993; Brandes and Köpf, 2001), a package
 * that kobai does not bring: `npm install @dagrejs/dagre`. Without it `svg()` and `element()` reject with an UnsupportedError that says so.
 *
 * @param options loss: what follows the network, default none, or where there is `t` that of the last fit, else `crossEntropy()`; batch: a number or a symbol,
 *   default "N"; level: "ops" (default), or "layers" for one box each; x, t: samples whose numbers are shown; gradients: default true;
 *   training: whether layers do as in training, default true; formulas: default false; labels: other words for symbols ("X", "W1"), signs ("dot") and layers ("Affine"); title: default none
 * @throws OptionError for what is no network, layer or function, options that there are not, labels of what is not in the graph, x without
 *   the loss' t, t without x
 * @throws ShapeError where x or t does not fit, or the loss is no scalar
 * @throws DataError where x or t holds NaN or labels out of range
 * @throws UnsupportedError where an op has no gradient rule; `gradients: false` draws it
 * @throws StateError after dispose
 * @example
 * import { crossEntropy } from "kobai";
 * import { graph } from "kobai/plot";
 * await writeFile("net.svg", await graph(net, { loss: crossEntropy(), level: "layers" }).svg());
 * @example
 * import { dense, sequential, tensor } from "kobai";
 * import { graph } from "kobai/plot";
 * const simpleNet = sequential([dense(3, { bias: false })], { input: [2] });
 * simpleNet.params["dense1.weight"] = tensor([[0.5, -0.8, 1.9], [-2.4, -0.5, 0.2]]);
 * graph(simpleNet, { x: [0.6, 0.9], t: [0, 0, 1], title: "SimpleNet" });
 */
export function graph<S extends Signature>(network: Network<S>, options?: GraphNetworkOptions<S>): Figure;
/**
 * The graph of one layer, from X to Y.
 *
 * @param options input: one sample's shape; x: default none, with it the numbers of a layer with fresh parameters of seed 0; the others as
 *   of a network
 * @throws as for a network, and StateError before `init()`
 * @example
 * import { dense } from "kobai";
 * import { graph } from "kobai/plot";
 * graph(dense(3), { input: [2], formulas: true, title: "Affine レイヤ" });
 */
export function graph(layer: Layer, options: GraphLayerOptions): Figure;
/**
 * The graph of a function of ops.
 *
 * Where the result is a scalar y, gradients are ∂y/∂…; else they are ∂L/∂… of what follows it, ∂L/∂y arriving.
 *
 * @param options inputs: the arguments by name, in order: shapes, in which words stand for any length, `["N", 2]`; `{ shape, dtype }`; or
 *   tensors, for a graph with numbers; output: what the result is called, default "y"; by: the inputs to differentiate by, default all that
 *   are float; gradients, formulas, labels and title as of a network
 * @throws OptionError for inputs that are neither, for a function that throws or returns no value, and as for a network
 * @throws StateError before `init()`, where there are tensors
 * @example
 * import { add, multiply, type Value } from "kobai/ops";
 * import { graph } from "kobai/plot";
 * const f = (a: Value, b: Value, c: Value) => add(multiply(a, b), c);
 * graph(f, { inputs: { a: [], b: [], c: [] }, formulas: true, title: "y = ab + c" });
 * graph(f, { inputs: { a: tensor(2), b: tensor(3), c: tensor(4) } });
 */
export function graph(f: GraphFunction, options: GraphFunctionOptions): Figure;
export function graph(of: AnyNetwork | Layer | GraphFunction, options?: object): Figure {
  const description = describeGraph(of, options as GraphAnyOptions | undefined);
  const { title } = description;
  return new Figure(title ?? "computational graph", async (drawing) =>
    arrange(drawing.document, [await drawGraph(drawing, description)], 1, title),
  );
}
