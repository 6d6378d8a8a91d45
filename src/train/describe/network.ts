// The graph of a network, with or without a loss.

import { OptionError, ShapeError } from "../../errors.ts";
import type { GraphDescription, Group } from "../../graph/describe.ts";
import { topologicalOrder } from "../../graph/order.ts";
import { input, isGiven, type Node, type Value } from "../../graph/value.ts";
import { crossEntropy, type Loss } from "../../nn/losses.ts";
import { size, type Tensor } from "../../tensor.ts";
import { type TensorLike, toInputs, toTargets } from "../arguments.ts";
import type { Core, NamedLayer, TargetType } from "../core.ts";
import { checkFinite } from "../store.ts";
import { evaluation, finish, standIns } from "./finish.ts";
import type { GraphNetworkOptions } from "./options.ts";

export function describeNetwork(core: Core, options: GraphNetworkOptions): GraphDescription {
  const { batch = "N", level = "ops", x: samples, t: targets, gradients = true } = options;
  const loss = options.loss ?? (targets === undefined ? undefined : crossEntropy());
  if (samples === undefined && targets !== undefined)
    throw new OptionError(
      "graph: t are the targets of x; give x too, or leave t out for a graph without numbers",
    );
  if (samples !== undefined && loss && targets === undefined)
    throw new OptionError("graph: the numbers of a loss need its targets: give t too");
  if (samples !== undefined && options.batch !== undefined)
    throw new OptionError("graph: x has a batch of its own; leave batch out");
  const isLength = typeof batch === "number" && Number.isInteger(batch) && batch >= 1;
  if (!isLength && !(typeof batch === "string" && batch !== ""))
    throw new OptionError(
      `graph: batch must be a whole number of at least 1, or a symbol such as "N"; got ${String(batch)}`,
    );

  const inputs = samples === undefined ? undefined : toInputs("graph", samples, core);
  if (inputs) checkFinite("graph", "x", inputs.values, size(core.inputShape));
  const { parameters } = core;
  const lengths = [core.inputShape, ...parameters.values.map(({ shape }) => shape)].flat();
  const symbols = standIns(typeof batch === "string" && !inputs ? [batch] : [], lengths);
  const m = inputs?.batch ?? symbols.get(String(batch)) ?? (batch as number);

  const { x, output, layers, groups } = walk(core, m);
  const names = new Map<Value, string>([[x, "X"]]);
  const given = new Map<Value, Tensor>();
  if (inputs) given.set(x, inputs.values);
  for (const [index, symbol] of parameterSymbols(parameters.names).entries())
    names.set(parameters.values[index]!, symbol);
  nameLayers(layers, names);
  if (!isGiven(output)) names.set(output, "Y");

  const end = loss && follow(loss, core, output, m, targets);
  if (end) names.set(end.t, "t");
  if (end?.targets) given.set(end.t, end.targets);
  const result = end?.result ?? output;
  if (end) assign(groups, result, { name: loss.name, label: labelOf(loss.name) });
  return finish(options, {
    result,
    resultName: loss ? "L" : (names.get(result) ?? "Y"),
    of: "L",
    names,
    by: gradients ? [x, ...parameters.values] : [],
    symbols,
    ...(level === "layers" && { groups }),
    ...(inputs && { evaluate: evaluation(core, given) }),
  });
}

/** Puts a loss behind a network's output. @throws ShapeError where it is no scalar */
function follow(
  loss: Loss,
  { dtype }: Core,
  output: Value,
  batch: number,
  targets: TensorLike | undefined,
): { readonly result: Value; readonly t: Value; readonly targets: Tensor | undefined } {
  if (typeof loss !== "object" || typeof loss.forward !== "function")
    throw new OptionError("graph: loss must be a loss, such as crossEntropy() or one made by loss()");
  const outputShape = output.shape.slice(1);
  const ofClasses = loss.targets === "classes";
  const classes = ofClasses && outputShape.length === 1 ? outputShape[0] : undefined;
  const checked =
    targets === undefined ? undefined : toTargets("graph", targets, { batch, classes, outputShape, dtype });
  const labels: TargetType = { dtype: "int32", shape: [] };
  const type = checked?.type ?? (ofClasses ? labels : { dtype, shape: outputShape });
  const t = input("t", [batch, ...type.shape], type.dtype);
  const result = loss.forward(output, t);
  if (result.shape.length === 0) return { result, t, targets: checked?.values };
  throw new ShapeError(
    loss.name,
    `${ShapeError.describe({ loss: result.shape })}; a loss must be a scalar: take its sum or mean`,
    result.shape,
  );
}

/** The layers' graph at a batch, and which of them each node belongs to. */
function walk(core: Core, batch: number) {
  const x = input("X", [batch, ...core.inputShape], core.dtype);
  const layers: { named: NamedLayer; output: Value }[] = [];
  const groups = new Map<Node, Group>();
  const output = core.forward(x, (named, output) => {
    layers.push({ named, output });
    assign(groups, output, { name: named.name, label: labelOf(named.layer.name) });
  });
  return { x, output, layers, groups };
}

/** Puts into a group what a value needs and no group has yet. */
function assign(groups: Map<Node, Group>, value: Value, group: Group): void {
  for (const node of topologicalOrder([value])) {
    if (!isGiven(node.outputs[0]!) && !groups.has(node)) groups.set(node, group);
  }
}

const layerLabels: Readonly<Record<string, string>> = {
  dense: "Affine",
  relu: "ReLU",
  sigmoid: "Sigmoid",
  tanh: "Tanh",
  softmax: "Softmax",
  flatten: "Flatten",
  crossEntropy: "Softmax with Loss",
  sumSquaredError: "Squared Error",
};

const labelOf = (kind: string) => layerLabels[kind] ?? kind;

/** "dense1.weight" is W1, or W where there is no other weight. */
function parameterSymbols(names: readonly string[]): string[] {
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

/** What comes out of the layers: A1, A2, … and behind activations Z1, Z2, …, as in chapter 3 of the book. */
function nameLayers(
  layers: readonly { named: NamedLayer; output: Value }[],
  names: Map<Value, string>,
): void {
  const counts = { A: 0, Z: 0 };
  for (const { named, output } of layers) {
    if (names.has(output)) continue;
    const letter = ACTIVATIONS.has(named.layer.name) ? "Z" : "A";
    names.set(output, `${letter}${++counts[letter]}`);
  }
}
