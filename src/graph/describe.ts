// A graph as plain data, for pictures of it: what is computed from what, and which gradient comes back on each way.

import type { Tensor } from "../tensor.ts";
import { gradients } from "./autodiff.ts";
import {
  type Axis,
  type Formula,
  formula,
  held,
  isConstant,
  isConstantLeaf,
  name,
  type Symbols,
  signOf,
  writtenShape,
} from "./notation.ts";
import { add, multiply } from "./ops/elementwise.ts";
import { sum } from "./ops/reduce.ts";
import { topologicalOrder } from "./order.ts";
import { input, isGiven, type LeafAttributes, type Node, type Value, type ValueType } from "./value.ts";

/** A tensor on an arrow. */
export interface DescribedTensor {
  /** "X", "W1", "X·W1"; of a gradient "∂L/∂X", and nothing where it is one of several parts of it */
  readonly name: string | undefined;
  readonly shape: readonly Axis[];
  readonly dtype: ValueType["dtype"];
  /** of one run, where it was asked for */
  readonly numbers?: Tensor;
}

export interface DescribedGradient extends DescribedTensor {
  /**
   * How the engine computes it, "∂L/∂Y·Wᵀ": where that was asked for, and always of a number and of one of several parts. Left out where
   * it would be long, and at the output, where the gradient arrives.
   */
  readonly formula?: string;
}

/**
 * "fork" is where a value goes several ways, and the gradients that come back are added; "output" is where the result leaves. Inputs,
 * parameters, state, constants and outputs compute nothing.
 */
export type NodeKind = "input" | "parameter" | "state" | "constant" | "op" | "layer" | "fork" | "output";

export interface DescribedNode {
  readonly kind: NodeKind;
  /** of an op its name in `kobai/ops`, of a layer its name in the network, of a tensor its symbol */
  readonly name: string;
  /** what is written in it: "dot", "+", "Affine" */
  readonly label: string;
}

export interface DescribedEdge {
  /** indices of nodes */
  readonly from: number;
  readonly to: number;
  readonly value: DescribedTensor;
  /** what comes back, where something does */
  readonly gradient?: DescribedGradient;
}

export interface GraphDescription {
  readonly title?: string;
  readonly nodes: readonly DescribedNode[];
  readonly edges: readonly DescribedEdge[];
}

/** Ops that are drawn as one. */
export interface Group {
  readonly name: string;
  readonly label: string;
}

/** What is to be described. */
export interface Subject {
  readonly results: readonly Value[];
  /** the symbol of what is differentiated: "L" where a result is no scalar and something follows it */
  readonly of: string;
  /** symbols of leaves, of results, and of other values that have one */
  readonly names: ReadonlyMap<Value, string>;
  /** the leaves to differentiate by; empty for no gradients */
  readonly by: readonly Value[];
  readonly symbols: Symbols;
  /** the layer that a node belongs to, where layers are drawn instead of ops */
  readonly groups?: ReadonlyMap<Node, Group>;
  readonly formulas: boolean;
  /** what to write instead of a symbol, a sign or a layer's name */
  readonly rename: (text: string) => string;
  /** Computes values; `arriving` are the gradients at results that are no scalars. */
  readonly evaluate?: (values: readonly Value[], arriving: readonly Value[]) => ReadonlyMap<Value, Tensor>;
}

/** Longer ones are given a letter (values) or left out (gradients). */
const LONGEST_NAME = 18;
const LONGEST_FORMULA = 44;

export function describe(subject: Subject): GraphDescription {
  const order = topologicalOrder(subject.results);
  const back = differentiate(subject, order);
  const names = nameAll(subject, order);
  const gradientNames = nameGradients(subject, order, back, names);
  const { nodes, edges } = connect(subject, order, back);

  // A constant's number is its name.
  const wanted = edges.flatMap(({ value, gradient }) => [
    ...(isConstantLeaf(value) ? [] : [value]),
    ...(gradient ? [gradient] : []),
  ]);
  const numbers = subject.evaluate?.(wanted, [...back.arriving.values()]);
  const tensor = (value: Value, called: string | undefined): DescribedTensor => {
    const found = numbers?.get(value);
    const shape = writtenShape(value.shape, subject.symbols);
    return { name: called, shape, dtype: value.dtype, ...(found && { numbers: found }) };
  };
  const gradientOf = (value: Value, gradient: Value, part: boolean): DescribedGradient => {
    const own = gradientNames.get(value)!;
    const { text } = formula(gradient, names, subject.symbols, part ? undefined : own);
    const arrives = part ? gradient === back.arriving.get(value) : back.arriving.has(value);
    const asked = part || subject.formulas || isConstant(gradient);
    const told = asked && !arrives && text !== own && text.length <= LONGEST_FORMULA;
    return { ...tensor(gradient, part ? undefined : own), ...(told && { formula: text }) };
  };
  return {
    nodes: nodes.map(({ kind, of }) => describeNode(kind, of, subject, names)),
    edges: edges.map(({ from, to, value, gradient, part }) => ({
      from,
      to,
      value: tensor(value, names.get(value)!.text),
      ...(gradient && { gradient: gradientOf(value, gradient, part) }),
    })),
  };
}

/** What differentiation leaves: for each value the whole of its gradient, for each use of it the part that this use passes back. */
interface Backward {
  readonly whole: ReadonlyMap<Value, Value>;
  part(node: Node, index: number): Value | undefined;
  /** by the results that are no scalars, the gradients that arrive at them */
  readonly arriving: ReadonlyMap<Value, Value>;
}

function differentiate({ results, names, of, by }: Subject, order: readonly Node[]): Backward {
  const reached = new Set<Value>(by);
  for (const node of order) {
    if (node.inputs.some((value) => reached.has(value))) reached.add(node.outputs[0]!);
  }
  const whole = new Map<Value, Value>();
  const parts = new Map<Node, readonly (Value | undefined)[]>();
  const part = (node: Node, index: number) => {
    const passed = parts.get(node)?.[index];
    return reached.has(node.inputs[index]!) ? passed : undefined;
  };
  const arriving = new Map<Value, Value>();
  const ends = results.filter((result) => reached.has(result));
  if (ends.length === 0) return { whole, part, arriving };

  // A gradient that arrives from outside is that of the sum of the products with it.
  const losses = ends.map((result) => {
    if (result.shape.length === 0) return result;
    const gradient = input(`∂${of}/∂${names.get(result)}`, result.shape, result.dtype);
    arriving.set(result, gradient);
    return sum(multiply(result, gradient));
  });
  const loss = losses.reduce((total, each) => add(total, each));
  const values = order.flatMap(({ outputs }) => outputs.slice(0, 1)).filter((value) => reached.has(value));
  const found = gradients(loss, values);
  const all = new Map(values.map((value, index) => [value, found[index]!]));
  for (const result of ends) whole.set(result, all.get(result)!);
  for (const node of order.toReversed()) {
    const upstream = whole.get(node.outputs[0]!);
    if (!upstream || isGiven(node.outputs[0]!)) continue;
    // The rule that `gradients` used, asked again: it told only the sums.
    parts.set(node, node.operation.gradient!(node, upstream));
    for (const [index, value] of node.inputs.entries()) {
      if (part(node, index)) whole.set(value, all.get(value)!);
    }
  }
  return { whole, part, arriving };
}

/** A name for every value: its own, or a short formula, or a letter. */
function nameAll({ names: given, symbols, rename }: Subject, order: readonly Node[]) {
  const names = new Map<Value, Formula>();
  let letters = 0;
  for (const value of order.flatMap(({ outputs }) => outputs.slice(0, 1))) {
    const own = given.get(value);
    const made = own === undefined ? formula(value, names, symbols) : name(own);
    const written = made.text.length <= LONGEST_NAME ? made : name(`h${++letters}`);
    const renamed = isConstant(value) ? written.text : rename(written.text);
    names.set(value, renamed === written.text ? written : name(renamed));
  }
  return names;
}

/** The gradients' symbols by their values; in `names`, the first that a gradient has from the output on. */
function nameGradients(
  { of, rename }: Subject,
  order: readonly Node[],
  { whole, arriving }: Backward,
  names: Map<Value, Formula>,
): ReadonlyMap<Value, string> {
  const symbols = new Map<Value, string>();
  for (const value of order.flatMap(({ outputs }) => outputs.slice(0, 1)).reverse()) {
    const gradient = whole.get(value);
    if (!gradient) continue;
    const symbol = `∂${rename(of)}/∂${held(names.get(value)!)}`;
    symbols.set(value, symbol);
    const outside = arriving.get(value);
    if (outside && !names.has(outside)) names.set(outside, name(symbol));
    if (!names.has(gradient) && !isConstant(gradient)) names.set(gradient, name(symbol));
  }
  return symbols;
}

interface Place {
  readonly kind: NodeKind;
  /** a node of the graph, a group of them, or the value that forks or leaves */
  readonly of: Node | Group | Value;
}

interface Way {
  readonly from: number;
  readonly to: number;
  readonly value: Value;
  readonly gradient: Value | undefined;
  /** whether the gradient is one of several that are added */
  readonly part: boolean;
}

function connect({ results, groups }: Subject, order: readonly Node[], { whole, part, arriving }: Backward) {
  const nodes: Place[] = [];
  const edges: Way[] = [];
  const placed = new Map<Node | Group, number>();
  const put = (kind: NodeKind, of: Place["of"]) => nodes.push({ kind, of }) - 1;
  const groupOf = (node: Node) => groups?.get(node) ?? node;
  const place = (node: Node) => {
    const group = groupOf(node);
    const known = placed.get(group);
    if (known !== undefined) return known;
    const made = put(kindOf(node, group), group);
    placed.set(group, made);
    return made;
  };

  const uses = new Map<
    Value,
    {
      readonly to: number | undefined;
      readonly group: Node | Group | undefined;
      gradient: Value | undefined;
    }[]
  >();
  for (const node of order) {
    const group = groupOf(node);
    if (!isConstantLeaf(node.outputs[0]!)) place(node);
    for (const [index, value] of node.inputs.entries()) {
      if (groupOf(value.node) === group) continue;
      const known = uses.get(value) ?? [];
      uses.set(value, known);
      const gradient = part(node, index);
      const same = group === node ? undefined : known.find((use) => use.group === group);
      // What a layer reads twice reaches it on one way.
      if (!same) known.push({ to: place(node), group, gradient });
      else if (gradient) same.gradient = same.gradient ? add(same.gradient, gradient) : gradient;
    }
  }
  // An output is a use that leads outside.
  for (const result of results) {
    uses.set(result, [
      ...(uses.get(result) ?? []),
      { to: undefined, group: undefined, gradient: arriving.get(result) },
    ]);
  }
  for (const [value, ways] of uses) {
    const gradient = whole.get(value);
    const link = (from: number, to: number | undefined, gradient: Value | undefined, part = false) =>
      edges.push({ from, to: to ?? put("output", value), value, gradient, part });
    if (isConstantLeaf(value)) {
      for (const { to } of ways) link(put("constant", value.node), to, undefined);
    } else if (ways.length === 1) {
      link(place(value.node), ways[0]!.to, gradient);
    } else {
      const fork = put("fork", value);
      link(place(value.node), fork, gradient);
      for (const use of ways) link(fork, use.to, use.gradient, true);
    }
  }
  return { nodes, edges };
}

function kindOf(node: Node, group: Node | Group): NodeKind {
  if (group !== node) return "layer";
  const value = node.outputs[0]!;
  if (!isGiven(value)) return "op";
  return isConstantLeaf(value) ? "constant" : (node.attributes as LeafAttributes).source;
}

function describeNode(
  kind: NodeKind,
  of: Place["of"],
  { symbols, rename }: Subject,
  names: ReadonlyMap<Value, Formula>,
): DescribedNode {
  if ("label" in of) return { kind, name: of.name, label: rename(of.label) };
  if ("operation" in of && kind === "op") {
    return { kind, name: of.operation.name, label: rename(signOf(of, symbols)) };
  }
  const { text } = names.get("outputs" in of ? of.outputs[0]! : of)!;
  return { kind, name: text, label: text };
}
