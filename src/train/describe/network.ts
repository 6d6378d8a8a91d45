// The graph of a network, with or without a loss.

import { OptionError } from "../../errors.ts";
import type { GraphDescription, Group } from "../../graph/describe.ts";
import { topologicalOrder } from "../../graph/order.ts";
import { isGiven, type LeafAttributes, type Node, type Value } from "../../graph/value.ts";
import { size, type Tensor, typedArrays } from "../../tensor.ts";
import { scaledInputs, toTargets } from "../arguments.ts";
import { build, buildLoss, type Core, type TargetType } from "../core.ts";
import type { Objective } from "../face.ts";
import { type AnyNetwork, coreOf } from "../network.ts";
import type { NamedLayer } from "../pass.ts";
import { targetRules } from "../targets.ts";
import { evaluation, finish, standIns } from "./finish.ts";
import type { GraphNetworkOptions } from "./options.ts";

export function describeNetwork(net: AnyNetwork, options: GraphNetworkOptions): GraphDescription {
  const { batch = "N", level = "ops", training = true, x: samples, t: targets, gradients = true } = options;
  const core = coreOf(net);
  const { parameters, face, dtype } = core;
  const { objective: last } = net.training;
  const objective =
    options.loss !== undefined
      ? face.objective("graph", options.loss)
      : targets === undefined
        ? undefined
        : (last ?? face.usual("graph"));
  if (samples === undefined && targets !== undefined)
    throw new OptionError(
      "graph: t are the targets of x; give x too, or leave t out for a graph without numbers",
    );
  if (samples !== undefined && objective && targets === undefined)
    throw new OptionError("graph: the numbers of a loss need its targets: give t too");
  if (samples !== undefined && options.batch !== undefined)
    throw new OptionError("graph: x has a batch of its own; leave batch out");
  const inputs = samples === undefined ? undefined : samplesOf(net, samples);
  const lengths = [...core.inputs.map(({ shape }) => shape), ...parameters.values.map(({ shape }) => shape)];
  const symbols = standIns(typeof batch === "string" && !inputs ? [batch] : [], lengths.flat());
  const m = inputs?.[0]?.shape[0] ?? symbols.get(String(batch)) ?? (batch as number);

  const rules = objective && targetRules(core, objective);
  const checked =
    objective && targets !== undefined ? toTargets("graph", targets, m, core, objective) : undefined;
  const types = rules?.map(({ kind, outputShape }, i): TargetType => {
    const labels: TargetType = { dtype: "int32", shape: [] };
    return checked?.[i]?.type ?? (kind === "classes" ? labels : { dtype, shape: outputShape });
  });
  const walked = walk(core, m, training, objective, types);
  const names = namesOf(core, walked);
  const given = new Map<Value, Tensor>();
  for (const [i, tensor] of inputs?.entries() ?? []) given.set(walked.xs[i]!, tensor);
  for (const [i, { values }] of checked?.entries() ?? []) given.set(walked.ts[i]!, values);
  return finish(options, {
    results: walked.results,
    of: "L",
    names,
    by: gradients ? [...walked.xs, ...parameters.values] : [],
    symbols,
    ...(level === "layers" && { groups: walked.groups }),
    ...(inputs && { evaluate: evaluation(core, given, { seed: net.seed, step: net.steps }) }),
  });
}

/** Samples as the network's programs take them, one tensor for each input. */
function samplesOf(net: AnyNetwork, x: unknown): Tensor[] {
  const core = coreOf(net);
  const { inputs, dtype } = core;
  const { batch, place } = scaledInputs("graph", x, core, net.training.scales);
  const tensors = inputs.map(({ shape }): Tensor => {
    const whole = [batch, ...shape];
    return { shape: whole, dtype, data: new typedArrays[dtype](size(whole)) };
  });
  place((input) => tensors[input]!.data);
  return tensors;
}

interface Walked {
  readonly xs: readonly Value[];
  readonly ts: readonly Value[];
  /** the loss, or the outputs */
  readonly results: readonly Value[];
  readonly layers: readonly { readonly named: NamedLayer; readonly output: Value }[];
  /** the layer, or the loss, that each node belongs to */
  readonly groups: ReadonlyMap<Node, Group>;
}

/** The layers' graph at a batch, and that of the losses where there are some. */
function walk(
  core: Core,
  batch: number,
  training: boolean,
  objective: Objective | undefined,
  types: readonly TargetType[] | undefined,
): Walked {
  const layers: { named: NamedLayer; output: Value }[] = [];
  const groups = new Map<Node, Group>();
  const each = (named: NamedLayer, output: Value) => {
    layers.push({ named, output });
    assign(groups, output, { name: named.name, label: labelOf(named.layer.name) });
  };
  if (!objective || !types) {
    const { xs, outputs } = build(core, batch, { training, each });
    return { xs, ts: [], results: outputs, layers, groups };
  }
  const { xs, pairs, losses, loss } = buildLoss(core, batch, objective, types, { training, each });
  for (const [i, value] of losses.entries()) {
    const { name } = objective[i]!.loss;
    assign(groups, value, { name, label: labelOf(name) });
  }
  return { xs, ts: pairs.map(({ t }) => t), results: [loss], layers, groups };
}

/** Symbols of what goes in, of parameters and state, of what comes out of layers, and of what comes out at the end. */
function namesOf({ inputs, outputs, parameters, state, call }: Core, walked: Walked): Map<Value, string> {
  const { xs, ts, results, layers } = walked;
  const isOne = call === "sequential";
  const names = new Map<Value, string>(xs.map((x, i) => [x, isOne ? "X" : inputs[i]!.name]));
  for (const variables of [parameters, state]) {
    const { values } = variables;
    for (const [index, symbol] of symbolsOf(variables.names).entries()) names.set(values[index]!, symbol);
  }
  for (const t of ts) names.set(t, (t.node.attributes as LeafAttributes).name);
  if (ts.length > 0) names.set(results[0]!, "L");
  else if (outputs.length > 1)
    for (const [i, output] of results.entries()) names.set(output, outputs[i]!.name);
  nameLayers(layers, names);
  const [result] = results as [Value];
  if (!names.has(result)) names.set(result, "Y");
  return names;
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
