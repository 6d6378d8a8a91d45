// The graph of a network, with or without a loss.

import { OptionError } from "../../errors.ts";
import type { GraphDescription, Group } from "../../graph/describe.ts";
import { topologicalOrder } from "../../graph/order.ts";
import { input, isGiven, type Node, type Value } from "../../graph/value.ts";
import { crossEntropy, type Loss } from "../../nn/losses.ts";
import { type Tensor, type TensorLike, typedArrays } from "../../tensor.ts";
import { scaledInputs, toTargets } from "../arguments.ts";
import { build, type Core, lossOf, type TargetType } from "../core.ts";
import { coreOf, type Network } from "../network.ts";
import type { NamedLayer } from "../pass.ts";
import { targetRule } from "../targets.ts";
import { evaluation, finish, standIns } from "./finish.ts";
import type { GraphNetworkOptions } from "./options.ts";

export function describeNetwork(net: Network, options: GraphNetworkOptions): GraphDescription {
  const { batch = "N", level = "ops", training = true, x: samples, t: targets, gradients = true } = options;
  const loss = options.loss ?? (targets === undefined ? undefined : (net.training.loss ?? crossEntropy()));
  if (samples === undefined && targets !== undefined)
    throw new OptionError(
      "graph: t are the targets of x; give x too, or leave t out for a graph without numbers",
    );
  if (samples !== undefined && loss && targets === undefined)
    throw new OptionError("graph: the numbers of a loss need its targets: give t too");
  if (samples !== undefined && options.batch !== undefined)
    throw new OptionError("graph: x has a batch of its own; leave batch out");
  const core = coreOf(net);
  const inputs = samples === undefined ? undefined : samplesOf(net, samples);
  const { parameters, state } = core;
  const lengths = [core.inputShape, ...parameters.values.map(({ shape }) => shape)].flat();
  const symbols = standIns(typeof batch === "string" && !inputs ? [batch] : [], lengths);
  const m = inputs?.shape[0] ?? symbols.get(String(batch)) ?? (batch as number);

  const rule = loss && targetRule(loss, core);
  const checked = rule && targets !== undefined ? toTargets("graph", targets, m, rule) : undefined;
  const { x, t, result, layers, groups } = walk(core, m, training, loss, checked?.type);
  const names = new Map<Value, string>([[x, "X"]]);
  for (const variables of [parameters, state]) {
    const { values } = variables;
    for (const [index, symbol] of symbolsOf(variables.names).entries()) names.set(values[index]!, symbol);
  }
  if (t) names.set(t, "t");
  nameLayers(layers, names);
  const given = new Map<Value, Tensor>();
  if (inputs) given.set(x, inputs);
  if (t && checked) given.set(t, checked.values);
  return finish(options, {
    result,
    resultName: loss ? "L" : (names.get(result) ?? "Y"),
    of: "L",
    names,
    by: gradients ? [x, ...parameters.values] : [],
    symbols,
    ...(level === "layers" && { groups }),
    ...(inputs && { evaluate: evaluation(core, given, { seed: net.seed, step: net.steps }) }),
  });
}

/** Samples as the network's programs take them. */
function samplesOf(net: Network, x: TensorLike): Tensor {
  const core = coreOf(net);
  const { batch, length, place } = scaledInputs("graph", x, core, net.training.scale);
  const data = new typedArrays[core.dtype](length);
  place(data);
  return { shape: [batch, ...core.inputShape], dtype: core.dtype, data };
}

interface Walked {
  readonly x: Value;
  readonly t: Value | undefined;
  readonly result: Value;
  readonly layers: readonly { readonly named: NamedLayer; readonly output: Value }[];
  /** the layer, or the loss, that each node belongs to */
  readonly groups: ReadonlyMap<Node, Group>;
}

/** The layers' graph at a batch, and that of the loss where there is one. */
function walk(
  core: Core,
  batch: number,
  training: boolean,
  loss: Loss | undefined,
  target: TargetType | undefined,
): Walked {
  const layers: { named: NamedLayer; output: Value }[] = [];
  const groups = new Map<Node, Group>();
  const each = (named: NamedLayer, output: Value) => {
    layers.push({ named, output });
    assign(groups, output, { name: named.name, label: labelOf(named.layer.name) });
  };
  const { x, output } = build(core, batch, { training, each });
  if (!loss) return { x, t: undefined, result: output, layers, groups };
  const { outputShape, dtype } = core;
  const labels: TargetType = { dtype: "int32", shape: [] };
  const type = target ?? (loss.targets === "classes" ? labels : { dtype, shape: outputShape });
  const t = input("t", [batch, ...type.shape], type.dtype);
  const result = lossOf(loss, output, t);
  assign(groups, result, { name: loss.name, label: labelOf(loss.name) });
  return { x, t, result, layers, groups };
}

/** Puts into a group what a value needs and no group has yet. */
function assign(groups: Map<Node, Group>, value: Value, group: Group): void {
  for (const node of topologicalOrder([value])) {
    if (!isGiven(node.outputs[0]!) && !groups.has(node)) groups.set(node, group);
  }
}

const layerLabels = new Map([
  ["dense", "Affine"],
  ["relu", "ReLU"],
  ["sigmoid", "Sigmoid"],
  ["tanh", "Tanh"],
  ["softmax", "Softmax"],
  ["flatten", "Flatten"],
  ["permute", "Permute"],
  ["reshape", "Reshape"],
  ["crossEntropy", "Softmax with Loss"],
  ["binaryCrossEntropy", "Sigmoid with Loss"],
  ["meanSquaredError", "Mean Squared Error"],
  ["sumSquaredError", "Squared Error"],
]);

const labelOf = (kind: string) => layerLabels.get(kind) ?? kind;

/** "dense1.weight" is W1, or W where there is no other weight. */
function symbolsOf(names: readonly string[]): string[] {
  const kinds = names.map((full) => {
    const kind = full.slice(full.indexOf(".") + 1);
    return kind === "weight" ? "W" : kind === "bias" ? "b" : kind;
  });
  const counts = new Map<string, number>();
  return kinds.map((kind) => {
    const number = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, number);
    return kinds.indexOf(kind) === kinds.lastIndexOf(kind) ? kind : `${kind}${number}`;
  });
}

const ACTIVATIONS = new Set(["relu", "sigmoid", "tanh", "softmax"]);

/** What comes out of the layers: A1, A2, … and behind activations Z1, Z2, …, as in chapter 3 of the book; at the end Y. */
function nameLayers(layers: Walked["layers"], names: Map<Value, string>): void {
  const counts = { A: 0, Z: 0 };
  for (const [index, { named, output }] of layers.entries()) {
    if (names.has(output)) continue;
    const letter = ACTIVATIONS.has(named.layer.name) ? "Z" : "A";
    names.set(output, index === layers.length - 1 ? "Y" : `${letter}${++counts[letter]}`);
  }
}
